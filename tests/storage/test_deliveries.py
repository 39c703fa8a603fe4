"""Deliveries: a product that sends the same thing twice changes nothing the second time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.storage.charity import NOW, Charity, rows


async def test_the_same_delivery_is_taken_once(charity: Charity) -> None:
    async with charity.begin() as tx:
        first = await tx.deliveries.take("web", "T1", "press-1")
    async with charity.begin(NOW + timedelta(days=1)) as tx:
        second = await tx.deliveries.take("web", "T1", "press-1")

    assert (first, second) == (True, False)


async def test_the_same_delivery_is_taken_once_within_one_transaction_too(charity: Charity) -> None:
    async with charity.begin() as tx:
        assert [await tx.deliveries.take("web", "T1", "press-1") for _ in range(2)] == [True, False]


@pytest.mark.parametrize("other", [("slack", "T1", "press-1"), ("web", "T2", "press-1"), ("web", "T1", "press-2")])
async def test_another_channel_workspace_or_press_is_another_delivery(
    charity: Charity, other: tuple[str, str, str]
) -> None:
    async with charity.begin() as tx:
        await tx.deliveries.take("web", "T1", "press-1")

        assert await tx.deliveries.take(*other)


async def test_a_delivery_whose_event_failed_may_come_again(charity: Charity) -> None:
    with suppress(ZeroDivisionError):
        async with charity.begin() as tx:
            await tx.deliveries.take("web", "T1", "press-1")
            raise ZeroDivisionError

    async with charity.begin() as tx:
        assert await tx.deliveries.take("web", "T1", "press-1")


async def test_of_ten_copies_that_arrive_at_once_one_is_taken(charity: Charity) -> None:
    async def arrive() -> bool:
        async with charity.begin() as tx:
            return await tx.deliveries.take("web", "T1", "press-1")

    taken = await asyncio.gather(*(arrive() for _ in range(10)))

    assert sorted(taken) == [False] * 9 + [True]
    assert len(await rows(charity.store, "SELECT * FROM deliveries")) == 1


async def test_a_copy_waits_for_the_first_to_end_and_is_taken_if_that_failed(charity: Charity) -> None:
    taken = asyncio.Event()

    async def first() -> None:
        async with charity.begin() as tx:
            await tx.deliveries.take("web", "T1", "press-1")
            taken.set()
            await asyncio.sleep(0)
            raise ZeroDivisionError

    async def second() -> bool:
        await taken.wait()
        async with charity.begin() as tx:
            return await tx.deliveries.take("web", "T1", "press-1")

    failed, applied = await asyncio.gather(first(), second(), return_exceptions=True)

    assert isinstance(failed, ZeroDivisionError)
    assert applied is True
