"""One step of the machine: somebody presses what they have before them, and the witness looks.

The rule to keep: every press is answered, and nothing is a step that the witness does not look at.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bot.cards import Aside, Correct, Nothing, Notice, Reply, Show
from bot.events import Who
from tests.reliability.machine.beginning import World, buttons
from tests.reliability.machine.wall import Seen
from tests.reliability.machine.witness import Broken, Witness

PEOPLE = ("amira", "ben", "chidi", "dora", "ewan", "femi", "grace", "hana", "iris", "joan")
NOT_BY_CHANCE = ("new", "start", "lost", "pin", "factor", "team.add", "team.accounts")
"""Some only open more, or lock everybody out; `law` knows nothing of two entries that are one human."""
ANY = st.integers(0, 2**16)


class Steps(RuleBasedStateMachine):
    """`world` is set before a run: where each run begins. `counted` is of all runs."""

    world: ClassVar[World]
    counted: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        logging.disable(logging.WARNING)  # an outage of ours is no news here, and neither is a refusal
        self.village = self.world.village()
        self.book = self.world.books["justus"]
        self.witness = Witness(self.village, self.book)
        self.story: list[str] = []

    def teardown(self) -> None:
        Steps.counted.update({f"{what}": number for what, number in self.witness.counted.items()})
        self.witness.close()
        self.village.close()
        logging.disable(logging.NOTSET)

    # How it is done

    def _decides(self, n: int, *actions: str) -> None:
        """Whoever waits to be asked has their card by then: the post has brought it, or they opened it themselves."""
        if not self.village.offered(actions):
            now = self.witness.now
            waits = [row for row in now.requests.values() if row["state"] == "pending"]
            self._opens(
                n, "decide", [(p, row["consultation_id"]) for row in waits for p in now.asked.get(row["id"], {})]
            )
        self._presses(n, *actions, prefer={"talked": "yes"})

    def _asks(self, n: int, action: str, states: Sequence[str]) -> None:
        """The worker of something that was asked, and is in one of these states, has looked at their own card."""
        if not self.village.offered((action,)):
            now = self.witness.now
            ids = dict.fromkeys(row["consultation_id"] for row in now.requests.values() if row["state"] in states)
            self._opens(n, "open", [(now.cases[id]["requester_id"], id) for id in ids])
        self._presses(n, action)

    def _opens(self, n: int, action: str, ways: Iterable[tuple[str, str]]) -> None:
        """One of these people opens this consultation, by the button of their home page."""
        known = sorted((self.witness.name(person), self.witness.number(case), case) for person, case in ways)
        if known:
            choose = Random(n)
            name, _, case = choose.choice(known)
            self._says(f"{name} opens a consultation from the home page ({action})")
            self.village.sends(choose.choice(self.village.accounts[name]), action, {"c": case})

    def _at_home(self, choose: Random) -> None:
        """Somebody opens something of what stands there."""
        who = choose.choice(self.village.accounts[choose.choice(PEOPLE)])
        self._says(f"{self._name(who)} looks at the home page")
        ways = buttons(self.village.sends(who, "home", {}), "decide", "agreed", "open")
        if ways:
            button = choose.choice(ways)
            self.village.sends(who, button.action, button.carry)

    def _presses(self, n: int, *actions: str, prefer: Mapping[str, str] | None = None) -> None:
        choose = Random(n)
        offered = self.village.offered(actions) if actions else []
        offered = offered or self.village.offered((), but=NOT_BY_CHANCE)
        if offered:
            self._does(choose.choice(offered), choose, "presses", prefer=prefer)
        else:  # a duty that nobody holds any more: every card says what to ring, and nothing else
            self._at_home(choose)
            self._looks()

    def _does(self, button: Seen, choose: Random, how: str, *, prefer: Mapping[str, str] | None = None) -> None:
        self._says(f"{self._name(button.who)} {how} [{button.button.label}]")
        self._answered(self.village.presses(button, choose, prefer=prefer))
        self._looks()

    def _answered(self, reply: Reply | None, *, again: bool = False) -> None:
        """Whatever was pressed is answered; only what was delivered before may be passed over."""
        self._count(type(reply).__name__)
        if isinstance(reply, Nothing) and not again:
            raise Broken(f"a press was answered with nothing\n{self._told()}")
        if isinstance(reply, Correct) and not all(reply.errors.values()):
            raise Broken(f"a form is refused, and nothing says why\n{self._told()}")
        card = reply.card if isinstance(reply, Show | Aside) else None
        if card is not None and (notes := [b.text for b in card.blocks if isinstance(b, Notice)]):
            self._count(f"reads: {notes[0]}"[:90])

    def _looks(self) -> None:
        Steps.counted["steps"] += 1
        self._checked(self.witness.looks)

    def _checked(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Broken as wrong:
            raise Broken(f"{wrong}\n{self._told()}") from None

    def _says(self, what: str) -> None:
        self.story.append(f"{self.village.now:%a %H:%M}  {what}")

    def _told(self) -> str:
        return "\n".join(["", "What happened:", *(f"  {line}" for line in self.story)])

    def _count(self, what: str) -> None:
        Steps.counted[what] += 1

    def _name(self, who: Who) -> str:
        return next(handle for handle, accounts in self.village.accounts.items() if who in accounts)
