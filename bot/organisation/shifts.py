"""A rota in a TOML file: shifts with a day and an hour, and rows that come again every week. Today is passed in.

The rule to keep: every fault of a file is a sentence in one list. Hours without an offset are the charity's own.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.organisation.tables import CharityError, is_day

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_WEEKS = 104


@dataclass(frozen=True, slots=True)
class Row:
    """One shift as a file has it: `people` are ids of the roster, more than one where they do it together.

    where: which row it is, for whoever has to put it right.
    """

    where: str
    duty: str
    people: tuple[str, ...]
    starts: datetime
    ends: datetime


def read_shifts(text: str, zone: ZoneInfo, today: date) -> list[Row]:
    """The shifts of a file. `today`: a weekly row without a first day begins on or after it. Raises CharityError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise CharityError([f"this is not TOML: {wrong}"]) from wrong
    if not data or set(data) - {"shift", "weekly"} or not all(isinstance(rows, list) for rows in data.values()):
        raise CharityError(["a rota file holds [[shift]] and [[weekly]] tables and nothing else"])
    faults: list[str] = []
    found: list[Row] = []
    for number, row in enumerate(data.get("shift", []), 1):
        found += _read(row, f"shift {number}", faults, zone, None)
    for number, row in enumerate(data.get("weekly", []), 1):
        found += _read(row, f"weekly row {number}", faults, zone, today)
    if faults:
        raise CharityError(faults)
    return found


def _read(row: Any, where: str, faults: list[str], zone: ZoneInfo, today: date | None) -> list[Row]:
    if not isinstance(row, dict):
        faults.append(f"{where}: must be a table")
        return []
    mine: list[str] = []
    own = {"from", "to"} if today is None else {"day", "from", "to", "to_day", "weeks", "every", "first"}
    unknown = sorted(set(row) - own - {"person", "duty"})
    mine += [f"{where}: we do not know {key!r}" for key in unknown]
    people = row.get("person")
    people = [people] if isinstance(people, str) else people
    if not isinstance(people, list) or not people or not all(isinstance(id, str) and id for id in people):
        mine.append(f"{where}: person must be an id of the roster, or a list of them")
        people = []
    duty = row.get("duty")
    if not isinstance(duty, str) or not duty:
        mine.append(f"{where}: duty is missing or not a text")
        duty = ""
    spans = _once(row, where, mine, zone) if today is None else _weekly(row, where, mine, zone, today)
    faults += mine
    return [] if mine else [Row(where, duty, tuple(people), *span) for span in spans]


def _once(row: dict[str, Any], where: str, faults: list[str], zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    starts, ends = _moment(row.get("from"), zone), _moment(row.get("to"), zone)
    for key, moment in (("from", starts), ("to", ends)):
        if moment is None:
            faults.append(f"{where}: {key} must be a day and hour such as 2026-11-23 18:00:00, without quotation marks")
    if starts is None or ends is None:
        return []
    if ends <= starts:
        faults.append(f"{where}: it ends before it begins")
    return [(starts, ends)]


def _weekly(
    row: dict[str, Any], where: str, faults: list[str], zone: ZoneInfo, today: date
) -> list[tuple[datetime, datetime]]:
    day, last = row.get("day"), row.get("to_day", "")
    weeks, every, first = row.get("weeks"), row.get("every", 1), row.get("first", today)
    starts, ends = _hour(row.get("from")), _hour(row.get("to"))
    if day not in DAYS:
        faults.append(f"{where}: day must be one of {', '.join(DAYS)}")
    if last != "" and last not in DAYS:
        faults.append(f"{where}: to_day must be one of {', '.join(DAYS)}")
    for key, hour in (("from", starts), ("to", ends)):
        if hour is None:
            faults.append(f'{where}: {key} must be an hour such as 18:00:00, or "18:00"')
    for key, count in (("weeks", weeks), ("every", every)):
        if type(count) is not int or not 1 <= count <= MOST_WEEKS:
            faults.append(f"{where}: {key} must be a number of weeks, 1 to {MOST_WEEKS}")
    if not is_day(first):
        faults.append(f"{where}: first must be a day such as 2026-11-23, without quotation marks")
    if faults or starts is None or ends is None:
        return []
    begins = first + timedelta(days=(DAYS.index(day) - first.weekday()) % 7)
    length = (DAYS.index(last) - DAYS.index(day)) % 7 if last else 0
    if length == 0 and ends <= starts:
        length = 7 if last else 1  # over midnight; with the same weekday named, to that day of the next week
    found = list[tuple[datetime, datetime]]()
    for turn in range(0, weeks * every, every):
        on = begins + timedelta(weeks=turn)
        end = datetime.combine(on + timedelta(days=length), ends, zone)
        span = datetime.combine(on, starts, zone).astimezone(UTC), end.astimezone(UTC)
        if span[1] <= span[0]:
            # Its hours are those that the clocks skip in spring.
            faults.append(
                f"{where}: on {on} the clocks change, and it ends before it begins; use [[shift]] for that day"
            )
        found.append(span)
    return found


def _moment(value: Any, zone: ZoneInfo) -> datetime | None:
    """A day alone is its first moment."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    return datetime.combine(value, time(), zone).astimezone(UTC) if is_day(value) else None


def _hour(value: Any) -> time | None:
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, time) and value.tzinfo is None else None
