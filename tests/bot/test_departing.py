"""Going further than the proposal: only ever towards more protection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.departing import departed, further
from policy.book import Book
from policy.walk import Asking, Decided, walk
from policy.walk.verdicts import Verdict
from tests.policy.small import small_book


def walked(book: Book, **answers: str) -> Asking | Decided:
    return walk(book, {"life": "no", **answers})


def verdicts(book: Book, **answers: str) -> tuple[Verdict, ...]:
    return walked(book, **answers).lanes


def offered(book: Book, **answers: str) -> list[tuple[str, str, str]]:
    return [(each.lane.id, each.outcome.id, each.approval) for each in further(book, walked(book, **answers))]


def test_a_closed_protective_lane_offers_every_outcome_that_tells_somebody() -> None:
    assert offered(small_book(), child="no") == [("child", "refer", "A1"), ("child", "ask", "")]


def test_an_open_lane_offers_only_what_goes_further() -> None:
    assert offered(small_book(), child="unsure") == [("child", "refer", "A1")]


def test_what_goes_furthest_already_offers_nothing() -> None:
    assert offered(small_book(), child="yes") == []


def test_lanes_that_protect_nobody_are_never_offered() -> None:
    lanes = {lane for lane, _, _ in offered(small_book(), child="no", share="yes")}

    assert lanes == {"child"}


def test_a_report_the_law_asks_of_some_is_not_volunteered_for() -> None:
    book = small_book()
    required = replace(book, outcomes={**book.outcomes, "refer": replace(book.outcomes["refer"], basis="required")})

    assert offered(required, child="unsure") == []


def test_a_departure_changes_its_lane_and_no_other() -> None:
    book = small_book()
    chosen = departed(book, (("child", "refer"),))

    before = {each.lane.id: each.outcome.id for each in verdicts(book, child="unsure", hushed="no", share="no")}
    after = {each.lane.id: each.outcome.id for each in verdicts(chosen, child="unsure", hushed="no", share="no")}

    assert before | {"child": "refer"} == after


def test_a_departure_needs_the_same_agreement_as_the_outcome_it_chose() -> None:
    chosen = departed(small_book(), (("child", "refer"),))

    [lane] = verdicts(chosen, child="unsure")

    assert lane.approval is not None
    assert lane.approval.code == "A1"


def test_a_lane_without_that_outcome_is_no_departure() -> None:
    with pytest.raises(KeyError):
        departed(small_book(), (("child", "ring"),))
