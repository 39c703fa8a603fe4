"""The process's settings, read once from the environment. Every missing or bad name is reported together.

What belongs to the charity (numbers, leads, waits) is not here but in the database; see `bot.organisation.charity`.
What belongs to a channel is read by that channel's own `configure`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.sealing import Keyring

SHIPPED_BOOKS = Path(__file__).resolve().parent.parent / "policy" / "books"


class SettingsError(Exception):
    """Everything that is wrong with the environment: `faults`, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """database_url names an async driver; books are folders to read, in order."""

    database_url: str
    keys: Keyring
    port: int
    books: tuple[Path, ...]
    local: bool


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError with every fault."""
    from storage.sealing import Keyring  # read only where a database is: `book check` needs none

    faults: list[str] = []
    url = _database(environment.get("DATABASE_URL", ""), faults)
    try:
        keys = Keyring.parse(environment.get("CONFER_KEYS", ""))
    except ValueError as wrong:
        faults.append(f"CONFER_KEYS: {wrong} (make one with: python -m bot new-key)")
        keys = Keyring(())
    port = environment.get("PORT", "3000")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        faults.append(f"PORT must be a number from 0 to 65535, not {port!r}")
        port = "0"
    books = book_folders(environment)
    faults += not_folders(books)
    local = environment.get("CONFER_LOCAL", "")
    if local not in ("", "0", "1"):
        faults.append("CONFER_LOCAL must be 1, 0 or not set")
    if faults:
        raise SettingsError(faults)
    return Settings(url, keys, int(port), books, local == "1")


def book_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where books are read from: ours first, then the charity's own.

    BOOKS_DIR names one folder, or several as PATH does (with ":" between them; on Windows with ";").
    """
    own = [Path(part).expanduser() for part in environment.get("BOOKS_DIR", "").split(os.pathsep) if part.strip()]
    return tuple(dict.fromkeys((SHIPPED_BOOKS, *own)))


def not_folders(folders: Iterable[Path]) -> list[str]:
    """A sentence for each folder of books that is not there."""
    return [f"BOOKS_DIR: {folder} is not a folder" for folder in folders if not folder.is_dir()]


def _database(text: str, faults: list[str]) -> str:
    if not text:
        faults.append("DATABASE_URL is not set (for one machine: sqlite:///confer.db)")
        return ""
    from storage.urls import database_url

    try:
        return database_url(text)
    except ValueError as wrong:
        faults.append(f"DATABASE_URL {wrong}")
        return ""
