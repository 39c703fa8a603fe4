"""`book draw` and `book diff`: they read books and write pages and pictures; what is drawn or said is all in `policy`.

The one rule to keep: nothing is written before every book has been read, and no picture is older than its page.

`dot` is called as it is. The Python package `graphviz` starts the same program, and we write its language ourselves.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from bot.books import names
from policy.book import Book
from policy.differences import differences
from policy.drawing import draw, pictures
from policy.reading import BookError, read_file

_SECONDS = 60
_STAMP = re.compile(r"<!-- book draw: book (\S+), source (\w+) -->")


def drawn(files: Sequence[Path], folder: Path, *, out: Callable[[str], None], dot: str | None = None) -> int:
    """Write the page of each book, and its pictures where `dot` (a program; the one on the path) is there.

    A picture that would no longer fit its page is removed where it cannot be drawn again. 1 if a book has faults.
    """
    books = read_books(files, out=out)
    if books is None:
        return 1
    program = shutil.which("dot") if dot is None else shutil.which(dot)
    folder.mkdir(parents=True, exist_ok=True)
    for book in books:
        page = folder / f"{book.id}.md"
        page.write_text(draw(book), encoding="utf-8", newline="\n")
        out(f"{page}: written")
        _draw_pictures(book, folder, program, out)
    return 0


def compared(old: Path, new: Path, *, out: Callable[[str], None]) -> int:
    """Print in plain English what changed from one version of a book to another. 1 if either has faults."""
    books = read_books([old, new], out=out)
    if books is None:
        return 1
    for line in differences(*books):
        out(line)
    return 0


def read_books(files: Sequence[Path], *, out: Callable[[str], None]) -> list[Book] | None:
    """The books, or None when there is a fault in one of them; then every fault has been printed."""
    books: list[Book] = []
    for path, name in zip(files, names(files), strict=True):
        try:
            books.append(read_file(path.read_bytes(), name))
        except OSError as wrong:
            out(f"{path}: cannot be read ({wrong.strerror})")
        except BookError as wrong:
            for fault in wrong.faults:
                out(str(fault))
    return books if len(books) == len(files) else None


def fits(picture: str, source: str) -> bool:
    """Whether an SVG was drawn from exactly this source."""
    found = _STAMP.search(picture)
    return found is not None and found[2] == _print_of(source)


def _print_of(source: str) -> str:
    return sha256(source.encode()).hexdigest()[:32]


def _draw_pictures(book: Book, folder: Path, program: str | None, out: Callable[[str], None]) -> None:
    sources = pictures(book)
    missing: list[str] = []
    for name, source in sources.items():
        path = folder / name
        if path.exists() and fits(path.read_text(encoding="utf-8"), source):
            continue
        if program is None:
            path.unlink(missing_ok=True)
            missing.append(name)
            continue
        stamp = f"<!-- book draw: book {book.id}, source {_print_of(source)} -->\n"
        path.write_text(_svg(program, source) + stamp, encoding="utf-8", newline="\n")
    for path in sorted(folder.glob("*.svg")):
        stamped = _STAMP.search(path.read_text(encoding="utf-8"))
        if path.name not in sources and stamped and stamped[1] == book.id:
            path.unlink()
    if missing:
        out(f"Not drawn, because the program dot (Graphviz) is not on this machine: {', '.join(missing)}")
    else:
        out(f"{folder}: {len(sources)} pictures of {book.id} are up to date")


def _svg(program: str, source: str) -> str:
    # The source is ours and goes in on standard input; the program's path comes from this machine's own search path.
    command = [program, "-Tsvg"]
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as wrong:
        raise OSError(f"dot took more than {_SECONDS} seconds over one chart") from wrong
    if done.returncode:
        raise OSError(f"dot could not draw a chart: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()
