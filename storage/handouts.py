"""Papers that wait under a link, of a record or of a digest: made for one person, taken once, gone after minutes.

The rule to keep: the link's token is in the chat alone; here stands its hash, so whoever reads the table takes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update

from storage.keeping import DigestLink, Handout
from storage.records import NotFound, to_micros
from storage.tables import digest_links, handouts
from storage.work import Work

_REMEMBERED = timedelta(days=1)  # after it has run out a row is of no more use: the ledger says what was made and taken


class Handouts:
    """Links to a paper of one consultation's record."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def offer(self, handout: Handout, *, until: datetime) -> str:
        """A new token for it, 43 letters and digits that nobody can guess."""
        return await _offered(
            self._work,
            handouts,
            until,
            consultation_id=handout.consultation_id,
            person_id=handout.person_id,
            paper=handout.paper,
            form=handout.form,
        )

    async def whose(self, token: str) -> str:
        """The organisation that this token is of, before the transaction is bound to one. Raises NotFound."""
        return await _whose(self._work, handouts, token)

    async def of(self, token: str) -> Handout:
        """What it is for, also once it is taken or over. Raises NotFound."""
        row = await _row(self._work, handouts, token)
        return Handout(row.consultation_id, row.person_id, row.paper, row.form)

    async def take(self, token: str) -> bool:
        """Whether it is taken now, by whoever is first: False where it was before, or its time is over."""
        return await _taken(self._work, handouts, token)


class DigestLinks:
    """Links to the digest of one week. A table of its own: no token of one opens the other."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def offer(self, link: DigestLink, *, until: datetime) -> str:
        """As `Handouts.offer`."""
        return await _offered(self._work, digest_links, until, week=link.week, person_id=link.person_id, form=link.form)

    async def whose(self, token: str) -> str:
        """As `Handouts.whose`."""
        return await _whose(self._work, digest_links, token)

    async def of(self, token: str) -> DigestLink:
        """As `Handouts.of`."""
        row = await _row(self._work, digest_links, token)
        return DigestLink(row.week, row.person_id, row.form)

    async def take(self, token: str) -> bool:
        """As `Handouts.take`."""
        return await _taken(self._work, digest_links, token)


async def _offered(work: Work, table: Table, until: datetime, **what: str) -> str:
    token = secrets.token_urlsafe(32)
    old = to_micros(work.now - _REMEMBERED)
    mine = table.c.organisation_id == work.organisation_id
    await work.connection.execute(delete(table).where(mine, table.c.until < old))
    row = {"token": _hash(token), "organisation_id": work.organisation_id, "until": to_micros(until), **what}
    await work.connection.execute(insert(table).values(row))
    return token


async def _whose(work: Work, table: Table, token: str) -> str:
    whose = select(table.c.organisation_id).where(table.c.token == _hash(token))
    found = (await work.connection.execute(whose)).scalar_one_or_none()
    if found is None:
        raise NotFound("handout")
    return str(found)


async def _row(work: Work, table: Table, token: str) -> Row[Any]:
    mine = table.c.organisation_id == work.organisation_id
    row = (await work.connection.execute(select(table).where(table.c.token == _hash(token), mine))).one_or_none()
    if row is None:
        raise NotFound("handout")
    return row


async def _taken(work: Work, table: Table, token: str) -> bool:
    moment = to_micros(work.now)
    taken = await work.connection.execute(
        update(table)
        .where(
            table.c.token == _hash(token),
            table.c.organisation_id == work.organisation_id,
            table.c.taken_at.is_(None),
            table.c.until > moment,
        )
        .values(taken_at=moment)
    )
    return taken.rowcount == 1


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
