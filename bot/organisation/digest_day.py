"""The day and hour of the weekly digest: [digest], read from the charity's file with every fault as a sentence.

The rule to keep: there is always one; a charity may move it, and cannot turn it off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_LAST_HOUR = 23


@dataclass(frozen=True, slots=True)
class DigestDay:
    """`day` counts from Monday, 0; `hour` is that of the clock on the charity's wall."""

    day: int = 0
    hour: int = 9


def read_digest(table: Any, faults: list[str]) -> dict[str, str | int]:
    """The table [digest] -> what is kept of it."""
    if not isinstance(table, dict):
        faults.append("[digest] must be a table")
        return {}
    kept: dict[str, str | int] = {}
    for key, value in table.items():
        match key:
            case "day" if value in DAYS:
                kept[key] = value
            case "day":
                faults.append(f"[digest] day: must be one of {', '.join(DAYS)}")
            case "hour" if type(value) is int and 0 <= value <= _LAST_HOUR:
                kept[key] = value
            case "hour":
                faults.append(f"[digest] hour: must be a whole hour, 0 to {_LAST_HOUR}")
            case _:
                faults.append(f"[digest] {key}: we do not know this setting; use day, hour")
    return kept


def digest_day_of(settings: Mapping[str, Any]) -> DigestDay:
    """The same, from what is kept."""
    usual = DigestDay()
    day = DAYS.index(settings["day"]) if settings.get("day") in DAYS else usual.day
    return DigestDay(day, int(settings.get("hour", usual.hour)))
