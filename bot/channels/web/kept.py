"""Messages about no consultation, such as the weekly digest: nobody draws them again, so they are kept as they came.

The rule to keep: in the trial's own folder or nowhere, and never beside the same message as the desk draws it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from bot.cards import Card
from bot.channels import Letter
from bot.channels.web import written

log = logging.getLogger(__name__)

_OF_A_DIGEST = "digest."
MOST = 60  # of one person: more than a year of digests


class Kept:
    """By person, oldest first. `path`: a file to which each change adds a line; without one a restart forgets them."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._of: dict[str, dict[str, Card]] = {}

    def begin(self) -> None:
        """Take up what was kept before this process, and leave in the file what still counts. Raises OSError."""
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                held = json.loads(line)
                card = held["card"] and written.read(held["card"])
                self._set(str(held["to"]), str(held["message"]), card)
            except (ValueError, TypeError, LookupError):
                log.warning("a message of the trial could not be read again; it is left out")
        new = self._path.with_suffix(".new")
        with _opened(new, "w") as file:
            file.write("".join(self._lines()))
        os.replace(new, self._path)

    def put(self, letter: Letter, message: str) -> None:
        """Keep it if it is about no consultation."""
        if letter.alone:
            self._change(letter.to.user, message, letter.card)

    def show(self, user: str, message: str, card: Card, action: str) -> None:
        """As a press of this action left it, if it is one of these. The file has nothing of pages not a digest's."""
        if message in self._of.get(user, {}):
            self._change(user, message, card, written_down=action.startswith(_OF_A_DIGEST))

    def drop(self, user: str, message: str) -> None:
        if message in self._of.get(user, {}):
            self._change(user, message, None)

    def beside(self, user: str, drawn: Sequence[tuple[str, Card]]) -> list[tuple[str, Card]]:
        """What the desk draws for this person, and then what is kept."""
        known = {message for message, _ in drawn}
        return [*drawn, *((message, card) for message, card in self._of.get(user, {}).items() if message not in known)]

    def _change(self, user: str, message: str, card: Card | None, *, written_down: bool = True) -> None:
        self._set(user, message, card)
        if self._path is not None:
            with _opened(self._path, "a") as file:
                file.write(_line(user, message, card if written_down else None))

    def _set(self, user: str, message: str, card: Card | None) -> None:
        """None: it is taken away."""
        mine = self._of.setdefault(user, {})
        if card is None:
            mine.pop(message, None)
            return
        mine[message] = card
        for oldest in list(mine)[:-MOST]:
            del mine[oldest]

    def _lines(self) -> Iterator[str]:
        for user, mine in self._of.items():
            yield from (_line(user, message, card) for message, card in mine.items())


def _opened(path: Path, how: str) -> IO[str]:
    """For its owner alone, as the key that lies beside it."""
    return open(path, how, encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600))


def _line(user: str, message: str, card: Card | None) -> str:
    held = {"to": user, "message": message, "card": None if card is None else written.written(card)}
    return f"{json.dumps(held)}\n"
