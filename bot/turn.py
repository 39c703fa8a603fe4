"""One turn: an event, who did it, the open transaction, and what the handlers of all actions share.

The rule to keep: a handler finds its consultation through `Turn.mine` or `Turn.duty`, which check whose it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict

from bot.alarms import Alarms
from bot.events import Event
from bot.organisation.charity import Charity
from bot.picture import Picture, look
from bot.telling import displaced, new_message, tell
from policy.book import Book
from storage.anchors import Anchor
from storage.records import CaseState, Consultation, NotFound, Person
from storage.store import Store, Transaction


class _Pressed(TypedDict):
    pressed: tuple[str, str, str]
    kind: str
    message: str


class Refusal(Exception):
    """Something this person may not do, or not now. The sentence is shown to them as it is."""


class MovedOn(Exception):
    """The card that was pressed is older than the consultation. Nothing was changed; the newest card is shown."""


@dataclass(frozen=True, slots=True)
class Office:
    """What a process has: the store, the books it read, and a clock that is passed in.

    `within` is the bound of one event's time, in seconds, from its arrival to its answer: Slack waits three for the
    answer to a press, and then says nothing helpful. `ticks` measures it, in seconds from wherever it likes.
    `anchors` is the file of the ledger's anchors, where there is one, and `anchored` the newest of each charity, as it
    was last read; `alarms` what is wrong with the record. `address` is where people's browsers reach this process, ""
    where they cannot. `ahead` is how far the clock was moved on in a trial, which no telephone knows of.
    """

    store: Store
    books: Mapping[str, Book]
    clock: Callable[[], datetime]
    within: float = 2.2
    ticks: Callable[[], float] = time.monotonic
    anchors: Path | None = None
    alarms: Alarms = field(default_factory=Alarms)
    anchored: dict[str, Anchor] = field(default_factory=dict)
    address: str = ""
    ahead: Callable[[], timedelta] = timedelta

    @property
    def first_book(self) -> Book:
        """The book whose emergency text stands where no charity is known yet."""
        return next(iter(self.books.values()))


@dataclass(frozen=True, slots=True)
class Held:
    """A letter this process sends itself, as the answer to the press."""

    job_id: str
    token: str
    post_id: str
    organisation_id: str


@dataclass
class Turn:
    """`about` is the consultation of the pressed card as it stood when the event arrived, if there is one.

    `held` fills up with the letters that the answer to this very event will be. `begun` is the consultation that it
    began, if it did: then the answer is about that one.
    """

    tx: Transaction
    event: Event
    person: Person
    charity: Charity
    book: Book
    office: Office
    about: Consultation | None = None
    held: list[Held] = field(default_factory=list)
    notice: str = ""
    begun: Consultation | None = None

    @property
    def now(self) -> datetime:
        return self.tx.now

    async def mine(self, *, fresh: bool = True) -> Consultation:
        """The consultation of the pressed card, when it is this person's own.

        `fresh`: the card must show the newest version. Raises Refusal, MovedOn.
        """
        case = await self._case()
        if case.requester_id != self.person.id:
            raise Refusal("This is somebody else's consultation. Only they can answer it.")
        if fresh and self.event.carry.get("v") != str(case.version):
            raise MovedOn
        return case

    async def duty(self) -> Consultation:
        """The consultation of the pressed card, when this person was asked about it. Raises Refusal."""
        case = await self._case()
        consultations = {id for id, _ in await self.tx.approvals.asked_of(self.person.id)}
        if case.id not in consultations:
            raise Refusal("You have not been asked about this one, so it stays closed to you.")
        return case

    async def picture(self, case: Consultation, *, everything: bool = True) -> Picture:
        # By the book it was begun under: under another one its answers say something else, or nothing.
        book = self.office.books.get(case.book_id, self.book)
        return await look(self.tx, book, self.charity, case, everything=everything)

    async def step(
        self, case: Consultation, answers: Mapping[str, str] | None = None, *, state: CaseState | None = None
    ) -> Consultation:
        """The consultation one version on, with these answers, and every copy of its cards promised the newest.

        The pressed copy is answered directly. Raises storage's Conflict when somebody else was first.
        """
        moved, held = await self.tx.steps.take(case, answers or {}, state, **self._pressed(case))
        self._hold(held)
        return moved

    def note(self, kind: str, case: Consultation | None = None, **ids: str) -> None:
        """A line in the ledger: who did what on which consultation."""
        if case is not None:
            ids["consultation"] = case.id
        self.tx.note(kind, person=self.person.id, **ids)

    async def refresh(self, case: Consultation) -> None:
        """Bring every copy of this consultation's cards up to date, where its own version does not move."""
        self._hold(await self.tx.outbox.refresh(case.id, **self._pressed(case)))

    def _pressed(self, case: Consultation) -> _Pressed:
        """Which copy the press came from."""
        who = self.event.who
        return {
            "pressed": (who.channel, who.tenant, who.user),
            "kind": "checklist" if case.requester_id == self.person.id else "approval",
            "message": self.event.message,
        }

    def _hold(self, letters: Collection[tuple[str, str, str]]) -> None:
        self.held += [Held(job, token, post, self.tx.organisation_id) for job, token, post in letters]

    async def tell(self, case: Consultation, kind: str, people: Collection[Person], *, urgent: bool = True) -> None:
        """Send these people a card of this kind, on every account they have.

        `urgent`: if one of them has nothing of it in a few minutes, the worker is told to ring.
        """
        await tell(self.tx, case, kind, people, urgent=urgent)

    async def show_here(self, case: Consultation, kind: str) -> None:
        """From now on the copy on the pressing account stands where the answer to this event will stand."""
        who = self.event.who
        for address in await self.tx.people.accounts([self.person.id]):
            if (address.channel, address.tenant, address.user) == (who.channel, who.tenant, who.user):
                post = await self.tx.posts.ensure(case.id, kind, address)
                if post.hidden:
                    await self.tx.posts.hide(post.id, hidden=False)
                here = self.event.message
                if post.message and post.message != here:
                    *others, post = await new_message(self.tx, case, kind, address)
                else:
                    others = []
                if here:
                    for other in await self.tx.posts.displaced_by(post, here):
                        others += await displaced(self.tx, other, by=post)
                    await self.tx.posts.place(post.id, self.event.conversation, here)
                await self.tx.outbox.hold([post, *others])
                await self.tx.outbox.letters(others)
                job, token = await self.tx.outbox.letter(post, held=True)
                self.held.append(Held(job, token, post.id, self.tx.organisation_id))

    async def _case(self) -> Consultation:
        if self.about is not None:
            return self.about
        try:
            return await self.tx.cases.get(self.event.carry.get("c", ""))
        except NotFound as gone:
            raise Refusal("We cannot find this consultation. Open the home page to see yours.") from gone
