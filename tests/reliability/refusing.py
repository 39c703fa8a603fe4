"""Would the reader refuse this book? A book that was changed after it was read, held against the reader's own faults.

The one rule to keep: the faults are those of `policy.reading.soundness`; here only its notes are written anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from policy.book import Book, When
from policy.reading.entries import Condition, Notes, Use
from policy.reading.faults import Faults
from policy.reading.soundness import look_over


def refused(book: Book) -> list[str]:
    """The faults, a sentence each; none for a book that was just read."""
    notes = Notes(Faults("book"))
    notes.conditions += [Condition(table, key, when, use) for table, key, when, use in _conditions(book)]
    look_over(book, notes)
    return [f"{fault.table}{f', {fault.key!r}' if fault.key else ''}: {fault.message}" for fault in notes.faults.all()]


def _conditions(book: Book) -> Iterator[tuple[str, str, When, Use]]:
    stages = {screen.id: screen.stage for screen in book.screens}
    for question in book.questions:
        yield f"question '{question.id}'", "when", question.when, stages[question.screen]
    for item in book.derived:
        for at, row in enumerate(item.rows, 1):
            yield f"derived fact '{item.id}', row number {at}", "when", row.when, "decide"
    for lane in book.lanes:
        for rule in lane.rules:
            yield f"lane '{lane.id}', rule '{rule.id}'", "when", rule.when, "decide"
        for addition in lane.adds:
            yield f"lane '{lane.id}', addition of '{addition.recipient}'", "when", addition.when, "decide"
        for guide in (*lane.show, *lane.never):
            yield f"lane '{lane.id}', guide '{guide.id}'", "when", guide.when, "say"
    for outcome in book.outcomes.values():
        for guide in outcome.guides:
            yield f"outcome '{outcome.id}', guide '{guide.id}'", "when", guide.when, "say"
        yield f"outcome '{outcome.id}'", "required_when", outcome.required_when or (), "decide"
    for check in book.checks:
        yield f"check '{check.id}'", "when", check.when, "send"
    for exclusion in book.exclusions:
        yield f"exclusion '{exclusion.id}'", "when", exclusion.when, "decide"
    yield "[book]", "silenced", book.silenced or (), "decide"
    yield "[book]", "hastened", book.hastened or (), "decide"
    stops = tuple({fact: frozenset({value})} for fact, value in book.stop_until.items())
    yield "[book]", "stop_until", stops, "decide"
