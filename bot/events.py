"""What a person can do to us, whatever product they do it in.

An event says what was pressed or typed, never that it may be: every handler checks person, role, state and
version again. Typed text and form fields are kept out of `repr`, so that they cannot reach a log by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Place = Literal["private", "shared", "unknown"]
"""private: one person and the bot. shared: anything somebody else can read. unknown: treat as shared."""


@dataclass(frozen=True, slots=True)
class Who:
    """An account on a channel, as the channel's own signature vouches for it. Never taken from a field."""

    channel: str
    tenant: str
    user: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a person did.

    delivery: the channel's own id of this delivery; the same id is never applied twice. "" where there is none.
    action: a name in the dispatcher's table (a card's button carries it), or "typed", "home", "start".
    carry: what the card's button carried (ids and versions; strings we wrote, so a forger may have changed them).
    fields: what stood in the card's or form's inputs: field id -> values; for a Ticks block ID also "ID.unsure".
    chosen: ids of the fields that the product vouches for: ticked or picked from what we offered, never typed.
    text: what was typed in a message or behind a slash command; never stored, never logged.
    message: the channel's id of the message that was pressed, "" where there is none.
    guest: the account is not a full member of the charity's own workspace.
    unsure: the channel could not find out in time whether it is one.
    spent: seconds this person has waited already: what the channel asked of others comes out of the same time.
    """

    delivery: str
    who: Who
    action: str
    place: Place = "private"
    conversation: str = ""
    carry: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    chosen: frozenset[str] = frozenset()
    text: str = field(default="", repr=False)
    message: str = ""
    guest: bool = False
    spent: float = 0.0
    unsure: bool = False
