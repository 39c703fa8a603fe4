"""The monthly test of the rota: who was asked to press once, and when they did.

The rule to keep: in one month each is asked once, whoever asks; the first press counts, and stands.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import from_micros, to_micros
from storage.tables import Int64, rota_tests
from storage.work import Work

_MINE = (
    select(rota_tests)
    .where(rota_tests.c.organisation_id == bindparam("org"))
    .order_by(rota_tests.c.month, rota_tests.c.person_id)
)
_OF = Direct(_MINE.where(rota_tests.c.month == bindparam("month")))
SENT = Direct(
    _MINE.where(
        rota_tests.c.sent_at > bindparam("after", type_=Int64), rota_tests.c.sent_at <= bindparam("until", type_=Int64)
    )
)


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
        rows = await _OF.rows(self._work, {"org": self._work.organisation_id, "month": month})
        return [_test(row) for row in rows]

    async def sent(self, after: datetime, until: datetime) -> list[RotaTest]:
        """Everybody who was asked later than `after`, and not later than `until`."""
        between = {"after": to_micros(after), "until": to_micros(until)}
        rows = await SENT.rows(self._work, {"org": self._work.organisation_id, **between})
        return [_test(row) for row in rows]


def _test(row: Any) -> RotaTest:
    pressed = None if row.pressed_at is None else from_micros(row.pressed_at)
    return RotaTest(row.month, row.person_id, from_micros(row.sent_at), pressed)
