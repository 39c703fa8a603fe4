"""Where a second factor stands: before a yes that the charity names, and before nothing else, whatever is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bot.books import read_books
from bot.organisation.step_up import StepUp, demanded, unknown, unprepared
from bot.settings import SHIPPED_BOOKS
from policy.book import Book
from storage.records import ApprovalRequest, Person, Role

EVERYTHING = StepUp(codes=frozenset({"A0", "A1", "A1+", "A2", "AN", "AO"}))


@pytest.fixture(scope="module")
def books() -> Mapping[str, Book]:
    return read_books([SHIPPED_BOOKS])


def request(lane: str, outcome: str, code: str) -> ApprovalRequest:
    return ApprovalRequest(
        "r", "c", lane, outcome, code, "pending", "f", None, datetime(2026, 11, 20, tzinfo=UTC), None
    )


def person(name: str, role: Role = "worker", *, locked: bool = False) -> Person:
    return Person(name, "org", name, name.title(), role, frozenset({"may_approve"}), True, locked=locked)


def test_every_code_that_somebody_can_refuse_takes_it_and_no_notice_does(books: Mapping[str, Book]) -> None:
    book = books["justus"]

    taking = {code for code in book.approvals if demanded(book, EVERYTHING, request("crime", "crime_advice", code))}

    assert taking == {"A1", "A1+", "A2", "AO"}


def test_no_lane_of_an_emergency_takes_it(books: Mapping[str, Book]) -> None:
    book = books["justus"]
    [immediate] = [lane for lane in book.lanes if lane.immediate]

    assert not demanded(book, EVERYTHING, request(immediate.id, "crime_advice", "A1"))
    assert demanded(book, EVERYTHING, request("crime", "crime_advice", "A1"))


def test_an_outcome_is_named_by_itself_whatever_its_code(books: Mapping[str, Book]) -> None:
    book, rule = books["justus"], StepUp(outcomes=frozenset({"crime_advice"}))

    assert demanded(book, rule, request("crime", "crime_advice", "A2"))
    assert not demanded(book, rule, request("crime", "consider_report", "A2"))


def test_two_who_have_one_are_enough_and_whoever_is_locked_out_is_not_one_of_them(books: Mapping[str, Book]) -> None:
    book, rule = books["justus"], StepUp(codes=frozenset({"A1"}))
    ash, wren = person("ash"), person("wren")

    assert unprepared(book, rule, [ash, wren], {"ash", "wren"}) == []
    [said] = unprepared(book, rule, [ash, person("wren", locked=True)], {"ash", "wren"})
    assert "only Ash has set one up" in said
    [nobody] = unprepared(book, rule, [ash, wren], ())
    assert "nobody has set one up" in nobody


def test_what_is_not_in_the_book_or_never_asked_is_told_by_name(books: Mapping[str, Book]) -> None:
    faults = unknown(books["justus"], StepUp(frozenset({"refer_child", "made_up"}), frozenset({"AN", "Z9"})))

    assert [fault.split(": ", 1)[1] for fault in faults] == [
        "justus has no outcome 'made_up'",
        "justus has no approval 'Z9'",
        "nobody agrees to AN, so it can take no second factor",
    ]
