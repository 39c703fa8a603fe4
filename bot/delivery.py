"""Sends the outbox: letters to their channels, timers to their handlers, and settles each in a transaction of its own.

The rule to keep: a letter is drawn from the state at the moment it is sent, and one job is in flight a lane. Whatever
dies between the claim and the settling is done again by whoever comes next, when the lease has run out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot import messages, painting
from bot.afterwards.reminders import DRAFTS, TIMERS
from bot.books import book_of
from bot.channels import CannotErase, Channel, Closed, DeliveryError, Erasing, Gone, Letter
from bot.copies import copy_card, has_news
from bot.deciding.moving import watch
from bot.deciding.unreached import workers_own
from bot.dispatch import Dispatcher
from bot.events import Who
from bot.evidence import watching
from bot.keeping import erasing
from bot.keeping.destroying import SCRUB
from bot.leads.handing import KIND
from bot.message_cards import MESSAGES
from bot.organisation.charity import charity_of
from bot.picture import REACHED_WITHIN, look
from bot.reporting import without_lead
from bot.trace import place_of
from bot.turn import Office
from storage.outbox import ATTEMPTS, LEASE, SHORT_LEASE, WALK
from storage.records import Consultation, Job, NotFound, Post
from storage.scrubbing import scrub
from storage.store import StoreUnavailable, Transaction

log = logging.getLogger(__name__)

# A handler cut here can still settle before somebody else may claim, also where its claim waited ten seconds.
_AT_MOST, _AT_MOST_SHORT = LEASE.total_seconds() * 0.8, SHORT_LEASE.total_seconds() * 0.4
_POLL = 1.0  # seconds; a belt for what was written by another process and whose wake-up was lost
_SETTLE_EVERY = 0.5  # seconds; whoever dies in between shows the same card once more
_BATCH = 20
_TIMERS = 12  # at work; more would take every connection there is, and wait for one until their leases run out
_PATIENT = 20  # letters that may wait, in hand at once: whatever is urgent finds a connection among them
_FAILED = {"letter": "letter undeliverable", erasing.KIND: "message not deleted"}
_LATE = timedelta(seconds=30)  # without a round, while something is due: somebody has to look


class Delivery:
    """The loop that sends. Several may run, in several processes, on one database."""

    def __init__(self, office: Office, channels: Sequence[Channel], dispatcher: Dispatcher | None = None) -> None:
        self._office = office
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._dispatcher = dispatcher
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._loose: set[asyncio.Task[None]] = set()
        self._patient: set[asyncio.Task[None]] = set()  # some of the busy ones
        self._stopping = asyncio.Event()
        self._ended = False
        self._rounds_wait = asyncio.Lock()
        self._last_round = office.clock()
        self._full = False  # the last round left timers where they were

    def trouble(self, now: datetime, due: datetime | None) -> str:
        """Why letters do not go out, in words; "" where they do. `due` is when the next job is."""
        if self._ended:
            return "sending has stopped"
        if due is not None and due <= now and now - self._last_round > _LATE:
            return f"letters are due and nobody has looked for {(now - self._last_round).total_seconds():.0f} seconds"
        return ""

    async def run(self) -> None:
        """Send until `stop` is called; whatever was claimed by then is finished."""
        settling = asyncio.create_task(self._settle_answers())
        try:
            while not self._stopping.is_set():
                # Cleared first: a wake-up that is still set would make what follows a failure a race.
                self._office.store.due.clear()
                try:
                    async with self._office.store.listening():
                        await self._rounds()
                except (StoreUnavailable, OSError) as trouble:
                    log.warning("the outbox waits for the database: %s", type(trouble).__name__)
                    await self._wait()
                except Exception as bug:
                    # This loop must outlive any one job and any one bug: without it nobody hears of anything again.
                    log.error("a round of the outbox failed: %s", place_of(bug))
                    await self._wait()
        finally:
            self._ended = True
            settling.cancel()
            await asyncio.gather(*self._busy.values(), *self._loose, settling, return_exceptions=True)
            await self.settle_answers()

    async def _rounds(self) -> None:
        while not self._stopping.is_set():
            self._office.store.due.clear()
            if not await self.round():
                await self._wait()

    def stop(self) -> None:
        self._stopping.set()
        self._office.store.due.set()

    async def round(self) -> bool:
        """Claim what is due and begin on it; whether there may be more that we can take."""
        async with self._rounds_wait:
            return await self._round()

    async def _round(self) -> bool:
        now = self._office.clock()
        async with self._office.store.begin(now) as tx:
            room = _TIMERS - len(self._loose)
            self._full = room <= 0
            few = room < _TIMERS // 2  # what may wait waits for more room: one by one, it would be as many claims
            jobs = await tx.outbox.claim(
                limit=_BATCH if self._full else room,
                busy=list(self._busy),
                channels=list(self._channels),
                timers=not self._full,
                patient=not few and len(self._patient) < _PATIENT,
            )
        for job in jobs:
            task = asyncio.create_task(self._do(job))
            if job.lane:
                self._busy[job.lane] = task
                if job.patient:
                    self._patient.add(task)
                    task.add_done_callback(self._patient.discard)
                task.add_done_callback(partial(self._free, job.lane))
            else:
                self._loose.add(task)
                task.add_done_callback(self._rung)
        self._last_round = self._office.clock()
        # What may wait comes last: whoever was given some of it has seen all that is urgent.
        return bool(jobs) and not (len(self._loose) > _TIMERS // 2 and any(job.patient for job in jobs))

    async def drain(self) -> None:
        """Send until nothing is due (tests, and the end of a process)."""
        async with self.by_hand() as drained:
            await drained()

    @asynccontextmanager
    async def by_hand(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """While inside no round begins but where what is given is called: it ends when nothing is due or under way.

        After it, and before anything is written, a trial may move its clock.
        """
        async with self._rounds_wait:
            yield self._drained

    async def _drained(self) -> None:
        while await self._round() or self._busy or self._loose or self._full:
            await asyncio.gather(*self._busy.values(), *self._loose, return_exceptions=True)
        await self.settle_answers()

    async def settle_answers(self) -> None:
        """Write down, in one transaction, every card that was sent as the direct answer to a press."""
        if self._dispatcher is None or not (settled := self._dispatcher.take_settled()):
            return
        try:
            async with self._office.store.begin(self._office.clock()) as tx:
                await tx.outbox.answered(settled)
        except StoreUnavailable:
            log.warning("%d answered cards will be sent once more", len(settled))
        except Exception as bug:
            # As in `run`: whoever calls this every few hundredths of a second must not end with one bad row.
            log.error("%d answered cards will be sent once more: %s", len(settled), place_of(bug))

    async def _settle_answers(self) -> None:
        while True:
            await asyncio.sleep(_SETTLE_EVERY)
            await self.settle_answers()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._office.store.due.wait(), _POLL)
        except TimeoutError:
            return

    def _free(self, lane: str, _: asyncio.Task[None]) -> None:
        self._busy.pop(lane, None)
        self._office.store.due.set()

    def _rung(self, task: asyncio.Task[None]) -> None:
        self._loose.discard(task)
        if len(self._loose) == _TIMERS // 2:
            self._office.store.due.set()  # there is room again

    async def _do(self, job: Job) -> None:
        try:
            async with asyncio.timeout(_AT_MOST_SHORT if job.patient and not job.lane else _AT_MOST):
                await self._how(job)
        except StoreUnavailable as trouble:
            log.warning("job %s waits for its lease: %s", job.id, type(trouble).__name__)
        except Exception as bug:
            # Whatever is wrong with this one job, it counts as a try: it must neither end the loop nor come for ever.
            log.error("job %s failed: %s", job.id, place_of(bug))
            try:
                await self._again(job)
            except Exception as trouble:
                log.warning("job %s waits for its lease: %s", job.id, place_of(trouble))

    async def _how(self, job: Job) -> None:
        match job.kind:
            case "letter":
                await self._send(job)
            case erasing.KIND:
                await self._erase(job)
            case kind if kind == SCRUB:
                await self._scrub(job)
            case kind if kind == WALK:
                await watching.walk(self._office, job)
            case _:
                await self._ring(job)

    async def _erase(self, job: Job) -> None:
        """Delete a message of ours where it stands. Where the product does not let us, the ledger says so, once.

        What is still needed stays; the bell promises its end anew once it is not.
        """
        async with self._office.store.begin(self._office.clock()) as tx:
            tx.bind(job.organisation_id)
            if await erasing.must_stay(tx, job.payload):
                await tx.outbox.done([(job.id, job.token)])
                return
        placed = erasing.placed(job.payload)
        channel = self._channels[placed.to.channel]
        try:
            if not isinstance(channel, Erasing):
                raise CannotErase("no such call")
            await channel.erase(placed)
        except CannotErase:
            async with self._office.store.begin(self._office.clock()) as tx:
                tx.bind(job.organisation_id)
                if await tx.outbox.bury(job):
                    await _give_up(tx, job, None)
            return
        except DeliveryError as trouble:
            await self._again(job, after=trouble.after)
            return
        async with self._office.store.begin(self._office.clock()) as tx:
            tx.bind(job.organisation_id)
            await tx.retention.erased(job.payload["post"])
            await tx.outbox.done([(job.id, job.token)])

    async def _scrub(self, job: Job) -> None:
        """Clean the pages of what was destroyed; another try counts as one, so that it is seen where it never works."""
        try:
            await scrub(self._office.store)
        except StoreUnavailable:
            await self._again(job)
            return
        async with self._office.store.begin(self._office.clock()) as tx:
            tx.bind(job.organisation_id)
            await tx.outbox.done([(job.id, job.token)])

    async def _send(self, job: Job) -> None:
        store, clock = self._office.store, self._office.clock
        letter = await (self._message(job) if messages.is_one(job) else self._letter(job))
        if letter is None:
            async with store.begin(clock()) as tx:
                await tx.outbox.done([(job.id, job.token)])
            return
        try:
            sent = await self._channels[letter.to.channel].deliver(letter)
        except Gone as gone:
            async with store.begin(clock()) as tx:
                tx.bind(job.organisation_id)
                if letter.message and not messages.is_one(job) and await _stands_anew(tx, letter):
                    return
                about = await _hold(tx, job)
                if await tx.outbox.bury(job):
                    await _give_up(tx, job, about)
                if isinstance(gone, Closed):
                    await _account_closed(tx, letter.to)
            return
        except DeliveryError as trouble:
            await self._again(job, after=trouble.after)
            return
        async with store.begin(clock()) as tx:
            tx.bind(job.organisation_id)
            if sent.message != letter.message and not messages.is_one(job):
                late = not letter.message and await _late(tx, letter)
                if late:
                    own = await workers_own(tx, late)
                    await tx.outbox.hold([*own, await tx.posts.get(letter.id)])
                    await tx.outbox.letters(own)
                await tx.posts.place(letter.id, sent.conversation, sent.message)
            await tx.outbox.done([(job.id, job.token)])

    async def _letter(self, job: Job) -> Letter | None:
        """The letter as it has to read now; None when there is nothing to send any more. Raises NotHere."""
        async with self._office.store.read(self._office.clock()) as tx:
            tx.bind(job.organisation_id)
            try:
                post = await tx.posts.get(job.payload["post"])
                case = await tx.cases.get(post.consultation_id)
            except NotFound:
                return None
            person = (await tx.people.get([post.person_id])).get(post.person_id)
            here = (post.channel, post.tenant, post.user)
            accounts = await tx.people.accounts([post.person_id])
            theirs = here in [(account.channel, account.tenant, account.user) for account in accounts]
            if person is None or not ((person.active and theirs) or post.message):
                return None  # a leaver, or another's account: nothing new, but what stands on the screen is taken back
            book = book_of(self._office.books, case)
            charity = charity_of(await tx.organisations.current())
            picture = await look(tx, book, charity, case)
            if not post.message and not has_news(picture, post, person):
                return None  # overtaken before it went out: they were never told, so there is nothing to take back
            if not post.message and post.kind != "checklist" and picture.waits_until(tx.now):
                return None  # a practice, and late: nobody is woken for it. It stands on their home page.
            card = copy_card(picture, post, person if theirs else None)
        to = Who(post.channel, post.tenant, post.user)
        return Letter(post.id, to, post.conversation, post.message, card)

    async def _message(self, job: Job) -> Letter | None:
        """A message about no consultation, as it has to read now."""
        async with self._office.store.read(self._office.clock()) as tx:
            tx.bind(job.organisation_id)
            letter = await messages.letter(tx, self._office.books, MESSAGES, job)
        return replace(letter, card=await painting.painted(letter.card, painting.FOR_A_LETTER)) if letter else None

    async def _ring(self, job: Job) -> None:
        """Run a timer: its effects, its letters and its "done" in one transaction. A draft is made before that."""
        name, store, clock, books = job.payload["timer"], self._office.store, self._office.clock, self._office.books
        write = None
        if draft := DRAFTS.get(name):
            async with store.read(clock()) as tx:
                tx.bind(job.organisation_id)
                write = await draft(tx, books, job.payload)
        async with store.begin(clock()) as tx:
            tx.bind(job.organisation_id)
            await (write(tx) if write else TIMERS[name](tx, books, job.payload))
            await tx.outbox.done([(job.id, job.token)])

    async def _again(self, job: Job, *, after: float | None = None) -> None:
        """Another try later; after `after` seconds, and without counting this one, where the product said so."""
        now = self._office.clock()
        async with self._office.store.begin(now) as tx:
            tx.bind(job.organisation_id)
            if after is not None:
                await tx.outbox.pause(job.lane, now + timedelta(seconds=after), job.organisation_id)
            last = after is None and job.attempts >= ATTEMPTS
            about = await _hold(tx, job) if last else None
            if await tx.outbox.again(job, after=after, counts=after is None) == "dead":
                await _give_up(tx, job, about)


async def _account_closed(tx: Transaction, who: Who) -> None:
    """By a timer of its own, at once: what follows holds the consultations first, and here a letter is held."""
    person = await tx.people.by_account(who.channel, who.tenant, who.user)
    if person is not None:
        account = {"channel": who.channel, "tenant": who.tenant, "user": who.user, "person": person.id}
        key = f"account closed:{who.channel}/{who.tenant}/{who.user}"
        await tx.outbox.put("timer", key, {"timer": "account_closed", **account})


async def _stands_anew(tx: Transaction, letter: Letter) -> bool:
    """A worker whose own card is gone gets it once more, as a new message: else they would not learn of the answer."""
    post = await tx.posts.get(letter.id)
    case = await tx.cases.get(post.consultation_id)
    if post.kind != "checklist" or post.person_id != case.requester_id or case.state == "closed":
        return False
    await tx.posts.place(post.id, letter.conversation, "")
    await tx.outbox.letter(await tx.posts.get(post.id))
    return True


async def _late(tx: Transaction, letter: Letter) -> Consultation | None:
    """The consultation whose worker may have been told that this never arrived; None where it is in time."""
    post = await tx.posts.get(letter.id)
    if (post.person_id, post.kind) not in await tx.outbox.late(post.consultation_id, before=tx.now - REACHED_WITHIN):
        return None
    return await tx.cases.get(post.consultation_id)


async def _hold(tx: Transaction, job: Job) -> tuple[Post, Consultation] | None:
    """What a letter is about, held together with the worker's own cards, which may have to say that it failed."""
    if job.kind != "letter":
        return None
    try:
        post = await tx.posts.get(job.payload.get("post", ""))
        case = await tx.cases.get(post.consultation_id)
    except NotFound:
        return None
    await tx.outbox.hold([post, *await workers_own(tx, case)])
    return post, case


async def _give_up(tx: Transaction, job: Job, about: tuple[Post, Consultation] | None) -> None:
    """Nothing vanishes: the ledger has it, and the worker's own card is drawn again to say whom we did not reach."""
    if about is None:
        tx.note(_FAILED.get(job.kind, "timer failed"), job=job.id)
        if job.payload.get("message") == without_lead.ASKED:
            await without_lead.look_again(tx)
        return
    post, case = about
    tx.note("letter undeliverable", job=job.id, post=post.id, consultation=case.id)
    if post.kind == KIND and post.person_id == case.requester_id:
        await watch(tx, case.id)  # else nobody knows that whoever holds it does not
    if post.id in await tx.outbox.undelivered(case.id):
        await tx.outbox.letters(await workers_own(tx, case))
