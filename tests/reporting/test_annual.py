"""The figures of a year: totals by month, grounds only as the digests told them, and nobody works out the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.reporting.annual import Count, Period, added_up, count, months_of, year_of
from bot.reporting.figures import Around, Told, compared, kept, told
from bot.reporting.hiding import LEAST, at_least
from bot.reporting.hiding import told as shown
from storage.digests import Written
from storage.figures import Begun, Shared
from tests.reporting.invented import NOW, begun, counted, minutes
from tests.reporting.invented import told as week
from tests.reporting.test_hiding import BOOK, GROUNDS

LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
BOOKS = {BOOK.id: BOOK}
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = Period("2026", START, START + 365 * DAY, True)

Case = tuple[int, str]
"""The day it was opened, and its ground."""


def test_a_year_that_is_over_is_the_charitys_own_from_midnight_to_midnight() -> None:
    found = year_of(2025, AUCKLAND, NOW)

    assert (found.id, found.over) == ("2025", True)
    assert (found.since, found.until) == (
        datetime(2024, 12, 31, 11, tzinfo=UTC),
        datetime(2025, 12, 31, 11, tzinfo=UTC),
    )


def test_a_year_that_is_not_over_is_counted_as_far_as_it_has_come_and_says_so() -> None:
    found = year_of(2026, LONDON, NOW)

    assert (found.until, found.over) == (NOW, False)


def test_a_year_that_has_not_begun_is_none() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        year_of(2027, LONDON, NOW)


def test_months_follow_one_another_without_a_gap_over_both_changes_of_the_clock() -> None:
    months = months_of(2025, LONDON, NOW, began=START - 5000 * DAY)

    assert [each.id for each in months] == [f"2025-{month:02}" for month in range(1, 13)]
    assert [each.since for each in months[1:]] == [each.until for each in months[:-1]]
    assert (months[0].since, months[-1].until) == (year_of(2025, LONDON, NOW).since, year_of(2025, LONDON, NOW).until)
    assert months[3].since == datetime(2025, 3, 31, 23, tzinfo=UTC)


def test_months_that_are_still_to_come_or_were_before_the_record_began_are_left_out() -> None:
    months = months_of(2026, LONDON, NOW, began=datetime(2026, 9, 30, 12, tzinfo=UTC))

    assert [(each.id, each.over) for each in months] == [("2026-09", True), ("2026-10", True), ("2026-11", False)]
    assert months[-1].until == NOW


def test_a_period_has_its_totals_and_no_breakdown() -> None:
    opened = tuple(begun((GROUNDS[0], "")) for _ in range(9))
    found = count(YEAR, counted(opened=opened, took=minutes(3, 9), approved=2), BOOKS, NOW)

    assert (found.totals.opened, found.totals.approved, found.totals.median) == (9, 2, 6 * 60)
    assert (found.totals.grounds, found.totals.outcomes) == ({}, {})


def test_what_was_destroyed_since_still_counts_as_opened_and_is_counted_for_itself() -> None:
    gone = Begun(BOOK.id, "closed", frozenset(), destroyed=True)

    found = count(YEAR, counted(opened=(begun(), gone, gone)), BOOKS, NOW)

    assert (found.totals.opened, found.gone) == (3, 2)


def written(told: Told, place: int) -> Written:
    return Written(f"2026-W{place:02}", START + 7 * place * DAY, START + 7 * (place + 1) * DAY, NOW, kept(told))


def test_digests_are_added_up_with_the_weeks_they_stand_for() -> None:
    weeks = [
        week(opened=9, grounds={"a": 5}, outcomes={"named": 6}, undelivered=1),
        week(opened=7, grounds={"a": 6, "b": 5}, weeks=3),
    ]

    found = added_up([(written(each, place), each) for place, each in enumerate(weeks)])

    assert (found.digests, found.weeks) == (2, 4)
    assert (found.since, found.until) == (START, START + 14 * DAY)
    assert (found.totals["opened"], found.totals["undelivered"]) == (16, 1)
    assert (found.grounds, found.outcomes) == ({"a": 11, "b": 5}, {"named": 6})


def test_a_year_without_a_digest_has_no_weeks() -> None:
    found = added_up([])

    assert (found.digests, found.weeks, found.since, found.grounds) == (0, 0, None, {})


# What a reader could work out


def publish(weeks: list[list[Case]], month: int) -> list[object]:
    """All that is ever told of these: each digest and what stands beside it, each month, the year, and its sums.

    `month` is how many days a month has, so that months and weeks cut each other anywhere.
    """
    digests = [told(counted(opened=opened(cases)), Around(), BOOKS, now=NOW, weeks=1) for cases in weeks]
    beside = [compared(digests[max(place - 4, 0) : place][::-1]) for place in range(len(digests))]
    every = [case for cases in weeks for case in cases]
    months = [of_period([case for case in every if case[0] // month == number]) for number in range(31 // month + 1)]
    sums = added_up([(written(each, place), each) for place, each in enumerate(digests)])
    return [*map(kept, digests), *beside, *months, of_period(every), sums]


def opened(cases: list[Case]) -> tuple[Begun, ...]:
    return tuple(begun((ground, "")) for _, ground in cases)


def of_period(cases: list[Case]) -> Count:
    return count(YEAR, counted(opened=opened(cases)), BOOKS, NOW)


def history(numbers: list[list[str]]) -> list[list[Case]]:
    """Weeks of cases, one a day and then again from the first day on."""
    return [[(7 * place + at % 7, ground) for at, ground in enumerate(cases)] for place, cases in enumerate(numbers)]


WEEKS = st.lists(st.lists(st.sampled_from(GROUNDS[:4]), max_size=12), min_size=1, max_size=4).map(history)


@given(WEEKS, st.integers(3, 31), st.data())
def test_whoever_has_the_digests_the_months_and_the_year_cannot_tell_a_small_cell_of_any_week(
    weeks: list[list[Case]], month: int, data: st.DataObject
) -> None:
    """Try to undo it: for each small cell there is another history, opened on the same days, that reads the same."""
    place = data.draw(st.integers(0, len(weeks) - 1))
    numbers = {ground: sum(each == ground for _, each in weeks[place]) for ground in GROUNDS}
    small = [ground for ground, number in numbers.items() if 0 < number < LEAST]
    assume(small)
    ground = data.draw(st.sampled_from(small))
    published = publish(weeks, month)

    others = []
    for at, (day, now) in enumerate(weeks[place]):
        for other in GROUNDS:
            if (now == ground) != (other == ground):  # this cell has one more, or one less
                moved = [*weeks[place][:at], (day, other), *weeks[place][at + 1 :]]
                others.append([*weeks[:place], moved, *weeks[place + 1 :]])

    assert any(publish(other, month) == published for other in others)


@given(WEEKS, st.integers(3, 31))
def test_a_month_and_a_year_do_not_change_with_a_ground_or_an_outcome(weeks: list[list[Case]], month: int) -> None:
    """Whatever is shared and decided stays as it is; only what each consultation was about is another thing."""
    every = [case for cases in weeks for case in cases]

    def counts(grounds: list[str]) -> list[Count]:
        cases = [(day, ground) for (day, _), ground in zip(every, grounds, strict=True)]
        periods = [[case for case in cases if case[0] // month == number] for number in range(31 // month + 1)]
        shared = (Shared(BOOK.id, frozenset({"nobody"})),)
        return [
            count(YEAR, counted(opened=opened(period), shared=shared, took=minutes(4), approved=1), BOOKS, NOW)
            for period in (*periods, cases)
        ]

    assert counts([ground for _, ground in every]) == counts([GROUNDS[-1]] * len(every))


def test_why_a_year_is_not_counted_anew_by_ground() -> None:
    """Twelve of one ground and one more, then a week with one: thirteen in a year would tell the ground of that one."""
    common, *others = GROUNDS
    weeks = [{common: 12, other: 1} for other in others]

    fitting = [
        last
        for first, last in product(weeks, GROUNDS)
        if _anew(first, {last: 1}) == {common: 13} and _told(first) == {common: 12} and _told({last: 1}) == {}
    ]

    assert set(fitting) == {common}
    assert at_least([_told(weeks[0]), _told({common: 1})]) == {common: 12}


def _anew(*weeks: dict[str, int]) -> dict[str, int]:
    """What the rule would tell of these weeks if they were one breakdown."""
    return shown({ground: sum(week.get(ground, 0) for week in weeks) for ground in GROUNDS})


def _told(week: dict[str, int]) -> dict[str, int]:
    return _anew(week)
