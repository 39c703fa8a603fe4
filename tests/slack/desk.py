"""A desk that answers as a test tells it to: for the channel alone, before and beside the real dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.cards import Button, Buttons, Card, Nothing, Notice, Reply, Say
from bot.channels import Account, Sent, Unavailable
from bot.events import Event, Who

DANGER = "Someone in danger now? Ring 999. Don't wait for this bot or for approval."
EMERGENCY = Card("Are you safe?", (Notice("Ring 999 now.", "stop"),), danger=DANGER, weight="stop")
NOT_RECORDED = Card("This could not be recorded", (Say("Press again, or talk to your lead directly."),), danger=DANGER)


def question(title: str, *labels: str, action: str = "answer") -> Card:
    """A card with a button for each label; each carries its label as `value`."""
    buttons = tuple(Button(label, action, {"value": label}) for label in labels)
    return Card(title, (Buttons(buttons),) if buttons else (), danger=DANGER)


class ScriptedDesk:
    """`answers`: action -> a reply, or a function of the event. `urgent`: which events bring the emergency card."""

    def __init__(self) -> None:
        self.answers: dict[str, Reply | Callable[[Event], Reply]] = {}
        self.urgent: Callable[[Event], bool] = lambda event: False
        self.page = Card("Confer", (Say("Nothing is waiting for you."),), danger=DANGER)
        self.unavailable = False
        self.listed = True  # whoever asks is on the list, and not locked
        self.breaks: Exception | None = None
        self.deaf: Exception | None = None  # what sent() raises
        self.held: asyncio.Event | None = None  # handle() waits for this
        self.events: list[Event] = []
        self.told: list[tuple[Event, Sent]] = []

    def at_once(self, event: Event) -> Card | None:
        return EMERGENCY if self.urgent(event) else None

    async def handle(self, event: Event) -> Reply:
        self.events.append(event)
        if self.held is not None:
            await self.held.wait()
        if self.breaks is not None:
            raise self.breaks
        if self.unavailable:
            raise Unavailable(NOT_RECORDED)
        answer = self.answers.get(event.action, Nothing())
        return answer(event) if callable(answer) else answer

    async def home(self, who: Who) -> Card:
        return self.page

    async def cards(self, who: Who) -> list[tuple[str, Card]]:
        return []

    async def card(self, who: Who, message: str) -> Card | None:
        return None

    async def may_be_shown(self, who: Who) -> bool:
        return self.listed

    async def accounts(self, channel: str) -> list[Account]:
        return []

    async def sent(self, event: Event, sent: Sent) -> None:
        if self.deaf is not None:
            raise self.deaf
        self.told.append((event, sent))
