"""Messages about no consultation, such as the weekly digest: nobody draws them again, so they are kept as they came.

The rule to keep: only in memory, and never beside the same message as the desk draws it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Card
from bot.channels import Letter

MOST = 60  # of one person: more than a year of digests


class Kept:
    """By person, oldest first."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Card]] = {}

    def put(self, letter: Letter, message: str) -> None:
        """Keep it if it is about no consultation."""
        if not letter.alone:
            return
        mine = self._of.setdefault(letter.to.user, {})
        mine[message] = letter.card
        for oldest in list(mine)[:-MOST]:
            del mine[oldest]

    def show(self, user: str, message: str, card: Card) -> None:
        """As a press left it, if it is one of these."""
        if message in (mine := self._of.get(user, {})):
            mine[message] = card

    def drop(self, user: str, message: str) -> None:
        self._of.get(user, {}).pop(message, None)

    def beside(self, user: str, drawn: Sequence[tuple[str, Card]]) -> list[tuple[str, Card]]:
        """What the desk draws for this person, and then what is kept."""
        known = {message for message, _ in drawn}
        return [*drawn, *((message, card) for message, card in self._of.get(user, {}).items() if message not in known)]
