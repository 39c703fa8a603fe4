"""The clocks of keeping: when a record's begins and ends, what is due, and the destruction itself.

The rule to keep: nothing is destroyed while a hold stands on it, and what is destroyed leaves one row that says so.
A practice has none of these clocks and heeds no hold: it ends by its age alone (`practices`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Text, delete, func, literal, or_, select, update

from storage.cases import LIVE_PRACTICE, REAL
from storage.records import CaseState, Post, from_micros, to_micros
from storage.tables import (
    answers,
    approval_requests,
    asked,
    barred,
    bases,
    confirmations,
    consultations,
    decisions,
    departures,
    disclosures,
    follow_ups,
    handouts,
    handovers,
    holds,
    jobs,
    looks,
    posts,
    rungs,
    snoozes,
    spoken,
    texts,
)
from storage.work import Work

ERASE = "erase:"
"""How the key of the job begins that deletes one message where it stands."""

BELL = "keeping"
"""The key of the timer that rings every day."""

EMPTIED = (
    looks,
    confirmations,
    handouts,
    handovers,
    follow_ups,
    disclosures,
    departures,
    bases,
    barred,
    answers,
    posts,
    holds,
    snoozes,
    texts,
)
"""What goes with a consultation, in an order in which no row points at one that is gone."""

OF_REQUESTS = (decisions, spoken, rungs, asked)
"""What goes with its requests, and before its texts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A consultation's clock. `kept_as` is its class, "" while it is open; `destroy_at` None: no end date."""

    consultation_id: str
    reference: str
    state: CaseState
    changed_at: datetime
    closed_at: datetime | None
    kept_as: str
    destroy_at: datetime | None
    destroyed_at: datetime | None


class Retention:
    def __init__(self, work: Work) -> None:
        self._work = work

    # The clock

    async def start(
        self, consultation_id: str, kept_as: str, *, closed_at: datetime, destroy_at: datetime | None
    ) -> None:
        """Its clock runs from `closed_at`; `destroy_at` None: kept, with no end date."""
        await self._set(
            consultation_id,
            kept_as=kept_as,
            closed_at=to_micros(closed_at),
            destroy_at=None if destroy_at is None else to_micros(destroy_at),
        )

    async def stop(self, consultation_id: str) -> None:
        """It is open again: no clock runs."""
        await self._set(consultation_id, kept_as="", closed_at=None, destroy_at=None)

    async def of(self, consultation_id: str) -> Kept | None:
        """Its clock, also where it was destroyed; None where there is no such consultation."""
        rows = await self._rows(_CLOCKS.where(self._is(consultation_id)))
        return rows[0] if rows else None

    # What is due

    async def due(self, before: datetime) -> list[Kept]:
        """What ended, has an end date up to then, and stands: the first due first. Holds are not looked at."""
        ended = consultations.c.state.in_(("closed", "withdrawn"))
        return await self._rows(
            _CLOCKS.where(self._standing(), ended, consultations.c.destroy_at <= to_micros(before)).order_by(
                consultations.c.destroy_at, consultations.c.id
            )
        )

    async def unclocked(self) -> list[Kept]:
        """What has ended and has no clock: it was stopped, or closed by an older program."""
        ended = consultations.c.state.in_(("closed", "withdrawn"))
        return await self._rows(
            _CLOCKS.where(self._standing(), ended, consultations.c.closed_at.is_(None)).order_by(
                consultations.c.changed_at, consultations.c.id
            )
        )

    async def clocks(self) -> list[Kept]:
        """Every clock that runs, the oldest first; one without an end date too."""
        return await self._rows(
            _CLOCKS.where(self._standing(), consultations.c.closed_at.is_not(None)).order_by(
                consultations.c.closed_at, consultations.c.id
            )
        )

    async def practices(self, *, opened_by: datetime) -> list[str]:
        """The ids of the practices that were opened by then and stand, whatever their state; oldest first."""
        rows = await self._work.connection.execute(
            select(consultations.c.id)
            .where(
                consultations.c.organisation_id == self._work.organisation_id,
                LIVE_PRACTICE,
                consultations.c.opened_at <= to_micros(opened_by),
            )
            .order_by(consultations.c.opened_at, consultations.c.id)
        )
        return list(rows.scalars())

    async def destroyed_since(self, moment: datetime) -> int:
        """How many were destroyed since then."""
        rows = await self._work.connection.execute(
            select(func.count())
            .select_from(consultations)
            .where(
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.destroyed_at >= to_micros(moment),
            )
        )
        return int(rows.scalar_one())

    async def promised(self, consultation_id: str, kind: str) -> list[datetime]:
        """When its requester was sent a message of this kind that stands there, on whichever account."""
        rows = await self._work.connection.execute(
            select(posts.c.at)
            .join(consultations, consultations.c.id == posts.c.consultation_id)
            .where(
                self._is(consultation_id),
                posts.c.organisation_id == self._work.organisation_id,
                posts.c.person_id == consultations.c.requester_id,
                posts.c.kind == kind,
                posts.c.message != "",
            )
        )
        return [from_micros(row.at) for row in rows]

    async def unsent(self, *, unchanged_since: datetime) -> list[Kept]:
        """What was never sent as far as its rows say, and nobody has changed since: a draft, if its answers agree.

        It was never sent and told of no danger at any time, nobody else was asked or told, nothing was said to
        anybody, and no second look was ever called for.
        """
        mine = consultations.c.id
        others = [
            select(table.c.consultation_id).where(table.c.consultation_id == mine).exists()
            for table in (approval_requests, disclosures, departures, looks, follow_ups)
        ]
        told = (
            select(posts.c.id)
            .where(posts.c.consultation_id == mine, posts.c.person_id != consultations.c.requester_id)
            .exists()
        )
        return await self._rows(
            _CLOCKS.where(
                self._standing(),
                consultations.c.state.in_(("asking", "paused", "withdrawn")),
                consultations.c.changed_at <= to_micros(unchanged_since),
                consultations.c.sent_at.is_(None),
                consultations.c.danger_at.is_(None),
                ~told,
                *(~each for each in others),
            ).order_by(consultations.c.changed_at, consultations.c.id)
        )

    async def messages(self, closed_before: datetime) -> list[Post]:
        """The messages still standing of what ended by then, without a job to delete them; none of what is needed.

        Needed is what was opened again, is held, or has still to be looked at.
        """
        promised = select(jobs.c.id).where(
            jobs.c.organisation_id == posts.c.organisation_id,
            jobs.c.key == literal(ERASE, Text) + posts.c.id,
            jobs.c.state.in_(("due", "dead")),
        )
        rows = await self._work.connection.execute(
            select(posts)
            .join(consultations, consultations.c.id == posts.c.consultation_id)
            .where(
                posts.c.organisation_id == self._work.organisation_id,
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.closed_at <= to_micros(closed_before),
                posts.c.message != "",
                posts.c.erased_at.is_(None),
                ~promised.exists(),
                ~_needed(),
            )
            .order_by(posts.c.at, posts.c.id)
        )
        return [_post(row) for row in rows]

    async def needed(self, post_id: str) -> bool:
        """Whether the message of this copy is still needed (`messages`). No copy of something destroyed is."""
        rows = await self._work.connection.execute(
            select(posts.c.id)
            .join(consultations, consultations.c.id == posts.c.consultation_id)
            .where(posts.c.id == post_id, posts.c.organisation_id == self._work.organisation_id, _needed())
        )
        return rows.first() is not None

    async def erased(self, post_id: str) -> None:
        """Its message was deleted where it stood. Nothing is sent to it again until somebody is told anew."""
        await self._work.connection.execute(
            update(posts)
            .where(posts.c.id == post_id, posts.c.organisation_id == self._work.organisation_id)
            .values(message="", erased_at=to_micros(self._work.now))
        )

    async def ringing(self, key: str) -> bool:
        """Whether a timer of this key waits to go off."""
        rows = await self._work.connection.execute(
            select(jobs.c.id).where(
                jobs.c.organisation_id == self._work.organisation_id, jobs.c.key == key, jobs.c.state == "due"
            )
        )
        return rows.first() is not None

    # The end

    async def destroy(self, consultation_ids: Collection[str], kept_as: str = "") -> list[Post]:
        """Destroy these for good: key, words, answers, requests, letters. Gives the copies that stand somewhere.

        What a hold stands on (of a practice none does), or what was destroyed, is left alone. Each one's row stays and
        says when, and as what: `kept_as` where it has no class yet. The pages of the file are cleaned afterwards
        (`storage.scrubbing`).
        """
        organisation, moment = self._work.organisation_id, to_micros(self._work.now)
        held = select(holds.c.consultation_id).where(
            holds.c.consultation_id == consultations.c.id, holds.c.lifted_at.is_(None)
        )
        gone = await self._work.connection.execute(
            update(consultations)
            .where(
                consultations.c.id.in_(sorted(consultation_ids)),
                consultations.c.organisation_id == organisation,
                consultations.c.destroyed_at.is_(None),
                or_(~REAL, ~held.exists()),
            )
            .values(
                data_key=None,
                reference="",
                destroyed_at=moment,
                version=consultations.c.version + 1,  # a press that read it a moment ago writes nothing into it
            )
            .returning(consultations.c.id)
        )
        ids = sorted(gone.scalars())
        if not ids:
            return []
        await self._work.connection.execute(
            update(consultations)
            .where(consultations.c.id.in_(ids), consultations.c.kept_as == "")
            .values(kept_as=kept_as)
        )
        stood = await self._work.connection.execute(select(posts).where(posts.c.consultation_id.in_(ids)))
        copies = [_post(row) for row in stood]
        wanted = await self._work.connection.execute(
            select(approval_requests.c.id).where(approval_requests.c.consultation_id.in_(ids))
        )
        requests = sorted(wanted.scalars())
        await self._drop_jobs({*ids, *requests, *(copy.id for copy in copies)})
        for table in OF_REQUESTS if requests else ():
            await self._work.connection.execute(delete(table).where(table.c.request_id.in_(requests)))
        await self._work.connection.execute(
            delete(approval_requests).where(approval_requests.c.consultation_id.in_(ids))
        )
        for emptied in EMPTIED:
            await self._work.connection.execute(delete(emptied).where(emptied.c.consultation_id.in_(ids)))
        for id in ids:
            self._work.note("destroyed", consultation=id)
        return [copy for copy in copies if copy.message]

    async def _drop_jobs(self, about: Collection[str]) -> None:
        """Letters and timers whose key or payload speaks of one of these ids."""
        rows = await self._work.connection.execute(
            select(jobs.c.id, jobs.c.key, jobs.c.payload).where(jobs.c.organisation_id == self._work.organisation_id)
        )
        known = set(about)
        found = [row.id for row in rows if not known.isdisjoint(_words(row.key) | _words(row.payload))]
        for start in range(0, len(found), 500):
            await self._work.connection.execute(delete(jobs).where(jobs.c.id.in_(found[start : start + 500])))

    async def _set(self, consultation_id: str, **values: Any) -> None:
        await self._work.connection.execute(
            update(consultations)
            .where(self._is(consultation_id), consultations.c.destroyed_at.is_(None))
            .values(**values)
        )

    async def _rows(self, query: Select[Any]) -> list[Kept]:
        rows: Sequence[Row[Any]] = (await self._work.connection.execute(query)).all()
        return [
            Kept(
                row.id,
                row.reference,
                cast("CaseState", row.state),
                from_micros(row.changed_at),
                _moment(row.closed_at),
                row.kept_as,
                _moment(row.destroy_at),
                _moment(row.destroyed_at),
            )
            for row in rows
        ]

    def _is(self, consultation_id: str) -> ColumnElement[bool]:
        return (consultations.c.id == consultation_id) & (consultations.c.organisation_id == self._work.organisation_id)

    def _standing(self) -> ColumnElement[bool]:
        mine = consultations.c.organisation_id == self._work.organisation_id
        return mine & consultations.c.destroyed_at.is_(None) & REAL


_CLOCKS = select(
    consultations.c.id,
    consultations.c.reference,
    consultations.c.state,
    consultations.c.changed_at,
    consultations.c.closed_at,
    consultations.c.kept_as,
    consultations.c.destroy_at,
    consultations.c.destroyed_at,
)


def _needed() -> ColumnElement[bool]:
    """Of a copy beside its consultation: that is open again, held, or has still to be looked at."""
    looked = select(looks.c.kind).where(looks.c.consultation_id == consultations.c.id, looks.c.done_at.is_(None))
    held = select(holds.c.id).where(holds.c.consultation_id == consultations.c.id, holds.c.lifted_at.is_(None))
    return or_(consultations.c.state.not_in(("closed", "withdrawn")), held.exists(), looked.exists())


def _words(text: str) -> set[str]:
    """The ids in a job's key or payload: whatever stands between the marks that both are made of."""
    for mark in ':"{},':
        text = text.replace(mark, " ")
    return set(text.split())


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _post(row: Row[Any]) -> Post:
    return Post(
        row.id,
        row.consultation_id,
        row.person_id,
        row.kind,
        row.channel,
        row.tenant,
        row.user,
        row.conversation,
        row.message,
        bool(row.hidden),
    )
