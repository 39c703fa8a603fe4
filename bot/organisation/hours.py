"""Waking hours: 08:00 to 20:00 on the working days of the charity's nation, in its own zone.

The rule to keep: what is urgent never asks here; what is routine wakes nobody, and is never later than a working day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NATIONS = {"england": "ENG", "northern_ireland": "NIR", "scotland": "SCT", "wales": "WLS"}
"""A nation as a charity's file says it -> its code in the holidays package."""

_OPENS, _CLOSES, _MORNING = time(8), time(20), time(9)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """`nation` is a key of NATIONS; with any other, no day is a bank holiday."""

    zone: ZoneInfo
    nation: str

    def works(self, day: date) -> bool:
        """Whether it is a working day: no weekend, and no bank holiday there, nor one that is kept on that day."""
        return day.weekday() < 5 and day not in _bank_holidays(self.nation, day.year)

    def waking(self, moment: datetime) -> datetime:
        """This moment if people are awake and at work, else the next 08:00 at which they are."""
        local = moment.astimezone(self.zone)
        day = local.date()
        if self.works(day) and local < self._at(day, _CLOSES):
            return max(local, self._at(day, _OPENS)).astimezone(UTC)
        return self._at(self._next_day(day), _OPENS).astimezone(UTC)

    def after(self, moment: datetime, wait: timedelta) -> datetime:
        """When this much waking time has gone by since."""
        now, left = self.waking(moment), wait
        while (evening := self._at(now.astimezone(self.zone).date(), _CLOSES).astimezone(UTC)) - now < left:
            left -= evening - now
            now = self.waking(evening)
        return now + left

    def next_morning(self, moment: datetime) -> datetime:
        """09:00 on the first working day after the day of this moment."""
        return self._at(self._next_day(moment.astimezone(self.zone).date()), _MORNING).astimezone(UTC)

    def _next_day(self, day: date) -> date:
        day += _DAY
        while not self.works(day):
            day += _DAY
        return day

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone)


@lru_cache(maxsize=64)
def _bank_holidays(nation: str, year: int) -> frozenset[date]:
    """The days themselves; a weekend's holiday is also there as the weekday on which it is kept."""
    from holidays import country_holidays  # here, because it takes a third of a second to read

    return frozenset(country_holidays("GB", subdiv=NATIONS[nation], years=year)) if nation in NATIONS else frozenset()
