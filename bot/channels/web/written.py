"""A card as JSON, and as the same card again.

The rule to keep: only what `bot.cards` knows is read back, by its name there. Of a picture its file stays, and not what
it was drawn from.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import cards
from bot.cards import Card

_IS = "is"  # beside it stand the fields of what is called so
_NAMED: Mapping[str, Callable[..., object]] = {
    each.__name__: each
    for each in (
        *(cards.Card, cards.Button, cards.Buttons, cards.Choice, cards.Facts, cards.Heading, cards.Image, cards.Link),
        *(cards.More, cards.Notice, cards.Number, cards.Numbers, cards.Pick, cards.Points, cards.Progress),
        *(cards.Quote, cards.Say, cards.Small, cards.Ticks),
    )
}


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture that was drawn already."""

    file: bytes

    def png(self) -> bytes:
        return self.file


def written(card: Card) -> Any:
    """As `json` takes it."""
    return _out(card)


def read(held: Any) -> Card:
    """Raises ValueError, TypeError or LookupError on what `written` did not write."""
    card = _in(held)
    if not isinstance(card, Card):
        raise TypeError("not a card")
    return card


def _out(value: Any) -> Any:
    match value:
        case cards.Image():
            fields = {"title": value.title, "words": value.words, "below": value.below}
            return {_IS: "Image", **fields, "png": base64.b64encode(value.png).decode("ascii")}
        case tuple():
            return [_out(each) for each in value]
        case Mapping():
            return {_IS: "carry", "words": dict(value)}
        case _ if dataclasses.is_dataclass(value):
            held = {field.name: _out(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return {_IS: type(value).__name__, **held}
        case _:
            return value


def _in(held: Any) -> Any:
    match held:
        case {"is": "Image", "title": str(title), "words": str(words), "below": str(below), "png": str(png)}:
            file = base64.b64decode(png, validate=True)
            return cards.Image(title, words, Painted(file), below, file)
        case {"is": "carry", "words": dict(words)}:
            return words
        case {"is": str(name), **fields}:
            return _NAMED[name](**{str(field): _in(each) for field, each in fields.items()})
        case list():
            return tuple(_in(each) for each in held)
        case _:
            return held
