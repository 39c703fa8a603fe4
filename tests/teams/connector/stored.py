"""What Teams keeps: conversations and messages; and what a test asks to go wrong."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

APP_ID = "00000000-0000-4000-8000-00000000b077"
TENANT = "00000000-0000-4000-8000-0000000c4a17"
CARD = "application/vnd.microsoft.card.adaptive"
TOKEN_LIVES = 3600  # seconds
_NAMES = uuid.UUID("00000000-0000-4000-8000-00000000feed")


def object_id(handle: str) -> str:
    """Somebody's id in the directory, as an administrator reads it there; the same in every run."""
    return str(uuid.uuid5(_NAMES, handle))


@dataclass
class Message:
    """`shown`: the card that the answer to a press put in its place; a later update, or a new start of Teams, takes it
    away again. `changed` orders what people see last.
    """

    conversation: str
    id: str
    activity: Json
    user: str
    changed: int = 0
    edits: int = 0
    shown: Json | None = None

    @property
    def card(self) -> Json:
        """What stands there now; {} where it is only words."""
        if self.shown is not None:
            return self.shown
        cards = [each["content"] for each in self.activity.get("attachments") or () if each["contentType"] == CARD]
        return dict(cards[0]) if cards else {}

    @property
    def blocks(self) -> list[Json]:
        """What a transcript looks for words in, on whatever product."""
        return list(self.card.get("body", ()))

    @property
    def text(self) -> str:
        return str(self.activity.get("text") or "")

    @property
    def only_for(self) -> str:
        """Nothing is whispered here."""
        return ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`kind`: "personal", "groupChat" or "channel". `members`: ids of people ("29:…")."""

    id: str
    kind: str
    tenant: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the bot answered. `body` is {} where there was none; `text` is the raw body."""

    status: int
    body: Json
    text: str = ""


@dataclass
class Fault:
    status: int = 500
    code: str = ""
    retry_after: float | str | None = None
    hang: asyncio.Event | None = None  # answers only when this is set
    done_first: bool = False
    only_late: bool = False
