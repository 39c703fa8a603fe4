"""The `book` commands: check, questions, assess. They read files and speak JSON; the deciding is all in `policy`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.bad_input import BadInput as BadInput
from bot.books import book_files, clash, names
from bot.settings import book_folders
from policy.assessing import assess
from policy.book import Book
from policy.coverage import open_clauses, to_decide
from policy.drawing.coverage import summary
from policy.examples import check_example
from policy.reading import BookError, read, read_file
from policy.walk import AnswerError

_YES: Mapping[str | bool, str] = {True: "yes", False: "no", "true": "yes", "false": "no"}


def shipped(environment: Mapping[str, str]) -> list[Path]:
    """Every book file that the bot would read. Raises SettingsError."""
    return book_files(book_folders(environment))


def check(files: Sequence[Path], *, out: Callable[[str], None], together: bool = False) -> int:
    """Print every fault of these books, and every example that does not come out; 1 if there is any, else 0.

    `together`: one bot would read all of them, so no two may have the same id.
    """
    faults = 0
    stands_in: dict[str, str] = {}
    for path, name in zip(files, names(files), strict=True):
        found: list[str] = []
        try:
            book = read_file(path.read_bytes(), name)
        except OSError as wrong:
            found = [f"{path}: cannot be read ({wrong.strerror})"]
        except BookError as wrong:
            found = [str(fault) for fault in wrong.faults]
        else:
            if together and book.id in stands_in:
                found.append(clash(name, book, stands_in[book.id]))
            stands_in.setdefault(book.id, name)
            for example in book.examples:
                found += [f"{name}, example '{example.name}': {fault}" for fault in check_example(book, example)]
            if not found:
                out(f"{name}: no fault; {len(book.examples)} examples come out as they say")
                for line in _standing(book):
                    out(f"  {line}")
        for fault in found:
            out(fault)
        faults += len(found)
    return 1 if faults else 0


def _standing(book: Book) -> Iterator[str]:
    """What is still to come, and what the trustees must decide."""
    waiting = ", ".join(clause.id for clause in open_clauses(book))
    yield summary(book) + (f" Open: {waiting}." if waiting else "")
    if notes := to_decide(book):
        yield f"Needs the trustees' decision ({len(notes)}):"
        for note in notes:
            yield f"- {note.id}: {note.plain}"


def questions(text: str, name: str) -> str:
    """The questions of a book as JSON, in the order of asking."""
    book = _book(text, name)
    screens = {screen.id: screen for screen in book.screens}
    rows = [
        {
            "id": question.id,
            "screen": question.screen,
            "kind": screens[question.screen].kind,
            "stage": screens[question.screen].stage,
            "ask": question.ask,
            "options": [{"value": option.value, "label": option.label} for option in question.options],
            "when": [{fact: sorted(allowed) for fact, allowed in row.items()} for row in question.when],
            "clauses": list(question.clauses),
        }
        for question in book.questions
    ]
    return json.dumps({"book": book.id, "version": book.version, "questions": rows}, ensure_ascii=False, indent=2)


def assessed(text: str, name: str, request: str) -> str:
    """What a book says of a set of answers, JSON to JSON. Raises BadInput."""
    book = _book(text, name)
    try:
        asked = json.loads(request)
    except RecursionError:
        raise BadInput("standard input is nested too deeply to be read") from None
    except ValueError as wrong:
        raise BadInput(f"standard input is not JSON: {wrong}") from wrong
    if not isinstance(asked, dict):
        raise BadInput('standard input must be a JSON object such as {"answers": {}}')
    if unknown := sorted(set(asked) - {"answers", "today", "settings"}):
        raise BadInput(f"these keys are not known: {', '.join(unknown)}; use answers, today and settings")
    answers = _texts(asked.get("answers", {}), "answers")
    flags, numbers = _settings(book, asked.get("settings", {}))
    try:
        found = assess(book, answers, flags, _day(asked.get("today")), settings=numbers)
    except AnswerError as wrong:
        raise BadInput(str(wrong)) from wrong
    return json.dumps(found, ensure_ascii=False, indent=2)


def _book(text: str, name: str) -> Book:
    try:
        return read(text, name)
    except BookError as wrong:
        raise BadInput(str(wrong)) from wrong


def _texts(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadInput(f'"{where}" must be an object of texts')
    for key, text in value.items():
        if not isinstance(text, str):
            raise BadInput(f'"{where}": the value of "{key}" must be a text')
    return value


def _settings(book: Book, value: Any) -> tuple[dict[str, str], dict[str, int]]:
    """Flags of the book (texts; true and false read as yes and no) and whole numbers of days for its bands."""
    if not isinstance(value, dict):
        raise BadInput('"settings" must be an object')
    flags, numbers = {}, {}
    known = {flag.id for flag in book.flags}
    bands = {band.setting for question in book.questions for band in question.bands if band.setting}
    for name, given in value.items():
        key = str(name).lower()  # the law's abbreviations are often written in capitals
        if key in known:
            text = _YES.get(given, given) if isinstance(given, str | bool) else None
            if not isinstance(text, str):
                raise BadInput(f'"settings": "{key}" must be a text, true or false')
            flags[key] = text
        elif key in bands:
            if not isinstance(given, int) or isinstance(given, bool) or given < 0:
                raise BadInput(f'"settings": "{key}" must be a whole number of days')
            numbers[key] = given
        else:
            raise BadInput(
                f'"settings": "{key}" is not a setting of this book; it knows {", ".join(sorted(known | bands))}'
            )
    return flags, numbers


def _day(value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise BadInput('"today" must be a day such as "2026-11-22"') from wrong
