"""Another period of the charity: no record is destroyed by it before the leads have read of that for a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from storage.retention import Kept
from tests.conversations.test_board import sees_the_board
from tests.conversations.test_keeping import YEARS, bell_rings, closed, days_go_by, kept
from tests.conversations.town import ONE_ENGINE, Town

SEVEN = {"adult": "7 years", "child": "7 years"}
THIRTY = {"adult": "30 years", "child": "30 years"}


async def keeps(town: Town, periods: Mapping[str, str]) -> None:
    """What the charity's file says from now on."""
    async with town.changing() as tx:
        charity = await tx.organisations.current()
        await tx.organisations.change(charity.name, {**charity.settings, "retention": dict(periods)})


async def closed_long_ago(town: Town, periods: Mapping[str, str]) -> None:
    """Eight years ago, when the charity kept its records as these periods say."""
    await keeps(town, periods)
    await closed(town)
    await days_go_by(town, 8 * YEARS)


def in_a_month(town: Town, clock: Kept) -> bool:
    end: datetime | None = clock.destroy_at
    return end is not None and timedelta(days=29) < end - town.clock.now <= timedelta(days=30)


@pytest.mark.parametrize("before", [{}, THIRTY], ids=["none", "thirty years"])
@ONE_ENGINE
async def test_what_a_new_period_would_have_ended_long_ago_is_on_the_board_for_a_month_and_then_destroyed(
    town: Town, before: Mapping[str, str]
) -> None:
    await closed_long_ago(town, before)
    ben, case = town.person("ben"), await town.case()
    await keeps(town, SEVEN)

    await bell_rings(town)

    clock = await kept(town)
    assert in_a_month(town, clock)
    end = clock.destroy_at
    assert end is not None
    await sees_the_board(ben)
    await ben.sees("1 closed case comes to the end of its time within a month.")
    await ben.presses("See them")
    await ben.sees("# Destroyed soon", f"{case.reference}: destroyed after {end.day} {end:%B %Y}.")
    for _ in range(29):
        await days_go_by(town, 1)
        assert (await kept(town)).destroy_at == end

    await days_go_by(town, 1.1)

    assert await town.cases() == []


@ONE_ENGINE
async def test_a_period_that_was_mistyped_and_put_right_within_the_month_ends_nothing(town: Town) -> None:
    await closed_long_ago(town, THIRTY)
    before = await kept(town)
    await keeps(town, {"adult": "30 days", "child": "30 days"})
    await days_go_by(town, 1)
    assert in_a_month(town, await kept(town))

    await keeps(town, THIRTY)
    await days_go_by(town, 1)
    await days_go_by(town, 40)

    assert (await kept(town)).destroy_at == before.destroy_at


@ONE_ENGINE
async def test_what_was_to_end_within_the_month_as_was_said_ends_on_that_day(town: Town) -> None:
    await closed_long_ago(town, {"adult": "9 years", "child": "9 years"})
    said = (await kept(town)).destroy_at
    assert said is not None
    town.clock.now = said - timedelta(days=10)
    await keeps(town, SEVEN)

    await bell_rings(town)
    there = await kept(town)
    await days_go_by(town, 11)

    assert there.destroy_at == said
    assert await town.cases() == []


@ONE_ENGINE
async def test_what_an_older_program_closed_without_a_clock_has_a_month_too(town: Town) -> None:
    await closed_long_ago(town, SEVEN | {"child": "30 years"})
    async with town.changing() as tx:
        await tx.retention.stop((await town.case()).id)
    await keeps(town, SEVEN)

    await bell_rings(town)

    assert in_a_month(town, await kept(town))
    await days_go_by(town, 29)
    assert len(await town.cases()) == 1
    await days_go_by(town, 2)
    assert await town.cases() == []
