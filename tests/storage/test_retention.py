"""The clocks of keeping, holds, and the end of a record, down to the bytes of the files."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import tables
from storage.keeping import Handout
from storage.records import Conflict, Consultation, NotFound
from storage.retention import EMPTIED, OF_REQUESTS
from storage.scrubbing import scrub
from tests.storage.charity import NOW, SECOND, Charity, behind, rows
from tests.storage.remains import remains

DAY = timedelta(days=1)
WORDS = "The words that nobody may find again."
REFERENCE = "REF-4711"


async def closed(charity: Charity, *, destroy_at: timedelta | None = DAY) -> Consultation:
    """A consultation with one of everything in it, closed now."""
    request = await charity.ask()
    case = charity.case
    async with charity.begin() as tx:
        await tx.cases.name(case.id, REFERENCE)
        text_id = await tx.texts.keep(case.id, charity.worker.id, "reason", WORDS)
        case = await tx.cases.record_answers(case, {"telling_question": "telling_answer"})
        await tx.bases.put(case.id, charity.worker.id, {"telling_question": "seen"})
        await tx.cases.bar(case.id, [charity.colleague.id])
        await tx.cases.depart(case.id, charity.worker.id, lane="child", proposed="a", chosen="b", text_id=text_id)
        await tx.cases.disclose(case.id, charity.worker.id, lane="child", recipient="teller", text_id=text_id)
        await tx.follow_ups.add(case.id, charity.worker.id, lane="", kind="told", answer="yes", text_id=text_id)
        await tx.confirmations.confirm(case.id, "child", charity.worker.id, "there")
        await tx.ladders.climb(request.id, 1, "asked", NOW + SECOND)
        await tx.approvals.settle(
            request.id, charity.trustee.id, verdict="approved", fingerprint=request.fingerprint, text_id=text_id
        )
        handout = Handout(case.id, charity.worker.id, "note", "pdf")
        await tx.handouts.offer(handout, until=NOW + SECOND)
        await tx.looks.promise(case.id, "spoken", due_at=NOW + SECOND, first_at=NOW + SECOND)
        await tx.looks.done(case.id, "spoken", charity.trustee.id, text_id)
        given = await tx.handovers.record(case, charity.colleague.id, by=None, why="leaves")
        await tx.handovers.record(given, charity.worker.id, by=None, why="leaves")
        await tx.handouts.offer(Handout(case.id, charity.worker.id, "note", "pdf"), until=NOW + SECOND)
        post = await tx.posts.ensure(case.id, "approval", charity.account(charity.trustee))
        await tx.posts.place(post.id, "there", "telling_message")
        await tx.outbox.letter(post)
        await tx.outbox.put("timer", f"ladder:{request.id}", {"timer": "ladder", "request": request.id})
        await tx.cases.advance(case, state="closed")
        end = None if destroy_at is None else NOW + destroy_at
        await tx.retention.start(case.id, "child", closed_at=NOW, destroy_at=end)
    return case


async def wrapped_key(charity: Charity) -> bytes:
    [row] = await rows(charity.store, "SELECT data_key FROM consultations WHERE id = :id", id=charity.case.id)
    return bytes(row.data_key)


async def sealed(charity: Charity) -> bytes:
    [row] = await rows(charity.store, "SELECT sealed FROM texts WHERE consultation_id = :id", id=charity.case.id)
    return bytes(row.sealed)


async def test_what_is_due_is_what_ended_and_has_an_end_date_by_then(charity: Charity) -> None:
    case = await closed(charity)

    async with charity.read() as tx:
        early, late = await tx.retention.due(NOW), await tx.retention.due(NOW + DAY)
        [clock] = await tx.retention.clocks()

    assert early == []
    assert [(each.consultation_id, each.kept_as, each.reference) for each in late] == [(case.id, "child", REFERENCE)]
    assert (clock.closed_at, clock.destroy_at) == (NOW, NOW + DAY)


async def test_a_record_without_an_end_date_never_comes_due(charity: Charity) -> None:
    await closed(charity, destroy_at=None)

    async with charity.read() as tx:
        assert await tx.retention.due(NOW + 36500 * DAY) == []


async def test_what_is_opened_again_is_not_due_although_its_clock_was_forgotten(charity: Charity) -> None:
    await closed(charity)
    async with charity.begin() as tx:
        case = await tx.cases.get(charity.case.id)
        await tx.cases.advance(case, state="sent")

    async with charity.read() as tx:
        assert await tx.retention.due(NOW + 2 * DAY) == []


async def test_of_what_was_destroyed_one_row_is_left_that_says_when_and_as_what(charity: Charity) -> None:
    case = await closed(charity)

    async with charity.begin(NOW + DAY) as tx:
        [copy] = await tx.retention.destroy([case.id])

    async with charity.read() as tx:
        kept = await tx.retention.of(case.id)
        assert kept is not None
        assert (kept.reference, kept.kept_as, kept.destroyed_at) == ("", "child", NOW + DAY)
        left = {}
        for table in EMPTIED:
            found = await tx.connection.execute(select(table).where(table.c.consultation_id == case.id))
            left[table.name] = found.all()
        for table in (*OF_REQUESTS, tables.approval_requests, tables.jobs):
            left[table.name] = (await tx.connection.execute(select(table))).all()
        entries = [entry.body for entry in await tx.ledger.entries()]
    assert [name for name, found in left.items() if found] == []
    assert copy.message == "telling_message"
    assert f'{{"consultation":"{case.id}","kind":"destroyed"}}'.encode() in entries


def test_every_table_that_points_at_a_consultation_or_a_request_is_emptied() -> None:
    there = tables.metadata.sorted_tables
    of_cases = {table.name for table in there if "consultation_id" in table.c}
    of_requests = {table.name for table in there if "request_id" in table.c}

    assert sorted(of_cases) == sorted([*(table.name for table in EMPTIED), "approval_requests"])
    assert sorted(of_requests) == sorted(table.name for table in OF_REQUESTS)


async def test_what_was_destroyed_is_found_by_nobody(charity: Charity) -> None:
    case = await closed(charity)
    async with charity.begin(NOW + DAY) as tx:
        await tx.retention.destroy([case.id])

    async with charity.read() as tx:
        with pytest.raises(NotFound):
            await tx.cases.get(case.id)
        with pytest.raises(NotFound):
            await tx.cases.data_key(case.id)
        assert await tx.cases.on_reference(REFERENCE) == []
        assert [each.id for each in await tx.cases.in_state(["closed"])] == []
        assert [each.id for each in await tx.cases.of(charity.worker.id, ["closed"])] == []
    async with charity.begin(NOW + DAY) as tx:
        arrival = await tx.arrivals.of("web", charity.id, "worker", delivery="", case_id=case.id)
    assert arrival.case is None


async def test_a_press_that_read_it_a_moment_ago_writes_nothing_into_what_is_destroyed(charity: Charity) -> None:
    await closed(charity)
    async with charity.begin() as tx:
        read = await tx.cases.get(charity.case.id)
        await tx.retention.destroy([read.id])

    with pytest.raises(Conflict):
        async with charity.begin() as tx:
            await tx.steps.take(read, {"q": "a"}, None, pressed=("", "", ""), kind="", message="")

    with pytest.raises(NotFound):
        await charity.say("Too late.")


async def test_a_hold_beats_every_clock_and_everybody_who_calls(charity: Charity) -> None:
    case = await closed(charity)
    async with charity.begin() as tx:
        first = await tx.holds.put(case.id, "police", charity.trustee.id)
        again = await tx.holds.put(case.id, "police", None)

    async with charity.begin(NOW + DAY) as tx:
        copies = await tx.retention.destroy([case.id])

    async with charity.read() as tx:
        still = await tx.cases.get(case.id)
        [hold] = await tx.holds.standing(case.id)
        held = await tx.holds.held([case.id])
    assert (first, again, copies, set(held)) == (True, False, [], {still.id})
    assert (hold.why, hold.by_id, hold.since) == ("police", charity.trustee.id, NOW)


async def test_a_hold_that_was_lifted_stays_as_history(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.holds.put(charity.case.id, "court", None)

    async with charity.begin(NOW + DAY) as tx:
        lifted = await tx.holds.lift(charity.case.id, "court", charity.trustee.id)
        again = await tx.holds.lift(charity.case.id, "court", charity.trustee.id)

    async with charity.read() as tx:
        [hold] = await tx.holds.of(charity.case.id)
        assert await tx.holds.standing(charity.case.id) == []
    assert (lifted, again) == (True, False)
    assert (hold.lifted_by, hold.lifted_at) == (charity.trustee.id, NOW + DAY)


async def test_of_a_hold_and_a_destruction_at_once_exactly_one_happens(charity: Charity) -> None:
    case = await closed(charity)

    async def holds() -> bool:
        try:
            async with charity.begin() as tx:
                return await tx.holds.put(case.id, "police", None)
        except NotFound:
            return False

    async def destroys() -> bool:
        async with charity.begin() as tx:
            await tx.looks.hold(case.id)
            return bool(await tx.retention.destroy([case.id]))

    held, gone = await asyncio.gather(holds(), destroys())

    assert held != gone


async def test_a_draft_is_what_nobody_else_ever_heard_of(charity: Charity) -> None:
    async with charity.read() as tx:
        drafts = [each.consultation_id for each in await tx.retention.unsent(unchanged_since=NOW)]
        younger = await tx.retention.unsent(unchanged_since=NOW - SECOND)
    async with charity.begin() as tx:
        await tx.posts.ensure(charity.case.id, "told", charity.account(charity.colleague))

    async with charity.read() as tx:
        assert await tx.retention.unsent(unchanged_since=NOW) == []
    assert (drafts, younger) == ([charity.case.id], [])


async def test_what_was_sent_once_or_told_of_a_danger_once_is_no_draft_whatever_was_changed(
    charity: Charity, other: Charity
) -> None:
    async with charity.begin() as tx:
        case = await tx.cases.get(charity.case.id)
        await tx.cases.advance(case, state="sent")
        await tx.cases.advance(await tx.cases.get(case.id), state="asking")
    async with other.begin() as tx:
        await tx.cases.endangered(other.case.id)

    for each in (charity, other):
        async with each.read() as tx:
            assert await tx.retention.unsent(unchanged_since=NOW + DAY) == []
    async with charity.read() as tx:
        assert (await tx.cases.get(case.id)).sent_at == NOW


async def test_no_message_comes_due_of_what_is_held_or_open_again(charity: Charity) -> None:
    case = await closed(charity)
    async with charity.begin() as tx:
        [copy] = await tx.retention.messages(NOW)
        ended = await tx.retention.needed(copy.id)
        await tx.holds.put(case.id, "police", None)
        held = await tx.retention.messages(NOW), await tx.retention.needed(copy.id)
        await tx.holds.lift(case.id, "police", None)
        await tx.cases.advance(await tx.cases.get(case.id), state="sent")

    async with charity.read() as tx:
        again = await tx.retention.messages(NOW), await tx.retention.needed(copy.id)
    assert (ended, held, again) == (False, ([], True), ([], True))


async def test_a_message_that_stands_nowhere_was_never_read(charity: Charity) -> None:
    async with charity.begin() as tx:
        post = await tx.posts.ensure(charity.case.id, "draft_ends", charity.account(charity.worker))
        before = await tx.retention.promised(charity.case.id, "draft_ends")
        await tx.posts.place(post.id, "there", "1")

        after = await tx.retention.promised(charity.case.id, "draft_ends")

    assert (before, after) == ([], [NOW])


async def test_messages_come_due_once_and_not_while_somebody_has_to_look(charity: Charity) -> None:
    case = await closed(charity)
    async with charity.begin() as tx:
        early = await tx.retention.messages(NOW - SECOND)
        [copy] = await tx.retention.messages(NOW)
        await tx.looks.promise(case.id, "declined", due_at=NOW, first_at=NOW)
        looked = await tx.retention.messages(NOW)
        await tx.looks.drop(case.id, "declined")
        await tx.outbox.put("erase", f"erase:{copy.id}", {"post": copy.id})
        promised = await tx.retention.messages(NOW)
        await tx.outbox.cancel(f"erase:{copy.id}")
        await tx.retention.erased(copy.id)

    async with charity.read() as tx:
        assert await tx.retention.messages(NOW) == []
    assert (early, looked, promised) == ([], [], [])


async def test_nothing_is_sent_in_the_place_of_a_deleted_message_until_somebody_is_told_anew(charity: Charity) -> None:
    case = await closed(charity)
    async with charity.begin() as tx:
        [copy] = await tx.retention.messages(NOW)
        await tx.outbox.cancel(f"card:{copy.id}")
        await tx.retention.erased(copy.id)
        await tx.outbox.refresh(case.id, pressed=("", "", ""), kind="", message="")
        quiet = await tx.retention.ringing(f"card:{copy.id}")

        await tx.posts.ensure(case.id, "approval", charity.account(charity.trustee))
        await tx.outbox.refresh(case.id, pressed=("", "", ""), kind="", message="")
        loud = await tx.retention.ringing(f"card:{copy.id}")

    assert (quiet, loud) == (False, True)


async def test_after_the_pages_are_cleaned_no_byte_of_it_is_left(charity: Charity) -> None:
    case = await closed(charity)
    known = (await wrapped_key(charity), await sealed(charity), b"telling_", REFERENCE.encode())
    if not charity.store.postgresql:
        await behind(charity.store, "UPDATE organisations SET name = name")  # something stands in the log
    assert await remains(charity.store, *known) != []

    async with charity.begin(NOW + DAY) as tx:
        await tx.retention.destroy([case.id])
    await scrub(charity.store)

    assert await remains(charity.store, *known, WORDS.encode()) == []


async def test_cleaning_the_pages_harms_no_other_record(charity: Charity, other: Charity) -> None:
    case = await closed(charity)
    kept = await other.say("Not to be lost.")
    async with charity.begin(NOW + DAY) as tx:
        await tx.retention.destroy([case.id])

    await scrub(charity.store)

    async with other.read() as tx:
        assert await tx.texts.open(kept) == "Not to be lost."
    async with charity.read() as tx:
        assert await tx.ledger.faults() == []
