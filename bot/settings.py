"""The process's settings, read once from the environment. Every missing or bad name is reported together.

What belongs to the charity (numbers, leads, waits) is not here but in the database; see `bot.organisation.charity`.
What belongs to a channel is read by that channel's own `configure`.
"""

from __future__ import annotations

import os
import re
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
    """database_url names an async driver; books are folders to read, in order; anchors is the file they are kept in."""

    database_url: str
    keys: Keyring
    port: int
    books: tuple[Path, ...]
    local: bool
    anchors: Path | None = None
    address: str = ""  # where people's browsers reach this process, without a slash at the end; "" where they cannot


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError with every fault."""
    faults: list[str] = []
    url = _database(environment.get("DATABASE_URL", ""), faults)
    keys = _keys(environment, faults)
    port = environment.get("PORT", "3000")
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        faults.append(f"PORT must be a number from 0 to 65535, not {port!r}")
        port = "0"
    books = book_folders(environment)
    faults += not_folders(books)
    local = environment.get("CONFER_LOCAL", "")
    if local not in ("", "0", "1"):
        faults.append("CONFER_LOCAL must be 1, 0 or not set")
    address = _address(environment.get("CONFER_ADDRESS", "").strip(), faults)
    if faults:
        raise SettingsError(faults)
    return Settings(url, keys, int(port), books, local == "1", anchors_file(environment), address)


def read_database_url(environment: Mapping[str, str]) -> str:
    """The address of the database alone, for what needs no key. Raises SettingsError."""
    faults: list[str] = []
    url = _database(environment.get("DATABASE_URL", ""), faults)
    if faults:
        raise SettingsError(faults)
    return url


def anchors_file(environment: Mapping[str, str]) -> Path | None:
    """The file that CONFER_ANCHORS names, for anchors of the ledger."""
    named = environment.get("CONFER_ANCHORS", "").strip()
    return Path(named).expanduser() if named else None


def book_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where books are read from: ours first, then the charity's own.

    BOOKS_DIR names one folder, or several as PATH does (with ":" between them; on Windows with ";").
    """
    own = [Path(part).expanduser() for part in environment.get("BOOKS_DIR", "").split(os.pathsep) if part.strip()]
    return tuple(dict.fromkeys((SHIPPED_BOOKS, *own)))


def not_folders(folders: Iterable[Path]) -> list[str]:
    """A sentence for each folder of books that is not there."""
    return [f"BOOKS_DIR: {folder} is not a folder" for folder in folders if not folder.is_dir()]


def _keys(environment: Mapping[str, str], faults: list[str]) -> Keyring:
    """From CONFER_KEYS, or from the file that CONFER_KEYS_FILE names."""
    from storage.sealing import Keyring  # read only where a database is: `book check` needs none

    text, name = environment.get("CONFER_KEYS", ""), "CONFER_KEYS"
    file = environment.get("CONFER_KEYS_FILE", "").strip()
    if file and text:
        faults.append("CONFER_KEYS and CONFER_KEYS_FILE are both set: keep the keys in one place")
        return Keyring(())
    if file:
        name = "CONFER_KEYS_FILE"
        try:
            text = Path(file).expanduser().read_text(encoding="utf-8")
        except OSError as wrong:
            faults.append(f"CONFER_KEYS_FILE: {file} cannot be read: {wrong.strerror}")
            return Keyring(())
        except UnicodeDecodeError:
            text = "not text"
    try:
        return Keyring.parse(text)
    except ValueError as wrong:
        faults.append(f"{name}: {wrong} (make one with: python -m bot new-key)")
        return Keyring(())


def _address(text: str, faults: list[str]) -> str:
    """https, as papers of a record come through it; plain http only to this machine itself."""
    if text and not re.fullmatch(r"https://[\w.-]+(:\d+)?/?|http://(localhost|127\.0\.0\.1)(:\d+)?/?", text):
        faults.append(f"CONFER_ADDRESS must look like https://confer.example.org, not {text!r}")
    return text.rstrip("/")


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
