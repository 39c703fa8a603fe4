"""What lies in a database's files: every page of it, whether or not any row still points there.

The rule to keep: looked for are the bytes themselves, below SQL, which shows only what it wants to.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from storage.store import Store
from storage.tables import metadata


async def remains(store: Store, *known: bytes) -> list[str]:
    """Where one of these stands: a file of SQLite, a table's or an index's file of PostgreSQL. [] where nowhere."""
    return await _heap(store, known) if store.postgresql else _files(store.url, known)


def _files(url: str, known: Collection[bytes]) -> list[str]:
    """The database's file, and whatever lies beside it: the write-ahead log and its index."""
    path = Path(make_url(url).database or "")
    found = []
    for file in sorted(path.parent.glob(f"{path.name}*")):
        held = file.read_bytes()
        found += [f"{file.name}: {each[:20]!r}" for each in known if each in held]
    return found


async def _heap(store: Store, known: Collection[bytes]) -> list[str]:
    """The server reads its own files, after it has written out what it holds in memory. It must be ours to ask."""
    async with store.writer.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CHECKPOINT"))
        names = [table.name for table in metadata.sorted_tables if table.name != "ledger"]
        names.append("pg_statistic")  # what ANALYZE copied out of them, so that queries can be planned
        query = text(
            "SELECT c.relname, pg_read_binary_file(pg_relation_filepath(c.oid)) AS held FROM pg_class c"
            " LEFT JOIN pg_class t ON t.reltoastrelid = c.oid LEFT JOIN pg_index i ON i.indexrelid = c.oid"
            " LEFT JOIN pg_class o ON o.oid = i.indrelid"
            " WHERE c.relkind IN ('r', 't', 'i') AND coalesce(t.relname, o.relname, c.relname) = ANY(:names)"
        )
        rows = (await connection.execute(query, {"names": names})).all()
    return [f"{row.relname}: {each[:20]!r}" for row in rows for each in known if each in bytes(row.held)]
