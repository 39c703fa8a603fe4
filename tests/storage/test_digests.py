"""Digests that were written, and the timer of the next one: once a week, and never a second time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from storage.tables import jobs
from tests.storage.charity import NOW, SECOND, Charity

DAY = timedelta(days=1)


async def write(charity: Charity, week: str, opened: int = 0) -> bool:
    async with charity.begin() as tx:
        return await tx.digests.write(week, since=NOW - 7 * DAY, until=NOW, figures={"opened": opened})


async def arm(charity: Charity, week: str, after: timedelta) -> None:
    async with charity.begin() as tx:
        await tx.digests.arm(week, NOW + after)


async def ring(charity: Charity, after: timedelta = DAY) -> list[str]:
    """Take what is due and settle it; the weeks of these."""
    async with charity.store.begin(NOW + after) as tx:
        taken = await tx.outbox.claim(limit=9)
        await tx.outbox.done([(job.id, job.token) for job in taken])
    return [job.payload["week"] for job in taken]


async def test_a_digest_is_read_as_it_was_written(charity: Charity) -> None:
    await write(charity, "2026-W47", opened=3)

    async with charity.read() as tx:
        found = await tx.digests.of("2026-W47")

    assert found is not None
    assert (found.since, found.until, found.made_at) == (NOW - 7 * DAY, NOW, NOW)
    assert found.figures == {"opened": 3}


async def test_the_digest_of_a_week_is_written_once(charity: Charity) -> None:
    first, second = await write(charity, "2026-W47", opened=3), await write(charity, "2026-W47", opened=4)

    async with charity.read() as tx:
        found = await tx.digests.last()
    assert (first, second) == (True, False)
    assert found is not None
    assert found.figures == {"opened": 3}


async def test_of_two_who_write_it_at_once_one_does(charity: Charity, twin: Charity) -> None:
    written = await asyncio.gather(*(write(each, "2026-W47") for _ in range(5) for each in (charity, twin)))

    assert sorted(written) == [False] * 9 + [True]


async def test_the_last_and_those_before_come_newest_first_over_the_end_of_a_year(charity: Charity) -> None:
    for week in ("2026-W52", "2027-W01", "2026-W53", "2026-W09"):
        await write(charity, week)

    async with charity.read() as tx:
        last, before = await tx.digests.last(), await tx.digests.before("2027-W01", 2)

    assert last is not None
    assert [last.week, *(each.week for each in before)] == ["2027-W01", "2026-W53", "2026-W52"]


async def test_a_timer_rings_once_however_often_it_is_set_again_afterwards(charity: Charity) -> None:
    await arm(charity, "2026-W48", SECOND)
    rung = await ring(charity)

    await arm(charity, "2026-W48", SECOND)

    assert (rung, await ring(charity)) == (["2026-W48"], [])


async def test_a_timer_that_waits_is_moved_and_not_doubled(charity: Charity) -> None:
    await arm(charity, "2026-W48", SECOND)
    await arm(charity, "2026-W48", 3 * DAY)

    async with charity.read() as tx:
        armed = await tx.digests.armed("2026-W48")
    assert armed == NOW + 3 * DAY
    assert (await ring(charity), await ring(charity, 3 * DAY)) == ([], ["2026-W48"])


async def test_a_timer_that_has_rung_does_not_wait_any_more(charity: Charity) -> None:
    await arm(charity, "2026-W48", SECOND)
    await ring(charity)

    async with charity.read() as tx:
        assert await tx.digests.armed("2026-W48") is None


async def test_a_timer_that_sets_itself_again_while_it_rings_is_not_done(charity: Charity) -> None:
    """The charity has moved its day meanwhile: the same week is due later."""
    await arm(charity, "2026-W48", SECOND)
    async with charity.store.begin(NOW + DAY) as tx:
        [job] = await tx.outbox.claim(limit=9)
    async with charity.begin(NOW + DAY) as tx:
        await tx.digests.arm("2026-W48", NOW + 2 * DAY)
        await tx.outbox.done([(job.id, job.token)])

    assert await ring(charity, 2 * DAY) == ["2026-W48"]


async def test_what_waits_for_its_day_is_no_letter_that_is_late(charity: Charity) -> None:
    """The health page counts what is due; a clock that is set for next week is not."""
    await arm(charity, "2026-W48", 7 * DAY)

    async with charity.read() as tx:
        counts, rows = await tx.outbox.counts(), (await tx.connection.execute(select(jobs.c.key))).scalars().all()

    assert (counts, rows) == ({}, [f"digest:{charity.id}:2026-W48"])


async def test_those_of_a_year_are_the_ones_that_counted_up_to_a_day_of_it_oldest_first(charity: Charity) -> None:
    async with charity.begin() as tx:
        for week, until in (("2026-W48", NOW), ("2026-W47", NOW - 7 * DAY), ("2026-W49", NOW + 7 * DAY)):
            await tx.digests.write(week, since=until - 7 * DAY, until=until, figures={})

    async with charity.read() as tx:
        both = await tx.digests.ended(NOW - 7 * DAY, NOW + SECOND)
        before = await tx.digests.ended(NOW - 7 * DAY, NOW)

    assert [each.week for each in both] == ["2026-W47", "2026-W48"]
    assert [each.week for each in before] == ["2026-W47"]
