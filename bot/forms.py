"""What is typed into a form: at most 300 characters, screened before it is kept, and never repeated by us.

The rule to keep: a sure identifier is refused and discarded; a likely one needs the worker's word that it is none.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.cards import Confirm, Correct, Text
from bot.events import Event
from bot.turn import Turn
from policy.screening import screen

LIMIT = 300

CHECKED = Confirm("checked", "I have checked: no name, birth date, address or number of a person", required=False)


def typed(turn: Turn, fields: Collection[Text]) -> dict[str, str] | Correct:
    """The texts of a submitted form by field id, or what has to be changed first."""
    errors: dict[str, str] = {}
    texts: dict[str, str] = {}
    allowed = phone_numbers(turn)
    for field in fields:
        text = one(turn.event, field.id).replace("\0", "").strip()
        found = screen(text, allowed=allowed)
        if not text and field.required:
            errors[field.id] = "Please write a few words here."
        elif len(text) > field.limit:
            errors[field.id] = f"Please make it shorter: at most {field.limit} characters."
        elif found.sure:
            errors[field.id] = f"This has {_listed(found.sure)} in it. Use the case reference. We did not keep it."
        elif found.likely and not ticked(turn.event, CHECKED.id):
            errors[field.id] = (
                f"This may have {_listed(found.likely)} in it. Take it out and use the case reference. "
                "If it is not that, tick the box that says you have checked."
            )
        texts[field.id] = text
    return Correct(errors) if errors else texts


def phone_numbers(turn: Turn) -> tuple[str, ...]:
    """The numbers that may be typed: the contacts table's and the charity's own."""
    own = [number for contact in turn.book.contacts.values() for _, number in turn.charity.numbers_of(contact)]
    return tuple(own)


def one(event: Event, id: str) -> str:
    """The one value of a field, "" where it was left empty."""
    values = event.fields.get(id, ())
    return values[0] if values else ""


def ticked(event: Event, id: str) -> bool:
    return event.fields.get(id, ()) == ("yes",)


def _listed(kinds: Collection[str]) -> str:
    article = [f"an {kind}" if kind.startswith((*"aeiou", "NHS")) else f"a {kind}" for kind in kinds]
    return " and ".join(article)
