"""`book presses`: how many presses it takes; the counting is in `policy.presses`, the words in `policy.presses_page`.

The one rule to keep: nothing is counted for a book with faults.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.book_pages import read_books
from policy.presses import ways
from policy.presses_page import presses_page, summary, too_long


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
