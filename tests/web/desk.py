"""A desk of one short story, so that the sandbox can be tested alone: ask, approve, and both see the outcome.

It keeps its word where the sandbox relies on it: a delivery counts once, a version is checked, letters go by `deliver`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from bot.cards import Aside, Block, Button, Buttons, Card, Correct, Nothing, Notice, Open, Reply, Say, Show
from bot.channels import Account, Channel, Letter, Sent, Unavailable
from bot.events import Event, Who
from tests.web.samples import APPROVAL, DANGER, EMERGENCY, FORM, HOME, OUTCOME, QUESTION, TICKS

TENANT = "invented"
NOT_RECORDED = Card("This could not be recorded", (Say("Press again."),), danger=DANGER, weight="warning")


def who(user: str) -> Who:
    return Who("web", TENANT, user)


@dataclass
class StoryDesk:
    people: tuple[tuple[str, str, str], ...] = (
        ("amina", "Amina Yusuf", "Worker"),
        ("ben", "Ben Walsh", "Worker"),
        ("tom", "Tom Okafor", "Trustee"),
        ("grace", "Grace Lindqvist", "Trustee, on call"),
        ("priya", "Priya Nair", "Data-protection lead"),
    )
    channel: Channel | None = None
    down: bool = False
    hold: asyncio.Event | None = None
    home_blocks: tuple[Block, ...] = HOME.blocks
    says: tuple[Block, ...] = ()  # above the card that answers a press, and not above that card ever after
    shown: dict[str, dict[str, Card]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def at_once(self, event: Event) -> Card | None:
        urgent = event.carry.get("value") == "yes" or "overdose" in event.text
        return EMERGENCY if urgent else None

    async def handle(self, event: Event) -> Reply:
        if self.hold is not None:
            await self.hold.wait()
        if self.down:
            raise Unavailable(NOT_RECORDED)
        if event.delivery in self.seen:
            return Nothing()
        self.seen.add(event.delivery)
        self.events.append(event)
        reply = await self._apply(event)
        if isinstance(reply, Show) and event.message:
            self.shown.setdefault(event.who.user, {})[event.message] = reply.card
        if isinstance(reply, Show):
            return Show(replace(reply.card, blocks=(*self.says, *reply.card.blocks)))
        return reply

    async def _apply(self, event: Event) -> Reply:
        if urgent := self.at_once(event):
            return Show(urgent)
        match event.action:
            case "start" | "back":
                return Show(QUESTION)
            case "answer":
                return Show(TICKS)
            case "ticked" if not event.fields:
                return Correct({"danger": "mark at least one, or go back."})
            case "ticked":
                await self.letter("ask-tom", "tom", APPROVAL)
                return Show(Card("Sent to Tom Okafor", (Say("You hear here when he has decided."),), danger=DANGER))
            case "approve":
                return Open(replace(FORM, carry={"asker": "amina", **FORM.carry}))
            case "approve.sent" if len(event.fields["reason"][0]) < 5:
                return Correct({"reason": "say it in a few more words."})
            case "approve.sent":
                await self.letter("told-amina", "amina", OUTCOME, message=next(iter(self.shown["amina"])))
                return Show(Card("You approved", (Notice("Amina Yusuf has been told.", "done"),), danger=DANGER))
            case _:
                again = Buttons((Button("Start a check", "start"),))
                return Aside(
                    Card("Use the case reference", (Say("What you typed was not kept."), again), danger=DANGER)
                )

    async def letter(self, name: str, user: str, card: Card, message: str = "") -> None:
        if self.channel is None:
            return
        sent = await self.channel.deliver(Letter(name, who(user), user, message, card))
        self.shown.setdefault(user, {})[sent.message] = card

    async def home(self, who: Who) -> Card:
        if self.down:
            raise Unavailable(NOT_RECORDED)
        count = len(self.shown.get(who.user, {}))
        return replace(HOME, title=f"Open checks: {count}" if count else HOME.title, blocks=self.home_blocks)

    async def cards(self, who: Who) -> list[tuple[str, Card]]:
        return list(self.shown.get(who.user, {}).items())

    async def card(self, who: Who, message: str) -> Card | None:
        return self.shown.get(who.user, {}).get(message)

    async def may_be_shown(self, who: Who) -> bool:
        return True

    async def accounts(self, channel: str) -> list[Account]:
        return [Account(who(user), name, role) for user, name, role in self.people]

    async def sent(self, event: Event, sent: Sent) -> None:
        if event.message:
            return
        self.shown.setdefault(event.who.user, {})[sent.message] = EMERGENCY if self.at_once(event) else QUESTION
