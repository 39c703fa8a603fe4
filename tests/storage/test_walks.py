"""The ledger walked in pieces on both engines: nothing that was done behind the place stays unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.chains import chain_in
from storage.pieces import Mark, Piece, Wrong, walk_on
from storage.records import to_micros
from storage.verifying import START, Good
from storage.walks import ANEW, EVERY, Walked
from tests.storage.charity import NOW, SECOND, Charity
from tests.storage.test_verifying import anchored, chained_anew, tampers, writes

AT = NOW + SECOND


async def piece(
    charity: Charity, start: Good = START, marks: Sequence[Mark] = (), *, most: int = 2_000, page: int = 3
) -> Piece:
    async with charity.read() as tx:
        return await walk_on(chain_in(tx, page=page), charity.id, start, marks, most=most)


async def end(charity: Charity) -> Good:
    anchor = await anchored(charity)
    return Good(anchor.sequence, bytes.fromhex(anchor.hash))


async def test_a_whole_ledger_is_walked_to_its_end(charity: Charity, other: Charity) -> None:
    found = await piece(charity)

    assert found == Piece(await end(charity), ended=True)


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7, 8])
async def test_pieces_go_on_where_the_one_before_stopped(charity: Charity, most: int) -> None:
    await writes(charity, 5)
    found, steps = Piece(START), 0
    while not found.ended:
        found, steps = await piece(charity, found.good, most=most, page=1), steps + 1
        assert found.wrong is None

    assert found.good == await end(charity)
    assert steps == 12 // most + 1


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE ledger SET body = CAST('{}' AS {bytes}) WHERE sequence = 9", Wrong(9, "changed")),
        ("UPDATE ledger SET at = at + 1 WHERE sequence = 10", Wrong(10, "changed")),
        ("DELETE FROM ledger WHERE sequence = 9", Wrong(9, "removed")),
        ("DELETE FROM ledger WHERE sequence > 5", Wrong(6, "truncated")),
        ("DELETE FROM ledger WHERE sequence = 7", Wrong(7, "removed")),
        ("UPDATE ledger SET hash = previous WHERE sequence = 7", Wrong(7, "changed")),
    ],
)
async def test_from_the_place_on_what_was_done_to_the_rest_or_the_entry_there_is_found(
    charity: Charity, statement: str, expected: Wrong
) -> None:
    place = await end(charity)
    await writes(charity, 4)
    await tampers(charity, statement)

    assert (place.sequence, (await piece(charity, place)).wrong) == (7, expected)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM ledger WHERE sequence = 3", Wrong(3, "removed")),
        ("DELETE FROM ledger WHERE sequence = 1", Wrong(1, "removed")),
        ("UPDATE ledger SET body = CAST('{}' AS {bytes}) WHERE sequence = 3", Wrong(3, "changed")),
        ("UPDATE ledger SET sequence = -3 WHERE sequence = 3", Wrong(1, "changed")),
    ],
)
async def test_behind_the_place_it_is_found_by_the_walk_that_begins_anew(
    charity: Charity, statement: str, expected: Wrong
) -> None:
    place = await end(charity)
    await tampers(charity, statement)

    from_the_place, anew = await piece(charity, place), await piece(charity)

    assert (from_the_place.wrong, anew.wrong) == (None, expected)


async def test_an_end_that_was_cut_off_is_found_by_what_is_remembered_of_it(charity: Charity) -> None:
    last = await end(charity)
    await tampers(charity, "DELETE FROM ledger WHERE sequence > 4")

    without, with_it = await piece(charity), await piece(charity, marks=[Mark(last.sequence, last.hash.hex())])

    assert (without.wrong, with_it.wrong) == (None, Wrong(5, "truncated"))


async def test_a_ledger_that_is_all_gone_is_no_whole_one(charity: Charity) -> None:
    await tampers(charity, "DELETE FROM ledger")

    assert (await piece(charity)).wrong == Wrong(1, "truncated")


async def test_a_history_written_anew_does_not_pass_through_what_is_remembered_or_an_anchor(charity: Charity) -> None:
    last, short = await end(charity), (await anchored(charity)).hash[:16]
    await writes(charity, 2)
    newest = (await anchored(charity)).hash
    await chained_anew(charity, 3)

    anew = await piece(charity, marks=[Mark(7, short)])
    from_another_place = await piece(charity, await end(charity), [Mark(7, short)])
    from_the_place = await piece(charity, last)

    at_the_place = await piece(charity, await end(charity), [Mark(9, newest)])

    assert (await piece(charity)).ended
    assert at_the_place.wrong == Wrong(9, "changed")
    assert [each.wrong for each in (anew, from_another_place, from_the_place)] == [
        Wrong(7, "forked"),
        Wrong(7, "changed"),
        Wrong(7, "changed"),
    ]


# What is remembered


async def test_what_is_remembered_is_what_was_put_and_the_second_of_two_is_not_taken(charity: Charity) -> None:
    first = Walked().begun(NOW).after(Piece(Good(3, b"three")), NOW, None)
    later = first.after(Piece(Good(7, b"seven"), ended=True), AT, NOW)
    async with charity.begin() as tx:
        before = await tx.walks.get()
        took = [await tx.walks.put(first, before=before), await tx.walks.put(first, before=before)]
        took += [await tx.walks.put(later, before=first), await tx.walks.put(first, before=first)]

    async with charity.read() as tx:
        kept = await tx.walks.get()
    assert (before, took, kept) == (Walked(), [True, False, True, False], later)


async def test_a_finding_is_kept_with_when_it_was_first_made_and_ends_with_a_whole_walk(charity: Charity) -> None:
    found = Walked().begun(NOW).after(Piece(START, wrong=Wrong(3, "changed")), NOW, None)
    again = found.begun(AT).after(Piece(START, wrong=Wrong(2, "removed")), AT, None)
    half = again.begun(AT).after(Piece(Good(1, b"1")), AT, None)
    whole = half.begun(AT).after(Piece(Good(7, b"7"), ended=True), AT, None)

    assert [(each.wrong, each.wrong_at, each.place.sequence) for each in (found, again, half, whole)] == [
        (Wrong(3, "changed"), NOW, 0),
        (Wrong(2, "removed"), NOW, 0),
        (Wrong(2, "removed"), NOW, 1),
        (None, None, 7),
    ]
    async with charity.begin() as tx:
        await tx.walks.put(found, before=Walked())
        assert (await tx.walks.get(), await tx.walks.broken()) == (found, 1)
        await tx.walks.put(whole, before=found)
        assert await tx.walks.broken() == 0


def test_once_a_week_it_begins_with_the_first_entry_and_is_all_walked_when_that_comes_to_the_end() -> None:
    ends = Piece(Good(7, b"7"), ended=True)
    first = Walked().begun(NOW).after(ends, NOW, None)
    begins, walked = [], first
    for day in range(1, 15):
        begun = walked.begun(NOW + day * EVERY)
        begins.append(begun.place.sequence)
        walked = begun.after(ends, NOW + day * EVERY, None)

    assert begins == [7] * 6 + [0] + [7] * 6 + [0]
    assert (first.all_at, walked.all_at, walked.whole_at) == (NOW, NOW + 2 * ANEW, NOW + 2 * ANEW)


def test_a_beginning_that_lies_ahead_puts_nothing_off() -> None:
    """Nobody of ours has written it."""
    walked = replace(Walked().begun(NOW).after(Piece(Good(7, b"7"), ended=True), NOW, None), anew_at=NOW + 900 * EVERY)

    assert walked.begun(NOW + EVERY).place.sequence == 0


def test_a_walk_that_is_on_its_way_goes_on_and_leaves_the_last_end_as_it_was() -> None:
    whole = Walked().begun(NOW).after(Piece(Good(7, b"7"), ended=True), NOW, NOW)
    later = NOW + ANEW
    under_way = whole.begun(later).after(Piece(Good(2, b"2")), later, NOW)

    assert (under_way.begun(later + ANEW), under_way.place.sequence) == (under_way, 2)
    assert (under_way.whole, under_way.whole_at, under_way.all_at) == (whole.whole, NOW, NOW)
    assert under_way.mark == Mark(7, b"7".hex())


async def test_each_charity_has_its_own_second_of_the_day(charity: Charity, other: Charity) -> None:
    seconds = set()
    for each in range(1_000):
        async with charity.store.read(NOW) as tx:
            tx.bind(hashlib.sha256(str(each).encode()).hexdigest())
            moment = tx.walks.next_day()
            assert NOW < moment <= NOW + EVERY
            seconds.add(moment)

    assert len(seconds) > 980


async def test_the_clock_is_set_once_and_anew_where_its_job_was_given_up(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.walks.arm()
        first = await tx.outbox.next_due()
    async with charity.begin(NOW + timedelta(minutes=1)) as tx:
        await tx.walks.goes_on(NOW + SECOND)
        await tx.walks.arm()
        kept, counted = await tx.outbox.next_due(), await tx.outbox.counts()

    assert first is not None
    assert (kept, counted) == (to_micros(NOW + SECOND), {})
    async with charity.begin(NOW + 2 * SECOND) as tx:
        [job] = await tx.outbox.claim(limit=1)
        assert await tx.outbox.bury(job)
    async with charity.begin(NOW + 3 * SECOND) as tx:
        assert await tx.outbox.counts() == {"dead": 1}
        await tx.walks.arm()
        assert await tx.outbox.counts() == {}
