"""Slack's verified payloads -> what a person did. Nothing here is trusted beyond who, where and which delivery.

Pure: no clock, no network. An odd payload gives None (acknowledged and ignored), never an exception.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.channels.slack.inputs import LISTS
from bot.channels.slack.origin import Origin, unwrapped
from bot.events import Event, Place, Who

Kind = Literal["press", "submission", "command", "shortcut", "message", "home"]
Surface = Literal["message", "ephemeral", "modal", "home", "none"]

COMMAND = "/disclose"
SHORTCUT = "disclose"

# Message subtypes in which a person still typed something; every other one (edits, joins, bots) is not theirs.
# https://docs.slack.dev/reference/events/message
_TYPED = (None, "file_share", "me_message", "thread_broadcast")

_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Heard:
    """An event and the ways in which it may be answered.

    surface: what was pressed: a message, one that only this person sees, a modal, the home page.
    inputs: ids of the blocks in a modal that can carry an error.
    again: Slack has sent this before (its retry number is not 0).
    checked: False where it costs a look-up to know whether this is a guest.
    """

    event: Event
    kind: Kind
    surface: Surface = "none"
    response_url: str = ""
    trigger: str = ""
    view: str = ""
    view_hash: str = ""
    inputs: tuple[str, ...] = ()
    again: bool = False
    checked: bool = False


def read(body: Mapping[str, Any], retry: str = "") -> Heard | None:
    """`body` is the parsed payload; `retry` is Slack's retry number, "" on a first delivery."""
    try:
        again = retry not in ("", "0")
        match body.get("type"):
            case "block_actions":
                return _press(body)
            case "view_submission":
                return _submission(body)
            case "shortcut" if body.get("callback_id") == SHORTCUT:
                return _shortcut(body)
            case "event_callback":
                return _event(body, again)
            case None if body.get("command") == COMMAND:
                return _command(body)
        return None
    except (LookupError, TypeError, AttributeError, ValueError):
        return None


def _press(body: Mapping[str, Any]) -> Heard | None:
    action = body["actions"][0]
    if action.get("type") != "button" or not action.get("value"):
        return None  # a box ticked or a list opened: it comes along with the button
    name, carry = unwrapped(action["value"])
    container, view = body.get("container") or {}, body.get("view") or {}
    surface: Surface = "message"
    if view:
        surface = "home" if view.get("type") == "home" else "modal"
    elif container.get("is_ephemeral"):
        surface = "ephemeral"
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    message = (container.get("message_ts") or "") if surface == "message" else ""
    if surface == "modal":
        origin = Origin.read(view.get("private_metadata") or "")
        channel, message = origin.conversation, origin.message
    state = body.get("state") or view.get("state") or {}
    who, guest = _who(body)
    stamp = f"{message}|{action.get('action_ts', '')}|{who.user}"
    return Heard(
        Event(
            delivery=body.get("trigger_id") or hashlib.sha256(stamp.encode()).hexdigest(),
            who=who,
            action=name,
            place=_place(channel, body) if channel else "private",
            conversation=channel,
            carry=carry,
            fields=_fields(state),
            chosen=_offered(state),
            message=message,
            guest=guest,
        ),
        kind="press",
        surface=surface,
        response_url=body.get("response_url") or "",
        trigger=body.get("trigger_id") or "",
        view=view.get("id") or "",
        view_hash=view.get("hash") or "",
        checked=True,
    )


def _submission(body: Mapping[str, Any]) -> Heard | None:
    view = body["view"]
    origin = Origin.read(view.get("private_metadata") or "")
    if not origin.action:
        return None
    who, guest = _who(body)
    stamp = f"{view['id']}|{view.get('hash', '')}|{who.user}"
    return Heard(
        Event(
            delivery=body.get("trigger_id") or hashlib.sha256(stamp.encode()).hexdigest(),
            who=who,
            action=origin.action,
            place=_place(origin.conversation, body) if origin.conversation else "private",
            conversation=origin.conversation,
            carry=dict(origin.carry),
            fields=_fields(view.get("state") or {}),
            chosen=_offered(view.get("state") or {}),
            message=origin.message,
            guest=guest,
        ),
        kind="submission",
        surface="modal",
        trigger=body.get("trigger_id") or "",
        view=view["id"],
        view_hash=view.get("hash") or "",
        inputs=tuple(b["block_id"] for b in view.get("blocks", ()) if b.get("type") == "input"),
        checked=True,
    )


def _command(body: Mapping[str, Any]) -> Heard:
    # No conversation: the card goes to the person's own conversation with the bot, wherever the command was typed.
    # A D channel may also be two colleagues talking; the answer there is seen by the one who typed only.
    return Heard(
        Event(
            delivery=body["trigger_id"],
            who=Who("slack", body["team_id"], body["user_id"]),
            action="start",
            place=_place(body.get("channel_id") or "", body),
            text=plain(body.get("text") or ""),
        ),
        kind="command",
        response_url=body.get("response_url") or "",
        trigger=body["trigger_id"],
    )


def _shortcut(body: Mapping[str, Any]) -> Heard:
    who, guest = _who(body)
    event = Event(delivery=body["trigger_id"], who=who, action="start", guest=guest)
    return Heard(event, kind="shortcut", trigger=body["trigger_id"])


def _event(body: Mapping[str, Any], again: bool) -> Heard | None:
    event, team = body["event"], body["team_id"]
    if event["type"] == "app_home_opened" and event.get("tab", "home") == "home":
        opened = Event(delivery=body["event_id"], who=Who("slack", team, event["user"]), action="home")
        return Heard(opened, kind="home", surface="home", again=again)
    if event["type"] != "message" or event.get("subtype") not in _TYPED or event.get("bot_id"):
        return None
    typed = Event(
        delivery=body["event_id"],
        who=Who("slack", team, event["user"]),
        action="typed",
        place="private" if event.get("channel_type") == "im" and not _outside(body) else "shared",
        conversation=event["channel"],
        text=plain(event.get("text") or ""),
        # Set by Slack where the sender belongs to another workspace than the one that installed the app.
        guest=any(event.get(name) not in (None, "", team) for name in ("user_team", "source_team")),
    )
    return Heard(typed, kind="message", again=again)


def _who(body: Mapping[str, Any]) -> tuple[Who, bool]:
    user = body["user"]
    team = (body.get("team") or {}).get("id") or user.get("team_id") or ""
    return Who("slack", team, user["id"]), user.get("team_id") not in (None, "", team)


def _place(channel: str, body: Mapping[str, Any]) -> Place:
    if not channel:
        return "unknown"
    return "private" if channel.startswith("D") and not _outside(body) else "shared"


def _outside(body: Mapping[str, Any]) -> bool:
    return body.get("is_ext_shared_channel") in (True, "true")


def _fields(state: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """A long list is drawn as several blocks named id, id#2, id#3 ...: they come back as one field."""
    fields: dict[str, tuple[str, ...]] = {}
    for held in (state.get("values") or {}).values():
        for name, element in held.items():
            field = name.split("#")[0]
            fields[field] = fields.get(field, ()) + tuple(_chosen(element))
    return fields


def _offered(state: Mapping[str, Any]) -> frozenset[str]:
    """The fields of which every part is a list of ours to tick or to choose from."""
    typed: set[str] = set()
    offered: set[str] = set()
    for held in (state.get("values") or {}).values():
        for name, element in held.items():
            (offered if element.get("type") in LISTS else typed).add(name.split("#")[0])
    return frozenset(offered - typed)


def _chosen(element: Mapping[str, Any]) -> Iterator[str]:
    for option in element.get("selected_options") or ():
        yield str(option["value"])
    if element.get("selected_option"):
        yield str(element["selected_option"]["value"])
    if element.get("value"):
        yield str(element["value"])


def plain(text: str) -> str:
    """What the person typed. Slack turns a number or address into <tel:…|…>: both halves stay, so both are screened.

    https://docs.slack.dev/messaging/formatting-message-text
    """

    def words(link: re.Match[str]) -> str:
        target = link[1].removeprefix("tel:").removeprefix("mailto:")
        return target if not link[2] or link[2] == target else f"{link[2]} {target}"

    return html.unescape(_LINK.sub(words, text)).strip()
