"""The ladder of a request nobody has answered: each step that was taken, and when the next one is due.

The rule to keep: a step is taken once, whoever takes it; a pending request always has a next time.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Text, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.cases import REAL
from storage.direct import Direct
from storage.outbox import Outbox
from storage.records import Rung, Taken, from_micros, to_micros
from storage.tables import Int64, approval_requests, consultations, jobs, posts, rungs
from storage.work import Work

_OF = Direct(
    select(rungs)
    .join(approval_requests, approval_requests.c.id == rungs.c.request_id)
    .where(approval_requests.c.consultation_id == bindparam("case_id"), rungs.c.organisation_id == bindparam("org"))
    .order_by(rungs.c.request_id, rungs.c.step)
)

_SAME = rungs.c.organisation_id == approval_requests.c.organisation_id
_RUNG = ["organisation_id", "request_id", "step", "kind", "at", "next_at"]


class Ladders:
    def __init__(self, work: Work, outbox: Outbox) -> None:
        self._work = work
        self._outbox = outbox

    async def climb(self, request_id: str, step: int, kind: Taken, next_at: datetime) -> bool:
        """Take this step and promise the timer of the next one; whether it had not been taken before.

        Of a request that is not pending no step is taken. The timer is of kind "ladder", with the request's id and
        the number of the step that it is for.
        """
        now, then = to_micros(self._work.now), to_micros(next_at)
        rung = (literal(step, Int64), literal(kind, Text), literal(now, Int64), literal(then, Int64))
        pending = (
            select(approval_requests.c.organisation_id, approval_requests.c.id, *rung)
            .where(
                approval_requests.c.id == request_id,
                approval_requests.c.organisation_id == self._work.organisation_id,
                approval_requests.c.state == "pending",
            )
            .with_for_update(key_share=True)  # whoever decides at this moment waits, and then takes the timer back
        )
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(rungs).from_select(_RUNG, pending).on_conflict_do_nothing().returning(rungs.c.step)
        if (await self._work.connection.execute(new)).one_or_none() is None:
            return False
        payload = {"timer": "ladder", "request": request_id, "step": str(step + 1)}
        await self._outbox.put("timer", f"ladder:{request_id}", payload, run_at=next_at)
        return True

    async def fallen(self) -> list[tuple[str, int, datetime]]:
        """(request id, step, when it was due) of every pending request without a timer: it died, or never was.

        That of a practice ends with the first call of the leads.
        """
        promised = select(jobs.c.id).where(
            jobs.c.organisation_id == approval_requests.c.organisation_id,
            jobs.c.key == literal("ladder:", Text) + approval_requests.c.id,
            jobs.c.state == "due",
        )
        last = func.max(rungs.c.step)
        rows = await self._work.connection.execute(
            select(approval_requests.c.id, last.label("step"), func.max(rungs.c.next_at).label("next_at"))
            .join(consultations, consultations.c.id == approval_requests.c.consultation_id)
            .outerjoin(rungs, (rungs.c.request_id == approval_requests.c.id) & _SAME)
            .where(
                approval_requests.c.organisation_id == self._work.organisation_id,
                REAL,
                approval_requests.c.state == "pending",
                ~promised.exists(),
            )
            .group_by(approval_requests.c.id)
            .order_by(approval_requests.c.id)
        )
        return [
            (row.id, 0, self._work.now) if row.step is None else (row.id, row.step + 1, from_micros(row.next_at))
            for row in rows
        ]

    async def of(self, consultation_id: str) -> dict[str, list[Rung]]:
        """Request id -> its steps so far, first one first; each call of the leads with whoever was written to then."""
        steps = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        called = {row.at for row in steps if row.kind == "leads"}
        told: dict[int, set[str]] = {}
        if called:  # a step and its letters are promised in one transaction, so they are of one moment
            copies = select(posts.c.at, posts.c.person_id).where(
                posts.c.consultation_id == consultation_id,
                posts.c.organisation_id == self._work.organisation_id,
                posts.c.at.in_(sorted(called)),
            )
            for copy in await self._work.connection.execute(copies):
                told.setdefault(copy.at, set()).add(copy.person_id)
        found: dict[str, list[Rung]] = {}
        for row in steps:
            at, next_at, kind = from_micros(row.at), from_micros(row.next_at), cast("Taken", row.kind)
            whom = frozenset(told.get(row.at, ()) if kind == "leads" else ())
            found.setdefault(row.request_id, []).append(Rung(row.step, kind, at, next_at, whom))
        return found
