"""Somebody of the charity, as a transcript speaks of them: presses, ticks, fills in, and sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.slack.workspace import Delivered
from tests.slack.workspace import Person as Account
from tests.slack.workspace.server import Message

Step = str | tuple[str, ...] | Mapping[str, str]
"""A button by its label; boxes to tick before "Next" (none is `()`); or lists by their label, before "Next"."""


class Resident:
    def __init__(self, account: Account) -> None:
        self.account = account

    def __repr__(self) -> str:
        return self.account.name

    # What they do

    async def commands(self, text: str = "", *, channel: str = "") -> Delivered:
        return await self.account.commands("/disclose", text, channel=channel)

    async def types(self, text: str, **event: Any) -> Delivered:
        return await self.account.types(text, **event)

    async def opens_home(self) -> None:
        await self.account.opens_home()

    async def begins(self) -> None:
        """A new checklist, up to its first question."""
        await self.commands()
        await self.sees("# Could someone die or be badly hurt right now, or within hours?")

    async def answers(self, *steps: Step) -> None:
        """One screen of the checklist after the other."""
        for step in steps:
            match step:
                case str():
                    await self.presses(step)
                case tuple():
                    await self.presses_nothing_yet("Next")
                    for label in step:
                        await self.ticks(label)
                    await self.presses("Next")
                case _:
                    for field, label in step.items():
                        await self.chooses(field, label)
                    await self.presses("Next")

    async def presses_nothing_yet(self, label: str) -> None:
        """Waits for a new screen with this button."""

    async def presses(self, label: str, *, on: Message | None = None) -> Delivered:
        return await self.account.presses(label, on=on)

    async def ticks(self, label: str) -> None:
        await self.account.ticks(label)

    async def chooses(self, field: str, *labels: str) -> None:
        await self.account.chooses(field, *labels)

    async def fills(self, field: str, text: str) -> None:
        await self.account.fills(field, text)

    async def submits(self) -> Delivered:
        return await self.account.submits()

    # What they see

    async def sees(self, *words: str) -> None:
        """Waits for each of these; fails with the screen as it is."""
        for each in words:
            await self.account.waits_for(each)

    def screen(self) -> str:
        return self.account.sees()

    def all(self) -> str:
        """Every message they can read."""
        return self.account.sees_everything()

    def card(self) -> Message:
        """The message that changed last."""
        return self.account.messages()[-1]
