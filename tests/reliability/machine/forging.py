"""What should do nothing: old cards and forms, a delivery that comes twice, and forgery.

The rule to keep: whoever forges knows every id there is, and has an account of their own and no other.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.reliability.machine.steps import ANY, NOT_BY_CHANCE, PEOPLE, Steps


class Forger(Steps):
    """Somebody, or the network, who tries what is not theirs."""

    @rule(n=ANY)
    def presses_an_old_card(self, n: int) -> None:
        """A button that somebody saw once, and may still have before them."""
        choose = Random(n)
        old = [each for each in self.village.past if each.button.action not in NOT_BY_CHANCE]
        if old:
            self._does(choose.choice(old), choose, "presses an old")
        else:
            self._presses(n)

    @rule(n=ANY)
    def submits_an_old_form(self, n: int) -> None:
        if not self.village.forms:
            self._presses(n)
            return
        choose = Random(n)
        who, message, form = choose.choice(self.village.forms)
        self._says(f"{self._name(who)} submits an old form “{form.title}”")
        self._answered(self.village.submits(who, message, form, choose, prefer={"talked": "yes"}))
        self._looks()

    @rule(n=ANY)
    def is_delivered_twice(self, n: int) -> None:
        """The same event with the same id changes nothing, in this process or another."""
        if not self.village.events:
            self._presses(n)
            return
        choose = Random(n)
        event = choose.choice(self.village.events[-5:])
        if choose.random() < 0.5:
            self.village.starts()
        self._says(f"what {self._name(event.who)} did ({event.action}) is delivered once more")
        self._answered(self.village.delivers(event), again=True)
        self._looks()

    @rule(n=ANY, verdict=st.sampled_from(("approve.confirm", "decline.confirm")))
    def forges(self, n: int, verdict: str) -> None:
        """Somebody who knows every id there is, and has a signature of their own."""
        requests = sorted(self.witness.now.requests.values(), key=lambda row: row["opened_at"])
        if not requests:
            self._presses(n, "send")
            return
        choose = Random(n)
        handle, request = choose.choice(PEOPLE), choose.choice(requests)
        other = choose.choice(requests) if choose.random() < 0.2 else request
        self._says(f"{handle} forges {verdict} of {request['code']}, which is {request['state']}")
        ids = {row["handle"]: id for id, row in self.witness.now.people.items()}
        carry = {
            "c": request["consultation_id"],
            "r": request["id"],
            "f": other["fingerprint"],
            "p": ids[choose.choice(PEOPLE)],
            "person": ids[choose.choice(PEOPLE)],
        }
        fields = {"reason": ("So I see it.",), "talked": ("yes",), "checked": ("yes",)}
        who = choose.choice(self.village.accounts[handle])
        self._answered(self.village.sends(who, verdict, carry, fields))
        self._looks()

    @rule(n=ANY)
    def forges_a_word_by_phone(self, n: int) -> None:
        """A worker, or somebody else, writes down the word of anybody at all."""
        requests = sorted(self.witness.now.requests.values(), key=lambda row: row["opened_at"])
        if not requests:
            self._presses(n, "send")
            return
        choose = Random(n)
        request = choose.choice(requests)
        case = self.witness.now.cases[request["consultation_id"]]
        own = self.witness.name(case["requester_id"])
        handle = own if choose.random() < 0.8 else choose.choice(PEOPLE)
        ids = {row["handle"]: id for id, row in self.witness.now.people.items()}
        giver = choose.choice(PEOPLE)
        self._says(f"{handle} forges that {giver} agreed by phone to {request['code']}, which is {request['state']}")
        carry = {"c": case["id"], "v": str(case["version"]), "r": request["id"], "f": request["fingerprint"]}
        fields = {"who": (ids[giver],), "said": ("Yes, do it.",), "checked": ("yes",)}
        fields["when"] = (f"{self.village.now:%H:%M}",)  # in London in November
        self._answered(self.village.sends(self.village.accounts[handle][0], "spoken.confirm", carry, fields))
        self._looks()
