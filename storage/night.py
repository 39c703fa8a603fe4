"""Tests at night: when somebody was sent an alarm that was none, and when they pressed that it got through.

The rule to keep: a test says nothing of any case, and one nobody answered stays to be seen.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from storage.records import NightTest, from_micros, to_micros
from storage.tables import night_tests
from storage.work import Work


class NightTests:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, person_id: str) -> NightTest:
        """One is sent now."""
        added = await self._work.connection.execute(
            insert(night_tests)
            .values(
                id=secrets.token_urlsafe(9),
                organisation_id=self._work.organisation_id,
                person_id=person_id,
                sent_at=to_micros(self._work.now),
            )
            .returning(night_tests)
        )
        return _test(added.one())

    async def seen(self, id: str, person_id: str) -> bool:
        """It got through; False where it is not theirs, or they have said so before."""
        seen = await self._work.connection.execute(
            update(night_tests)
            .where(
                night_tests.c.organisation_id == self._work.organisation_id,
                night_tests.c.id == id,
                night_tests.c.person_id == person_id,
                night_tests.c.seen_at.is_(None),
            )
            .values(seen_at=to_micros(self._work.now))
        )
        return seen.rowcount == 1

    async def newest(self) -> dict[str, NightTest]:
        """Person id -> their newest test; of two at one moment, the one that got through."""
        rows = await self._work.connection.execute(
            select(night_tests)
            .where(night_tests.c.organisation_id == self._work.organisation_id)
            .order_by(night_tests.c.sent_at, night_tests.c.seen_at.is_not(None), night_tests.c.id)
        )
        return {row.person_id: _test(row) for row in rows}


def _test(row: Row[Any]) -> NightTest:
    return NightTest(row.id, row.person_id, from_micros(row.sent_at), _moment(row.seen_at))


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
