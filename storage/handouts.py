"""Papers that wait under a link: made for one person, taken once, gone after minutes.

The rule to keep: the link's token is in the chat alone; here stands its hash, so whoever reads the table takes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from storage.keeping import Handout
from storage.records import NotFound, to_micros
from storage.tables import handouts as table
from storage.work import Work

_REMEMBERED = timedelta(days=1)  # after it has run out a row is of no more use: the ledger says what was made and taken


class Handouts:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def offer(self, handout: Handout, *, until: datetime) -> str:
        """A new token for it, 43 letters and digits that nobody can guess."""
        token = secrets.token_urlsafe(32)
        old = to_micros(self._work.now - _REMEMBERED)
        mine = table.c.organisation_id == self._work.organisation_id
        await self._work.connection.execute(delete(table).where(mine, table.c.until < old))
        await self._work.connection.execute(
            insert(table).values(
                token=_hash(token),
                organisation_id=self._work.organisation_id,
                consultation_id=handout.consultation_id,
                person_id=handout.person_id,
                paper=handout.paper,
                form=handout.form,
                until=to_micros(until),
            )
        )
        return token

    async def whose(self, token: str) -> str:
        """The organisation that this token is of, before the transaction is bound to one. Raises NotFound."""
        whose = select(table.c.organisation_id).where(table.c.token == _hash(token))
        found = (await self._work.connection.execute(whose)).scalar_one_or_none()
        if found is None:
            raise NotFound("handout")
        return str(found)

    async def of(self, token: str) -> Handout:
        """What it is for, also once it is taken or over. Raises NotFound."""
        mine = table.c.organisation_id == self._work.organisation_id
        found = await self._work.connection.execute(select(table).where(table.c.token == _hash(token), mine))
        row = found.one_or_none()
        if row is None:
            raise NotFound("handout")
        return Handout(row.consultation_id, row.person_id, row.paper, row.form)

    async def take(self, token: str) -> bool:
        """Whether it is taken now, by whoever is first: False where it was before, or its time is over."""
        moment = to_micros(self._work.now)
        taken = await self._work.connection.execute(
            update(table)
            .where(
                table.c.token == _hash(token),
                table.c.organisation_id == self._work.organisation_id,
                table.c.taken_at.is_(None),
                table.c.until > moment,
            )
            .values(taken_at=moment)
        )
        return taken.rowcount == 1


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
