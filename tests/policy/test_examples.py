"""Every book that is shipped, held to its own examples and invariants, and walked at random."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book import Book, Example
from policy.examples import check_example, complete, sketch, walk_through
from policy.proof import breaches, moves
from policy.walk import Asking, Decided, walk
from tests.policy.shipped import BOOKS, answer_sets, book_in


def every_example() -> list[object]:
    return [
        pytest.param(book_in(path), example, id=f"{path.stem}:{example.name}")
        for path in BOOKS
        for example in book_in(path).examples
    ]


@pytest.mark.parametrize(("book", "example"), every_example())
def test_the_book_comes_to_what_the_example_says(book: Book, example: Example) -> None:
    assert check_example(book, example) == []


@cache
def breached(book: Book, answers: tuple[tuple[str, str], ...]) -> list[str]:
    """What these answers breach. Remembered, because most examples begin alike."""
    found = walk(book, dict(answers), stage="send")
    return breaches(book, found.facts, found.lanes)


@pytest.mark.parametrize(("book", "example"), every_example())
def test_no_invariant_is_breached_on_the_way_through_the_example(book: Book, example: Example) -> None:
    answers = complete(book, example.facts).answers
    so_far: dict[str, str] = {}
    for name, value in answers.items():
        so_far[name] = value
        assert breached(book, tuple(so_far.items())) == [], so_far

    assert moves(book, answers) == []


def press_by_press(book: Book, answers: Mapping[str, str]) -> list[Asking | Decided]:
    """Every state on the way from no answer to the end, each press checked for moving on."""
    given_so_far: dict[str, str] = {}
    states: list[Asking | Decided] = []
    for press in range(1, len(book.screens) * 2):
        now = walk(book, given_so_far, stage="send")
        states.append(now)
        if isinstance(now, Decided):
            return states
        fresh = {question.id: answers[question.id] for question in now.questions}
        assert fresh
        assert not fresh.keys() & given_so_far.keys()
        assert now.about >= now.step >= 1
        assert now.step <= press
        given_so_far |= fresh
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
@given(data=st.data())
def test_a_walk_ends_keeps_the_invariants_and_agrees_with_the_whole_table(path: Path, data: st.DataObject) -> None:
    book = book_in(path)
    answers = data.draw(answer_sets(book))
    whole = complete(book, answers, answers).answers

    for state in press_by_press(book, answers):
        assert breaches(book, state.facts, state.lanes) == []
    end, asked = walk_through(book, whole)
    table = walk(book, whole, stage="send")

    assert isinstance(end, Decided)
    assert isinstance(table, Decided)
    assert asked.keys() <= whole.keys()
    assert all(item.settled for item in end.lanes) or not whole.keys() - asked.keys()
    assert sketch(end.lanes) == sketch(table.lanes)
    assert breaches(book, table.facts, table.lanes) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
@given(data=st.data())
def test_any_part_of_an_answer_set_is_walked_without_an_error(path: Path, data: st.DataObject) -> None:
    book = book_in(path)
    answers = data.draw(answer_sets(book))
    kept = data.draw(st.sets(st.sampled_from(sorted(answers))))

    found = walk(book, {name: answers[name] for name in kept}, stage="send")

    assert breaches(book, found.facts, found.lanes) == []
    if isinstance(found, Asking):
        assert {question.id for question in found.questions} <= answers.keys() - kept


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
@given(data=st.data())
def test_a_settled_lane_is_never_moved_by_more_answers(path: Path, data: st.DataObject) -> None:
    book = book_in(path)
    answers = data.draw(answer_sets(book))

    states = press_by_press(book, answers)

    for earlier, later in pairwise(states):
        after = {item.lane.id: (item.outcome.id, item.approval) for item in later.lanes}
        for item in earlier.lanes:
            if item.settled:
                assert after.get(item.lane.id) == (item.outcome.id, item.approval)
