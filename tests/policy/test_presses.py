"""How many presses it takes: every limit over every example, and the ones that must hold whatever anybody answers."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.drawing.presses import presses_page
from policy.presses import (
    MOST_FOR_EMERGENCY,
    MOST_IN_ALL,
    MOST_TO_SENT,
    SO_FAR,
    TO_SEND,
    Way,
    most_in_all,
    most_to_card,
    ways,
)
from policy.reading import read
from policy.walk import Asking, Decided, walk
from tests.policy.shipped import BOOKS, answer_sets, book_in, justus
from tests.policy.small import SMALL, small_book

ROOT = Path(__file__).parents[2]
ON_A_PHONE = 5  # more things than this to choose on one form are too many

DANGERS = {
    "danger_child": "child",
    "danger_adult": "adult",
    "danger_self": "self_harm",
    "danger_terror": "terror",
    "danger_crime": "crime",
}


@cache
def ways_in(path: Path) -> tuple[Way, ...]:
    return ways(book_in(path))


every_book = pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)


@every_book
def test_the_999_card_comes_with_the_first_press(path: Path) -> None:
    urgent = [way for way in ways_in(path) if way.emergency]

    assert urgent
    assert {way.emergency for way in urgent} == {MOST_FOR_EMERGENCY}


@every_book
def test_what_is_due_today_is_sent_within_twelve_presses(path: Path) -> None:
    assert [way for way in ways_in(path) if way.today and way.sent > MOST_TO_SENT] == []


@every_book
def test_no_example_takes_more_than_thirty_presses(path: Path) -> None:
    assert [way for way in ways_in(path) if way.whole > MOST_IN_ALL] == []


@every_book
def test_nothing_that_anybody_answers_takes_more_than_thirty_presses(path: Path) -> None:
    assert max(way.whole for way in ways_in(path)) <= most_in_all(book_in(path)) <= MOST_IN_ALL


def one_danger() -> list[object]:
    return [
        pytest.param(life, danger, value, id=f"{life}-{danger}-{value}")
        for life, danger, value in product(("no", "within_hours"), DANGERS, ("yes", "unsure"))
    ]


@pytest.mark.parametrize(("life", "danger", "value"), one_danger())
def test_with_one_danger_its_card_is_there_in_time_whatever_else_is_answered(
    life: str, danger: str, value: str
) -> None:
    # I30 of the decision note: the card after at most 11 presses, and the child's first. Here one press less, because
    # sending takes two: its button and its form.
    book = justus()
    needs = {question.id: "no" for question in book.questions if question.screen == "needs"}
    answers = {"life_now": life, **dict.fromkeys(DANGERS, "no"), danger: value, "worker_concern": "no", **needs}
    now = walk(book, answers)
    young: list[dict[str, str]] = [{}]
    if isinstance(now, Asking) and "person_under_18" in [question.id for question in now.questions]:
        young = [{"person_under_18": age} for age in ("yes", "no", "unsure")]

    for age in young:
        lane = DANGERS[danger] if age.get("person_under_18", "no") == "no" else "child"
        assert most_to_card(book, {**answers, **age}, lane=lane, enough=SO_FAR) <= SO_FAR, (lane, age)


def test_a_bound_that_is_too_high_is_the_length_of_a_real_way() -> None:
    book = small_book()

    assert most_to_card(book, {}, enough=0) == 6
    assert most_to_card(book, {}, lane="emergency", enough=0) == 1
    assert most_to_card(book, {"life": "no", "child": "no"}, enough=0) == 4
    assert most_to_card(book, {"life": "no", "child": "yes", "hushed": "yes", "share": "no"}, enough=0) == 3


@every_book
@given(data=st.data())
def test_no_screen_comes_twice_and_no_form_is_too_long_for_a_phone(path: Path, data: st.DataObject) -> None:
    book = book_in(path)
    said = data.draw(answer_sets(book))
    answers: dict[str, str] = {}
    screens: list[str] = []

    while isinstance(now := walk(book, answers, stage="send"), Asking):
        screens.append(now.screen.id)
        assert now.step == len(screens)
        assert now.about >= now.step
        assert now.screen.kind != "form" or now.screen.stage == "send" or len(now.questions) <= ON_A_PHONE
        answers |= {question.id: said[question.id] for question in now.questions}

    assert len(screens) == len(set(screens))
    assert len(screens) + TO_SEND <= most_in_all(book)


@given(data=st.data())
def test_what_reveals_a_danger_is_asked_on_every_way_that_is_no_emergency(data: st.DataObject) -> None:
    book = justus()
    said = data.draw(answer_sets(book)) | {"life_now": data.draw(st.sampled_from(("no", "within_hours")))}
    answers: dict[str, str] = {}

    while isinstance(now := walk(book, answers), Asking):
        answers |= {question.id: said[question.id] for question in now.questions}

    assert {*DANGERS, "worker_concern"} <= answers.keys()
    assert next(iter(answers)) == "life_now"
    assert ("crime_made_to" in answers) == (answers.get("crime_how") == "admitted")


def test_the_emergency_question_is_asked_before_anything_else() -> None:
    for path in BOOKS:
        book = book_in(path)
        first = walk(book, {})
        assert isinstance(first, Asking)
        assert [question.id for question in first.questions] == [book.emergency.question]


@given(data=st.data())
def test_how_it_goes_and_what_is_written_down_comes_after_the_request(data: st.DataObject) -> None:
    book = justus()
    said = data.draw(answer_sets(book))
    late = {screen.id for screen in book.screens if screen.stage == "send"}
    answers: dict[str, str] = {}

    while isinstance(now := walk(book, answers), Asking):
        assert now.screen.id not in late
        answers |= {question.id: said[question.id] for question in now.questions}

    assert isinstance(now, Decided)


@every_book
def test_the_guess_of_each_card_is_about_one_press_off(path: Path) -> None:
    off = [abs(guess - way.decided) for way in ways_in(path) for guess in way.guesses]

    assert sum(off) / len(off) <= 1


def test_a_way_counts_what_an_example_takes() -> None:
    book = read(SMALL)

    refer = next(way for way in ways(book) if way.example == "a child, by fax")

    assert (refer.emergency, refer.decided, refer.sent) == (0, 3, 3 + TO_SEND)
    assert refer.whole == refer.sent + 1
    assert refer.guesses[-1] == refer.decided


def test_the_page_is_the_one_that_the_book_gives() -> None:
    page = ROOT / "docs" / "policy" / "presses.md"
    again = "write it again: python -m bot book presses policy/books/justus.toml --write docs/policy/presses.md"

    assert page.read_text(encoding="utf-8") == presses_page(justus()), again
