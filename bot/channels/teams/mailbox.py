"""Messages about no consultation, such as the weekly digest: nobody draws them again, so they are kept as they came.

Whoever opens a form on one goes back to it, and Teams lets nobody read what stands in a message. The rule to keep: only
in memory, and never before what the desk draws for that message. Another process, or this one started anew, has none of
them: who goes back there sees the home page, and the message itself when Teams is opened again.
"""

from __future__ import annotations

from collections import OrderedDict

from bot.cards import Card
from bot.channels.teams.editing import Key

MOST = 500  # messages: a digest is some 20 KB with its picture


class Mailbox:
    """Keys name a message, as in `editing`."""

    def __init__(self) -> None:
        self._cards: OrderedDict[Key, Card] = OrderedDict()

    def put(self, key: Key, card: Card) -> None:
        self._cards[key] = card
        self._cards.move_to_end(key)
        while len(self._cards) > MOST:
            self._cards.popitem(last=False)

    def show(self, key: Key, card: Card) -> None:
        """As a press left it, if it is one of these."""
        if key in self._cards:
            self._cards[key] = card

    def drop(self, key: Key) -> None:
        self._cards.pop(key, None)

    def at(self, key: Key) -> Card | None:
        return self._cards.get(key)
