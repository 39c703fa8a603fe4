"""Whether a frightened person can read it: whole screens by a formula, each text by a list of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest

from policy.book import Book
from tests.policy.plain_words import (
    EXPLAINED,
    HARDER_SCREENS,
    HARDER_WORDS,
    KNOWN,
    MOST_WORDS,
    NOT_USED,
    PLACES_AND_COLOURS,
)
from tests.policy.screens import LONG_ENOUGH, asking, bot_texts, every_text, grade, guiding, words_in
from tests.policy.shipped import BOOKS, book_in

ASKING = 8.0
GUIDING = 10.0
ABBREVIATION = re.compile(r"\b[A-Z]{2,}(?=s?\b)")

each_book = pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)


def too_hard(screens: Iterable[tuple[str, list[str]]], most: float) -> list[str]:
    return [
        f"{where}: grade {grade(texts):.1f}"
        for where, texts in screens
        if words_in(texts) >= LONG_ENOUGH and grade(texts) > most and where not in HARDER_SCREENS
    ]


@each_book
def test_a_screen_that_asks_or_rings_999_reads_at_grade_8(path: Path) -> None:
    assert too_hard(asking(book_in(path)), ASKING) == []


@each_book
def test_guidance_reads_at_grade_10(path: Path) -> None:
    assert too_hard(guiding(book_in(path)), GUIDING) == []


def test_hard_words_raise_the_grade_of_a_screen() -> None:
    easy = ["Ring the council today. Say what you saw and what you were told."] * 3
    hard = ["Immediate notification of the appropriate statutory authorities is a fundamental responsibility."] * 3

    assert grade(easy) < 4
    assert grade(hard) > 15


@each_book
def test_no_text_of_a_book_uses_a_word_that_has_an_easier_one(path: Path) -> None:
    assert harder(every_text(book_in(path))) == []


def test_nothing_the_bot_says_uses_a_word_that_has_an_easier_one() -> None:
    assert harder(bot_texts()) == []


def harder(texts: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{where}: '{word}' (say: {instead}): {text}"
        for where, text in texts
        for word, instead in NOT_USED.items()
        if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) and (where, word) not in HARDER_WORDS
    ]


@each_book
def test_no_sentence_of_a_book_is_long(path: Path) -> None:
    assert long(every_text(book_in(path))) == []


def test_no_sentence_of_the_bot_is_long() -> None:
    assert long(bot_texts()) == []


def long(texts: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{where}: {sentence}"
        for where, text in texts
        for sentence in re.split(r"(?<=[.?!:;])\W?\s+", text)
        if len(re.findall(r"[\w'’-]+", sentence)) > MOST_WORDS
    ]


@each_book
def test_nothing_in_a_book_rests_on_a_colour_a_sign_or_a_place_on_the_screen(path: Path) -> None:
    assert by_looks(every_text(book_in(path))) == []


def test_nothing_the_bot_says_rests_on_a_colour_a_sign_or_a_place_on_the_screen() -> None:
    assert by_looks(bot_texts()) == []


def by_looks(texts: Iterable[tuple[str, str]]) -> list[str]:
    return [
        f"{where}: {text}"
        for where, text in texts
        if PLACES_AND_COLOURS.search(text) or any(unicodedata.category(sign) in ("So", "Sk") for sign in text)
    ]


@each_book
def test_every_abbreviation_is_explained_on_the_screen_that_uses_it(path: Path) -> None:
    book = book_in(path)

    assert [*unexplained(asking(book)), *unexplained(guiding(book))] == []


def unexplained(screens: Iterable[tuple[str, list[str]]]) -> list[str]:
    found = []
    for where, texts in screens:
        whole = " ".join(texts).casefold()
        for short in sorted({short for text in texts for short in ABBREVIATION.findall(text)} - KNOWN):
            if short not in EXPLAINED or EXPLAINED[short] not in whole:
                found.append(f"{where}: {short}")
    return found


@each_book
def test_only_what_the_law_requires_is_said_to_be_required(path: Path) -> None:
    book = book_in(path)

    wrong = [
        f"outcome '{outcome.id}': {text}"
        for outcome in book.outcomes.values()
        if outcome.basis != "required" and outcome.required_when is None
        for text in (outcome.title, outcome.plain, *(guide.say for guide in outcome.guides))
        if re.search(r"\bthe law (requires|says we must)|\blegally required|\bby law\b", text, re.IGNORECASE)
    ]
    assert wrong == []


@each_book
def test_nothing_a_lane_shows_holds_the_words_it_must_never_show(path: Path) -> None:
    book = book_in(path)

    assert [*said_though_never(book)] == []


def said_though_never(book: Book) -> Iterable[str]:
    for lane in book.lanes:
        outcomes = {rule.outcome for rule in lane.rules} & book.outcomes.keys()
        shown = [*lane.show, *(guide for name in outcomes for guide in book.outcomes[name].guides)]
        for never in lane.never:
            if not never.when:
                yield from (f"{never.id}: {guide.say}" for guide in shown if never.say in guide.say.casefold())


def test_every_exception_is_still_needed() -> None:
    screens = {where for path in BOOKS for where, _ in (*asking(book_in(path)), *guiding(book_in(path)))}
    texts = [item for path in BOOKS for item in every_text(book_in(path))] + [*bot_texts()]

    assert HARDER_SCREENS.keys() <= screens
    for where, word in HARDER_WORDS:
        assert any(place == where and word in text.casefold() for place, text in texts), (where, word)
