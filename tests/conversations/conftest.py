"""The town of the conversations: an invented charity in a database of its own, on each engine, and the bot running.

Migrating and importing are done once a session and engine; each test gets a copy of the result.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.books import read_books
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity, import_people
from policy.book import Book
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.conversations.town import Clock, Town
from tests.databases import apart, copied, create, execute
from tests.slack.workspace import Workspace

_HERE = Path(__file__).parent
_CHARITY = SHIPPED_BOOKS.parent.parent / "bot" / "trial" / "charity.toml"
_KEYS = Keyring.parse(new_key("town"))


@pytest.fixture(scope="session")
def books() -> Mapping[str, Book]:
    """The shipped books: reading them takes a while, and nobody changes them."""
    return read_books([SHIPPED_BOOKS])


@pytest.fixture(scope="session")
def charity_on_sqlite(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A database file to copy."""
    path = tmp_path_factory.mktemp("charity") / "confer.db"
    shutil.copy(migrated_file, path)
    apart(_set_up(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def charity_on_postgresql(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """The name of a database to copy."""
    name = f"confer_charity_{secrets.token_hex(6)}"
    server = make_url(postgres_url)
    apart(create(server, name, migrated_template))
    apart(_set_up(server.set(database=name).render_as_string(hide_password=False)))
    yield name
    apart(execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


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
    async with copied(request.getfixturevalue("postgres_url"), original) as url:
        yield url


@pytest.fixture
async def town(charity_url: str, books: Mapping[str, Book]) -> AsyncIterator[Town]:
    """The bot, running. At the end Slack must have refused nothing, and the ledger's chain must hold."""
    async with Workspace() as workspace, Town(workspace, charity_url, _KEYS, books, Clock()) as town:
        yield town
        assert workspace.refused == []
        assert await town.ledger_faults() == []


async def _set_up(url: str) -> None:
    store = Store(url, _KEYS)
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    await import_charity(store, _CHARITY.read_text(encoding="utf-8"), moment)
    await import_people(store, (_HERE / "people.toml").read_text(encoding="utf-8"), moment)
    await store.close()
