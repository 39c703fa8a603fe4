"""A desk of one process, and somebody's press there: what was sent, and what was answered.

The rule to keep: whoever reads "not recorded yet, press again" presses again, as a person would, and that is counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from bot.cards import Correct, Notice, Reply, Show
from bot.channels import Sent, Unavailable
from bot.dispatch import Dispatcher
from bot.events import Event, Who
from bot.turn import Office
from policy.book import Book
from storage.sealing import Keyring
from storage.store import Store

AGAIN_AFTER = (2.0, 10.0)
"""Seconds until somebody presses again who read that it was not recorded: people are not all equally quick."""


@dataclass(frozen=True, slots=True)
class Press:
    """One person's submitted form about one request."""

    user: str
    request: str
    case: str
    fingerprint: str
    yes: bool


@dataclass(slots=True)
class Answer:
    """What came of it. `said`: why nothing changed, "" where the press was the one that counted."""

    request: str
    seconds: float
    tries: int
    said: str


class Desk:
    """A dispatcher of its own process, as a channel speaks to it."""

    def __init__(self, url: str, key: str, books: Mapping[str, Book], within: float = 2.2) -> None:
        self.store = Store(url, Keyring.parse(key))
        self.dispatcher = Dispatcher(Office(self.store, books, lambda: datetime.now(UTC), within))
        self.place, self._number = "", 0
        self._hurry = Random(1)

    async def sends(
        self, who: Who, action: str, carry: Mapping[str, str], fields: Mapping[str, tuple[str, ...]], message: str = ""
    ) -> Reply:
        self._number += 1
        event = Event(f"{id(self)} {self._number}", who, action, conversation=who.user, carry=carry, fields=fields)
        reply = await self.dispatcher.handle(event)
        if isinstance(reply, Show):
            self.place = message or f"sheet {self._number}"
            await self.dispatcher.sent(event, Sent(who.user, self.place))
        return reply

    async def presses(self, press: Press) -> Answer:
        began, tries = time.perf_counter(), 0
        action = "approve.confirm" if press.yes else "decline.confirm"
        carry = {"c": press.case, "r": press.request, "f": press.fingerprint}
        fields = {"reason": ("So I see it.",), "talked": ("yes",)}
        while True:
            tries += 1
            try:
                reply = await self.sends(Who("slack", "T0INVENTED", press.user), action, carry, fields)
            except Unavailable:
                await asyncio.sleep(self._hurry.uniform(*AGAIN_AFTER))
                continue
            return Answer(press.request, time.perf_counter() - began, tries, _why(reply, press))


def _why(reply: Reply, press: Press) -> str:
    """Why nothing changed, as it was read; "" where the card says that this very press decided."""
    if isinstance(reply, Correct):
        return "; ".join(reply.errors.values())
    if not isinstance(reply, Show):
        return f"MISSING: {type(reply).__name__}"
    notes = [block.text for block in reply.card.blocks if isinstance(block, Notice)]
    mine = f"Person {press.user} {'agreed to' if press.yes else 'said no to'} this"
    if len(notes) == 1 and mine in notes[0]:
        return ""
    return notes[0] if notes else "MISSING: no sentence"
