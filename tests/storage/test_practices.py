"""Practices: kept beside what is real, never turned into it, chased by nobody, and ended by their age alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from storage.records import Consultation, NotFound
from tests.storage.charity import NOW, SECOND, Charity, behind, rows


async def practised(charity: Charity, reference: str = "PRACTICE-1") -> Consultation:
    async with charity.begin() as tx:
        return await tx.cases.open(
            charity.worker.id, reference=reference, book_id="justus", book_version="1", practice=True
        )


async def test_a_practice_says_so_wherever_it_is_read_and_nothing_else_does(charity: Charity) -> None:
    mine = await practised(charity)

    async with charity.read() as tx:
        alone = await tx.cases.get(mine.id)
        listed = await tx.cases.of(charity.worker.id, ["asking"])
        named = await tx.cases.on_reference("PRACTICE-1")

    assert alone == mine
    assert {case.id: case.practice for case in listed} == {charity.case.id: False, mine.id: True}
    assert [case.practice for case in named] == [True]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consultations SET practice = 1 WHERE practice = 0",
        "UPDATE consultations SET practice = 0 WHERE practice = 1",
    ],
)
async def test_neither_becomes_the_other_and_any_other_change_goes_on(charity: Charity, change: str) -> None:
    await practised(charity)

    with pytest.raises(DBAPIError, match="a practice stays one, and nothing else becomes one"):
        await behind(charity.store, change)

    await behind(charity.store, "UPDATE consultations SET version = 7, practice = practice")
    found = await rows(charity.store, "SELECT practice, version FROM consultations ORDER BY practice")
    assert [tuple(row) for row in found] == [(0, 7), (1, 7)]


async def test_nothing_that_goes_over_everything_live_finds_one(charity: Charity) -> None:
    mine = await practised(charity)
    async with charity.begin() as tx:
        await tx.cases.advance(mine, state="sent")
        await tx.approvals.ask(
            mine.id, lane="child", outcome="share", code="A1", fingerprint="f", people=[charity.trustee.id]
        )

    async with charity.read(NOW + timedelta(days=400)) as tx:
        assert [case.id for case in await tx.cases.in_state(["asking", "sent"])] == [charity.case.id]
        assert await tx.follow_ups.fallen() == []
        assert await tx.ladders.fallen() == []
        assert [each.consultation_id for each in await tx.retention.unsent(unchanged_since=tx.now)] == [charity.case.id]
        assert await tx.figures.touched(NOW, tx.now) != []
        assert mine.id not in [each.case.id for each in await tx.figures.touched(NOW, tx.now)]


async def test_it_is_found_by_its_age_until_it_is_destroyed_and_no_hold_keeps_it(charity: Charity) -> None:
    mine = await practised(charity)
    async with charity.begin() as tx:
        await tx.holds.put(mine.id, "police", charity.worker.id)
        await tx.holds.put(charity.case.id, "police", charity.worker.id)

    async with charity.begin() as tx:
        early, due = [await tx.retention.practices(opened_by=at) for at in (NOW - SECOND, NOW)]
        await tx.retention.destroy([mine.id, charity.case.id], "practice")

    assert (early, due) == ([], [mine.id])
    async with charity.read() as tx:
        assert await tx.retention.practices(opened_by=NOW) == []
        assert (await tx.cases.get(charity.case.id)).id == charity.case.id
        with pytest.raises(NotFound):
            await tx.cases.get(mine.id)
