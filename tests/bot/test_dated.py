"""Flags that change on a day, numbers by day and by night, hours and check days: the charity's own words for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.cards import Number
from bot.organisation.charity import Charity, CharityError, charity_of, read_charity
from bot.organisation.numbers import Route
from bot.picture import replay
from bot.wording import numbers
from policy.book import Book, Contact
from policy.reading import read
from storage.records import Answer, Consultation, Organisation
from tests.bot.conftest import CHARITY
from tests.policy.small import SMALL, small_book

DAY = "council_children"
TODAY = date(2026, 11, 22)
HEAD = CHARITY.partition("[areas")[0].partition("[numbers")[0].partition("[flags")[0]


def brought(text: str) -> Charity:
    """The charity as it is after an import."""
    name, settings = read_charity(HEAD + text)
    return charity_of(Organisation("org", name, settings))


def faults(text: str) -> list[str]:
    with pytest.raises(CharityError) as caught:
        read_charity(HEAD + text)
    return caught.value.faults


# Flags


LATER = '[flags]\nduty = [{value = "no"}, {value = "yes", from = 2027-04-01}]\n'


@pytest.mark.parametrize(
    ("day", "value"), [(date(2026, 1, 1), "no"), (date(2027, 3, 31), "no"), (date(2027, 4, 1), "yes")]
)
def test_a_flag_changes_on_its_day(day: date, value: str) -> None:
    assert brought(LATER).flags_on(day) == {"duty": value}


def test_a_flag_without_a_day_is_so_on_every_day() -> None:
    assert brought('[flags]\nduty = "yes"\n').flags_on(date(1999, 1, 1)) == {"duty": "yes"}


def test_before_its_first_day_a_flag_is_what_the_book_says() -> None:
    assert brought('[flags]\nduty = [{value = "yes", from = 2027-04-01}]\n').flags_on(TODAY) == {}


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("[]", "[flags] duty: must be a text of at most 200 characters, on one line"),
        ("true", "[flags] duty: must be a text of at most 200 characters, on one line"),
        ('["yes"]', "[flags] duty, number 1: must be a value and a day, such as"),
        ('[{value = "no", until = 2027-01-01}]', "[flags] duty, number 1: must be a value and a day, such as"),
        ('[{value = "no"}, {value = "yes"}]', "[flags] duty, number 2: from must be a day such as 2027-04-01"),
        ('[{value = "yes", from = "soon"}]', "[flags] duty, number 1: from must be a day such as 2027-04-01"),
        (
            '[{value = "no", from = 2027-04-01}, {value = "yes", from = 2027-04-01}]',
            "[flags] duty, number 2: from must be later than the day before it",
        ),
    ],
)
def test_a_flag_that_cannot_be_read_is_a_fault(rows: str, fault: str) -> None:
    [found] = faults(f"[flags]\nduty = {rows}\n")

    assert found.startswith(fault)


def test_a_value_the_book_does_not_know_is_missing_even_if_its_day_is_far() -> None:
    lacking = brought('[flags]\nduty = [{value = "no"}, {value = "soon", from = 2090-01-01}]\n').missing(
        small_book(), []
    )

    assert "the flag duty: it must be yes or no, not 'soon'" in lacking


def law_of(changed: datetime) -> str:
    """On what footing the small book's child lane stands for a case last changed then."""
    book = read(SMALL.replace('basis = "required"', 'basis = "permitted"\nrequired_when = [{duty = "yes"}]'))
    answers = {id: Answer(id, value, changed) for id, value in {"life": "no", "child": "yes"}.items()}
    case = Consultation("c", "r", "SM-1", "asking", 2, "small", book.version, changed, changed, answers)
    charity = replace(brought(LATER), timezone=ZoneInfo("Europe/London"))
    return next(lane.basis for lane in replay(book, charity, case).lanes if lane.lane.id == "child")


def test_a_case_is_read_with_the_law_of_the_day_of_its_last_change() -> None:
    assert law_of(datetime(2027, 3, 31, 12, tzinfo=UTC)) == "permitted"
    assert law_of(datetime(2027, 4, 1, 12, tzinfo=UTC)) == "required"


def test_the_day_begins_at_midnight_where_the_charity_is() -> None:
    assert law_of(datetime(2027, 3, 31, 23, 30, tzinfo=UTC)) == "required"  # British summer time: it is April there


# Numbers


COUNCIL = Contact("la", "Council", "gov.uk/find", "Office hours", "A child", setting=DAY, by_area=True)


def test_a_number_for_the_night_stands_beside_the_one_for_the_day() -> None:
    text = f'[areas.north]\n{DAY} = "01632 960001"\n{DAY}_night = "01632 960002"\n{DAY}_checked = 2026-11-01\n'
    checked = date(2026, 11, 1)

    assert brought(text).routes_of(COUNCIL)[:2] == [
        Route("01632 960001", "north", "by day", checked),
        Route("01632 960002", "north", "at night and weekends", checked),
    ]


def test_an_area_that_was_not_entered_has_the_official_way() -> None:
    charity = brought(f'[areas.north]\n{DAY} = "01632 960001"\n')

    assert charity.routes_of(COUNCIL)[-1] == Route("gov.uk/find", "any other area")


def test_a_charity_may_have_its_own_way_for_every_other_area() -> None:
    charity = brought(f'[numbers]\n{DAY} = "01632 960009"\n[areas.north]\n{DAY} = "01632 960001"\n')

    assert [route.number for route in charity.routes_of(COUNCIL)] == ["01632 960001", "01632 960009"]


def test_a_night_number_alone_is_a_number() -> None:
    assert [r.number for r in brought(f'[numbers]\n{DAY}_night = "01632 960002"\n').routes_of(COUNCIL)] == [
        "01632 960002"
    ]


def test_a_check_day_that_is_no_day_is_a_fault() -> None:
    text = f'[numbers]\n{DAY} = "01632 960001"\n{DAY}_checked = "yesterday"\n'

    assert faults(text) == [f"[numbers] {DAY}_checked: must be a day such as 2026-11-22, without quotation marks"]


def test_hours_and_check_days_of_a_charity_are_texts_and_days() -> None:
    assert faults('[hours]\nnspcc = 9\n[checked]\npol = "now"\n') == [
        "[hours] nspcc: must be a text of at most 200 characters, on one line",
        "[checked] pol: must be a day such as 2026-11-22, without quotation marks",
    ]


# What a worker reads


def town(**more: Any) -> Book:
    keys = "\n".join(f"{key} = {value}" for key, value in more.items())
    return read(SMALL.replace('number = "our own list"', f'number = "01632 960009"\nuse = "For a child"\n{keys}'))


@pytest.mark.parametrize(
    ("checked", "note"),
    [
        ("2026-11-01", "For a child"),
        ("2025-01-31", "For a child. Not checked since 31 January 2025"),
    ],
)
def test_a_number_past_its_day_is_shown_and_says_so(checked: str, note: str) -> None:
    shown = numbers(town(checked_on=checked), brought(""), ("town",), today=TODAY)

    assert shown == (Number("Town hall", "01632 960009", note),)


def test_a_number_nobody_ever_checked_says_so() -> None:
    [shown] = numbers(town(), brought(""), ("town",), today=TODAY)

    assert shown.note == "For a child. Still to be checked by a person"


def test_999_never_carries_a_doubt() -> None:
    [shown] = numbers(small_book(), brought(""), ("emg",), today=date(2060, 1, 1))

    assert shown == Number("Emergency", "999")


def test_a_charity_that_checked_a_number_of_the_book_says_so_in_its_settings() -> None:
    [shown] = numbers(town(), brought("[checked]\ntown = 2026-11-20\n"), ("town",), today=TODAY)

    assert shown.note == "For a child"


def test_a_charity_that_knows_better_hours_puts_them_in_its_settings() -> None:
    charity = brought('[hours]\ntown = "10 to 4"\n[checked]\ntown = 2026-11-20\n')

    [shown] = numbers(town(hours='"9 to 5"'), charity, ("town",), today=TODAY)

    assert shown.note == "For a child. 10 to 4"


def test_day_and_night_numbers_say_which_is_which() -> None:
    night = '[areas.north_quay]\ntown_number = "01632 960001"\ntown_number_night = "01632 960002"\n'

    shown = numbers(town(hours='"9 to 5"'), brought(night), ("town",))

    assert [(row.name, row.number) for row in shown] == [
        ("Town hall (North Quay, by day)", "01632 960001"),
        ("Town hall (North Quay, at night and weekends)", "01632 960002"),
    ]


def test_the_way_for_any_other_area_is_called_that() -> None:
    shown = numbers(town(by_area="true"), brought('[areas.north]\ntown_number = "01632 960001"\n'), ("town",))

    assert [row.name for row in shown] == ["Town hall (North)", "Town hall (any other area)"]
