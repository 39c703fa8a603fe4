"""Papers under a link: taken once, by whoever is first, until their time is over; and only their hash is kept."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage import tables
from storage.keeping import Handout
from storage.records import NotFound
from tests.storage.charity import NOW, Charity

SOON = timedelta(minutes=10)


async def offered(charity: Charity, *, at: datetime = NOW) -> tuple[str, Handout]:
    async with charity.begin(at) as tx:
        handout = Handout(charity.case.id, charity.worker.id, "note", "pdf")
        return await tx.handouts.offer(handout, until=at + SOON), handout


async def taken(charity: Charity, token: str, at: datetime = NOW) -> bool:
    async with charity.begin(at) as tx:
        return await tx.handouts.take(token)


async def test_it_is_taken_once_however_many_take_it_at_the_same_moment(charity: Charity) -> None:
    token, handout = await offered(charity)

    found = await asyncio.gather(*(taken(charity, token) for _ in range(5)))

    assert sorted(found) == [False, False, False, False, True]
    async with charity.read(NOW) as tx:
        assert await tx.handouts.of(token) == handout


async def test_it_is_over_when_its_time_is_and_gone_a_day_later(charity: Charity) -> None:
    token, _ = await offered(charity)
    assert not await taken(charity, token, NOW + SOON)

    await offered(charity, at=NOW + timedelta(days=2))

    async with charity.begin(NOW + timedelta(days=2)) as tx:
        with pytest.raises(NotFound):
            await tx.handouts.whose(token)


async def test_the_table_holds_nothing_with_which_it_could_be_taken(charity: Charity) -> None:
    token, _ = await offered(charity)

    async with charity.begin(NOW) as tx:
        [row] = (await tx.connection.execute(select(tables.handouts))).all()

    assert token not in repr(row)
