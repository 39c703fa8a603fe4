"""Which class of record a consultation makes, what holds it, and what is no draft, by the shipped book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.keeping.classes import is_draft, kept_as, reasons
from bot.organisation.charity import Charity
from bot.organisation.periods import Period, Periods
from bot.picture import Picture, replay
from policy.book import Book
from policy.reading import read
from storage.records import Answer, CaseState, Consultation, Disclosure
from tests.bot.conftest import BOOK

NOW = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)
CHARITY = Charity("o", "The Invented Trust", "justus", ZoneInfo("Europe/London"), "IT", {}, {})
NO_DANGER = {"life_now": "no", "danger_child": "no", "danger_adult": "no", "danger_self": "no", "danger_crime": "no"}
A_WORRY = {"worker_concern": "yes", "danger_child": "yes"}


@pytest.fixture(scope="module")
def book() -> Book:
    return read(BOOK.read_text("utf-8"))


def picture(book: Book, values: Mapping[str, str], state: CaseState = "asking", **periods: Period) -> Picture:
    charity = replace(CHARITY, retention=Periods(records=periods))
    case = Consultation(
        "c",
        "w",
        "IT-1",
        state,
        2,
        "justus",
        book.version,
        NOW,
        NOW,
        {id: Answer(id, v, NOW) for id, v in values.items()},
    )
    return Picture(book, charity, case, replay(book, charity, case))


def years(count: int) -> Period:
    return Period(count, "year")


# Holds


def test_telling_999_holds_the_record(book: Book) -> None:
    told = Disclosure("d", "emergency", "w", "emergency_999", "t", NOW)
    found = replace(picture(book, {book.emergency.question: "yes"}), disclosures=(told,))

    assert reasons(found) == ["police"]


def test_the_police_asking_holds_the_record_whatever_they_are_told(book: Book) -> None:
    found = picture(book, {**NO_DANGER, "need_request": "yes", "asker": "police"})

    assert reasons(found) == ["police"]


@pytest.mark.parametrize("who", ["client", "parent", "attorney"])
def test_somebody_wanting_their_file_holds_the_record_as_its_task_says(book: Book, who: str) -> None:
    found = picture(book, {**NO_DANGER, "need_record": "yes", "record_who": who})

    assert reasons(found) == ["other"]


def test_a_paper_of_a_court_is_held_once_and_for_one_reason(book: Book) -> None:
    paper = {"need_paper": "yes", "paper_kind": "order", "paper_verified": "yes"}

    assert reasons(picture(book, {**NO_DANGER, **paper})) == ["court"]


# Drafts


def test_what_says_nothing_is_a_draft(book: Book) -> None:
    assert is_draft(picture(book, NO_DANGER))


@pytest.mark.parametrize("ticked", ["need_paper", "need_record"])
def test_what_may_come_to_a_hold_is_no_draft(book: Book, ticked: str) -> None:
    assert not is_draft(picture(book, {**NO_DANGER, ticked: "yes"}))


def test_what_was_sent_once_or_told_of_a_danger_once_is_no_draft(book: Book) -> None:
    found = picture(book, NO_DANGER)

    assert not is_draft(replace(found, case=replace(found.case, sent_at=NOW)))
    assert not is_draft(replace(found, case=replace(found.case, danger_at=NOW)))


# Classes


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ({"allegation": years(10), "child": years(25), "adult": years(7)}, "child"),
        ({"allegation": years(25), "child": years(10), "adult": years(7)}, "allegation"),
        ({"allegation": years(10), "child": years(10), "adult": years(40)}, "adult"),
        ({"allegation": years(10), "adult": years(40)}, "child"),
        ({}, "allegation"),
    ],
)
def test_of_all_the_classes_that_fit_the_one_kept_longest_counts(
    book: Book, periods: Mapping[str, Period], expected: str
) -> None:
    assert kept_as(picture(book, {book.emergency.question: "no", **A_WORRY}, "asking", **periods)) == expected


def test_a_matter_of_which_nobody_said_the_age_is_a_childs(book: Book) -> None:
    unasked = {**NO_DANGER, book.emergency.question: "no", "danger_adult": "yes"}
    periods = {"child": years(25), "adult": years(7)}

    assert kept_as(picture(book, unasked, "asking", **periods)) == "child"
    assert kept_as(picture(book, {**unasked, "person_under_18": "no"}, "asking", **periods)) == "adult"
