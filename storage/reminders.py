"""The one quiet message of somebody's day, and what they have put off.

The rule to keep: the message of a day is promised once and never moved, so that nobody gets a second one; whoever has
taken it in hand cannot lose it to somebody who promises it again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.records import from_micros, to_micros
from storage.tables import jobs, snoozes
from storage.work import Work

TIMER = "daily"
"""The timer of the message."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """Who wanted no message about this one before `until`, and why: the id of a choice."""

    consultation_id: str
    person_id: str
    why: str
    until: datetime
    at: datetime


class Reminders:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def promise(self, person_id: str, day: date, at: datetime) -> bool:
        """This person's message of this day, at `at` or when it was promised for.

        False where it has gone out, was given up, or somebody has it in hand: they may have read what is due before.
        """
        key, organisation = f"{TIMER}:{person_id}:{day.isoformat()}", self._work.organisation_id
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(jobs).values(
            id=secrets.token_urlsafe(9),
            organisation_id=organisation,
            kind="timer",
            key=key,
            lane="",
            payload=json.dumps({"timer": TIMER, "person": person_id, "day": day.isoformat()}, sort_keys=True),
            run_at=to_micros(at),
            token="",
            attempts=0,
            state="due",
        )
        await self._work.connection.execute(new.on_conflict_do_nothing())
        found = await self._work.connection.execute(
            select(jobs.c.state, jobs.c.token)
            .where(jobs.c.organisation_id == organisation, jobs.c.key == key)
            .with_for_update()  # nobody takes it in hand before this is committed
        )
        row = found.one_or_none()
        return row is not None and row.state == "due" and not row.token

    async def put_off(self, consultation_id: str, person_id: str, *, why: str, until: datetime) -> None:
        """This person wants no quiet message about it before `until`."""
        await self._work.connection.execute(
            insert(snoozes).values(
                id=secrets.token_urlsafe(9),
                organisation_id=self._work.organisation_id,
                consultation_id=consultation_id,
                person_id=person_id,
                why=why,
                until=to_micros(until),
                at=to_micros(self._work.now),
            )
        )

    async def put_offs(self, consultation_ids: Collection[str]) -> dict[str, Snooze]:
        """Of each of these the newest one, while it is not over."""
        rows = await self._work.connection.execute(
            select(snoozes)
            .where(
                snoozes.c.organisation_id == self._work.organisation_id,
                snoozes.c.consultation_id.in_(sorted(consultation_ids)),
            )
            .order_by(snoozes.c.at, snoozes.c.id)
        )
        newest = {
            row.consultation_id: Snooze(
                row.consultation_id, row.person_id, row.why, from_micros(row.until), from_micros(row.at)
            )
            for row in rows
        }
        return {id: each for id, each in newest.items() if each.until > self._work.now}
