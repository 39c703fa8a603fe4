"""A day and a time as somebody types it, read in the charity's zone and kept as UTC.

The rule to keep: what could be two moments is asked again in plain words; nothing is guessed into the future.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SUCH_AS = "Such as: now, 14:20, yesterday 23:40, or 20 November 14:20."

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOW = frozenset({"now", "just now", "right now"})
_FLAGS = re.ASCII | re.IGNORECASE

_CLOCK = re.compile(r"(?<![\d/.-])(?:([01]?\d|2[0-3])[:.h]([0-5]\d)|([01]\d|2[0-3])([0-5]\d))(?![\d/.:-])", _FLAGS)
_TWELVE = re.compile(r"(?<![\d/.-])(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))? ?([ap])\.?m\.?(?!\w)", _FLAGS)
_ISO = re.compile(r"(20\d\d)-(\d\d)-(\d\d)", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](20\d\d|\d\d))?", re.ASCII)
_WORDS = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]{3,9})|([a-z]{3,9}) (\d{1,2}))(?: (20\d\d))?", _FLAGS)
_YEAR = timedelta(days=366)
_UNCLEAR = f"We could not read that. Write a day and a time. {SUCH_AS}"


def moment_of(words: str, now: datetime, zone: ZoneInfo) -> datetime | str:
    """The moment in UTC, or a sentence that says what to write instead. `now` is aware; a lone time is today's."""
    said = re.sub(r"[,\s]+", " ", words.replace("\0", "")).strip().strip(".").lower()
    if said in _NOW:
        return now.astimezone(UTC)
    here = now.astimezone(zone)
    found = _time_in(said)
    if found is None:
        lone = _day_in(said, here.date())
        return "Add the time, such as: yesterday 14:20. About right is good enough." if lone else _UNCLEAR
    clock, rest = found
    day = _day_in(rest, here.date()) if rest else here.date()
    if day is None:
        return _UNCLEAR
    return _checked(day, clock, now, zone, alone=not rest)


def _checked(day: date, clock: time, now: datetime, zone: ZoneInfo, *, alone: bool) -> datetime | str:
    moment = datetime.combine(day, clock, zone).astimezone(UTC)
    there = moment.astimezone(zone)
    if there.time() != clock:
        return f"The clocks went forward that night, so {clock:%H:%M} was not there. Did you mean {there:%H:%M}?"
    if moment > now and alone:
        return f"{clock:%H:%M} today is still to come. If it was the day before, write: yesterday {clock:%H:%M}."
    if moment > now:
        return "That is still to come. Write when it was done."
    return "That is more than a year ago. Check the day." if now - moment > _YEAR else moment


def _time_in(said: str) -> tuple[time, str] | None:
    """The time of day, and the words without it."""
    if found := _TWELVE.search(said):
        hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
        return time(hour, int(found[2] or 0)), _without(said, found)
    times = list(_CLOCK.finditer(_blanked(said)))
    if len(times) != 1:
        return None
    found = times[0]
    return time(int(found[1] or found[3]), int(found[2] or found[4])), _without(said, found)


def _blanked(said: str) -> str:
    """Without a year behind a day, which looks like a time without a colon; as long as before."""
    return re.sub(r"(?<=.)\b20[2-9]\d\b", "    ", said)


def _without(said: str, found: re.Match[str]) -> str:
    rest = re.sub(r"\b(at|on|about|around)\b", " ", said[: found.start()] + " " + said[found.end() :])
    return re.sub(r"\s+", " ", rest).strip()


def _day_in(said: str, today: date) -> date | None:
    """The newest such day that is not ahead; where a year is given, that day."""
    if said in ("today", "this morning", "tonight", "this afternoon", "this evening"):
        return today
    if said in ("yesterday", "last night", "yesterday evening", "yesterday morning"):
        return today - timedelta(days=1)
    word = said.removeprefix("last ")
    if word[:3] in _WEEKDAYS and word.rstrip("y").endswith(("da", word[:3])) and " " not in word:
        back = (today.weekday() - _WEEKDAYS.index(word[:3])) % 7
        return today - timedelta(days=back or (7 if said != word else 0))
    if found := _ISO.fullmatch(said):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(said):
        return _newest(int(found[1]), int(found[2]), found[3], today)
    if (found := _WORDS.fullmatch(said)) and (month := (found[2] or found[3])[:3]) in _MONTHS:
        return _newest(int(found[1] or found[4]), _MONTHS.index(month) + 1, found[5], today)
    return None


def _newest(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    found = _date(today.year, month, day)
    return _date(today.year - 1, month, day) if found and found > today else found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
