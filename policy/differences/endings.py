"""Which worked examples end differently in two versions of a book.

The one rule to keep: an example is walked in both books with each book's own quiet answers; no table is guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy.book import Book, Example
from policy.drawing.plain import BASES, CLOCKS, SENDS, TALKS, Plain, either
from policy.examples import complete
from policy.walk import walk
from policy.walk.index import values_of
from policy.walk.verdicts import Verdict

Ending = tuple[str, ...]
"""What one lane comes to, in words: outcome, who must agree, who hears, and so on; () for a lane that does not open."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One lane that ends otherwise than before, in what, and the examples in which it does."""

    lane: str
    before: Ending
    after: Ending
    examples: tuple[str, ...]


def turns(old: Book, new: Book) -> tuple[list[Turn], list[str], int]:
    """What ends differently, most examples first; the examples that only one book can walk; how many were compared."""
    found: dict[tuple[str, Ending, Ending], list[str]] = {}
    apart: list[str] = []
    number = 0
    titles = {lane.id: lane.title for book in (old, new) for lane in book.lanes}
    for name, facts in _cases(old, new):
        if not (_known(old, facts) and _known(new, facts)):
            apart.append(name)
            continue
        number += 1
        before, after = _endings(old, facts), _endings(new, facts)
        for lane in titles:
            was, is_now = before.get(lane), after.get(lane)
            if (was and was[0]) != (is_now and is_now[0]):
                key = (lane, *_parted(was[1] if was else (), is_now[1] if is_now else ()))
                found.setdefault(key, []).append(name)
    listed = [Turn(titles[lane], one, other, tuple(names)) for (lane, one, other), names in found.items()]
    return sorted(listed, key=lambda turn: -len(turn.examples)), apart, number


def _cases(old: Book, new: Book) -> list[tuple[str, Mapping[str, str]]]:
    """Every example once; one that is in both books with other facts counts as two."""
    cases = [(item.name, item.facts) for item in old.examples]
    before: dict[str, Example] = {item.name: item for item in old.examples}
    for item in new.examples:
        if item.name not in before:
            cases.append((item.name, item.facts))
        elif before[item.name].facts != item.facts:
            cases.append((f"{item.name} (as it is now)", item.facts))
    return cases


def _known(book: Book, facts: Mapping[str, str]) -> bool:
    values = {question.id: values_of(question) for question in book.questions}
    values |= {flag.id: flag.values for flag in book.flags}
    return all(value in values.get(fact, ()) for fact, value in facts.items())


def _endings(book: Book, facts: Mapping[str, str]) -> dict[str, tuple[tuple[object, ...], Ending]]:
    """Lane -> what is compared, in ids, and the same in words."""
    done = complete(book, facts)
    plain = Plain(book)
    lanes = walk(book, done.answers, flags=done.flags, stage="send").lanes
    return {item.lane.id: (_compared(item), _in_words(book, plain, item)) for item in lanes}


def _compared(item: Verdict) -> tuple[object, ...]:
    code = item.approval.code if item.approval else ""
    who = frozenset(item.recipients)
    sends = item.outcome.sends
    return (item.outcome.id, code, who, sends, item.clock, item.talk, item.basis, item.blocks, item.warnings)


def _in_words(book: Book, plain: Plain, item: Verdict) -> Ending:
    says = {check.id: check.say for check in book.checks}
    return (
        f"“{item.outcome.title}”",
        plain.approval(item.approval.code if item.approval else ""),
        f"told: {either((plain.recipient(id) for id in item.recipients), 'and') or 'nobody'}",
        SENDS[item.outcome.sends],
        f"how soon: {CLOCKS[item.clock]}",
        TALKS[item.talk],
        BASES[item.basis],
        *(f"stopped: {says[id]}" for id in item.blocks),
        *(f"warned: {says[id]}" for id in item.warnings),
    )


def _parted(before: Ending, after: Ending) -> tuple[Ending, Ending]:
    """Only what differs of the two; their outcomes where one lane is closed or the words are the same."""
    if not before or not after:
        return before[:2], after[:2]
    one = tuple(words for words in before if words not in after)
    other = tuple(words for words in after if words not in before)
    return one or before[:1], other or after[:1]


def told(turn: Turn) -> list[str]:
    """A turn as lines: the lane and the examples, before, after."""
    many = len(turn.examples)
    return [
        f"Lane “{turn.lane}”, in {many} example{'s' if many > 1 else ''}: {', '.join(turn.examples)}",
        f"  before: {'; '.join(turn.before) or 'the lane does not open'}",
        f"  after:  {'; '.join(turn.after) or 'the lane does not open'}",
    ]
