"""Who asked to see what is held about them, and by when; and the ledger's lines about it, which they may ask for too.

The rule to keep: a request is found by its case reference alone, never by a person; the words of it stand elsewhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, text, update

from storage.cases import plain_reference
from storage.keeping import AccessRequest
from storage.records import Conflict, Entry, NotFound, from_micros, to_micros
from storage.tables import access_requests as table
from storage.tables import ledger
from storage.work import Work

_PAGE = 1_000


class Access:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def open(
        self, reference: str, *, received_at: datetime, due_at: datetime, opened_by: str | None
    ) -> AccessRequest:
        """A request about this reference, without its mark. `opened_by`: None for the command line."""
        id, plain = secrets.token_urlsafe(9), plain_reference(reference)
        await self._work.connection.execute(
            insert(table).values(
                id=id,
                organisation_id=self._work.organisation_id,
                reference=plain,
                received_at=to_micros(received_at),
                due_at=to_micros(due_at),
                opened_by=opened_by,
            )
        )
        return AccessRequest(id, plain, received_at, due_at, opened_by, None)

    async def get(self, id: str) -> AccessRequest:
        """Raises NotFound."""
        found = await self._list(table.c.id == id)
        if not found:
            raise NotFound("access request")
        return found[0]

    async def on_reference(self, reference: str) -> list[AccessRequest]:
        """Every request about this reference, whatever its mark or capitals, oldest first."""
        return await self._list(func.lower(table.c.reference) == plain_reference(reference).lower())

    async def waiting(self) -> list[AccessRequest]:
        """What is not answered yet, the next date first."""
        return await self._list(table.c.answered_at.is_(None))

    async def answer(self, id: str) -> None:
        """It was answered now. Raises Conflict: it was before, or there is none."""
        done = await self._work.connection.execute(
            update(table)
            .where(
                table.c.id == id,
                table.c.organisation_id == self._work.organisation_id,
                table.c.answered_at.is_(None),
            )
            .values(answered_at=to_micros(self._work.now))
        )
        if done.rowcount != 1:
            raise Conflict("access request")

    async def lines_about(self, ids: Collection[str]) -> list[Entry]:
        """Every entry of the ledger in which one of these ids stands, in order."""
        found: dict[int, Entry] = {}
        for id in sorted(set(ids)):
            after, more = 0, True
            while more:
                rows = await self._page(id, after)
                found.update((row.sequence, _entry(row)) for row in rows)
                # A page looks through all that is left of the ledger: after a short one there is nothing to look for.
                after, more = rows[-1].sequence if rows else after, len(rows) == _PAGE
        return [found[sequence] for sequence in sorted(found)]

    async def _page(self, id: str, after: int) -> list[Row[Any]]:
        # A body is canonical JSON, so an id stands in it between quotation marks and nowhere by chance.
        if self._work.postgresql:
            holds = text("position(CAST(:id AS bytea) IN ledger.body) > 0").bindparams(id=f'"{id}"'.encode())
        else:
            holds = text("instr(ledger.body, :id) > 0").bindparams(id=f'"{id}"'.encode())
        rows = await self._work.connection.execute(
            select(ledger)
            .where(ledger.c.organisation_id == self._work.organisation_id, ledger.c.sequence > after, holds)
            .order_by(ledger.c.sequence)
            .limit(_PAGE)
        )
        return list(rows)

    async def _list(self, which: Any) -> list[AccessRequest]:
        rows = await self._work.connection.execute(
            select(table)
            .where(table.c.organisation_id == self._work.organisation_id, which)
            .order_by(table.c.due_at, table.c.id)
        )
        return [
            AccessRequest(
                row.id,
                row.reference,
                from_micros(row.received_at),
                from_micros(row.due_at),
                row.opened_by,
                _moment(row.answered_at),
            )
            for row in rows
        ]


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.sequence, from_micros(row.at), row.body, row.previous, row.hash)
