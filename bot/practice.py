"""A practice: a consultation to rehearse with, and the words that mark everything about it. Pure.

The rule to keep: the mark is put on where a card becomes an answer or a letter, by the consultation, so that a card
that is written next year is marked too. It stands in words: in the title, in the summary and first on the card; but
nothing comes before the steps of the 999 card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.cards import (
    Aside,
    Block,
    Button,
    Buttons,
    Card,
    Correct,
    Form,
    Heading,
    Nothing,
    Notice,
    Open,
    Reply,
    Say,
    Show,
)

PREFIX = "PRACTICE"
"""How its references begin, longer than any charity's own may be: on a phone, a lock screen and a paper alike."""

LASTS = timedelta(days=7)
"""From its first row on, whatever its state: no class of keeping and no hold makes it longer."""

REAL = Button("This is real: start now", "new")
"""Begins a consultation in earnest, beside the practice. It carries nothing of it.

Not red, and not the main one: whoever only rehearses must not press it for the step that comes next.
"""

SAID = (
    "This is a practice. Nobody is in danger, and nothing is shared. Ring nobody outside: press as if you had. "
    "If this is real, ring 999. Then press “This is real”."
)

SAID_AFTER_STEPS = (
    "If this is real, ring 999 now. Then press “This is real”. "
    "This is a practice: nobody is in danger, and nothing is shared. Ring nobody outside: press as if you had."
)
"""On the card that says to ring 999. For whom it is real reads first what is true for them."""

_IN_A_FORM = "This is a practice. Write nothing of a real case. If this is real, ring 999, and close this form."
_TITLE, _SUMMARY = "Practice: ", "PRACTICE. Nobody is in danger. To rehearse:"
_ALONE = "Practice"
_CARRIED = "practice"
_LONGEST = 24  # letters in the title of a form (`bot.cards.Form`)


def is_carried(carry: Mapping[str, str]) -> bool:
    """Whether a marked card was pressed: for whoever must answer without the database, or after the row is gone."""
    return _CARRIED in carry


def marked(card: Card) -> Card:
    """The card, marked once."""
    if card.title.startswith(_TITLE):
        return card
    blocks = [_carrying(each) for each in card.blocks]
    steps = _steps(blocks) if card.weight == "stop" else 0
    said = SAID_AFTER_STEPS if steps else SAID
    blocks[steps:steps] = [Notice(said), Buttons((REAL,))]
    return replace(card, title=f"{_TITLE}{card.title}", blocks=tuple(blocks), summary=f"{_SUMMARY} {card.summary}")


def marked_form(form: Form) -> Form:
    """The form, marked once. A title that has no room for it stands below."""
    if form.title.startswith(_ALONE):
        return form
    title = f"{_TITLE}{form.title}"
    fits = len(title) <= _LONGEST
    fields = (Notice(_IN_A_FORM), *(() if fits else (Heading(form.title),)), *form.fields)
    return replace(form, title=title if fits else _ALONE, fields=fields, carry=_marked(form.carry))


def answered(reply: Reply) -> Reply:
    """What somebody is answered, marked."""
    match reply:
        case Show(card):
            return Show(marked(card))
        case Aside(card):
            return Aside(marked(card))
        case Open(form):
            return Open(marked_form(form))
        case Correct() | Nothing():
            return reply


def _steps(blocks: Sequence[Block]) -> int:
    """How many blocks say what to do, before anything is explained or can be pressed."""
    return next((at for at, each in enumerate(blocks) if isinstance(each, Say | Buttons)), len(blocks))


def _carrying(block: Block) -> Block:
    """What is about the practice, or answers in it, says so; the ways out of it do not."""
    if not isinstance(block, Buttons):
        return block
    mine = [
        replace(each, carry=_marked(each.carry)) if {"c", "q"} & set(each.carry) else each for each in block.buttons
    ]
    return Buttons(tuple(mine))


def _marked(carry: Mapping[str, str]) -> dict[str, str]:
    return {**carry, _CARRIED: "yes"}
