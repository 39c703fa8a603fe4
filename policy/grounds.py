"""What a lane rests on: the questions behind its rules, and which of them only their own lane may repeat.

The rule to keep: a lane never tells of another. What silences the case, or may be about one of us, stays in its lane.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from policy.book import SENDS_FACT, Book, Lane, Outcome, When


@lru_cache(maxsize=1024)
def grounds(book: Book, lane_id: str) -> tuple[str, ...]:
    """The ids of every question that can change this lane's outcome, approval or recipients, in the order of asking."""
    lane = next(lane for lane in book.lanes if lane.id == lane_id)
    facts = [fact for rule in lane.rules for fact in _named(rule.when)]
    facts += [fact for added in lane.adds for fact in _named(added.when)]
    outcomes = [book.outcomes[rule.outcome] for rule in lane.rules if rule.outcome in book.outcomes]
    facts += [recipient for outcome in outcomes for recipient in outcome.recipients]
    if any(falls_silent(book, lane, outcome) for outcome in outcomes):
        facts += _named(book.silenced or ())
    found = _questions(book, facts)
    return tuple(question.id for question in book.questions if question.id in found)


@lru_cache(maxsize=1024)
def tellable(book: Book, lane_id: str) -> tuple[str, ...]:
    """The grounds that a person asked about this lane may read: none of a guarded lane, unless this is it."""
    return tuple(id for id in grounds(book, lane_id) if not tells(book, lane_id, (id,)))


def tells(book: Book, lane_id: str, facts: Iterable[str]) -> bool:
    """Whether these facts would tell somebody asked about this lane what only a guarded lane may repeat."""
    own = _opened_by(book, lane_id) if lane_id in guarded_lanes(book) else frozenset()
    return bool((_questions(book, facts) & guarded(book)) - own)


@lru_cache(maxsize=32)
def guarded_lanes(book: Book) -> frozenset[str]:
    """The lanes that open only by a guarded answer: that one of them is open is itself not for everybody."""
    return frozenset(lane.id for lane in book.lanes if all(guarded(book) & set(_named(r.when)) for r in lane.rules))


def _opened_by(book: Book, lane_id: str) -> frozenset[str]:
    """The guarded questions that the rules of this lane name."""
    rules = [rule for lane in book.lanes if lane.id == lane_id for rule in lane.rules]
    return guarded(book) & {fact for rule in rules for fact in _named(rule.when)}


@lru_cache(maxsize=32)
def checked_by(book: Book) -> frozenset[str]:
    """The questions behind the checks that can stop something: until they are answered, it may still be stopped."""
    stops = [check for check in book.checks if "block" in (check.protective, check.other)]
    return frozenset(_questions(book, [fact for check in stops for fact in _named(check.when)]))


def falls_silent(book: Book, lane: Lane, outcome: Outcome) -> bool:
    """Whether this outcome may list somebody who does not hear it while the book is silenced."""
    heard = {*outcome.recipients, *(added.recipient for added in lane.adds)}
    heard |= {choice.value for item in book.questions if item.id in heard for choice in item.choices}
    heard |= {value for item in book.derived if item.id in heard for value in item.values}
    return any(item.id in heard and not item.hears_in_silence for item in book.recipients.values())


@lru_cache(maxsize=256)
def silences(book: Book, lane_id: str) -> bool:
    """Whether this lane opens only by an answer that can also silence the case."""
    questions = _questions(book, _named(book.silenced or ()))
    rules = [rule for lane in book.lanes if lane.id == lane_id for rule in lane.rules]
    return all(questions & set(_named(rule.when)) for rule in rules)


@lru_cache(maxsize=32)
def guarded(book: Book) -> frozenset[str]:
    """The questions behind what silences a case and behind what excludes people."""
    whens = [book.silenced or (), *(exclusion.when for exclusion in book.exclusions)]
    return frozenset(_questions(book, [fact for when in whens for fact in _named(when)]))


@lru_cache(maxsize=32)
def asked_by_guarded(book: Book) -> frozenset[str]:
    """The questions that a guarded answer may bring about, and so may tell of it: by another question, or by a lane."""
    found = set(guarded(book))
    while more := {
        question.id
        for question in book.questions
        if question.id not in found
        and (behind := _behind(book, _named(question.when)))
        and (behind & found or (SENDS_FACT in behind and guarded_lanes(book)))
    }:
        found |= more
    return frozenset(found)


def _questions(book: Book, facts: Iterable[str]) -> set[str]:
    return _behind(book, facts) & {question.id for question in book.questions}


def _behind(book: Book, facts: Iterable[str]) -> set[str]:
    """These facts, and all that the derived ones among them are worked out from."""
    derived = {item.id: item for item in book.derived}
    seen: set[str] = set()
    left = list(facts)
    while left:
        fact = left.pop()
        if fact in seen:
            continue
        seen.add(fact)
        if fact in derived:
            left += [name for row in derived[fact].rows for name in _named(row.when)]
    return seen


def _named(when: When) -> list[str]:
    return [fact for row in when for fact in row]
