"""What two workers say in their own accounts: that they were there, or that the police have it; or why one cannot.

The rule to keep: a person counts once for a lane, whatever they press.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import Confirmation, ConfirmationKind, from_micros, to_micros
from storage.tables import confirmations as table
from storage.work import Work

_OF = Direct(
    select(table)
    .where(table.c.consultation_id == bindparam("case_id"), table.c.organisation_id == bindparam("org"))
    .order_by(table.c.at, table.c.lane, table.c.person_id)
)


class Confirmations:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def confirm(self, consultation_id: str, lane: str, person_id: str, what: ConfirmationKind) -> None:
        """`person_id` says so, now; said again, the newest time counts.

        "excused" is what a lead says: `person_id` is the worker who cannot confirm any more. "nobody", too: there is
        no second worker, and `person_id` is the lead.
        """
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(table).values(
            organisation_id=self._work.organisation_id,
            consultation_id=consultation_id,
            lane=lane,
            person_id=person_id,
            what=what,
            at=to_micros(self._work.now),
        )
        await self._work.connection.execute(
            new.on_conflict_do_update(
                index_elements=[table.c.consultation_id, table.c.lane, table.c.what, table.c.person_id],
                set_={"at": new.excluded.at},
                where=table.c.organisation_id == new.excluded.organisation_id,
            )
        )

    async def of(self, consultation_id: str) -> list[Confirmation]:
        """Everything confirmed about a consultation, oldest first."""
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [
            Confirmation(row.lane, row.person_id, cast("ConfirmationKind", row.what), from_micros(row.at))
            for row in rows
        ]
