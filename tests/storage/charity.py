"""An invented charity in a real store, and the raw SQL that goes behind the store's back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from storage.records import Address, ApprovalRequest, Consultation, Person, Role
from storage.store import Store, Transaction

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Charity:
    """One organisation with a worker, two who may approve, and one consultation of the worker's."""

    store: Store
    id: str
    worker: Person
    trustee: Person
    colleague: Person
    case: Consultation

    @asynccontextmanager
    async def begin(self, now: datetime = NOW) -> AsyncIterator[Transaction]:
        async with self.store.begin(now) as tx:
            tx.bind(self.id)
            yield tx

    @asynccontextmanager
    async def read(self, now: datetime = NOW) -> AsyncIterator[Transaction]:
        async with self.store.read(now) as tx:
            tx.bind(self.id)
            yield tx

    async def ask(self, *, fingerprint: str = "as proposed") -> ApprovalRequest:
        """A pending request about the consultation, asked of both who may approve."""
        async with self.begin() as tx:
            return await tx.approvals.ask(
                self.case.id,
                lane="child",
                outcome="share",
                code="A1",
                fingerprint=fingerprint,
                people=[self.trustee.id, self.colleague.id],
            )

    async def say(self, words: str, *, kind: str = "reason") -> str:
        """The id of a kept text of the worker's."""
        async with self.begin() as tx:
            return await tx.texts.keep(self.case.id, self.worker.id, kind, words)

    def account(self, person: Person) -> Address:
        return Address(person.id, "web", self.id, person.handle, f"{person.handle}-alone")


async def found(store: Store, name: str) -> Charity:
    """A new charity of that name in the store; everything the store notes about it is in its ledger."""
    roster: tuple[tuple[str, Role, tuple[str, ...]], ...] = (
        ("worker", "worker", ()),
        ("trustee", "trustee", ("approve", "chair")),
        ("colleague", "worker", ("approve",)),
    )
    async with store.begin(NOW) as tx:
        organisation = await tx.organisations.add(name, {"time_zone": "Europe/London"})
        people = [
            await tx.people.put(handle=handle, name=f"{handle.title()} of {name}", role=role, capabilities=can)
            for handle, role, can in roster
        ]
        worker, trustee, colleague = people
        for person in people:
            await tx.people.connect(person.id, channel="web", tenant=organisation.id, user=person.handle)
        case = await tx.cases.open(worker.id, reference="CASE-1", book_id="justus", book_version="1")
    return Charity(store, organisation.id, worker, trustee, colleague, case)


async def rows(store: Store, query: str, **values: Any) -> list[Any]:
    """What the tables themselves say."""
    async with store.reader.connect() as connection:
        return list((await connection.execute(text(query), values)).all())


async def behind(store: Store, *statements: str, **values: Any) -> None:
    """Do this to the tables without the store."""
    async with store.writer.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement), values if ":" in statement else {})


def unguarded(store: Store, statement: str) -> tuple[str, ...]:
    """The statements that somebody who owns the database would use to change the ledger."""
    if store.postgresql:
        name = "ledger_no_change"
        return (
            f"ALTER TABLE ledger DISABLE TRIGGER {name}",
            statement,
            f"ALTER TABLE ledger ENABLE ALWAYS TRIGGER {name}",
        )
    return *(f"DROP TRIGGER ledger_no_{change}" for change in ("update", "delete", "replace")), statement


async def blocked(store: Store) -> None:
    """Until somebody waits for a lock in this database."""
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = asyncio.get_running_loop().time() + 30
    while not await rows(store, query):
        assert asyncio.get_running_loop().time() < deadline, "nobody waits"
        await asyncio.sleep(0.01)
