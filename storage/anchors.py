"""Anchors: where a charity's ledger stood at a moment, kept in a file that whoever owns the database cannot write.

The rule to keep: a line is only ever added. One line an anchor: time, charity, number of the entry, its hash.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.links import SHORT

_FULL = 64
_HASH = re.compile(rf"[0-9a-f]{{{SHORT},{_FULL}}}")
_FIELDS = 4
_CUT_OFF = "# the line above was cut off\n"


class AnchorsUnreadable(ValueError):
    """The file is not one of anchors; the message says which line, and repeats none of it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Entry `sequence` of this charity had a hash that begins with these hex digits, at `at` (UTC)."""

    organisation_id: str
    sequence: int
    hash: str
    at: datetime

    def line(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ} {self.organisation_id} {self.sequence} {self.hash}\n"


def read_anchors(path: Path) -> list[Anchor]:
    """The anchors of this file in its order; none where there is no file. Raises AnchorsUnreadable, OSError."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    found: list[Anchor] = []
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        anchor = _read(line)
        if anchor is not None:
            found.append(anchor)
        elif line.endswith("\n") and (number == len(lines) or lines[number] != _CUT_OFF):
            raise AnchorsUnreadable(f"line {number} is no anchor")
        # Else the power went while it was written.
    return found


def append_anchors(path: Path, anchors: Iterable[Anchor]) -> None:
    """Add these lines, on the disk when this returns. Raises OSError."""
    lines = "".join(anchor.line() for anchor in anchors)
    if not lines:
        return
    # Opened for reading too: a line that was cut off must not swallow the next one.
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            lines = f"\n{_CUT_OFF}{lines}"
        os.write(file, lines.encode())
        os.fsync(file)
    finally:
        os.close(file)


def newest(anchors: Sequence[Anchor]) -> dict[str, Anchor]:
    """The anchor with the highest number of each charity."""
    found: dict[str, Anchor] = {}
    for anchor in anchors:
        if anchor.organisation_id not in found or found[anchor.organisation_id].sequence <= anchor.sequence:
            found[anchor.organisation_id] = anchor
    return found


def moment_of(at: datetime) -> str:
    """A time as a sentence has it: `22 November 2026, 02:14 UTC`."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _read(line: str) -> Anchor | None:
    parts = line.split()
    if len(parts) != _FIELDS:
        return None
    moment, organisation_id, sequence, digest = parts
    try:
        at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if not (sequence.isascii() and sequence.isdigit() and len(sequence) <= 18 and int(sequence)):
        return None
    return Anchor(organisation_id, int(sequence), digest, at) if _HASH.fullmatch(digest) else None
