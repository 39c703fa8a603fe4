"""A migrated store on each engine, with one charity in it; another charity for whoever asks."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from storage.sealing import Keyring, new_key
from storage.store import Store
from storage.tables import metadata
from tests.databases import apart, create, execute
from tests.storage.charity import Charity, found


@pytest.fixture(scope="session")
def migrated_server(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database in the newest form, to be emptied: quicker still than a copy for each test."""
    server, name = make_url(postgres_url), f"confer_storage_{secrets.token_hex(6)}"
    apart(create(server, name, migrated_template))
    yield server.set(database=name).render_as_string(hide_password=False)
    apart(execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(params=["sqlite", "postgresql"])
async def migrated_url(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path, migrated_server: str
) -> str:
    """The URL of a database in the newest form with nothing in it, once on each engine.

    `database_url` gives one without any tables, for the tests of the migrations themselves.
    """
    if request.param == "sqlite":
        shutil.copy(migrated_file, tmp_path / "confer.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'confer.db'}"
    await execute(
        make_url(migrated_server),
        "SET lock_timeout = '10s'",  # a test that left a transaction open is named by the next one's failure
        "ALTER TABLE ledger DISABLE TRIGGER ledger_no_change",
        *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),  # noqa: S608  (our own tables)
        "ALTER TABLE ledger ENABLE ALWAYS TRIGGER ledger_no_change",
    )
    return migrated_server


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


@pytest.fixture
async def twin(migrated_url: str, keys: Keyring, charity: Charity) -> AsyncIterator[Charity]:
    """The same charity as another process on the same database has it."""
    store = Store(migrated_url, keys)
    yield replace(charity, store=store)
    await store.close()
