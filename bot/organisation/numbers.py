"""The telephone numbers of contacts as a charity keeps them: by area, by day and by night, with the day of the check.

The one rule to keep: an area the charity has not entered still has a way, and it is the book's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.organisation.tables import read_days, read_texts

NIGHT = "_night"
CHECKED = "_checked"
OTHER = "any other area"


@dataclass(frozen=True, slots=True)
class Route:
    """One number of a contact. `where` is the area's name, `when` "by day", "at night and weekends" or ""."""

    number: str
    where: str = ""
    when: str = ""
    checked_on: date | None = None


def own_routes(numbers: Mapping[str, str], setting: str, where: str = "") -> list[Route]:
    """What a table of the charity's numbers says about a setting; empty where it says nothing."""
    day, night = numbers.get(setting, ""), numbers.get(setting + NIGHT, "")
    kept = numbers.get(setting + CHECKED, "")
    checked = date.fromisoformat(kept) if kept else None
    if day and night:
        return [Route(day, where, "by day", checked), Route(night, where, "at night and weekends", checked)]
    return [Route(number, where, checked_on=checked) for number in (day, night) if number]


def read_numbers(table: Any, where: str, faults: list[str]) -> dict[str, str]:
    """A table of numbers as it is kept: texts, and under a name that ends in _checked a day (kept as ISO text)."""
    if not isinstance(table, dict):
        faults.append(f"{where} must be a table")
        return {}
    days = {key: value for key, value in table.items() if key.endswith(CHECKED)}
    texts = {key: value for key, value in table.items() if key not in days}
    return read_texts(texts, where, faults) | read_days(days, where, faults)
