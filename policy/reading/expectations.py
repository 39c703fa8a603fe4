"""What can be wrong with the examples and the invariants of a book: the two parts that say what it must come to.

The one rule to keep: only names are looked at here; whether an example is met is `policy.examples`' to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from policy.book import CLOSED, SILENCE, Basis, Book, Clock, Invariant, Sends, Talk
from policy.reading.faults import Faults, did_you_mean
from policy.reading.safety import CAPABILITIES, ROLES

LISTS = ("recipients", "blocks", "warnings", "shows", "never", "tasks")
ASPECTS = ("outcome", "approval", "sends", "talk", "basis", "clock", *LISTS)
ANY = ("any", "protective")
Values = Mapping[str, frozenset[str]]
KEPT_OUT: Values = {
    "excluded": CAPABILITIES | {"none"},
    "careful": ROLES | {"none"},
    "ask_who": frozenset({"yes", "no"}),
}
"""What the exclusions that hold come to, as terms of an invariant: no fact may be called so."""


def lane_aspect(term: str, facts: Iterable[str] | Values) -> tuple[str, str] | None:
    """`LANE.outcome` and its like as (lane, aspect); None where the term is a fact's id, or neither."""
    lane, dot, aspect = term.rpartition(".")
    return (lane, aspect) if dot and aspect in ASPECTS and term not in facts else None


def asked_or_given(book: Book) -> set[str]:
    """The facts that come from outside: questions and flags."""
    return {item.id for item in book.questions} | {item.id for item in book.flags}


def look_at_invariants(book: Book, faults: Faults, values: Values) -> None:
    """Adds the faults of the invariants' terms, facts and lanes."""
    lanes = {lane.id for lane in book.lanes}
    aspects = _aspect_values(book)
    movable = asked_or_given(book)
    guarded = _guardable(book)
    for item in book.invariants:
        table = f"invariant '{item.id}'"
        for name in item.facts:
            if name not in movable:
                message = f"there is no question or flag '{name}'.{did_you_mean(name, movable)}"
                faults.add(table, "facts", message)
        _order(item, table, faults, values, movable)
        for name in item.guards:
            if name not in guarded:
                faults.add(table, "guards", f"there is nothing with the id '{name}'.{did_you_mean(name, guarded)}")
        _terms(item, table, faults, values, lanes, aspects)


def _order(item: Invariant, table: str, faults: Faults, values: Values, movable: set[str]) -> None:
    for name, order in item.order.items():
        if name not in movable:
            faults.add(table, "order", f"there is no question or flag '{name}'.{did_you_mean(name, movable)}")
            continue
        for value in order:
            if values[name] and value not in values[name]:
                faults.add(table, "order", f"'{name}' can never be '{value}'.{did_you_mean(value, values[name])}")
        if len(order) < 2 or len(set(order)) < len(order):
            faults.add(table, "order", f"'{name}' needs at least two values, each of them once.")


def _terms(item: Invariant, table: str, faults: Faults, values: Values, lanes: set[str], aspects: Values) -> None:
    whole: set[str] = set()
    values = {**values, **KEPT_OUT}
    for key, when in (("when", item.when), ("then", item.then), ("never", item.never)):
        for row in when:
            for term, allowed in row.items():
                found = lane_aspect(term, values)
                if found is None:
                    possible = values.get(term, frozenset())
                    if term and term not in values:
                        known = [*values, *(f"{lane}.{aspect}" for lane in (*lanes, *ANY) for aspect in ASPECTS)]
                        faults.add(table, key, f"there is no fact '{term}'.{did_you_mean(term, known)}")
                else:
                    lane, aspect = found
                    whole |= {lane} & {*ANY}
                    possible = aspects[aspect]
                    if lane not in lanes and lane not in ANY:
                        faults.add(table, key, f"there is no lane '{lane}'.{did_you_mean(lane, [*lanes, *ANY])}")
                for value in sorted(allowed - possible):
                    if possible:
                        message = f"'{term}' can never be '{value}'.{did_you_mean(value, possible)}"
                        faults.add(table, key, message)
    if len(whole) > 1:
        faults.add(table, "", "an invariant can speak of 'any' lane or of a 'protective' one, not of both.")


def _aspect_values(book: Book) -> Values:
    shown = [guide for lane in book.lanes for guide in lane.show]
    shown += [guide for outcome in book.outcomes.values() for guide in outcome.guides]
    return {
        "outcome": frozenset({*book.outcomes, "closed"}),
        "approval": frozenset({*book.approvals, "none"}),
        "sends": frozenset(get_args(Sends)),
        "talk": frozenset(get_args(Talk)),
        "basis": frozenset(get_args(Basis)),
        "clock": frozenset(get_args(Clock)),
        "recipients": frozenset({*book.recipients, "none"}),
        "blocks": frozenset({*(check.id for check in book.checks), "none"}),
        "warnings": frozenset({*(check.id for check in book.checks), "none"}),
        "shows": frozenset({*(guide.id for guide in shown), SILENCE, "none"}),
        "never": frozenset({*(guide.id for lane in book.lanes for guide in lane.never), "none"}),
        "tasks": frozenset({*(task for outcome in book.outcomes.values() for task in outcome.tasks), "none"}),
    }


def _guardable(book: Book) -> set[str]:
    """The ids that an invariant may say it watches over."""
    found = asked_or_given(book) | {item.id for item in book.derived} | {item.id for item in book.checks}
    found |= {lane.id for lane in book.lanes} | {rule.id for lane in book.lanes for rule in lane.rules}
    return found | {*book.outcomes} | {item.id for item in book.screens} | {item.id for item in book.exclusions}


def look_at_examples(book: Book, faults: Faults, values: Values) -> None:
    """Adds the faults of the examples' facts, lanes, outcomes, approvals, checks and guides."""
    given = asked_or_given(book)
    outcomes = {lane.id: {rule.outcome for rule in lane.rules} - {CLOSED} for lane in book.lanes}
    checks = [item.id for item in book.checks]
    heard, aspects = [*book.recipients], _aspect_values(book)
    shown = {lane.id: {item.id for item in (*lane.show, *lane.never)} for lane in book.lanes}
    for lane in book.lanes:
        for rule in lane.rules:
            if outcome := book.outcomes.get(rule.outcome):
                shown[lane.id] |= {item.id for item in outcome.guides}
    for item in book.examples:
        table = f"example '{item.name}'"
        for name, value in item.facts.items():
            if name not in given:
                faults.add(table, "facts", f"there is no question or flag '{name}'.{did_you_mean(name, given)}")
            elif values[name] and value not in values[name]:
                faults.add(table, "facts", f"'{name}' can never be '{value}'.{did_you_mean(value, values[name])}")
        for lane_id, outcome_id in item.lanes.items():
            if lane_id not in outcomes:
                faults.add(table, "lanes", f"there is no lane '{lane_id}'.{did_you_mean(lane_id, outcomes)}")
            elif outcome_id not in outcomes[lane_id]:
                near = did_you_mean(outcome_id, outcomes[lane_id])
                faults.add(table, "lanes", f"no rule of the lane '{lane_id}' comes to '{outcome_id}'.{near}")
        for lane_id, code in item.approvals.items():
            if lane_id not in item.lanes:
                faults.add(table, "approvals", f"'{lane_id}' is not among the lanes of this example.")
            if code not in book.approvals:
                faults.add(table, "approvals", f"there is no approval '{code}'.{did_you_mean(code, book.approvals)}")
        for key, lists in (("blocks", item.blocks), ("warnings", item.warnings)):
            _listed(table, key, lists, item.lanes, dict.fromkeys(outcomes, checks), "check", faults)
        for key, lists in (("show", item.show), ("never", item.never)):
            _listed(table, key, lists, item.lanes, shown, "guide", faults)
        _listed(table, "recipients", item.recipients, item.lanes, dict.fromkeys(outcomes, heard), "recipient", faults)
        for key, words in (("sends", item.sends), ("clock", item.clock), ("talk", item.talk), ("basis", item.basis)):
            alone = {lane: (word,) for lane, word in words.items()}
            _listed(table, key, alone, item.lanes, dict.fromkeys(outcomes, sorted(aspects[key])), key, faults)


def _listed(
    table: str,
    key: str,
    lists: Mapping[str, tuple[str, ...]],
    lanes: Mapping[str, str],
    known: Mapping[str, Iterable[str]],
    what: str,
    faults: Faults,
) -> None:
    for lane, names in lists.items():
        if lane not in lanes:
            faults.add(table, key, f"'{lane}' is not among the lanes of this example.")
        possible = [*known.get(lane, ())]
        for name in names:
            if lane in known and name not in possible:
                faults.add(table, key, f"there is no {what} '{name}' here.{did_you_mean(name, possible)}")
