"""An invariant turned round: formulas that can hold only where it is broken.

The one rule to keep: what a term means here is what `policy.proof` says it means on one answer set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy.book import Book, Invariant, Lane, Row, When
from policy.proof import stand_ins
from policy.proving.aspects import Aspects
from policy.proving.circuit import TRUE, Circuit
from policy.proving.state import Inputs, State
from policy.reading.expectations import ANY, KEPT_OUT, lane_aspect


@dataclass(frozen=True, slots=True)
class Claim:
    """`broken` can hold only where the invariant is broken, in the states `before` and, if it compares two, `after`."""

    invariant: Invariant
    broken: int
    after: State | None
    moved: tuple[str, ...]  # the facts that differ between the two states


class Claims:
    """Makes the claims of one book over one state, and over others that differ from it in what an invariant moves."""

    def __init__(self, circuit: Circuit, book: Book) -> None:
        self.circuit = circuit
        self.book = book
        self.inputs = Inputs.new(circuit, book)
        self.state = State(circuit, book, self.inputs)
        self.aspects = Aspects(self.state)

    def of(self, item: Invariant) -> Iterator[Claim]:
        """The claims of an invariant; it holds when none of them is possible."""
        match item.kind:
            case "always":
                yield Claim(item, self._always(item), None, ())
            case "unmoved":
                after = self._other(item.facts)
                yield Claim(item, self._unmoved(item, after), after.state, item.facts)
            case "moved":
                for fact in item.order:
                    after = self._other((fact,))
                    yield Claim(item, self._moved(item, fact, after), after.state, (fact,))

    def ever(self, item: Invariant) -> int:
        """What the invariant speaks of comes about: its `when`, in some lane that is open."""
        lanes = self._stand_ins(item)
        return self.circuit.any_of(
            self.circuit.all_of((TRUE if lane is None else self.state.open(lane), self._where(item, lane)))
            for lane in lanes
        )

    def _other(self, facts: tuple[str, ...]) -> Aspects:
        return Aspects(State(self.circuit, self.book, self.inputs.but(self.circuit, facts)))

    def _scope(self, item: Invariant, *states: State) -> int:
        return self.circuit.all_of(state.decided() for state in states) if item.scope == "decided" else TRUE

    def _always(self, item: Invariant) -> int:
        """In some lane that is open (or once, if no lane stands for another) `when` is true and what follows is not."""
        found = []
        for lane in self._stand_ins(item):
            opened = TRUE if lane is None else self.state.open(lane)
            found.append(
                self.circuit.all_of((opened, self._where(item, lane), -self._follows(item, self.aspects, lane)))
            )
        return self.circuit.all_of((self._scope(item, self.state), self.circuit.any_of(found)))

    def _moved(self, item: Invariant, fact: str, after: Aspects) -> int:
        """The fact goes from a value of its list to a later one, and what follows is not true afterwards."""
        order = item.order[fact]
        steps = (
            self.circuit.all_of((self.state.fact(fact, value), after.state.inputs.given[fact][later]))
            for at, value in enumerate(order)
            for later in order[at + 1 :]
        )
        found = []
        for lane in self._stand_ins(item):
            opened = TRUE if lane is None else self.state.open(lane)
            found.append(self.circuit.all_of((opened, self._where(item, lane), -self._follows(item, after, lane))))
        scope = self._scope(item, self.state, after.state)
        return self.circuit.all_of((scope, self.circuit.any_of(steps), self.circuit.any_of(found)))

    def _unmoved(self, item: Invariant, after: Aspects) -> int:
        """An outcome, an approval or a recipient differs."""
        found = []
        for lane in self.book.lanes:
            if item.lanes and lane.id not in item.lanes:
                continue
            for aspect in ("outcome", "approval", "recipients"):
                one, other = self.aspects.of(lane, aspect), after.of(lane, aspect)
                found += [self._differ(one[value], other[value]) for value in one]
        scope = self._scope(item, self.state, after.state)
        return self.circuit.all_of((scope, self._where(item, None), self.circuit.any_of(found)))

    def _differ(self, one: int, other: int) -> int:
        circuit = self.circuit
        return circuit.any_of((circuit.all_of((one, -other)), circuit.all_of((-one, other))))

    def _stand_ins(self, item: Invariant) -> list[Lane | None]:
        return [self.state.lane(name) if name else None for name in stand_ins(item, self.book)]

    def _where(self, item: Invariant, lane: Lane | None) -> int:
        return self._any_row(item.when, self.aspects, lane) if item.when else TRUE

    def _follows(self, item: Invariant, aspects: Aspects, lane: Lane | None) -> int:
        then = self._any_row(item.then, aspects, lane) if item.then else TRUE
        return self.circuit.all_of((then, -self._any_row(item.never, aspects, lane)))

    def _any_row(self, when: When, aspects: Aspects, lane: Lane | None) -> int:
        return self.circuit.any_of(self._row(row, aspects, lane) for row in when)

    def _row(self, row: Row, aspects: Aspects, lane: Lane | None) -> int:
        terms = []
        for term, allowed in row.items():
            found = lane_aspect(term, ())
            if term in KEPT_OUT:
                values = aspects.kept_out(term)
            elif found is None:
                values = aspects.state.values(term)
            else:
                name, aspect = found
                here = lane if name in ANY and lane is not None else aspects.state.lane(name)
                values = aspects.of(here, aspect)
            terms.append(self.circuit.any_of(values[value] for value in allowed if value in values))
        return self.circuit.all_of(terms)
