"""The ledger's table as it can be read, on the raw driver of each engine; nothing is taken for granted about it.

The rule to keep: one statement reads a whole chain, page by page, so it is one moment's chain and memory stays flat.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from storage.work import Work

PAGE = 20_000  # entries, some 6 MB

_WHERE = "SELECT sequence, at, body, previous, hash FROM ledger WHERE organisation_id = $1"
_ALL = _WHERE + " ORDER BY sequence"
_UPTO = _WHERE + " AND sequence <= $2 ORDER BY sequence"
_AFTER = _WHERE + " AND sequence > $2 ORDER BY sequence"
_NEXT = _WHERE + " AND sequence > $2 ORDER BY sequence LIMIT 1"
_WRITTEN_AFTER = _WHERE + " AND previous = $2 ORDER BY sequence"
_HASHED = _WHERE + " AND hash = $2 ORDER BY sequence"
_LAST = "SELECT max(sequence) FROM ledger WHERE organisation_id = $1"
_WHOSE = "SELECT min(organisation_id) FROM ledger WHERE organisation_id > $1"


class Link(NamedTuple):
    """An entry as the table has it: of a table that somebody made anew, each of these may be anything."""

    sequence: Any
    at: Any
    body: Any
    previous: Any
    hash: Any


class Chain(Protocol):
    """The ledger's table as it can be read; nothing is taken for granted about what stands in it."""

    def pages(
        self, organisation_id: str, *, after: int | None = None, upto: int | None = None
    ) -> AsyncIterator[Sequence[Any]]:
        """A charity's entries by number, some thousands at a time: number, time, body, previous, hash.

        All of them; or those `upto` a number and with it; or those `after` it. The two parts are the whole, whatever
        stands where a number belongs.
        """

    async def following(self, organisation_id: str, sequence: int) -> Link | None:
        """The entry with the next higher number."""

    async def written_after(self, organisation_id: str, digest: bytes) -> list[Link]:
        """Whatever names this hash as that of the entry before it."""

    async def hashed(self, organisation_id: str, digest: bytes) -> list[Link]:
        """Whatever has this hash."""

    async def last(self, organisation_id: str) -> int:
        """The highest number there is, 0 where there is none."""

    async def whose(self) -> list[str]:
        """The charities that have any entry."""


def chain_in(work: Work, *, page: int = PAGE) -> Chain:
    """The ledger as this transaction sees it, so many entries at a time."""
    return OnPostgreSQL(work.driver, page) if work.postgresql else OnSQLite(work.driver._conn, page)  # noqa: SLF001  (as `direct`)


class OnSQLite:
    """On the driver's own connection, which may be any that has the table."""

    def __init__(self, connection: sqlite3.Connection, page: int = PAGE) -> None:
        self._connection = connection
        self._page = page

    async def pages(
        self, organisation_id: str, *, after: int | None = None, upto: int | None = None
    ) -> AsyncIterator[Sequence[Any]]:
        cursor = self._run(*_part(organisation_id, after, upto))
        while page := cursor.fetchmany(self._page):
            yield page

    async def following(self, organisation_id: str, sequence: int) -> Link | None:
        row = self._run(_NEXT, organisation_id, sequence).fetchone()
        return None if row is None else Link(*row)

    async def written_after(self, organisation_id: str, digest: bytes) -> list[Link]:
        return [Link(*row) for row in self._run(_WRITTEN_AFTER, organisation_id, digest)]

    async def hashed(self, organisation_id: str, digest: bytes) -> list[Link]:
        return [Link(*row) for row in self._run(_HASHED, organisation_id, digest)]

    async def last(self, organisation_id: str) -> int:
        return int(self._run(_LAST, organisation_id).fetchone()[0] or 0)

    async def whose(self) -> list[str]:
        found = [""]
        while (row := self._run(_WHOSE, found[-1]).fetchone()[0]) is not None:
            found.append(row)
        return found[1:]

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql.replace("$", "?"), values)


class OnPostgreSQL:
    """On the driver's own connection, inside a transaction."""

    def __init__(self, connection: Any, page: int = PAGE) -> None:
        self._connection = connection
        self._page = page

    async def pages(
        self, organisation_id: str, *, after: int | None = None, upto: int | None = None
    ) -> AsyncIterator[Sequence[Any]]:
        cursor = await self._connection.cursor(*_part(organisation_id, after, upto))
        while page := await cursor.fetch(self._page):
            yield page

    async def following(self, organisation_id: str, sequence: int) -> Link | None:
        row = await self._connection.fetchrow(_NEXT, organisation_id, sequence)
        return None if row is None else Link(*row)

    async def written_after(self, organisation_id: str, digest: bytes) -> list[Link]:
        return [Link(*row) for row in await self._connection.fetch(_WRITTEN_AFTER, organisation_id, digest)]

    async def hashed(self, organisation_id: str, digest: bytes) -> list[Link]:
        return [Link(*row) for row in await self._connection.fetch(_HASHED, organisation_id, digest)]

    async def last(self, organisation_id: str) -> int:
        return int(await self._connection.fetchval(_LAST, organisation_id) or 0)

    async def whose(self) -> list[str]:
        found = [""]
        while (row := await self._connection.fetchval(_WHOSE, found[-1])) is not None:
            found.append(row)
        return found[1:]


def _part(organisation_id: str, after: int | None, upto: int | None) -> tuple[str, *tuple[object, ...]]:
    if after is not None:
        return (_AFTER, organisation_id, after)
    return (_ALL, organisation_id) if upto is None else (_UPTO, organisation_id, upto)
