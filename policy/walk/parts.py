"""The parts of a book made ready: the questions of one `when`, a derived fact, a lane and how it stands.

The one rule to keep: what a part remembers follows from the masks alone, so that it holds for every consultation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from policy.book import CLOSED, Lane, Outcome, Rule
from policy.walk.tables import HALF, Care, Gate, Table, remember


class Given(NamedTuple):
    """Answers: the mask of every fact once it is surely asked, and the facts that have an answer, with the parts that
    these answers wake (a part that is not awake is as it was before anything was asked), as bits.
    """

    masks: list[int]
    bits: int


class Asks:
    """Questions with the same `when` whose numbers follow each other: it is read once for all of them."""

    __slots__ = ("bits", "gate", "here", "key", "me", "only", "results", "wakes")

    def __init__(self, gate: Gate, first: int) -> None:
        self.gate = gate
        self.key, self.results = gate.key, gate.results
        self.here = slice(first, first)  # their numbers
        self.only = 0  # their number, where there is but one of them
        self.bits = 0
        self.me = 0  # its own bit among the parts
        self.wakes = 0  # the parts that wake when one of the questions waits for its answer

    def add(self, fact: int) -> None:
        self.bits |= 1 << fact
        self.here = slice(self.here.start, fact + 1)
        self.only = fact if self.here.start == fact else 0


class Works:
    """A derived fact. `read(masks)` -> (its mask, the facts that keep it open, as bits)."""

    __slots__ = ("_gives", "bits", "fact", "key", "me", "results", "table")

    def __init__(self, fact: int, table: Table, gives: tuple[int, ...]) -> None:
        self.fact = fact
        self.bits = 1 << fact
        self.table = table
        self.key = table.key
        self.results: dict[Any, tuple[int, int]] = {}
        self.me = 0  # its own bit among the parts
        self._gives = gives  # that each row, and "no row", gives

    def read(self, masks: Sequence[int]) -> tuple[int, int]:
        rows, need, said = self.table.read(masks)
        may = 0
        for row in rows:
            may |= self._gives[row]
        found = may | self._gives[said] << HALF, need if may & (may - 1) else 0
        remember(self.results, self.key(masks), found)
        return found


Step = tuple[int, Callable[[Sequence[int]], Any], Callable[[Any], Any], Asks | Works]
"""One of the two laid open: its bit, its key, what it remembers, and itself. The walk looks at so many of them that
attributes of two kinds of parts would be a good part of its time.
"""


def laid_open(part: Asks | Works) -> Step:
    return part.me, part.key, part.results.get, part


class Standing(NamedTuple):
    """How a lane stands: the rows it may still come to, and what follows from them."""

    rows: tuple[int, ...]
    need: int  # the facts that keep it open, as bits
    row: int  # what the answers alone give
    settled: bool  # all of the rows come to the same
    may_open: bool
    must_open: bool
    outcome: Outcome | None  # of `row`
    care: Care | None  # what its guidance still depends on


class Opens:
    """A lane: its table, what each row comes to, and what it remembers."""

    __slots__ = (
        "_comes_to",
        "_open_rows",
        "closed",
        "key",
        "lane",
        "me",
        "outcomes",
        "results",
        "table",
        "verdict_keys",
        "verdicts",
    )

    def __init__(self, lane: Lane, table: Table, outcomes: Mapping[str, Outcome]) -> None:
        self.lane = lane
        self.table = table
        self.key = table.key
        self.me = 0  # its own bit among the parts
        # A row that closes the lane on purpose and "no row is true" are the same to everybody else.
        self._comes_to = (*(_pair(rule) for rule in lane.rules), (CLOSED, ""))
        self.outcomes = (*(outcomes.get(rule.outcome) for rule in lane.rules), None)
        self.closed = len(lane.rules)
        self._open_rows = frozenset(at for at, outcome in enumerate(self.outcomes) if outcome is not None)
        self.results: dict[Any, Standing] = {}
        self.verdict_keys: dict[tuple[int, bool], Callable[[Sequence[int]], Any]] = {}
        self.verdicts: dict[Any, Any] = {}

    def unless(self, alone: Standing, *, is_open: bool) -> Standing:
        """How a lane that opens alone stands when another one may be open, or is, by what the answers alone give."""
        row = self.closed if is_open else alone.row
        return self.standing((*alone.rows, self.closed), alone.need, row, alone.care)

    def standing(self, rows: tuple[int, ...], need: int, row: int, care: Care | None) -> Standing:
        """What follows when the first true row is one of these."""
        first = self._comes_to[rows[0]]
        return Standing(
            rows,
            need,
            row,
            all(self._comes_to[each] == first for each in rows),
            not self._open_rows.isdisjoint(rows),
            self._open_rows.issuperset(rows),
            self.outcomes[row],
            care,
        )


def _pair(rule: Rule) -> tuple[str, str]:
    return (CLOSED, "") if rule.outcome == CLOSED else (rule.outcome, rule.approval)


class Woken(dict[int, int]):
    """Mask of one fact -> the parts that it may change, as bits; worked out when it is first looked up."""

    def __init__(self, idle: int, named: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        self._idle = idle  # the mask before anything was asked, which changes nothing
        self._named = named  # values that a part names, and the part

    def __missing__(self, mask: int) -> int:
        found = 0
        for allowed, part in self._named:
            if mask != self._idle and (mask | self._idle) & allowed:
                found |= part
        self[mask] = found
        return found
