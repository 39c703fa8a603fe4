"""From "this can be broken" to answers somebody can give: the smallest ones, replayed through the walk.

The one rule to keep: nothing is reported as broken before the program itself, walked with these answers, breaks it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from policy.book import Book, Invariant, Stage
from policy.proof import breaches, changed
from policy.proving.claims import Claim, Claims
from policy.proving.state import State
from policy.walk import Asking, Decided, walk


@dataclass(frozen=True, slots=True)
class Situation:
    """Answers (fact values, by question id, in the order of asking) and flags, and what the walk says of them."""

    answers: Mapping[str, str]
    flags: Mapping[str, str]
    found: Asking | Decided

    @classmethod
    def of(cls, book: Book, answers: Mapping[str, str], flags: Mapping[str, str]) -> Situation:
        return cls(answers, flags, walk(book, answers, flags=flags, stage="send"))


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and answers that show it; `after` is the second answer set, if it compares two.

    `sentences` is what the program says of these answers; empty when it does not agree that they break anything.
    """

    invariant: Invariant
    before: Situation
    after: Situation | None
    sentences: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.invariant.id

    @property
    def answers(self) -> Mapping[str, str]:
        return self.before.answers


def broken_by(claims: Claims, claim: Claim) -> Broken | None:
    """How the claim's invariant can be broken, as short as it gets; None when it holds."""
    circuit, state = claims.circuit, claims.state
    if not circuit.possible(claim.broken):
        return None
    states = [state] if claim.after is None else [state, claim.after]
    # How far the mechanics may run ahead is only known to the walk: first as the tables alone would have it.
    ahead = [-one.inputs.skipped for one in states]
    if circuit.possible(claim.broken, *ahead):
        found = _shown(claims, claim, _smallest(claims, claim, [claim.broken, *ahead], states))
        if found.sentences:
            return found
    return _shown(claims, claim, _smallest(claims, claim, [claim.broken], states))


def _smallest(claims: Claims, claim: Claim, demands: list[int], states: Sequence[State]) -> list[int]:
    """More and more demands that can still all be met: finished, few facts moved, few answers out of the ordinary."""
    circuit, book, state = claims.circuit, claims.book, claims.state
    given, blank = claims.inputs.given, claims.inputs.blank

    def wish(literal: int) -> bool:
        if circuit.possible(*demands, literal):
            demands.append(literal)
            return True
        return False

    finished = wish(circuit.all_of(one.decided() for one in states))
    if claim.after is not None:
        other = claim.after.inputs
        for fact in claim.moved:
            same = [circuit.any_of((-literal, other.given[fact][value])) for value, literal in given[fact].items()]
            if fact in blank:
                same.append(circuit.any_of((-blank[fact], other.blank[fact])))
            wish(circuit.all_of(same))
    for flag in book.flags:
        wish(given[flag.id][flag.default])
    names = [question.id for question in book.questions]
    for name in reversed(names):
        wish(circuit.any_of((-state.answered(name), given[name][book.quiet[name]])))
    if not finished:  # end where it breaks, with nothing left out before
        left = list(names)
        while left and wish(-state.answered(left[-1])):
            left.pop()
        for name in left:
            quiet = circuit.all_of((state.answered(name), given[name][book.quiet[name]]))
            if not wish(circuit.any_of((quiet, -state.applies(name)))):
                wish(circuit.any_of((state.answered(name), -state.applies(name))))
    circuit.possible(*demands)
    return demands


def _shown(claims: Claims, claim: Claim, demands: list[int]) -> Broken:
    """The model of these demands as answers: only what the walk would ask, where that breaks it too."""
    circuit, book = claims.circuit, claims.book
    circuit.possible(*demands)
    before = answers_of(claims, claims.state)
    after = None if claim.after is None else answers_of(claims, claim.after)

    def replayed(stage: Stage | None) -> Broken:
        one = Situation.of(book, *_asked(book, before, stage))
        two = None if after is None else Situation.of(book, *_asked(book, after, stage))
        return Broken(claim.invariant, one, two, tuple(_sentences(book, claim.invariant, one, two)))

    stages: tuple[Stage, ...] = ("decide", "send")
    return next((found for stage in stages if (found := replayed(stage)).sentences), replayed(None))


def _sentences(book: Book, item: Invariant, before: Situation, after: Situation | None) -> Iterable[str]:
    if after is not None:
        one, other = before.found, after.found
        return changed(book, item, (one.facts, one.lanes), (other.facts, other.lanes))
    # Finished or not is for the claim to say: what the walk leaves out cannot matter, so it may be finished earlier.
    found = breaches(book, before.found.facts, before.found.lanes, decided=True)
    return [line for line in found if line.startswith((f"{item.id}:", f"{item.id} ("))]


def answers_of(claims: Claims, state: State) -> tuple[dict[str, str], dict[str, str]]:
    """The answers that count in the last model, in the order of asking, and the flags."""
    circuit, given = claims.circuit, state.inputs.given
    answers = {
        question.id: value
        for question in claims.book.questions
        if circuit.true(state.answered(question.id))
        for value, literal in given[question.id].items()
        if circuit.true(literal)
    }
    flags = {
        flag.id: value
        for flag in claims.book.flags
        for value, literal in given[flag.id].items()
        if circuit.true(literal)
    }
    return answers, flags


def _asked(
    book: Book, found: tuple[Mapping[str, str], Mapping[str, str]], stage: Stage | None
) -> tuple[dict[str, str], Mapping[str, str]]:
    """Of these answers those that the walk asks for; all of them where `stage` is None."""
    answers, flags = found
    given: dict[str, str] = {}
    while stage is not None:
        now = walk(book, given, flags=flags, stage=stage)
        now_asked = () if isinstance(now, Decided) else now.questions
        fresh = {item.id: answers[item.id] for item in now_asked if item.id in answers}
        if not fresh:
            return given, flags
        given |= fresh
    return dict(answers), flags
