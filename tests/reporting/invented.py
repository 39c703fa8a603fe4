"""An invented book of four grounds, and weeks of an invented charity, put together by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.reporting.figures import Told
from storage.figures import Begun, Counted, Way

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

_EMPTY: dict[str, Any] = {each.name: 0 for each in fields(Counted)} | {
    "opened": (),
    "shared": (),
    "took": (),
    "waiting_since": None,
    "held_since": None,
}


def counted(**what: Any) -> Counted:
    """A week in which nothing happened but this."""
    return Counted(**{**_EMPTY, **what})


def begun(*ways: tuple[str, str], book: str = "justus") -> Begun:
    return Begun(book, "sent", frozenset(Way(*way) for way in ways))


def minutes(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=number) for number in numbers)


_NOTHING: dict[str, Any] = {
    **{each.name: 0 for each in fields(Told)},
    "grounds": {},
    "outcomes": {},
    "waiting_for": None,
    "median": None,
    "slowest": None,
    "held_for": None,
    "weeks": 1,
    "checks": (),
    "unreached": (),
    "head": "",
}
QUIET = Told(**_NOTHING)


def told(**what: Any) -> Told:
    """A week of which nothing is told but this."""
    return replace(QUIET, **what)


def total(cells: Mapping[str, int]) -> int:
    return sum(cells.values())


def cases(cells: Mapping[str, int], outcome: str = "") -> Iterable[Begun]:
    """So many consultations of each ground."""
    return [begun((lane, outcome)) for lane, number in cells.items() for _ in range(number)]
