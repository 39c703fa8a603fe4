"""Requests to see what is held: opened, listed by date, answered once; and the lines of the ledger about one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from storage.records import Conflict
from storage.store import Transaction
from tests.storage.charity import NOW, Charity

MONTH = timedelta(days=30)


async def test_a_request_is_kept_by_the_plain_reference_and_found_by_any_way_to_write_it(charity: Charity) -> None:
    async with charity.begin() as tx:
        opened = await tx.access.open("HP-118 (4K)", received_at=NOW, due_at=NOW + MONTH, opened_by=charity.worker.id)

    async with charity.begin() as tx:
        assert opened.reference == "HP-118"
        assert await tx.access.on_reference("hp-118 (9X)") == [opened]
        assert await tx.access.on_reference("HP-1") == []
        assert await tx.access.get(opened.id) == opened


async def test_what_waits_is_in_the_order_of_its_dates_and_is_answered_once(charity: Charity) -> None:
    async with charity.begin() as tx:
        later = await tx.access.open("HP-2", received_at=NOW, due_at=NOW + 2 * MONTH, opened_by=None)
        first = await tx.access.open("HP-1", received_at=NOW, due_at=NOW + MONTH, opened_by=None)
    async with charity.begin() as tx:
        assert await tx.access.waiting() == [first, later]

        await tx.access.answer(first.id)

        assert await tx.access.waiting() == [later]
        with pytest.raises(Conflict):
            await tx.access.answer(first.id)


async def test_the_ledgers_lines_about_one_are_all_of_its_own_and_nobody_elses(charity: Charity) -> None:
    async with charity.begin() as tx:
        tx.note("read", consultation=charity.case.id)
        tx.note("read", consultation=f"{charity.case.id}x")
        tx.note("told of both", consultation="another", other=charity.case.id)

    async with charity.begin() as tx:
        lines = await tx.access.lines_about([charity.case.id])

    assert [json.loads(line.body)["kind"] for line in lines if b"read" in line.body or b"both" in line.body] == [
        "read",
        "told of both",
    ]
    assert [line.sequence for line in lines] == sorted(line.sequence for line in lines)


async def test_the_ledger_is_looked_through_once_where_one_page_holds_it_all(charity: Charity) -> None:
    async with charity.begin() as tx:
        tx.note("read", consultation=charity.case.id)
    async with charity.begin() as tx:
        said: list[str] = []
        event.listen(await _sync(tx), "before_cursor_execute", lambda *args: said.append(args[2]))

        assert await tx.access.lines_about([charity.case.id])

    assert len([statement for statement in said if "FROM ledger" in statement]) == 1


async def _sync(tx: Transaction) -> Connection:
    return await tx.connection.run_sync(lambda connection: connection)


async def test_more_lines_than_one_page_are_all_read(charity: Charity) -> None:
    async with charity.begin() as tx:
        for _ in range(1_001):
            tx.note("read", consultation=charity.case.id)

    async with charity.begin() as tx:
        assert len([each for each in await tx.access.lines_about([charity.case.id]) if b'"read"' in each.body]) == 1_001
