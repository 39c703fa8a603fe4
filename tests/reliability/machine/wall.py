"""A channel that is a wall: what was sent to somebody hangs there, and what they press takes its place.

The rule to keep: it knows cards and the channel contract, and nothing of what is done with a press.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from aiohttp import web

from bot.cards import Button, Buttons, Card, Confirm, Pick, Text, Ticks
from bot.channels import Desk, Letter, Sent
from bot.events import Who

WORDS = ("We are worried and ask for advice.", "There are signs, and we ask you to look.", "The risk is clear.")


@dataclass(frozen=True, slots=True)
class Seen:
    """A button as somebody saw it: on whose wall, on which sheet, and the inputs beside it."""

    who: Who
    message: str
    button: Button
    inputs: tuple[Ticks | Pick, ...] = ()


@dataclass
class Wall:
    """`hanging`: (user, message) -> the card as it was drawn last."""

    name: str
    hanging: dict[tuple[str, str], Card] = field(default_factory=dict)

    def mount(self, app: web.Application, desk: Desk) -> None:
        """Nothing to serve."""

    async def start(self, desk: Desk) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close: what hangs there outlives any process."""

    async def deliver(self, letter: Letter) -> Sent:
        message = letter.message or f"sheet {letter.id}"
        self.hanging[letter.to.user, message] = letter.card
        return Sent(letter.to.user, message)


def seen(who: Who, message: str, card: Card) -> list[Seen]:
    """Every button of a card."""
    inputs = tuple(block for block in card.blocks if isinstance(block, Ticks | Pick))
    rows = (block for block in card.blocks if isinstance(block, Buttons))
    return [Seen(who, message, button, inputs) for row in rows for button in row.buttons]


def filled(fields: Sequence[object], choose: Random, prefer: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What somebody puts into these: mostly what is wanted, now and then not."""
    found: dict[str, tuple[str, ...]] = {}
    for each in fields:
        match each:
            case Text(id=id, value=value):
                found[id] = (prefer.get(id) or value or choose.choice(WORDS),)
            case Confirm(id=id):
                found[id] = ("yes",) if id in prefer or choose.random() < 0.95 else ()
            case Pick(id=id, choices=choices):
                values = [choice.value for choice in choices]
                found[id] = (prefer[id],) if prefer.get(id) in values else tuple(choose.sample(values, 1))
            case Ticks(id=id, choices=choices, required=required):
                values = [choice.value for choice in choices]
                wanted = [value for value in prefer.get(id, "").split() if value in values]
                number = choose.choice((0, 0, 1, 1, 2)) or int(required)
                found[id] = tuple(wanted) or tuple(choose.sample(values, min(number, len(values))))
            case _:
                pass
    return found
