"""The Slack channel: one Bolt app behind our own door, in HTTP mode, Socket Mode, or both.

A press is acknowledged after it is recorded, and before anything is asked of Slack; only what Slack signed is read.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import Reply
from bot.channels import DeliveryError, Desk, Letter, Member, Placed, Sent, Unavailable
from bot.channels.slack import groups, inbound, line, pictures, signed
from bot.channels.slack.answers import Answer, Answers, Urgent
from bot.channels.slack.letters import Letters
from bot.channels.slack.line import Line
from bot.channels.slack.members import Members
from bot.channels.slack.pictures import Pictures
from bot.channels.slack.screens import Screens
from bot.channels.slack.settings import Settings
from bot.channels.slack.wire import Wire

log = logging.getLogger(__name__)

PATH = "/slack/events"
HEARD, URGENT, SINCE = "confer.heard", "confer.urgent", "confer.since"  # names in Bolt's context
AT_WORK = 5.0  # seconds that requests under way have to finish when we stop
PROMISED = 10.0  # seconds that cards on their way have

_ANYTHING = re.compile(".*", re.DOTALL)


class SlackChannel:
    """`now` is the time of day in seconds, for signatures; `ticks` counts seconds, for how long somebody has waited.

    `down` and `look` are the watch over Socket Mode; `pauses` those before a picture is shown (`Pictures`).
    """

    name = "slack"

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
        down: float = line.DOWN,
        look: float = line.LOOK,
        pauses: Sequence[float] = pictures.PAUSES,
    ) -> None:
        self._settings = settings
        self._now = now
        self._ticks = ticks
        self._watch = (down, look)
        self._pauses = pauses
        # At DEBUG the SDK logs whole payloads, so it never gets there, whatever the root logger is set to.
        self._quiet = logging.getLogger(f"{__name__}.sdk")
        self._quiet.setLevel(logging.WARNING)
        self._screens = Screens()
        self._at_work: set[asyncio.Task[Any]] = set()
        self._own: AuthorizeResult | None = None
        self._wire: Wire | None = None
        self._line: Line | None = None
        self._bolt: AsyncApp | None = None

    def mount(self, app: web.Application, desk: Desk) -> None:
        """Adds POST /slack/events in HTTP mode; nothing in Socket Mode."""
        if not self._settings.signing_secret:
            return
        verifier = SignatureVerifier(self._settings.signing_secret, _Clock(self._now))

        async def receive(request: web.Request) -> web.StreamResponse:
            if self._bolt is None:
                return web.Response(status=503, text="not started")
            try:
                body = await signed.read(request, verifier)
            except signed.Refused as refused:
                log.warning("Slack: a request was refused: %s", refused.why)
                return web.Response(status=refused.status, text=refused.why)
            # The body is already read and its signature checked: Bolt takes a parsed one only under this mode.
            retry = request.headers.get("X-Slack-Retry-Num", "")
            asked = AsyncBoltRequest(body=body, headers={"x-slack-retry-num": retry}, mode="socket_mode")
            return await to_aiohttp_response(await self._bolt.async_dispatch(asked))

        app.router.add_post(PATH, receive)

    async def start(self, desk: Desk) -> None:
        self._wire = Wire(self._settings, self._quiet)
        self._members = Members(self._wire)
        self._pictures = Pictures(self._wire, self._screens, self._pauses)
        self._letters = Letters(self._wire, self._screens, self._members, self._pictures)
        self._answers = Answers(self._wire, self._screens, desk, self._pictures)
        self._desk = desk
        self._bolt = self._bolted(self._wire)
        self._screens.spawn(self._know_ourselves(self._wire))
        if self._settings.app_token:
            down, look = self._watch
            self._line = Line(self._bolt, self._settings.app_token, self._wire, self._quiet, down=down, look=look)
            self._line.open()

    async def stop(self) -> None:
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=AT_WORK)
        if self._line is not None:
            await self._line.close()
        if self._wire is not None:
            await self._pictures.stop()
        await self._screens.drain(PROMISED)
        if self._wire is not None:
            await self._wire.close()
        self._bolt = self._line = self._wire = None

    async def group(self, id: str) -> list[Member]:
        """Who is in the user group with this id (S0123…): for a command, so it has a connection of its own."""
        wire = Wire(self._settings, self._quiet)
        try:
            return await groups.members(wire, id)
        finally:
            await wire.close()

    async def deliver(self, letter: Letter) -> Sent:
        if self._wire is None:
            raise DeliveryError("not started")
        return await self._letters.deliver(letter)

    async def erase(self, placed: Placed) -> None:
        if self._wire is None:
            raise DeliveryError("not started")
        await self._letters.erase(placed)

    def _bolted(self, wire: Wire) -> AsyncApp:
        # Bolt reads argument names and takes `self` for one, so its hooks are plain functions.
        async def listen(req: AsyncBoltRequest, next: Callable[[], Awaitable[None]]) -> None:
            self._listen(req)
            await next()

        async def authorize(context: AsyncBoltContext) -> AuthorizeResult:
            return self._authorized(context)

        async def handle(context: AsyncBoltContext) -> BoltResponse:
            return await self._handle(context)

        # process_before_response: otherwise Bolt looks for our answer every 10 ms, and answers 200 to an event whose
        # handling failed, which is then lost.
        bolt = AsyncApp(
            name="confer-slack",
            logger=self._quiet,
            client=AsyncWebClient(
                base_url=self._settings.api_url, session=wire.session, retry_handlers=[], logger=self._quiet
            ),
            process_before_response=True,
            request_verification_enabled=False,  # done at the door, before anything is parsed
            before_authorize=listen,
            authorize=authorize,
        )
        for kind in (bolt.action, bolt.view, bolt.view_closed, bolt.options, bolt.shortcut, bolt.command, bolt.event):
            kind(_ANYTHING)(handle)
        bolt.error(_failed)
        return bolt

    def _listen(self, req: AsyncBoltRequest) -> None:
        """Before authorisation and the database: where somebody is in danger, the card goes out here."""
        heard = inbound.read(req.body, (req.headers.get("x-slack-retry-num") or [""])[0])
        if heard is None:
            return
        req.context[HEARD], req.context[SINCE] = heard, self._ticks()
        card = self._desk.at_once(heard.event)
        if card is not None:
            req.context[URGENT] = self._answers.urgent(heard, card)

    def _authorized(self, context: AsyncBoltContext) -> AuthorizeResult:
        """From what Slack signed and what we know; asking Slack here would lose presses whenever it is slow."""
        own = self._own
        return AuthorizeResult(
            enterprise_id=context.enterprise_id,
            team_id=context.team_id,
            bot_user_id=own.bot_user_id if own else None,
            bot_id=own.bot_id if own else None,
            bot_token=self._settings.token,
        )

    async def _handle(self, context: AsyncBoltContext) -> BoltResponse:
        heard: inbound.Heard | None = context.get(HEARD)
        if heard is None:
            return BoltResponse(status=200, body="")
        task = asyncio.current_task()
        if task is not None:
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        urgent: Urgent | None = context.get(URGENT)
        if urgent is not None and (body := self._answers.urgent_body(heard, urgent)):
            # This answer is how the emergency card is shown: it waits for nothing, and recording comes after it.
            self._screens.spawn(self._record(heard))
            return BoltResponse(status=200, body=body)
        answer = await self._answered(heard, urgent, context[SINCE])
        return BoltResponse(status=answer.status, body=answer.body or "")

    async def _answered(self, heard: inbound.Heard, urgent: Urgent | None, since: float) -> Answer:
        heard = await self._with_guest(heard)
        heard = replace(heard, event=replace(heard.event, spent=self._ticks() - since))
        try:
            reply = await self._desk.handle(heard.event)
        except Unavailable as failed:
            return self._answers.unavailable(heard, failed)
        return self._answers.reply(heard, reply, urgent)

    async def _record(self, heard: inbound.Heard) -> None:
        heard = await self._with_guest(heard)
        try:
            reply: Reply | Unavailable = await self._desk.handle(heard.event)
        except Unavailable as failed:
            reply = failed
        self._answers.after_urgent(heard, reply)

    async def _with_guest(self, heard: inbound.Heard) -> inbound.Heard:
        if heard.event.guest:
            return heard
        who = heard.event.who
        if heard.kind in ("message", "home", "command", "shortcut"):
            # Somebody waits, but not in danger: that card went out before. A slow Slack leaves it to the roster.
            guest = await self._members.is_guest(who)
        else:
            guest = bool(self._members.known_guest(who))
            if not heard.checked and self._members.known_guest(who) is None:
                self._screens.spawn(self._members.is_guest(who))  # somebody waits now: know it for the next time
        return replace(heard, event=replace(heard.event, guest=True)) if guest else heard

    async def _know_ourselves(self, wire: Wire) -> None:
        """Our own ids, once. Without them everything still works, but another workspace's people go unmarked."""
        try:
            us = await wire.call("auth.test")
        except DeliveryError as error:
            log.error("Slack: the bot token could not be checked: %s", error)
            return
        self._members.own_team = str(us.get("team_id") or "")
        self._own = AuthorizeResult(
            enterprise_id=us.get("enterprise_id"),
            team_id=us.get("team_id"),
            bot_user_id=us.get("user_id"),
            bot_id=us.get("bot_id"),
            bot_token=self._settings.token,
        )


async def _failed(error: Exception) -> BoltResponse:
    # The type and the place only: the text of an exception can hold what was typed.
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f"{last.tb_frame.f_code.co_name}:{last.tb_lineno}" if last else "?"
    log.error("Slack: a listener failed: %s at %s", type(error).__name__, where)
    return BoltResponse(status=500, body="")


class _Clock(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now()
