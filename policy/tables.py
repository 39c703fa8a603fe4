"""First-match tables over sets of possible values, three-valued, that remember their results.

The one rule to keep: nothing here knows an answer; every result is worked out from the masks that are passed in.

A mask holds the values a fact may still have. Bit 0 is "no value": the question does not apply, or is not answered yet.
A term is true when every possible value is allowed, false when none is, unknown otherwise. Because a question that is
not answered always keeps bit 0, the plain reading of the tables ("an unasked fact makes the term false") is at any
moment one of the possibilities, so a lane that is settled can never change by asking more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, TypeVar

FALSE, TRUE, UNKNOWN = 0, 1, 2
NOTHING = 1
"""The mask of a fact without a value."""

_REMEMBERED = 50_000  # results kept a table, before it starts again: bounds memory, not correctness

Found = TypeVar("Found")
Terms = tuple[tuple[int, int], ...]


def numbers_in(bits: int) -> Iterable[int]:
    """The numbers of the bits that are set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


class Gate:
    """A `when`: read(masks) -> (FALSE | TRUE | UNKNOWN, the facts that still keep it open, as bits)."""

    __slots__ = ("_key", "_results", "common", "facts", "rows")

    def __init__(self, rows: tuple[Terms, ...]) -> None:
        self.rows = rows
        self.facts = tuple(sorted({fact for row in rows for fact, _ in row}))
        self.common = common_facts(rows)  # without a value in each of these no row can be true
        self._key = keyed(self.facts)
        self._results: dict[Any, tuple[int, int]] = {} if self.facts else {(): (TRUE, 0)}

    def read(self, masks: Sequence[int]) -> tuple[int, int]:
        key = self._key(masks)
        found = self._results.get(key)
        if found is None:
            found = truth(self.rows, masks)
            remember(self._results, key, found)
        return found


def truth(rows: tuple[Terms, ...], masks: Sequence[int]) -> tuple[int, int]:
    """The three-valued reading of rows joined by "or"; no rows at all is TRUE."""
    if not rows:
        return TRUE, 0
    waiting = 0
    for row in rows:
        open_terms = 0
        for fact, allowed in row:
            mask = masks[fact]
            if not mask & allowed:
                break
            if mask & ~allowed:
                open_terms |= 1 << fact
        else:
            if not open_terms:
                return TRUE, 0
            waiting |= open_terms
    return (UNKNOWN, waiting) if waiting else (FALSE, 0)


def common_facts(rows: tuple[Terms, ...]) -> int:
    """The facts that every row needs, as bits; 0 where there is none."""
    common = -1 if rows else 0
    for row in rows:
        common &= sum(1 << fact for fact, _ in row)
    return common


class Table:
    """A first-match table: read(masks) -> (the rows that may still be the first true one, the facts that keep it open).

    Row number `len(rows)` stands for "no row is true".
    """

    __slots__ = ("_key", "_results", "any_fact", "facts", "rows", "untouched")

    def __init__(self, rows: tuple[tuple[Terms, ...], ...]) -> None:
        self.rows = rows
        self.any_fact = sum({1 << fact for row in rows for terms in row for fact, _ in terms})
        # While none of its facts has a value, the first row that needs none is the one.
        self.untouched = next((at for at, row in enumerate(rows) if not row), len(rows))
        self.facts = tuple(sorted({fact for row in rows for terms in row for fact, _ in terms}))
        self._key = keyed(self.facts)
        self._results: dict[Any, tuple[tuple[int, ...], int]] = {}

    def read(self, masks: Sequence[int]) -> tuple[tuple[int, ...], int]:
        key = self._key(masks)
        found = self._results.get(key)
        if found is None:
            found = self._possible(masks)
            remember(self._results, key, found)
        return found

    def _possible(self, masks: Sequence[int]) -> tuple[tuple[int, ...], int]:
        possible: list[int] = []
        waiting = 0
        for number, row in enumerate(self.rows):
            reading, open_facts = truth(row, masks)
            if reading != FALSE:
                possible.append(number)
                waiting |= open_facts
            if reading == TRUE:
                return tuple(possible), waiting
        possible.append(len(self.rows))
        return tuple(possible), waiting


class Care:
    """What guidance, recipients and labels of the outcomes a lane may still come to depend on."""

    __slots__ = ("_key", "_results", "facts", "gates")

    def __init__(self, gates: Iterable[Gate], facts: Iterable[int]) -> None:
        self.gates = tuple(dict.fromkeys(gate for gate in gates if gate.facts))
        self.facts = tuple(dict.fromkeys(facts))
        self._key = keyed(tuple(sorted({*self.facts, *(fact for gate in self.gates for fact in gate.facts)})))
        self._results: dict[Any, int] = {}

    def open_facts(self, masks: Sequence[int]) -> int:
        """The facts, as bits, that can still change any of it."""
        key = self._key(masks)
        found = self._results.get(key)
        if found is None:
            found = 0
            for gate in self.gates:
                found |= truth(gate.rows, masks)[1]
            for fact in self.facts:
                if masks[fact] & (masks[fact] - 1):
                    found |= 1 << fact
            remember(self._results, key, found)
        return found


def _none(_: Sequence[int]) -> Any:
    return ()


def keyed(facts: tuple[int, ...]) -> Callable[[Sequence[int]], Any]:
    """A fast way to pick the masks of these facts, as a key to remember a result by."""
    return itemgetter(*facts) if facts else _none


def remember(results: dict[Any, Found], key: Any, found: Found) -> None:
    """Keep a result, within bounds."""
    if len(results) >= _REMEMBERED:
        results.clear()
    results[key] = found
