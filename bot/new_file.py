"""A file that a command writes: new, and read by its owner alone.

The rule to keep: what is there already is never written over.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.bad_input import BadInput


def must_be_free(out: Path) -> None:
    """Raises BadInput where a file could not be written, before anything is read."""
    if out.exists():
        raise BadInput(f"{out} is there already; give another name, or take it away first")
    if not out.parent.is_dir():
        raise BadInput(f"there is no folder {out.parent}")


def keep(out: Path, made: bytes) -> None:
    """Raises BadInput."""
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as wrong:
        raise BadInput(f"{out} cannot be written: {wrong.strerror}") from wrong
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(made)
    except OSError as wrong:
        out.unlink(missing_ok=True)  # half a paper is none, and would be in the way of the next try
        raise BadInput(f"{out} cannot be written: {wrong.strerror}") from wrong
