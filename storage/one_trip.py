"""SQLAlchemy's aiosqlite adapter with one trip to the connection's thread a statement, instead of four.

As shipped, every statement goes to the thread for its cursor, to run, to fetch and to close: 35 trips a press, which
was half of a press's CPU. The rule to keep: what may be slow or wait runs in the thread and never holds the loop.
"""

from __future__ import annotations

import collections
import sqlite3
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT
from sqlalchemy.util.concurrency import await_

CONNECT = {"check_same_thread": False}
"""Needed by this and by `storage.direct`, which use the connection outside its thread, never at the same time."""


PATIENCE = 0.1  # seconds in the thread for one look at a lock that another process holds


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()
    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection: Any = adapt_connection._connection
        self._cursor: Any = None
        self._soft_closed_memoized = EMPTY_DICT
        self._rows = collections.deque()

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        def run() -> list[Any]:
            self._cursor = self._connection._conn.cursor()
            self._cursor.execute(operation, parameters or ())
            return self._cursor.fetchall() if self._cursor.description else []

        def patiently() -> list[Any]:
            self._connection._conn.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")
            try:
                return run()
            finally:
                self._connection._conn.execute("PRAGMA busy_timeout=0")

        if not operation.startswith("BEGIN"):
            self._in_thread(run)
        elif not self._begins_at_once(run):
            self._in_thread(patiently)

    def _begins_at_once(self, run: Any) -> bool:
        """Whether nobody else held the lock: then this took microseconds, and the next in our own queue waits for less.

        The connection's own patience is none, so that this never holds the loop; in the thread it has some.
        """
        try:
            run()
        except sqlite3.OperationalError:
            return False
        return True

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        def run() -> list[Any]:
            self._cursor = self._connection._conn.cursor()
            self._cursor.executemany(operation, seq_of_parameters)
            return []

        self._in_thread(run)

    def _in_thread(self, run: Any) -> None:
        try:
            self._rows = collections.deque(await_(self._connection._execute(run)))
        except Exception as error:
            self._adapt_connection._handle_exception(error)


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor


class _Dbapi(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> Any:
        return _Connection(self, super().connect(*arg, **kw)._connection)


MODULE = _Dbapi(aiosqlite, sqlite3)
"""Pass it to `create_async_engine(module=…)`, with `CONNECT` among the connect arguments."""
