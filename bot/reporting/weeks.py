"""Which digest is due when, and what it covers. Pure: every moment is passed in.

The rule to keep: at most one digest a week of the charity's calendar (ISO 8601), and each begins where the last ended,
so nothing is left out and nothing is counted twice, whatever the clocks do and wherever the charity moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.organisation.digest_day import DigestDay

SHORTEST = timedelta(days=1)
"""No digest covers less: one that would come within hours of the last, because the day was moved, waits a week."""

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Covered:
    """The week a digest is of, "2026-W47", and up to when it counted."""

    week: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """A digest that is due. `weeks`: how many it stands for; more than one where nobody could send the others."""

    week: str
    since: datetime
    until: datetime
    weeks: int

    @property
    def covered(self) -> Covered:
        return Covered(self.week, self.until)


def week_of(moment: datetime, zone: ZoneInfo) -> str:
    """The charity's week that this moment is in."""
    return _named(moment.astimezone(zone).date())


def due_at(week: str, day: DigestDay, zone: ZoneInfo) -> datetime:
    """When the digest of this week is due, in UTC.

    An hour that the clocks skip is an hour later; of one that comes twice, the first. ValueError: no such week.
    """
    return datetime.combine(_monday(week) + timedelta(days=day.day), time(day.hour), zone).astimezone(UTC)


def before(week: str, day: DigestDay, zone: ZoneInfo) -> Covered:
    """What stands for the last digest where there was none yet: the week before this one."""
    earlier = _named(_monday(week) - _WEEK)
    return Covered(earlier, due_at(earlier, day, zone))


def first_week(now: datetime, day: DigestDay, zone: ZoneInfo) -> str:
    """The week of the first digest of a charity that had none: the next one that is still ahead."""
    week = week_of(now, zone)
    return week if due_at(week, day, zone) > now else _named(_monday(week) + _WEEK)


def next_due(last: Covered, day: DigestDay, zone: ZoneInfo) -> Covered:
    """The digest after this one: its week, and when it is due."""
    return next(_after(last, day, zone))


def owed(now: datetime, last: Covered, day: DigestDay, zone: ZoneInfo) -> Owed | None:
    """The one digest that is due, whatever was missed; None while none is."""
    missed = 0
    newest: Covered | None = None
    for each in _after(last, day, zone):
        if each.until > now:
            break
        missed, newest = missed + 1, each
    return None if newest is None else Owed(newest.week, last.until, newest.until, missed)


def _after(last: Covered, day: DigestDay, zone: ZoneInfo) -> Iterator[Covered]:
    monday = _monday(last.week)
    while True:
        monday += _WEEK
        week = _named(monday)
        at = due_at(week, day, zone)
        if at - last.until >= SHORTEST:
            yield Covered(week, at)


def _named(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _monday(week: str) -> date:
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)
