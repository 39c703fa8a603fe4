"""What can be wrong with a book, said so that the person who wrote it can mend it.

The one rule to keep: every fault names the file, the table and the key, and never ends the reading of the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: in `file`, in `table` (such as `lane 'child', rule 'child.4'`), at `key` ("" is the table)."""

    file: str
    table: str
    key: str
    message: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.table, f"'{self.key}'" if self.key else "") if part)
        # One line a fault, whatever somebody wrote between quotation marks.
        return "".join(letter if letter.isprintable() else " " for letter in f"{where}: {self.message}")


class BookError(Exception):
    """A book that cannot be used. `faults` lists everything that is wrong with it, in the order it was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in self.faults)
        number = len(self.faults)
        super().__init__(f"{number} {'thing is' if number == 1 else 'things are'} wrong with the book:\n{lines}")


class Faults:
    """Collects faults while a book is read, each once."""

    __slots__ = ("_found", "file")

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Fault, None] = {}

    def add(self, table: str, key: str, message: str) -> None:
        self._found[Fault(self.file, table, key, message)] = None

    def all(self) -> tuple[Fault, ...]:
        return tuple(self._found)


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A closing sentence with the nearest known name, or with all of them where they are few; "" for neither."""
    near = get_close_matches(name, sorted(known), 1)
    if near:
        return f" Did you mean '{near[0]}'?"
    if 0 < len(known) <= 8:
        return f" It can be: {', '.join(sorted(known))}."
    return ""
