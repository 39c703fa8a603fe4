"""The town of the conversations: an invented charity in a database of its own, on each engine, and the bot running.

Migrating and importing are done once a session and engine; each test gets a copy of the result.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import URL, make_url

from bot.app import read_books
from bot.importing import import_charity, import_people
from bot.settings import SHIPPED_BOOKS
from policy.book import Book
from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.conversations.town import Clock, Town
from tests.slack.workspace import Workspace

_HERE = Path(__file__).parent
_CHARITY = SHIPPED_BOOKS.parent.parent / "bot" / "trial" / "charity.toml"
_KEYS = Keyring.parse(new_key("town"))


@pytest.fixture(scope="session")
def books() -> Mapping[str, Book]:
    """The shipped books: reading them takes a while, and nobody changes them."""
    return read_books([SHIPPED_BOOKS])


@pytest.fixture(scope="session")
def charity_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file to copy."""
    path = tmp_path_factory.mktemp("charity") / "confer.db"
    _apart(_set_up(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def charity_on_postgresql(postgres_url: str) -> Iterator[str]:
    """The name of a database to copy."""
    name = f"confer_charity_{secrets.token_hex(6)}"
    server = make_url(postgres_url)
    _apart(_execute(server, f'CREATE DATABASE "{name}" TEMPLATE template0'))
    _apart(_set_up(server.set(database=name).render_as_string(hide_password=False)))
    yield name
    _apart(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(params=["sqlite", "postgresql"])
async def charity_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh copy of the charity's database, once on each engine; gone afterwards."""
    if request.param == "sqlite":
        folder = tmp_path / "database"
        folder.mkdir()
        shutil.copyfile(request.getfixturevalue("charity_on_sqlite"), folder / "confer.db")
        yield f"sqlite+aiosqlite:///{folder / 'confer.db'}"
        return
    original = request.getfixturevalue("charity_on_postgresql")
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"confer_town_{secrets.token_hex(6)}"
    await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        await _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def town(charity_url: str, books: Mapping[str, Book]) -> AsyncIterator[Town]:
    """The bot, running. At the end Slack must have refused nothing, and the ledger's chain must hold."""
    async with Workspace() as workspace, Town(workspace, charity_url, _KEYS, books, Clock()) as town:
        yield town
        assert workspace.refused == []
        assert await town.ledger_faults() == []


async def _set_up(url: str) -> None:
    await migrate(url)
    store = Store(url, _KEYS)
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    await import_charity(store, _CHARITY.read_text(encoding="utf-8"), moment)
    await import_people(store, (_HERE / "people.toml").read_text(encoding="utf-8"), moment)
    await store.close()


async def _execute(server: URL, statement: str) -> None:
    connection = await asyncpg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _apart(work: Coroutine[object, object, None]) -> None:
    """Run in a loop of its own: a fixture of the whole session outlives the loop of any test."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
