"""/healthz: whether the database answers, and how many letters wait; and what the sending does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.engine import make_url

from bot.app import now, open_office, running
from bot.channels import Channel, DeliveryError, Desk, Letter, Sent
from bot.settings import read_settings
from bot.team.importing import import_charity
from bot.turn import Office
from storage.migrating import migrate
from storage.pieces import Piece, Wrong
from storage.sealing import Keyring, new_key
from storage.store import Store
from storage.verifying import START
from storage.walks import Walked
from tests.bot.conftest import CHARITY
from tests.bot.processes import until, until_soon
from tests.policy.small import small_book

Client = TestClient[web.Request, web.Application]


@asynccontextmanager
async def served(office: Office, *channels: Channel) -> AsyncIterator[Client]:
    async with running(office, channels) as app, TestClient(TestServer(app)) as client:
        yield client


async def health(client: Client) -> tuple[int, Any]:
    answer = await client.get("/healthz")
    return answer.status, await answer.json()


async def test_with_its_database_it_is_well(environment: dict[str, str]) -> None:
    async with served(await open_office(read_settings(environment))) as client:
        assert await health(client) == (200, {"database": "ok", "letters": {}})


async def test_letters_that_wait_are_counted(environment: dict[str, str]) -> None:
    office = await open_office(read_settings(environment))
    await import_charity(office.store, CHARITY, now())
    async with office.store.begin(now()) as tx:
        tx.bind((await tx.organisations.all())[0].id)
        await tx.outbox.put("timer", "a timer of tomorrow", {}, run_at=now().replace(year=2100))

    async with served(office) as client:
        assert await health(client) == (200, {"database": "ok", "letters": {"due": 1}})


async def test_a_ledger_that_was_found_not_whole_is_an_alarm_in_every_process(environment: dict[str, str]) -> None:
    office = await open_office(read_settings(environment))
    await import_charity(office.store, CHARITY, now())
    async with office.store.begin(now()) as tx:
        tx.bind((await tx.organisations.all())[0].id)
        found = Walked().begun(tx.now).after(Piece(START, wrong=Wrong(1, "changed")), tx.now, None)
        await tx.walks.put(found, before=Walked())

    async with served(office) as client:
        assert await health(client) == (200, {"database": "ok", "letters": {}, "alarms": ["ledger"]})


async def test_without_a_database_it_says_so_and_comes_back_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "not yet there"
    url = f"sqlite+aiosqlite:///{folder / 'confer.db'}"
    book = small_book()
    office = Office(Store(url, Keyring.parse(new_key("test"))), {book.id: book}, now)

    async with served(office) as client:
        before = await health(client)
        folder.mkdir()
        await migrate(url)
        after = await health(client)

    assert before == (503, {"database": "out of reach"})
    assert after == (200, {"database": "ok", "letters": {}})


async def test_a_database_without_its_tables_is_out_of_reach(tmp_path: Path) -> None:
    book = small_book()
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}", Keyring.parse(new_key("test")))

    async with served(Office(store, {book.id: book}, now)) as client:
        assert await health(client) == (503, {"database": "out of reach"})


async def test_a_sending_that_has_ended_is_no_health(environment: dict[str, str]) -> None:
    async with served(await open_office(read_settings(environment))) as client:
        [sending] = [task for task in asyncio.all_tasks() if task.get_name() == "sending"]
        before = await health(client)
        sending.cancel()
        await asyncio.wait([sending])
        after = await health(client)

    assert before[0] == 200
    assert after == (503, {"database": "ok", "letters": {}, "sending": "sending has stopped"})


async def test_a_sending_that_is_stuck_while_letters_are_due_is_no_health(environment: dict[str, str]) -> None:
    moment = [now()]
    office = await open_office(read_settings(environment), clock=lambda: moment[0])
    await import_charity(office.store, CHARITY, now())
    blocker = Store(office.store.url, office.store.keys)
    async with office.store.begin(moment[0]) as tx:
        tx.bind((await tx.organisations.all())[0].id)
        await tx.outbox.put("timer", "a timer", {"timer": "none"}, run_at=moment[0] + timedelta(seconds=10))
    said = []

    async def unwell() -> bool:
        moment[0] += timedelta(seconds=31)
        said.append(await health(client))
        return bool(said[-1][0] == 503)

    async with served(office) as client:
        async with blocker.begin(moment[0]) as tx:
            # As long as something else holds what a round wants: to look is possible, to claim is not.
            if blocker.postgresql:
                await tx.connection.exec_driver_sql("LOCK TABLE jobs IN EXCLUSIVE MODE")
            await until_soon(unwell)

        async def well() -> bool:
            return (await health(client))[0] == 200

        await until_soon(well, 20)
    await blocker.close()

    assert said[-1][1]["letters"] == {"due": 1}
    assert said[-1][1]["sending"].startswith("letters are due and nobody has looked for ")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_when_the_server_turns_everybody_away_sending_goes_on_afterwards(
    environment: dict[str, str], postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = make_url(environment["DATABASE_URL"]).database
    server = await asyncpg.connect(make_url(postgres_url).set(drivername="postgresql").render_as_string(False))
    office = await open_office(read_settings(environment))
    await import_charity(office.store, CHARITY, now())

    async with served(office) as client:
        before = await health(client)
        await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        lost = await health(client)
        # Once when the connection went, once when there was no new one to be had.
        await until(lambda: caplog.text.count("the outbox waits for the database") >= 2)
        await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        back = await health(client)
        async with office.store.begin(now()) as tx:
            tx.bind((await tx.organisations.all())[0].id)
            await tx.outbox.put("timer", "a timer of now", {"timer": "emergency_record", "case": "none"})

        async def rung() -> bool:
            return await health(client) == (200, {"database": "ok", "letters": {}})

        await until_soon(rung)
    await server.close()

    assert before[0] == 200
    assert lost == (503, {"database": "out of reach"})
    assert back[0] == 200


class Mute:
    """A channel that cannot write to anybody."""

    name = "semaphore"

    def __init__(self, said: str) -> None:
        self.said = said

    def mount(self, app: web.Application, desk: Desk) -> None:
        """It has no page."""

    async def start(self, desk: Desk) -> None:
        """It opens nothing."""

    async def stop(self) -> None:
        """It promised nothing."""

    async def deliver(self, letter: Letter) -> Sent:
        raise DeliveryError("no flags")

    def trouble(self) -> str:
        return self.said


async def test_a_channel_that_cannot_write_to_anybody_is_no_health(environment: dict[str, str]) -> None:
    channel = Mute("")
    async with served(await open_office(read_settings(environment)), channel) as client:
        before = await health(client)
        channel.said = "the flags are lost"

        after = await health(client)

    assert before == (200, {"database": "ok", "letters": {}})
    assert after == (503, {"database": "ok", "letters": {}, "channels": {"semaphore": "the flags are lost"}})
