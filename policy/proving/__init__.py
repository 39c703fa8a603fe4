"""Proof over every answer set: that a book keeps its invariants, and that everything in it can be reached.

The one rule to keep: the proof reads the book by itself (`state`), and is held against the walk (`bridge`, `breaking`);
where the two disagree nothing is proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from policy.book import Book, Invariant
from policy.proving.breaking import Broken, broken_by
from policy.proving.bridge import Bridge, samples
from policy.proving.circuit import Circuit, SolverMissing
from policy.proving.claims import Claims
from policy.proving.counting import Count, count
from policy.proving.structure import Overlap, overlaps, structural_faults

__all__ = ["Broken", "Count", "Overlap", "Proof", "Result", "SolverMissing", "prove"]

COMPARED = 200
"""How many answer sets, besides the examples, the proof is held against the walk on."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one invariant: it holds over every answer set, or `broken` shows answers where it does not."""

    invariant: Invariant
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of a book. `overlaps` and `count` are left out when the proof stopped at the first thing wrong.

    `faults` are parts of the book that nothing reaches; `disagreements` are answers that the proof and the walk read
    differently (a mistake in this program, never in the book); `compared` says on how many they were compared.
    """

    book: Book
    results: tuple[Result, ...]
    faults: tuple[str, ...]
    overlaps: tuple[Overlap, ...]
    disagreements: tuple[str, ...]
    compared: int
    count: Count | None
    formulas: int
    clauses: int

    @property
    def broken(self) -> tuple[Broken, ...]:
        return tuple(result.broken for result in self.results if result.broken is not None)

    @property
    def holds(self) -> bool:
        return not (self.broken or self.faults or self.disagreements)


def prove(book: Book, *, stop_at_first: bool = False) -> Proof:
    """Prove every invariant and the structure of a book without faults. Raises `SolverMissing`.

    `stop_at_first` ends at the first thing that is wrong, compares nothing with the walk and counts nothing.
    """
    circuit = Circuit()
    try:
        claims = Claims(circuit, book)
        results: list[Result] = []
        disagreements: list[str] = []
        for item in book.invariants:
            found = next((one for claim in claims.of(item) if (one := broken_by(claims, claim)) is not None), None)
            results.append(Result(item, found))
            if found is not None and not found.sentences:
                disagreements.append(f"{item.id}: the proof breaks it with answers on which the walk keeps it")
            if found is not None and stop_at_first:
                break
        broken = any(result.broken for result in results)
        faults = () if broken and stop_at_first else islice(structural_faults(claims), 1 if stop_at_first else None)
        found_faults = tuple(faults)
        compared = 0
        if not stop_at_first:
            bridge = Bridge(claims)
            for answers, flags in samples(book, COMPARED):
                compared += 1
                disagreements += [f"{line}, with {answers} and {flags}" for line in bridge.differences(answers, flags)]
        return Proof(
            book=book,
            results=tuple(results),
            faults=found_faults,
            overlaps=() if stop_at_first else tuple(overlaps(claims)),
            disagreements=tuple(disagreements),
            compared=compared,
            count=None if stop_at_first else count(book),
            formulas=circuit.variables,
            clauses=circuit.clauses,
        )
    finally:
        circuit.close()
