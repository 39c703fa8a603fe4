"""How many answer sets there are, exactly, and how many questions the longest of them answers.

The one rule to keep: nothing is sampled and nothing listed. Questions are taken one after the other, and answer sets
that no later condition can tell apart are counted together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from policy.book import Book, Derived, Flag, Question, When
from policy.walk.index import values_of

NOTHING = ""
Node = Question | Derived | Flag


@dataclass(frozen=True, slots=True)
class Count:
    """`finished`: every question that is asked has its answer. `moments`: any number of them may still lack it.

    Both over every value of the flags, without what is asked once the decision is made. `most`: nobody is ever asked
    for more answers, before and after it. `after` is how many answer sets there are after it, at most.
    """

    finished: int
    moments: int
    most: int
    after: int


def count(book: Book) -> Count:
    """The answer sets of a book without faults."""
    stages = {screen.id: screen.stage for screen in book.screens}
    late = [question for question in book.questions if stages[question.screen] == "send"]
    decide = [question for question in book.questions if stages[question.screen] != "send"]
    nodes = _ordered([*book.flags, *decide], book.derived, first=book.stop_until)
    stop = tuple(book.stop_until.items())
    finished, most = _run(nodes, blanks=False, stop=stop)
    moments, _ = _run(nodes, blanks=True)
    # Where it hangs on the decision what is asked after it, it is taken to be asked.
    after, more = _run(_ordered([_only(question, {item.id for item in late}) for question in late], ()), blanks=False)
    return Count(finished, moments, most + more, after)


def _only(question: Question, facts: set[str]) -> Question:
    """The question as it is asked when all that its `when` says of other facts is true."""
    rows = tuple({fact: allowed for fact, allowed in row.items() if fact in facts} for row in question.when)
    return replace(question, when=() if not all(rows) else rows)


def _ordered(given: Sequence[Question | Flag], derived: Sequence[Derived], *, first: Iterable[str] = ()) -> list[Node]:
    """Every fact after those it depends on, chosen so that few are waited for at any time; `first` before all else."""
    needs = {item.id: _facts([item.when]) if isinstance(item, Question) else set() for item in given}
    needs |= {item.id: _facts([row.when for row in item.rows]) for item in derived}
    # A derived fact that no question depends on changes no count.
    wanted = {fact for item in given for fact in needs[item.id]}
    while more := {fact for name in wanted for fact in needs.get(name, ())} - wanted:
        wanted |= more
    waiting: dict[str, Node] = {item.id: item for item in given}
    waiting |= {item.id: item for item in derived if item.id in wanted}
    needs = {name: needs[name] & waiting.keys() for name in waiting}
    early = {*first}
    while more := {fact for name in early for fact in needs.get(name, ())} - early:
        early |= more
    placed: list[Node] = []
    done: set[str] = set()
    while waiting:
        ready = [name for name in waiting if needs[name] <= done]
        best = min(ready, key=lambda name: (name not in early, len(_alive(needs, done | {name}))))
        placed.append(waiting.pop(best))
        done.add(best)
    return placed


def _alive(needs: Mapping[str, set[str]], done: set[str]) -> set[str]:
    """The facts that something still to come depends on."""
    return {fact for name, facts in needs.items() if name not in done for fact in facts if fact in done}


def _facts(whens: Iterable[When]) -> set[str]:
    return {fact for when in whens for row in when for fact in row}


def _run(nodes: Sequence[Node], *, blanks: bool, stop: Sequence[tuple[str, str]] = ()) -> tuple[int, int]:
    """(how many answer sets, the most answers in one). Where the facts of `stop` hold nothing more need be answered."""
    alike = _Alike(nodes, stop)
    # What is known of the facts still needed -> (how many answer sets, the most answers in one of them).
    known: dict[tuple[tuple[str, str], ...], tuple[int, int]] = {(): (1, 0)}
    for at, node in enumerate(nodes):
        after: dict[tuple[tuple[str, str], ...], tuple[int, int]] = {}
        for key, (number, most) in known.items():
            facts = dict(key)
            for value, asked in _values(node, facts, blanks=blanks, stop=stop):
                merged = alike.at(at, {**facts, node.id: value})
                old, longest = after.get(merged, (0, 0))
                after[merged] = (old + number, max(longest, most + asked))
        known = after
    return sum(number for number, _ in known.values()), max(most for _, most in known.values())


def _values(
    node: Node, facts: Mapping[str, str], *, blanks: bool, stop: Sequence[tuple[str, str]]
) -> Iterable[tuple[str, int]]:
    """The values the fact may have here, each with 1 where it is an answer."""
    match node:
        case Flag():
            yield from ((value, 0) for value in node.values)
        case Derived():
            yield next((row.value for row in node.rows if _holds(row.when, facts)), node.otherwise), 0
        case Question():
            if not _holds(node.when, facts):
                yield NOTHING, 0
                return
            yield from ((value, 1) for value in values_of(node))
            stopped = bool(stop) and all(facts.get(fact) == value for fact, value in stop)
            if blanks or stopped:
                yield NOTHING, 0


def _holds(when: When, facts: Mapping[str, str]) -> bool:
    return not when or any(all(facts.get(fact) in allowed for fact, allowed in row.items()) for row in when)


class _Alike:
    """Says which answer sets no later condition can tell apart: they become the same key."""

    def __init__(self, nodes: Sequence[Node], stop: Sequence[tuple[str, str]]) -> None:
        terms: dict[str, set[frozenset[str]]] = {}
        self._later: list[dict[str, tuple[frozenset[str], ...]]] = [{}] * len(nodes)
        for fact, value in stop:
            terms.setdefault(fact, set()).add(frozenset({value}))
        for at in range(len(nodes) - 1, -1, -1):
            self._later[at] = {fact: tuple(allowed) for fact, allowed in terms.items()}
            node = nodes[at]
            whens = [row.when for row in node.rows] if isinstance(node, Derived) else []
            if isinstance(node, Question):
                whens = [node.when]
            for when in whens:
                for row in when:
                    for fact, allowed in row.items():
                        terms.setdefault(fact, set()).add(allowed)
        self._stand: dict[tuple[int, str, str], str] = {}
        self._first: dict[tuple[int, str, tuple[bool, ...]], str] = {}

    def at(self, place: int, facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        later = self._later[place]
        found = []
        for fact, value in facts.items():
            if fact in later and (stand := self._stand_in(place, fact, value)) != NOTHING:
                found.append((fact, stand))
        return tuple(found)

    def _stand_in(self, place: int, fact: str, value: str) -> str:
        key = (place, fact, value)
        found = self._stand.get(key)
        if found is None:
            seen = tuple(value in allowed for allowed in self._later[place][fact])
            # No value at all and a value that no later term names look the same.
            found = self._stand[key] = self._first.setdefault((place, fact, seen), value) if any(seen) else NOTHING
        return found
