"""The values that TOML can hold, as faults speak of them.

The one rule to keep: each function takes whatever TOML can hold and never raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST_NAME = 60  # characters of a name that a fault repeats


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """TOML reads `{child.outcome = "x"}` as a table in a table; here it is one name with a dot."""
    found: dict[str, Any] = {}
    waiting = [("", values)]
    while waiting:
        before, table = waiting.pop()
        for name, value in table.items():
            if isinstance(value, dict) and value and len(before) < 200:
                waiting.append((f"{before}{name}.", value))
            else:
                found[f"{before}{name}"] = value
    return found


def unseen(text: str) -> str:
    """The characters of the text that nobody can see, such as U+0000, U+202E; "" where there is none.

    Control characters, and marks that turn or hide what stands beside them. Joiners belong to some scripts.
    """
    if text.isprintable():
        return ""
    kinds = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
    found = {letter for letter in text if letter not in "\n\u200c\u200d" and unicodedata.category(letter) in kinds}
    return ", ".join(f"U+{ord(letter):04X}" for letter in sorted(found))


def named(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or a time"


def short(name: str) -> str:
    """A name as a fault repeats it: on one line, and not without end."""
    plain = " ".join(name.split())
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]}…"


def as_id(text: str) -> str:
    """The nearest thing to this text that can be an id; "" where there is none."""
    return re.sub(r"[^a-z0-9_.]+", "-", text.lower()).strip("-_.")[:LONGEST_NAME]
