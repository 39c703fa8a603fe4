"""Who is away, who stands in for them, and who is on call for a duty.

The rule to keep: it says who is reached first, never who may decide; that is worked out from the roster.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, case, delete, insert, select, update

from storage.direct import Direct
from storage.records import Absence, Shift, from_micros, to_micros
from storage.tables import Int64, absences, organisations, shifts
from storage.work import Work

_ABSENT = Direct(
    select(absences)
    .where(
        absences.c.organisation_id == bindparam("org"),
        absences.c.since <= bindparam("now", type_=Int64),
        absences.c.until > bindparam("now", type_=Int64),
    )
    .order_by(absences.c.until, absences.c.id)
)
ON_CALL = Direct(
    select(shifts)
    .where(
        shifts.c.organisation_id == bindparam("org"),
        shifts.c.ends > bindparam("now", type_=Int64),
        shifts.c.starts <= bindparam("last", type_=Int64),
    )
    .order_by(shifts.c.starts, shifts.c.duty, shifts.c.person_id)
)


class Rota:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def away(
        self, person_id: str, *, until: datetime, stand_in: str | None, by: str, since: datetime | None = None
    ) -> None:
        """From `since` (now, where it is None) this person is away. ValueError where that would be over at once.

        `by`: who says so, the id of a person or "command line".
        It takes the place of what was said of the same days before: that ends where this begins, or never comes.
        """
        begins, ends = to_micros(since or self._work.now), to_micros(until)
        if ends <= begins:
            raise ValueError("an absence ends after it begins")
        await self._end(person_id, begins, ends)
        await self._work.connection.execute(
            insert(absences).values(
                id=secrets.token_urlsafe(9),
                organisation_id=self._work.organisation_id,
                person_id=person_id,
                stand_in_id=stand_in,
                since=begins,
                until=ends,
            )
        )
        self._work.note("away", person=person_id, by=by, **({"stand_in": stand_in} if stand_in else {}))

    async def back(self, person_id: str, *, by: str) -> bool:
        """This person is back; whether they were away. The absence ends now and stays in the history; later ones stay.

        `by` as in `away`.
        A holiday that somebody has written down for later is no less a holiday because they are back from this one.
        """
        moment = to_micros(self._work.now)
        ended = await self._end(person_id, moment, moment + 1)
        if ended:
            self._work.note("back", person=person_id, by=by)
        return ended

    async def _end(self, person_id: str, begins: int, ends: int) -> bool:
        """Whatever of this person's absences lies in that time is over where it begins; whether there was any."""
        ended = await self._work.connection.execute(
            update(absences)
            .where(
                absences.c.person_id == person_id,
                absences.c.organisation_id == self._work.organisation_id,
                absences.c.since < ends,
                absences.c.until > begins,
            )
            .values(until=case((absences.c.since > begins, absences.c.since), else_=begins))
        )
        return bool(ended.rowcount)

    async def absent(self) -> dict[str, Absence]:
        """Person id -> their absence now; of several the one that lasts longest."""
        moment = to_micros(self._work.now)
        rows = await _ABSENT.rows(self._work, {"org": self._work.organisation_id, "now": moment})
        return {
            row.person_id: Absence(row.person_id, from_micros(row.since), from_micros(row.until), row.stand_in_id)
            for row in rows
        }

    async def replace(self, rows: Collection[Shift], *, since: datetime) -> None:
        """From `since` on the rota is this; what was over by then stays as it was, and of `rows` is not taken in.

        ValueError where a shift ends before it begins. Two who do this at once: the later one's rota is the rota.
        """
        if any(row.ends <= row.starts for row in rows):
            raise ValueError("a shift ends after it begins")
        mine = shifts.c.organisation_id == self._work.organisation_id
        moment = to_micros(since)
        whose = select(organisations.c.id).where(organisations.c.id == self._work.organisation_id)
        await self._work.connection.execute(whose.with_for_update(key_share=True))
        await self._work.connection.execute(delete(shifts).where(mine, shifts.c.starts >= moment))
        await self._work.connection.execute(update(shifts).where(mine, shifts.c.ends > moment).values(ends=moment))
        new = [
            {
                "id": secrets.token_urlsafe(9),
                "organisation_id": self._work.organisation_id,
                "duty": row.duty,
                "person_id": row.person_id,
                "starts": max(to_micros(row.starts), moment),
                "ends": to_micros(row.ends),
            }
            for row in rows
            if to_micros(row.ends) > moment
        ]
        if new:
            await self._work.connection.execute(insert(shifts), new)
        self._work.note("rota changed")

    async def add(self, shift: Shift, *, by: str) -> None:
        """One more shift. `by` as in `away`. ValueError where it ends before it begins."""
        if shift.ends <= shift.starts:
            raise ValueError("a shift ends after it begins")
        await self._work.connection.execute(
            insert(shifts).values(
                id=secrets.token_urlsafe(9),
                organisation_id=self._work.organisation_id,
                duty=shift.duty,
                person_id=shift.person_id,
                starts=to_micros(shift.starts),
                ends=to_micros(shift.ends),
            )
        )
        self._work.note("shift added", person=shift.person_id, by=by, duty=shift.duty)

    async def on_call(self, *, until: datetime | None = None) -> list[Shift]:
        """The shifts that run now, or that run at some time between now and `until`; earliest first."""
        moment = to_micros(self._work.now)
        last = to_micros(until) if until else moment
        rows = await ON_CALL.rows(self._work, {"org": self._work.organisation_id, "now": moment, "last": last})
        return [Shift(row.duty, row.person_id, from_micros(row.starts), from_micros(row.ends)) for row in rows]
