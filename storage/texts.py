"""Sealed free text: what somebody typed in a form, screened before it comes here, opened only to be read.

The rule to keep: the words never stand in a log, a message or the ledger; only the envelope does.
"""

from __future__ import annotations

import secrets

from sqlalchemy import bindparam, insert, select

from storage.cases import Cases
from storage.direct import Direct
from storage.records import NotFound, SealedText, from_micros, to_micros
from storage.tables import texts
from storage.work import Work

_OF = Direct(
    select(texts.c.id, texts.c.consultation_id, texts.c.person_id, texts.c.kind, texts.c.about, texts.c.at)
    .where(texts.c.consultation_id == bindparam("case_id"), texts.c.organisation_id == bindparam("org"))
    .order_by(texts.c.at, texts.c.id)
)


class Texts:
    def __init__(self, work: Work, cases: Cases) -> None:
        self._work = work
        self._cases = cases

    async def keep(self, consultation_id: str, person_id: str, kind: str, words: str, *, about: str = "") -> str:
        """Seal the words under the consultation's key and give their id."""
        id = secrets.token_urlsafe(9)
        key = await self._cases.data_key(consultation_id)
        await self._work.connection.execute(
            insert(texts).values(
                id=id,
                organisation_id=self._work.organisation_id,
                consultation_id=consultation_id,
                person_id=person_id,
                kind=kind,
                about=about,
                at=to_micros(self._work.now),
                sealed=key.seal(words.replace("\0", ""), f"texts|sealed|{id}"),
            )
        )
        return id

    async def open(self, id: str) -> str:
        """The words. Raises NotFound, or CannotOpen when the keys do not fit."""
        row = (
            await self._work.connection.execute(
                select(texts.c.consultation_id, texts.c.sealed).where(
                    texts.c.id == id, texts.c.organisation_id == self._work.organisation_id
                )
            )
        ).one_or_none()
        if row is None:
            raise NotFound("text")
        key = await self._cases.data_key(row.consultation_id)
        return key.open(row.sealed, f"texts|sealed|{id}")

    async def of(self, consultation_id: str) -> list[SealedText]:
        """The envelopes of a consultation, oldest first."""
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [
            SealedText(row.id, row.consultation_id, row.person_id, row.kind, row.about, from_micros(row.at))
            for row in rows
        ]
