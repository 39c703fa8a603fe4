"""An activity of the Bot Connector -> what a person did. Nothing here is trusted beyond who, where and which delivery.

Pure: no clock, no network. An odd body gives a reason, never an exception.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.cards import Form
from bot.channels.teams import references
from bot.channels.teams.inputs import MANY
from bot.channels.teams.origin import BACK, OURS, Origin
from bot.events import Event, Place, Who

__all__ = ["ACTION", "BACK", "Heard", "Refused", "plain", "read"]

Kind = Literal["press", "submission", "message", "install"]

ACTION = "adaptiveCard/action"

_OTHERS = frozenset({"conversationUpdate", "event", "installationUpdate", "messageReaction", "messageUpdate", "typing"})
_MENTION = re.compile(r"<at\b[^<>]*>[^<>]*</at>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Heard:
    """An event and the ways in which it may be answered.

    kind: "submission" is the press of a form's own button. A press of BACK ("Go back" on what stands in a card's
        place) has no handler: the channel shows the card of `event.message` again as it is now, with `kept` ticked.
    form: the form that was submitted, to draw it again if it cannot be taken; None where it was too long for that.
    danger: its 999 line, also where it was too long.
    """

    event: Event
    kind: Kind
    form: Form | None = None
    danger: str = ""
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing to hand on. 200: it asks nothing of us; 400: no activity as the connector writes them; 501: see `why`."""

    status: Literal[200, 400, 501]
    why: str


def read(body: object) -> Heard | Refused:
    """`body` is the parsed JSON. In a team or a group chat the place is "shared": everybody reads the answer."""
    if not isinstance(body, Mapping):
        return Refused(400, "not an object")
    try:
        return _read(body)
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError):
        return Refused(400, "not an activity")  # the text of the error may quote what was typed


def _read(body: Mapping[str, Any]) -> Heard | Refused:
    who, place = _who(body), _place(body["conversation"])
    here, id = references.of(body), _text(body.get("id") or "", empty=True)
    # The id of a message is the millisecond it was written in: another conversation may have the same one.
    conversation, delivery = here.written(), id and f"{here.conversation} {id}"
    match _text(body["type"]):
        case "invoke" if body.get("name") != ACTION:
            return Refused(501, "an invoke we never ask for")
        case "invoke":
            data = body["value"]["action"]["data"]
        case "message" if body.get("value") is not None:
            data = body["value"]
        case "message":
            event = Event(delivery, who, "typed", place, conversation, text=plain(body.get("text") or ""))
            return Heard(event, "message")
        case "installationUpdate" if body.get("action") in ("add", "add-upgrade"):
            return Heard(Event(delivery, who, "home", place, conversation), "install")
        case kind:
            return Refused(200, kind if kind in _OTHERS else "of no kind that we know")
    origin, fields = Origin.read(data), _fields(data)
    event = Event(
        delivery=delivery,
        who=who,
        action=origin.action,
        place=place,
        conversation=conversation,
        carry=origin.carry,
        fields=fields,
        chosen=frozenset(fields) - origin.typed if origin.typed is not None else frozenset(),
        message=_text(body.get("replyToId") or "", empty=True),
    )
    return Heard(event, "submission" if origin.submits else "press", origin.form, origin.danger, origin.kept)


def _who(body: Mapping[str, Any]) -> Who:
    """The tenant stands in the channel's own data only; the user by the id that an administrator can look up."""
    sender = body["from"]
    user = sender.get("aadObjectId") or sender["id"]
    return Who("teams", _text(body["channelData"]["tenant"]["id"]), _text(user))


def _place(conversation: Mapping[str, Any]) -> Place:
    match conversation.get("conversationType"), conversation.get("isGroup"):
        case "personal", None | False:
            return "private"
        case ("groupChat" | "channel", _) | (_, True):
            return "shared"
        case _:
            return "unknown"


def _fields(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Field id -> what was chosen or typed; a field left empty is absent. Ticked and also not sure: ticked counts."""
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in data.items():
        if name == OURS or not isinstance(value, str):
            continue
        values = tuple(value.split(",")) if name.endswith(MANY) else (value,)
        if kept := tuple(each for each in values if each.strip()):
            fields[name.removesuffix(MANY)] = kept
    for name in [name for name in fields if name.endswith(".unsure")]:
        ticked = fields.get(name.removesuffix(".unsure"), ())
        fields[name] = tuple(value for value in fields[name] if value not in ticked)
        if not fields[name]:
            del fields[name]
    return fields


def plain(text: str) -> str:
    """What the person typed, without the mention of the bot and without tags; words never run together."""
    return " ".join(html.unescape(_TAG.sub(" ", _MENTION.sub(" ", text))).replace("\u00a0", " ").split())


def _text(value: object, *, empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or empty):
        raise TypeError("not a text")
    return value
