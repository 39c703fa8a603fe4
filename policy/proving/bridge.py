"""The bridge between the proof and the program: the same answers, read by the formulas and by the walk, must agree.

The one rule to keep: everything that a person can be shown is compared, not only what an invariant speaks of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.book import SENDS_FACT, Book
from policy.examples import complete
from policy.kept_out import kept_out
from policy.proof import aspect_of
from policy.proving.claims import Claims
from policy.reading.expectations import ASPECTS, KEPT_OUT
from policy.walk import Asking, Decided, walk
from policy.walk.index import values_of


class Bridge:
    """Compares the formulas with the walk, one answer set at a time."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        book, state, aspects = claims.book, claims.state, claims.aspects
        names = [flag.id for flag in book.flags] + [question.id for question in book.questions]
        names += [*(item.id for item in book.derived), SENDS_FACT]
        self._facts = {name: state.values(name) for name in names}
        self._lanes = {lane.id: {aspect: aspects.of(lane, aspect) for aspect in ASPECTS} for lane in book.lanes}
        self._kept_out = {term: aspects.kept_out(term) for term in KEPT_OUT}

    def differences(self, answers: Mapping[str, str], flags: Mapping[str, str]) -> list[str]:
        """What the formulas and the walk say differently about these answers; one sentence each."""
        book, circuit, inputs = self.claims.book, self.claims.circuit, self.claims.inputs
        found = walk(book, answers, flags=flags, stage="send")
        demands = [inputs.skipped if SENDS_FACT in found.facts else -inputs.skipped]
        demands += [inputs.given[flag.id][flags.get(flag.id, flag.default)] for flag in book.flags]
        for question in book.questions:
            name = question.id
            demands.append(inputs.given[name][answers[name]] if name in answers else inputs.blank[name])
        if not circuit.possible(*demands):
            return ["the proof says that these answers cannot be given"]
        return [*self._other_facts(found), *self._other_lanes(found), *self._others_kept_out(found)]

    def _other_facts(self, found: Asking | Decided) -> Iterator[str]:
        for name, values in self._facts.items():
            said = [value for value, literal in values.items() if self.claims.circuit.true(literal)]
            walked = [found.facts[name]] if name in found.facts else []
            if said != walked:
                yield f"'{name}' is {said} in the proof and {walked} in the walk"

    def _other_lanes(self, found: Asking | Decided) -> Iterator[str]:
        open_lanes = {verdict.lane.id: verdict for verdict in found.lanes}
        for lane, aspects in self._lanes.items():
            for aspect, values in aspects.items():
                said = {value for value, literal in values.items() if self.claims.circuit.true(literal)}
                walked: set[str] = {"closed"} if aspect == "outcome" else set()
                if lane in open_lanes:
                    walked = {*aspect_of(open_lanes[lane], aspect)}
                if said != walked:
                    yield f"'{lane}.{aspect}' is {sorted(said)} in the proof and {sorted(walked)} in the walk"

    def _others_kept_out(self, found: Asking | Decided) -> Iterator[str]:
        walked = kept_out(self.claims.book, found.facts)
        for term, values in self._kept_out.items():
            said = {value for value, literal in values.items() if self.claims.circuit.true(literal)}
            if said != {*walked.values(term)}:
                yield f"'{term}' is {sorted(said)} in the proof and {sorted(walked.values(term))} in the program"


def samples(book: Book, number: int) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Answers and flags to compare on: every example, then `number` others, finished and unfinished in turn.

    The others are the same each time: the point is to compare the two readings, not to search.
    """
    for example in book.examples:
        done = complete(book, example.facts)
        yield dict(done.answers), dict(done.flags)
    dice = _Dice()
    for at in range(number):
        flags = {flag.id: dice.one_of(flag.values) for flag in book.flags}
        answers: dict[str, str] = {}
        for question in book.questions:
            value = dice.one_of(values_of(question))
            if at % 2 == 0 or dice.roll(8):
                answers[question.id] = value
        if at % 4 < 2:
            # As a rule one is not in danger, has rung, and answers in the ordinary way: else little else is reached.
            for name in [*answers]:
                if dice.roll(3):
                    answers[name] = book.quiet[name]
        yield answers, flags


class _Dice:
    """A small fixed sequence of numbers that look thrown."""

    def __init__(self) -> None:
        self._state = 88172645463325252

    def roll(self, sides: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % sides

    def one_of(self, values: tuple[str, ...]) -> str:
        return values[self.roll(len(values))]
