"""What is not provably from Slack, or cannot be read, is turned away: nothing of it is handled, nothing logged."""

from __future__ import annotations

import json
import logging
from urllib.parse import urlencode

import pytest
from slack_bolt.request.internals import parse_body

from bot.channels.slack import signed
from bot.channels.slack.app import SlackChannel
from tests.slack.desk import ScriptedDesk
from tests.slack.workspace import Workspace

BODY = urlencode({"command": "/disclose", "text": "a secret word", "team_id": "T1", "user_id": "U1"}).encode()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_without_a_signature(workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk) -> None:
    assert (await workspace.post(BODY, FORM)).status == 401
    assert desk.events == []


async def test_a_forged_signature(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {**FORM, **workspace.signature(BODY + b"x")}

    assert (await workspace.post(BODY, headers)).status == 401
    assert desk.events == []
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_signature_that_is_not_ascii(workspace: Workspace, channel: SlackChannel) -> None:
    headers = {**FORM, **workspace.signature(BODY), "X-Slack-Signature": "v0=é"}

    assert (await workspace.post(BODY, headers)).status == 401


async def test_a_signature_of_ten_minutes_ago(workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk) -> None:
    headers = {**FORM, **workspace.signature(BODY, at=workspace.now() - 600)}

    assert (await workspace.post(BODY, headers)).status == 401
    assert desk.events == []


@pytest.mark.parametrize("stamp", ["soon", "-1", "1.5", "1" * 13, "9" * 5000, "٣"])
async def test_a_timestamp_that_is_not_a_number(workspace: Workspace, channel: SlackChannel, stamp: str) -> None:
    headers = {**FORM, **workspace.signature(BODY), "X-Slack-Request-Timestamp": stamp}

    assert (await workspace.post(BODY, headers)).status == 400


async def test_a_body_that_is_not_utf8(
    workspace: Workspace, channel: SlackChannel, caplog: pytest.LogCaptureFixture
) -> None:
    body = b"\xff\xfe secret"

    assert (await workspace.post(body, {**FORM, **workspace.signature(body)})).status == 400
    assert "secret" not in caplog.text


@pytest.mark.parametrize("body", [b"payload=not+json", b"{", b"payload=[1]", b"payload=" + b"[" * 100_000])
async def test_a_signed_body_that_cannot_be_read(workspace: Workspace, channel: SlackChannel, body: bytes) -> None:
    assert (await workspace.post(body, {**FORM, **workspace.signature(body)})).status == 400


async def test_a_body_that_is_too_large(workspace: Workspace, channel: SlackChannel) -> None:
    body = b"a" * (signed.LARGEST + 1)

    assert (await workspace.post(body, {**FORM, **workspace.signature(body)})).status == 413


async def test_slack_asking_whether_we_are_there(workspace: Workspace, channel: SlackChannel) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"}).encode()
    headers = {"Content-Type": "application/json", **workspace.signature(body)}

    answer = await workspace.post(body, headers)

    assert (answer.status, answer.body) == (200, {"challenge": "abc"})


async def test_nothing_that_was_typed_reaches_the_log_even_at_debug(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.breaks = RuntimeError("a secret word")
    worker = workspace.person("U1")

    answer = await worker.types("a secret word")
    await worker.happens({"type": "reaction_added", "user": "U1", "item": {"text": "a secret word"}})

    assert answer.status == 500
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        urlencode({"payload": json.dumps({"type": "block_actions", "value": "a+b c&d=é 😀 %41;#?"})}),
        urlencode({"command": "/disclose", "text": "", "user_id": "U1"}),
        "a=1&b=&=c&&d==e&f=%zz&g=%ff&h=+%2B+;i=2&a=3",
        "payload=1&payload=%7B%22last%22%3A1%7D",
        '{"type": "event_callback", "n": 1.5, "text": "é"}',
    ],
)
def test_our_faster_reading_is_the_same_as_bolts(text: str) -> None:
    kind = "application/json" if text.startswith("{") else "application/x-www-form-urlencoded"

    assert signed.parse(text, kind) == parse_body(text, kind)
