"""How the worker knows what they ticked: seen, told or professional view, asked for each fact by itself.

The rule to keep: no answer is assumed, and nothing that cannot wait ever waits for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from bot.cards import Field, Pick, Say
from bot.events import Event
from bot.follow_words import BASES, BASIS_WORDS, choices
from bot.forms import one
from bot.picture import Picture
from bot.questioning import answer_line
from policy.book import Question
from storage.keeping import Basis

_FIELD = "basis."


def basis_fields(facts: Iterable[Question], values: Mapping[str, str], *, required: bool) -> list[Field]:
    """One list for each fact. `values`: the answers, so that "not sure" is said with it."""
    fields: list[Field] = [
        Pick(
            f"{_FIELD}{each.id}",
            f"How do you know? {answer_line(each, values.get(each.id, 'yes'))}",
            choices(cast("Mapping[str, str]", BASES)),
            required=required,
        )
        for each in facts
    ]
    optional = Say("You may leave these empty now. They are asked again at the end.", quiet=True)
    return fields if required or not fields else [optional, *fields]


def bases_of(event: Event, facts: Iterable[Question]) -> dict[str, Basis]:
    """Question id -> how it is known, of those that were answered."""
    said = {each.id: one(event, f"{_FIELD}{each.id}") for each in facts}
    return {id: cast("Basis", value) for id, value in said.items() if value in BASES}


def with_basis(picture: Picture, question: Question) -> str:
    """The answer as a line, with how it is known where the worker said so."""
    line = answer_line(question, picture.case.values[question.id])
    basis = picture.bases.get(question.id)
    return f"{line} ({BASIS_WORDS[basis]})" if basis else line
