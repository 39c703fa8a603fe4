"""When a request that nobody answers goes up a step: pure times, with every moment passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.organisation.charity import CharityError, charity_of, read_charity
from bot.organisation.hours import Hours
from bot.organisation.ladder import Due, Waits, due, ladder, read_waits
from policy.book import Clock
from storage.records import Organisation
from tests.bot.conftest import CHARITY

LONDON = ZoneInfo("Europe/London")
ENGLAND = Hours(LONDON, "england")
WAITS = Waits()
NIGHT = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)  # a Friday


def climbed(clock: Clock, opened_at: datetime, *, hours: Hours = ENGLAND, lasts: timedelta) -> list[Due]:
    """Every step of a request that nobody answers, each taken at the moment that it is due."""
    steps, now = [due(clock, WAITS, opened_at, hours, 0, opened_at)], opened_at
    while (following := due(clock, WAITS, opened_at, hours, len(steps), now)).at <= opened_at + lasts:
        steps.append(following)
        now = following.at
    return steps


def said(steps: list[Due], zone: ZoneInfo = LONDON) -> list[str]:
    return [f"{step.kind} {step.at.astimezone(zone):%a %H:%M}" for step in steps]


def test_what_is_for_today_goes_to_the_next_one_then_to_the_leads_then_to_them_every_half_hour() -> None:
    steps = climbed("today", NIGHT, lasts=timedelta(minutes=100))

    assert said(steps) == [
        "asked Fri 02:14",
        "next Fri 02:29",
        "leads Fri 02:44",
        "leads Fri 03:14",
        "leads Fri 03:44",
    ]


def test_what_is_for_now_goes_up_after_five_and_ten_minutes() -> None:
    assert said(climbed("now", NIGHT, lasts=timedelta(minutes=45))) == [
        "asked Fri 02:14",
        "next Fri 02:19",
        "leads Fri 02:24",
        "leads Fri 02:54",
    ]


def test_what_can_wait_counts_waking_hours_only_and_comes_to_the_leads_on_working_mornings() -> None:
    steps = climbed("routine", NIGHT, lasts=timedelta(days=6))

    assert said(steps) == [
        "asked Fri 02:14",
        "reminded Fri 09:00",
        "next Fri 12:00",
        "leads Mon 09:00",
        "leads Tue 09:00",
        "leads Wed 09:00",
    ]


def test_what_has_a_date_of_its_own_goes_up_like_what_is_for_today() -> None:
    assert ladder("by_return_date", WAITS, NIGHT, ENGLAND) == ladder("today", WAITS, NIGHT, ENGLAND)


def test_after_four_more_calls_the_leads_are_called_every_two_hours_for_ever() -> None:
    calls = said(climbed("today", NIGHT, lasts=timedelta(hours=7)))[2:]

    assert [call.split()[-1] for call in calls] == [
        *("02:44", "03:14", "03:44", "04:14", "04:44"),
        *("06:44", "08:44"),
    ]


def test_a_friday_evening_goes_on_where_it_stopped_on_monday() -> None:
    evening = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)

    assert said(list(ladder("routine", WAITS, evening, ENGLAND))) == [
        "asked Fri 19:30",
        "reminded Mon 08:30",
        "next Mon 11:30",
        "leads Tue 09:00",
    ]


def test_a_weekend_wakes_nobody_for_what_can_wait_and_stops_nothing_that_is_for_today() -> None:
    sunday = datetime(2026, 11, 22, 10, tzinfo=UTC)

    assert said(list(ladder("routine", WAITS, sunday, ENGLAND)))[1:] == [
        "reminded Mon 09:00",
        "next Mon 12:00",
        "leads Tue 09:00",
    ]
    assert said(list(ladder("today", WAITS, sunday, ENGLAND)))[1:] == ["next Sun 10:15", "leads Sun 10:30"]


@pytest.mark.parametrize(
    ("nation", "expected"),
    [("england", "Tue 30 Nov 08:00"), ("wales", "Tue 30 Nov 08:00"), ("scotland", "Wed 01 Dec 08:00")],
)
def test_the_bank_holidays_are_those_of_the_charitys_own_nation(nation: str, expected: str) -> None:
    hours = Hours(LONDON, nation)

    # Scotland keeps 30 November; in 2027 it is a Tuesday.
    opened = hours.waking(datetime(2027, 11, 29, 21, tzinfo=UTC))

    assert f"{opened.astimezone(LONDON):%a %d %b %H:%M}" == expected


def test_a_bank_holiday_that_falls_on_a_weekend_is_kept_on_the_weekday_after() -> None:
    christmas_eve = datetime(2027, 12, 24, 12, tzinfo=UTC)  # a Friday; the 25th is a Saturday

    morning = ENGLAND.next_morning(christmas_eve)

    assert f"{morning:%a %d %b %H:%M}" == "Wed 29 Dec 09:00"


def test_nine_in_the_morning_is_nine_there_on_both_sides_of_a_change_of_the_clocks() -> None:
    before, after = datetime(2027, 3, 26, 12, tzinfo=UTC), datetime(2027, 3, 30, 12, tzinfo=UTC)

    assert [ENGLAND.next_morning(moment) for moment in (before - timedelta(days=1), after)] == [
        datetime(2027, 3, 30, 8, tzinfo=UTC),  # Good Friday, the weekend and Easter Monday are over
        datetime(2027, 3, 31, 8, tzinfo=UTC),
    ]


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/Los_Angeles"])
def test_the_day_and_the_night_are_those_of_the_charitys_zone(zone: str) -> None:
    hours = Hours(ZoneInfo(zone), "")

    for hour in range(24):
        there = (NIGHT + timedelta(hours=hour)).astimezone(ZoneInfo(zone))

        waking = hours.waking(NIGHT + timedelta(hours=hour)).astimezone(ZoneInfo(zone))

        assert waking.weekday() < 5
        assert 8 <= waking.hour < 20
        assert (waking == there) == (there.weekday() < 5 and 8 <= there.hour < 20)


def test_after_an_outage_the_first_steps_follow_at_once_and_later_calls_that_were_missed_stay_missed() -> None:
    late = NIGHT + timedelta(days=2)

    assert due("today", WAITS, NIGHT, ENGLAND, 1, late).at == NIGHT + timedelta(minutes=15)
    assert due("today", WAITS, NIGHT, ENGLAND, 3, late) == Due("leads", late + timedelta(minutes=30))


@pytest.mark.parametrize("clock", ["now", "today", "routine", "by_return_date"])
def test_every_step_of_a_week_has_a_later_one_that_is_never_far(clock: Clock) -> None:
    for minute in range(0, 7 * 24 * 60, 181):  # all through a week
        opened_at = datetime(2026, 12, 21, tzinfo=UTC) + timedelta(minutes=minute)  # with Christmas in it
        steps = climbed(clock, opened_at, lasts=timedelta(days=7))

        gaps = [after.at - before.at for before, after in pairwise(steps)]

        assert all(timedelta() < gap <= timedelta(days=5) for gap in gaps)
        assert steps[-1].kind == "leads"
        if clock != "routine":
            assert max(gaps[:6]) <= timedelta(minutes=30)
            assert max(gaps) <= timedelta(hours=2)


def test_a_week_of_one_ladder_has_a_step_for_every_call() -> None:
    steps = [climbed(clock, NIGHT, lasts=timedelta(days=7)) for clock in ("now", "today", "routine", "by_return_date")]

    assert [len(each) for each in steps] == [89, 89, 7, 89]


# The charity's own waits


def test_a_charity_may_set_its_own_waits_and_keeps_ours_where_it_sets_none() -> None:
    _, settings = read_charity(f"{CHARITY}\n[waits]\ntoday = [10, 20]\nagain = 15\n")

    charity = charity_of(Organisation("o", "The Invented Harbour", settings))

    assert charity.waits == Waits(today=(10, 20), again=15)
    assert charity.waking == Hours(LONDON, "england")


def test_a_file_without_waits_has_ours() -> None:
    _, settings = read_charity(CHARITY)

    assert charity_of(Organisation("o", "The Invented Harbour", settings)).waits == Waits()


def test_every_fault_of_the_waits_is_listed() -> None:
    faults: list[str] = []

    read_waits({"now": [10, 5], "today": [15, 900], "routine": 60, "again": 0, "never": [1, 2]}, faults)

    two = "must be two waits in minutes, the longer one last"
    assert faults == [
        f"[waits] now: {two}, at most 60",
        f"[waits] today: {two}, at most 240",
        f"[waits] routine: {two}, at most 1440",
        "[waits] again: must be minutes, 5 to 240",
        "[waits] never: we do not know this wait; use again, now, routine, today",
    ]


def test_waits_that_are_no_table_say_so() -> None:
    faults: list[str] = []

    read_waits(30, faults)

    assert faults == ["[waits] must be a table"]


def test_a_nation_whose_bank_holidays_nobody_knows_is_refused() -> None:
    with pytest.raises(CharityError) as wrong:
        read_charity(CHARITY.replace('"england"', '"atlantis"'))

    assert wrong.value.faults == [
        "[charity] nation: must be england or northern_ireland or scotland or wales, for its bank holidays"
    ]
