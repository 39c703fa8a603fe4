"""Bringing a database to the newest form, in the process, before anything else touches it.

One process migrates at a time (an advisory lock on PostgreSQL, BEGIN IMMEDIATE on SQLite), with an engine of its own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.store import StoreUnavailable
from storage.triggers import put_triggers

_LOCK = 7_203_115_846  # ours alone: any number that no other user of the same database takes
_AGAIN = 0.1  # seconds between two tries to turn SQLite's journal over
_LAST_WORD = 0.1  # seconds; only where there was no connection
_NOT_ALLOWED = "42501"  # insufficient_privilege
_PATIENCE = 60  # seconds that SQLite waits for another process that is migrating


class NotOurs(Exception):
    """The role of the address may not change the tables. Nothing was changed."""


async def migrate(url: str) -> None:
    """Run every migration that is missing. Raises StoreUnavailable when the database is out of reach, NotOurs."""
    try:
        await _migrate(url)
    except DBAPIError as trouble:
        if getattr(trouble.orig, "sqlstate", "") != _NOT_ALLOWED:
            raise
        raise NotOurs from trouble


async def _migrate(url: str) -> None:
    engine = _engine(url)
    try:
        async with _connected(engine) as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
                await connection.commit()
            try:
                await connection.run_sync(_upgrade)
            finally:
                if connection.dialect.name == "postgresql":
                    await connection.rollback()
                    await connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
                    await connection.commit()
    finally:
        await engine.dispose()


async def pending(url: str) -> bool:
    """Whether the database is older than this code. Raises StoreUnavailable."""
    return await _asked(url, _pending)


async def untouched(url: str) -> bool:
    """Whether no migration was ever run here: nobody else can be at work in it. Raises StoreUnavailable."""
    return await _asked(url, lambda connection: MigrationContext.configure(connection).get_current_revision() is None)


async def _asked(url: str, question: Callable[[Connection], bool]) -> bool:
    engine = _engine(url)
    try:
        async with _connected(engine) as connection:
            return await connection.run_sync(question)
    finally:
        await engine.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Raises StoreUnavailable, with the driver's own name for what is wrong and never the address."""
    connected = False
    try:
        await _write_ahead(engine)
        async with engine.connect() as connection:
            connected = True
            yield connection
    except (DBAPIError, sqlite3.Error, OSError, TimeoutError) as trouble:
        if connected:
            raise
        # SQLite's driver has a thread that still tells the loop that it ended; a loop that is gone gets a traceback.
        await asyncio.sleep(_LAST_WORD)
        first: BaseException = trouble
        while first.__cause__ is not None:
            first = first.__cause__
        raise StoreUnavailable(type(first).__name__) from trouble


async def _write_ahead(engine: AsyncEngine) -> None:
    """SQLite's journal as everybody uses it. Whoever turns it over while another does is refused at once, unwaited."""
    if engine.dialect.name != "sqlite":
        return
    for _ in range(int(_PATIENCE / _AGAIN)):
        try:
            async with engine.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                if raw is not None:
                    await raw.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as busy:
            if "locked" not in str(busy):
                raise
        await asyncio.sleep(_AGAIN)


def _engine(url: str) -> AsyncEngine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, poolclass=NullPool)
    # The driver's own transactions leave table changes out, so it is told to start none.
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE, "isolation_level": None})

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(raw: Any, _: Any) -> None:
        cursor = raw.cursor()
        # With foreign keys on, rebuilding a table deletes the rows that point at it; they are checked at the end.
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # One transaction from the question which version this is to the last change: whoever waits sees the outcome.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _pending(connection: Connection) -> bool:
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() != newest


def _upgrade(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.begin()  # before Alembic, which keeps what it runs in global names: one at a time in it
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    # A batch ALTER on SQLite silently drops triggers, so all of them are put back after every run.
    put_triggers(connection)
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            connection.rollback()
            raise RuntimeError(
                f"the migration would leave {len(broken)} rows that point at nothing; nothing was changed"
            )
    connection.commit()
