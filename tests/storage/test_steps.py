"""One step of a consultation: the version, the answers and the letters, all of them or none."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.records import CaseState, Conflict, Consultation
from storage.store import Store
from tests.storage.charity import NOW, Charity, rows

LATER = NOW + timedelta(seconds=1)


async def step(
    charity: Charity, case: Consultation, answers: dict[str, str], state: CaseState | None = None, *, message: str = ""
) -> tuple[Consultation, list[tuple[str, str, str]]]:
    """A press on the worker's own card."""
    async with charity.begin(LATER) as tx:
        pressed = ("web", charity.id, "worker")
        return await tx.steps.take(case, answers, state, pressed=pressed, kind="checklist", message=message)


async def as_kept(charity: Charity) -> Consultation:
    async with charity.read() as tx:
        return await tx.cases.get(charity.case.id)


async def test_a_step_gives_the_consultation_as_it_is_now_kept(charity: Charity) -> None:
    moved, _ = await step(charity, charity.case, {"danger": "no", "child": "unsure"}, "sent")

    assert moved == await as_kept(charity)
    assert (moved.version, moved.state, moved.changed_at) == (2, "sent", LATER)
    assert moved.values == {"danger": "no", "child": "unsure"}


async def test_a_step_replaces_an_earlier_answer_and_keeps_the_others(charity: Charity) -> None:
    once, _ = await step(charity, charity.case, {"danger": "no", "child": "no"})
    twice, _ = await step(charity, once, {"danger": "yes"})

    assert (await as_kept(charity)).values == twice.values == {"danger": "yes", "child": "no"}


async def test_a_step_without_answers_or_a_state_only_moves_the_version(charity: Charity) -> None:
    moved, held = await step(charity, charity.case, {})

    assert (moved.version, moved.state, moved.values, held) == (2, "asking", {}, [])
    assert moved == await as_kept(charity)


async def test_every_copy_is_promised_the_newest_card_and_the_pressed_one_is_held(charity: Charity) -> None:
    async with charity.begin() as tx:
        mine = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker), message="m1")
        theirs = await tx.posts.ensure(charity.case.id, "approval", charity.account(charity.trustee), message="m1")

    _, held = await step(charity, charity.case, {"danger": "no"}, message="m1")

    kept = {row.key: row for row in await rows(charity.store, "SELECT * FROM jobs")}
    assert [(post, id, token) for id, token, post in held] == [
        (mine.id, kept[f"card:{mine.id}"].id, kept[f"card:{mine.id}"].token)
    ]
    assert kept[f"card:{theirs.id}"].token == ""
    assert set(kept) == {f"card:{mine.id}", f"card:{theirs.id}"}


async def test_a_step_from_what_is_no_longer_so_keeps_nothing_and_promises_nothing(charity: Charity) -> None:
    await step(charity, charity.case, {"danger": "no"})
    async with charity.begin() as tx:
        await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker), message="m1")

    with pytest.raises(Conflict):
        await step(charity, charity.case, {"danger": "yes", "child": "yes"}, "withdrawn", message="m1")

    now = await as_kept(charity)
    assert (now.version, now.state, now.values) == (2, "asking", {"danger": "no"})
    assert await rows(charity.store, "SELECT * FROM jobs") == []


async def test_a_late_step_is_refused_before_anything_is_written(charity: Charity) -> None:
    await step(charity, charity.case, {"danger": "no"})
    async with charity.begin() as tx:
        await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker), message="m1")
        with pytest.raises(Conflict):
            await tx.steps.take(charity.case, {"danger": "yes"}, None, pressed=("", "", ""), kind="", message="")

        # Looked at inside: the transaction would have taken it back in any case.
        assert (await tx.cases.get(charity.case.id)).values == {"danger": "no"}
        assert await tx.outbox.next_due() is None


async def test_of_twenty_who_saw_the_same_version_one_takes_the_step(charity: Charity) -> None:
    outcomes = await asyncio.gather(
        *(step(charity, charity.case, {"danger": str(number)}) for number in range(20)), return_exceptions=True
    )

    won = [number for number, outcome in enumerate(outcomes) if not isinstance(outcome, BaseException)]
    assert len(won) == 1
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)] == [Conflict] * 19
    now = await as_kept(charity)
    assert (now.version, now.values) == (2, {"danger": str(won[0])})


async def test_a_step_leaves_other_consultations_alone(charity: Charity, store: Store) -> None:
    async with charity.begin() as tx:
        other = await tx.cases.open(charity.worker.id, reference="CASE-2", book_id="justus", book_version="1")
        await tx.posts.ensure(other.id, "checklist", charity.account(charity.worker), message="m1")

    await step(charity, charity.case, {"danger": "yes"}, "closed")

    async with charity.read() as tx:
        assert await tx.cases.get(other.id) == other
    assert await rows(store, "SELECT * FROM jobs") == []
