"""First-match tables over sets of possible values, read in two ways at once, that remember their results.

The one rule to keep: nothing here knows an answer; every result is worked out from the masks that are passed in.

A mask stands for one fact. Its low half holds, as bits, the values the fact may still have; its high half the one
value that the answers alone give. Bit 0 of a half is "no value": the question does not apply, or is not answered yet.
In the low half a term is true when every possible value is allowed, false when none is, unknown otherwise; in the high
half a fact without a value makes its terms false. Because a question that is not answered always keeps bit 0, what the
high half says is at any moment one of the possibilities, so a lane that is settled can never change by asking more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, TypeVar

FALSE, TRUE, UNKNOWN = 0, 1, 2
HALF = 128
"""How many bits a half has; `policy.reading.soundness` lets a fact have 100 values, and "no value" is one more."""
LOW = (1 << HALF) - 1
_REMEMBERED = 50_000  # results kept a table, before it starts again: bounds memory, not correctness

Found = TypeVar("Found")
Terms = tuple[tuple[int, int], ...]


def sure(bit: int) -> int:
    """The mask of a fact that has this value and no other."""
    return bit | bit << HALF


NOTHING = 1
"""No value, in one half."""
UNASKED = sure(NOTHING)
"""The mask of a fact without a value."""


def numbers_in(bits: int) -> Iterable[int]:
    """The numbers of the bits that are set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


class Lines:
    """Conjunctions ("lines") of terms, all read in one go: a bit a line, and a column a fact.

    `read(masks)` -> (the lines that may be true, the ones that surely are, the ones that the answers alone make true,
    and for each fact that keeps a line open its bit and these lines).
    """

    __slots__ = ("_columns", "_every", "facts")

    def __init__(self, lines: Sequence[Terms]) -> None:
        self._every = (1 << len(lines)) - 1
        columns: dict[int, list[tuple[int, int]]] = {}
        for number, terms in enumerate(lines):
            for fact, allowed in terms:
                columns.setdefault(fact, []).append((1 << number, allowed))
        self.facts = tuple(sorted(columns))
        self._columns: tuple[tuple[int, list[tuple[int, int]], dict[int, tuple[int, int, int]]], ...] = tuple(
            (fact, columns[fact], {}) for fact in self.facts
        )

    def read(self, masks: Sequence[int]) -> tuple[int, int, int, list[tuple[int, int]]]:
        possible = said = self._every
        waiting = 0
        opened: list[tuple[int, int]] = []
        for fact, terms, seen in self._columns:
            mask = masks[fact]
            found = seen.get(mask)
            if found is None:
                found = self._column(terms, mask)
                remember(seen, mask, found)
            may, waits, true = found
            possible &= may
            said &= true
            if waits:
                waiting |= waits
                opened.append((1 << fact, waits))
        return possible, possible & ~waiting, said, opened

    def _column(self, terms: Sequence[tuple[int, int]], mask: int) -> tuple[int, int, int]:
        may, value = mask & LOW, mask >> HALF
        possible = said = self._every
        waiting = 0
        for line, allowed in terms:
            if not may & allowed:
                possible ^= line
            elif may & ~allowed:
                waiting |= line
            if not value & allowed:
                said ^= line
        return possible, waiting, said


class Gate:
    """A `when`: read(masks) -> (FALSE | TRUE | UNKNOWN, the facts that keep it open, whether the answers alone say so).

    `key` and `results` are there for the walk, which looks by itself whether a result is remembered.
    """

    __slots__ = ("_lines", "facts", "key", "lines", "results")

    def __init__(self, rows: tuple[Terms, ...]) -> None:
        self.lines: Sequence[Terms] = rows
        self._lines = Lines(rows)
        self.facts = self._lines.facts
        self.key = keyed(self.facts)
        self.results: dict[Any, tuple[int, int, bool]] = {}

    def read(self, masks: Sequence[int]) -> tuple[int, int, bool]:
        key = self.key(masks)
        found = self.results.get(key)
        if found is None:
            found = self._read(masks)
            remember(self.results, key, found)
        return found

    def _read(self, masks: Sequence[int]) -> tuple[int, int, bool]:
        if not self.lines:
            return TRUE, 0, True
        possible, certain, said, opened = self._lines.read(masks)
        if certain:
            return TRUE, 0, bool(said)
        return (UNKNOWN if possible else FALSE), _keeping_open(opened, possible), bool(said)


class Table:
    """A first-match table: read(masks) -> (the rows that may still be the first true one, the facts that keep it open,
    the first row that the answers alone make true).

    Row number `len(rows)` stands for "no row is true".
    """

    __slots__ = ("_before", "_lines", "_row_of", "_size", "facts", "key", "lines")

    def __init__(self, rows: tuple[tuple[Terms, ...], ...]) -> None:
        self._size = len(rows)
        # A row without a condition is one line without a term: always true.
        lines = [(number, terms) for number, row in enumerate(rows) for terms in (row or ((),))]
        self.lines: Sequence[Terms] = [terms for _, terms in lines]
        self._lines = Lines(self.lines)
        self._row_of = tuple(number for number, _ in lines)
        self._before = tuple(
            sum(1 << at for at, (row, _) in enumerate(lines) if row < number) for number in range(self._size + 1)
        )
        self.facts = self._lines.facts
        self.key = keyed(self.facts)

    def read(self, masks: Sequence[int]) -> tuple[tuple[int, ...], int, int]:
        possible, certain, said, opened = self._lines.read(masks)
        last = self._first(certain)
        before = possible & self._before[last]
        rows = dict.fromkeys(self._row_of[line] for line in numbers_in(before))
        return (*rows, last), _keeping_open(opened, before), self._first(said)

    def _first(self, lines: int) -> int:
        return self._row_of[(lines & -lines).bit_length() - 1] if lines else self._size


def _keeping_open(opened: Iterable[tuple[int, int]], lines: int) -> int:
    """The facts that keep one of these lines open, as bits."""
    return sum(fact for fact, waiting in opened if waiting & lines)


class Care:
    """What guidance, recipients and labels of the outcomes a lane may still come to depend on."""

    __slots__ = ("_key", "_opening", "_results", "_values", "any_fact")

    def __init__(self, gates: Iterable[Gate], facts: Iterable[int]) -> None:
        self._opening = [(_bits(gate.facts), gate) for gate in dict.fromkeys(gates) if gate.facts]
        self._values = _bits(facts)  # of these the value itself is said
        self.any_fact = self._values
        for bits, _ in self._opening:
            self.any_fact |= bits
        self._key = keyed(tuple(numbers_in(self.any_fact)))
        self._results: dict[Any, int] = {}

    def open_facts(self, masks: Sequence[int], undecided: int) -> int:
        """The facts, as bits, that can still change any of it. `undecided`: those that may have more than one value."""
        key = self._key(masks)
        found = self._results.get(key)
        if found is None:
            found = undecided & self._values
            for bits, gate in self._opening:
                if undecided & bits:
                    found |= gate.read(masks)[1]
            remember(self._results, key, found)
        return found


def _bits(facts: Iterable[int]) -> int:
    return sum(1 << fact for fact in set(facts))


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
