"""Second looks are done once and always have a timer while they are open; two workers are counted once each."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from storage.records import Confirmation, Conflict, Job, Look, LookKind
from storage.store import Store
from storage.tables import jobs
from tests.storage.charity import NOW, SECOND, Charity, behind

MORNING, NOON = NOW + timedelta(hours=20), NOW + timedelta(hours=26)


async def promise(
    charity: Charity, kind: LookKind = "not_shared", *, now: datetime = NOW, due: datetime = NOON
) -> bool:
    async with charity.begin(now) as tx:
        return await tx.looks.promise(charity.case.id, kind, due_at=due, first_at=MORNING)


async def done(charity: Charity, kind: LookKind = "not_shared", *, text_id: str | None = None) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        await tx.looks.done(charity.case.id, kind, charity.trustee.id, text_id)


async def looks(charity: Charity) -> list[Look]:
    async with charity.read() as tx:
        return await tx.looks.of(charity.case.id)


async def claim(store: Store, now: datetime) -> list[Job]:
    async with store.begin(now) as tx:
        return await tx.outbox.claim(limit=10)


async def test_a_look_is_promised_with_its_timer(charity: Charity) -> None:
    assert await promise(charity)

    assert await looks(charity) == [Look(charity.case.id, "not_shared", NOON)]
    early, (job,) = await claim(charity.store, MORNING - SECOND), await claim(charity.store, MORNING)
    assert early == []
    assert job.payload == {"timer": "look", "case": charity.case.id, "kind": "not_shared"}


async def test_an_open_look_is_not_put_off_by_promising_it_again(charity: Charity) -> None:
    await promise(charity)

    again = await promise(charity, now=NOW + SECOND, due=NOON + timedelta(days=1))

    assert not again
    assert [each.due_at for each in await looks(charity)] == [NOON]


async def test_of_each_kind_there_is_a_look_of_its_own(charity: Charity) -> None:
    kinds: list[LookKind] = ["emergency", "not_shared", "declined", "spoken", "together"]

    taken = [await promise(charity, kind) for kind in kinds]
    await done(charity, "spoken")

    assert taken == [True] * 5
    assert {each.kind: each.done_at is None for each in await looks(charity)} == {
        kind: kind != "spoken" for kind in kinds
    }


async def test_whoever_looked_is_kept_with_what_they_found_and_the_timer_goes(charity: Charity) -> None:
    text_id = await charity.say("It was right.", kind="look")
    await promise(charity)

    await done(charity, text_id=text_id)

    expected = Look(charity.case.id, "not_shared", NOON, charity.trustee.id, NOW + SECOND, text_id)
    assert await looks(charity) == [expected]
    assert await claim(charity.store, NOON) == []


async def test_a_look_is_done_once_and_only_while_it_is_open(charity: Charity) -> None:
    with pytest.raises(Conflict):
        await done(charity)
    await promise(charity)
    await done(charity)

    with pytest.raises(Conflict):
        await done(charity)


async def test_of_many_at_once_one_has_looked(charity: Charity, twin: Charity) -> None:
    for number in range(4):
        await promise(charity, now=NOW + number * SECOND)

        outcomes = await asyncio.gather(
            *(done(charity) for _ in range(5)), *(done(twin) for _ in range(5)), return_exceptions=True
        )

        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, Conflict: 9}


async def test_of_many_promises_at_once_one_opens_it(charity: Charity, twin: Charity) -> None:
    for _ in range(4):
        opened = await asyncio.gather(
            *(promise(charity) for _ in range(4)), *(promise(twin, due=NOON + SECOND) for _ in range(4))
        )

        assert opened.count(True) == 1
        await done(charity)


async def test_what_was_done_begins_anew_and_what_is_not_needed_is_dropped(charity: Charity) -> None:
    await promise(charity)
    await done(charity)
    async with charity.begin() as tx:
        await tx.looks.drop(charity.case.id, "not_shared")
    kept = await looks(charity)

    again = await promise(charity, due=NOON + SECOND)
    open_ = await looks(charity)
    async with charity.begin() as tx:
        await tx.looks.drop(charity.case.id, "not_shared")

    assert [each.done_by for each in kept] == [charity.trustee.id]
    assert (again, open_) == (True, [Look(charity.case.id, "not_shared", NOON + SECOND)])
    assert await looks(charity) == []
    assert await claim(charity.store, NOON) == []


async def test_an_open_look_without_a_timer_is_found_and_no_other(charity: Charity) -> None:
    for kind in ("emergency", "not_shared", "declined"):
        await promise(charity, kind)
    await done(charity, "declined")
    async with charity.read() as tx:
        before = await tx.looks.fallen()
    async with charity.begin() as tx:
        await tx.connection.execute(delete(jobs).where(jobs.c.key.like("%emergency")))

    async with charity.read() as tx:
        assert (before, await tx.looks.fallen()) == ([], [(charity.case.id, "emergency")])
        assert await tx.looks.without_reminder("emergency record:") == [charity.case.id]
    async with charity.begin() as tx:
        await tx.outbox.put("timer", f"emergency record:{charity.case.id}", {}, run_at=NOON)
    async with charity.read() as tx:
        assert await tx.looks.without_reminder("emergency record:") == []


async def test_a_person_finds_the_open_looks_of_which_they_have_a_card(charity: Charity) -> None:
    await promise(charity)
    async with charity.begin() as tx:
        await tx.posts.ensure(charity.case.id, "look", charity.account(charity.trustee))

    async with charity.read() as tx:
        found = [await tx.looks.shown_to(each.id, "look") for each in (charity.trustee, charity.colleague)]
    await done(charity)

    assert found == [[charity.case.id], []]
    async with charity.read() as tx:
        assert await tx.looks.shown_to(charity.trustee.id, "look") == []


async def test_the_database_itself_knows_no_other_kind_of_look(charity: Charity) -> None:
    await promise(charity)

    with pytest.raises(DBAPIError):
        await behind(charity.store, "UPDATE looks SET kind = 'glance'")


async def test_each_worker_counts_once_for_a_lane_with_their_newest_word(charity: Charity) -> None:
    for moment, person in (
        (NOW, charity.worker),
        (NOW + SECOND, charity.colleague),
        (NOW + 2 * SECOND, charity.worker),
    ):
        async with charity.begin(moment) as tx:
            await tx.confirmations.confirm(charity.case.id, "crime", person.id, "there")
    async with charity.begin(NOW + 3 * SECOND) as tx:
        await tx.confirmations.confirm(charity.case.id, "request", charity.worker.id, "police")

    async with charity.read() as tx:
        assert await tx.confirmations.of(charity.case.id) == [
            Confirmation("crime", charity.colleague.id, "there", NOW + SECOND),
            Confirmation("crime", charity.worker.id, "there", NOW + 2 * SECOND),
            Confirmation("request", charity.worker.id, "police", NOW + 3 * SECOND),
        ]


async def test_the_same_word_at_once_is_one_word(charity: Charity, twin: Charity) -> None:
    async def say(where: Charity) -> None:
        async with where.begin() as tx:
            await tx.confirmations.confirm(charity.case.id, "crime", charity.worker.id, "there")

    await asyncio.gather(*(say(charity) for _ in range(4)), *(say(twin) for _ in range(4)))

    async with charity.read() as tx:
        assert len(await tx.confirmations.of(charity.case.id)) == 1
