"""A book and a mutant of it side by side, over the same answers, as formulas: where do they come to something else?

The one rule to keep: both are read by `policy.proving`, so that what is compared is what is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from policy.book import Book
from policy.proving.aspects import Aspects
from policy.proving.circuit import FALSE, Circuit
from policy.proving.claims import Claims
from policy.proving.state import Inputs, State
from policy.reading.expectations import ASPECTS, KEPT_OUT
from policy.walk.index import values_of

WORDS = ("shows", "never", "tasks")
LANE = tuple(aspect for aspect in ASPECTS if aspect not in WORDS)
"""What a lane comes to, its words left out."""

Change = Literal["lane", "guidance", "people", "underway", "nothing"]
"""The most that a mutant changes, for some answers: how a lane ends; only its words; only who is kept out; only what
a card says while answers are still missing; or nothing but which questions are asked, if that."""

Moved = dict[tuple[str, ...], Inputs]


class Twin(Claims):
    """Claims over inputs that are shared; a second state is made once for the same moved facts."""

    def __init__(self, circuit: Circuit, book: Book, inputs: Inputs, shared: Moved) -> None:
        self.circuit = circuit
        self.book = book
        self.inputs = inputs
        self.state = State(circuit, book, inputs)
        self.aspects = Aspects(self.state)
        self._shared = shared
        self._others: dict[tuple[str, ...], Aspects] = {}

    def _other(self, facts: tuple[str, ...]) -> Aspects:
        if facts not in self._shared:
            self._shared[facts] = self.inputs.but(self.circuit, facts)
        if facts not in self._others:
            self._others[facts] = Aspects(State(self.circuit, self.book, self._shared[facts]))
        return self._others[facts]


class Twins:
    """Compares mutants with one book."""

    def __init__(self, circuit: Circuit, book: Book) -> None:
        self.circuit = circuit
        self.book = book
        self._inputs = Inputs.new(circuit, book)
        self._moved: Moved = {}
        self.claims = Twin(circuit, book, self._inputs, self._moved)

    def claims_of(self, book: Book) -> Twin:
        """The mutant's claims. An answer that it does not know is no answer."""
        given, blank = dict(self._inputs.given), dict(self._inputs.blank)
        fewer = False
        for question in book.questions:
            known = {*values_of(question)}
            unknown = [literal for value, literal in given[question.id].items() if value not in known]
            if unknown:
                fewer = True
                given[question.id] = {name: literal for name, literal in given[question.id].items() if name in known}
                blank[question.id] = self.circuit.any_of((blank[question.id], *unknown))
        if fewer:
            return Twin(self.circuit, book, Inputs(given, blank, self._inputs.skipped), {})
        return Twin(self.circuit, book, self._inputs, self._moved)

    def change(self, twin: Claims) -> Change:
        """The most that differs."""
        return next(
            (change for change, demands in self.differences(twin) if self.circuit.possible(*demands)), "nothing"
        )

    def differences(self, twin: Claims) -> Iterator[tuple[Change, tuple[int, ...]]]:
        """Each kind of change, with what holds just where it shows. Made one by one, as they are taken."""
        lanes, decided = self.differ(twin, LANE), self.decided(twin)
        yield "lane", (lanes, *decided)
        yield "guidance", (self.differ(twin, WORDS), *decided)
        yield "people", (self.kept_out_differ(twin),)
        yield "underway", (lanes,)

    def decided(self, twin: Claims) -> tuple[int, ...]:
        """All that is asked is answered, in both books; in the first, where the other knows fewer answers."""
        first = self.claims.state.decided()
        return (first,) if twin.inputs is not self._inputs else (first, twin.state.decided())

    def differ(self, twin: Claims, aspects: Iterable[str]) -> int:
        """Some lane differs in one of these."""
        lanes = {lane.id: lane for lane in twin.book.lanes}
        wanted = tuple(aspects)
        return self.circuit.any_of(
            self._differ(self.claims.aspects.of(lane, aspect), twin.aspects.of(lanes[lane.id], aspect))
            for lane in self.book.lanes
            for aspect in wanted
        )

    def kept_out_differ(self, twin: Claims) -> int:
        """Somebody is kept out in one book and not in the other, or is asked for in one only."""
        one, other = _kept_out(self.claims), _kept_out(twin)
        return self._differ(one, other)

    def _differ(self, one: Mapping[str, int], other: Mapping[str, int]) -> int:
        circuit = self.circuit
        found = []
        for value in dict.fromkeys((*one, *other)):
            here, there = one.get(value, FALSE), other.get(value, FALSE)
            found += [circuit.all_of((here, -there)), circuit.all_of((-here, there))]
        return circuit.any_of(found)


def _kept_out(claims: Claims) -> dict[str, int]:
    return {
        f"{term} {value}": literal
        for term in KEPT_OUT
        for value, literal in claims.aspects.kept_out(term).items()
        if value not in ("none", "no")
    }
