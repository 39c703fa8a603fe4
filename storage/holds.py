"""Holds: why a record may not be destroyed, whatever its clock says, and who put that there or took it away.

The rule to keep: a hold that was lifted stays as history; of each reason one stands at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import Row, insert, select, update

from storage.keeping import Hold, HoldReason
from storage.records import NotFound, from_micros, to_micros
from storage.tables import consultations
from storage.tables import holds as table
from storage.work import Work


class Holds:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(self, consultation_id: str, why: HoldReason, by_id: str | None) -> bool:
        """Nothing of it is destroyed while this stands. Whether it is new. Raises NotFound (also once destroyed).

        `by_id` None: the book asks for it, or the command line.
        """
        # Held as `looks.hold` holds it: two at once, or a hold and a destruction, wait for each other.
        mine = (consultations.c.id == consultation_id) & (consultations.c.organisation_id == self._work.organisation_id)
        there = await self._work.connection.execute(
            select(consultations.c.id).where(mine, consultations.c.destroyed_at.is_(None)).with_for_update()
        )
        if there.one_or_none() is None:
            raise NotFound("consultation")
        if why in {each.why for each in await self.standing(consultation_id)}:
            return False
        await self._work.connection.execute(
            insert(table).values(
                id=secrets.token_urlsafe(9),
                organisation_id=self._work.organisation_id,
                consultation_id=consultation_id,
                why=why,
                by_id=by_id,
                since=to_micros(self._work.now),
            )
        )
        return True

    async def lift(self, consultation_id: str, why: HoldReason, by_id: str | None) -> bool:
        """It stands no more for this reason. Whether it did."""
        lifted = await self._work.connection.execute(
            update(table)
            .where(
                table.c.consultation_id == consultation_id,
                table.c.organisation_id == self._work.organisation_id,
                table.c.why == why,
                table.c.lifted_at.is_(None),
            )
            .values(lifted_by=by_id, lifted_at=to_micros(self._work.now))
        )
        return lifted.rowcount > 0

    async def of(self, consultation_id: str) -> list[Hold]:
        """Every hold there is or was, oldest first."""
        rows = await self._work.connection.execute(
            select(table)
            .where(table.c.consultation_id == consultation_id, table.c.organisation_id == self._work.organisation_id)
            .order_by(table.c.since, table.c.id)
        )
        return [_hold(row) for row in rows]

    async def standing(self, consultation_id: str) -> list[Hold]:
        """Those that were not lifted, oldest first."""
        return [each for each in await self.of(consultation_id) if each.lifted_at is None]

    async def held(self, consultation_ids: Collection[str]) -> frozenset[str]:
        """Which of these a hold stands on."""
        rows = await self._work.connection.execute(
            select(table.c.consultation_id).where(
                table.c.organisation_id == self._work.organisation_id,
                table.c.lifted_at.is_(None),
                table.c.consultation_id.in_(sorted(consultation_ids)),
            )
        )
        return frozenset(rows.scalars())


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        row.id,
        row.consultation_id,
        cast("HoldReason", row.why),
        row.by_id,
        from_micros(row.since),
        row.lifted_by,
        None if row.lifted_at is None else from_micros(row.lifted_at),
    )
