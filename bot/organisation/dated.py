"""A setting whose value changes on a day, such as a law that starts: every value with the day from which it holds.

The one rule to keep: the day is handed in, so that a case is read with the law of its own day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.organisation.tables import LONGEST, is_day, is_text


@dataclass(frozen=True, slots=True)
class Step:
    """A value, and the first day on which it holds; None is "from the beginning"."""

    value: str
    since: date | None = None


def value_on(steps: Sequence[Step], day: date) -> str | None:
    """The value on that day; None before the first step."""
    found = None
    for step in steps:
        if step.since is None or step.since <= day:
            found = step.value
    return found


def read_flags(table: Any, faults: list[str]) -> dict[str, Any]:
    """[flags] of a charity file as it is kept: id -> text, or a list of {value, from: ISO day}. Faults in sentences."""
    if not isinstance(table, dict):
        faults.append("[flags] must be a table")
        return {}
    found: dict[str, Any] = {}
    for id, given in table.items():
        if isinstance(given, list) and given:
            found[id] = _kept(id, given, faults)
        elif is_text(given):
            found[id] = given
        else:
            faults.append(f"[flags] {id}: {LONGEST}")
    return found


def steps_of(kept: Mapping[str, Any]) -> dict[str, tuple[Step, ...]]:
    """Every flag of the charity as it is kept, with its steps."""
    found: dict[str, tuple[Step, ...]] = {}
    for id, given in kept.items():
        rows = [{"value": given}] if isinstance(given, str) else given
        found[id] = tuple(
            Step(row["value"], date.fromisoformat(row["from"]) if row.get("from") else None) for row in rows
        )
    return found


def _kept(id: str, rows: list[Any], faults: list[str]) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = []
    last: date | None = None
    for at, row in enumerate(rows, 1):
        where = f"[flags] {id}, number {at}"
        if not isinstance(row, dict) or set(row) - {"value", "from"} or not is_text(row.get("value")):
            faults.append(f'{where}: must be a value and a day, such as {{value = "yes", from = 2027-04-01}}')
            continue
        since = row.get("from")
        if since is None and at == 1:
            kept.append({"value": row["value"]})
            continue
        if not is_day(since):
            faults.append(f"{where}: from must be a day such as 2027-04-01, without quotation marks")
            continue
        if last is not None and since <= last:
            faults.append(f"{where}: from must be later than the day before it in the list")
        last = since
        kept.append({"value": row["value"], "from": since.isoformat()})
    return kept
