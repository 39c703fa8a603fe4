"""The sandbox's routes and its live updates. The emergency card goes out before anything is asked of the database."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import assert_never

from aiohttp import hdrs, web
from markupsafe import Markup

from bot.cards import Aside, Card, Correct, Nothing, Open, Reply, Show
from bot.channels import Account, Desk, Letter, Placed, Sent, Time, Unavailable
from bot.channels.web.guard import LINES, PRESS, Refused, guard, harden
from bot.channels.web.inbound import one, read_event, read_inputs
from bot.channels.web.inputs import Slip
from bot.channels.web.kept import Kept
from bot.channels.web.lines import Line, json_line, server_sent
from bot.channels.web.page import Column, corrections, home_panel, new_delivery, people_page, plain_page
from bot.channels.web.passing import NO_TIME, TrialTime
from bot.channels.web.render import article, dialog, mark
from bot.events import Event

HEARTBEAT = 15.0  # seconds between signs of life, so that a page notices when the server is gone
SCRIPTLESS = 2.0  # seconds a page without the script waits for the record before it shows the emergency card
FILES = {"sandbox.js": "text/javascript", "sandbox.css": "text/css", "icon.svg": "image/svg+xml"}


@dataclass(eq=False, slots=True)
class Listener:
    """One open page. Only the newest state of a card is kept for it, so a page that hangs costs next to nothing."""

    people: frozenset[str]
    pending: dict[tuple[str, str], Card | None] = field(default_factory=dict)  # None: the card is taken away
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class WebChannel:
    """People of an invented charity in one browser. A page asks for their cards when it loads; what is about no
    consultation nobody draws again, so that is kept, where there is a file for `messages` over a restart as well.
    """

    name = "web"
    loopback_only = True  # anybody who reaches the page acts as anybody

    def __init__(self, messages: Path | None = None) -> None:
        self._token = secrets.token_urlsafe(24)
        self._listeners: set[Listener] = set()
        self._known: dict[str, Account] = {}
        self._kept = Kept(messages)
        self._time: TrialTime | None = None
        self._stopping = False

    def takes(self, time: Time) -> None:
        """From a trial, before `mount`: people here may let time pass."""
        self._time = TrialTime(time, self._token)

    def mount(self, app: web.Application, desk: Desk) -> None:
        """Add the routes, and the guard for the whole application: nothing beside the sandbox is open either."""
        self._desk = desk
        self._kept.begin()
        app.middlewares.append(guard)
        app.on_response_prepare.append(harden)
        app.on_shutdown.append(self._close)
        app.router.add_get("/", self._page)
        app.router.add_get("/people/{person}", self._person)
        app.router.add_get("/events", self._events)
        app.router.add_post(PRESS, self._press)
        app.router.add_get("/sandbox/{file}", self._file)
        if self._time is not None:
            self._time.mount(app)

    async def start(self, desk: Desk) -> None:
        """Nothing to open: browsers come to us."""

    async def stop(self) -> None:
        await self._close(None)

    async def deliver(self, letter: Letter) -> Sent:
        """Show the card on every open page of that person. A page opened later asks for it; twice is as once."""
        sent = Sent(conversation=letter.conversation or letter.to.user, message=letter.message or f"web-{letter.id}")
        self._kept.put(letter, sent.message)
        self._changed(letter.to.user, sent.message, letter.card)
        return sent

    async def erase(self, placed: Placed) -> None:
        """Take it off every open page. A page that is opened later never had it."""
        self._kept.drop(placed.to.user, placed.message)
        self._changed(placed.to.user, placed.message, None)

    def _changed(self, user: str, message: str, card: Card | None) -> None:
        for listener in self._listeners:
            if user in listener.people:
                listener.pending.pop((user, message), None)  # what changed last is shown last
                listener.pending[user, message] = card
                listener.woken.set()

    async def _close(self, _app: web.Application | None) -> None:
        """End the streams, which otherwise would hold the server open for as long as a page is."""
        self._stopping = True
        for listener in self._listeners:
            listener.woken.set()

    async def _page(self, request: web.Request) -> web.Response:
        """`/` shows everybody, `/?person=ID` that person alone."""
        return await self._show_page(request.query.get("person", ""))

    async def _show_page(self, only: str, extra: Mapping[str, Markup] | None = None) -> web.Response:
        try:
            everybody = await self._accounts()
            columns = [
                Column(
                    account=account,
                    home=await self._desk.home(account.who),
                    cards=self._kept.beside(account.who.user, await self._desk.cards(account.who)),
                    extra=(extra or {}).get(account.who.user, Markup()),
                )
                for account in everybody
                if only in ("", account.who.user)
            ]
            time = NO_TIME if self._time is None else await self._time.panel()
        except Unavailable as unavailable:
            return html(plain_page("Not recorded", article(unavailable.card, self._slip(only))), status=503)
        if only and not columns:
            raise nobody()
        return html(people_page(columns, everybody, self._token, only, time))

    async def _person(self, request: web.Request) -> web.Response:
        """One person's home and cards as they stand now, as JSON: what a page asks for when it comes back."""
        account = await self._account(request.match_info["person"])
        try:
            home = await self._desk.home(account.who)
            cards = self._kept.beside(account.who.user, await self._desk.cards(account.who))
        except Unavailable:
            raise Refused(
                503, "Not available", "This could not be brought up to date. It tries again by itself."
            ) from None
        return web.json_response(
            {
                "home": {"mark": mark(home), "html": home_panel(home, account, self._token)},
                "cards": [self._line("show", card, account.who.user, message) for message, card in cards],
            }
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events for `?person=ID&person=ID`: a "hello" as the stream opens, then each changed card."""
        stream = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8"})
        listener = Listener(frozenset(request.query.getall("person", [])))
        self._listeners.add(listener)
        try:
            await stream.prepare(request)
            await stream.write(b"retry: 1000\n")  # milliseconds until a page whose stream broke asks again
            await stream.write(server_sent("hello", {"token": self._token}))
            async for message in self._changes(listener):
                await stream.write(message)
        except ConnectionError:
            pass  # the page was closed
        finally:
            self._listeners.discard(listener)
        return stream

    async def _changes(self, listener: Listener) -> AsyncIterator[bytes]:
        while not self._stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listener.woken.wait(), HEARTBEAT)
            listener.woken.clear()
            pending, listener.pending = listener.pending, {}
            for (person, message), card in pending.items():
                gone: Line = {"kind": "gone", "person": person, "message": message}
                yield server_sent("card", self._line("show", card, person, message) if card else gone)
            if not pending:
                yield b": still here\n\n"

    async def _press(self, request: web.Request) -> web.StreamResponse:
        """A press or a typed message. Our script reads a line for each thing to show; a plain browser gets the page."""
        inputs = await read_inputs(request, self._token)
        account = await self._account(one(inputs, "person"))
        event = read_event(inputs, account.who)
        urgent = self._desk.at_once(event)
        if LINES in request.headers.get(hdrs.ACCEPT, ""):
            return await self._press_in_lines(request, event, urgent)
        return await self._press_in_page(event, urgent)

    async def _press_in_lines(self, request: web.Request, event: Event, urgent: Card | None) -> web.StreamResponse:
        stream = web.StreamResponse(headers={hdrs.CONTENT_TYPE: f"{LINES}; charset=utf-8"})
        if urgent is not None:
            # Whoever closed the page has still pressed: what follows is recorded all the same.
            with contextlib.suppress(ConnectionError):
                await stream.prepare(request)
                await stream.write(json_line(self._line("urgent", urgent, event.who.user, message_of(event))))
        reply = await self._answer(event)
        with contextlib.suppress(ConnectionError):
            await stream.prepare(request)
            await stream.write(json_line(self._shown(reply, event)))
            if urgent is not None and isinstance(reply, Show) and reply.card.weight != "stop":
                # What a form did takes its place on the card, where the emergency card stood until now.
                await stream.write(json_line(self._line("aside", urgent, event.who.user, "")))
            await stream.write_eof()
        return stream

    async def _press_in_page(self, event: Event, urgent: Card | None) -> web.Response:
        """For a browser without the script: the whole page again, or the one thing that there is to read or fill in."""
        user = event.who.user
        recording = asyncio.ensure_future(self._answer(event))
        done, _ = await asyncio.wait({recording}, timeout=None if urgent is None else SCRIPTLESS)
        reply = recording.result() if done else Nothing()
        if urgent is not None and not isinstance(reply, Show):
            return html(plain_page("Now", article(urgent, self._slip(user, message_of(event)))))
        match reply:
            case Aside(card):
                return await self._show_page(user, {user: article(card, self._slip(user), "aside")})
            case Open(form):
                return html(plain_page("Fill in", dialog(form, self._slip(user, event.message))))
            case Correct(errors):
                return html(plain_page("Please change this", corrections(errors)))
            case Show() | Nothing():
                return await self._show_page(user)
            case _:
                assert_never(reply)

    async def _answer(self, event: Event) -> Reply:
        """Apply the event. What could not be recorded is said beside the card, so that it can be pressed again."""
        try:
            reply = await self._desk.handle(event)
            if isinstance(reply, Show):
                self._kept.show(event.who.user, event.message, reply.card, event.action)
                await self._desk.sent(event, Sent(conversation=event.who.user, message=message_of(event)))
        except Unavailable as unavailable:
            return Aside(unavailable.card)
        return reply

    def _shown(self, reply: Reply, event: Event) -> Line:
        """The line that tells our script what to show."""
        user = event.who.user
        match reply:
            case Show(card):
                return self._line("show", card, user, message_of(event))
            case Aside(card):
                return self._line("aside", card, user, "")
            case Open(form):
                return {"kind": "open", "person": user, "html": dialog(form, self._slip(user, event.message))}
            case Correct(errors):
                return {"kind": "correct", "person": user, "errors": dict(errors)}
            case Nothing():
                return {"kind": "nothing", "person": user}
            case _:
                assert_never(reply)

    def _line(self, kind: str, card: Card, user: str, message: str) -> Line:
        drawn = article(card, self._slip(user, message), "aside" if kind == "aside" else "card")
        return {
            "kind": kind,
            "person": user,
            "message": message,
            "title": card.title,
            "mark": mark(card),
            "html": drawn,
        }

    def _slip(self, user: str, message: str = "") -> Slip:
        return Slip(person=user, token=self._token, delivery=new_delivery(), message=message)

    async def _accounts(self) -> list[Account]:
        everybody = await self._desk.accounts(self.name)
        self._known = {account.who.user: account for account in everybody}
        return everybody

    async def _account(self, user: str) -> Account:
        """Who is meant. Known from the last page, so that the emergency card needs no database."""
        if user not in self._known:
            with contextlib.suppress(Unavailable):
                await self._accounts()
        if user not in self._known:
            raise nobody()
        return self._known[user]

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["file"]
        if name not in FILES:
            raise web.HTTPNotFound
        content = (resources.files(__package__) / "static" / name).read_bytes()
        return web.Response(body=content, content_type=FILES[name], charset="utf-8")


def message_of(event: Event) -> str:
    """The message that answers this event: the pressed one, or a new one named after the delivery."""
    return event.message or f"web-{event.delivery}"


def html(page: Markup, status: int = 200) -> web.Response:
    return web.Response(text=page, status=status, content_type="text/html")


def nobody() -> Refused:
    return Refused(404, "Nobody here by that name", "There is no such person in the sandbox. Go back and choose one.")
