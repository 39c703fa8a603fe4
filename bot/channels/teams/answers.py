"""A reply -> what Teams is told: in the HTTP answer to an invoke, by updating what was pressed, or in a new message.

The answer to an invoke needs no token and no connector, so the emergency card always goes there. What it shows is gone
when Teams is opened anew, so a card that counts is put in the stored message as well, and only then told to the desk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from bot.cards import Aside, Card, Correct, Form, Nothing, Notice, Open, Reply, Say, Show
from bot.channels import DeliveryError, Desk, Sent, Unavailable
from bot.channels.teams import render
from bot.channels.teams.connector import Json
from bot.channels.teams.filling import Filling
from bot.channels.teams.inbound import BACK, Heard
from bot.channels.teams.mailbox import Mailbox
from bot.channels.teams.posting import Posting, Turned
from bot.events import Event

CARD = "application/vnd.microsoft.card.adaptive"
REMEMBERED = 1000  # deliveries
NOT_SAVED = "We could not save this. It is all still here. Press again in a minute."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the request is answered with. None is a plain acknowledgement. typed: it holds what somebody typed."""

    status: int = 200
    body: Json | None = None
    typed: bool = False


BROKEN = Answer(
    200,
    {
        "statusCode": 200,
        "type": CARD,
        "value": render.card(
            Card(
                "Press again",
                (
                    Notice("Something went wrong with this app. We do not know if it was saved.", "warning"),
                    Say("Go back to your card, look, and press again."),
                    Say("If it goes wrong again, ring your lead."),
                ),
                danger="Someone in danger now? Ring 999. Don't wait for this bot or for approval.",
            ),
            back=True,
        ),
    },
)
"""For a press that a fault of ours keeps us from answering. It is drawn beforehand, so that nothing can break it."""


@dataclass(frozen=True, slots=True)
class Urgent:
    """The emergency card, and the task that is showing it (None: it goes in the HTTP answer itself)."""

    card: Card
    shown: asyncio.Task[Sent | None] | None


class Answers:
    def __init__(self, posting: Posting, filling: Filling, mailbox: Mailbox, desk: Desk) -> None:
        self._posting = posting
        self._filling = filling
        self._mailbox = mailbox
        self._desk = desk
        self._alarmed: dict[tuple[str, ...], Urgent] = {}
        self._apologised: set[tuple[str, ...]] = set()

    # The emergency card

    def urgent(self, turned: Turned, card: Card) -> Urgent:
        """Start showing it, now, whatever else is working. What Teams sends again shows no second one."""
        if turned.invoke:
            self._filling.ends(turned.place)
            return Urgent(card, None)
        who, delivery = turned.event.who, turned.event.delivery
        before = self._alarmed.get((who.tenant, who.user, delivery))
        if before is not None and not (before.shown and before.shown.done() and before.shown.result() is None):
            return before
        if len(self._alarmed) >= REMEMBERED:
            self._alarmed.clear()
        urgent = Urgent(card, self._posting.later(self._show_now(turned, card)))
        self._alarmed[who.tenant, who.user, delivery] = urgent
        return urgent

    def urgent_answer(self, urgent: Urgent) -> Answer:
        return _with(render.card(urgent.card))

    async def _show_now(self, turned: Turned, card: Card) -> Sent:
        event = turned.event
        if event.place != "private":
            # To that person alone: what the desk answers in the group says where to go, with the 999 line on it.
            return await self._posting.alarm_apart(turned, card)
        if event.message:
            try:
                await self._posting.update(turned.here, event.message, card)
            except DeliveryError:
                pass  # a new message is the other way
            else:
                return Sent(event.conversation, event.message)
        return await self._posting.alarm(turned, card)

    # The reply

    async def reply(self, turned: Turned, reply: Reply, urgent: Urgent | None) -> Answer:
        """What to answer with; whatever needs a call of ours is started, and shown once we have answered."""
        match reply:
            case Show(card) if urgent is not None and _pushes_away(turned, card):
                self._posting.later(self._beneath(turned, card, urgent))
                return Answer()
            case Show(card):
                return await self._show(turned, card, urgent)
            case Open(form):
                await self._posting.settled(turned)
                if turned.event.message:
                    self._filling.begins(turned.place, form, turned.event.action)
                return self._in_place(turned, render.form(form, kept=_kept(turned.heard)))
            case Correct(errors):
                return await self._correct(turned, dict(errors))
            case Aside(card):
                return await self._aside(turned, card, urgent)
            case Nothing():
                return await self.standing(turned) if turned.invoke else Answer()
            case _:
                assert_never(reply)

    async def after_urgent(self, turned: Turned, reply: Reply | Unavailable, urgent: Urgent) -> None:
        """The reply to a press that was already answered, with the emergency card."""
        match reply:
            case Show(card) if _pushes_away(turned, card):
                self._posting.later(self._beneath(turned, card, urgent))
            case Show(card) if turned.event.place == "private":
                await self._show(turned, card, None)
            case Show(card):
                self._posting.later(self._posting.new(turned, card))
            case Aside(card):
                self._posting.later(self._posting.post(turned, card))
            case Unavailable():
                self._posting.later(self._posting.post_apart(turned, reply.card))
            case Open() | Correct() | Nothing():
                pass
            case _:
                assert_never(reply)

    async def _beneath(self, turned: Turned, card: Card, urgent: Urgent) -> None:
        """What the form did, in its place; and below it the emergency card, which is there before that one goes."""
        if urgent.shown is not None:
            await urgent.shown
        await self._posting.post(turned, urgent.card)
        await self._show(turned, card, None)

    async def unavailable(self, turned: Turned, failed: Unavailable) -> Answer:
        """Nothing could be recorded. An activity that is no press may come again after a 500; a press never does."""
        heard = turned.heard
        if not turned.invoke:
            if heard.kind != "install" and self._is_news(turned.event):
                self._posting.later(self._posting.post_apart(turned, failed.card))
            return Answer(500 if heard.kind in ("message", "install") else 200)
        if heard.form is not None:
            # What was typed stays where it is; whom to ring instead stands beside it.
            self._posting.later(self._posting.post_apart(turned, failed.card))
            self._filling.goes_on(turned.place)
            return _again(heard, heard.form, {"": NOT_SAVED})
        return await self._aside(turned, failed.card)

    def _is_news(self, event: Event) -> bool:
        """Whether this delivery could not be recorded for the first time: what Teams sends again says no more."""
        key = (event.who.tenant, event.who.user, event.delivery)
        if len(self._apologised) >= REMEMBERED:
            self._apologised.clear()
        known = key in self._apologised
        self._apologised.add(key)
        return not known

    async def standing(self, turned: Turned) -> Answer:
        """The card that stands where something was pressed, as it is now; the home page where there is none.

        Raises Unavailable.
        """
        event, waited = turned.event, self._filling.ends(turned.place)
        card = await self._desk.card(event.who, event.message)
        if card is not None and waited:
            self._posting.keep(turned, card)  # what waited for the form, now and not when it is tried again
        if card is None and (kept := self._mailbox.at(turned.place)) and await self._desk.may_be_shown(event.who):
            card = kept
        if card is None:
            return self._in_place(turned, render.card(await self._desk.home(event.who)))
        return self._in_place(turned, render.card(card, filled=turned.heard.kept))

    async def _show(self, turned: Turned, card: Card, urgent: Urgent | None) -> Answer:
        event = turned.event
        self._filling.ends(turned.place)
        if event.place != "private":
            # Nobody else may read it: in the answer only the one who pressed does.
            if turned.invoke:
                return await self._aside(turned, card)
            self._posting.later(self._posting.new(turned, card))
            return Answer()
        self._mailbox.show(turned.place, card, event.action)
        shown = urgent.shown if urgent else None
        drawn = render.card(card)
        if event.message or shown:
            self._posting.edit(turned, card, drawn, shown)
        else:
            self._posting.later(self._posting.new(turned, card))
        return _with(drawn) if turned.invoke else Answer()

    async def _correct(self, turned: Turned, errors: dict[str, str]) -> Answer:
        self._filling.goes_on(turned.place)
        if turned.invoke and turned.heard.form is not None:
            return _again(turned.heard, turned.heard.form, errors)
        return await self._aside(turned, render.corrections(errors, turned.heard.danger))

    async def _aside(self, turned: Turned, card: Card, urgent: Urgent | None = None) -> Answer:
        heard = turned.heard
        if turned.invoke:
            self._filling.ends(turned.place)
            await self._posting.settled(turned)
            # A guest has no card to go back to: it may be somebody's consultation.
            return _with(render.card(card, back=not heard.event.guest, kept=_kept(heard)))
        if urgent is not None:
            # In a group this is all that is seen where the emergency card cannot be sent to that person alone.
            self._posting.later(self._posting.alarm(turned, card))
        elif heard.kind != "install":
            # Installed for everybody, the app writes nothing to those who are not on the roster.
            self._posting.later(self._posting.post(turned, card))
        return Answer()

    def _in_place(self, turned: Turned, drawn: Json) -> Answer:
        if turned.invoke:
            return _with(drawn)
        if turned.event.message:
            self._posting.redraw(turned, drawn)
        else:
            self._posting.later(self._posting.post_drawn(turned, drawn))
        return Answer()


def _pushes_away(turned: Turned, card: Card) -> bool:
    """Whether the emergency card, which stands where a form was, would go for the card of what the form did."""
    return turned.heard.kind == "submission" and turned.event.place == "private" and card.weight != "stop"


def _kept(heard: Heard) -> Mapping[str, tuple[str, ...]]:
    """What was ticked on the card that something else stands on for a while."""
    return heard.event.fields if heard.kind == "press" and heard.event.action != BACK else heard.kept


def _again(heard: Heard, form: Form, errors: Mapping[str, str]) -> Answer:
    """The form once more. What was typed goes back to the one who typed it, in the answer alone; we keep none of it."""
    return _with(render.form(form, filled=heard.event.fields, errors=errors, kept=heard.kept), typed=True)


def _with(drawn: Json, *, typed: bool = False) -> Answer:
    """https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format"""
    return Answer(200, {"statusCode": 200, "type": CARD, "value": drawn}, typed)
