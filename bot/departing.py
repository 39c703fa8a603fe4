"""Going further than the proposal: the bot proposes, people decide, and the way to more protection is always open.

The rule to keep: a departure only ever leads to an outcome that reaches more people who protect, never to fewer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from policy.book import Book, Lane, Outcome, Rule
from policy.grounds import silences
from policy.kept_out import holds
from policy.walk import Asking, Decided

_REACH = {"nothing": 0, "inside": 1, "agreed": 2, "unnamed": 2, "named": 3}
_STRONGER = ("named", "unnamed")


@dataclass(frozen=True, slots=True)
class Further:
    """One stronger outcome a person may choose for a protective lane, and the approval code it needs."""

    lane: Lane
    outcome: Outcome
    approval: str


def further(book: Book, walked: Asking | Decided) -> list[Further]:
    """Every outcome that goes further than what is proposed, in protective lanes, open or not, in book order.

    A lane that may silence the case is opened by its answer alone, so that the silence comes with it; in a case that
    is silenced nothing is offered that would reach somebody of the case itself.
    """
    proposed = {verdict.lane.id: verdict.outcome for verdict in walked.lanes}
    silenced = book.silenced is not None and holds(book.silenced, walked.facts)
    found: list[Further] = []
    for lane in book.lanes:
        if not lane.protective or lane.immediate or silences(book, lane.id):
            continue
        now = proposed.get(lane.id)
        reach = _REACH[now.sends] if now else 0
        seen: set[str] = set()
        for rule in lane.rules:
            outcome = book.outcomes.get(rule.outcome)
            if outcome is None or outcome.id in seen or (now and outcome.id == now.id):
                continue
            seen.add(outcome.id)
            if silenced and any(_of_the_case(book, recipient) for recipient in outcome.recipients):
                continue
            # A report the law requires of certain people only is not something to volunteer for by hand.
            if outcome.sends in _STRONGER and _REACH[outcome.sends] > reach and outcome.basis != "required":
                found.append(Further(lane, outcome, rule.approval))
    return found


def _of_the_case(book: Book, recipient: str) -> bool:
    """Whether this is somebody of the case: no body with a number, and nobody inside the charity."""
    found = book.recipients.get(recipient)
    return found is None or not (found.contacts or found.capability)


@lru_cache(maxsize=256)
def departed(book: Book, chosen: tuple[tuple[str, str], ...]) -> Book:
    """The book with these (lane, outcome) choices made by people; everything else in it stays as it is.

    KeyError when a lane has no such outcome.
    """
    choices = dict(chosen)
    return replace(
        book, lanes=tuple(_with(lane, choices[lane.id]) if lane.id in choices else lane for lane in book.lanes)
    )


def _with(lane: Lane, outcome: str) -> Lane:
    for rule in lane.rules:
        if rule.outcome == outcome:
            return replace(lane, rules=(Rule(f"{lane.id}.departure", (), outcome, rule.approval), *lane.rules))
    raise KeyError(outcome)
