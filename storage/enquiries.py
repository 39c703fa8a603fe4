"""What a reader of the weekly digest asks the safeguarding lead, and the answer: sealed, each under a key of its own.

The rule to keep: the words never stand in a log, a message or the ledger; the first answer stands.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from storage.records import NotFound, from_micros, to_micros
from storage.sealing import DataKey
from storage.tables import enquiries
from storage.work import Work

UNREAD = "enquiries_unread"
"""The timer that looks whether a question is with nobody who can be reached any more."""

KEPT = timedelta(days=90)
"""So long after its answer a question is destroyed, with the answer."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """The envelope. `week`: of the digest it was asked on."""

    id: str
    week: str
    asked_by: str
    asked_at: datetime
    answered_by: str | None
    answered_at: datetime | None


class Enquiries:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def ask(self, person_id: str, week: str, words: str) -> str:
        """Seal the question and give its id."""
        id = secrets.token_urlsafe(9)
        wrapped = self._work.keys.new_data_key(enquiry_place(id))
        await self._work.connection.execute(
            insert(enquiries).values(
                id=id,
                organisation_id=self._work.organisation_id,
                week=week,
                asked_by=person_id,
                asked_at=to_micros(self._work.now),
                data_key=wrapped,
                question=self._key(wrapped, id).seal(words.replace("\0", ""), _place("question", id)),
            )
        )
        return id

    async def answer(self, id: str, person_id: str, words: str) -> bool:
        """Seal the answer; False where somebody has answered before. Raises NotFound."""
        row = await self._row(id)
        sealed = self._key(row.data_key, id).seal(words.replace("\0", ""), _place("answer", id))
        found = await self._work.connection.execute(
            update(enquiries)
            .where(self._is(id), enquiries.c.answered_at.is_(None))
            .values(answered_by=person_id, answered_at=to_micros(self._work.now), answer=sealed)
            .returning(enquiries.c.id)
        )
        return found.one_or_none() is not None

    async def get(self, id: str) -> Enquiry:
        """Raises NotFound."""
        return _enquiry(await self._row(id))

    async def open(self, id: str) -> tuple[str, str]:
        """The question and the answer, "" while there is none. Raises NotFound, or CannotOpen."""
        row = await self._row(id)
        key = self._key(row.data_key, id)
        answer = key.open(row.answer, _place("answer", id)) if row.answer is not None else ""
        return key.open(row.question, _place("question", id)), answer

    async def waiting(self) -> list[Enquiry]:
        """What nobody has answered, oldest first."""
        rows = await self._work.connection.execute(
            select(enquiries)
            .where(enquiries.c.organisation_id == self._work.organisation_id, enquiries.c.answered_at.is_(None))
            .order_by(enquiries.c.asked_at, enquiries.c.id)
        )
        return [_enquiry(row) for row in rows]

    async def destroy(self, *, answered_before: datetime) -> int:
        """Destroy what was answered by then, words and key; how many."""
        gone = await self._work.connection.execute(
            delete(enquiries).where(
                enquiries.c.organisation_id == self._work.organisation_id,
                enquiries.c.answered_at <= to_micros(answered_before),
            )
        )
        return gone.rowcount

    async def _row(self, id: str) -> Row[Any]:
        row = (await self._work.connection.execute(select(enquiries).where(self._is(id)))).one_or_none()
        if row is None:
            raise NotFound("enquiry")
        return row

    def _is(self, id: str) -> Any:
        return (enquiries.c.id == id) & (enquiries.c.organisation_id == self._work.organisation_id)

    def _key(self, wrapped: bytes, id: str) -> DataKey:
        return self._work.keys.unwrap(wrapped, enquiry_place(id))


def enquiry_place(id: str) -> str:
    return f"enquiries|data_key|{id}"


def _place(column: str, id: str) -> str:
    return f"enquiries|{column}|{id}"


def _enquiry(row: Row[Any]) -> Enquiry:
    answered = None if row.answered_at is None else from_micros(row.answered_at)
    return Enquiry(row.id, row.week, row.asked_by, from_micros(row.asked_at), row.answered_by, answered)
