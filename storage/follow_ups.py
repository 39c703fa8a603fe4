"""What was done after the decision: the person told or not and why, the case notes, the review date, not sharing.

The rule to keep: a correction is one more row, and the newest of a kind stands; what is still to be written is chased
by a timer that every sent consultation has until it is closed.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import cast

from sqlalchemy import Text, bindparam, insert, literal, select

from storage.cases import REAL
from storage.direct import Direct
from storage.keeping import Chase, FollowUp, FollowUpKind
from storage.outbox import Outbox
from storage.records import from_micros, to_micros
from storage.tables import consultations, jobs
from storage.tables import follow_ups as table
from storage.work import Work

_OF = Direct(
    select(table)
    .where(table.c.consultation_id == bindparam("case_id"), table.c.organisation_id == bindparam("org"))
    .order_by(table.c.at, table.c.id)
)

_KEY = "follow up:"


class FollowUps:
    def __init__(self, work: Work, outbox: Outbox) -> None:
        self._work = work
        self._outbox = outbox

    async def add(
        self,
        consultation_id: str,
        person_id: str,
        *,
        lane: str,
        kind: FollowUpKind,
        answer: str,
        text_id: str | None = None,
    ) -> str:
        """Keep that this was done, and give its id. `lane` "": it is about the whole consultation."""
        id = secrets.token_urlsafe(9)
        await self._work.connection.execute(
            insert(table).values(
                id=id,
                organisation_id=self._work.organisation_id,
                consultation_id=consultation_id,
                lane=lane,
                kind=kind,
                answer=answer,
                person_id=person_id,
                text_id=text_id,
                at=to_micros(self._work.now),
            )
        )
        return id

    async def of(self, consultation_id: str) -> list[FollowUp]:
        """Everything of a consultation, oldest first."""
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [
            FollowUp(
                row.id,
                row.lane,
                cast("FollowUpKind", row.kind),
                row.answer,
                row.person_id,
                row.text_id,
                from_micros(row.at),
            )
            for row in rows
        ]

    async def chase(self, consultation_id: str, at: datetime, times: int) -> None:
        """Promise the timer that asks for what is still to be written, in place of the one there is.

        `times`: how often it was asked for already.
        """
        made = str(to_micros(self._work.now))
        payload = {"timer": "follow_up", "case": consultation_id, "times": str(times), "made": made}
        await self._outbox.put("timer", f"{_KEY}{consultation_id}", payload, run_at=at)

    async def chased(self, consultation_id: str) -> Chase | None:
        """Its timer; None where it has none."""
        rows = await self._work.connection.execute(
            select(jobs.c.payload, jobs.c.run_at).where(
                jobs.c.organisation_id == self._work.organisation_id,
                jobs.c.key == f"{_KEY}{consultation_id}",
                jobs.c.state == "due",
            )
        )
        found = rows.one_or_none()
        if found is None:
            return None
        said = json.loads(found.payload)
        return Chase(int(said["times"]), from_micros(int(said["made"])), from_micros(found.run_at))

    async def rest(self, consultation_id: str) -> None:
        """Nothing is to be written any more: nobody is asked."""
        await self._outbox.cancel(f"{_KEY}{consultation_id}")

    async def fallen(self) -> list[str]:
        """The ids of the sent consultations without a timer: it died, or never was. Nobody is chased for a practice."""
        promised = select(jobs.c.id).where(
            jobs.c.organisation_id == consultations.c.organisation_id,
            jobs.c.key == literal(_KEY, Text) + consultations.c.id,
            jobs.c.state == "due",
        )
        rows = await self._work.connection.execute(
            select(consultations.c.id)
            .where(
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.state == "sent",
                REAL,
                ~promised.exists(),
            )
            .order_by(consultations.c.id)
        )
        return [row.id for row in rows]
