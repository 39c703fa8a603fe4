"""Ways of breaking a lane: its rules, their order, what they come to, who else is told, and what kind of lane it is.

The one rule to keep: one change at a time, of the size of a slip somebody could make.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from policy.book import CLOSED, Book, Guide, Lane, Outcome, Rule
from tests.reliability.whens import (
    Values,
    looser,
    tighter,
    told,
    with_one_answer_fewer,
    with_one_more_answer,
    without_a_row,
    without_a_term,
)

Broken = tuple[str, str, str, Book]
"""(kind, lane, what was done, the book)"""

WEAKER = {"A0": ("", "A1"), "A1": ("",), "A1+": ("A1", ""), "A2": ("A1", ""), "AN": ("", "A1"), "AO": ("A1", "")}
"""What an approval may slip to. "A1" in place of A0 or AN is no weaker: it lets somebody say no who may not."""


def broken(book: Book, values: Values) -> Iterator[Broken]:
    """Every way there is."""
    for at, lane in enumerate(book.lanes):
        for kind, what, changed in (*_rules(book, lane, values), *_lane(lane), *_adds(lane, values)):
            yield kind, lane.id, what, replace(book, lanes=(*book.lanes[:at], changed, *book.lanes[at + 1 :]))
    yield from _guides(book, values)


def _rules(book: Book, lane: Lane, values: Values) -> Iterator[tuple[str, str, Lane]]:
    rules = lane.rules
    outcomes = list(dict.fromkeys(rule.outcome for rule in rules if rule.outcome != CLOSED))
    for at, rule in enumerate(rules):
        yield "a rule is gone", f"{_named(rule)} is gone", replace(lane, rules=(*rules[:at], *rules[at + 1 :]))
        if at + 1 < len(rules):
            swapped = (*rules[:at], rules[at + 1], rule, *rules[at + 2 :])
            what = f"{_named(rule)} and {_named(rules[at + 1])} have changed places"
            yield "two neighbouring rules change places", what, replace(lane, rules=swapped)
        for kind, what, other in _rule(book, rule, rules[at + 1 : at + 3], outcomes, values):
            yield kind, f"{_named(rule)}: {what}", replace(lane, rules=(*rules[:at], other, *rules[at + 1 :]))


def _rule(
    book: Book, rule: Rule, later: Sequence[Rule], outcomes: Sequence[str], values: Values
) -> Iterator[tuple[str, str, Rule]]:
    for what, when in with_one_more_answer(rule.when, values):
        yield "a rule lets one answer more in", what, replace(rule, when=when)
    for what, when in without_a_term(rule.when):
        yield "a rule asks for one thing less", what, replace(rule, when=when)
    for what, when in with_one_answer_fewer(rule.when):
        yield "a rule lets one answer less in", what, replace(rule, when=when)
    for what, when in without_a_row(rule.when):
        yield "a rule loses a row", what, replace(rule, when=when)
    for other in later:
        if rule.when and other.when:
            what = f"it is true as well when {told(other.when[:1])}"
            yield "a rule gets a row of a later one", what, replace(rule, when=(*rule.when, other.when[0]))
    if rule.outcome == CLOSED:
        for outcome in outcomes:
            yield "a rule that closes its lane opens it", f"it comes to '{outcome}'", replace(rule, outcome=outcome)
        return
    for outcome in outcomes:
        if outcome != rule.outcome:
            yield "another outcome", f"it comes to '{outcome}'", replace(rule, outcome=outcome)
    closed = replace(rule, outcome=CLOSED, approval="")
    yield "a rule closes its lane", "it closes the lane", closed
    for code in WEAKER.get(rule.approval, ()):
        if not code or code in book.approvals:
            what = f"its approval is {code or 'none'} and was {rule.approval}"
            yield "a lower or another approval", what, replace(rule, approval=code)


def _named(rule: Rule) -> str:
    return f"rule '{rule.id}' ({told(rule.when)} → {rule.outcome}{f', {rule.approval}' if rule.approval else ''})"


def _lane(lane: Lane) -> Iterator[tuple[str, str, Lane]]:
    if lane.protective:
        kind = "a lane does not count as protecting"
        yield kind, f"lane '{lane.id}' does not count as one that protects", replace(lane, protective=False)
    if lane.immediate:
        kind = "the emergency is not immediate"
        yield kind, f"lane '{lane.id}' is not immediate", replace(lane, immediate=False)
    if lane.alone:
        kind = "a lane opens beside others"
        yield kind, f"lane '{lane.id}' opens beside other lanes", replace(lane, alone=False)


def _adds(lane: Lane, values: Values) -> Iterator[tuple[str, str, Lane]]:
    for at, item in enumerate(lane.adds):
        name = f"lane '{lane.id}', addition of '{item.recipient}' ({told(item.when)})"
        yield "an addition is gone", f"{name} is gone", replace(lane, adds=(*lane.adds[:at], *lane.adds[at + 1 :]))
        for what, when in (*looser(item.when, values), *tighter(item.when)):
            adds = (*lane.adds[:at], replace(item, when=when), *lane.adds[at + 1 :])
            yield "an addition has another condition", f"{name}: {what}", replace(lane, adds=adds)


def _guides(book: Book, values: Values) -> Iterator[Broken]:
    """Guidance that an invariant speaks of, shown when it should not be."""
    spoken = _spoken(book)

    def spoilt(guide: Guide) -> Iterator[tuple[str, Guide]]:
        if guide.id in spoken:
            for what, when in looser(guide.when, values):
                yield f"guide '{guide.id}' ({told(guide.when)}): {what}", replace(guide, when=when)

    kind = "guidance is shown more often"
    for at, lane in enumerate(book.lanes):
        for here, guide in enumerate(lane.show):
            for what, other in spoilt(guide):
                changed = replace(lane, show=(*lane.show[:here], other, *lane.show[here + 1 :]))
                yield kind, lane.id, what, replace(book, lanes=(*book.lanes[:at], changed, *book.lanes[at + 1 :]))
    lane_of = {rule.outcome: lane.id for lane in reversed(book.lanes) for rule in lane.rules}
    for name, outcome in book.outcomes.items():
        for guide in outcome.guides:
            for what, other in spoilt(guide):
                said = _with(outcome, guide, other)
                yield kind, lane_of.get(name, ""), what, replace(book, outcomes={**book.outcomes, name: said})


def _with(outcome: Outcome, old: Guide, new: Guide) -> Outcome:
    def put(guides: tuple[Guide, ...]) -> tuple[Guide, ...]:
        return tuple(new if guide is old else guide for guide in guides)

    return replace(
        outcome,
        steps=put(outcome.steps),
        script=put(outcome.script),
        words=put(outcome.words),
        leave_out=put(outcome.leave_out),
        write_down=put(outcome.write_down),
        tell=put(outcome.tell),
        out_of_hours=put(outcome.out_of_hours),
        after=put(outcome.after),
    )


def _spoken(book: Book) -> set[str]:
    whens = [when for item in book.invariants for when in (item.when, item.then, item.never)]
    terms = [(term, allowed) for when in whens for row in when for term, allowed in row.items()]
    return {guide for term, allowed in terms if term.endswith(".shows") for guide in allowed}
