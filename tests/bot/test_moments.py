"""A day and a time as they are typed: read in the charity's zone, kept as UTC, and asked again where it is unclear."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.afterwards.moments import moment_of

LONDON = ZoneInfo("Europe/London")
SUMMER = datetime(2026, 7, 15, 13, 30, tzinfo=UTC)  # a Wednesday, 14:30 in London


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("now", "2026-07-15 13:30"),
        ("14:20", "2026-07-15 13:20"),
        ("Today 14.20", "2026-07-15 13:20"),
        ("14:20 today", "2026-07-15 13:20"),
        ("today at 2:20 pm", "2026-07-15 13:20"),
        ("2pm", "2026-07-15 13:00"),
        ("12am", "2026-07-14 23:00"),
        ("1405", "2026-07-15 13:05"),
        ("yesterday 23:40", "2026-07-14 22:40"),
        ("yesterday, about 23:40", "2026-07-14 22:40"),
        ("Monday 09:05", "2026-07-13 08:05"),
        ("last wed 09:05", "2026-07-08 08:05"),
        ("wed 09:05", "2026-07-15 08:05"),
        ("20 June 14:20", "2026-06-20 13:20"),
        ("20th of june 2026 14:20", "2026-06-20 13:20"),
        ("June 20 14:20", "2026-06-20 13:20"),
        ("20 November 14:20", "2025-11-20 14:20"),
        ("20/06 14:20", "2026-06-20 13:20"),
        ("20/06/2026 14:20", "2026-06-20 13:20"),
        ("14:20 20.06.26", "2026-06-20 13:20"),
        ("2026-06-20 14:20", "2026-06-20 13:20"),
    ],
)
def test_a_moment_is_read_in_the_charitys_zone_and_kept_as_utc(typed: str, utc: str) -> None:
    assert moment_of(typed, SUMMER, LONDON) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write a day and a time."),
        ("after lunch", "Write a day and a time."),
        ("14:20 and 15:10", "Write a day and a time."),
        ("25:10", "Write a day and a time."),
        ("31 June 14:20", "Write a day and a time."),
        ("yesterday", "Add the time"),
        ("Monday", "Add the time"),
        ("20 June 2026", "Add the time"),
        ("14:31", "14:31 today is still to come. If it was the day before, write: yesterday 14:31."),
        ("16 July 2026 09:00", "That is still to come."),
        ("20 June 2024 14:20", "more than a year ago"),
    ],
)
def test_what_cannot_be_one_moment_is_asked_again_in_plain_words(typed: str, said: str) -> None:
    answer = moment_of(typed, SUMMER, LONDON)

    assert isinstance(answer, str)
    assert said in answer


def test_an_hour_that_the_clocks_left_out_is_asked_again() -> None:
    after = datetime(2026, 3, 29, 12, tzinfo=UTC)

    answer = moment_of("today 01:30", after, LONDON)

    assert answer == "The clocks went forward that night, so 01:30 was not there. Did you mean 02:30?"


def test_an_hour_that_came_twice_is_the_first_of_the_two() -> None:
    after = datetime(2026, 10, 25, 12, tzinfo=UTC)

    assert moment_of("today 01:30", after, LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
