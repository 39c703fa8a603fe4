"""What we ask of Slack once we have answered: post, edit, whisper, publish; and tell the desk where a card now stands.

A card is edited in place where one stands. Where none does, or it is gone, it is posted anew to that person alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from bot.cards import Block, Card
from bot.channels import DeliveryError, Desk, Gone, Sent, Unavailable
from bot.channels.slack import render
from bot.channels.slack.inbound import Heard
from bot.channels.slack.origin import Origin
from bot.channels.slack.pictures import Pictures
from bot.channels.slack.screens import Screens
from bot.channels.slack.wire import Wire, twice

log = logging.getLogger(__name__)


class Posting:
    def __init__(self, wire: Wire, screens: Screens, desk: Desk, pictures: Pictures) -> None:
        self._wire = wire
        self._pictures = pictures
        self._screens = screens
        self._desk = desk
        self._answering: dict[tuple[str, ...], list[Heard]] = {}

    def later(self, work: Awaitable[Any]) -> None:
        """Beside the request, and before we stop."""
        self._screens.spawn(work)

    def beside(self, heard: Heard, card: Card) -> None:
        """For this person only, whatever was already answered."""
        if heard.response_url:
            self.later(twice(lambda: self._wire.respond(heard.response_url, card, replace=False)))
        else:
            self.later(self.post(heard, card, heard.event.who.user))

    def edit(self, heard: Heard, card: Card, shown: asyncio.Task[Sent | None] | None) -> None:
        """In place of what was pressed, or of the emergency card that already stands; anew where neither is there."""
        event = heard.event
        key = (event.who.tenant, event.conversation, event.message or event.delivery)
        # Of several presses only the last card is sent: it is the answer to all of them.
        self._answering.setdefault(key, []).append(heard)

        async def edit() -> None:
            stands = (await shown) if shown else None
            place = Sent(event.conversation, event.message) if event.message else stands
            answered = self._answering.pop(key, [])
            try:
                place = await self._update(heard, card, place) if place else await self.post(heard, card)
            except Gone:
                raise
            except DeliveryError:
                self._answering[key] = answered + self._answering.get(key, [])
                raise
            for each in answered:
                await self._tell(each, place)

        self._screens.show(key, edit)

    async def _update(self, heard: Heard, card: Card, place: Sent) -> Sent:
        team = heard.event.who.tenant
        files = self._pictures.shown(card, team)
        try:
            await self._wire.card("chat.update", card, team, files, channel=place.conversation, ts=place.message)
        except Gone:
            return await self.post(heard, card)
        return place  # a picture that Slack has not shown yet does not come later: somebody is pressing here

    async def new(self, heard: Heard, card: Card) -> None:
        """A new message, whose place the desk is told."""
        await self._tell(heard, await self.post(heard, card))

    async def post(self, heard: Heard, card: Card, to: str = "") -> Sent:
        """Tries again where Slack gives a time, or gives no answer: two cards are less harm than none."""
        event = heard.event
        to = to or (event.conversation if event.place == "private" else "") or event.who.user
        team = event.who.tenant
        tries = 0
        while True:
            files = self._pictures.shown(card, team)
            try:
                answer = await self._wire.card("chat.postMessage", card, team, files, channel=to)
                sent = Sent(str(answer["channel"]), str(answer["ts"]))
                self._pictures.add(card, team, sent, files)
                return sent
            except Gone:
                raise
            except DeliveryError as error:
                tries += 1
                if tries == 3:
                    raise
                await asyncio.sleep(0.5 if error.after is None else error.after)

    async def _tell(self, heard: Heard, sent: Sent) -> None:
        try:
            await self._desk.sent(heard.event, sent)
        except Unavailable:
            log.warning("Slack: a card was shown, and where it stands could not be recorded")

    async def whisper(self, heard: Heard, card: Card) -> None:
        """In the conversation where it was asked, seen by the one who asked only."""
        event = heard.event
        who = event.who
        await self._wire.card(
            "chat.postEphemeral", card, who.tenant, channel=event.conversation or who.user, user=who.user
        )

    async def read(self, heard: Heard, card: Card) -> None:
        """In the modal that was pressed."""
        view = render.reading(card, origin(heard))
        try:
            await self._wire.call("views.update", view_id=heard.view, hash=heard.view_hash, view=view)
        except DeliveryError as error:
            if str(error) != "hash_conflict":  # then a newer answer already stands there
                raise

    def home(self, heard: Heard, card: Card) -> None:
        """On this person's home page, after what is being drawn there."""
        who = heard.event.who
        self._screens.show((who.tenant, "home", who.user), lambda: self.publish(heard, card))

    async def publish(self, heard: Heard, card: Card) -> None:
        who = heard.event.who
        await self._wire.call("views.publish", who.tenant, user_id=who.user, view=render.home(card))

    async def page(self, heard: Heard, *above: Block) -> None:
        """The home page as the desk has it now, with something above it."""
        try:
            page = await self._desk.home(heard.event.who)
        except Unavailable:
            return
        self.home(heard, replace(page, blocks=(*above, *page.blocks)))


def origin(heard: Heard) -> Origin:
    return Origin(conversation=heard.event.conversation, message=heard.event.message)
