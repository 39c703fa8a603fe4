"""What brings the emergency card before anything else is looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.emergency import at_once
from bot.events import Event, Who
from policy.book import Book, Option
from tests.policy.small import small_book

WHO = Who("web", "T", "worker")


def submitted(value: str, *, chosen: frozenset[str] = frozenset()) -> Event:
    return Event(delivery="1", who=WHO, action="record.confirm", fields={"what": (value,)}, chosen=chosen)


def with_weapons() -> Book:
    """The small book with a question whose answer's id would sound the alarm if somebody typed it."""
    book = small_book()
    first, *others = book.questions
    armed = replace(first, options=(*first.options, Option("gun_or_bomb", "A weapon")))
    return replace(book, questions=(armed, *others))


def test_what_is_chosen_from_a_list_is_not_taken_for_words() -> None:
    assert at_once(submitted("gun_or_bomb", chosen=frozenset({"what"})), with_weapons()) is None


@pytest.mark.parametrize("typed", ["he has a bomb", "bomb", "gun or bomb"])
def test_the_same_in_typed_words_brings_the_card(typed: str) -> None:
    assert at_once(submitted(typed), with_weapons()) is not None
