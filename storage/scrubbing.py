"""What is left of destroyed and changed rows in the pages of the database, cleaned out. Outside any transaction.

The rule to keep: nobody notices that they stand in a queue behind this. Where a table is busy it tries again, and soon
gives up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.anew import TABLES
from storage.store import Store, StoreUnavailable

_LONGEST = 40.0  # seconds for one table; a job is cut at 48
_TRIES, _AGAIN = 50, 0.1  # at a table that is busy, and the seconds in between, in which whoever waited goes on
_LOOKS, _STILL_SEEN = 10, 1.0  # at one whose dead rows somebody still sees: a snapshot that is older than their end
_BUSY = "55P03"  # lock_not_available


async def scrub(store: Store, tables: Collection[str] = TABLES) -> None:
    """The pages of these tables. Raises StoreUnavailable: somebody is at work in them, or there is no database.

    SQLite overwrites deleted cells as they go (secure_delete); here the write-ahead log is emptied into the file.
    PostgreSQL's plain VACUUM frees the room and leaves the bytes lying in it, so each table is written anew, which
    takes it for as long as that lasts; and once more where dead rows went along, because somebody's snapshot still saw
    them. What the server keeps beside its tables (write-ahead segments, archives,
    backups) is out of our reach: their lifetime is part of the promise.
    """
    try:
        await (_write_anew(store.url, tables) if store.postgresql else _checkpoint(store))
    except DBAPIError as trouble:
        raise StoreUnavailable(type(trouble).__name__) from trouble
    except (OSError, TimeoutError) as trouble:
        raise StoreUnavailable(type(trouble).__name__) from trouble


async def _checkpoint(store: Store) -> None:
    """Its own connection: the writer's is kept inside a transaction."""
    engine = create_async_engine(store.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text("PRAGMA busy_timeout=5000"))
            busy = (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).one()[0]
    finally:
        await engine.dispose()
    if busy:
        raise StoreUnavailable("readers are in the write-ahead log")


async def _write_anew(url: str, tables: Collection[str]) -> None:
    settings = {"timeout": 10.0, "command_timeout": _LONGEST}
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=settings)
    try:
        async with engine.connect() as connection:
            for name in tables:
                await _one(connection, name)
    finally:
        await engine.dispose()


async def _one(connection: AsyncConnection, name: str) -> None:
    """Raises DBAPIError: a backup, say, reads it for an hour. StoreUnavailable: for as long it sees dead rows."""
    tries, looks = _TRIES, _LOOKS
    while True:
        try:
            seen = await _dead_rows_left(connection, name)
        except DBAPIError as trouble:
            tries -= 1
            if getattr(trouble.orig, "sqlstate", "") != _BUSY or not tries:
                raise
            await asyncio.sleep(_AGAIN)
        else:
            looks -= 1
            if not seen:
                return
            if not looks:
                raise StoreUnavailable(f"somebody still sees dead rows of {name}")
            await asyncio.sleep(_STILL_SEEN)


async def _dead_rows_left(connection: AsyncConnection, name: str) -> int:
    """Write it anew; how many dead rows stand in the new file, as the server says in the detail of its message."""
    said: list[str] = []
    driver: Any = (await connection.get_raw_connection()).driver_connection

    def hears(_: object, message: Any) -> None:
        said.append(message.detail or "")

    driver.add_log_listener(hears)
    try:
        await connection.execute(text("SELECT write_anew(:name)"), {"name": name})
        await asyncio.sleep(0)  # its messages are handed on in the next round of the loop
    finally:
        driver.remove_log_listener(hears)
    # "3 dead row versions cannot be removed yet.", in the server's language: the number comes first in all of them.
    return sum(int(found[0]) for detail in said if (found := re.search(r"\d+", detail)))
