"""Reading every book there is: ours first, then those in the charity's own folders (BOOKS_DIR).

The rule to keep: one faulty book stops them all, and every fault of every book is told in one go.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from bot.settings import SettingsError, not_folders
from policy.book import Book
from policy.reading import BookError, read_file
from storage.records import Consultation


def book_files(folders: Sequence[Path]) -> list[Path]:
    """The files of the books in these folders, each once, by folder and name. Raises SettingsError."""
    faults = not_folders(folders)
    found: dict[str, Path] = {}
    for folder in folders:
        here = sorted(folder.glob("*.toml"))
        if not here and folder.is_dir():
            faults.append(f"there is no book (a file whose name ends in .toml) in {folder}")
        for path in here:
            found.setdefault(os.path.realpath(path), path)
    if faults:
        raise SettingsError(faults)
    return list(found.values())


def read_books(folders: Sequence[Path]) -> dict[str, Book]:
    """Every book in these folders by id, in the order of the files. Raises SettingsError with all that is wrong."""
    files = book_files(folders)
    books: dict[str, Book] = {}
    stands_in: dict[str, str] = {}
    faults: list[str] = []
    for path, name in zip(files, names(files), strict=True):
        try:
            book = _read(path.read_bytes(), name)
        except BookError as wrong:
            faults += [str(fault) for fault in wrong.faults]
            continue
        except OSError as wrong:
            faults.append(f"{name}: cannot be read ({wrong.strerror})")
            continue
        if book.id in books:
            faults.append(clash(name, book, stands_in[book.id]))
        books.setdefault(book.id, book)
        stands_in.setdefault(book.id, name)
    if faults:
        raise SettingsError(faults)
    return books


@lru_cache(16)
def _read(text: bytes, name: str) -> Book:
    """The same bytes are the same book, which nobody can change: a process that looks twice reads it once."""
    return read_file(text, name)


class NotHere(Exception):
    """This process has not read a consultation's book. Another one may have, or this one after a restart."""


def book_of(books: Mapping[str, Book], case: Consultation) -> Book:
    """The book that this consultation follows. Raises NotHere."""
    try:
        return books[case.book_id]
    except KeyError:
        raise NotHere from None


def clash(name: str, book: Book, other: str) -> str:
    """Two books of one id, in a sentence: a consultation could not say which of them it follows."""
    return f"{name}, [book], 'id': the book in {other} has the id '{book.id}' already. Give this one another id."


def names(files: Sequence[Path]) -> list[str]:
    """What to call each file: its name, with its folder where another has the same name."""
    times = Counter(path.name for path in files)
    return [path.name if times[path.name] == 1 else f"{path.parent.name}/{path.name}" for path in files]
