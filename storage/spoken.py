"""Agreement by telephone: it counts at once, and whoever gave it says so in their own account afterwards.

The rule to keep: who wrote it down and who gave it are two people, and both stand in the record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from sqlalchemy import bindparam, insert, select, update

from storage.approvals import Approvals
from storage.direct import Direct
from storage.records import Confirmed, Conflict, Decision, Spoken, from_micros, to_micros
from storage.tables import approval_requests
from storage.tables import spoken as table
from storage.work import Work

_OF = Direct(
    select(table)
    .join(approval_requests, approval_requests.c.id == table.c.request_id)
    .where(approval_requests.c.consultation_id == bindparam("case_id"), table.c.organisation_id == bindparam("org"))
)


class SpokenAgreements:
    def __init__(self, work: Work, approvals: Approvals) -> None:
        self._work = work
        self._approvals = approvals

    async def record(
        self,
        request_id: str,
        person_id: str,
        *,
        recorded_by: str,
        said_at: datetime,
        confirm_by: datetime,
        fingerprint: str,
        text_id: str,
    ) -> Decision:
        """`person_id` agreed by telephone, says `recorded_by`. Raises Conflict: somebody was first, or it has changed.

        ValueError where the two are the same person: that would be one agreeing with themselves.
        """
        if person_id == recorded_by:
            raise ValueError("somebody else has to agree")
        decision = await self._approvals.settle(
            request_id, person_id, verdict="approved", fingerprint=fingerprint, text_id=text_id
        )
        await self._work.connection.execute(
            insert(table).values(
                organisation_id=self._work.organisation_id,
                request_id=request_id,
                recorded_by=recorded_by,
                said_at=to_micros(said_at),
                confirm_by=to_micros(confirm_by),
                answer="",
            )
        )
        return decision

    async def answer(self, request_id: str, answer: Literal["yes", "no"]) -> None:
        """What the one who agreed says of it. Raises Conflict: they have answered before, or nothing was said."""
        answered = await self._work.connection.execute(
            update(table)
            .where(
                table.c.request_id == request_id,
                table.c.organisation_id == self._work.organisation_id,
                table.c.answer == "",
            )
            .values(answer=answer, answered_at=to_micros(self._work.now))
        )
        if answered.rowcount != 1:
            raise Conflict("spoken agreement")

    async def of(self, consultation_id: str) -> dict[str, Spoken]:
        """Request id -> what was said by telephone about it."""
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return {
            row.request_id: Spoken(
                row.request_id,
                row.recorded_by,
                from_micros(row.said_at),
                from_micros(row.confirm_by),
                cast("Confirmed", row.answer),
                None if row.answered_at is None else from_micros(row.answered_at),
            )
            for row in rows
        }
