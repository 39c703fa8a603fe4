"""Where every run begins: a charity in which ten consultations have been answered and none was sent.

The rule to keep: they are answered as people would, press by press, once for all runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.cards import Button, Buttons, Pick, Reply, Show, Ticks
from bot.events import Who
from bot.team import colleagues
from policy.book import Book
from storage.sealing import Keyring
from tests.reliability.machine.stories import STORIES
from tests.reliability.machine.village import Village
from tests.reliability.machine.wall import Wall

WORKERS = ("amira", "femi", "hana", "ewan", "dora")
"""Who comes with something: workers, one of them new, a data-protection lead, and a trustee."""

SECONDS = {"joan": ("safeguarding_lead",), "iris": ("vice_chair", "on_call_trustee")}
"""A second holder of each duty without which the bot shows the emergency text and nothing else."""


@dataclass(frozen=True)
class World:
    """A database, what hangs on the walls, and what the bot needs to go on from there; `now`: no clock goes back."""

    file: Path
    keys: Keyring
    books: Mapping[str, Book]
    walls: Mapping[str, Wall]
    now: datetime

    def village(self) -> Village:
        """A copy of its own."""
        return Village(self.file, self.keys, self.books, self.walls, self.now)


def world(original: Path, keys: Keyring, books: Mapping[str, Book], folder: Path) -> World:
    """Made in `folder`, from a charity in which nothing was ever asked."""
    village, file = Village(original, keys, books), folder / "answered.db"
    try:
        for handle, duties in SECONDS.items():
            changes = {"capabilities": " ".join(("may_approve", *duties))}
            village.does(colleagues.changed(village.store, books, handle, changes, village.clock()))
        for number, story in enumerate(STORIES.values()):
            account = village.accounts[WORKERS[number % len(WORKERS)]][0]
            reply = answers(village, account, village.sends(account, "new", {}), {**books["justus"].quiet, **story})
            assert buttons(reply, "send"), "a story that is not answered to its end"
        village.wait(2)
        village.post()
        village.run(village.store.close())
        shutil.copyfile(village.file, file)
        return World(file, keys, books, village.walls, village.now)
    finally:
        village.close()


def answers(
    village: Village, who: Who, reply: Reply | None, facts: Mapping[str, str], *, at_most: int = 30
) -> Reply | None:
    """Screen after screen, up to one that asks nothing, or `at_most` so many."""
    for _ in range(at_most):
        asked = buttons(reply, "answer")
        if not asked or not isinstance(reply, Show):
            break
        fields: dict[str, tuple[str, ...]] = {}
        for block in reply.card.blocks:
            if isinstance(block, Ticks):
                for suffix, value in (("", "yes"), (".unsure", "unsure")):
                    fields[block.id + suffix] = tuple(c.value for c in block.choices if facts.get(c.value) == value)
            elif isinstance(block, Pick):
                fields[block.id] = (facts.get(block.id, block.choices[0].value),)
        fit = [each for each in asked if facts.get(each.carry.get("q", "")) == each.carry.get("a")]
        reply = village.sends(who, "answer", (fit[0] if fit else asked[-1]).carry, fields, village.place)
    return reply


def buttons(reply: Reply | None, *actions: str) -> list[Button]:
    """The buttons of these actions on the card that answers a press."""
    rows = [block for block in reply.card.blocks if isinstance(block, Buttons)] if isinstance(reply, Show) else []
    return [button for row in rows for button in row.buttons if button.action in actions]
