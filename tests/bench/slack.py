"""What everybody in the bench says to each other in Slack's shapes: the invented workspace, a card, a signed press.

The rule to keep: every card carries its version in its buttons, so that a press can be matched to the card it brought.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

Json = dict[str, Any]

TEAM, APP, BOT_USER, BOT = "T0BENCH", "A0BENCH", "U0BOT", "B0BOT"
TOKEN = "xoxb-invented"
SECRET = "an invented signing secret"
PATH = "/slack/events"

ACTION = "answer"
_VERSION = re.compile(rb'\\"v\\":\\"(\d+)\\"')  # in a button's value, which is JSON inside JSON

# What differs from press to press, put into a finished body: composing one anew would cost more than some servers do.
_CHOICE, _SEEN, _TRIGGER, _PRESSED_AT = b"benchchoice", b"benchversion", b"benchtrigger", b"benchstamp"


def version_in(body: bytes) -> int:
    """The version that the first button of a sent card carries; 0 where none does."""
    found = _VERSION.search(body)
    return int(found[1]) if found else 0


def value(carry: Json, action: str = ACTION) -> str:
    """A button's value."""
    return json.dumps({"a": action, "c": carry}, separators=(",", ":"))


def unwrapped(button: Json) -> tuple[str, Json]:
    """Action and carry of a button."""
    held = json.loads(button["value"])
    return str(held["a"]), dict(held.get("c", {}))


def card(version: int) -> list[Json]:
    """A card for the servers that are not ours, as large as Confer's in mid-consultation: 3.7 kB, a press 8."""
    answers = ("Yes, now", "Not sure", "Not now, but within hours", "No")
    return [
        _section("*Someone in danger now? Ring 999. Don't wait for this bot or for approval.*"),
        {"type": "header", "text": _plain("Could someone die or be badly hurt right now, or within hours?")},
        {"type": "context", "elements": [_text("Step 1 of about 12")]},
        {"type": "context", "elements": [_text("Danger comes before everything else.")]},
        _section("Not sure counts as yes. You can ring 999 now and answer later."),
        {"type": "actions", "elements": [_button(version, n, answer) for n, answer in enumerate(answers, 1)]},
        _section(
            "*So far*\n• Tell the council about a child: not needed\n• Tell the police about a crime: not decided yet"
        ),
        {"type": "actions", "elements": [_button(version, n, f"Change answer {n - 4}") for n in range(5, 9)]},
        {"type": "actions", "elements": [_button(version, 9, "My answers"), _button(version, 10, "Pause")]},
        {"type": "context", "elements": [_text("Case BE-2026-0000")]},
    ]


def buttons(blocks: list[Json]) -> list[Json]:
    """Every button of a card."""
    rows = (block["elements"] for block in blocks if block["type"] == "actions")
    return [each for row in rows for each in row if each["type"] == "button"]


@dataclass(frozen=True, slots=True)
class Press:
    """One button of one card, made ready to be pressed many times: `choices` are taken in turn."""

    form: bytes
    choices: tuple[str, ...]

    @classmethod
    def on(
        cls,
        user: str,
        place: tuple[str, str],
        blocks: list[Json],
        carry: Json,
        choices: tuple[str, ...] = ("no",),
        state: Json | None = None,
        urls: str = "",
    ) -> Press:
        """The button that carries `carry` and one of `choices` as its answer; `urls`: where response_url points."""
        channel, ts = place
        marked = {**carry, "v": _SEEN.decode()} | ({"a": _CHOICE.decode()} if choices else {})
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": TEAM},
            "api_app_id": APP,
            "token": "invented",
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
            "trigger_id": _TRIGGER.decode(),
            "team": {"id": TEAM, "domain": "invented"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel, "name": "directmessage"},
            "message": {
                "user": BOT_USER,
                "type": "message",
                "ts": ts,
                "bot_id": BOT,
                "app_id": APP,
                "text": "Confer: a card for you",
                "team": TEAM,
                "blocks": blocks,
            },
            "state": {"values": state or {}},
            "response_url": f"{urls}/respond/{user}",
            "actions": [
                {
                    "action_id": f"{ACTION}:1",
                    "block_id": "b1",
                    "text": _plain("No"),
                    "value": value(marked),
                    "type": "button",
                    "action_ts": _PRESSED_AT.decode(),
                }
            ],
        }
        return cls(urlencode({"payload": json.dumps(payload)}).encode(), choices)

    def at(self, version: int, trigger: str, now: float) -> bytes:
        """The body of one press on the card of this version; `now` is the time of day in seconds."""
        body = self.form.replace(_SEEN, b"%d" % version)
        body = body.replace(_TRIGGER, trigger.encode()).replace(_PRESSED_AT, b"%.6f" % now)
        return body.replace(_CHOICE, self.choices[version % len(self.choices)].encode()) if self.choices else body


def command(user: str, channel: str, trigger: str, urls: str) -> bytes:
    """The body of `/disclose`, typed in this person's own conversation with the bot."""
    said = {
        "command": "/disclose",
        "text": "",
        "team_id": TEAM,
        "team_domain": "invented",
        "channel_id": channel,
        "channel_name": "directmessage",
        "user_id": user,
        "user_name": user.lower(),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": f"{urls}/respond/{user}",
        "trigger_id": trigger,
    }
    return urlencode(said).encode()


def signed(body: bytes, now: float) -> bytes:
    """A whole HTTP request, signed as Slack signs: https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    stamp = b"%d" % now
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Slackbot 1.0\r\nAccept: */*\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {stamp.decode()}\r\nX-Slack-Signature: v0={digest}\r\n\r\n"
    )
    return head.encode() + body


def _section(text: str) -> Json:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def _button(version: int, number: int, label: str) -> Json:
    carry = {"c": "AAAAAAAAAAAA", "v": str(version), "s": "life_now", "q": "life_now", "a": str(number)}
    return {
        "type": "button",
        "text": _plain(label),
        "action_id": f"{ACTION}:{number}",
        "value": value(carry),
        "accessibility_label": label,
    }
