"""A workspace and a running Slack channel for each test; at the end, Slack must have refused nothing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.channels.slack import settings
from bot.channels.slack.app import SlackChannel
from bot.channels.slack.pictures import PAUSES
from tests.slack.desk import ScriptedDesk
from tests.slack.workspace import Workspace


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with Workspace() as workspace:
        yield workspace
        assert workspace.refused == []


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk()


@pytest.fixture
async def channel(workspace: Workspace, desk: ScriptedDesk) -> AsyncIterator[SlackChannel]:
    """In HTTP mode, at an address the workspace knows."""
    async with running(workspace, desk) as channel:
        yield channel


@asynccontextmanager
async def running(
    workspace: Workspace,
    desk: ScriptedDesk,
    *,
    ticks: Callable[[], float] = time.monotonic,
    pauses: Sequence[float] = PAUSES,
) -> AsyncIterator[SlackChannel]:
    """The same, with a clock of one's own, and as long as one likes before a picture is tried again."""
    read = settings.read(workspace.environment())
    assert isinstance(read, settings.Settings)
    channel = SlackChannel(read, ticks=ticks, pauses=pauses)
    app = web.Application()
    channel.mount(app, desk)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await channel.start(desk)
    host, port = runner.addresses[0][:2]
    workspace.connect(f"http://{host}:{port}")
    yield channel
    await channel.stop()
    await runner.cleanup()
