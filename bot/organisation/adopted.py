"""Rules that the charity's trustees have adopted where the policy itself has no answer; read from the charity's file.

The rule to keep: what nobody has adopted is nobody's rule, and none of them ever says "you may not".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.organisation.tables import DAY, is_day

NOBODY_REACHABLE: Mapping[str, str] = {
    "worker_decides": "if you reach nobody, you decide. Write down what you did and why.",
    "agree_afterwards": (
        "if you reach nobody, you can tell now what cannot wait. A second person is still asked to agree afterwards. "
        "Write down what you did and why."
    ),
}
"""Urgent, nobody's life in danger now, and nobody who could agree can be reached (decision note AMB-18): the rule."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`nobody_reachable` is "" until the trustees have adopted one, on the day `adopted`."""

    nobody_reachable: str = ""
    adopted: date | None = None

    def words(self) -> str:
        """The rule as the worker reads it, with its day; "" where there is none."""
        if not self.nobody_reachable or self.adopted is None:
            return ""
        day = f"{self.adopted.day} {self.adopted:%B %Y}"
        return f"Our trustees' rule of {day}: {NOBODY_REACHABLE[self.nobody_reachable]}"


def read_rules(table: Any, faults: list[str]) -> dict[str, str]:
    """`[rules]` of a charity file, as it is kept."""
    if not isinstance(table, dict):
        faults.append("[rules] must be a table")
        return {}
    faults += [
        f"[rules] {key}: we do not know this rule" for key in sorted(set(table) - {"nobody_reachable", "adopted"})
    ]
    if not table:
        return {}
    rule, day = table.get("nobody_reachable"), table.get("adopted")
    if rule not in NOBODY_REACHABLE:
        faults.append(f"[rules] nobody_reachable: must be {' or '.join(NOBODY_REACHABLE)}")
    if not is_day(day):
        faults.append(f"[rules] adopted: the day on which the trustees adopted it; {DAY}")
        return {}
    return {"nobody_reachable": str(rule), "adopted": day.isoformat()}


def rules_of(table: Mapping[str, str]) -> Rules:
    """The same out of what was kept."""
    if table.get("nobody_reachable") not in NOBODY_REACHABLE:
        return Rules()
    return Rules(table["nobody_reachable"], date.fromisoformat(table["adopted"]))
