"""A migrated store on each engine, with one charity in it; another charity for whoever asks."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import URL, make_url

from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.storage.charity import Charity, found


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in the newest form, to be copied: migrating anew for each test takes most of a test's time."""
    path = tmp_path_factory.mktemp("form") / "confer.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database in the newest form, to be copied."""
    server, name = make_url(postgres_url), f"confer_form_{secrets.token_hex(6)}"
    asyncio.run(execute(server, f'CREATE DATABASE "{name}" TEMPLATE template0'))
    try:
        asyncio.run(migrate(server.set(database=name).render_as_string(hide_password=False)))
        yield name
    finally:
        asyncio.run(execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
async def migrated_url(database_url: str, postgres_url: str, migrated_file: Path, migrated_template: str) -> str:
    """The URL of a database in the newest form with nothing in it, once on each engine."""
    url = make_url(database_url)
    assert url.database
    if url.get_backend_name() == "sqlite":
        shutil.copy(migrated_file, url.database)
    else:
        server = make_url(postgres_url)
        await execute(
            server,
            f'DROP DATABASE "{url.database}"',
            f'CREATE DATABASE "{url.database}" TEMPLATE "{migrated_template}"',
        )
    return database_url


@pytest.fixture
def keys() -> Keyring:
    return Keyring.parse(new_key("2026"))


@pytest.fixture
async def store(migrated_url: str, keys: Keyring) -> AsyncIterator[Store]:
    store = Store(migrated_url, keys)
    yield store
    await store.close()


@pytest.fixture
async def charity(store: Store) -> Charity:
    return await found(store, "Harbour House")


@pytest.fixture
async def other(store: Store, charity: Charity) -> Charity:
    """A second charity, in the same store as the first."""
    return await found(store, "Bramble Trust")


async def execute(server: URL, *statements: str) -> None:
    connection = await asyncpg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
