"""What a worker does with what they have asked, and what an approver does with what they were asked.

The rule to keep: a rule does what somebody could do, however odd; whether it was right is for the witness to say.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.reliability.machine.beginning import answers, buttons
from tests.reliability.machine.steps import ANY, Steps
from tests.reliability.machine.stories import STORIES
from tests.reliability.machine.wall import Seen


class Worker(Steps):
    """Sends, takes back, changes, keeps somebody out."""

    @rule(n=ANY)
    def sends(self, n: int) -> None:
        """What is answered is sent: for the first time, or once more."""
        self._presses(n, "send", prefer={"checked": "yes"})

    @rule(n=ANY)
    def takes_back(self, n: int) -> None:
        """And perhaps sends the same or something else again, in later steps."""
        self._presses(n, "withdraw")

    @rule(n=ANY, story=st.sampled_from(sorted(STORIES)))
    def answers_otherwise(self, n: int, story: str) -> None:
        """One answer of what is still open is another one now."""
        choose, facts = Random(n), {**self.book.quiet, **STORIES[story]}
        asked = self.village.offered(("review",))
        button = choose.choice(asked) if asked else None
        reply = self.village.sends(button.who, "review", button.button.carry, {}, button.message) if button else None
        change = buttons(reply, "ask")
        if button is None or not change:
            self._presses(n)
            return
        chosen = choose.choice(change)
        self._says(f"{self._name(button.who)} changes an answer, as in {story}")
        reply = self.village.sends(button.who, "ask", chosen.carry, {}, button.message)
        answers(self.village, button.who, reply, facts, at_most=choose.choice((1, 30)))
        self._looks()

    @rule(n=ANY, story=st.sampled_from(sorted(STORIES)))
    def sends_something_else(self, n: int, story: str) -> None:
        """Taken back, one answer changed, and sent again: whatever was agreed to before was about something else."""
        choose, sent = Random(n), self.village.offered(("withdraw",))
        if not sent:
            self._presses(n, "send", prefer={"checked": "yes"})
            return
        button = choose.choice(sent)
        who = button.who
        self._says(f"{self._name(who)} takes back, changes an answer as in {story}, and sends again")
        reply = self.village.presses(button, choose)
        for action in ("review", "ask"):
            if ways := buttons(reply, action):
                reply = self.village.sends(who, action, choose.choice(ways).carry, {}, button.message)
        reply = answers(self.village, who, reply, {**self.book.quiet, **STORIES[story]})
        if ways := buttons(reply, "send"):
            again = Seen(who, button.message, ways[0])
            self._answered(self.village.presses(again, choose, prefer={"checked": "yes", "about": "nobody"}))
        self._looks()

    @rule(n=ANY)
    def keeps_somebody_out(self, n: int) -> None:
        self._presses(n, "bar")


class Approver(Steps):
    """Decides, asks back, passes it on, by a press or by telephone."""

    @rule(n=ANY)
    def agrees(self, n: int) -> None:
        self._decides(n, "approve")

    @rule(n=ANY)
    def says_no(self, n: int) -> None:
        self._decides(n, "decline")

    @rule(n=ANY)
    def asks_the_worker(self, n: int) -> None:
        self._decides(n, "question")

    @rule(n=ANY)
    def answers_them(self, n: int) -> None:
        self._asks(n, "reply", ("pending",))

    @rule(n=ANY)
    def passes_it_on(self, n: int) -> None:
        self._decides(n, "pass")

    @rule(n=ANY)
    def asks_for_a_second_opinion(self, n: int) -> None:
        self._asks(n, "second", ("declined",))

    @rule(n=ANY)
    def agreed_by_phone(self, n: int) -> None:
        self._asks(n, "spoken", ("pending",))

    @rule(n=ANY)
    def confirms_it_or_not(self, n: int) -> None:
        """Whoever is said to have agreed, in their own account."""
        now, ways = self.witness.now, ("spoken.yes", "spoken.no")
        if not self.village.offered(ways):
            unsaid = [id for id, row in now.spoken.items() if not row["answer"]]
            whose = [
                (row["person_id"], now.requests[id]["consultation_id"]) for id in unsaid for row in now.decisions[id]
            ]
            self._opens(n, "agreed", whose)
        self._presses(n, *ways)


class Anybody(Steps):
    """Presses whatever there is."""

    @rule(n=ANY)
    def presses_anything(self, n: int) -> None:
        """Whatever stands on any card: what nobody thought of while writing this."""
        self._presses(n)

    @rule(n=ANY)
    def looks_at_home(self, n: int) -> None:
        """What waits stands there, too, and can be opened."""
        self._at_home(Random(n))
        self._looks()
