"""What a lane comes to, aspect by aspect, as formulas: outcome, approval, recipients, clock, guidance, checks.

The one rule to keep: a closed lane has the outcome "closed" and no other aspect; an empty list reads "none".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from policy.book import SENDING, SILENCE, Guide, Lane, Outcome, Rule, When
from policy.grounds import silences
from policy.proving.circuit import FALSE, TRUE
from policy.proving.state import State

Says = Callable[[Rule, Outcome], Mapping[str, int]]


class Aspects:
    """Lane and aspect -> {value: literal}, over one state; and what the exclusions come to."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._found: dict[tuple[str, str], Mapping[str, int]] = {}

    def of(self, lane: Lane, aspect: str) -> Mapping[str, int]:
        key = (lane.id, aspect)
        if key not in self._found:
            self._found[key] = self._made(lane, aspect)
        return self._found[key]

    def kept_out(self, term: str) -> Mapping[str, int]:
        """`excluded`, `careful` or `ask_who` -> {value: literal}: what the exclusions that hold put out."""
        key = ("", term)
        if key not in self._found:
            self._found[key] = self._kept_out(term)
        return self._found[key]

    def _kept_out(self, term: str) -> Mapping[str, int]:
        circuit = self.state.circuit
        parts: dict[str, list[int]] = {}
        for item in self.state.book.exclusions:
            asks = ("yes",) if item.ask_who else ()
            names = {"excluded": item.capabilities, "careful": item.careful, "ask_who": asks}[term]
            for name in names:
                parts.setdefault(name, []).append(self.state.holds(item.when))
        found = {name: circuit.any_of(literals) for name, literals in parts.items()}
        nothing = circuit.all_of(-literal for literal in found.values())
        return {**found, "no" if term == "ask_who" else "none": nothing}

    def _made(self, lane: Lane, aspect: str) -> Mapping[str, int]:
        match aspect:
            case "outcome":
                found = self._by(lane, lambda rule, _: {rule.outcome: TRUE})
                return {**found, "closed": -self.state.open(lane)}
            case "approval":
                return self._by(lane, lambda rule, _: {rule.approval or "none": TRUE})
            case "sends":
                return self._by(lane, lambda _, outcome: {outcome.sends: TRUE})
            case "talk":
                silenced = self._book_when(self.state.book.silenced)
                return self._by(lane, lambda _, outcome: _either(silenced, "none", outcome.talk))
            case "clock":
                return self._by(lane, lambda _, outcome: self._clock(lane, outcome))
            case "basis":
                return self._by(lane, lambda _, outcome: self._basis(outcome))
            case "recipients":
                return self._listed(lane, self._by(lane, lambda _, outcome: self._recipients(lane, outcome)))
            case "blocks" | "warnings":
                effect = "block" if aspect == "blocks" else "warn"
                return self._listed(lane, self._by(lane, lambda _, outcome: self._checks(lane, outcome, effect)))
            case "shows":
                return self._listed(lane, self._by(lane, lambda _, outcome: self._shown(lane, outcome)))
            case "never":
                return self._listed(lane, self._by(lane, lambda *_: self._guides(lane.never)))
            case "tasks":
                return self._listed(lane, self._by(lane, lambda _, outcome: dict.fromkeys(outcome.tasks, TRUE)))
            case _:
                raise KeyError(aspect)

    def _by(self, lane: Lane, says: Says) -> dict[str, int]:
        """What each rule that may open the lane says, joined."""
        parts: dict[str, list[int]] = {}
        for rule, row in self.state.rows(lane):
            for value, literal in says(rule, self.state.book.outcomes[rule.outcome]).items():
                parts.setdefault(value, []).append(self.state.circuit.all_of((row, literal)))
        return {value: self.state.circuit.any_of(literals) for value, literals in parts.items()}

    def _listed(self, lane: Lane, found: dict[str, int]) -> dict[str, int]:
        nothing = self.state.circuit.all_of((self.state.open(lane), *(-literal for literal in found.values())))
        return {**found, "none": nothing}

    def _book_when(self, when: When | None) -> int:
        return FALSE if when is None else self.state.holds(when)

    def _clock(self, lane: Lane, outcome: Outcome) -> dict[str, int]:
        if lane.protective and outcome.clock == "routine":
            return _either(self._book_when(self.state.book.hastened), "today", "routine")
        return {outcome.clock: TRUE}

    def _basis(self, outcome: Outcome) -> dict[str, int]:
        return _either(self._book_when(outcome.required_when), "required", outcome.basis)

    def _recipients(self, lane: Lane, outcome: Outcome) -> dict[str, int]:
        state = self.state
        parts: dict[str, list[int]] = {}
        for name in outcome.recipients:
            if name in state.book.recipients:
                parts.setdefault(name, []).append(TRUE)
            else:
                for value, literal in state.values(name).items():
                    parts.setdefault(value, []).append(literal)
        if outcome.sends in SENDING:
            for item in lane.adds:
                parts.setdefault(item.recipient, []).append(state.holds(item.when))
        found = {name: state.circuit.any_of(literals) for name, literals in parts.items()}
        silenced = self._book_when(state.book.silenced)
        for name in found:
            if not state.book.recipients[name].hears_in_silence:
                found[name] = state.circuit.all_of((found[name], -silenced))
        return found

    def _checks(self, lane: Lane, outcome: Outcome, effect: str) -> dict[str, int]:
        state = self.state
        if lane.immediate or outcome.sends not in SENDING:
            return {}
        return {
            check.id: state.circuit.all_of((state.checked(), state.holds(check.when)))
            for check in state.book.checks
            if (check.protective if lane.protective else check.other) == effect
        }

    def _guides(self, guides: Iterable[Guide]) -> dict[str, int]:
        return {guide.id: self.state.holds(guide.when) for guide in guides}

    def _shown(self, lane: Lane, outcome: Outcome) -> dict[str, int]:
        """What the book says of whom to tell, or to talk it over with, is shown only while nobody has to be silent."""
        silenced = self._book_when(self.state.book.silenced)
        found = self._guides((*lane.show, *outcome.guides))
        hidden = outcome.tell if silences(self.state.book, lane.id) else (*outcome.tell, *outcome.after)
        found |= {guide.id: self.state.circuit.all_of((found[guide.id], -silenced)) for guide in hidden}
        return {**found, SILENCE: silenced} if self.state.book.silence else found


def _either(literal: int, yes: str, no: str) -> dict[str, int]:
    return {yes: TRUE} if yes == no else {yes: literal, no: -literal}
