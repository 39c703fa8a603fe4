"""The digests that were written, and the timer of the next one.

The rule to keep: the digest of a week is written once, whoever writes it; what was told is never counted anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.outbox import Outbox
from storage.records import from_micros, to_micros
from storage.tables import Int64, digests, jobs
from storage.work import Work

KEY = "digest:"
"""How the key of its timer begins; the charity and the week follow."""

TIMER = "digest"


AFTER_ALL = "9999-W99"

_MINE = select(digests).where(digests.c.organisation_id == bindparam("org"))
_OF = Direct(_MINE.where(digests.c.week == bindparam("week")))
BEFORE = Direct(
    _MINE.where(digests.c.week < bindparam("week"))
    .order_by(digests.c.week.desc())
    .limit(bindparam("most", type_=Int64))
)


def _write(build: Any) -> Any:
    new = build(digests).values({column.name: bindparam(column.name) for column in digests.columns})
    return new.on_conflict_do_nothing().returning(digests.c.week)


_WRITE = Direct(_write(postgresql_insert), sqlite=_write(sqlite_insert))


@dataclass(frozen=True, slots=True)
class Written:
    """The digest of one week. `figures` are numbers and ids of the book, as they were told."""

    week: str
    since: datetime
    until: datetime
    made_at: datetime
    figures: Mapping[str, Any]


class Digests:
    def __init__(self, work: Work, outbox: Outbox) -> None:
        self._work = work
        self._outbox = outbox

    async def write(self, week: str, *, since: datetime, until: datetime, figures: Mapping[str, Any]) -> bool:
        """Keep what this digest tells; False where the digest of this week was written before."""
        row = {
            "organisation_id": self._work.organisation_id,
            "week": week,
            "since": to_micros(since),
            "until": to_micros(until),
            "made_at": to_micros(self._work.now),
            "figures": json.dumps(dict(figures), sort_keys=True),
        }
        return bool(await _WRITE.rows(self._work, row))

    async def of(self, week: str) -> Written | None:
        rows = await _OF.rows(self._work, {"org": self._work.organisation_id, "week": week})
        return _written(rows[0]) if rows else None

    async def last(self) -> Written | None:
        """The newest one."""
        found = await self.before(AFTER_ALL, 1)
        return found[0] if found else None

    async def before(self, week: str, most: int) -> list[Written]:
        """Up to so many that came before this week's, the newest first."""
        given = {"org": self._work.organisation_id, "week": week, "most": most}
        return [_written(row) for row in await BEFORE.rows(self._work, given)]

    async def ended(self, since: datetime, until: datetime) -> list[Written]:
        """Those that counted up to a moment from `since` on and before `until`, the oldest first."""
        rows = await self._work.connection.execute(
            select(digests)
            .where(
                digests.c.organisation_id == self._work.organisation_id,
                digests.c.until >= to_micros(since),
                digests.c.until < to_micros(until),
            )
            .order_by(digests.c.week)
        )
        return [_written(row) for row in rows]

    async def arm(self, week: str, at: datetime) -> None:
        """The digest of this week comes at `at`, in place of when it was to come. A timer that has rung stays rung."""
        payload = {"timer": TIMER, "week": week, "at": str(to_micros(at))}
        await self._outbox.promise("timer", self._key(week), payload, run_at=at, patient=True)

    async def armed(self, week: str) -> datetime | None:
        """When the timer of this week's digest is to ring; None where none waits."""
        rows = await self._work.connection.execute(
            select(jobs.c.payload).where(
                jobs.c.organisation_id == self._work.organisation_id,
                jobs.c.key == self._key(week),
                jobs.c.state == "due",
            )
        )
        found = rows.one_or_none()
        return None if found is None else from_micros(int(json.loads(found.payload)["at"]))

    def _key(self, week: str) -> str:
        return f"{KEY}{self._work.organisation_id}:{week}"


def _written(row: Row[Any]) -> Written:
    return Written(
        row.week, from_micros(row.since), from_micros(row.until), from_micros(row.made_at), json.loads(row.figures)
    )
