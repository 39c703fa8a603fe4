"""The Teams channel: one door, POST /api/messages, and our own wire behind it.

Only what the connector signed is read. A press is answered in the HTTP answer itself, before anything is asked of
Teams; the emergency card there before anything is asked of anybody.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.schema import ActivityTypes

from bot.cards import Reply
from bot.channels import DeliveryError, Desk, Letter, Placed, Sent, Unavailable
from bot.channels.teams import inbound
from bot.channels.teams.adapter import TOOK, Adapter, Turns
from bot.channels.teams.answers import BROKEN, Answer, Answers, Urgent
from bot.channels.teams.connector import PATIENCE, REACHED, Connector
from bot.channels.teams.door import Door, Refused
from bot.channels.teams.editing import Editing
from bot.channels.teams.encoding import encoded
from bot.channels.teams.filling import Filling
from bot.channels.teams.given import Given, Said
from bot.channels.teams.inbound_auth import Guard, Keys
from bot.channels.teams.letters import Letters
from bot.channels.teams.mailbox import Mailbox
from bot.channels.teams.members import Members
from bot.channels.teams.posting import Posting, Turned
from bot.channels.teams.references import References
from bot.channels.teams.settings import Settings
from bot.channels.teams.tokens import Tokens

log = logging.getLogger(__name__)

PATH = "/api/messages"
AT_ONCE = 100  # connections to one address
AT_WORK = 5.0  # seconds that requests under way have to finish when we stop
PROMISED = 10.0  # seconds that cards on their way have
TURNED = "confer.turned"
LOCAL_BOT = "28:confer-local"


class TeamsChannel:
    """`now` is the time of day in seconds, for tokens; `ticks` counts seconds, for how long somebody has waited."""

    name = "teams"

    def __init__(
        self, settings: Settings, *, now: Callable[[], float] = time.time, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._now = now
        self._ticks = ticks
        self.loopback_only = settings.open
        self._session: aiohttp.ClientSession | None = None
        self._given = Given()

    def mount(self, app: web.Application, desk: Desk) -> None:
        """Adds POST /api/messages."""

        async def receive(request: web.Request) -> web.StreamResponse:
            if self._session is None:
                return web.Response(status=503, text="not started")
            try:
                answer = await self._received(request)
            except Refused as refused:
                log.warning("Teams: a request was refused: %s", refused.why)
                return web.Response(status=refused.status, text=refused.why)
            if answer.body is None:
                return web.Response(status=answer.status)
            said = answer.body
            return web.Response(body=said, status=answer.status, content_type="application/json", charset="utf-8")

        app.router.add_post(PATH, receive)

    async def start(self, desk: Desk) -> None:
        settings = self._settings
        if settings.open:
            log.warning(
                "Teams: no app id, so this is a local run (CONFER_LOCAL=1). Whoever can start a program on this "
                "machine can act as anybody on Teams in it; nobody else is let in."
            )
        self._desk = desk
        self._session = aiohttp.ClientSession(
            # For each address its own: a service that hangs must not keep us from the one that gives tokens.
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=AT_ONCE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=PATIENCE, sock_connect=REACHED),
        )
        self._keys = Keys(settings, self._session, self._ticks)
        self._door = Door(settings, Guard(settings, self._keys, self._now))
        self._tokens = Tokens(settings, self._session, self._ticks)
        connector = Connector(settings, self._session, self._tokens, self._ticks)
        self._references = References(settings.service_url)
        self._members = Members(connector, self._ticks)
        self._editing = Editing()
        self._adapter = Adapter(connector)
        self._adapter.on_turn_error = _failed
        self._turns = Turns(self._take)
        bot = f"28:{settings.app_id}" if settings.app_id else LOCAL_BOT
        posting = Posting(self._adapter, self._editing, self._references, desk, bot, settings)
        filling, mailbox = Filling(self._ticks), Mailbox()
        self._answers = Answers(posting, filling, mailbox, desk)
        self._letters = Letters(posting, self._editing, filling, mailbox, self._references, self._members)
        if not settings.open:
            self._keys.look()
            self._tokens.look()

    async def stop(self) -> None:
        if self._session is None:
            return
        await self._given.finished(AT_WORK)
        await self._editing.drain(PROMISED)
        await self._tokens.close()
        await self._keys.close()
        session, self._session = self._session, None
        await session.close()

    async def deliver(self, letter: Letter) -> Sent:
        if self._session is None:
            raise DeliveryError("not started")
        return await self._letters.deliver(letter)

    def trouble(self) -> str:
        """See `bot.channels.Troubled`."""
        return self._tokens.trouble() if self._session is not None else ""

    async def erase(self, placed: Placed) -> None:
        if self._session is None:
            raise DeliveryError("not started")
        await self._letters.erase(placed)

    async def _received(self, request: web.Request) -> Said:
        since = self._ticks()
        let_in = await self._door.let_in(request)
        if let_in is None:
            return Said()
        turned, body = let_in
        event = turned.event
        delivery = (event.who.tenant, event.who.user, event.delivery)
        return await self._given.once(delivery, lambda: self._turn(turned, body, since))

    # The turn

    async def _turn(self, turned: Turned, body: Mapping[str, Any], since: float) -> Said:
        context = self._adapter.turn(turned.here, body)
        context.turn_state[TURNED] = turned, since
        await self._adapter.run_pipeline(context, self._turns.on_turn)
        answer: Answer = context.turn_state.get(TOOK) or Answer()
        return Said(answer.status, None if answer.body is None else encoded(answer.body), answer.typed)

    async def _take(self, context: TurnContext) -> None:
        turned, since = context.turn_state[TURNED]
        context.turn_state[TOOK] = await self._answered(turned, since)

    async def _answered(self, turned: Turned, since: float) -> Answer:
        """Before the database and the guest list: where somebody is in danger, the card goes out here."""
        card = self._desk.at_once(turned.event)
        urgent = self._answers.urgent(turned, card) if card is not None else None
        if urgent is not None and turned.invoke:
            # This answer is how the emergency card is shown: it waits for nothing, and recording comes after it.
            self._editing.spawn(self._record(turned, urgent))
            return self._answers.urgent_answer(urgent)
        turned = await self._with_guest(turned)
        turned = _with(turned, spent=self._ticks() - since)
        try:
            event = turned.event
            if event.action == inbound.BACK and event.place == "private" and not event.guest:
                return await self._answers.standing(turned)
            reply = await self._desk.handle(turned.event)
            return await self._answers.reply(turned, reply, urgent)
        except Unavailable as failed:
            return await self._answers.unavailable(turned, failed)

    async def _record(self, turned: Turned, urgent: Urgent) -> None:
        turned = await self._with_guest(turned)
        try:
            reply: Reply | Unavailable = await self._desk.handle(turned.event)
        except Unavailable as failed:
            reply = failed
        await self._answers.after_urgent(turned, reply, urgent)

    async def _with_guest(self, turned: Turned) -> Turned:
        """Whoever is of another organisation, or a guest of this one, is told so; and is nobody we write to by it.

        A press waits for it too: a guest would decide, else, by pressing first, or while Teams does not answer.
        """
        event, here = turned.event, turned.here
        if self._settings.tenants and event.who.tenant.lower() not in self._settings.tenants:
            return _with(turned, guest=True)
        self._references.heard(event.who, here, private=event.place == "private")
        guest = await self._members.is_guest(event.who, here)
        return turned if guest is False else _with(turned, guest=bool(guest), unsure=guest is None)


def _with(turned: Turned, **changes: Any) -> Turned:
    heard = turned.heard
    return replace(turned, heard=replace(heard, event=replace(heard.event, **changes)))


async def _failed(context: TurnContext, error: Exception) -> None:
    # The type and the place only: the text of an exception can hold what was typed.
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_name}:{last.tb_lineno}" if last else "?"
    log.error("Teams: a turn failed: %s at %s", type(error).__name__, where)
    # A message that is answered 500 comes again. A press never does: whoever pressed reads what to do now.
    context.turn_state[TOOK] = BROKEN if context.activity.type == ActivityTypes.invoke else Answer(500)
