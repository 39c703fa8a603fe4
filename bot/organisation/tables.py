"""Tables of texts and days in a charity's own files, read with every fault as a sentence.

The one rule to keep: what is kept fits in every database and on every screen.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeGuard

LONGEST = "must be a text of at most 200 characters, on one line"
DAY = "must be a day such as 2026-11-22, without quotation marks"


class CharityError(Exception):
    """Everything that is wrong with a charity or people file: `faults`, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def fits(text: str) -> bool:
    """What every database can hold and every screen can show."""
    return len(text) <= 200 and text.isprintable()


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and fits(value)


def is_day(value: Any) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)


def read_texts(table: Any, where: str, faults: list[str]) -> dict[str, str]:
    """A table of texts."""
    return {key: value for key, value in _rows(table, where, faults) if _kept(is_text(value), where, key, faults)}


def read_days(table: Any, where: str, faults: list[str]) -> dict[str, str]:
    """A table of days, as ISO text: that is how they are kept."""
    rows = _rows(table, where, faults)
    return {key: value.isoformat() for key, value in rows if _kept(is_day(value), where, key, faults, DAY)}


def _rows(table: Any, where: str, faults: list[str]) -> list[tuple[str, Any]]:
    if isinstance(table, dict):
        return list(table.items())
    faults.append(f"{where} must be a table")
    return []


def _kept(good: bool, where: str, key: str, faults: list[str], must: str = LONGEST) -> bool:
    if not good:
        faults.append(f"{where} {key}: {must}")
    return good
