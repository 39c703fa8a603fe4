"""A database of its own on the tests' PostgreSQL, copied from another one, which is far quicker than migrating anew."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import URL, make_url

# template0 and not template1: nothing anybody put into the server's own template can leak into a test.
EMPTY = "template0"


@asynccontextmanager
async def copied(server_url: str, template: str = EMPTY) -> AsyncIterator[str]:
    """The URL of a new database that holds what `template` holds; gone afterwards."""
    server, name = make_url(server_url), f"confer_test_{secrets.token_hex(6)}"
    await create(server, name, template)
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        # FORCE: a test that was cut short may have left a connection, and must not fail the next one.
        await execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def create(server: URL, name: str, template: str = EMPTY) -> None:
    """A new database that holds what `template` holds."""
    async with _connected(server) as connection:
        how = ""
        # From 15 on a copy goes to the log page by page unless told otherwise, at twice the cost. Files are copied
        # between two checkpoints, which are slow where the server waits for the disk.
        if connection.get_server_version().major >= 15 and await connection.fetchval("SHOW fsync") == "off":
            how = "STRATEGY FILE_COPY"
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}')


async def execute(server: URL, *statements: str) -> None:
    async with _connected(server) as connection:
        await connection.execute(";".join(statements))


@asynccontextmanager
async def _connected(server: URL) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        yield connection
    finally:
        await connection.close()


def apart(work: Coroutine[object, object, None]) -> None:
    """Run in a loop of its own: a fixture of the whole session outlives the loop of any test."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
