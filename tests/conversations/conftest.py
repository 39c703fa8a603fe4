"""The town of the conversations: an invented charity in a database of its own, on each engine, and the bot running.

Migrating and importing are done once a session and engine; each test gets a copy of the result.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.books import read_books
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity, import_people
from policy.book import Book
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.conversations.sides import HOMES, NOT_IN_THE_SANDBOX, ROSTER, SLACKS_OWN, opened, products_of, rehoused
from tests.conversations.town import Clock, Town
from tests.databases import apart, copied, create, execute

_CHARITY = SHIPPED_BOOKS.parent.parent / "bot" / "trial" / "charity.toml"
_KEYS = Keyring.parse(new_key("town"))


@pytest.fixture(scope="session")
def books() -> Mapping[str, Book]:
    """The shipped books: reading them takes a while, and nobody changes them."""
    return read_books([SHIPPED_BOOKS])


@pytest.fixture(scope="session")
def charity_on_sqlite(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Callable[[str], Path]:
    """A database file to copy, for each way in which people have accounts."""

    @cache
    def set_up(homes: str) -> Path:
        path = tmp_path_factory.mktemp("charity") / "confer.db"
        shutil.copy(migrated_file, path)
        apart(_set_up(f"sqlite+aiosqlite:///{path}", homes))
        return path

    return set_up


@pytest.fixture(scope="session")
def charity_on_postgresql(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """The name of a database to copy, in which everybody is on Slack."""
    name = f"confer_charity_{secrets.token_hex(6)}"
    server = make_url(postgres_url)
    apart(create(server, name, migrated_template))
    apart(_set_up(server.set(database=name).render_as_string(hide_password=False), "slack"))
    yield name
    apart(execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--on`: the transcripts that name no product and have to read the same on any. On one engine each."""
    if product := config.getoption("--on"):
        items[:] = [item for item in items if _goes_anywhere(item, product)]


def _goes_anywhere(item: pytest.Item, product: str) -> bool:
    if product != "slack" and item.get_closest_marker(SLACKS_OWN.name):
        return False
    if product == "web" and item.get_closest_marker(NOT_IN_THE_SANDBOX.name):
        return False
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return "town" in getattr(item, "fixturenames", ()) and "homes" not in given and given.get("charity_url") == "sqlite"


@pytest.fixture
def homes(request: pytest.FixtureRequest) -> str:
    """Who has which accounts, by its name in `sides.HOMES`; everybody is on Slack where a test does not say."""
    return str(getattr(request, "param", request.config.getoption("--on") or "slack"))


@pytest.fixture(params=["sqlite", "postgresql"])
async def charity_url(request: pytest.FixtureRequest, tmp_path: Path, homes: str) -> AsyncIterator[str]:
    """The URL of a fresh copy of the charity's database, once on each engine; gone afterwards."""
    if request.param == "sqlite":
        folder = tmp_path / "database"
        folder.mkdir()
        shutil.copyfile(request.getfixturevalue("charity_on_sqlite")(homes), folder / "confer.db")
        yield f"sqlite+aiosqlite:///{folder / 'confer.db'}"
        return
    assert homes == "slack"
    original = request.getfixturevalue("charity_on_postgresql")
    async with copied(request.getfixturevalue("postgres_url"), original) as url:
        yield url


@pytest.fixture
async def altered(charity_url: str, homes: str, books: Mapping[str, Book]) -> AsyncIterator[Town]:
    """As `town`, where somebody alters the ledger."""
    at = {handle: names[0] for handle, names in HOMES[homes].items()}
    async with (
        opened(products_of(homes)) as sides,
        Town(sides, charity_url, _KEYS, books, Clock(), homes=at) as town,
    ):
        yield town


@pytest.fixture
async def town(altered: Town) -> AsyncIterator[Town]:
    """The bot, running. At the end no product must have refused anything, and the ledger's chain must hold."""
    yield altered
    assert await altered.ledger_faults() == []


async def _set_up(url: str, homes: str) -> None:
    store = Store(url, _KEYS)
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    await import_charity(store, _CHARITY.read_text(encoding="utf-8"), moment)
    await import_people(store, rehoused(ROSTER.read_text(encoding="utf-8"), homes), moment)
    await store.close()
