"""How long the charity keeps its records: [retention], read from its file with every fault as a sentence.

The rule to keep: where the charity has not said how long, a record has no end date and is never destroyed by the clock.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, cast, get_args

KeptAs = Literal["adult", "child", "allegation", "not_shared"]

CLASSES: tuple[KeptAs, ...] = get_args(KeptAs)

SUGGESTED: Mapping[str, str] = {
    "adult": "7 years",
    "child": "25 years",
    "allegation": "25 years",
    "not_shared": "3 years",
}
"""OUR suggestions, for the charity to accept or change: the policy gives no period (AMB-25).

adult: six years in which most civil claims can be brought, and one more (Limitation Act 1980, ss. 2 and 5).
child, allegation: those six years begin at eighteen (s. 28); no date of birth is held here, so counted from birth.
not_shared: three years, in which a claim for an injury can be brought (s. 11).
"""

NOTICE = timedelta(days=30)
"""Leads read so long ahead what comes due: no record is kept shorter, and no new period ends one sooner."""

_PERIOD = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?")
_OTHERS = {"draft": (1, 30), "paused": (2, 90), "messages": (1, 3650)}  # days: at least, at most


@dataclass(frozen=True, slots=True)
class Period:
    """So many days, months or years."""

    count: int
    unit: Literal["day", "month", "year"]

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, moment: datetime) -> datetime:
        """The same time of day so much later; where a month has no such day, its last one."""
        if self.unit == "day":
            return moment + timedelta(days=self.count)
        months = moment.month - 1 + self.count * (12 if self.unit == "year" else 1)
        year, month = min(moment.year + months // 12, 9999), months % 12 + 1
        return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Periods:
    """`records`: class of keeping -> period; one that is not in it has no end date."""

    records: Mapping[str, Period] = field(default_factory=dict)
    draft: timedelta = timedelta(days=1)  # unfinished, no danger ticked, and not changed for so long
    paused: timedelta = timedelta(days=7)  # the same, where the worker put it aside on purpose
    messages: timedelta = timedelta(days=30)  # after closing, until what stands in the chat is deleted

    def end(self, kept_as: str, closed_at: datetime) -> datetime | None:
        """When a record of this class that was closed then comes due; None: never by the clock."""
        period = self.records.get(kept_as)
        return None if period is None else period.after(closed_at)


def read_retention(table: Any, faults: list[str]) -> dict[str, str]:
    """[retention] -> what is kept of it, as it was written."""
    if not isinstance(table, dict):
        faults.append("[retention] must be a table")
        return {}
    kept: dict[str, str] = {}
    for key, value in table.items():
        period = parsed(value)
        if key not in CLASSES and key not in _OTHERS:
            known = ", ".join((*CLASSES, *_OTHERS))
            faults.append(f"[retention] {key}: there is no such class; use {known}")
        elif period is None:
            faults.append(f'[retention] {key}: must be a time such as "7 years", "18 months" or "30 days"')
        elif key in CLASSES and _days(period) < NOTICE.days:
            faults.append(f"[retention] {key}: a record is kept for at least {NOTICE.days} days")
        elif key in _OTHERS and not _OTHERS[key][0] <= _days(period) <= _OTHERS[key][1]:
            least, most = _OTHERS[key]
            faults.append(f"[retention] {key}: from {least} to {most} days")
        else:
            kept[key] = str(period)
    return kept


def periods_of(kept: Mapping[str, str]) -> Periods:
    """The same, from what is kept."""
    found = {key: period for key, value in kept.items() if (period := parsed(value))}
    others = {key: timedelta(days=_days(found[key])) for key in _OTHERS if key in found}
    return Periods(records={key: found[key] for key in CLASSES if key in found}, **others)


def parsed(value: object) -> Period | None:
    """A period as it is written, "7 years"; None for anything else."""
    match = _PERIOD.fullmatch(value.strip()) if isinstance(value, str) else None
    return Period(int(match[1]), cast("Literal['day', 'month', 'year']", match[2])) if match else None


def _days(period: Period) -> int:
    """At least so many."""
    return period.count * {"day": 1, "month": 28, "year": 365}[period.unit]
