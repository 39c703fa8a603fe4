"""The dispatcher: one transaction an event, one answer, and the only `except Exception` of the house.

The rule to keep: whatever goes wrong, whoever pressed is told what happened, what is safe and what to do now.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import consultation, emergency, notices, painting, practice, standing
from bot.actions import ACTIONS
from bot.cards import (
    Aside,
    Card,
    Correct,
    Nothing,
    Notice,
    Number,
    Reply,
    Show,
)
from bot.channels import Account, Sent, Unavailable
from bot.consultation import case_card
from bot.deciding.approval_card import approval_card
from bot.events import Event, Who
from bot.organisation.charity import Charity, charity_of
from bot.phone import pin
from bot.picture import look
from bot.roster import EMERGENCY_TOLD
from bot.team.locking import shut_out
from bot.trace import place_of
from bot.turn import Held, MovedOn, Office, Refusal, Turn
from bot.wording import numbers, role_of
from policy.book import Book
from storage.records import Conflict, NotFound
from storage.sealing import CannotOpen
from storage.store import GaveWay, StoreUnavailable, Transaction

log = logging.getLogger(__name__)

_REMEMBERED = 10_000
_URGENT_TRIES = 5
_A_MOMENT = 0.1  # seconds: less could not even say that there is no more time
_CHARITY_FOR = timedelta(seconds=5)
_DECIDES = frozenset(
    {"approve.confirm", "decline.confirm", "spoken.yes", "spoken.no", "look.confirm", "take_over.confirm"}
    | {"paper.confirm"}
)
"""What nobody does while it is not known whether they are a guest: decide what others asked, take a case over, or
have a record as a file. All that protects somebody goes on.
"""
_UNSURE = (
    "We could not check in time that this account is of your own team. Nothing was decided. Press again in a minute. "
    "If it is the same then, ring whoever asked you."
)


class Dispatcher:
    """The desk that every channel speaks to (`bot.channels.Desk`)."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._held: OrderedDict[str, list[Held]] = OrderedDict()  # delivery -> letters its answer will be
        self._settled: list[tuple[str, str]] = []
        self._to_ring: dict[str, tuple[Number, ...]] = {}
        self._charities: dict[str, tuple[datetime, tuple[Charity, Book | None, list[str]]]] = {}
        self._closed: dict[str, set[tuple[str, str, str]]] = {}  # accounts closed when the charity was last read

    def at_once(self, event: Event) -> Card | None:
        """See `bot.channels.Desk`. Whatever goes wrong in here must not keep anybody from the card."""
        try:
            return emergency.at_once(event, self._book_of(event))
        except Exception as bug:
            log.error("the emergency check failed: %s", place_of(bug))
            return None

    async def handle(self, event: Event) -> Reply:
        """Apply the event and answer. Raises Unavailable where nothing could be recorded."""
        try:
            return await painting.answer(await self._handle(event))
        except (StoreUnavailable, TimeoutError) as trouble:
            log.warning("not recorded: %s", trouble)
            raise Unavailable(self._unrecorded(event)) from trouble
        except Exception as bug:
            # The message of an exception may quote what somebody typed, so only its kind and place are logged.
            log.error("a handler failed on %r: %s", event.action, place_of(bug))
            raise Unavailable(self._unrecorded(event)) from bug

    async def home(self, who: Who) -> Card:
        """The home page of this account."""
        reply = await self.handle(Event(delivery="", who=who, action="home"))
        return reply.card if isinstance(reply, Show | Aside) else self._unrecorded()

    async def cards(self, who: Who) -> list[tuple[str, Card]]:
        """Every card this account has, as it stands now, oldest first. Raises Unavailable."""
        async with self._reading() as tx:
            return await standing.every_card(tx, self.office.books, who)

    async def card(self, who: Who, message: str) -> Card | None:
        """What stands in this message of this account now; None where that is no card of ours. Raises Unavailable."""
        async with self._reading() as tx:
            return await standing.one_card(tx, self.office.books, who, message)

    async def may_be_shown(self, who: Who) -> bool:
        """Whether this account is somebody's who is on the list, and not locked. Raises Unavailable."""
        async with self._reading() as tx:
            person = await tx.people.by_account(who.channel, who.tenant, who.user)
            return person is not None and person.active and not person.locked

    async def accounts(self, channel: str) -> list[Account]:
        """The charity's people on this channel, with their roles in plain words. Raises Unavailable."""
        async with self._reading() as tx:
            return await standing.every_account(tx, channel)

    async def sent(self, event: Event, sent: Sent) -> None:
        """The answer to this event stands there now: settle the letters it was."""
        held = self._held.pop(event.delivery, [])
        if held and sent.message and sent.message != event.message:
            try:
                async with self.office.store.begin(self.office.clock()) as tx:
                    tx.bind(held[0].organisation_id)
                    for letter in held:
                        await tx.posts.place(letter.post_id, sent.conversation, sent.message)
            except StoreUnavailable as trouble:
                raise Unavailable(self._unrecorded()) from trouble  # the lease runs out, and it is sent once more
        self._settled += [(letter.job_id, letter.token) for letter in held]

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Transaction]:
        try:
            async with self.office.store.read(self.office.clock(), within=self.office.within) as tx:
                yield tx
        except (StoreUnavailable, TimeoutError) as trouble:
            raise Unavailable(self._unrecorded()) from trouble
        except Exception as bug:
            log.error("a card could not be drawn: %s", place_of(bug))
            raise Unavailable(self._unrecorded()) from bug

    def take_settled(self) -> list[tuple[str, str]]:
        """The (job id, token) pairs that were answered since the last call; whoever takes them writes them down."""
        settled, self._settled = self._settled, []
        return settled

    async def _handle(self, event: Event) -> Reply:
        book = self._book_of(event)
        if event.place != "private":
            return Aside(notices.elsewhere(book))
        if event.guest:
            text = "This bot only works for members of the charity's own team."
            return Aside(notices.plain(book, "Not for guests", text))
        handler = ACTIONS.get(event.action)
        if handler is None:
            text = "Open the home page and go on from there."
            return Aside(notices.plain(book, "This button is from an older version", text))
        urgent = emergency.answers_yes(event, book)
        # One deadline for all that this event asks of the database. In danger the card is out already, and keeping it
        # in the record is worth more than an answer in time: every try has its own.
        until = None if urgent else self.office.ticks() + self.office.within - event.spent
        try:
            reply, held = await self._recorded(event, handler, tries=_URGENT_TRIES if urgent else 1, until=until)
        except (Refusal, MovedOn, Conflict, NotFound) as refused:
            if urgent:
                # Whatever stood in the way of the old consultation, somebody is in danger now: a new one takes it.
                reply, held = await self._recorded(event, consultation.new, tries=_URGENT_TRIES)
            elif emergency.at_once(event, book):
                return Aside(notices.not_kept(book, (_why(refused),)))
            else:
                if isinstance(refused, Refusal):
                    await self._note_refused(event, until)
                return await self._as_it_stands(event, _why(refused), until)
        except CannotOpen as locked:
            # Its words name a key and nothing else. All or nothing: what this press wrote is gone with its transaction.
            log.error("%r needs what cannot be opened: %s", event.action, locked)
            if not urgent:
                return Aside(notices.cannot_open(book, altered=locked.why == "altered"))
            reply, held = await self._recorded(event, consultation.new, tries=_URGENT_TRIES)
        if isinstance(reply, Correct) and emergency.at_once(event, book):
            return Aside(notices.not_kept(book, tuple(reply.errors.values())))
        if held and event.delivery:
            self._held[event.delivery] = held
            while len(self._held) > _REMEMBERED:
                self._held.popitem(last=False)  # its lease runs out, and the delivery loop sends the card instead
        return reply

    async def _recorded(
        self, event: Event, handler: Callable[[Turn], Awaitable[Reply]], *, tries: int, until: float | None = None
    ) -> tuple[Reply, list[Held]]:
        """One transaction, begun again when somebody else was a moment earlier, as often as `tries` says.

        Once more, too, where the database ended it in favour of another one and there is time left.
        """
        gave_way = False
        while True:
            tries -= 1
            try:
                async with self.office.store.begin(self.office.clock(), within=self._left(until)) as tx:
                    return await self._in_transaction(tx, event, handler)
            except (Conflict, GaveWay) as lost:
                first = isinstance(lost, GaveWay) and not gave_way and self._left(until) > _A_MOMENT
                gave_way = True
                if tries <= 0 and not first:
                    raise

    async def _in_transaction(
        self, tx: Transaction, event: Event, handler: Callable[[Turn], Awaitable[Reply]]
    ) -> tuple[Reply, list[Held]]:
        who = event.who
        arrived = await tx.arrivals.of(
            who.channel, who.tenant, who.user, delivery=event.delivery, case_id=event.carry.get("c", "")
        )
        person = arrived.person
        if person is None or not person.active:
            return Aside(notices.stranger(self.office.first_book)), []
        if not arrived.first:
            return Nothing(), []
        charity, book, missing = await self._charity(tx)
        if book is None or missing:
            return Show(emergency.emergency_only_card(book or self.office.first_book, missing)), []
        if (account := (who.channel, who.tenant, who.user)) in self._closed.get(tx.organisation_id, ()):
            await tx.people.reopen(*account)
        # By the book that the pressed card was drawn from: the charity may have another one since.
        pressed = self._book_of(event)
        if arrived.case is not None:
            book = self.office.books.get(arrived.case.book_id, book)
        elif emergency.answers_yes(event, pressed) and not emergency.answers_yes(event, book):
            book = pressed
        turn = Turn(tx, event, person, charity, book, self.office, arrived.case)
        if stopped := await shut_out(turn):
            return stopped, turn.held
        if asked := await pin.first(turn):
            rehearsed = turn.about.practice if turn.about is not None else practice.is_carried(event.carry)
            return practice.answered(asked) if rehearsed else asked, turn.held
        if turn.event.unsure and turn.event.action in _DECIDES:
            # The form stays, with what was typed; pressed again, it is asked again who this is.
            if turn.event.fields:
                return Correct({"": _UNSURE}), turn.held
            return Aside(notices.plain(book, "Please press again", _UNSURE)), turn.held
        # After the right PIN, what was pressed before it.
        reply = await (handler if turn.event is event else ACTIONS[turn.event.action])(turn)
        about = turn.begun or turn.about
        return practice.answered(reply) if about is not None and about.practice else reply, turn.held

    async def _charity(self, tx: Transaction) -> tuple[Charity, Book | None, list[str]]:
        """The charity, its book and what it lacks. Remembered for a few seconds: who may do what never is."""
        known = self._charities.get(tx.organisation_id)
        if known is not None and timedelta() <= tx.now - known[0] < _CHARITY_FOR:
            return known[1]
        charity = charity_of(await tx.organisations.current())
        book = self.office.books.get(charity.book)
        people = await tx.people.everybody()
        found = charity, book, charity.missing(book, people)
        closed = {(each.channel, each.tenant, each.user) for each in await tx.people.closed()}
        self._closed[tx.organisation_id] = closed
        self._to_ring[tx.organisation_id] = tuple(
            Number(person.name, person.telephone, role_of(person))
            for person in people
            if person.active and not person.locked and person.telephone and person.capabilities & set(EMERGENCY_TOLD)
        )
        self._charities[tx.organisation_id] = (tx.now, found)
        return found

    def _left(self, until: float | None) -> float:
        """Seconds to `until`, never none at all; without one, as many as an event has."""
        return self.office.within if until is None else max(until - self.office.ticks(), _A_MOMENT)

    async def _note_refused(self, event: Event, until: float | None) -> None:
        """Who tried what and was refused stands in the record too, in a transaction of its own: that of the press is
        gone. Where it cannot be written whoever pressed reads all the same why nothing changed.
        """
        try:
            async with self.office.store.begin(self.office.clock(), within=self._left(until)) as tx:
                person = await tx.people.by_account(event.who.channel, event.who.tenant, event.who.user)
                if person is None:
                    return
                try:
                    case = {"consultation": (await tx.cases.get(event.carry.get("c", ""))).id}
                except NotFound:
                    case = {}
                tx.note("refused", person=person.id, action=event.action, **case)
        except StoreUnavailable as trouble:
            log.warning("a refusal was not recorded: %s", trouble)

    async def _as_it_stands(self, event: Event, notice: str, until: float | None) -> Reply:
        """The newest card of what was pressed, with the sentence that says why nothing changed."""
        async with self.office.store.read(self.office.clock(), within=self._left(until)) as tx:
            person = await tx.people.by_account(event.who.channel, event.who.tenant, event.who.user)
            if person is None:
                return Aside(notices.stranger(self.office.first_book))
            charity = charity_of(await tx.organisations.current())
            try:
                case = await tx.cases.get(event.carry.get("c", ""))
            except NotFound:
                return Aside(notices.plain(self.office.first_book, "Nothing was changed", notice))
            book = self.office.books.get(case.book_id, self.office.first_book)
            picture = await look(tx, book, charity, case)
        if case.requester_id == person.id:
            card = case_card(picture)
            card = Card(card.title, (Notice(notice, "warning"), *card.blocks), card.danger, card.summary, card.weight)
        elif any(person.id in request.asked for request in picture.requests):
            card = approval_card(picture, person, notice=notice)
        else:
            card = None
        if card is not None:
            return Show(practice.marked(card) if case.practice else card)
        return Aside(notices.plain(self.office.first_book, "Nothing was changed", notice))

    def _book_of(self, event: Event) -> Book:
        """The book of the pressed card's question, without asking the database; else the first."""
        question = event.carry.get("q", "")
        books = self.office.books.values()
        return next((book for book in books if book.emergency.question == question), self.office.first_book)

    def _unrecorded(self, event: Event | None = None) -> Card:
        """With the button to press again, where the press carried everything (what was ticked or typed did not)."""
        again = event if event is not None and event.action in ACTIONS and not event.fields and not event.text else None
        card = emergency.unrecorded_card(self.office.first_book, self._known_numbers(), again)
        return practice.marked(card) if event is not None and practice.is_carried(event.carry) else card

    def _known_numbers(self) -> tuple[Number, ...]:
        """The book's own numbers, and the leads as last read: the rest is in the database that cannot be reached."""
        book = self.office.first_book
        # With several charities in one process nobody can say whose press this was, so no names are shown.
        leads = next(iter(self._to_ring.values())) if len(self._to_ring) == 1 else ()
        charity = Charity("", "", book.id, ZoneInfo("UTC"), "REF", {}, {})
        critical = (id for id, contact in book.contacts.items() if contact.critical and not contact.setting)
        return (*leads, *numbers(book, charity, tuple(critical)))


def _why(refused: Exception) -> str:
    match refused:
        case Refusal():
            return str(refused)
        case MovedOn():
            return "This has moved on since your card was drawn. Here it is as it stands now."
        case _:
            return "Somebody was a moment earlier. Here it is as it stands now."
