"""A SQLite database opened by Python's own driver, to verify the ledger in it without any library having to be read.

The rule to keep: it is only read, as it was at one moment; what is no plain file goes through `storage.store`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.chains import Chain, OnSQLite

_PLAIN = re.compile(r"sqlite(?:\+aiosqlite)?:///(?!:memory:)([^?]+)")


def plain_file(address: str) -> Path | None:
    """The file of such an address; None where it names anything else or more."""
    matched = _PLAIN.fullmatch(address)
    return Path(matched[1]) if matched else None


@contextmanager
def ledger_in(file: Path) -> Iterator[tuple[Chain, dict[str, str]]]:
    """The ledger in this file, and each charity's name by its id. Raises StoreUnavailable."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as opened:
            opened.execute("BEGIN")
            names = dict(opened.execute("SELECT id, name FROM organisations ORDER BY created_at, id").fetchall())
            yield OnSQLite(opened), names
    except sqlite3.Error as trouble:
        from storage.store import StoreUnavailable  # read only where it is raised: it brings the libraries

        raise StoreUnavailable(type(trouble).__name__) from trouble
