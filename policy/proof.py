"""Whether a book keeps its own invariants, looked at on one answer set or on a pair of them.

The one rule to keep: a breach says which invariant, in whose words, and on which facts, so that it can be replayed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from policy.book import Book, Invariant, Row, When
from policy.expectations import ANY, lane_aspect
from policy.index import index_of, values_of
from policy.verdicts import Verdict
from policy.walk import walk


def breaches(book: Book, facts: Mapping[str, str], lanes: Iterable[Verdict]) -> list[str]:
    """The "always" invariants that these facts and open lanes breach, one sentence each.

    An invariant that speaks of `any` lane, or of a `protective` one, must hold with each such open lane in its place;
    within one invariant it is the same lane throughout. A closed lane has the outcome "closed" and nothing else;
    no approval and no recipient read "none".
    """
    open_lanes = {item.lane.id: item for item in lanes}
    found: list[str] = []
    for item in book.invariants:
        if item.kind == "always":
            for stand_in in _stand_ins(item, book, open_lanes):
                if not _holds(item, facts, open_lanes, stand_in):
                    where = f" (lane '{stand_in}')" if stand_in else ""
                    found.append(f"{item.id}{where}: {item.plain}")
    return found


def _holds(item: Invariant, facts: Mapping[str, str], lanes: Mapping[str, Verdict], stand_in: str) -> bool:
    def any_row(when: When) -> bool:
        return any(_row(row, facts, lanes, stand_in) for row in when)

    if item.when and not any_row(item.when):
        return True
    return (not item.then or any_row(item.then)) and not any_row(item.never)


def _row(row: Row, facts: Mapping[str, str], lanes: Mapping[str, Verdict], stand_in: str) -> bool:
    return all(not allowed.isdisjoint(_values(term, facts, lanes, stand_in)) for term, allowed in row.items())


def _values(term: str, facts: Mapping[str, str], lanes: Mapping[str, Verdict], stand_in: str) -> Sequence[str]:
    found = lane_aspect(term, facts)
    if found is None:
        return (facts[term],) if term in facts else ()
    name, aspect = found
    verdict = lanes.get(stand_in if name in ANY else name)
    match aspect:
        case "outcome":
            return (verdict.outcome.id,) if verdict else ("closed",)
        case _ if verdict is None:
            return ()
        case "approval":
            return (verdict.approval.code if verdict.approval else "none",)
        case "sends":
            return (verdict.outcome.sends,)
        case "talk":
            return (verdict.talk,)
        case "basis":
            return (verdict.basis,)
        case _:
            return verdict.recipients or ("none",)


def _stand_ins(item: Invariant, book: Book, open_lanes: Mapping[str, Verdict]) -> list[str]:
    terms = {term for when in (item.when, item.then, item.never) for row in when for term in row}
    spoken_of = {found[0] for term in terms if (found := lane_aspect(term, ())) is not None}
    if "any" in spoken_of:
        return list(open_lanes)
    if "protective" in spoken_of:
        return [lane.id for lane in book.lanes if lane.protective and lane.id in open_lanes]
    return [""]


def moved(item: Invariant, before: Iterable[Verdict], after: Iterable[Verdict]) -> list[str]:
    """The lanes of an "unmoved" invariant whose outcome, approval or recipients differ between two answer sets."""
    one, other = _moving_parts(item.lanes, before), _moving_parts(item.lanes, after)
    lanes = dict.fromkeys((*one, *other))
    return [f"{item.id} (lane '{lane}'): {item.plain}" for lane in lanes if one.get(lane) != other.get(lane)]


def _moving_parts(names: Collection[str], lanes: Iterable[Verdict]) -> dict[str, tuple[object, ...]]:
    return {
        item.lane.id: (item.outcome.id, item.approval and item.approval.code, item.recipients)
        for item in lanes
        if not names or item.lane.id in names
    }


def moves(book: Book, answers: Mapping[str, str], *, flags: Mapping[str, str] | None = None) -> list[str]:
    """The breaches of "unmoved" invariants near one answer set: each listed fact removed, and each other value tried.

    Answers are fact values, as `policy.examples.complete` gives them. Flags are moved too where an invariant lists one.
    """
    unmoved = [item for item in book.invariants if item.kind == "unmoved"]
    if not unmoved:
        return []
    index = index_of(book)
    flags = flags or {}
    before = walk(book, answers, flags=flags).lanes
    found: dict[str, None] = {}
    known = {question.id: values_of(question) for question in book.questions}
    for item in unmoved:
        for fact in item.facts:
            if fact in known:
                changed = [{**answers, fact: value} for value in known[fact]] if fact in answers else []
                changed.append({name: value for name, value in answers.items() if name != fact})
                afters = [walk(book, one, flags=flags).lanes for one in changed]
            else:
                afters = [walk(book, answers, flags={**flags, fact: value}).lanes for value in index.values[fact]]
            for after in afters:
                found |= dict.fromkeys(moved(item, before, after))
    return list(found)
