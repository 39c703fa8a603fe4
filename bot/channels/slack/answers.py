"""A reply -> what Slack is told: in the HTTP answer, through the response_url, or by a call once we have answered.

Nothing is ever posted where somebody else could read it: outside a one-to-one conversation only the person who asked
sees the answer. The emergency card goes out first, by the way that needs least.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any, assert_never

from bot.cards import Aside, Card, Correct, Form, Nothing, Notice, Open, Points, Reply, Say, Show
from bot.channels import DeliveryError, Desk, Sent, Unavailable
from bot.channels.slack import render, words
from bot.channels.slack.inbound import Heard
from bot.channels.slack.pictures import Pictures
from bot.channels.slack.posting import Posting, origin
from bot.channels.slack.screens import Screens
from bot.channels.slack.wire import Wire, twice

log = logging.getLogger(__name__)

ELSEWHERE = "Your card is in your direct messages with Confer."
REMEMBERED = 1000  # emergency cards, by delivery
LATE = Card(
    title="Please press again",
    blocks=(Say("Slack waited too long to open the form. Nothing is lost. Press the button again."),),
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Urgent:
    """The emergency card, and the task that is showing it (None: it goes in the HTTP answer itself)."""

    card: Card
    shown: asyncio.Task[Sent | None] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the request is answered with. An empty body is a plain acknowledgement."""

    status: int = 200
    body: Json = field(default_factory=dict)


class Answers:
    def __init__(self, wire: Wire, screens: Screens, desk: Desk, pictures: Pictures) -> None:
        self._wire = wire
        self._screens = screens
        self._posting = Posting(wire, screens, desk, pictures)
        self._alarmed: dict[str, Urgent] = {}

    # The emergency card

    def urgent(self, heard: Heard, card: Card) -> Urgent:
        """Start showing it, now, whatever else is working. An event that Slack sends again shows no second one."""
        if heard.kind in ("command", "submission"):
            return Urgent(card, None)
        before = self._alarmed.get(heard.event.delivery)
        if before is not None and not (before.shown and before.shown.done() and before.shown.result() is None):
            return before
        if len(self._alarmed) >= REMEMBERED:
            self._alarmed.clear()
        urgent = Urgent(card, self._screens.spawn(self._show_now(heard, card)))
        self._alarmed[heard.event.delivery] = urgent
        return urgent

    def urgent_body(self, heard: Heard, urgent: Urgent) -> Json:
        """The emergency card for the HTTP answer itself; {} where it is shown another way."""
        return {} if urgent.shown is not None else self._in_body(heard, urgent.card)

    async def _show_now(self, heard: Heard, card: Card) -> Sent | None:
        event = heard.event
        here = Sent(event.conversation, event.message) if event.message else None
        if heard.response_url:
            try:
                await twice(lambda: self._wire.respond(heard.response_url, card, replace=True))
            except DeliveryError as error:
                log.warning("Slack: the emergency card could not be put in place: %s", error)
            else:
                return here
        elif heard.surface == "modal":
            try:
                await self._posting.read(heard, card)
            except DeliveryError as error:
                log.warning("Slack: the emergency card could not be put in the form: %s", error)
            else:
                return here
        elif heard.kind == "shortcut":
            await self._wire.call("views.open", trigger_id=heard.trigger, view=render.reading(card))
            return None
        elif heard.kind == "home":
            await self._posting.publish(heard, card)
            return None
        if event.place != "private":
            await self._posting.whisper(heard, card)
            return None
        return await self._posting.post(heard, card)

    # The reply

    def reply(self, heard: Heard, reply: Reply, urgent: Urgent | None) -> Answer:
        """What to answer with; whatever needs a call of ours is started, and shown once we have answered."""
        match reply:
            case Show(card):
                body = self._show(heard, card, urgent)
            case Open(form):
                body = self._open(heard, form)
            case Correct(errors):
                body = self._correct(heard, dict(errors))
            case Aside(card):
                body = self._aside(heard, card)
            case Nothing() if heard.kind == "home":
                self._posting.later(self._posting.page(heard))
                body = {}
            case Nothing():
                body = {}
            case _:
                assert_never(reply)
        return Answer(200, body)

    def after_urgent(self, heard: Heard, reply: Reply | Unavailable) -> None:
        """The reply to an event whose HTTP answer already went out, with the emergency card in it."""
        match reply:
            case Unavailable():
                self._posting.beside(heard, reply.card)
            case Show(card) if heard.event.place == "private":
                self._show(heard, card, None)
            case Show(card) | Aside(card):
                self._posting.beside(heard, card)
            case Open() | Correct() | Nothing():
                pass
            case _:
                assert_never(reply)

    def unavailable(self, heard: Heard, failed: Unavailable) -> Answer:
        """Nothing could be recorded. Slack sends an event again after a 500, but never a press."""
        if heard.kind in ("message", "home"):
            if not heard.again:
                self._aside(heard, failed.card)
            return Answer(500)
        body = self._aside(heard, failed.card)
        if heard.kind == "submission":
            body["response_action"] = "push"  # on top of the form: what was typed is still there when this is closed
        return Answer(200, body)

    def _show(self, heard: Heard, card: Card, urgent: Urgent | None) -> Json:
        event = heard.event
        shown = urgent.shown if urgent else None
        if heard.kind == "home":
            self._posting.home(heard, card)
        elif heard.kind == "command":
            if event.place != "private":
                return self._in_body(heard, card)
            self._posting.later(self._posting.new(heard, card))
            return _ephemeral(card.summary, [*words.danger(card.danger), words.section(ELSEWHERE)])
        elif event.place != "private":
            return self._aside(heard, card)
        elif heard.surface == "ephemeral":
            self._posting.later(self._posting.new(heard, card))
            self._posting.later(self._wire.vanish(heard.response_url))
        elif event.message or shown:
            self._posting.edit(heard, card, shown)
        else:
            self._posting.later(self._posting.new(heard, card))
        if heard.kind == "press" and heard.surface == "modal":
            self._posting.later(self._posting.read(heard, card))
        elif heard.kind == "press" and heard.surface == "home":
            # The card stands in the Messages tab: unless that is said, nothing seems to happen.
            self._posting.later(
                self._posting.page(heard, Notice("Look in the tab called Messages: your card is there.", "done"))
            )
        elif heard.kind == "shortcut":
            pointer = Card(card.title, (Say(ELSEWHERE),), danger=card.danger)
            self._posting.later(self._wire.call("views.open", trigger_id=heard.trigger, view=render.reading(pointer)))
        return {}

    def _open(self, heard: Heard, form: Form) -> Json:
        view = render.view(form, heard.event.conversation, heard.event.message)
        if heard.kind == "submission":
            return {"response_action": "update", "view": view}

        async def opened() -> None:
            try:
                if heard.surface == "modal":
                    await self._wire.call("views.update", view_id=heard.view, view=view)
                else:
                    await self._wire.call("views.open", trigger_id=heard.trigger, view=view)
            except DeliveryError as error:
                log.warning("Slack: a form could not be opened: %s", error)
                if heard.response_url:
                    await self._wire.respond(heard.response_url, LATE, replace=False)

        self._posting.later(opened())
        if heard.kind == "command" and form.danger:
            return _ephemeral(LATE.summary, list(words.danger(form.danger)))
        return {}

    def _correct(self, heard: Heard, errors: dict[str, str]) -> Json:
        if heard.kind != "submission" or not heard.inputs:
            return self._aside(heard, Card("Please check this first", (Points(tuple(errors.values())),)))
        placed: dict[str, str] = {}
        for id, said in errors.items():
            # Slack answers an error for a block that takes none with a failure of its own, and no words.
            place = id if id in heard.inputs else heard.inputs[0]
            placed[place] = f"{placed[place]} {said}" if place in placed else said
        return {"response_action": "errors", "errors": placed}

    def _aside(self, heard: Heard, card: Card) -> Json:
        match heard.kind:
            case "command" | "submission":
                return self._in_body(heard, card)
            case "home":
                self._posting.home(heard, card)
            case "message" if heard.event.place != "private":
                self._posting.later(self._posting.whisper(heard, card))
            case "message":
                self._posting.later(self._posting.post(heard, card))
            case "press" if heard.response_url:
                over = heard.surface == "ephemeral"
                self._posting.later(twice(lambda: self._wire.respond(heard.response_url, card, replace=over)))
            case "press" if heard.surface == "modal":
                self._posting.later(self._posting.read(heard, card))
            case "press" | "shortcut":
                self._posting.later(self._wire.call("views.open", trigger_id=heard.trigger, view=render.reading(card)))
        return {}

    def _in_body(self, heard: Heard, card: Card) -> Json:
        if heard.kind == "submission":
            return {"response_action": "update", "view": render.reading(card, origin(heard))}
        return _ephemeral(card.summary, render.blocks(card))


def _ephemeral(text: str, blocks: list[Json]) -> Json:
    return {"response_type": "ephemeral", "text": text, "blocks": blocks}
