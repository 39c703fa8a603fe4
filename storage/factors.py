"""What a person has beside their account: the secret of their second factor, and their PIN. Sealed, counted, limited.

The rule to keep: a secret is opened only to be checked; wrong codes are counted here, whatever becomes of the answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from storage.direct import Direct
from storage.records import Factor, Factors, NotFound, from_micros, to_micros
from storage.tables import factors as table
from storage.work import Work

_LENGTH = 2  # bytes that say how long the wrapped key is, which stands before the sealed text

COUNTED = (table.c.kind, table.c.since, table.c.proven_at, table.c.used, table.c.failures, table.c.closed_until)
"""The columns of a factor, without its secret."""

_OF = Direct(
    select(*COUNTED).where(
        table.c.organisation_id == bindparam("org"),
        table.c.person_id == bindparam("person"),
        table.c.kind == bindparam("of"),
    )
)


class PersonalFactors:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._arrived: tuple[str, Factors, Factor | None] | None = None

    def arrived(self, person_id: str, kind: Factors, row: Any) -> None:
        """What was read with the event itself: not asked for again, unless it is changed.

        row: COUNTED, all of it None where there is no factor.
        """
        self._arrived = person_id, kind, _factor(row) if row.kind else None

    async def of(self, person_id: str, kind: Factors, *, hold: bool = False) -> Factor | None:
        """This person's factor. `hold`: nobody else counts a code of it until the end of this transaction."""
        if not hold and self._arrived is not None and self._arrived[:2] == (person_id, kind):
            return self._arrived[2]
        if not hold:
            rows = await _OF.rows(self._work, {"org": self._work.organisation_id, "person": person_id, "of": kind})
            return _factor(rows[0]) if rows else None
        self._arrived = None  # somebody else may have counted a code since
        query = select(table).where(*self._one(person_id, kind)).with_for_update()
        row = (await self._work.connection.execute(query)).one_or_none()
        return None if row is None else _factor(row)

    async def keep(self, person_id: str, kind: Factors, secret: str, *, proven: bool) -> None:
        """A new secret in the place of any before it, with nothing counted. Until `proven` it protects nothing."""
        moment, self._arrived = to_micros(self._work.now), None
        await self._work.connection.execute(delete(table).where(*self._one(person_id, kind)))
        await self._work.connection.execute(
            insert(table).values(
                organisation_id=self._work.organisation_id,
                person_id=person_id,
                kind=kind,
                sealed=self._seal(person_id, kind, secret),
                since=moment,
                proven_at=moment if proven else None,
            )
        )

    async def secret(self, person_id: str, kind: Factors) -> str:
        """Raises NotFound, or CannotOpen when the keys do not fit."""
        found = await self._work.connection.execute(select(table.c.sealed).where(*self._one(person_id, kind)))
        sealed = found.scalar_one_or_none()
        if sealed is None:
            raise NotFound("factor")
        wrapped, secret = taken_apart(sealed)
        place = factor_place(person_id, kind)
        return self._work.keys.unwrap(wrapped, place).open(secret, place)

    async def change(self, person_id: str, kind: Factors, secret: str) -> None:
        """The same factor with another secret, such as one recovery code fewer; what was counted stays."""
        await self._set(person_id, kind, sealed=self._seal(person_id, kind, secret))

    async def right(self, person_id: str, kind: Factors, used: str) -> None:
        """A right code: it is proven, counts from nothing again, and `used` says which it was, or when."""
        proven = func.coalesce(table.c.proven_at, to_micros(self._work.now))
        await self._set(person_id, kind, used=used, failures=0, closed_until=None, proven_at=proven)

    async def wrong(self, person_id: str, kind: Factors, *, limit: int, closed_for: timedelta) -> Factor:
        """One more wrong code; with the last of `limit` it is closed for a while. Raises NotFound."""
        factor = await self.of(person_id, kind, hold=True)
        if factor is None:
            raise NotFound("factor")
        closed = factor.failures + 1 >= limit
        until = self._work.now + closed_for if closed else None
        await self._set(
            person_id,
            kind,
            failures=0 if closed else factor.failures + 1,
            closed_until=None if until is None else to_micros(until),
        )
        self._work.note("wrong code", person=person_id, factor=kind)
        if closed:
            self._work.note("factor closed", person=person_id, factor=kind)
        return Factor(kind, factor.since, factor.proven_at, factor.used, factor.failures + 1, until)

    async def drop(self, person_id: str, kind: Factors) -> bool:
        """It is gone; whether there was one."""
        self._arrived = None
        gone = await self._work.connection.execute(delete(table).where(*self._one(person_id, kind)))
        return gone.rowcount > 0

    async def proven(self, kind: Factors) -> frozenset[str]:
        """The ids of those whose factor of this kind counts."""
        rows = await self._work.connection.execute(
            select(table.c.person_id).where(
                table.c.organisation_id == self._work.organisation_id,
                table.c.kind == kind,
                table.c.proven_at.is_not(None),
            )
        )
        return frozenset(row.person_id for row in rows)

    async def _set(self, person_id: str, kind: Factors, **values: Any) -> None:
        self._arrived = None
        await self._work.connection.execute(update(table).where(*self._one(person_id, kind)).values(values))

    def _one(self, person_id: str, kind: Factors) -> tuple[Any, ...]:
        return (
            table.c.organisation_id == self._work.organisation_id,
            table.c.person_id == person_id,
            table.c.kind == kind,
        )

    def _seal(self, person_id: str, kind: Factors, secret: str) -> bytes:
        """Under a key of its own, which stands before it, wrapped: length, wrapped key, sealed text."""
        place = factor_place(person_id, kind)
        wrapped = self._work.keys.new_data_key(place)
        return put_together(wrapped, self._work.keys.unwrap(wrapped, place).seal(secret, place))


def factor_place(person_id: str, kind: str) -> str:
    return f"factors|sealed|{person_id}|{kind}"


def taken_apart(sealed: bytes) -> tuple[bytes, bytes]:
    """The wrapped key that stands before a secret, and the sealed secret."""
    length = _LENGTH + int.from_bytes(sealed[:_LENGTH])
    return sealed[_LENGTH:length], sealed[length:]


def put_together(wrapped: bytes, secret: bytes) -> bytes:
    return len(wrapped).to_bytes(_LENGTH) + wrapped + secret


def _factor(row: Row[Any]) -> Factor:
    return Factor(
        row.kind,
        from_micros(row.since),
        _moment(row.proven_at),
        row.used,
        row.failures,
        _moment(row.closed_until),
    )


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
