"""`book presses`: how many presses it takes; counted by `policy.presses`.

The one rule to keep: nothing is counted for a book with faults.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.bookshelf.book_pages import read_books
from policy.drawing.presses import presses_page, summary, too_long
from policy.presses import ways


def count(path: Path, *, write: Path | None, out: Callable[[str], None]) -> int:
    """Print what was counted beside its limits, and write the page. 1 if the book has faults or a limit is not kept."""
    books = read_books([path], out=out)
    if books is None:
        return 1
    (book,) = books
    found = ways(book)
    for line in summary(book, found):
        out(line)
    if write is not None:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(presses_page(book), encoding="utf-8", newline="\n")
        out(f"{write}: written")
    return 1 if too_long(book, found) else 0
