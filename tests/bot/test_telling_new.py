"""Who is told because they have no message about it yet: also whoever had one that was deleted since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from bot.deciding.requests import tell_new
from bot.team.membership import take_back_copies
from bot.telling import tell
from storage.records import Address, Consultation, Person
from storage.sealing import Keyring, new_key
from storage.store import Store, Transaction
from storage.tables import jobs

NOW = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)


@pytest.fixture
async def tx(database_url: str) -> AsyncIterator[Transaction]:
    store = Store(database_url, Keyring.parse(new_key("test")))
    async with store.begin(NOW) as found:
        await found.organisations.add("The Invented Trust", {"book": "small"})
        yield found
    await store.close()


async def told(tx: Transaction) -> tuple[Consultation, Person]:
    """A consultation, and a lead who has a message about it that has arrived."""
    worker = await tx.people.put(handle="w", name="Wren", role="worker", capabilities=[])
    lead = await tx.people.put(handle="l", name="Lark", role="trustee", capabilities=["safeguarding"])
    await tx.people.connect(lead.id, channel="paper", tenant="t", user="l")
    case = await tx.cases.open(worker.id, reference="IT-2026-0001", book_id="small", book_version="1")
    await tell(tx, case, "told", [lead])
    [copy] = await tx.posts.of(case.id)
    await tx.posts.place(copy.id, "d", "1")
    return case, lead


async def test_whoever_has_a_message_gets_no_second_one(tx: Transaction) -> None:
    case, lead = await told(tx)

    assert await tell_new(tx, case, [lead], ("told",)) == []


async def test_whoever_had_one_that_was_deleted_is_told_anew(tx: Transaction) -> None:
    case, lead = await told(tx)
    [copy] = await tx.posts.of(case.id)
    await tx.retention.erased(copy.id)

    first = await tell_new(tx, case, [lead], ("told",))
    again = await tell_new(tx, case, [lead], ("told",))

    assert (first, again) == ([lead], [])


async def test_a_deleted_message_does_not_come_back_as_its_account_is_taken_away(
    tx: Transaction,
) -> None:
    case, lead = await told(tx)
    [copy] = await tx.posts.of(case.id)
    account = Address(lead.id, copy.channel, copy.tenant, copy.user, copy.conversation)
    await tx.connection.execute(delete(jobs))
    await take_back_copies(tx, account)
    there = await promised(tx)
    await tx.connection.execute(delete(jobs))
    await tx.retention.erased(copy.id)

    await take_back_copies(tx, account)

    assert (there, await promised(tx)) == ([f"card:{copy.id}"], [])


async def promised(tx: Transaction) -> list[str]:
    rows = await tx.connection.execute(select(jobs.c.key).where(jobs.c.kind == "letter"))
    return [row.key for row in rows]
