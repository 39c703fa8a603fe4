"""What really lies on the disk of a database: every file of SQLite's, and PostgreSQL's own with its write-ahead log.

The rule to keep: look for words that nobody else writes, since a server is shared by many tests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url


class OutOfReach(Exception):
    """The server's files lie on another machine, or belong to somebody else: our own server is not."""


async def standing(url: str, *words: str) -> list[str]:
    """The files in which one of these stands as it is, each with the word. Raises OutOfReach."""
    found = []
    for file in [each async for each in _files(url)]:
        try:
            raw = file.read_bytes()
        except FileNotFoundError:
            continue  # a piece of the write-ahead log that the server has no more use for
        found += [f"{file.parent.name}/{file.name}: {word}" for word in words if word.encode() in raw]
    return found


async def _files(url: str) -> AsyncIterator[Path]:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        for file in Path(str(address.database)).parent.rglob("*"):
            if file.is_file():
                yield file
        return
    connection = await asyncpg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute("CHECKPOINT")  # from memory to the files
        folder = Path(await connection.fetchval("SHOW data_directory"))
        own = str(await connection.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()"))
    finally:
        await connection.close()
    try:
        for file in _of_one(folder, own):
            yield file
    except OSError as wrong:
        raise OutOfReach(f"the server's files cannot be read: {wrong.strerror}") from wrong


def _of_one(folder: Path, own: str) -> Iterator[Path]:
    """The server's files without those of the other databases."""
    for each in sorted(folder.iterdir()):
        place = each / own if each.name == "base" else each
        yield from (file for file in (place.rglob("*") if place.is_dir() else (place,)) if file.is_file())
