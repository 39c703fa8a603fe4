"""How the worker knows what they answered: they saw it, were told it, or it is their professional view.

The rule to keep: nothing is assumed; what nobody has said has no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.keeping import Basis
from storage.records import to_micros
from storage.tables import bases as table
from storage.work import Work

_OF = Direct(
    select(table.c.question_id, table.c.basis)
    .where(table.c.consultation_id == bindparam("case_id"), table.c.organisation_id == bindparam("org"))
    .order_by(table.c.question_id)
)


class Bases:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(self, consultation_id: str, person_id: str, bases: Mapping[str, Basis]) -> None:
        """Keep these by question id; said again, the newest counts."""
        if not bases:
            return
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(table)
        rows = [
            {
                "organisation_id": self._work.organisation_id,
                "consultation_id": consultation_id,
                "question_id": question,
                "basis": basis,
                "person_id": person_id,
                "at": to_micros(self._work.now),
            }
            for question, basis in bases.items()
        ]
        replacing = new.on_conflict_do_update(
            index_elements=[table.c.consultation_id, table.c.question_id],
            set_={"basis": new.excluded.basis, "person_id": new.excluded.person_id, "at": new.excluded.at},
            where=table.c.organisation_id == new.excluded.organisation_id,
        )
        await self._work.connection.execute(replacing, rows)

    async def of(self, consultation_id: str) -> dict[str, Basis]:
        """Question id -> how it is known."""
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return {row.question_id: cast("Basis", row.basis) for row in rows}
