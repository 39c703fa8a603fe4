"""What a lane rests on: the questions behind its rules, and which of them only their own lane may repeat.

The rule to keep: a lane never tells of another. What silences the case, or may be about one of us, stays in its lane.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from policy.book import Book, When


@lru_cache(maxsize=1024)
def grounds(book: Book, lane_id: str) -> tuple[str, ...]:
    """The ids of every question that can change this lane's outcome, approval or recipients, in the order of asking."""
    lane = next(lane for lane in book.lanes if lane.id == lane_id)
    facts = [fact for rule in lane.rules for fact in _named(rule.when)]
    facts += [fact for added in lane.adds for fact in _named(added.when)]
    outcomes = [book.outcomes[rule.outcome] for rule in lane.rules if rule.outcome in book.outcomes]
    facts += [recipient for outcome in outcomes for recipient in outcome.recipients]
    found = _questions(book, facts)
    return tuple(question.id for question in book.questions if question.id in found)


@lru_cache(maxsize=1024)
def tellable(book: Book, lane_id: str) -> tuple[str, ...]:
    """The grounds that a person asked about this lane may read: none of a guarded lane, unless this is it."""
    guarded = _guarded(book)
    named = [guarded & set(_named(rule.when)) for lane in book.lanes if lane.id == lane_id for rule in lane.rules]
    own = set().union(*named) if all(named) else set()
    return tuple(id for id in grounds(book, lane_id) if id not in guarded or id in own)


@lru_cache(maxsize=32)
def _guarded(book: Book) -> frozenset[str]:
    """The questions behind what silences a case and behind what excludes people."""
    whens = [book.silenced or (), *(exclusion.when for exclusion in book.exclusions)]
    return frozenset(_questions(book, [fact for when in whens for fact in _named(when)]))


def _questions(book: Book, facts: Iterable[str]) -> set[str]:
    derived = {item.id: item for item in book.derived}
    asked = {question.id for question in book.questions}
    found: set[str] = set()
    seen: set[str] = set()
    left = list(facts)
    while left:
        fact = left.pop()
        if fact in seen:
            continue
        seen.add(fact)
        if fact in asked:
            found.add(fact)
        elif fact in derived:
            left += [name for row in derived[fact].rows for name in _named(row.when)]
    return found


def _named(when: When) -> list[str]:
    return [fact for row in when for fact in row]
