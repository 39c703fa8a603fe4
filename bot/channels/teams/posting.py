"""What we ask of Teams: send, update, begin a conversation; and tell the desk where a card now stands.

A card is changed in place where one stands. Where none does, or it is gone, it is sent anew to that person alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from botbuilder.schema import Activity, ConversationReference

from bot.cards import Card
from bot.channels import Closed, DeliveryError, Desk, Gone, Sent, Unavailable
from bot.channels.teams import render
from bot.channels.teams.adapter import Adapter, message
from bot.channels.teams.connector import Elsewhere, Json, NotFound, Unfit, Unsure
from bot.channels.teams.editing import FIRST_PAUSE, Editing, Key, pause_after
from bot.channels.teams.inbound import Heard
from bot.channels.teams.references import Reference, References
from bot.channels.teams.settings import Settings
from bot.events import Event, Who

log = logging.getLogger(__name__)

TRIES = 3
IN_DANGER = 600.0  # seconds for which the emergency card is tried, whatever Teams says of waiting
AT_MOST = 4.0  # seconds between two such tries
SLOWEST = 60.0  # seconds between them where the answers are lost, again and again
SETTLES = 1.5  # seconds; the service waits 15 for an answer, and a person less
FORM = "Confer: please fill this in"  # all that a lock screen shows of a form

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Turned:
    """What was heard, and where. `invoke`: the answer of the HTTP request stands in the place of what was pressed."""

    heard: Heard
    here: Reference
    invoke: bool

    @property
    def event(self) -> Event:
        return self.heard.event

    @property
    def place(self) -> Key:
        """The message that was pressed."""
        return self.here.tenant, self.here.conversation, self.event.message


class Posting:
    def __init__(
        self, adapter: Adapter, editing: Editing, references: References, desk: Desk, bot: str, settings: Settings
    ) -> None:
        self._adapter = adapter
        self._editing = editing
        self._references = references
        self._desk = desk
        self._bot = bot
        self._may_reach = settings.may_reach
        self._answering: dict[Key, list[Turned]] = {}

    def later(self, work: Awaitable[T]) -> asyncio.Task[T | None]:
        """Beside the request, and before we stop."""
        return self._editing.spawn(work)

    # As an answer

    def edit(self, turned: Turned, card: Card, drawn: Json, shown: asyncio.Task[Sent | None] | None) -> None:
        """In place of what was pressed, or of the emergency card that already stands; anew where neither is there."""
        event, here = turned.event, turned.here
        key = (here.tenant, here.conversation, event.message or event.delivery)
        # Of several presses only the last card is sent: it is the answer to all of them.
        self._answering.setdefault(key, []).append(turned)

        async def edit() -> None:
            stands = (await shown) if shown else None
            place = Sent(event.conversation, event.message) if event.message else stands
            answered = self._answering.pop(key, [])
            try:
                place = await self._put(turned, card, drawn, place) if place else await self._anew(turned, card)
            except Gone:
                raise
            except DeliveryError:
                self._answering[key] = answered + self._answering.get(key, [])
                raise
            for each in answered:
                await self._tell(each, place)

        def given_up() -> None:
            # Nobody is told: the card counts as promised still, and is sent by somebody else.
            self._answering.pop(key, None)

        self._editing.show(key, edit, given_up)

    async def settled(self, turned: Turned) -> None:
        """Before something is shown in the place of a card for a while: when the card itself has arrived there."""
        if turned.event.message:
            await self._editing.settled(turned.place, SETTLES)

    def keep(self, turned: Turned, card: Card) -> None:
        """This card in the stored message too, behind the answer that shows it."""
        self._editing.show(turned.place, lambda: self.update(turned.here, turned.event.message, card))

    def redraw(self, turned: Turned, drawn: Json) -> None:
        """A form or an aside in place of what was pressed, by a client to which an answer cannot carry it."""
        event, here = turned.event, turned.here

        async def redraw() -> None:
            await self._tried(here, lambda to: self._update(to, event.message, message(drawn, FORM)))

        self._editing.show(turned.place, redraw)

    async def new(self, turned: Turned, card: Card) -> None:
        """A new message in the person's own conversation with us, whose place the desk is told."""
        await self._tell(turned, await self.post_apart(turned, card))

    async def post_apart(self, turned: Turned, card: Card) -> Sent:
        """To that person alone, wherever they spoke to us."""
        return await self._patiently(lambda: self._send_apart(turned, card))

    async def alarm(self, turned: Turned, card: Card) -> Sent:
        """As `post`, for minutes and without waiting where Teams asks us to: somebody is in danger."""
        return await self._urgently(lambda: self.send(turned.here, card, urgent=True))

    async def alarm_apart(self, turned: Turned, card: Card) -> Sent:
        """The same as `post_apart`."""
        return await self._urgently(lambda: self._send_apart(turned, card, urgent=True))

    async def _send_apart(self, turned: Turned, card: Card, *, urgent: bool = False) -> Sent:
        who = turned.event.who
        private = turned.here if turned.event.place == "private" else self._references.known(who)
        return await self.send(private or await self.begin(who, urgent=urgent), card, urgent=urgent)

    async def post(self, turned: Turned, card: Card) -> Sent:
        """Where it was asked, in a group too, so never a card of somebody's consultation.

        Tries again where Teams gives a time or fails, and once where it gives no answer: two cards are less harm than
        none, and three are noise.
        """
        return await self._patiently(lambda: self.send(turned.here, card))

    async def post_drawn(self, turned: Turned, drawn: Json) -> Sent:
        """The same for a form."""
        return await self._patiently(lambda: self._tried(turned.here, lambda to: self._new(to, message(drawn, FORM))))

    async def _put(self, turned: Turned, card: Card, drawn: Json, place: Sent) -> Sent:
        try:
            await self.update(turned.here, place.message, card, drawn)
        except Gone:
            return await self._anew(turned, card)
        return place

    async def _anew(self, turned: Turned, card: Card) -> Sent:
        try:
            return await self.post(turned, card)
        except Unsure as unsure:
            raise Gone(f"{unsure}: a new message may be there") from None  # so that no more of them are sent

    async def _tell(self, turned: Turned, sent: Sent) -> None:
        try:
            await self._desk.sent(turned.event, sent)
        except Unavailable:
            log.warning("Teams: a card was shown, and where it stands could not be recorded")

    async def _patiently(self, send: Callable[[], Awaitable[Sent]]) -> Sent:
        tries = unsure = 0
        while True:
            try:
                return await send()
            except Gone:
                raise
            except DeliveryError as error:
                tries += 1
                unsure += isinstance(error, Unsure)
                if tries == TRIES or unsure > 1:
                    raise
                await asyncio.sleep(pause_after(error, tries))

    async def _urgently(self, send: Callable[[], Awaitable[Sent]]) -> Sent:
        tries, hopeless, unsure, loop = 0, 0, 0, asyncio.get_running_loop()
        until = loop.time() + IN_DANGER
        while True:
            try:
                return await send()
            except DeliveryError as error:
                tries += 1
                hopeless += isinstance(error, Gone | Unfit)
                unsure += isinstance(error, Unsure)
                if hopeless >= TRIES or loop.time() > until:
                    log.error("Teams: an emergency card could not be shown: %s", str(error))
                    raise
            pause = min(FIRST_PAUSE / 2 * 2 ** min(tries - 1, 10), AT_MOST)
            # What may be there already goes on too, but ever more slowly: it would be there many times.
            await asyncio.sleep(pause if unsure < TRIES else min(AT_MOST * 2 ** (unsure - TRIES), SLOWEST))

    # One try

    async def send(self, to: Reference, card: Card, *, urgent: bool = False) -> Sent:
        """A new message. Where Teams refuses how it is drawn, once more in the simplest way: never no card."""
        return await self._tried(
            to, lambda there: self._simply(card, lambda made: self._new(there, made, urgent=urgent))
        )

    async def update(self, to: Reference, id: str, card: Card, drawn: Json | None = None) -> None:
        """The same, in place of the message with this id. `drawn`: the card as it was drawn already."""
        await self._tried(to, lambda there: self._simply(card, lambda made: self._update(there, id, made), drawn))

    async def delete(self, to: Reference, id: str) -> None:
        """Take the message with this id away.

        https://learn.microsoft.com/microsoftteams/platform/bots/how-to/update-and-delete-bot-messages
        """
        await self._tried(to, lambda there: self._delete(there, id))

    async def begin(self, who: Who, *, urgent: bool = False) -> Reference:
        """The private conversation with somebody who may never have spoken to us. Raises Closed, Gone, DeliveryError.

        By their id in the directory, which is what the roster has: they need not have opened the app, but it must be
        installed for them. Where it is not, sending again cannot help.
        """
        service = self._references.service(who.tenant)
        if not self._may_reach(service):
            raise DeliveryError("nobody has been heard from yet, so there is no service address")
        try:
            made = await self._adapter.begin(service, who.tenant, self._bot, who.user, urgent=urgent)
        except NotFound as gone:
            # Nobody's account is closed by an answer that is not about them.
            raise (Closed(str(gone)) if gone.names_somebody else DeliveryError(str(gone))) from gone
        except Unfit as unfit:
            raise Gone(str(unfit)) from unfit
        self._references.heard(who, made, private=True)
        return made

    async def _new(self, to: Reference, activity: Activity, *, urgent: bool = False) -> Sent:
        [done] = await self._adapter.send_activities(self._adapter.turn(to, urgent=urgent), [activity])
        return Sent(to.written(), str(done.id))

    async def _update(self, to: Reference, id: str, activity: Activity) -> None:
        activity.id = id
        await self._adapter.update_activity(self._adapter.turn(to), activity)

    async def _delete(self, to: Reference, id: str) -> None:
        await self._adapter.delete_activity(self._adapter.turn(to), ConversationReference(activity_id=id))

    async def _simply(self, card: Card, send: Callable[[Activity], Awaitable[T]], drawn: Json | None = None) -> T:
        try:
            return await send(message(drawn or render.card(card), card.summary))
        except Unfit as unfit:
            log.error("Teams refused a card as it was drawn (%s); it is sent in plain words instead", unfit)
            return await send(message(render.bare(card), card.summary))

    async def _tried(self, to: Reference, call: Callable[[Reference], Awaitable[T]]) -> T:
        """There, and where that is no more, at the newest address of the tenant."""
        try:
            return await call(to)
        except (Gone, Elsewhere):
            newest = self._references.service(to.tenant)
            if newest == to.service:
                raise
            return await call(replace(to, service=newest))
