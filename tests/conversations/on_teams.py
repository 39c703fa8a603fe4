"""Somebody of the charity on Teams, where a form stands in the card, and what is said beside a card does too."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, cast

from bot.channels.teams.origin import Origin
from tests.conversations.resident import Answered, Kept, Resident
from tests.slack.workspace import Person as SlackAccount
from tests.teams.connector import Message, Person
from tests.teams.connector.reading import buttons, inputs, ways_back

Json = dict[str, Any]


class TeamsResident(Resident):
    """The verbs are those of Slack's. What looks closer at the product itself is for the tests of that product."""

    def __init__(self, account: Person) -> None:
        # All that a transcript asks of an account is what both kinds can do.
        super().__init__(cast(SlackAccount, account))
        self.person = account

    @property
    def user(self) -> str:
        return self.person.object_id

    async def presses(self, label: str, *, on: Kept = None) -> Answered:
        """Whoever looks for a button of the card goes back to it first from what stands in its place."""
        if on is None and label not in self.person.labels():
            try:
                await self.person.connector.until(lambda: label in self.person.labels() or self._way_back())
            except AssertionError:
                raise AssertionError(f"{self} sees no {label!r}, but:\n{self.screen()}") from None
            if label not in self.person.labels():
                await self.person.presses(self._way_back())
        return await self.person.presses(label, on=on)

    async def changes(self, title: str) -> None:
        """On "Your answers", the Change that belongs to this screen: for a screen reader each is named."""
        await self.person.connector.until(lambda: "Change" in self.person.labels())
        card = self.card()
        mine = [action for _, action in buttons(card.card) if action.get("tooltip") == f"Change: {title}"]
        assert len(mine) == 1, f"{self} sees no Change for {title!r}"
        card.shown = {**card.card, "body": [{"type": "ActionSet", "actions": mine}]}
        await self.person.presses("Change", on=card)

    async def closes(self) -> None:
        if ways := ways_back(self._newest().card):
            await self.person.presses(ways[0])

    # What a forger would do: Teams' token is right, and what the button or form carries is not

    def forges(self, action: str, *, at: Message | None = None, **carry: str) -> Message:
        return self._with(Origin(action, carry), at)

    def open_form(self) -> Message:
        return copy.deepcopy(self._newest())

    def leaves_empty(self) -> None:
        for field in inputs(self._newest().card):
            field.pop("isRequired", None)

    def carried(self) -> dict[str, str]:
        return dict(self._submits(self._newest()).carry)

    def rewrites(self, **carry: str) -> None:
        message = self._newest()
        for action in self._sends(message):
            held = Origin.read(action["data"])
            action["data"] = dataclasses.replace(held, carry={**held.carry, **carry}).written()

    def takes_the_form_of(self, other: Resident) -> None:
        theirs = other.open_form()
        mine = self._newest()
        self.person.connector.answers(mine, theirs.card)

    def _with(self, origin: Origin, at: Message | None = None) -> Message:
        at = copy.deepcopy(at or self._newest())
        press = {"type": "Action.Execute", "title": "Press", "verb": origin.action, "data": origin.written()}
        at.shown = {"type": "AdaptiveCard", "body": [{"type": "ActionSet", "actions": [press]}]}
        return at

    def _sends(self, message: Message) -> list[Json]:
        back = ways_back(message.card)
        return [action for label, action in buttons(message.card) if label not in back]

    def _submits(self, message: Message) -> Origin:
        return Origin.read(self._sends(message)[0]["data"])

    def _way_back(self) -> str:
        return next(iter(ways_back(self._newest().card)), "")

    def _newest(self) -> Message:
        return self.person.messages()[-1]

    def _looks(self) -> tuple[object, ...]:
        shown = self._newest()
        return shown.id, shown.edits, len(self.person.toasts)

    def _open(self) -> list[Any]:
        return []
