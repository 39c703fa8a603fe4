"""The figures of a year and of each of its months, for trustees: what is counted anew, and what only adds up digests.

The rule to keep, in one paragraph. Over any period other than a digest's own week only whole totals are counted anew;
ground and outcome of a year are nothing but the sums of what its digests told ("at least"). For a small number of one
week is hidden by a consultation that could as well be of another ground: as long as it was opened, shared and decided
at the same moments, no total of any month, year or other period changes with it, and a sum of what was told cannot.
Counted anew, a year would undo it: where one week told twelve of a ground and the next had one consultation, thirteen
tell the ground of that one; rounding only moves the place where that happens, and so does leaving out what is under
five. What is destroyed between two returns of one year shows in the difference of their totals, and never by ground.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.reporting.figures import TOTALS, Around, Told, told
from bot.reporting.hiding import at_least
from policy.book import Book
from storage.digests import Written
from storage.figures import Counted


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to, but not at, `until`; `over`: nothing of it is still to come. `id`: "2026" or "2026-03"."""

    id: str
    since: datetime
    until: datetime
    over: bool


@dataclass(frozen=True, slots=True)
class Count:
    """A period's totals; its breakdowns are empty. `gone`: of those opened, so many were destroyed since."""

    period: Period
    totals: Told
    gone: int


@dataclass(frozen=True, slots=True)
class Weeks:
    """What the digests told that counted up to a day of the year, added up. `weeks`: how many they stand for.

    since, until: what they cover together; None where there is none.
    """

    digests: int
    weeks: int
    since: datetime | None
    until: datetime | None
    totals: Mapping[str, int]
    grounds: Mapping[str, int]
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Proof:
    """The ledger as it was walked for this paper. `fault` "": it verifies. `anchors`: how many it passed through."""

    entries: int
    head: str
    anchors: int
    fault: str = ""
    unread: str = ""  # why the anchors were not asked


@dataclass(frozen=True, slots=True)
class Return:
    """An annual return. `checks`: whatever is past its check date, in words. `began`: the record's first entry."""

    charity: str
    zone: ZoneInfo
    made_at: datetime
    began: datetime
    year: Count
    months: tuple[Count, ...]
    weeks: Weeks
    checks: tuple[str, ...]
    proof: Proof
    grounds: Mapping[str, str]  # what each is called
    outcomes: Mapping[str, str]

    @property
    def over(self) -> bool:
        return self.year.period.over


def year_of(year: int, zone: ZoneInfo, now: datetime) -> Period:
    """The year in the charity's own zone, as far as it has come. ValueError where it has not begun."""
    return _period(str(year), date(year, 1, 1), date(year + 1, 1, 1), zone, now)


def months_of(year: int, zone: ZoneInfo, now: datetime, began: datetime) -> list[Period]:
    """Its months, as far as they have come; none that was over before the record began."""
    found = []
    for month in range(1, 13):
        first = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        if began < _midnight(after, zone) and _midnight(first, zone) < now:
            found.append(_period(f"{year}-{month:02}", first, after, zone, now))
    return found


def count(period: Period, counted: Counted, books: Mapping[str, Book], now: datetime) -> Count:
    totals = told(counted, Around(), books, now=now, weeks=1)
    gone = sum(each.destroyed for each in counted.opened)
    return Count(period, replace(totals, grounds={}, outcomes={}), gone)


def added_up(digests: Sequence[tuple[Written, Told]]) -> Weeks:
    """These digests, the oldest first."""
    tolds = [each for _, each in digests]
    return Weeks(
        digests=len(digests),
        weeks=sum(each.weeks for each in tolds),
        since=digests[0][0].since if digests else None,
        until=digests[-1][0].until if digests else None,
        totals={name: sum(getattr(each, name) for each in tolds) for name in TOTALS},
        grounds=at_least([each.grounds for each in tolds]),
        outcomes=at_least([each.outcomes for each in tolds]),
    )


def _period(id: str, first: date, after: date, zone: ZoneInfo, now: datetime) -> Period:
    since, end = _midnight(first, zone), _midnight(after, zone)
    if now <= since:
        raise ValueError(f"{id} has not begun")
    return Period(id, since, min(end, now), end <= now)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
