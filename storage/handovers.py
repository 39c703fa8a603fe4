"""Handing over: who held a consultation before, who holds it now, and why it changed hands.

The rule to keep: whoever held it once stands in its history for good; the holder changes in the same transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import cast

from sqlalchemy import bindparam, insert, select, update

from storage.direct import Direct
from storage.records import Conflict, Consultation, Handover, WhyHanded, from_micros, to_micros
from storage.tables import consultations, handovers
from storage.work import Work

_OF = Direct(
    select(handovers)
    .where(handovers.c.consultation_id == bindparam("case_id"), handovers.c.organisation_id == bindparam("org"))
    .order_by(handovers.c.at, handovers.c.id)
)


class Handovers:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def record(self, case: Consultation, to_id: str, *, by: str | None, why: WhyHanded) -> Consultation:
        """From now on this consultation is theirs. Raises Conflict: it has changed hands meanwhile.

        `by`: the id of whoever does it; None for the command line.
        """
        given = await self._work.connection.execute(
            update(consultations)
            .where(
                consultations.c.id == case.id,
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.requester_id == case.requester_id,
            )
            .values(requester_id=to_id)
        )
        if given.rowcount != 1:
            raise Conflict("consultation")
        await self._work.connection.execute(
            insert(handovers).values(
                id=secrets.token_urlsafe(9),
                organisation_id=self._work.organisation_id,
                consultation_id=case.id,
                from_id=case.requester_id,
                to_id=to_id,
                by_id=by,
                why=why,
                at=to_micros(self._work.now),
            )
        )
        self._work.note(
            "handed over", consultation=case.id, person=case.requester_id, to=to_id, by=by or "command line", why=why
        )
        return replace(case, requester_id=to_id)

    async def of(self, consultation_id: str) -> list[Handover]:
        """How it changed hands, oldest first."""
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [
            Handover(row.from_id, row.to_id, row.by_id, cast("WhyHanded", row.why), from_micros(row.at)) for row in rows
        ]
