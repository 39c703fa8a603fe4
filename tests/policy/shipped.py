"""The books that are shipped, and answers to all of a book's questions drawn at random.

The one rule to keep: a book is read, and its answers described, once a process; both take far longer than using them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

import policy
from policy.book import Book
from policy.reading import read
from policy.walk.index import values_of

BOOKS = sorted((Path(policy.__file__).parent / "books").glob("*.toml"))


@cache
def book_in(path: Path) -> Book:
    return read(path.read_text(encoding="utf-8"), path.name)


def justus() -> Book:
    """Our first book."""
    return next(book_in(path) for path in BOOKS if path.stem == "justus")


@cache
def answer_sets(book: Book) -> st.SearchStrategy[dict[str, str]]:
    """An answer to every question, half of them quiet, so that deep screens are reached as well."""
    choices = []
    for question in book.questions:
        values = values_of(question)
        choices.append(st.sampled_from((*[book.quiet[question.id]] * len(values), *values)))
    names = [question.id for question in book.questions]
    return st.tuples(*choices).map(lambda drawn: dict(zip(names, drawn, strict=True)))
