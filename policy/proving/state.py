"""One state of a book as formulas: what is answered, what is asked, what every table comes to.

Written straight from the nouns of `policy.book` and independent of the walk, which is held against it. The one rule to
keep: an answer counts only while its question applies, and a term about a fact without a value is false.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from policy.book import CLOSED, SENDING, SENDS_FACT, Book, Lane, Rule, When
from policy.proving.circuit import FALSE, TRUE, Circuit
from policy.walk.index import values_of


@dataclass(frozen=True, slots=True)
class Inputs:
    """What comes from outside, as literals: `given[fact][value]` for answers and flags, `blank[question]` for none.

    `skipped`: the mechanics may already be asked although a question of the decision has no answer, because that
    question cannot matter any more. The tables do not know when that is so; hence it is left open.
    """

    given: Mapping[str, Mapping[str, int]]
    blank: Mapping[str, int]
    skipped: int

    @classmethod
    def new(cls, circuit: Circuit, book: Book) -> Inputs:
        given: dict[str, dict[str, int]] = {}
        blank: dict[str, int] = {}
        for flag in book.flags:
            given[flag.id] = {value: circuit.variable() for value in flag.values}
            circuit.one_of([*given[flag.id].values()])
        for question in book.questions:
            given[question.id] = {value: circuit.variable() for value in values_of(question)}
            blank[question.id] = circuit.variable()
            circuit.one_of([*given[question.id].values(), blank[question.id]])
        return cls(given, blank, circuit.variable())

    def but(self, circuit: Circuit, facts: Iterable[str]) -> Inputs:
        """The same answers and flags, except that these facts are free to be something else."""
        given, blank = dict(self.given), dict(self.blank)
        for fact in facts:
            given[fact] = {value: circuit.variable() for value in self.given[fact]}
            literals = [*given[fact].values()]
            if fact in blank:
                blank[fact] = circuit.variable()
                literals.append(blank[fact])
            circuit.one_of(literals)
        return Inputs(given, blank, circuit.variable())


class State:
    """Literals that say what holds in one state. Everything is made when it is first asked for."""

    def __init__(self, circuit: Circuit, book: Book, inputs: Inputs) -> None:
        self.circuit = circuit
        self.book = book
        self.inputs = inputs
        self._questions = {item.id: item for item in book.questions}
        self._derived = {item.id: item for item in book.derived}
        self._lanes = {lane.id: lane for lane in book.lanes}
        stages = {screen.id: screen.stage for screen in book.screens}
        self._late = {item.id for item in book.questions if stages[item.screen] == "send"}
        self._facts: dict[str, dict[str, int]] = {}
        self._rows: dict[str, list[int]] = {}
        self._holds: dict[int, tuple[When, int]] = {}  # by identity; the `when` is kept so that its id stays its own
        self._complete = self._stopped = self._checked = 0

    # -- facts

    def fact(self, name: str, value: str) -> int:
        """The fact has this value."""
        return self._values(name).get(value, FALSE)

    def values(self, name: str) -> Mapping[str, int]:
        """Value -> literal; where none of them holds the fact has no value."""
        return self._values(name)

    def _values(self, name: str) -> dict[str, int]:
        found = self._facts.get(name)
        if found is None:
            found = self._facts[name] = self._made(name)
        return found

    def _made(self, name: str) -> dict[str, int]:
        circuit, given = self.circuit, self.inputs.given
        if name == SENDS_FACT:
            sends = self.sends()
            return {
                "yes": circuit.all_of((self.checked(), sends)),
                "no": circuit.all_of((self.checked(), -sends)),
            }
        if name in self._derived:
            item = self._derived[name]
            rows = self.first([row.when for row in item.rows])
            by_value: dict[str, list[int]] = {value: [] for value in item.values}
            for row, literal in zip(item.rows, rows, strict=False):
                by_value[row.value].append(literal)
            by_value[item.otherwise].append(rows[-1])
            return {value: circuit.any_of(literals) for value, literals in by_value.items()}
        if name not in self._questions:
            return dict(given[name])
        applies = self.applies(name)
        return {value: circuit.all_of((applies, literal)) for value, literal in given[name].items()}

    def applies(self, question: str) -> int:
        """The question is asked, answered or not."""
        asked = self.holds(self._questions[question].when)
        return self.circuit.all_of((asked, self.checked())) if question in self._late else asked

    def answered(self, question: str) -> int:
        """The question is asked and has an answer."""
        return self.circuit.all_of((self.applies(question), -self.inputs.blank[question]))

    def holds(self, when: When) -> int:
        """One of the rows is true; no rows at all is "always"."""
        known = self._holds.get(id(when))
        if known is None:
            rows = (
                self.circuit.all_of(
                    self.circuit.any_of(self.fact(name, value) for value in allowed) for name, allowed in row.items()
                )
                for row in when
            )
            known = self._holds[id(when)] = (when, self.circuit.any_of(rows) if when else TRUE)
        return known[1]

    def first(self, whens: Sequence[When]) -> list[int]:
        """For each row of a first-match table: it is the first true one. The last literal: none is."""
        found: list[int] = []
        earlier: list[int] = []
        for when in whens:
            holds = self.holds(when)
            found.append(self.circuit.all_of((holds, *earlier)))
            earlier.append(-holds)
        return [*found, self.circuit.all_of(earlier)]

    # -- lanes

    def row(self, lane: Lane, rule: Rule) -> int:
        """This rule is what the lane comes to (also where it closes the lane)."""
        return self._lane_rows(lane)[lane.rules.index(rule)]

    def rows(self, lane: Lane) -> list[tuple[Rule, int]]:
        """The rules that open the lane, each with "this is what it comes to"."""
        literals = self._lane_rows(lane)
        return [
            (rule, row) for rule, row in zip(lane.rules, literals, strict=True) if rule.outcome in self.book.outcomes
        ]

    def _lane_rows(self, lane: Lane) -> list[int]:
        found = self._rows.get(lane.id)
        if found is None:
            found = self.first([rule.when for rule in lane.rules])[:-1]
            if lane.alone:
                others = [-self.open(other) for other in self.book.lanes if not other.alone]
                found = [self.circuit.all_of((row, *others)) for row in found]
            self._rows[lane.id] = found
        return found

    def open(self, lane: Lane) -> int:
        return self.circuit.any_of(row for _, row in self.rows(lane))

    def lane(self, id: str) -> Lane:
        return self._lanes[id]

    def sends(self) -> int:
        """Something would leave, in a lane that is not an immediate one."""
        return self.circuit.any_of(
            row
            for lane in self.book.lanes
            if not lane.immediate
            for rule, row in self.rows(lane)
            if self.book.outcomes[rule.outcome].sends in SENDING
        )

    # -- how far it is answered

    def stopped(self) -> int:
        """The book says to ask nothing more for now."""
        if not self._stopped:
            parts = [self.fact(name, value) for name, value in self.book.stop_until.items()]
            self._stopped = self.circuit.all_of(parts) if parts else FALSE
        return self._stopped

    def complete(self) -> int:
        """Every question of the decision that is asked has an answer."""
        if not self._complete:
            self._complete = self.circuit.all_of(
                self.circuit.any_of((-self.applies(name), -self.inputs.blank[name]))
                for name in self._questions
                if name not in self._late
            )
        return self._complete

    def checked(self) -> int:
        """Nothing is left to ask for the decision, so how it goes is asked and checked."""
        if not self._checked:
            enough = self.circuit.any_of((self.complete(), self.inputs.skipped))
            self._checked = self.circuit.all_of((enough, -self.stopped()))
        return self._checked

    def decided(self) -> int:
        """The walk asks nothing more: every question has its answer, or the book says to stop."""
        return self.circuit.any_of((self.complete(), self.stopped()))


def opens(rule: Rule) -> bool:
    """Whether the rule opens its lane."""
    return rule.outcome != CLOSED
