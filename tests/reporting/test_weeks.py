"""Which digest is due when: over both changes of the clock, the end of a year of 53 weeks, and a change of zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.organisation.digest_day import DigestDay
from bot.reporting.weeks import SHORTEST, Covered, Owed, before, due_at, first_week, next_due, owed, week_of

LONDON = ZoneInfo("Europe/London")
MONDAY = DigestDay(0, 9)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("week", "day", "moment"),
    [
        ("2026-W47", MONDAY, "2026-11-16 09:00"),
        ("2026-W30", MONDAY, "2026-07-20 08:00"),  # summer time
        ("2026-W13", DigestDay(6, 1), "2026-03-29 01:00"),  # 01:00 is skipped: it is 02:00 on the wall
        ("2026-W43", DigestDay(6, 1), "2026-10-25 00:00"),  # 01:00 comes twice: the first
        ("2026-W53", MONDAY, "2026-12-28 09:00"),
        ("2027-W01", MONDAY, "2027-01-04 09:00"),
    ],
)
def test_a_digest_is_due_by_the_clock_on_the_charitys_wall(week: str, day: DigestDay, moment: str) -> None:
    assert due_at(week, day, LONDON) == utc(moment)


def test_the_first_days_of_a_year_may_be_of_the_last_week_of_the_one_before() -> None:
    assert [week_of(utc(f"2027-01-0{day} 12:00"), LONDON) for day in (1, 3, 4)] == ["2026-W53", "2026-W53", "2027-W01"]


def test_the_week_of_a_moment_is_that_of_the_charitys_own_zone() -> None:
    moment = utc("2026-11-15 12:00")  # Sunday in London, Monday in Auckland

    assert [week_of(moment, zone) for zone in (LONDON, ZoneInfo("Pacific/Auckland"))] == ["2026-W46", "2026-W47"]


def test_week_53_is_followed_by_week_1() -> None:
    last = Covered("2026-W53", due_at("2026-W53", MONDAY, LONDON))

    assert next_due(last, MONDAY, LONDON) == Covered("2027-W01", utc("2027-01-04 09:00"))


def test_nothing_is_owed_before_its_moment_and_one_digest_at_it() -> None:
    last = Covered("2026-W46", utc("2026-11-09 09:00"))
    moment = utc("2026-11-16 09:00")

    assert owed(moment - timedelta(microseconds=1), last, MONDAY, LONDON) is None
    assert owed(moment, last, MONDAY, LONDON) == Owed("2026-W47", last.until, moment, 1)


def test_a_machine_that_was_off_for_three_weeks_owes_one_digest_that_says_so() -> None:
    last = Covered("2026-W46", utc("2026-11-09 09:00"))

    found = owed(utc("2026-12-03 14:00"), last, MONDAY, LONDON)

    assert found == Owed("2026-W49", last.until, utc("2026-11-30 09:00"), 3)


def test_the_first_digest_is_the_next_one_ahead_and_covers_the_week_before_it() -> None:
    wednesday = utc("2026-11-18 12:00")

    week = first_week(wednesday, MONDAY, LONDON)

    assert week == "2026-W48"
    assert owed(utc("2026-11-23 09:00"), before(week, MONDAY, LONDON), MONDAY, LONDON) == Owed(
        "2026-W48", utc("2026-11-16 09:00"), utc("2026-11-23 09:00"), 1
    )


def test_a_first_digest_that_is_still_ahead_this_week_is_of_this_week() -> None:
    assert first_week(utc("2026-11-16 08:59"), MONDAY, LONDON) == "2026-W47"


def test_a_charity_that_moves_its_day_forward_still_gets_one_a_week() -> None:
    on_friday = Covered("2026-W46", utc("2026-11-13 16:00"))

    assert next_due(on_friday, MONDAY, LONDON) == Covered("2026-W47", utc("2026-11-16 09:00"))


def test_a_digest_that_would_cover_a_few_hours_waits_a_week() -> None:
    on_sunday = Covered("2026-W46", utc("2026-11-15 23:00"))

    assert next_due(on_sunday, MONDAY, LONDON) == Covered("2026-W48", utc("2026-11-23 09:00"))


ZONES = [LONDON, *map(ZoneInfo, ("Pacific/Auckland", "America/New_York", "Pacific/Apia", "UTC", "Asia/Kolkata"))]
DAYS = st.builds(DigestDay, st.integers(0, 6), st.integers(0, 23))
MOVES = st.lists(st.tuples(DAYS, st.sampled_from(ZONES), st.integers(1, 24 * 30)), min_size=1, max_size=30)


@given(MOVES, st.datetimes(datetime(2019, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_however_often_day_and_zone_change_every_moment_is_covered_once_and_no_week_twice(
    moves: list[tuple[DigestDay, ZoneInfo, int]], now: datetime
) -> None:
    day, zone, _ = moves[0]
    last = before(first_week(now, day, zone), day, zone)
    digests: list[Owed] = []

    for day, zone, hours in moves:
        now += timedelta(hours=hours)
        if found := owed(now, last, day, zone):
            digests.append(found)
            last = found.covered

    for one, two in pairwise(digests):
        assert one.until == two.since
        assert one.week < two.week
    assert all(each.until - each.since >= SHORTEST and each.weeks >= 1 for each in digests)
    for day, zone, _ in moves:  # nothing waits for ever: the next one is never more than a fortnight away
        assert next_due(last, day, zone).until - last.until < timedelta(days=15)
