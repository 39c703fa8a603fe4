"""Whether a book keeps its own invariants, looked at on one answer set or on a pair of them.

The one rule to keep: a breach says which invariant, in whose words, and on which facts, so that it can be replayed.
`policy.proving` looks at every answer set at once; what it finds is held against these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from policy.book import Book, Invariant, When
from policy.kept_out import kept_out
from policy.reading.expectations import ANY, KEPT_OUT, lane_aspect
from policy.walk import Asking, Decided, walk
from policy.walk.index import index_of, values_of
from policy.walk.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class _Moment:
    """One answer set: its facts, and its open lanes by id."""

    book: Book
    facts: Mapping[str, str]
    lanes: Mapping[str, Verdict]


def breaches(book: Book, facts: Mapping[str, str], lanes: Iterable[Verdict], *, decided: bool = False) -> list[str]:
    """The "always" invariants that these facts and open lanes breach, one sentence each.

    An invariant that speaks of `any` lane, or of a `protective` one, must hold with each such open lane in its place;
    within one invariant it is the same lane throughout. A closed lane has the outcome "closed" and nothing else;
    an empty list and no approval read "none". `decided` also looks at those that hold only once all is answered.
    """
    open_lanes = {item.lane.id: item for item in lanes}
    moment = _Moment(book, facts, open_lanes)
    found: list[str] = []
    for item, in_turn in _at_once(book):
        if decided or item.scope == "always":
            for stand_in in in_turn:
                if stand_in and stand_in not in open_lanes:
                    continue
                if _where(item, moment, stand_in) and not _follows(item, moment, stand_in):
                    found.append(_sentence(item, stand_in))
    return found


@lru_cache(maxsize=64)
def _at_once(book: Book) -> tuple[tuple[Invariant, list[str]], ...]:
    """The invariants over one answer set, each with its stand-ins."""
    return tuple((item, stand_ins(item, book)) for item in book.invariants if item.kind == "always")


def _sentence(item: Invariant, lane: str) -> str:
    return f"{item.id} (lane '{lane}'): {item.plain}" if lane else f"{item.id}: {item.plain}"


def _where(item: Invariant, moment: _Moment, stand_in: str) -> bool:
    return not item.when or _any_row(item.when, moment, stand_in)


def _follows(item: Invariant, moment: _Moment, stand_in: str) -> bool:
    if item.then and not _any_row(item.then, moment, stand_in):
        return False
    return not _any_row(item.never, moment, stand_in)


def _any_row(when: When, moment: _Moment, stand_in: str) -> bool:
    for row in when:  # plain loops: this is looked at thousands of times for each answer set
        for term, allowed in row.items():
            if allowed.isdisjoint(_values(term, moment, stand_in)):
                break
        else:
            return True
    return False


def _values(term: str, moment: _Moment, stand_in: str) -> Sequence[str]:
    facts = moment.facts
    if term in KEPT_OUT:
        return kept_out(moment.book, facts).values(term)
    found = _lane_aspect(term)
    if found is None or term in facts:
        return (facts[term],) if term in facts else ()
    name, aspect = found
    verdict = moment.lanes.get(stand_in if name in ANY else name)
    if verdict is None:
        return ("closed",) if aspect == "outcome" else ()
    return aspect_of(verdict, aspect)


@cache
def _lane_aspect(term: str) -> tuple[str, str] | None:
    return lane_aspect(term, ())


def aspect_of(verdict: Verdict, aspect: str) -> Sequence[str]:
    """What an open lane says of this aspect: one value, or a list that reads "none" where it is empty."""
    match aspect:
        case "outcome":
            return (verdict.outcome.id,)
        case "approval":
            return (verdict.approval.code if verdict.approval else "none",)
        case "sends":
            return (verdict.outcome.sends,)
        case "talk":
            return (verdict.talk,)
        case "basis":
            return (verdict.basis,)
        case "clock":
            return (verdict.clock,)
        case "recipients":
            found = verdict.recipients
        case "blocks":
            found = verdict.blocks
        case "warnings":
            found = verdict.warnings
        case "tasks":
            found = verdict.outcome.tasks
        case "never":
            found = tuple(guide.id for guide in verdict.never)
        case _:
            found = tuple(guide.id for guide in verdict.guides)
    return found or ("none",)


def stand_ins(item: Invariant, book: Book) -> list[str]:
    """The lanes that take the place of `any` or `protective` in turn; [""] where the invariant speaks of neither."""
    terms = {term for when in (item.when, item.then, item.never) for row in when for term in row}
    spoken_of = {found[0] for term in terms if (found := lane_aspect(term, ())) is not None}
    if "any" in spoken_of:
        return [lane.id for lane in book.lanes]
    if "protective" in spoken_of:
        return [lane.id for lane in book.lanes if lane.protective]
    return [""]


def moved(item: Invariant, before: Iterable[Verdict], after: Iterable[Verdict]) -> list[str]:
    """The lanes of an "unmoved" invariant whose outcome, approval or recipients differ between two answer sets."""
    one, other = _moving_parts(item.lanes, before), _moving_parts(item.lanes, after)
    lanes = dict.fromkeys((*one, *other))
    return [_sentence(item, lane) for lane in lanes if one.get(lane) != other.get(lane)]


def _moving_parts(names: Collection[str], lanes: Iterable[Verdict]) -> dict[str, tuple[object, ...]]:
    return {
        item.lane.id: (item.outcome.id, item.approval and item.approval.code, item.recipients)
        for item in lanes
        if not names or item.lane.id in names
    }


def changed(
    book: Book,
    item: Invariant,
    before: tuple[Mapping[str, str], Iterable[Verdict]],
    after: tuple[Mapping[str, str], Iterable[Verdict]],
) -> list[str]:
    """The breaches of an invariant over two answer sets, given the facts and the open lanes of each."""
    was = {verdict.lane.id: verdict for verdict in before[1]}
    now = {verdict.lane.id: verdict for verdict in after[1]}
    first, then = _Moment(book, before[0], was), _Moment(book, after[0], now)
    if item.kind == "unmoved":
        return moved(item, was.values(), now.values()) if _where(item, first, "") else []
    return [
        _sentence(item, stand_in)
        for stand_in in stand_ins(item, book)
        if not stand_in or stand_in in was
        if _where(item, first, stand_in) and not _follows(item, then, stand_in)
    ]


def moves(book: Book, answers: Mapping[str, str], *, flags: Mapping[str, str] | None = None) -> list[str]:
    """The breaches of invariants over two answer sets near this one: each listed fact removed, each other value tried.

    Answers are fact values, as `policy.examples.complete` gives them. Flags are moved too where an invariant lists one.
    Only invariants of the scope "always" are looked at: a changed answer may leave something to ask.
    """
    over_two = [item for item in book.invariants if item.kind != "always" and item.scope == "always"]
    if not over_two:
        return []
    flags = flags or {}
    start = walk(book, answers, flags=flags)
    known = {question.id: values_of(question) for question in book.questions}
    walked: dict[tuple[str, str], Asking | Decided] = {}

    def with_other(fact: str, value: str) -> Asking | Decided:
        """The walk with this one thing changed; "" takes the answer away."""
        if (fact, value) not in walked:
            if fact not in known:
                walked[fact, value] = walk(book, answers, flags={**flags, fact: value})
            else:
                others = {name: given for name, given in answers.items() if name != fact}
                walked[fact, value] = walk(book, others | ({fact: value} if value else {}), flags=flags)
        return walked[fact, value]

    found: dict[str, None] = {}
    for item in over_two:
        tried = [(fact, value) for fact in item.facts for value in _others(book, fact, answers)]
        for fact, order in item.order.items():
            if start.facts.get(fact) in order:
                tried += [(fact, value) for value in order[order.index(start.facts[fact]) + 1 :]]
        for fact, value in tried:
            after = with_other(fact, value)
            found |= dict.fromkeys(changed(book, item, (start.facts, start.lanes), (after.facts, after.lanes)))
    return list(found)


def _others(book: Book, fact: str, answers: Mapping[str, str]) -> Sequence[str]:
    """What may stand in place of the fact's value; "" is no answer. An answer that is not there stays away."""
    if any(flag.id == fact for flag in book.flags):
        return index_of(book).values[fact]
    return ("", *index_of(book).values[fact]) if fact in answers else ("",)
