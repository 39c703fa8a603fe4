"""The few statements of every press, compiled once by SQLAlchemy and run on the driver itself, in its transaction.

SQLAlchemy's way through greenlets, cursors and results costs five to eight times what the driver needs for the same
statement, and a press has eight of them. The rule to keep: only a statement built at import, only inside `Store.begin`
or `Store.read`, and only types that both drivers take as they are (text, whole numbers, bytes).
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql as postgresql_dialects
from sqlalchemy.dialects import sqlite as sqlite_dialects
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.work import Work

_asyncpg: Any = postgresql_dialects.asyncpg.dialect
_DIALECTS: dict[bool, Any] = {True: _asyncpg(), False: sqlite_dialects.aiosqlite.dialect()}

_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)


class Ended(OperationalError):
    """The connection turned out to be over as its transaction was to begin: nothing was done, another one may serve."""


class Direct:
    """One statement, in the words of each engine. `rows` gives its rows as named tuples, none where it returns none."""

    def __init__(self, statement: Executable, *, sqlite: Executable | None = None) -> None:
        self._ways = {
            True: _Way(statement, postgresql=True),
            False: _Way(statement if sqlite is None else sqlite, postgresql=False),
        }

    @property
    def postgresql(self) -> _Way:
        return self._ways[True]

    async def rows(self, work: Work, values: Mapping[str, Any]) -> list[Any]:
        """Run it, where it was not asked ahead with the same values. Raises what SQLAlchemy would for the fault."""
        way = self._ways[work.postgresql]
        given = way.values(values)
        if work.ahead and (known := work.ahead.get(self)) and known[0] == given:
            return [way.row(*row) for row in known[1]]
        if work.postgresql:
            found = await fetch(work.driver, way.sql, given)
        else:
            try:
                # On the loop itself: each is a look-up by key inside a transaction that has its lock already, some
                # twenty microseconds, where the way to the driver's thread and back costs more and lets others in
                # between while everybody waits for this writer. BEGIN and COMMIT, which may wait, go to the thread.
                found = way.at_once(work.driver, given)
            except Exception as fault:
                _raise(fault)
        return [way.row(*row) for row in found]


class _Way:
    """A statement for one engine: its text, the names of its parameters in order, and the shape of its rows."""

    def __init__(self, statement: Executable, *, postgresql: bool) -> None:
        compiled: Any = statement.compile(dialect=_DIALECTS[postgresql])  # type: ignore[attr-defined]
        self.sql = str(compiled)
        self.names: tuple[str, ...] = tuple(compiled.positiontup)
        self.given: dict[str, Any] = dict(compiled.params)
        columns = [column.key for column in getattr(statement, "exported_columns", ())]
        named: Any = namedtuple  # its fields are known at run time only
        self.row: Any = named("row", columns, rename=True) if columns else _as_it_is

    def values(self, values: Mapping[str, Any]) -> list[Any]:
        """In the order of the parameters; what is not given stands in the statement."""
        return [values[name] if name in values else self.given[name] for name in self.names]

    def at_once(self, driver: Any, given: list[Any]) -> list[Any]:
        cursor = driver._conn.execute(self.sql, given)
        try:
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()


async def fetch(driver: Any, sql: str, given: Sequence[Any]) -> list[Any]:
    """The rows of a statement from PostgreSQL's driver. Raises as `Direct.rows` does."""
    try:
        return list(await driver.fetch(sql, *given))
    except Exception as fault:
        _raise(fault)


def _as_it_is(*values: Any) -> tuple[Any, ...]:
    return values


class _Open:
    """A PostgreSQL transaction as SQLAlchemy's adapter keeps one while it is open: it would begin another one, else."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    async def commit(self) -> None:
        await self._driver.execute("COMMIT")

    async def rollback(self) -> None:
        await self._driver.execute("ROLLBACK")


async def open_on(connection: AsyncConnection) -> Any:
    """PostgreSQL's own driver, in a transaction that has begun; SQLAlchemy would begin one with its first statement.

    Raises Ended where the server has ended the connection: the pool looks at the line, which is closed a little later.
    """
    raw = raw_of(connection)
    driver, adapter = raw.driver_connection, raw.dbapi_connection
    isolation = f" ISOLATION LEVEL {adapter.isolation_level.replace('_', ' ')}" if adapter.isolation_level else ""
    try:
        await driver.execute(f"BEGIN{isolation}{' READ ONLY' if adapter.readonly else ''}")
    except BaseException as fault:
        over = driver.is_closed()
        # Cut off half-way, the driver may be in a transaction that SQLAlchemy knows nothing of: never used again.
        driver.terminate()
        if isinstance(fault, Exception) and over:
            raise Ended(None, None, fault) from fault
        if isinstance(fault, Exception):
            _raise(fault)
        raise
    adapter._transaction = _Open(driver)
    return driver


async def close_on(connection: AsyncConnection, last: str) -> None:
    """Commit what `open_on` began, in one trip with the statement `last` ("" is none), and give the connection back.

    Raises what SQLAlchemy would raise; then nothing is committed, but where the line broke on the way.
    """
    raw = raw_of(connection)
    try:
        done = await raw.driver_connection.execute(f"{last}; COMMIT" if last else "COMMIT")
    except Exception as fault:
        _raise(fault)
    if done != "COMMIT":  # a statement had failed and nobody said so: the server answers a COMMIT with ROLLBACK
        raise OperationalError(None, None, RuntimeError("nothing was committed"))
    raw.dbapi_connection._transaction = None
    # Nothing of these two asks the server any more, so they need none of SQLAlchemy's way to wait for one.
    connection.sync_connection.commit()  # type: ignore[union-attr]
    connection.sync_connection.close()  # type: ignore[union-attr]


def raw_of(connection: AsyncConnection) -> Any:
    """The pool's connection, which is there already: SQLAlchemy's own way to it would be one that could wait."""
    return connection.sync_connection.connection  # type: ignore[union-attr]


def _raise(fault: Exception) -> NoReturn:
    match fault:
        case sqlite3.IntegrityError() | asyncpg.IntegrityConstraintViolationError():
            raise IntegrityError(None, None, fault) from fault
        case sqlite3.OperationalError() | OSError() | AsyncAdapt_asyncpg_dbapi.Error():
            raise OperationalError(None, None, fault) from fault
        case sqlite3.Error() | asyncpg.PostgresError() | asyncpg.InterfaceError():
            kind = OperationalError if isinstance(fault, _LOST) else DBAPIError
            raise kind(None, None, fault) from fault
        case _:
            raise fault
