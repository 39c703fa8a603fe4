"""Answers and flags as they are kept (id -> value), checked against a book and turned into bits.

The one rule to keep: an answer the book does not know is an error, never skipped in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches

from policy.book import SENDS_FACT, Question
from policy.walk.index import Index, values_of
from policy.walk.parts import Given
from policy.walk.tables import sure


class AnswerError(ValueError):
    """An answer or a flag that the book does not know; the message is one clear sentence and holds ids only."""


def given_by(index: Index, answers: Mapping[str, str], settings: Mapping[str, int], today: date | None) -> Given:
    """The answers made ready for a replay; raises `AnswerError`."""
    try:
        return index.given(map(index.choices.__getitem__, answers.items()))
    except KeyError:  # a date, or an answer the book does not know
        choices = index.choices
        return index.given(choices.get(item) or _other(index, *item, settings, today) for item in answers.items())


def flag_mask(index: Index, at: int, name: str, value: str) -> int:
    """The mask of a flag with this value; raises `AnswerError`."""
    bit = index.bits[at].get(value)
    if bit is None:
        raise AnswerError(f"The flag '{name}' cannot be '{value}'. {_one_of(index.values[name])}")
    return sure(bit)


def refuse_unknown_flags(index: Index, flags: Mapping[str, str]) -> None:
    """Raises `AnswerError` when one of `flags` is not a flag of the book."""
    known = index.flags
    for name in flags:
        if name not in known:
            raise AnswerError(f"There is no flag '{name}' in the book '{index.book.id}'.{_near(name, known)}")


def band_value(question: Question, day: date, today: date, settings: Mapping[str, int]) -> str:
    """The value of the first band that the day falls into, counted in whole days before today.

    A day in the future counts as no days ago. Every book's last band has no limit, so there is always one.
    """
    age = (today - day).days
    for band in question.bands:
        limit = settings.get(band.setting, band.within_days) if band.setting else band.within_days
        if limit is None or age <= limit:
            return band.value
    return question.bands[-1].value


def _other(
    index: Index, name: str, value: str, settings: Mapping[str, int], today: date | None
) -> tuple[int, int, int]:
    at = index.number.get(name)
    question = index.question[at] if at is not None else None
    if at is None:
        known = [item.id for item in index.book.questions]
        raise AnswerError(f"There is no question '{name}' in the book '{index.book.id}'.{_near(name, known)}")
    if question is None:
        how = "given by the charity's settings" if name in {flag.id for flag in index.book.flags} else "worked out"
        built_in = " by the book" if name == SENDS_FACT else ""
        raise AnswerError(f"'{name}' is {how}{built_in}, so it cannot be an answer.")
    if not question.bands:
        raise AnswerError(f"'{value}' is not an answer to '{name}'. {_one_of(values_of(question))}")
    try:
        day = date.fromisoformat(value)
    except (ValueError, TypeError):
        raise AnswerError(f"The answer to '{name}' must be a date, such as 2026-01-31.") from None
    if today is None:
        raise AnswerError(f"The answer to '{name}' is a date, and today's date is needed to read it.")
    return index.choice(at, index.bits[at][band_value(question, day, today, settings)])


def _one_of(values: tuple[str, ...]) -> str:
    return f"It must be one of: {', '.join(values)}."


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), 1)
    return f" Did you mean '{near[0]}'?" if near else ""
