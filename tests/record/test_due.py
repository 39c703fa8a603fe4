"""By which day somebody who asks to see what is held must have it: a month, and never later than the law's."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.organisation.hours import Hours
from bot.record.access import due_on

LONDON = Hours(ZoneInfo("Europe/London"), "england")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 9, 3), date(2026, 10, 5)),  # the 3rd of October is a Saturday
        (date(2026, 3, 31), date(2026, 4, 30)),  # April has no 31st
        (date(2026, 1, 30), date(2026, 3, 2)),  # February ends on Saturday the 28th
        (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas Day, then Boxing Day kept on Monday the 28th
        (date(2027, 12, 31), date(2028, 1, 31)),  # over the year
        (date(2028, 1, 31), date(2028, 2, 29)),  # a leap year
        (date(2026, 6, 17), date(2026, 7, 17)),
    ],
)
def test_it_is_due_on_the_same_day_of_the_next_month_or_the_next_day_at_work(received: date, due: date) -> None:
    assert due_on(received, LONDON) == due


def test_scotland_keeps_its_own_holidays() -> None:
    scotland = Hours(ZoneInfo("Europe/London"), "scotland")

    assert due_on(date(2026, 10, 30), scotland) == date(2026, 12, 1)  # St Andrew's Day is kept there
    assert due_on(date(2026, 10, 30), LONDON) == date(2026, 11, 30)
