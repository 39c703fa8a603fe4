"""One table of the TOML text, read key by key; whatever has the wrong shape becomes a fault and a harmless stand-in.

The one rule to keep: no value that TOML can hold ever raises here. References and whens are only noted; the book is
checked as a whole once it has been read (`policy.references`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from policy.book import Row, When
from policy.reading.faults import Faults, did_you_mean
from policy.reading.values import as_id, flat, named, short, unseen

_ID = re.compile(r"[a-z0-9][a-z0-9_.\-]*")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+()\-]*")  # clauses, law notes and approvals keep their usual capitals

Kind = Literal[
    "approval", "clause", "contact", "fact", "lane", "law", "outcome", "question", "recipient", "screen", "task"
]
BROKEN: When = ({"": frozenset()},)
"""Stands for a `when` that could not be read, so that it is not taken for "always"."""

Use = Literal["decide", "send", "say"]
"""Where a `when` stands: before the decision, in the mechanics, or in guidance (which may use either)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Something names something else by id."""

    table: str
    key: str
    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A `when` and where it stands."""

    table: str
    key: str
    when: When
    use: Use


@dataclass(slots=True)
class Notes:
    """What is noted while reading, to be checked once everything is known."""

    faults: Faults
    references: list[Reference] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)


class Entry:
    """A TOML table under the name that faults give it."""

    __slots__ = ("_asked", "_notes", "_silent", "_values", "place")

    def __init__(self, values: object, place: str, notes: Notes, *, absent: bool = False) -> None:
        """`absent`: the table is not there at all, which is told once, and not again for each of its keys."""
        self.place = place
        self._notes = notes
        self._silent = absent
        if not isinstance(values, dict):
            single = " Use single brackets." if isinstance(values, list) and place.startswith("[") else ""
            message = f"this must be a table of keys and values, and it is {named(values)}.{single}"
            notes.faults.add(place, "", message)
            self._silent = True
            values = {}
        self._values: dict[str, Any] = values
        self._asked: set[str] = set()

    def fault(self, key: str, message: str) -> None:
        if not self._silent:
            self._notes.faults.add(self.place, key, message)

    def has(self, key: str) -> bool:
        return key in self._values

    def known(self, key: str) -> None:
        """The key has been dealt with, so that `finish` does not call it unknown."""
        self._asked.add(key)

    def is_text(self, key: str) -> bool:
        return isinstance(self._values.get(key), str)

    def finish(self) -> None:
        """Call it last: every key that nothing has asked for is a fault."""
        what = "key" if self.place else "table"
        for key in sorted(self._values.keys() - self._asked):
            self.fault(short(key), f"this {what} is not known here.{did_you_mean(key, self._asked)}")

    def _take(self, key: str, what: str, *, required: bool) -> Any:
        self._asked.add(key)
        if key not in self._values:
            if required:
                self.fault(key, f"this key is missing; it must be {what}.")
            return None
        return self._values[key]

    def _wrong(self, key: str, value: object, what: str) -> None:
        self.fault(key, f"this must be {what}, and it is {named(value)}.")

    def text(self, key: str, *, required: bool = True) -> str:
        """Words. A key that is there must not be empty; "" stands for a missing one."""
        value = self._take(key, "a text in quotation marks", required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._wrong(key, value, "a text in quotation marks")
            return ""
        if required and not value.strip():
            self.fault(key, "this text is empty.")
        self._seen(key, value)
        return value

    def _seen(self, key: str, text: str) -> None:
        if codes := unseen(text):
            self.fault(key, f"there is something in this text that nobody can see ({codes}). Type it again.")

    def id(self, key: str = "id", *, code: bool = False, required: bool = True) -> str:
        """An id of the book; "" where it is missing. One with wrong letters is a fault, and kept to speak of."""
        value = self.text(key, required=required)
        if not value or (_CODE if code else _ID).fullmatch(value):
            return value
        letters = "letters, digits, '_', '.', '+', '-' and brackets"
        letters = letters if code else "lower case letters, digits, '_', '.' and '-'"
        near = as_id(value)
        example = f" For example '{near}'." if near and not code else ""
        self.fault(key, f"'{short(value)}' cannot be an id: use only {letters}.{example}")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> Any:
        """One word of a closed list; the default (or the first) where it is missing or wrong."""
        fallback = allowed[0] if default is None else default
        value = self._take(key, f"one of {', '.join(allowed)}", required=default is None)
        if value is None:
            return fallback
        if isinstance(value, str) and value in allowed:
            return value
        if isinstance(value, str):
            self.fault(key, f"'{short(value)}' is not possible here.{did_you_mean(value, allowed)}")
        else:
            self._wrong(key, value, f"one of {', '.join(allowed)}")
        return fallback

    def yes(self, key: str) -> bool:
        """true or false; false where it is missing."""
        value = self._take(key, "true or false", required=False)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._wrong(key, value, "true or false, without quotation marks")
        return False

    def yes_unless_said(self, key: str) -> bool:
        """true or false; true where it is missing."""
        return self.yes(key) if self.has(key) else True

    def number(self, key: str, default: int) -> int:
        """A whole number, 0 or more."""
        value = self._take(key, "a whole number", required=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
            self._wrong(key, value, "a whole number from 0 to 100000, without quotation marks")
            return default
        return value

    def day(self, key: str) -> date | None:
        """A date without a time."""
        value = self._take(key, "a date", required=False)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self._wrong(key, value, "a date such as 2026-01-31, without quotation marks")
        return None

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        what = 'a list of texts, such as ["one", "two"]'
        value = self._take(key, what, required=required)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._wrong(key, value, what)
            return ()
        if required and not value:
            self.fault(key, "this list is empty.")
        for item in sorted({item for item in value if value.count(item) > 1}):
            self.fault(key, f"'{short(item)}' is in this list more than once.")
        for item in value:
            if not item.strip():
                self.fault(key, "there is an empty text in this list.")
            self._seen(key, item)
        return tuple(value)

    def refers(self, key: str, kind: Kind, *, required: bool = False) -> str:
        """The id of something else, noted for checking."""
        value = self.text(key, required=required)
        if value:
            self._notes.references.append(Reference(self.place, key, kind, value))
        return value

    def refers_to(self, key: str, kind: Kind, *, required: bool = False) -> tuple[str, ...]:
        """A list of ids of something else, noted for checking."""
        values = self.texts(key, required=required)
        self._notes.references.extend(Reference(self.place, key, kind, value) for value in values)
        return values

    def entries(self, key: str, name: str, by: str = "id") -> list[Entry]:
        """A list of tables, each called by its name and id (or its number, where it has none)."""
        value = self._take(key, "a list of tables", required=False)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong(key, value, f"a list of tables, as [[{key}]] makes one")
            return []
        outer = f"{self.place}, " if self.place else ""
        found: list[Entry] = []
        for at, item in enumerate(value, 1):
            called = item.get(by) if isinstance(item, dict) else None
            label = f"'{short(called)}'" if isinstance(called, str) and called else f"number {at}"
            found.append(Entry(item, f"{outer}{name} {label}", self._notes))
        return found

    def entry(self, key: str, *, required: bool = False) -> Entry:
        """A table of this one."""
        value = self._take(key, "a table", required=False)
        if required and value is None:
            self._notes.faults.add(f"[{key}]", "", "this table is missing.")
        return Entry({} if value is None else value, f"[{key}]", self._notes, absent=value is None)

    def pairs(self, key: str, *, required: bool = False) -> Mapping[str, str]:
        """A table of id = "text"."""
        found: dict[str, str] = {}
        for name, value in self._table(key, required=required).items():
            if isinstance(value, str):
                found[name] = value
            else:
                self.fault(key, f"'{name}' must be a text in quotation marks, and it is {named(value)}.")
        return found

    def lists(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """A table of id = ["text", ...]."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self._table(key, required=False).items():
            items = [value] if isinstance(value, str) else value
            if isinstance(items, list) and all(isinstance(item, str) for item in items):
                found[name] = tuple(items)
            else:
                self.fault(key, f"'{name}' must be a list of texts, and it is {named(value)}.")
        return found

    def _table(self, key: str, *, required: bool) -> dict[str, Any]:
        what = 'a table, such as {one = "yes"}'
        value = self._take(key, what, required=required)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong(key, value, what)
            return {}
        return flat(value)

    def when(self, key: str = "when", use: Use | None = "decide") -> When:
        """Rows joined by "or"; () where it is missing. `use` None leaves the terms unchecked (an invariant's)."""
        what = 'a row such as {child = ["yes", "unsure"]}, or a list of rows'
        value = self._take(key, what, required=False)
        if value is None:
            return ()
        rows = [value] if isinstance(value, dict) else value
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._wrong(key, value, what)
            return BROKEN
        if not all(rows) or not rows:
            self.fault(key, f"an empty row or list says nothing; leave '{key}' out where it is always so.")
        when = tuple(row for row in (self._row(key, row) for row in rows) if row) or BROKEN
        if use is not None:
            self._notes.conditions.append(Condition(self.place, key, when, use))
        return when

    def _row(self, key: str, values: dict[str, Any]) -> Row:
        row: dict[str, frozenset[str]] = {}
        for fact, allowed in flat(values).items():
            items = [allowed] if isinstance(allowed, str) else allowed
            if not isinstance(items, list) or not items or not all(isinstance(item, str) for item in items):
                self.fault(key, f"'{fact}' must be followed by a list of its values, such as [\"yes\"].")
                continue
            for item in sorted({item for item in items if items.count(item) > 1}):
                self.fault(key, f"'{fact}' lists '{item}' more than once.")
            row[fact] = frozenset(items)
        return row
