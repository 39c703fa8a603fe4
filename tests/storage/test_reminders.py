"""The message of a day is promised once; what was put off counts until its day, the newest word of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.storage.charity import NOW, SECOND, Charity

DAY = timedelta(days=1)


async def promise(charity: Charity, at: timedelta = SECOND) -> bool:
    async with charity.begin() as tx:
        return await tx.reminders.promise(charity.worker.id, NOW.date(), NOW + at)


async def ring(charity: Charity, after: timedelta = DAY) -> int:
    """Take what is due and settle it; how many."""
    async with charity.store.begin(NOW + after) as tx:
        taken = await tx.outbox.claim(limit=9)
        await tx.outbox.done([(job.id, job.token) for job in taken])
    return len(taken)


async def test_however_often_it_is_promised_it_rings_once(charity: Charity, twin: Charity) -> None:
    promised = await asyncio.gather(*(promise(each) for _ in range(4) for each in (charity, twin)))

    assert promised == [True] * 8
    assert (await ring(charity), await ring(charity)) == (1, 0)


async def test_once_it_has_rung_that_day_is_over(charity: Charity) -> None:
    await promise(charity)
    await ring(charity)

    assert await promise(charity) is False
    assert await ring(charity) == 0


async def test_whoever_promises_it_again_takes_it_from_nobody_who_has_it_in_hand(charity: Charity) -> None:
    await promise(charity)
    async with charity.store.begin(NOW + DAY) as tx:
        [job] = await tx.outbox.claim(limit=9)

    again = await promise(charity, 2 * DAY)

    async with charity.store.begin(NOW + DAY) as tx:
        await tx.outbox.done([(job.id, job.token)])
    assert not again, "what is due since it was taken in hand would stand in no message"
    assert (await promise(charity), await ring(charity, 3 * DAY)) == (False, 0)


async def test_the_newest_word_counts_until_its_day(charity: Charity) -> None:
    case, worker = charity.case.id, charity.worker.id
    async with charity.begin() as tx:
        await tx.reminders.put_off(case, worker, why="busy", until=NOW + 9 * DAY)
    async with charity.begin(NOW + SECOND) as tx:
        await tx.reminders.put_off(case, worker, why="off", until=NOW + DAY)

    async with charity.read(NOW + 2 * SECOND) as tx:
        found = await tx.reminders.put_offs([case])
    async with charity.read(NOW + DAY) as tx:
        over = await tx.reminders.put_offs([case])

    assert (found[case].why, found[case].person_id, found[case].until) == ("off", worker, NOW + DAY)
    assert over == {}
