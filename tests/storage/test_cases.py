"""Consultations: answers by question id, one step at a time, and all of an event or nothing of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from storage.records import Conflict, NotFound
from storage.store import StoreUnavailable
from tests.storage.charity import NOW, SECOND, Charity, rows


async def test_a_new_consultation_is_asking_at_version_one(charity: Charity) -> None:
    async with charity.read() as tx:
        case = await tx.cases.get(charity.case.id)

    assert case == charity.case
    assert (case.state, case.version, case.reference, case.values) == ("asking", 1, "CASE-1", {})
    assert (case.book_id, case.book_version, case.requester_id) == ("justus", "1", charity.worker.id)


async def test_answers_are_kept_by_the_id_of_their_question(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.record_answers(charity.case, {"danger": "no", "child": "unsure"})
        await tx.cases.record_answers(charity.case, {"crime": "yes"})

    async with charity.read() as tx:
        assert (await tx.cases.get(charity.case.id)).values == {"danger": "no", "child": "unsure", "crime": "yes"}


async def test_a_later_answer_to_the_same_question_takes_the_place_of_the_first(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.record_answers(charity.case, {"danger": "no", "child": "no"})
    async with charity.begin(NOW + SECOND) as tx:
        await tx.cases.record_answers(charity.case, {"danger": "yes"})

    async with charity.read() as tx:
        case = await tx.cases.get(charity.case.id)
    assert case.values == {"danger": "yes", "child": "no"}
    assert (case.answers["danger"].at, case.answers["child"].at) == (NOW + SECOND, NOW)
    assert len(await rows(charity.store, "SELECT * FROM answers")) == 2


async def test_recording_gives_the_consultation_as_it_will_be_read(charity: Charity) -> None:
    async with charity.begin() as tx:
        once = await tx.cases.record_answers(charity.case, {"danger": "no", "child": "no"})
        given = await tx.cases.record_answers(once, {"danger": "yes"})
        read = await tx.cases.get(charity.case.id)

    assert given == read
    assert charity.case.values == {}


async def test_recording_no_answers_changes_nothing(charity: Charity) -> None:
    async with charity.begin() as tx:
        assert await tx.cases.record_answers(charity.case, {}) == charity.case


async def test_a_step_moves_the_version_the_state_and_the_time(charity: Charity) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        await tx.cases.advance(charity.case, state="sent")

    async with charity.read() as tx:
        case = await tx.cases.get(charity.case.id)
    assert (case.version, case.state, case.opened_at, case.changed_at) == (2, "sent", NOW, NOW + SECOND)


async def test_a_step_without_a_state_keeps_the_state(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.advance(charity.case, state="paused")
        await tx.cases.advance(await tx.cases.get(charity.case.id))

        assert (await tx.cases.get(charity.case.id)).state == "paused"


async def test_a_step_from_what_is_no_longer_so_is_refused(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.advance(charity.case)

    with pytest.raises(Conflict):
        async with charity.begin() as tx:
            await tx.cases.advance(charity.case, state="withdrawn")

    async with charity.read() as tx:
        assert (await tx.cases.get(charity.case.id)).state == "asking"


async def test_of_twenty_who_saw_the_same_version_one_moves_it(charity: Charity) -> None:
    async def press(number: int) -> None:
        async with charity.begin() as tx:
            await tx.cases.record_answers(charity.case, {"who": str(number)})
            await tx.cases.advance(charity.case)
            tx.note("answered", case=charity.case.id, press=f"p{number}")

    outcomes = await asyncio.gather(*(press(number) for number in range(20)), return_exceptions=True)

    (winner,) = [number for number, outcome in enumerate(outcomes) if outcome is None]
    async with charity.read() as tx:
        case, entries = await tx.cases.get(charity.case.id), await tx.ledger.entries()
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Conflict] * 19
    assert (case.version, case.values) == (2, {"who": str(winner)})
    assert [entry.body for entry in entries if b'"answered"' in entry.body] == [
        f'{{"case":"{case.id}","kind":"answered","press":"p{winner}"}}'.encode()
    ]


async def test_an_event_that_fails_leaves_nothing_of_itself(charity: Charity) -> None:
    tables = (
        "answers",
        "consultations",
        "texts",
        "posts",
        "jobs",
        "deliveries",
        "ledger",
        "approval_requests",
        "asked",
    )
    before = {table: await rows(charity.store, f"SELECT * FROM {table}") for table in tables}  # noqa: S608  (the names above)

    with suppress(ZeroDivisionError):
        async with charity.begin() as tx:
            await tx.deliveries.take("web", charity.id, "press-1")
            case = await tx.cases.record_answers(charity.case, {"danger": "yes"})
            await tx.cases.advance(case, state="sent")
            await tx.texts.keep(case.id, charity.worker.id, "reason", "They asked us to.")
            await tx.approvals.ask(
                case.id, lane="child", outcome="share", code="A1", fingerprint="f", people=[charity.trustee.id]
            )
            post = await tx.posts.ensure(case.id, "checklist", charity.account(charity.worker))
            await tx.outbox.letter(post)
            tx.note("sent", case=case.id)
            await tx.seal_notes()
            raise ZeroDivisionError

    assert {table: await rows(charity.store, f"SELECT * FROM {table}") for table in tables} == before  # noqa: S608
    assert not charity.store.due.is_set()


async def test_an_event_that_is_cut_off_leaves_nothing_and_lets_the_next_one_in(charity: Charity) -> None:
    inside = asyncio.Event()

    async def press() -> None:
        async with charity.begin() as tx:
            await tx.cases.record_answers(charity.case, {"danger": "yes"})
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(press())
    await inside.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with charity.begin() as tx:
        assert (await tx.cases.get(charity.case.id)).values == {}


async def test_what_is_not_yet_committed_is_not_seen_from_outside(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.record_answers(charity.case, {"danger": "yes"})
        async with charity.read() as outside:
            seen = (await outside.cases.get(charity.case.id)).values

    assert seen == {}


async def test_nothing_written_while_only_reading_stays(charity: Charity) -> None:
    with pytest.raises(DBAPIError if charity.store.postgresql else StoreUnavailable):
        async with charity.read() as tx:
            await tx.cases.name(charity.case.id, "RENAMED")

    async with charity.read() as tx:
        assert (await tx.cases.get(charity.case.id)).reference == "CASE-1"


async def test_people_find_their_own_consultations_in_the_states_they_ask_for(charity: Charity) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        second = await tx.cases.open(charity.worker.id, reference="CASE-2", book_id="justus", book_version="1")
        third = await tx.cases.open(charity.worker.id, reference="CASE-3", book_id="justus", book_version="1")
        await tx.cases.open(charity.colleague.id, reference="CASE-4", book_id="justus", book_version="1")
        await tx.cases.advance(third, state="closed")

    async with charity.read() as tx:
        mine = await tx.cases.of(charity.worker.id, ["asking", "paused"])
        none = await tx.cases.of(charity.worker.id, [])

    assert [case.id for case in mine] == [charity.case.id, second.id]
    assert none == []


async def test_a_reference_is_taken_once_somebody_has_it(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.name(charity.case.id, "C-77")

        assert await tx.cases.reference_taken("C-77")
        assert not await tx.cases.reference_taken("CASE-1")


async def test_a_consultation_that_is_not_there_is_not_found(charity: Charity) -> None:
    async with charity.read() as tx:
        with pytest.raises(NotFound):
            await tx.cases.get("no-such-case")


async def test_who_must_not_know_is_added_to_and_never_taken_off(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.bar(charity.case.id, [charity.trustee.id])
        await tx.cases.bar(charity.case.id, [charity.trustee.id, charity.colleague.id])
        await tx.cases.bar(charity.case.id, [])

    async with charity.read() as tx:
        assert await tx.cases.barred(charity.case.id) == {charity.trustee.id, charity.colleague.id}


async def test_departures_and_disclosures_come_back_as_they_were_recorded_oldest_first(charity: Charity) -> None:
    text_id, case, worker = await charity.say("They were afraid."), charity.case, charity.worker
    async with charity.begin(NOW + timedelta(hours=1)) as tx:
        await tx.cases.depart(case.id, worker.id, lane="child", proposed="tell", chosen="tell now", text_id=text_id)
        await tx.cases.disclose(case.id, worker.id, lane="child", recipient="nobody", text_id=text_id)
    async with charity.begin() as tx:
        await tx.cases.depart(case.id, worker.id, lane="child", proposed="wait", chosen="tell", text_id=text_id)
        await tx.cases.disclose(case.id, worker.id, lane="child", recipient="police", text_id=text_id)

    async with charity.read() as tx:
        departures, disclosures = await tx.cases.departures(case.id), await tx.cases.disclosures(case.id)

    assert [(each.proposed, each.chosen, each.person_id, each.text_id) for each in departures] == [
        ("wait", "tell", worker.id, text_id),
        ("tell", "tell now", worker.id, text_id),
    ]
    assert [(each.recipient, each.at) for each in disclosures] == [
        ("police", NOW),
        ("nobody", NOW + timedelta(hours=1)),
    ]
