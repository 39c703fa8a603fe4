"""Every way of breaking a book that is tried, and which of them are taken.

The one rule to keep: the same book, number and seed give the same mutants in the same order, on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from policy.book import Book
from policy.walk.index import index_of
from tests.reliability import lanes, outcomes, parts
from tests.reliability.whens import Values

SEED = "justus"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A book with one thing wrong in it. `lane` is the lane it is about, "" for none of its own."""

    kind: str
    lane: str
    what: str
    book: Book


def mutants(book: Book) -> Iterator[Mutant]:
    """All of them, in the order of the book."""
    index = index_of(book)
    values: Values = {name: tuple(index.values[name]) for name in index.names}
    seen: set[tuple[str, str]] = set()
    for kind, lane, what, broken in chain(
        lanes.broken(book, values), outcomes.broken(book, values), parts.broken(book, values)
    ):
        if (kind, what) not in seen:
            seen.add((kind, what))
            yield Mutant(kind, lane, what, broken)


def chosen(book: Book, number: int, seed: str = SEED) -> list[Mutant]:
    """So many of them (all, if there are fewer): every kind in turn, and within a kind every lane in turn."""
    kinds: dict[str, dict[str, list[Mutant]]] = {}
    for mutant in mutants(book):
        kinds.setdefault(mutant.kind, {}).setdefault(mutant.lane, []).append(mutant)
    queues = [
        _in_turn([sorted(group, key=lambda one: _drawn(seed, one)) for group in found.values()])
        for found in kinds.values()
    ]
    return _in_turn(queues)[:number]


def _drawn(seed: str, mutant: Mutant) -> bytes:
    return sha256(f"{seed}|{mutant.kind}|{mutant.what}".encode()).digest()


def _in_turn(queues: list[list[Mutant]]) -> list[Mutant]:
    """One of each, then another of each, until all are empty."""
    longest = max(map(len, queues), default=0)
    return [queue[at] for at in range(longest) for queue in queues if at < len(queue)]
