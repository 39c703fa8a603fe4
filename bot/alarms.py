"""What is wrong with the record itself, said aloud: in the log, at /healthz, and on the home page of those who lead.

The rule to keep: an alarm stops nothing. Whoever needs the emergency text gets it from a bot with a damaged record too.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Literal

from bot.cards import Block, Notice
from storage.records import Person

log = logging.getLogger(__name__)

About = Literal["ledger", "anchors", "keys"]

TOLD = frozenset({"safeguarding_lead", "data_protection_lead", "administrator"})
"""The capabilities of those who read it."""


@dataclass
class Alarms:
    """What is wrong now, by what it is about and whose it is; "" is everybody's. Empty again with the next start."""

    _said: dict[tuple[About, str], str] = field(default_factory=dict)

    def say(self, about: About, words: str, organisation_id: str = "") -> None:
        """From now on this is wrong. `words` name nobody and nothing of a case: they stand in the log too."""
        if self._said.get((about, organisation_id)) != words:
            log.error("%s: %s", about, words)
        self._said[about, organisation_id] = words

    def over(self, about: About, organisation_id: str = "") -> None:
        self._said.pop((about, organisation_id), None)

    def about(self) -> list[str]:
        """What alarms are about, for whoever watches the process."""
        return sorted({about for about, _ in self._said})

    def blocks(self, person: Person) -> list[Block]:
        """For the home page of somebody who leads; nothing for anybody else."""
        if not person.capabilities & TOLD:
            return []
        mine = [words for (_, whose), words in self._said.items() if whose in ("", person.organisation_id)]
        return [Notice(f"{words} Please tell whoever looks after Confer today.", "warning") for words in mine]
