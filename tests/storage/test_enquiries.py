"""Questions about the digest: sealed, answered once, and destroyed with their keys."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.records import NotFound
from storage.sealing import CannotOpen, Keyring, new_key
from storage.tables import enquiries
from tests.storage.charity import NOW, Charity, behind

DAY = timedelta(days=1)


async def ask(charity: Charity) -> str:
    async with charity.begin() as tx:
        return await tx.enquiries.ask(charity.trustee.id, "2026-W47", "Who is told at night?")


async def answer(charity: Charity, id: str, words: str = "The one on call.") -> bool:
    async with charity.begin(NOW + DAY) as tx:
        return await tx.enquiries.answer(id, charity.colleague.id, words)


async def test_what_was_asked_and_answered_opens_and_lies_sealed(charity: Charity) -> None:
    id = await ask(charity)
    await answer(charity, id)

    async with charity.read() as tx:
        envelope, words = await tx.enquiries.get(id), await tx.enquiries.open(id)
        row = (await tx.connection.execute(select(enquiries))).one()
    assert words == ("Who is told at night?", "The one on call.")
    assert (envelope.asked_by, envelope.answered_by) == (charity.trustee.id, charity.colleague.id)
    assert (envelope.asked_at, envelope.answered_at) == (NOW, NOW + DAY)
    assert b"night" not in bytes(row.question) + bytes(row.answer)


async def test_of_several_answers_at_once_the_first_stands(charity: Charity, twin: Charity) -> None:
    id = await ask(charity)

    taken = await asyncio.gather(*(answer(each, id, f"Answer {n}.") for n in range(4) for each in (charity, twin)))

    async with charity.read() as tx:
        assert await tx.enquiries.waiting() == []
    assert sorted(taken) == [False] * 7 + [True]


async def test_without_the_key_or_from_another_place_it_does_not_open(charity: Charity) -> None:
    id = await ask(charity)
    await answer(charity, id)
    await behind(charity.store, "UPDATE enquiries SET question = answer")

    async with charity.read() as tx:
        with pytest.raises(CannotOpen):
            await tx.enquiries.open(id)
        tx.keys = replace(tx.keys, keys=Keyring.parse(new_key("another")).keys)
        with pytest.raises(CannotOpen):
            await tx.enquiries.open(id)


async def test_only_what_was_answered_by_then_is_destroyed(charity: Charity) -> None:
    old, open_ = await ask(charity), await ask(charity)
    await answer(charity, old)

    async with charity.begin() as tx:
        gone = [await tx.enquiries.destroy(answered_before=NOW + days * DAY) for days in (0, 1, 1)]

    assert gone == [0, 1, 0]
    async with charity.read() as tx:
        assert [each.id for each in await tx.enquiries.waiting()] == [open_]
        with pytest.raises(NotFound):
            await tx.enquiries.get(old)
