"""Papers under a link: taken once, by whoever is first, until their time is over; and only their hash is kept."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage import tables
from storage.keeping import DigestLink, Handout
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


# Links to a digest


async def digest_offered(charity: Charity) -> tuple[str, DigestLink]:
    async with charity.begin() as tx:
        link = DigestLink("2026-W47", charity.trustee.id, "csv")
        return await tx.digest_links.offer(link, until=NOW + SOON), link


async def test_a_digest_is_taken_once_however_many_take_it_at_the_same_moment(charity: Charity) -> None:
    token, link = await digest_offered(charity)

    async def takes() -> bool:
        async with charity.begin() as tx:
            return await tx.digest_links.take(token)

    found = await asyncio.gather(*(takes() for _ in range(5)))

    assert sorted(found) == [False, False, False, False, True]
    async with charity.read(NOW) as tx:
        assert await tx.digest_links.of(token) == link
        assert await tx.digest_links.whose(token) == charity.id


async def test_a_digest_is_over_when_its_time_is(charity: Charity) -> None:
    token, _ = await digest_offered(charity)

    async with charity.begin(NOW + SOON) as tx:
        assert not await tx.digest_links.take(token)


async def test_a_link_to_a_digest_opens_no_record_and_the_other_way_round(charity: Charity) -> None:
    of_a_digest, _ = await digest_offered(charity)
    of_a_record, _ = await offered(charity)

    async with charity.begin() as tx:
        assert not await tx.handouts.take(of_a_digest)
        assert not await tx.digest_links.take(of_a_record)
        with pytest.raises(NotFound):
            await tx.handouts.whose(of_a_digest)
        with pytest.raises(NotFound):
            await tx.digest_links.whose(of_a_record)


async def test_neither_table_holds_anything_with_which_a_digest_could_be_taken(charity: Charity) -> None:
    token, _ = await digest_offered(charity)

    async with charity.begin() as tx:
        [row] = (await tx.connection.execute(select(tables.digest_links))).all()

    assert token not in repr(row)
