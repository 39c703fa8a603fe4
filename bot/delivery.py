"""Sends the outbox: letters to their channels, timers to their handlers, and settles each in a transaction of its own.

The rule to keep: a letter is drawn from the state at the moment it is sent, and one job is in flight a lane. Whatever
dies between the claim and the settling is done again by whoever comes next, when the lease has run out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from bot.channels import Channel, DeliveryError, Gone, Letter
from bot.charity import charity_of
from bot.copies import copy_card
from bot.dispatch import Dispatcher
from bot.events import Who
from bot.picture import look
from bot.reminders import TIMERS
from bot.turn import Office
from storage.outbox import LEASE
from storage.records import Job, NotFound
from storage.store import StoreUnavailable

log = logging.getLogger(__name__)

_AT_MOST = LEASE.total_seconds() * 0.8  # a handler cut here can still settle before somebody else may claim
_POLL = 1.0  # seconds; a belt for what was written by another process and whose wake-up was lost
_SETTLE_EVERY = 0.05  # seconds
_BATCH = 20


class Delivery:
    """The loop that sends. Several may run, in several processes, on one database."""

    def __init__(self, office: Office, channels: Sequence[Channel], dispatcher: Dispatcher | None = None) -> None:
        self._office = office
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._dispatcher = dispatcher
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._loose: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Send until `stop` is called; whatever was claimed by then is finished."""
        settling = asyncio.create_task(self._settle_answers())
        try:
            while not self._stopping.is_set():
                try:
                    async with self._office.store.listening():
                        await self._rounds()
                except (StoreUnavailable, OSError) as trouble:
                    log.warning("the outbox waits for the database: %s", type(trouble).__name__)
                    await self._wait()
        finally:
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
        """Claim what is due and begin on it; whether there was anything."""
        now = self._office.clock()
        async with self._office.store.begin(now) as tx:
            jobs = await tx.outbox.claim(limit=_BATCH, busy=list(self._busy))
        for job in jobs:
            task = asyncio.create_task(self._do(job))
            if job.lane:
                self._busy[job.lane] = task
                task.add_done_callback(partial(self._free, job.lane))
            else:
                self._loose.add(task)
                task.add_done_callback(self._loose.discard)
        return bool(jobs)

    async def drain(self) -> None:
        """Send until nothing is due (tests, and the end of a process)."""
        while await self.round() or self._busy or self._loose:
            await asyncio.gather(*self._busy.values(), *self._loose, return_exceptions=True)
        await self.settle_answers()

    async def settle_answers(self) -> None:
        """Write down, in one transaction, every card that was sent as the direct answer to a press."""
        if self._dispatcher is None or not (settled := self._dispatcher.take_settled()):
            return
        try:
            async with self._office.store.begin(self._office.clock()) as tx:
                await tx.outbox.done(settled)
        except StoreUnavailable:
            log.warning("%d answered cards will be sent once more", len(settled))

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

    async def _do(self, job: Job) -> None:
        try:
            async with asyncio.timeout(_AT_MOST):
                await (self._send(job) if job.kind == "letter" else self._ring(job))
        except (StoreUnavailable, TimeoutError, OSError) as trouble:
            log.warning("job %s waits for its lease: %s", job.id, type(trouble).__name__)

    async def _send(self, job: Job) -> None:
        store, clock = self._office.store, self._office.clock
        letter, post_id = await self._letter(job)
        if letter is None:
            async with store.begin(clock()) as tx:
                await tx.outbox.done([(job.id, job.token)])
            return
        try:
            sent = await self._channels[letter.to.channel].deliver(letter)
        except Gone:
            async with store.begin(clock()) as tx:
                tx.bind(job.organisation_id)
                await tx.outbox.bury(job)
                tx.note("letter undeliverable", job=job.id)
            return
        except DeliveryError as trouble:
            async with store.begin(clock()) as tx:
                tx.bind(job.organisation_id)
                if trouble.after is not None:
                    until = clock() + timedelta(seconds=trouble.after)
                    await tx.outbox.pause(job.lane, until, job.organisation_id)
                if await tx.outbox.again(job, after=trouble.after, counts=trouble.after is None) == "dead":
                    tx.note("letter undeliverable", job=job.id)
            return
        async with store.begin(clock()) as tx:
            tx.bind(job.organisation_id)
            if sent.message != letter.message:
                await tx.posts.place(post_id, sent.conversation, sent.message)
            await tx.outbox.done([(job.id, job.token)])

    async def _letter(self, job: Job) -> tuple[Letter | None, str]:
        """The letter as it has to read now; None when there is nothing to send any more."""
        async with self._office.store.read(self._office.clock()) as tx:
            tx.bind(job.organisation_id)
            try:
                post = await tx.posts.get(job.payload["post"])
                case = await tx.cases.get(post.consultation_id)
            except NotFound:
                return None, ""
            person = (await tx.people.get([post.person_id])).get(post.person_id)
            book = self._office.books.get(case.book_id)
            if person is None or not person.active or book is None or post.channel not in self._channels:
                return None, ""
            charity = charity_of(await tx.organisations.current())
            card = copy_card(await look(tx, book, charity, case), post, person)
        to = Who(post.channel, post.tenant, post.user)
        return Letter(post.id, to, post.conversation, post.message, card), post.id

    async def _ring(self, job: Job) -> None:
        """Run a timer: its effects, its letters and its "done" in one transaction."""
        async with self._office.store.begin(self._office.clock()) as tx:
            tx.bind(job.organisation_id)
            timer = TIMERS.get(job.payload.get("timer", ""))
            if timer is not None:
                await timer(tx, self._office.books, job.payload)
            await tx.outbox.done([(job.id, job.token)])
