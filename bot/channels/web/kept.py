"""Messages about no consultation, such as the weekly digest: nobody draws them again, so they are kept as they came.

The rule to keep: in the trial's own folder or nowhere, and never beside the same message as the desk draws it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.cards import Card
from bot.channels import Letter
from bot.channels.web import written

log = logging.getLogger(__name__)

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
        new.write_text("".join(self._lines()), encoding="utf-8")
        os.replace(new, self._path)

    def put(self, letter: Letter, message: str) -> None:
        """Keep it if it is about no consultation."""
        if letter.alone:
            self._change(letter.to.user, message, letter.card)

    def show(self, user: str, message: str, card: Card) -> None:
        """As a press left it, if it is one of these."""
        if message in self._of.get(user, {}):
            self._change(user, message, card)

    def drop(self, user: str, message: str) -> None:
        if message in self._of.get(user, {}):
            self._change(user, message, None)

    def beside(self, user: str, drawn: Sequence[tuple[str, Card]]) -> list[tuple[str, Card]]:
        """What the desk draws for this person, and then what is kept."""
        known = {message for message, _ in drawn}
        return [*drawn, *((message, card) for message, card in self._of.get(user, {}).items() if message not in known)]

    def _change(self, user: str, message: str, card: Card | None) -> None:
        self._set(user, message, card)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(_line(user, message, card))

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


def _line(user: str, message: str, card: Card | None) -> str:
    held = {"to": user, "message": message, "card": None if card is None else written.written(card)}
    return f"{json.dumps(held)}\n"
