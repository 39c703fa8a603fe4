"""`book coverage`: which clauses are carried by what, and the page about it; its words: `policy.drawing.coverage`.

The one rule to keep: nothing is written for a book with faults.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.bookshelf.book_pages import read_books
from policy.coverage import open_clauses
from policy.drawing.coverage import coverage_page, summary


def cover(path: Path, *, write: Path | None, out: Callable[[str], None]) -> int:
    """Print how many clauses there are and which are open, and write the page. 1 if the book has faults."""
    books = read_books([path], out=out)
    if books is None:
        return 1
    (book,) = books
    out(f"{path.name}: {summary(book)}")
    for clause in open_clauses(book):
        out(f"- {clause.id} {clause.title}: {clause.later}")
    if write is not None:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(coverage_page(book), encoding="utf-8", newline="\n")
        out(f"{write}: written")
    return 0
