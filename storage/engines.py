"""How each engine is opened: PostgreSQL with a pool, SQLite with one connection that writes and some that read.

The rule to keep: an error never carries what somebody typed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import one_trip

TIMEOUT = 10.0
"""Seconds to wait for a lock or a connection, where the caller names no bound of its own."""

POOLED = 20  # connections to PostgreSQL

LONGEST = 64 * 1024
"""Characters of a statement whose plan is kept. The figures' are beyond the driver's own 15,000, and then are planned
each time anew, which takes twenty times as long as to answer them."""

_OPENING = 2.0  # seconds that SQLite waits for a lock while a file is opened


def postgresql(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,  # an error's text may reach a log; what somebody typed may not
        pool_size=POOLED,
        max_overflow=0,  # overflow connections are thrown away on return: opened and prepared again for every rush
        pool_timeout=TIMEOUT,
        pool_recycle=1800,
        connect_args={"timeout": TIMEOUT, "command_timeout": TIMEOUT, "max_cacheable_statement_size": LONGEST},
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def alive(raw: Any, _: Any, __: Any) -> None:
        # A server that was restarted has closed our idle connections: the pool opens others, and no press is lost.
        if raw.driver_connection.is_closed():
            raise DisconnectionError

    return engine


def sqlite(url: str, *, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,  # an error's text may reach a log; what somebody typed may not
        pool_size=1 if writes else 4,
        max_overflow=0,
        pool_timeout=TIMEOUT,
        connect_args={"timeout": _OPENING, "isolation_level": None, "cached_statements": 256, **one_trip.CONNECT},
        module=one_trip.MODULE,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(raw: Any, _: Any) -> None:
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # a destroyed key must not linger in free pages
        # From here on only a BEGIN IMMEDIATE can meet a lock; `storage.one_trip` and the store wait for that in steps.
        cursor.execute("PRAGMA busy_timeout=0" if writes else "PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        # IMMEDIATE: a transaction that reads first and writes later would fail with "database is locked".
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
