"""What carries each clause of a policy: the questions, rules, guidance, checks and promises of the book that name it.

The one rule to keep: this is read off the book's own `clauses` keys, so a clause that nothing names has an empty row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from policy.book import Action, Book, Clause, Guide, Note

Kind = Literal[
    "question", "fact", "lane", "rule", "outcome", "guide", "check", "approval", "invariant", "law note", "program"
]

CAN: Mapping[Action, frozenset[Kind]] = {
    "ask": frozenset({"question"}),
    "block": frozenset({"check", "rule", "fact", "outcome", "lane", "approval", "invariant", "program"}),
    "warn": frozenset({"check", "guide", "program"}),
    "prompt": frozenset({"guide", "outcome", "approval", "program"}),
    "record": frozenset({"question", "outcome", "approval", "program"}),
    "remind": frozenset({"guide", "outcome", "program"}),
    "show": frozenset({"guide", "law note", "lane", "outcome", "program"}),
    "route": frozenset({"lane", "rule", "outcome"}),
}
"""What can do an action. A clause that promises one needs such a carrier, or says what is still to come."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Something of the book that carries a clause, in the words people read."""

    kind: Kind
    id: str
    words: str


def carriers(book: Book) -> Mapping[str, tuple[Carrier, ...]]:
    """Clause id -> what carries it, in the order of the book; every clause has an entry."""
    found: dict[str, list[Carrier]] = {id: [] for id in book.clauses}
    for clauses, carrier in _named(book):
        for id in clauses:
            found.setdefault(id, []).append(carrier)
    for clause in book.clauses.values():
        if clause.here:
            found[clause.id].append(Carrier("program", clause.id, clause.here))
    return {id: tuple(dict.fromkeys(items)) for id, items in found.items()}


def open_clauses(book: Book) -> tuple[Clause, ...]:
    """The clauses of which something is still to come."""
    return tuple(clause for clause in book.clauses.values() if clause.later)


def uncarried(book: Book) -> tuple[Clause, ...]:
    """The clauses that nothing carries and nothing is promised for."""
    found = carriers(book)
    return tuple(clause for clause in book.clauses.values() if not found[clause.id] and not clause.later)


def unkept(book: Book) -> tuple[tuple[Clause, Action], ...]:
    """What a clause says the bot does, and nothing that carries it could do; a clause with `later` is still open."""
    found = carriers(book)
    return tuple(
        (clause, action)
        for clause in book.clauses.values()
        if not clause.later
        for action in clause.actions
        if not any(carrier.kind in CAN[action] for carrier in found[clause.id])
    )


def to_decide(book: Book) -> tuple[Note, ...]:
    """The notes that need the trustees' decision, in the order of the book."""
    return tuple(note for note in book.notes.values() if note.needs_trustees)


def _named(book: Book) -> Iterable[tuple[tuple[str, ...], Carrier]]:
    for question in book.questions:
        yield question.clauses, Carrier("question", question.id, question.ask)
    for fact in book.derived:
        yield fact.clauses, Carrier("fact", fact.id, fact.title or fact.id)
    for lane in book.lanes:
        yield lane.clauses, Carrier("lane", lane.id, lane.title)
        for at, rule in enumerate(lane.rules, 1):
            outcome = book.outcomes.get(rule.outcome)
            ends = f": {outcome.title}" if outcome else ""
            yield rule.clauses, Carrier("rule", rule.id, f"{lane.title}, rule {at}{ends}")
        yield from _guides((*lane.show, *lane.never), dict.fromkeys((guide.id for guide in lane.never), "Never said: "))
    for outcome in book.outcomes.values():
        yield outcome.clauses, Carrier("outcome", outcome.id, outcome.title)
        yield from _guides(outcome.guides, {})
    for check in book.checks:
        yield check.clauses, Carrier("check", check.id, check.say)
    for approval in book.approvals.values():
        yield approval.clauses, Carrier("approval", approval.code, approval.title)
    for invariant in book.invariants:
        yield invariant.clauses, Carrier("invariant", invariant.id, invariant.plain)
    shown = {id for lane in book.lanes for id in lane.law} | {flag.law for flag in book.flags}
    shown |= {id for outcome in book.outcomes.values() for id in outcome.law}
    for law in book.law.values():
        if law.id in shown:  # a note that nobody is shown carries nothing
            yield law.clauses, Carrier("law note", law.id, f"{law.id}: {law.text}")


def _guides(guides: Iterable[Guide], before: Mapping[str, str]) -> Iterable[tuple[tuple[str, ...], Carrier]]:
    for guide in guides:
        yield guide.clauses, Carrier("guide", guide.id, before.get(guide.id, "") + guide.say)
