"""The town: the bot's process, its clock, its database, and people who are spoken to on one product or several.

Nothing is patched and nobody sleeps: a person waits for words to appear, and letters go out when the post is done.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from bot.cards import Reply
from bot.channels import Channel, Erasing, Placed, discover
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.events import Event, Who
from bot.record.door import papers
from bot.reporting.handing_out import digests
from bot.turn import Office
from policy.book import Book
from storage import tables
from storage.records import Consultation, Post
from storage.sealing import Keyring
from storage.store import Store, Transaction
from tests.conversations.resident import Resident
from tests.conversations.sides import NEVER, OnSlack, OnTeams, Side
from tests.slack.workspace import Workspace
from tests.slack.workspace.person import PATIENCE
from tests.teams.connector import Connector

ONE_ENGINE = pytest.mark.parametrize("charity_url", ["sqlite"], indirect=True)
"""Where only words and people are looked at, and the engine can make no difference."""

ADDRESS = "https://confer.invented"
"""Where people's browsers reach the bot, as its settings say."""

NIGHT = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)  # a Friday


class Clock:
    """Stands still until it is moved, but for a thousandth of a second a look: no two events are at one moment."""

    def __init__(self, now: datetime = NIGHT) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def passes(self, **time: float) -> None:
        """`minutes=30`, `hours=1`, as `timedelta` takes them."""
        self.now += timedelta(**time)


@dataclass
class Process:
    """One run of the bot. `channels` are open to their products; `delivery` sends only when it is told to."""

    office: Office
    dispatcher: Dispatcher
    delivery: Delivery
    channels: Sequence[Channel]
    server: web.AppRunner

    async def ends(self) -> None:
        for channel in self.channels:
            await channel.stop()
        await self.server.cleanup()
        await self.office.store.close()


class Town:
    """`async with Town(...) as town`; then `town.person("amira")`.

    `sides`: the products, by name. `homes`: where each person of the roster is spoken to first; others are at `""`.
    """

    def __init__(
        self,
        sides: Sequence[Side],
        url: str,
        keys: Keyring,
        books: Mapping[str, Book],
        clock: Clock,
        homes: Mapping[str, str] | None = None,
    ) -> None:
        self.sides = {side.name: side for side in sides}
        self.url = url
        self.keys = keys
        self.books = books
        self.clock = clock
        self.homes = homes or {}
        self.residents: dict[tuple[str, str], Resident] = {}
        self._dead: list[Process] = []

    @property
    def workspace(self) -> Workspace:
        """Slack's side of this town. With `--on` another product whatever looks at it is skipped."""
        if "slack" not in self.sides:
            pytest.skip("it looks at Slack itself")
        side = self.sides["slack"]
        assert isinstance(side, OnSlack)
        return side.workspace

    @property
    def connector(self) -> Connector:
        """Teams' side of this town."""
        side = self.sides["teams"]
        assert isinstance(side, OnTeams)
        return side.connector

    async def __aenter__(self) -> Town:
        self.process = await self._starts()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for side in self.sides.values():
            side.heals()
        for process in [*self._dead, self.process]:
            await process.ends()

    # People

    def person(self, handle: str, *, on: str = "", **marks: object) -> Resident:
        """Somebody by the id of the roster, or a stranger. `on`: the product, where they have several accounts.

        `marks` are what the product itself says of them (Slack's users.info).
        """
        on = on or self.homes.get(handle) or self.homes.get("") or next(iter(self.sides))
        if (handle, on) not in self.residents:
            self.residents[handle, on] = self.sides[on].resident(handle, **marks)
        return self.residents[handle, on]

    def people(self, *handles: str) -> list[Resident]:
        return [self.person(handle) for handle in handles]

    def said(self) -> list[str]:
        """Every call that the bot made to a product, in full."""
        return [call for side in self.sides.values() for call in side.said()]

    # The post and the process

    def takes_no_message(self, *, status: int = 429, times: int = 1, retry_after: float | None = None) -> None:
        """Every product here answers so to as many new messages."""
        for side in self.sides.values():
            side.fails(status, times, retry_after)

    def refuses_messages(self, *, times: int) -> None:
        """So many, for ever: who would have got them blocked us, or was never there."""
        self.takes_no_message(status=NEVER, times=times)

    def takes_messages_again(self) -> None:
        for side in self.sides.values():
            side.heals()

    async def delivers(self) -> None:
        """Every letter and timer that is due now."""
        await self.process.delivery.drain()

    async def restarts(self) -> None:
        """The process finishes what it promised to anybody who pressed, ends, and another one starts."""
        ended, self.process = self.process, await self._starts()
        await ended.ends()

    async def dies(self) -> None:
        """The process is gone, with whatever it had not sent; another one starts on the same database."""
        self._dead.append(self.process)
        self.process = await self._starts()

    async def hears(self, event: Event) -> Reply:
        """An event straight to the dispatcher: what a process recorded that died before it could answer."""
        return await self.process.dispatcher.handle(event)

    async def _starts(self) -> Process:
        store = Store(self.url, self.keys)
        office = Office(store, self.books, self.clock, within=PATIENCE, address=ADDRESS)
        dispatcher = Dispatcher(office)
        environment = {name: value for side in self.sides.values() for name, value in side.environment().items()}
        channels, faulty = discover(environment)
        assert ([channel.name for channel in channels], faulty) == (sorted(self.sides), [])
        app = web.Application(client_max_size=2**20)
        app.add_routes([*papers(office), *digests(office)])
        for channel in channels:
            channel.mount(app, dispatcher)
        server = web.AppRunner(app, shutdown_timeout=0.1)
        await server.setup()
        await web.TCPSite(server, "127.0.0.1", 0).start()
        for channel in channels:
            await channel.start(dispatcher)
        host, port = server.addresses[0][:2]
        for side in self.sides.values():
            await side.connect(f"http://{host}:{port}")
        return Process(office, dispatcher, Delivery(office, channels, dispatcher), channels, server)

    async def erases(self, copy: Post) -> None:
        """The message in which this copy stands is deleted there."""
        [channel] = [each for each in self.process.channels if each.name == copy.channel and isinstance(each, Erasing)]
        await channel.erase(Placed(Who(copy.channel, copy.tenant, copy.user), copy.conversation, copy.message))

    async def browses(self, link: str, method: str = "GET") -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of a page of ours, opened by whoever has the link."""
        assert link.startswith(f"{ADDRESS}/")
        host, port = self.process.server.addresses[0][:2]
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, f"http://{host}:{port}{link.removeprefix(ADDRESS)}", headers={"Origin": f"http://{host}:{port}"}
            ) as answer,
        ):
            return answer.status, answer.headers, await answer.read()

    # The database

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        async with self.process.office.store.read(self.clock()) as tx:
            await _bind(tx)
            yield tx

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[Transaction]:
        """What an administrator does."""
        async with self.process.office.store.begin(self.clock()) as tx:
            await _bind(tx)
            yield tx

    async def changes(self, handle: str, **what: Any) -> None:
        """Change somebody on the roster: `active=False`, `capabilities=[…]`, `role="trustee"`."""
        async with self.changing() as tx:
            person = next(each for each in await tx.people.everybody() if each.handle == handle)
            values = {
                "name": person.name,
                "role": person.role,
                "capabilities": person.capabilities,
                "active": person.active,
                "telephone": person.telephone,
            }
            await tx.people.put(handle=handle, **{**values, **what})

    async def id_of(self, handle: str) -> str:
        async with self.reading() as tx:
            return next(each.id for each in await tx.people.everybody() if each.handle == handle)

    async def cases(self) -> list[Consultation]:
        """Every consultation, oldest first."""
        async with self.reading() as tx:
            rows = await tx.connection.execute(
                select(tables.consultations.c.id)
                .where(tables.consultations.c.destroyed_at.is_(None))
                .order_by(tables.consultations.c.opened_at, tables.consultations.c.id)
            )
            return [await tx.cases.get(row.id) for row in rows]

    async def case(self) -> Consultation:
        """The only consultation."""
        [case] = await self.cases()
        return case

    async def ledger(self) -> list[Mapping[str, str]]:
        """What was recorded since the charity was set up, without times and hashes."""
        async with self.reading() as tx:
            entries = [json.loads(entry.body) for entry in await tx.ledger.entries()]
        return [each for each in entries if each["kind"] not in _ROSTER]

    async def ledger_kinds(self) -> list[str]:
        return [each["kind"] for each in await self.ledger()]

    async def ledger_faults(self) -> list[str]:
        async with self.reading() as tx:
            return await tx.ledger.faults()

    async def remembers(self, *words: str) -> list[str]:
        """Every place of the database, by table, in which one of these words stands as it is."""
        found = []
        async with self.reading() as tx:
            for table in tables.metadata.sorted_tables:
                for row in await tx.connection.execute(select(table)):
                    said = b"\0".join(_bytes(value) for value in row).lower()
                    found += [f"{table.name}: {word}" for word in words if word.lower().encode() in said]
        path = make_url(self.url).database
        if not self.process.office.store.postgresql and path:
            for file in Path(path).parent.iterdir():
                raw = file.read_bytes().lower()
                found += [f"{file.suffix}: {word}" for word in words if word.lower().encode() in raw]
        return found

    async def state(self) -> object:
        """All that can be changed by a press: compare it before and after one that must change nothing."""
        watched = ("consultations", "answers", "texts", "barred", "approval_requests", "decisions", "disclosures")
        async with self.reading() as tx:
            state = {}
            for table in tables.metadata.sorted_tables:
                if table.name in watched or table.name in ("departures", "ledger"):
                    rows = [repr(tuple(row)) for row in await tx.connection.execute(select(table))]
                    # That somebody tried stands in the ledger, and is no change.
                    state[table.name] = sorted(row for row in rows if '"kind":"refused"' not in row)
            return state

    async def until(self, happens: Callable[[], Awaitable[bool]]) -> None:
        """Try again and again; fails at the deadline."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not await happens():
            assert asyncio.get_running_loop().time() < deadline, "it did not happen"

    async def settles(self) -> None:
        """Until every worker's card that was shown as an answer is written down as standing where it does."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        async with self.reading() as tx:
            unplaced = (
                select(func.count())
                .select_from(tables.posts)
                .where(tables.posts.c.message == "", tables.posts.c.kind == "checklist")
            )
            while (await tx.connection.execute(unplaced)).scalar_one():
                assert asyncio.get_running_loop().time() < deadline, "a card was never placed"
                await tx.connection.rollback()
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def without_its_database(self) -> AsyncIterator[None]:
        """A real outage: the file's folder is away, or the server sends everybody off and takes nobody."""
        await self.settles()
        store, url = self.process.office.store, make_url(self.url)
        if not store.postgresql:
            assert url.database
            folder = Path(url.database).parent
            away = folder.with_name("away")
            await store.writer.dispose()
            await store.reader.dispose()
            folder.rename(away)
            try:
                yield
            finally:
                away.rename(folder)
            return
        connection = await asyncpg.connect(
            url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        )
        try:
            await connection.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", url.database
            )
            yield
        finally:
            await connection.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')
            await connection.close()

    # What others would send

    def who(self, person: Resident) -> Who:
        return Who(*self.account(person))

    def account(self, person: Resident, user: str = "") -> tuple[str, str, str]:
        """Where this person is spoken to, as (channel, tenant, user); `user`: another one who is there too."""
        [on] = [on for (_, on), each in self.residents.items() if each is person]
        return on, self.sides[on].tenant, user or person.user


_ROSTER = frozenset({"person added", "person changed", "account connected", "charity added", "charity changed"})


async def _bind(tx: Transaction) -> None:
    [organisation] = await tx.organisations.all()
    tx.bind(organisation.id)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
