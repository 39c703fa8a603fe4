"""The trial's clock: real time, and as much more as was let pass; kept in the trial's own folder.

The rule to keep: it never goes back, not even where the trial is started anew. Nothing real is ever given this clock.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Damaged(Exception):
    """The file that says how much time was let pass says something else."""


class TrialClock:
    """Goes on by itself from wherever it was moved to. `path`: where the seconds that were let pass are kept."""

    def __init__(self, path: Path, real: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Raises Damaged."""
        self._path = path
        self._real = real
        self._ahead = _read(path)

    def __call__(self) -> datetime:
        return self._real() + self._ahead

    def ahead(self) -> timedelta:
        """How much time was let pass: every other clock, such as a telephone's, is that far behind."""
        return self._ahead

    def on_to(self, moment: datetime) -> None:
        """It is this late now; where it is later already, nothing changes. Written down first, so that a process that
        dies at this moment has said no time that the next one does not know of.
        """
        ahead = max(self._ahead, moment - self._real())
        if ahead == self._ahead:
            return
        new = self._path.with_suffix(".new")
        new.write_text(f"{ahead / timedelta(microseconds=1):.0f}\n", encoding="ascii")
        os.replace(new, self._path)
        self._ahead = ahead


def _read(path: Path) -> timedelta:
    try:
        return timedelta(microseconds=max(int(path.read_text(encoding="ascii")), 0))
    except FileNotFoundError:
        return timedelta()
    except (ValueError, OverflowError) as odd:
        raise Damaged(f"{path.name} in the trial's folder is damaged. Delete the folder to begin anew.") from odd
