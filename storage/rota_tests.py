"""The monthly test of the rota: who was asked to press once, and when they did.

The rule to keep: in one month each is asked once, whoever asks; the first press counts, and stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.records import from_micros, to_micros
from storage.tables import rota_tests
from storage.work import Work


@dataclass(frozen=True, slots=True)
class RotaTest:
    """One person asked in one month, "2026-12"."""

    month: str
    person_id: str
    sent_at: datetime
    pressed_at: datetime | None


class RotaTests:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def ask(self, month: str, people: Collection[str]) -> list[str]:
        """These people are asked now; gives those who were not asked in this month before."""
        if not people:
            return []
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(rota_tests).values(
            [
                {
                    "organisation_id": self._work.organisation_id,
                    "month": month,
                    "person_id": id,
                    "sent_at": to_micros(self._work.now),
                }
                for id in sorted(people)
            ]
        )
        asked = await self._work.connection.execute(new.on_conflict_do_nothing().returning(rota_tests.c.person_id))
        return sorted(asked.scalars())

    async def press(self, month: str, person_id: str) -> bool:
        """They pressed; False where they were not asked in that month, or have pressed before."""
        pressed = await self._work.connection.execute(
            update(rota_tests)
            .where(
                rota_tests.c.organisation_id == self._work.organisation_id,
                rota_tests.c.month == month,
                rota_tests.c.person_id == person_id,
                rota_tests.c.pressed_at.is_(None),
            )
            .values(pressed_at=to_micros(self._work.now))
        )
        return pressed.rowcount == 1

    async def of(self, month: str) -> list[RotaTest]:
        """Everybody who was asked in this month."""
        return await self._found(rota_tests.c.month == month)

    async def sent(self, after: datetime, until: datetime) -> list[RotaTest]:
        """Everybody who was asked later than `after`, and not later than `until`."""
        when = (rota_tests.c.sent_at > to_micros(after)) & (rota_tests.c.sent_at <= to_micros(until))
        return await self._found(when)

    async def _found(self, which: Any) -> list[RotaTest]:
        rows = await self._work.connection.execute(
            select(rota_tests)
            .where(rota_tests.c.organisation_id == self._work.organisation_id, which)
            .order_by(rota_tests.c.month, rota_tests.c.person_id)
        )
        return [_test(row) for row in rows]


def _test(row: Row[Any]) -> RotaTest:
    pressed = None if row.pressed_at is None else from_micros(row.pressed_at)
    return RotaTest(row.month, row.person_id, from_micros(row.sent_at), pressed)
