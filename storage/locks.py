"""Accounts that are locked because somebody said the phone is lost, by whom, and who lifted it.

The rule to keep: a lock is lifted, never deleted: who was out, and when, stays to be read.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Row, exists, insert, select, update

from storage.records import Lock, from_micros, to_micros
from storage.tables import locks, people
from storage.work import Work

LOCKED = (
    exists()
    .where(
        locks.c.person_id == people.c.id,
        locks.c.organisation_id == people.c.organisation_id,
        locks.c.lifted_at.is_(None),
    )
    .label("locked")
)
"""A column beside a person's own: whether somebody has locked them out."""


class Locks:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def open(self) -> list[Lock]:
        """Every lock that holds, oldest first."""
        rows = await self._work.connection.execute(
            select(locks)
            .where(locks.c.organisation_id == self._work.organisation_id, locks.c.lifted_at.is_(None))
            .order_by(locks.c.at, locks.c.id)
        )
        return [_lock(row) for row in rows]

    async def lock(self, person_id: str, *, by: str) -> Lock | None:
        """From now on this person is out; None where they were already. `by`: the id of who says so.

        The caller holds the person, so that two who say so at once make one lock.
        """
        if any(lock.person_id == person_id for lock in await self.open()):
            return None
        values = {"id": secrets.token_urlsafe(9), "person_id": person_id, "locked_by": by}
        added = await self._work.connection.execute(
            insert(locks)
            .values(organisation_id=self._work.organisation_id, at=to_micros(self._work.now), **values)
            .returning(locks)
        )
        self._work.note("account locked", person=person_id, by=by)
        return _lock(added.one())

    async def lift(self, person_id: str, *, by: str | None) -> bool:
        """They are let in again; whether they were out. `by`: an administrator's id; None: the command line."""
        lifted = await self._work.connection.execute(
            update(locks)
            .where(
                locks.c.organisation_id == self._work.organisation_id,
                locks.c.person_id == person_id,
                locks.c.lifted_at.is_(None),
            )
            .values(lifted_by=by, lifted_at=to_micros(self._work.now))
        )
        if lifted.rowcount:
            self._work.note("account unlocked", person=person_id, by=by or "command line")
        return lifted.rowcount > 0


def _lock(row: Row[Any]) -> Lock:
    return Lock(row.id, row.person_id, row.locked_by, from_micros(row.at))
