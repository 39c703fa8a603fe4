"""How an engine goes about a statement, by its own word.

The rule to keep: what is read here is the plan of a statement that the code under test has sent itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event

from storage.store import Transaction

NOTHING = "SCAN CONSTANT ROW"  # the one row of a query without a table


def through(walked: Sequence[str]) -> list[str]:
    """The lines that go through a whole table."""
    return [line for line in walked if "Seq Scan" in line or (line.startswith("SCAN ") and line != NOTHING)]


@asynccontextmanager
async def explained(tx: Transaction, walked: list[str]) -> AsyncIterator[None]:
    """Whatever is asked in here is explained at the end, a line for each way into a table.

    PostgreSQL says by what it looks in a line of its own.
    """
    asked: list[tuple[str, Any]] = []

    def keep(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    engine = tx.connection.engine.sync_engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", keep)
    how = "EXPLAIN" if tx.postgresql else "EXPLAIN QUERY PLAN"
    for statement, parameters in asked:
        plan = await tx.connection.exec_driver_sql(f"{how} {statement}", parameters)
        lines = [str(row[-1]).strip() for row in plan]
        walked += [line for line in lines if " on " in line or line.startswith(("SCAN ", "SEARCH ", "Index Cond"))]
