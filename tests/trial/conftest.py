"""The trial's charity in a database of its own, on each engine, with a clock that is moved and no browser open."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.books import read_books
from bot.channels import Desk, Letter, Placed, Sent
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.events import Who
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity, import_people
from bot.trial.clock import TrialClock
from bot.trial.passing import Passing, Stories
from bot.trial.residents import Residents
from bot.turn import Office
from policy.book import Book
from storage.records import Post
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.conversations.town import Clock
from tests.databases import copied

TRIAL = SHIPPED_BOOKS.parent.parent / "bot" / "trial"


@dataclass
class Wall:
    """Where letters end up: each with the moment at which it came."""

    clock: TrialClock
    name: str = "web"
    came: list[tuple[datetime, Letter]] = field(default_factory=list)

    def mount(self, app: web.Application, desk: Desk) -> None:
        """No page."""

    async def start(self, desk: Desk) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def deliver(self, letter: Letter) -> Sent:
        self.came.append((self.clock(), letter))
        return Sent(letter.conversation or letter.to.user, letter.message or f"web-{letter.id}")

    async def erase(self, placed: Placed) -> None:
        """Nobody has it open."""


@dataclass
class Trial:
    office: Office
    dispatcher: Dispatcher
    delivery: Delivery
    clock: TrialClock
    wall: Wall

    def passing(self, stories: Stories | None = None) -> Passing:
        """Weeks in which nothing happens by itself, or these stories."""
        return Passing(
            self.office, self.delivery, self.dispatcher, self.clock, "web", stories=stories or (lambda *_: [])
        )

    async def people(self) -> Residents:
        accounts = await self.dispatcher.accounts("web")
        return Residents(self.dispatcher, self._standing, self._tested, [account.who for account in accounts])

    async def _tested(self) -> list[tuple[Who, str]]:
        """Nobody, where the test does not let a week pass."""
        return []

    async def _standing(self, case: str) -> list[Post]:
        async with self.office.store.read(self.clock()) as tx:
            [organisation] = await tx.organisations.all()
            tx.bind(organisation.id)
            return await tx.posts.of(case)

    def digests(self, person: str) -> list[datetime]:
        """When this person's digests came."""
        mine = [(at, each) for at, each in self.wall.came if each.to.user.endswith(person)]
        return [at for at, each in mine if each.card.summary == "Confer: your weekly digest"]


@pytest.fixture(scope="session")
def books() -> Mapping[str, Book]:
    return read_books([SHIPPED_BOOKS])


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh database in the newest form with nothing in it, once on each engine; gone afterwards."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "confer.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'confer.db'}"
        return
    async with copied(request.getfixturevalue("postgres_url"), request.getfixturevalue("migrated_template")) as url:
        yield url


@asynccontextmanager
async def begun(url: str, folder: Path, books: Mapping[str, Book], now: datetime) -> AsyncIterator[Trial]:
    """The trial's charity, where it is this late: the time of tests, which stands still but for what is let pass."""
    clock = TrialClock(folder / "clock", Clock(now))
    store = Store(url, Keyring.parse(new_key("trial")))
    await import_charity(store, (TRIAL / "charity.toml").read_text(encoding="utf-8"), clock())
    await import_people(store, (TRIAL / "people.toml").read_text(encoding="utf-8"), clock())
    office = Office(store, books, clock, within=30.0, ahead=clock.ahead)
    dispatcher = Dispatcher(office)
    wall = Wall(clock)
    yield Trial(office, dispatcher, Delivery(office, [wall], dispatcher), clock, wall)
    await store.close()
