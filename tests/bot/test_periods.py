"""[retention] of the charity's file: what it may say, and when a record's time is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.keeping.clocks import announced
from bot.organisation.periods import CLASSES, SUGGESTED, Period, Periods, parsed, periods_of, read_retention

CLOSED = datetime(2028, 2, 29, 10, tzinfo=UTC)


def test_what_is_written_is_what_counts() -> None:
    faults: list[str] = []

    kept = read_retention({"adult": "7 years", "child": "300 months", "draft": "2 days", "messages": "14 days"}, faults)

    periods = periods_of(kept)
    assert faults == []
    assert periods.end("adult", CLOSED) == datetime(2035, 2, 28, 10, tzinfo=UTC)
    assert periods.end("child", CLOSED) == datetime(2053, 2, 28, 10, tzinfo=UTC)
    assert (periods.draft, periods.messages) == (timedelta(days=2), timedelta(days=14))


def test_a_class_without_a_period_has_no_end() -> None:
    assert [Periods().end(each, CLOSED) for each in CLASSES] == [None] * len(CLASSES)


def test_what_is_not_set_of_drafts_and_messages_is_as_the_plan_says() -> None:
    assert (Periods().draft, Periods().paused, Periods().messages) == (
        timedelta(days=1),
        timedelta(days=7),
        timedelta(days=30),
    )


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"adults": "7 years"}, "[retention] adults: there is no such class; use adult, child"),
        ({"adult": 7}, "[retention] adult: must be a time such as"),
        ({"adult": "for ever"}, "[retention] adult: must be a time such as"),
        ({"adult": "0 years"}, "[retention] adult: must be a time such as"),
        ({"adult": "29 days"}, "[retention] adult: a record is kept for at least 30 days"),
        ({"draft": "1 year"}, "[retention] draft: from 1 to 30 days"),
        ({"paused": "1 day"}, "[retention] paused: from 2 to 90 days"),
        ("7 years", "[retention] must be a table"),
    ],
)
def test_a_fault_is_a_sentence_and_nothing_of_it_is_kept(said: object, fault: str) -> None:
    faults: list[str] = []

    kept = read_retention(said, faults)

    assert kept == {}
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_a_period_that_no_calendar_holds_ends_with_the_calendar() -> None:
    assert Period(9999, "year").after(CLOSED).year == 9999


def test_every_class_has_a_suggestion_that_can_be_read() -> None:
    assert list(SUGGESTED) == list(CLASSES)
    assert all(parsed(each) for each in SUGGESTED.values())


NOW = datetime(2040, 1, 31, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("over", "said", "ends"),
    [
        (-300, None, 30),
        (-300, 5000, 30),
        (5, None, 30),
        (5, 20, 20),
        (-300, -3, -3),
        (40, None, 40),
        (40, 5000, 40),
        (5000, 40, 5000),
        (5000, -3, 5000),
        (None, 10, None),
        (None, None, None),
    ],
)
def test_no_record_ends_sooner_than_was_said_without_a_month_and_counting_again_changes_nothing(
    over: int | None, said: int | None, ends: int | None
) -> None:
    def at(days: int | None) -> datetime | None:
        return None if days is None else NOW + days * DAY

    first = announced(at(over), at(said), NOW)

    assert first == at(ends)
    assert [announced(at(over), first, NOW + days * DAY) for days in range(60)] == [first] * 60
