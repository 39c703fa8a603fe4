"""What is said to somebody who does not get every digest: which weeks were not sent, and nothing that is not so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.organisation.charity import Charity
from bot.reporting.choosing import comes, why_now
from bot.reporting.figures import Told
from storage.digest_choices import DigestChoice, Often
from storage.digests import Written
from storage.records import Person
from tests.reporting.invented import QUIET

LONDON = Charity("", "", "small", ZoneInfo("Europe/London"), "REF", {}, {})
IRIS = Person("iris", "org", "iris", "Iris Vale", "trustee", frozenset({"may_approve"}), active=True)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
EMERGENCY = replace(QUIET, emergencies=1, unreviewed=1)


def written(month: int, day: int) -> Written:
    until = datetime(2026, month, day, 9, tzinfo=UTC)
    return Written(f"2026-W{month:02}", until - timedelta(days=7), until, until, {})


def said(
    newest: Written, *before: Written, often: Often = "monthly", since: datetime = LONG_AGO, told: Sequence[Told] = ()
) -> str:
    numbers = [*told, *[QUIET] * len(before)]
    return why_now(DigestChoice(often, since), IRIS, newest, QUIET, list(zip(before, numbers, strict=False)), LONDON)


# A month with five Mondays, and the digest before it.
NOVEMBER = [written(11, day) for day in (30, 23, 16, 9, 2)]
EARLIER = written(10, 26)


def test_after_a_month_of_five_weeks_the_four_that_did_not_come_are_named() -> None:
    words = said(written(12, 7), *NOVEMBER, EARLIER)

    assert words == (
        "You get one a month. Not sent to you: the weeks up to 9 November, 16 November, 23 November, 30 November."
    )


def test_what_came_before_the_choice_was_sent_and_is_not_named() -> None:
    words = said(written(12, 7), *NOVEMBER, EARLIER, since=datetime(2026, 11, 16, 12, tzinfo=UTC))

    assert words == "You get one a month. Not sent to you: the weeks up to 23 November, 30 November."


def test_a_week_that_came_because_somebody_waited_is_not_named() -> None:
    words = said(written(12, 7), *NOVEMBER, EARLIER, told=[QUIET, EMERGENCY])

    assert words == "You get one a month. Not sent to you: the weeks up to 9 November, 16 November, 30 November."


def test_whoever_gets_every_one_is_told_nothing() -> None:
    assert said(written(12, 7), *NOVEMBER, often="weekly") == ""
    assert why_now(None, IRIS, written(12, 7), QUIET, [], LONDON) == ""


@pytest.mark.parametrize(
    ("zone", "month", "day", "first"), [("Europe/London", 11, 30, False), ("Pacific/Auckland", 11, 30, False)]
)
def test_the_month_is_the_charitys_own(zone: str, month: int, day: int, first: bool) -> None:
    charity = replace(LONDON, timezone=ZoneInfo(zone))

    assert comes("monthly", written(month, day), QUIET, written(11, 23), charity) is first
    late = replace(written(month, day), until=datetime(2026, 11, 30, 20, tzinfo=UTC))  # 1 December in Auckland
    assert comes("monthly", late, QUIET, written(11, 23), charity) is (zone == "Pacific/Auckland")


@pytest.mark.parametrize("often", ["weekly", "monthly", "on_request"])
def test_an_emergency_or_an_unanswered_question_comes_to_everybody(often: Often) -> None:
    week, before = written(11, 16), written(11, 9)

    assert comes(often, week, EMERGENCY, before, LONDON)
    assert comes(often, week, replace(QUIET, unheard=1), before, LONDON)
    assert comes(often, week, QUIET, before, LONDON) is (often == "weekly")


@pytest.mark.parametrize("often", ["monthly", "on_request"])
def test_that_the_record_is_not_whole_comes_to_everybody_and_says_why(often: Often) -> None:
    week, before, broken = NOVEMBER[0], NOVEMBER[1], replace(QUIET, broken=7)

    why = why_now(DigestChoice(often, LONG_AGO), IRIS, week, broken, [(before, QUIET)], LONDON)

    assert comes(often, week, broken, before, LONDON)
    assert why == "You do not get every one. This one comes because the record is not whole."
