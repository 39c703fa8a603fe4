"""What happens around them: time, the post, crashes, and an administrator who changes who is here.

The rule to keep: a crash is at a commit, where it hurts, and whoever takes over has only the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bot.organisation.tables import CharityError
from bot.team import colleagues
from tests.reliability.machine.steps import PEOPLE, Steps
from tests.reliability.machine.village import Death

Somebody = st.sampled_from(PEOPLE)


class Surroundings(Steps):
    """Time and crashes, and who is here."""

    # Time and crashes

    @rule(minutes=st.sampled_from((2, 6, 16, 31, 61, 18 * 60)))
    def time_passes(self, minutes: int) -> None:
        """Timers ring and letters go out; two minutes are longer than the lease of whoever died with one in hand."""
        self._says(f"{minutes} minutes pass, and what is due is done")
        self.village.wait(minutes)
        done = self.village.post()
        self._looks()
        if done:
            self._checked(self.witness.walls)

    @rule(how=st.sampled_from(("before", "after")))
    def the_next_process_dies(self, how: Death) -> None:
        """In the next transaction, whoever's it is."""
        self._says(f"the process will die {how} its next commit")
        self.village.store.death = how
        self._looks()

    @rule()
    def another_process(self) -> None:
        self._says("the process ends, and another one starts")
        self.village.starts()
        self._looks()

    # Who is here

    @rule(who=Somebody, stand_in=st.sampled_from(("", *PEOPLE)), days=st.integers(1, 3))
    def goes_away(self, who: str, stand_in: str, days: int) -> None:
        day = (self.village.now + timedelta(days=days)).date()
        self._administers(
            f"{who} is away for {days} days, and {stand_in or 'nobody'} stands in",
            colleagues.away(self.village.store, self.village.books, who, day, stand_in, self.village.clock()),
        )

    @rule(who=Somebody)
    def comes_back(self, who: str) -> None:
        self._administers(f"{who} is back", colleagues.back(self.village.store, who, self.village.clock()))

    @rule(who=Somebody, active=st.sampled_from(("yes", "no")))
    def leaves_or_returns(self, who: str, active: str) -> None:
        said = f"{who} {'is with us' if active == 'yes' else 'has left'}"
        self._administers(said, self._changed(who, {"active": active}))

    @rule(who=Somebody, role=st.sampled_from(("worker", "trustee")), duty=st.sampled_from(("", "may_approve")))
    def has_another_role(self, who: str, role: str, duty: str) -> None:
        """Their other duties stay, but for the right to approve."""
        row = next(row for row in self.witness.now.people.values() if row["handle"] == who)
        kept = {*row["capabilities"].split()} - {"may_approve"} | {*duty.split()}
        changes = {"role": role, "capabilities": " ".join(sorted(kept))}
        self._administers(f"{who} is a {role} who may {'' if duty else 'not '}approve", self._changed(who, changes))

    def _changed(self, who: str, changes: Mapping[str, str]) -> Any:
        return colleagues.changed(self.village.store, self.village.books, who, changes, self.village.clock())

    def _administers(self, said: str, work: Any) -> None:
        self._says(said)
        try:
            self.village.does(work)
        except CharityError:
            self._count("an administrator is refused")
        self._looks()
