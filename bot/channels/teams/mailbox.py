"""Digests and other messages without any consultation in them: nobody draws them again, so they are kept as they came.

Whoever opens a form on one goes back to it, and Teams lets nobody read what stands in a message. The rule to keep: only
in memory, never before what the desk draws for that message, and never with anything of a consultation in it: who may
read that is asked at each look. Another process, or this one started anew, has none of them: who goes back there sees
the home page, and the message itself when Teams is opened again.
"""

from __future__ import annotations

from collections import OrderedDict

from bot.cards import Buttons, Card
from bot.channels.teams.editing import Key

_OF_A_DIGEST = "digest."
MOST = 500  # messages: a digest is some 20 KB with its picture


class Mailbox:
    """Keys name a message, as in `editing`."""

    def __init__(self) -> None:
        self._cards: OrderedDict[Key, Card] = OrderedDict()

    def put(self, key: Key, card: Card) -> None:
        if _opens_a_consultation(card):
            return
        self._cards[key] = card
        self._cards.move_to_end(key)
        while len(self._cards) > MOST:
            self._cards.popitem(last=False)

    def show(self, key: Key, card: Card, action: str) -> None:
        """As a press of this action left it, if it is one of these. Of other pages nothing is kept."""
        if key in self._cards and action.startswith(_OF_A_DIGEST) and not _opens_a_consultation(card):
            self._cards[key] = card
        else:
            self.drop(key)

    def drop(self, key: Key) -> None:
        self._cards.pop(key, None)

    def at(self, key: Key) -> Card | None:
        return self._cards.get(key)


def _opens_a_consultation(card: Card) -> bool:
    return any("c" in button.carry for block in card.blocks if isinstance(block, Buttons) for button in block.buttons)
