"""Does a mutant change anything (says the solver), and does anything notice (reader, proof, examples)?

The one rule to keep: whether a mutant counts is decided over every answer set, before anybody tries to catch it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy.book import Book
from policy.examples import check_table
from policy.proving.circuit import Circuit
from policy.proving.claims import Claims
from policy.proving.structure import structural_faults
from tests.reliability.mutants import Mutant
from tests.reliability.refusing import refused
from tests.reliability.showing import shown
from tests.reliability.twins import Change, Twins


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a mutant. What caught it, each "" where it did not: a fault, an invariant or fault, an example.

    A book that the reader refuses is not tried further. `wrong`: the solver sees no change where an example ends
    differently, which is a mistake of this program.
    """

    number: int
    kind: str
    lane: str
    what: str
    change: Change
    reader: str = ""
    proof: str = ""
    example: str = ""
    wrong: str = ""
    shows: str = ""  # where nothing caught it: answers, and what they come to before and now

    @property
    def caught(self) -> bool:
        return bool(self.reader or self.proof or self.example)


class Remembering(Circuit):
    """A circuit that is asked the same again and again. Later formulas only name new things, so an answer stays."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[frozenset[int], bool] = {}
        super().__init__()

    def possible(self, *literals: int) -> bool:
        """As `Circuit.possible`, but without a model."""
        key = frozenset(literals)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = super().possible(*literals)
        return found


class Judge:
    """Judges mutants of one book, one after the other; what is alike in them is worked out once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.circuit = Remembering()
        self.twins = Twins(self.circuit, book)
        self._known_faults = {*refused(book)}
        self._known_structure = {*structural_faults(self.twins.claims)}

    def judge(self, number: int, mutant: Mutant) -> Judged:
        """What became of it."""

        def judged(change: Change, **found: str) -> Judged:
            return Judged(number, mutant.kind, mutant.lane, mutant.what, change, **found)

        twin = self.twins.claims_of(mutant.book)
        change = self.twins.change(twin)
        if faults := [fault for fault in refused(mutant.book) if fault not in self._known_faults]:
            return judged(change, reader=faults[0])  # and the walk cannot take such a book
        if change == "nothing":
            return judged(change, wrong=self._ends_differently(mutant))
        proof, example = next(self._proof(twin), ""), self._example(mutant)
        shows = "" if proof or example else shown(self.book, mutant.book, change)
        return judged(change, proof=proof, example=example, shows=shows)

    def _proof(self, twin: Claims) -> Iterator[str]:
        for item in twin.book.invariants:
            if any(self.circuit.possible(claim.broken) for claim in twin.of(item)):
                yield item.id
        for fault in structural_faults(twin):
            if fault not in self._known_structure:
                yield fault

    def _example(self, mutant: Mutant) -> str:
        near = sorted(mutant.book.examples, key=lambda item: mutant.lane not in item.lanes)
        return next((item.name for item in near if check_table(mutant.book, item)), "")

    def _ends_differently(self, mutant: Mutant) -> str:
        """An example whose lanes differ; the questions may."""
        for item in self.book.examples:
            for line in check_table(mutant.book, item):
                if line.startswith(("lanes", "approvals", "blocks", "warnings")):
                    return f"{item.name}: {line}"
        return ""
