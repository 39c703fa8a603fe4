"""Letters and timers, in one table of our own transaction: what was promised is written with what it is about.

A claim pushes `run_at` past a lease and sets a fencing token; an expired lease is simply due again, and only the
holder of the token may settle. A letter to the same card replaces the one before it, so a card is sent as it stands
last. Payloads hold ids and kinds only; nothing vanishes: after the last attempt a row is dead and stays to be seen.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text, true, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.claims import claim
from storage.direct import Direct
from storage.letters import (
    DONE,
    DONE_ONE,
    HOLD,
    LATE,
    ONCE,
    OVERTAKEN,
    PROMISE,
    PUT,
    PUT_ALL,
    PUT_EACH,
    UNDELIVERED,
    letters_to,
    letters_to_copies,
)
from storage.posts import RETIRED
from storage.records import Job, Post, to_micros
from storage.retention import BELL
from storage.tables import jobs, pauses
from storage.work import Work

LEASE = timedelta(seconds=60)
"""How long a claim holds. Whatever handles a job must be done within 80 % of it."""

SHORT_LEASE = timedelta(seconds=20)
"""The same of a timer that may wait, a digest or a piece of the ledger's walk; done within 40 % of it. It takes
milliseconds, is due with thousands of others, and must not come a minute later for each process that was killed;
whatever it does is written once, whoever gets there first."""

ATTEMPTS = 18
"""Tries before a job is dead: with the waits of `_again`, about a day and a half."""

WAKE = "confer_due"
"""The PostgreSQL channel that wakes other processes."""

WALK = "ledger_walk"
"""The key, and the kind, of the job that walks a charity's ledger (`storage.walks`)."""


_REFRESH = Direct(letters_to_copies(postgresql=True), sqlite=letters_to_copies(postgresql=False))
_PUT_ALL = Direct(PUT_EACH, sqlite=PUT_ALL[False])
_PROMISE = Direct(PROMISE[True], sqlite=PROMISE[False])
_DONE_ONE = Direct(DONE_ONE)
_UNDELIVERED = Direct(UNDELIVERED)
_LATE = Direct(LATE)
_NOTIFY = text(f"SELECT pg_notify('{WAKE}', '')")


class Outbox:
    def __init__(self, work: Work) -> None:
        self._work = work
        self.woken = False
        """Whether this transaction left something due now."""

    async def put(
        self,
        kind: str,
        key: str,
        payload: Mapping[str, str],
        *,
        lane: str = "",
        run_at: datetime | None = None,
        held: bool = False,
        patient: bool = False,
    ) -> tuple[str, str]:
        """Promise a letter or timer; the same key replaces what was promised before. Gives (job id, token).

        `held`: the caller does it itself right after the commit and settles it; if it dies, the lease runs out and
        somebody else does it. `patient`: whatever else is due goes first.
        """
        token = secrets.token_urlsafe(9) if held else ""
        due = (run_at or self._work.now) + (LEASE if held else timedelta())
        promised = self._job(kind, key, payload, lane=lane, due=due, token=token, patient=patient)
        row = (await self._work.connection.execute(PUT[self._work.postgresql], promised)).one()
        if not held:
            await self._wake()
        return row.id, token

    async def promise(
        self,
        kind: str,
        key: str,
        payload: Mapping[str, str],
        *,
        run_at: datetime,
        patient: bool = False,
        once: bool = False,
    ) -> None:
        """As `put`, but a job of this key that is done, or dead, stays what it is: it does not come a second time.

        `once`: one that waits, or that somebody has in hand, stays what it is too.
        """
        promised = self._job(kind, key, payload, lane="", due=run_at, patient=patient)
        if once:
            await self._work.connection.execute(ONCE[self._work.postgresql], promised)
        else:
            await _PROMISE.rows(self._work, promised)
        if run_at <= self._work.now:
            await self._wake()

    async def letter(self, post: Post, *, held: bool = False) -> tuple[str, str]:
        """Promise the newest card to this copy. Gives (job id, token)."""
        return await self.put("letter", _key(post), {"post": post.id}, lane=_lane(post), held=held)

    async def put_all(
        self, kind: str, promised: Collection[tuple[str, Mapping[str, str], str]], *, patient: bool = False
    ) -> None:
        """As `put`, of several of different keys at once: (key, payload, lane) each, all due now.

        Nobody is woken for the patient: ten thousand digests in one minute would be as many looks at what is due.
        """
        now = self._work.now
        rows = [self._job(kind, key, payload, lane=lane, due=now, patient=patient) for key, payload, lane in promised]
        if not rows:
            return
        if self._work.postgresql:
            each = {f"{name}s": [row[name] for row in rows] for name in ("id", "key", "lane", "payload")}
            await _PUT_ALL.rows(self._work, rows[0] | each)
        else:
            for row in rows:
                await _PUT_ALL.rows(self._work, row)
        if not patient:
            await self._wake()

    async def letters(self, posts: Collection[Post]) -> None:
        """Promise the newest card to all of these copies, in one statement; none to one whose message was deleted.

        One by one, in an order of their own, they would lock out a `refresh` that meets them half-way.
        """
        now = self._work.now
        copies = {post.id: post for post in posts if not post.erased}.values()
        rows = [self._job("letter", _key(post), {"post": post.id}, lane=_lane(post), due=now) for post in copies]
        if rows:
            await self._work.connection.execute(letters_to(rows, postgresql=self._work.postgresql))
            await self._wake()

    async def hold(self, posts: Collection[Post]) -> None:
        """Take hold of the letters of these copies at once, before they are changed by more than one statement."""
        values = {"org": self._work.organisation_id, "keys": sorted({_key(post) for post in posts})}
        if self._work.postgresql:  # SQLite has one writer, whom nobody can lock out
            await self._work.connection.execute(HOLD, values)

    def _job(
        self,
        kind: str,
        key: str,
        payload: Mapping[str, str],
        *,
        lane: str,
        due: datetime,
        token: str = "",
        patient: bool = False,
    ) -> dict[str, str | int]:
        return {
            "id": secrets.token_urlsafe(9),
            "organisation_id": self._work.organisation_id,
            "kind": kind,
            "key": key,
            "lane": lane,
            "payload": json.dumps(dict(payload), sort_keys=True),
            "run_at": to_micros(due),
            "token": token,
            "attempts": 0,
            "state": "due",
            "patient": int(patient),
        }

    async def refresh(
        self, consultation_id: str, *, pressed: tuple[str, str, str], kind: str, message: str
    ) -> list[tuple[str, str, str]]:
        """A letter to every copy of this consultation's cards. Gives (job id, token, post id) of the held one.

        Held is the copy on the `pressed` account (channel, tenant, user) of this kind, if `message` is where it stands.
        """
        copies = self.copies(consultation_id, pressed=pressed, kind=kind, message=message)
        rows = await _REFRESH.rows(self._work, copies)
        return await self.promised([(row.id, row.token, row.payload) for row in rows])

    def copies(
        self, consultation_id: str, *, pressed: tuple[str, str, str], kind: str, message: str
    ) -> dict[str, str | int | None]:
        """What `letters_to_copies` is to be given; the arguments are those of `refresh`."""
        channel, tenant, user = pressed
        return {
            "case_id": consultation_id,
            "org": self._work.organisation_id,
            "channel": channel,
            "tenant": tenant,
            "user": user,
            "pressed_kind": kind,
            "pressed_message": message or None,
            "moment": to_micros(self._work.now),
            "lease_end": to_micros(self._work.now + LEASE),
            "held_by": secrets.token_urlsafe(9),
        }

    async def promised(self, letters: Collection[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """From (job id, token, payload) of new letters to (job id, token, post id) of the held ones; wakes the rest."""
        held = [(id, token, json.loads(payload)["post"]) for id, token, payload in letters if token]
        if len(held) < len(letters):
            await self._wake()
        return held

    async def _wake(self) -> None:
        if self.woken:
            return  # one call a transaction is enough
        self.woken = True
        if self._work.postgresql:
            await self._work.connection.execute(_NOTIFY)

    async def claim(
        self,
        *,
        limit: int,
        busy: Collection[str] = (),
        channels: Collection[str] | None = None,
        timers: bool = True,
        patient: bool = True,
    ) -> list[Job]:
        """Take up to `limit` due jobs, at most one a lane, none of a lane that is busy or paused; the patient last.

        Of letters only those of these channels (None: of all): another process has the others. Timers are anybody's,
        and are left where they are without `timers`, and what is patient without `patient`: whoever has its hands full
        leaves them to others. Of the patient no more than a few are looked at, however many are due.
        The only query over all organisations: it moves work, and tells nothing of its content.
        """
        statement = claim(
            channels=None if channels is None else frozenset(channels),
            timers=timers,
            patient=patient,
            postgresql=self._work.postgresql,
        )
        token = secrets.token_urlsafe(9)
        now = self._work.now
        moments = {"now": now, "held": now + LEASE, "held_shortly": now + SHORT_LEASE}
        given = {
            **{name: to_micros(at) for name, at in moments.items()},
            "by": token,
            "most": limit,
            "busy": sorted(busy),
        }
        rows = await self._work.connection.execute(statement, given)
        return [
            Job(
                row.id,
                row.organisation_id,
                row.kind,
                row.key,
                row.lane,
                _payload(row.payload),
                row.attempts,
                token,
                bool(row.patient),
            )
            for row in rows
        ]

    async def done(self, settled: Collection[tuple[str, str]]) -> None:
        """These (job id, token) are done. A row whose token moved on stays: it has newer news to tell."""
        match sorted(settled):
            case []:
                return
            case [(id, token)]:
                await _DONE_ONE.rows(self._work, {"job": id, "held_by": token})
            case several:
                await self._work.connection.execute(DONE[self._work.postgresql], {"settled": several})

    async def answered(self, settled: Collection[tuple[str, str]]) -> None:
        """These held letters stand as the answers to presses. One that was overtaken meanwhile is due once more.

        Where somebody else's step promised the same card in between, the older answer may have landed on top of it.
        A newer answer to the same copy is no such case: the channel shows those in order.
        """
        if settled:
            values = {"settled": sorted(settled), "ids": sorted({id for id, _ in settled})}
            again = {**values, "moment": to_micros(self._work.now)}
            overtaken = await self._work.connection.execute(OVERTAKEN[self._work.postgresql], again)
            await self._work.connection.execute(DONE[self._work.postgresql], {"settled": values["settled"]})
            if overtaken.all():
                await self._wake()

    async def again(self, job: Job, *, after: float | None = None, counts: bool = True) -> str:
        """Try again later; after the last attempt it is dead. Gives the new state, "" where the token moved on."""
        attempts = job.attempts if counts else job.attempts - 1
        state = "dead" if attempts >= ATTEMPTS else "due"
        wait = after if after is not None else _again(attempts)
        row = await self._work.connection.execute(
            update(jobs)
            .where(jobs.c.id == job.id, jobs.c.token == job.token)
            .values(
                state=state,
                token="",
                attempts=max(attempts, 0),
                run_at=to_micros(self._work.now + timedelta(seconds=wait)),
            )
            .returning(jobs.c.state)
        )
        return row.scalar_one_or_none() or ""

    async def bury(self, job: Job) -> bool:
        """Never again: the person or message is gone. False once the token moved on: there is newer news to try."""
        row = await self._work.connection.execute(
            update(jobs)
            .where(jobs.c.id == job.id, jobs.c.token == job.token)
            .values(state="dead", token="")
            .returning(jobs.c.id)
        )
        return row.one_or_none() is not None

    async def undelivered(self, consultation_id: str) -> list[str]:
        """The ids of the posts whose newest letter is dead: active people, other than the worker, we could not reach.

        A post with a `message` has had an older card; one without has had nothing at all.
        """
        values = {"case_id": consultation_id, "org": self._work.organisation_id, "retired": f"{RETIRED}%"}
        rows = await _UNDELIVERED.rows(self._work, values)
        return [row.id for row in rows]

    async def given_up(self) -> list[dict[str, str]]:
        """What each letter of the charity is about that was given up."""
        rows = await self._work.connection.execute(
            select(jobs.c.payload)
            .where(jobs.c.organisation_id == self._work.organisation_id, text("state = 'dead'"))
            .where(jobs.c.kind == "letter")
        )
        return [_payload(row.payload) for row in rows]

    async def late(self, consultation_id: str, *, before: datetime) -> list[tuple[str, str]]:
        """(person id, kind) of whoever was written to by then, and has had nothing of that kind on any account yet.

        Whatever is in the way: a product that says "later" for ever is no try, so such a letter never dies.
        """
        values = {"case_id": consultation_id, "org": self._work.organisation_id, "retired": f"{RETIRED}%"}
        rows = await _LATE.rows(self._work, {**values, "before": to_micros(before)})
        return [(row.person_id, row.kind) for row in rows]

    async def cancel(self, key: str) -> None:
        """Take back a timer that is not needed any more."""
        await self._work.connection.execute(
            delete(jobs).where(jobs.c.organisation_id == self._work.organisation_id, jobs.c.key == key)
        )

    async def revive_timers(self) -> list[str]:
        """Timers that were given up are due once more, for one try. Gives their keys. Letters stay where they are."""
        rows = await self._work.connection.execute(
            update(jobs)
            .where(jobs.c.organisation_id == self._work.organisation_id, jobs.c.kind == "timer", jobs.c.state == "dead")
            .values(state="due", token="", attempts=ATTEMPTS - 1, run_at=to_micros(self._work.now))
            .returning(jobs.c.key)
        )
        keys = sorted(rows.scalars())
        if keys:
            await self._wake()
        return keys

    async def pause(self, lane: str, until: datetime, organisation_id: str) -> None:
        """Nobody sends in this lane before then: the product said to slow down, to all our processes alike."""
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(pauses).values(lane=lane, organisation_id=organisation_id, until=to_micros(until))
        await self._work.connection.execute(
            new.on_conflict_do_update(index_elements=[pauses.c.lane], set_={"until": new.excluded.until})
        )

    async def next_due(self, *, after: datetime | None = None) -> int | None:
        """When the next job is due, in microseconds since 1970 UTC; None when none is waiting. `after`: later than."""
        later = true() if after is None else jobs.c.run_at > to_micros(after)
        first = select(func.min(jobs.c.run_at)).where(jobs.c.state == "due", later)
        halves = [first.where(jobs.c.patient == each).scalar_subquery() for each in (0, 1)]  # as the index is made
        row = (await self._work.connection.execute(select(*halves))).one()
        return min((int(due) for due in row if due is not None), default=None)

    async def counts(self) -> dict[str, int]:
        """How many jobs are due and dead, for the health page."""
        # The bell of keeping and the ledger's walk always wait for tomorrow, the digest and the rota's test for their
        # day. One that has died is counted.
        clocks = jobs.c.key.in_((BELL, WALK)) | jobs.c.key.startswith("digest:") | jobs.c.key.startswith("rota_test:")
        counted = (jobs.c.state != "done") & ((jobs.c.state != "due") | ~clocks)
        rows = await self._work.connection.execute(
            select(jobs.c.state, func.count()).where(counted).group_by(jobs.c.state)
        )
        return {row[0]: row[1] for row in rows}


def _key(post: Post) -> str:
    return f"card:{post.id}"


def _lane(post: Post) -> str:
    return f"{post.channel}/{post.tenant}/{post.user}"


def _payload(text: str) -> dict[str, str]:
    """What a job is about. A damaged one is about nothing: its handler fails, and no other job with it."""
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError):
        return {}


def _again(attempts: int) -> float:
    """Seconds to wait before the next try: 5 s, doubling, at most 6 hours."""
    return float(min(5 * 2 ** max(attempts - 1, 0), 6 * 3600))
