"""Socket Mode: the same conversation with no public address, and a line that is opened again when it is lost."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.cards import Show
from bot.channels.slack import settings
from bot.channels.slack.app import SlackChannel
from tests.slack.desk import DANGER, ScriptedDesk, question
from tests.slack.workspace import Workspace


@pytest.fixture
async def line(workspace: Workspace, desk: ScriptedDesk) -> AsyncIterator[SlackChannel]:
    read = settings.read(workspace.environment(http=False, socket=True))
    assert isinstance(read, settings.Settings)
    channel = SlackChannel(read, down=0.2, look=0.02)
    app = web.Application()
    channel.mount(app, desk)
    assert list(app.router.routes()) == []
    yield channel
    await channel.stop()


async def test_a_conversation(workspace: Workspace, line: SlackChannel, desk: ScriptedDesk) -> None:
    desk.answers["typed"] = Show(question("One?", "Yes"))
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    worker = workspace.person("U1")
    await line.start(desk)

    typed = await worker.types("hello")
    pressed = await worker.presses("Yes")
    await worker.waits_for("# Two?")

    assert (typed.status, pressed.status) == (200, 200)


async def test_a_command_is_answered_on_the_line_itself(
    workspace: Workspace, line: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.urgent = lambda event: "overdose" in event.text
    worker = workspace.person("U1")
    await line.start(desk)

    await worker.commands("/disclose", "he has taken an overdose")

    assert worker.sees().startswith(DANGER)
    assert "# Are you safe?" in worker.sees()


async def test_a_lost_line_is_opened_again(workspace: Workspace, line: SlackChannel, desk: ScriptedDesk) -> None:
    await line.start(desk)
    await workspace.until(lambda: workspace.sockets)

    await workspace.drop_sockets()

    await workspace.until(lambda: workspace.sockets)


async def test_after_a_refused_ticket_a_new_one_is_asked_for(
    workspace: Workspace, line: SlackChannel, desk: ScriptedDesk
) -> None:
    workspace.fails("socket", status=408)
    desk.answers["typed"] = Show(question("One?", "Yes"))
    worker = workspace.person("U1")
    await line.start(desk)

    await workspace.until(lambda: workspace.sockets)
    await worker.types("hello")
    await worker.waits_for("# One?")

    assert len(workspace.called("apps.connections.open")) >= 2


async def test_a_slack_that_gives_no_ticket_does_not_keep_us_from_starting_and_stopping(
    workspace: Workspace, line: SlackChannel, desk: ScriptedDesk
) -> None:
    workspace.fails("apps.connections.open", error="invalid_auth", times=99)

    await line.start(desk)
    await workspace.until(lambda: len(workspace.called("apps.connections.open")) > 1)

    await line.stop()
    assert workspace.sockets == []


async def test_nothing_that_came_down_the_line_reaches_the_log_even_at_debug(
    workspace: Workspace, line: SlackChannel, desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    worker = workspace.person("U1")
    await line.start(desk)

    await worker.types("a secret word")

    assert desk.events[0].text == "a secret word"
    assert "secret" not in caplog.text
