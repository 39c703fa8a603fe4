"""Ways of breaking what stands around the lanes: worked-out facts, questions, checks, exclusions, the book's head.

The one rule to keep: one change at a time, of the size of a slip somebody could make.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policy.book import Book, Check, Derived, Effect, Exclusion, Question, When
from tests.reliability.lanes import Broken
from tests.reliability.whens import Values, looser, tighter, told

WEAKER: dict[Effect, tuple[Effect, ...]] = {"block": ("warn", "none"), "warn": ("none",), "none": ()}


def broken(book: Book, values: Values) -> Iterator[Broken]:
    """Every way there is."""
    for at, item in enumerate(book.derived):
        for kind, what, fact in _derived(item, values):
            changed = (*book.derived[:at], fact, *book.derived[at + 1 :])
            yield kind, item.id, f"derived fact '{item.id}', {what}", replace(book, derived=changed)
    for at, question in enumerate(book.questions):
        for kind, what, other in _question(book, question):
            questions = (*book.questions[:at], other, *book.questions[at + 1 :])
            yield kind, question.screen, f"question '{question.id}': {what}", replace(book, questions=questions)
    for at, check in enumerate(book.checks):
        for what, weaker in _check(check):
            checks = (*book.checks[:at], weaker, *book.checks[at + 1 :])
            yield "a weaker check", check.id, f"check '{check.id}': {what}", replace(book, checks=checks)
    for at, exclusion in enumerate(book.exclusions):
        for what, fewer in _exclusion(exclusion):
            kept = (*book.exclusions[:at], *fewer, *book.exclusions[at + 1 :])
            said = f"exclusion '{exclusion.id}': {what}"
            yield "a weaker exclusion", exclusion.id, said, replace(book, exclusions=kept)
    yield from _head(book, values)


def _derived(item: Derived, values: Values) -> Iterator[tuple[str, str, Derived]]:
    rows = item.rows
    for at, row in enumerate(rows):
        name = f"row {at + 1} ({told(row.when)} → {row.value})"
        yield "a row of a derived fact is gone", f"{name} is gone", replace(item, rows=(*rows[:at], *rows[at + 1 :]))
        if at + 1 < len(rows):
            swapped = (*rows[:at], rows[at + 1], row, *rows[at + 2 :])
            yield "rows of a derived fact change places", f"{name} stands after the next", replace(item, rows=swapped)
        for value in item.values:
            if value != row.value:
                changed = (*rows[:at], replace(row, value=value), *rows[at + 1 :])
                yield (
                    "a row of a derived fact gives another value",
                    f"{name} gives '{value}'",
                    replace(item, rows=changed),
                )
        for what, when in (*looser(row.when, values), *tighter(row.when)):
            changed = (*rows[:at], replace(row, when=when), *rows[at + 1 :])
            yield "a row of a derived fact has another condition", f"{name}: {what}", replace(item, rows=changed)
    for value in item.values:
        if value != item.otherwise:
            what = f"where no row is true it is '{value}', not '{item.otherwise}'"
            yield "a derived fact is otherwise something else", what, replace(item, otherwise=value)


def _question(book: Book, question: Question) -> Iterator[tuple[str, str, Question]]:
    """A danger that cannot be ticked or is not asked for. What is only for the record changes no lane."""
    stages = {screen.id: screen.stage for screen in book.screens}
    if stages[question.screen] == "send":
        return
    for at, option in enumerate(question.options):
        rest = (*question.options[:at], *question.options[at + 1 :])
        if rest:
            yield "an answer cannot be given", f"nobody can choose '{option.value}'", replace(question, options=rest)
    if question.when:
        yield (
            "a question is asked always",
            f"it is asked always, not when {told(question.when)}",
            replace(question, when=()),
        )
    for what, when in tighter(question.when):
        yield "a question is asked less often", f"({told(question.when)}) {what}", replace(question, when=when)


def _check(check: Check) -> Iterator[tuple[str, Check]]:
    for effect in WEAKER[check.protective]:
        yield f"'{effect}', not '{check.protective}', where someone is protected", replace(check, protective=effect)
    for effect in WEAKER[check.other]:
        yield f"'{effect}', not '{check.other}', in the other lanes", replace(check, other=effect)
    for what, when in tighter(check.when):
        yield f"({told(check.when)}) {what}", replace(check, when=when)


def _exclusion(item: Exclusion) -> Iterator[tuple[str, tuple[Exclusion, ...]]]:
    yield "it is gone", ()
    for what, when in tighter(item.when):
        yield f"({told(item.when)}) {what}", (replace(item, when=when),)
    for name in item.capabilities:
        rest = tuple(other for other in item.capabilities if other != name)
        yield f"'{name}' is not kept out", (replace(item, capabilities=rest),)
    for name in item.careful:
        rest = tuple(other for other in item.careful if other != name)
        yield f"nobody is careful with '{name}'", (replace(item, careful=rest),)


def _head(book: Book, values: Values) -> Iterator[Broken]:
    kind = "the book's own conditions"
    for what, when in _condition("silenced", book.silenced, values):
        yield kind, "", what, replace(book, silenced=when)
    for what, when in _condition("hastened", book.hastened, values):
        yield kind, "", what, replace(book, hastened=when)
    for fact, value in book.stop_until.items():
        rest = {name: other for name, other in book.stop_until.items() if name != fact}
        yield kind, "", f"nothing stops any more while '{fact}' is '{value}'", replace(book, stop_until=rest)


def _condition(name: str, when: When | None, values: Values) -> Iterator[tuple[str, When | None]]:
    if when is not None:
        yield f"'{name}' ({told(when)}) is gone", None
        for what, other in (*looser(when, values), *tighter(when)):
            yield f"'{name}' ({told(when)}): {what}", other
