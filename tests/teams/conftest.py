"""A fake Teams and a running channel for each test; at the end, Teams must have refused no card."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.cards import Card
from bot.channels import Unavailable
from bot.channels.teams import settings
from bot.channels.teams.app import TeamsChannel
from bot.events import Who
from tests.slack.desk import NOT_RECORDED, ScriptedDesk
from tests.teams.connector import Connector


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    async with Connector() as connector:
        yield connector
        assert connector.refused == []


class Desk(ScriptedDesk):
    """`stands`: every card that somebody has, as (message id, card as it stands now)."""

    def __init__(self) -> None:
        super().__init__()
        self.stands: list[tuple[str, Card]] = []

    async def card(self, who: Who, message: str) -> Card | None:
        if self.unavailable:
            raise Unavailable(NOT_RECORDED)
        return dict(self.stands).get(message)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def channel(connector: Connector, desk: ScriptedDesk) -> AsyncIterator[TeamsChannel]:
    """At an address the connector knows."""
    async with running(connector, desk) as channel:
        yield channel


@asynccontextmanager
async def serving(verb: str, path: str, answer: Callable[[web.Request], web.Response]) -> AsyncIterator[str]:
    """Another server on this machine, which does one thing; its address."""

    async def handler(request: web.Request) -> web.Response:
        return answer(request)

    app = web.Application()
    app.router.add_route(verb, path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@asynccontextmanager
async def running(
    connector: Connector,
    desk: ScriptedDesk,
    *,
    environment: Mapping[str, str] | None = None,
    now: Callable[[], float] = time.time,
    ticks: Callable[[], float] = time.monotonic,
) -> AsyncIterator[TeamsChannel]:
    """The same, with settings or clocks of one's own."""
    read = settings.read(connector.environment() if environment is None else environment)
    assert isinstance(read, settings.Settings)
    channel = TeamsChannel(read, now=now, ticks=ticks)
    app = web.Application()
    channel.mount(app, desk)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await channel.start(desk)
    host, port = runner.addresses[0][:2]
    connector.connect(f"http://{host}:{port}")
    yield channel
    await channel.stop()
    await runner.cleanup()
