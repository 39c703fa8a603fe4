"""Consultations and their answers, kept by question id, never by position; nothing stores a "current step".

Every change is a compare-and-set on the version the person was looking at.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import (
    Answer,
    CaseState,
    Conflict,
    Consultation,
    Departure,
    Disclosure,
    NotFound,
    from_micros,
    to_micros,
)
from storage.sealing import DataKey
from storage.tables import Int64, answers, barred, consultations, departures, disclosures
from storage.work import Work

COLUMNS = (*consultations.c, answers.c.question_id, answers.c.value, answers.c.at)
"""A consultation's columns, and one answer's: as many rows as there are answers, or one."""

ITS_ANSWERS = (answers.c.consultation_id == consultations.c.id) & (
    answers.c.organisation_id == consultations.c.organisation_id
)
IN_ORDER = (answers.c.at, answers.c.question_id)
STANDS = consultations.c.destroyed_at.is_(None)
"""What was destroyed is found by nobody: it reads like one that never was."""

REAL = consultations.c.practice == literal_column("0")
"""Not a practice, which is in no figure, on no list of live things, and chased by nobody."""

LIVE_PRACTICE = (consultations.c.practice == literal_column("1")) & STANDS
"""One that is not destroyed yet, word for word as in the index that finds it."""

_WITH_ANSWERS = Direct(
    select(*COLUMNS)
    .outerjoin(answers, ITS_ANSWERS)
    .where(consultations.c.id == bindparam("case_id"), consultations.c.organisation_id == bindparam("org"), STANDS)
    .order_by(*IN_ORDER)
)
ANSWER = ("organisation_id", "consultation_id", "question_id", "value", "at")
"""The columns of an answer."""


def replacing(new: Any) -> Any:
    """An insert of answers that takes the place of earlier ones to the same questions."""
    return new.on_conflict_do_update(
        index_elements=[answers.c.consultation_id, answers.c.question_id],
        set_={"value": new.excluded.value, "at": new.excluded.at},
        where=answers.c.organisation_id == new.excluded.organisation_id,
    )


def _record_answer(build: Any) -> Any:
    return replacing(build(answers).values({name: bindparam(name) for name in ANSWER}))


_RECORD = Direct(_record_answer(postgresql_insert), sqlite=_record_answer(sqlite_insert))
ADVANCE = (
    update(consultations)
    .where(
        consultations.c.id == bindparam("case_id"),
        consultations.c.organisation_id == bindparam("org"),
        consultations.c.version == bindparam("seen"),
    )
    .values(
        version=bindparam("next"),
        state=bindparam("state_now"),
        changed_at=bindparam("moment"),
        sent_at=func.coalesce(consultations.c.sent_at, bindparam("sent_now", type_=Int64)),
    )
    .returning(consultations.c.id)
)
"""One version on, if nobody else was first: no row where somebody was."""

_ADVANCE = Direct(ADVANCE)
_BARRED = Direct(
    select(barred.c.person_id).where(
        barred.c.consultation_id == bindparam("case_id"), barred.c.organisation_id == bindparam("org")
    )
)
_DEPARTURES = Direct(
    select(departures)
    .where(departures.c.consultation_id == bindparam("case_id"), departures.c.organisation_id == bindparam("org"))
    .order_by(departures.c.at, departures.c.id)
)
_DISCLOSURES = Direct(
    select(disclosures)
    .where(disclosures.c.consultation_id == bindparam("case_id"), disclosures.c.organisation_id == bindparam("org"))
    .order_by(disclosures.c.at, disclosures.c.id)
)


MARK = len(" (4K)")
"""How much longer a charity's own reference is with the mark that keeps two consultations on it apart."""


def key_place(consultation_id: str) -> str:
    """Where a consultation's key belongs, and opens."""
    return f"consultations|data_key|{consultation_id}"


def plain_reference(reference: str) -> str:
    """The reference without its mark."""
    return reference[:-MARK] if reference.endswith(")") and reference[-MARK:-3] == " (" else reference


class Cases:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def open(
        self, requester_id: str, *, reference: str, book_id: str, book_version: str, practice: bool = False
    ) -> Consultation:
        """A new consultation, asking, at version 1. `practice`: it is rehearsed, and stays so."""
        id = secrets.token_urlsafe(9)
        moment = to_micros(self._work.now)
        await self._work.connection.execute(
            insert(consultations).values(
                id=id,
                organisation_id=self._work.organisation_id,
                requester_id=requester_id,
                reference=reference,
                state="asking",
                version=1,
                book_id=book_id,
                book_version=book_version,
                data_key=self._work.keys.new_data_key(key_place(id)),
                opened_at=moment,
                changed_at=moment,
                practice=int(practice),
            )
        )
        now = self._work.now
        return Consultation(
            id, requester_id, reference, "asking", 1, book_id, book_version, now, now, practice=practice
        )

    async def get(self, id: str) -> Consultation:
        """The consultation with its answers. Raises NotFound."""
        rows = await _WITH_ANSWERS.rows(self._work, {"case_id": id, "org": self._work.organisation_id})
        if not rows:
            raise NotFound("consultation")
        return consultation_of(rows)

    async def of(self, requester_id: str, states: Collection[CaseState]) -> list[Consultation]:
        """This person's own consultations in these states, oldest first, without their answers."""
        rows = await self._work.connection.execute(
            select(consultations)
            .where(
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.requester_id == requester_id,
                consultations.c.state.in_(sorted(states)),
                STANDS,
            )
            .order_by(consultations.c.opened_at, consultations.c.id)
        )
        return [_bare(row) for row in rows]

    async def reference_taken(self, reference: str) -> bool:
        found = await self._work.connection.execute(
            select(consultations.c.id).where(
                consultations.c.organisation_id == self._work.organisation_id, consultations.c.reference == reference
            )
        )
        return found.first() is not None

    async def on_reference(self, reference: str) -> list[Consultation]:
        """Every consultation on this case reference, oldest first, whatever its mark; without their answers.

        Capitals make no difference: whoever types it types it as they like.
        """
        plain, kept = plain_reference(reference).lower(), func.lower(consultations.c.reference)
        marked = kept.startswith(f"{plain} (", autoescape=True)
        marked &= func.length(consultations.c.reference) == len(plain) + MARK
        rows = await self._work.connection.execute(
            select(consultations)
            .where(consultations.c.organisation_id == self._work.organisation_id, (kept == plain) | marked, STANDS)
            .order_by(consultations.c.opened_at, consultations.c.id)
        )
        return [_bare(row) for row in rows]

    async def in_state(self, states: Collection[CaseState], *, latest: int | None = None) -> list[Consultation]:
        """Everybody's consultations in these states, the last changed first, without their answers; or the `latest`.

        No practice is among them.
        """
        rows = await self._work.connection.execute(
            select(consultations)
            .where(
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.state.in_(sorted(states)),
                STANDS,
                REAL,
            )
            .order_by(consultations.c.changed_at.desc(), consultations.c.id)
            .limit(latest)
        )
        return [_bare(row) for row in rows]

    async def record_answers(self, consultation: Consultation, values: Mapping[str, str]) -> Consultation:
        """Keep these answers; an earlier one to the same question is replaced. Gives the consultation with them."""
        moment = to_micros(self._work.now)
        rows = [
            {
                "organisation_id": self._work.organisation_id,
                "consultation_id": consultation.id,
                "question_id": question,
                "value": value,
                "at": moment,
            }
            for question, value in values.items()
        ]
        for row in rows:
            await _RECORD.rows(self._work, row)
        return self.answered(consultation, values)

    def answered(self, consultation: Consultation, values: Mapping[str, str]) -> Consultation:
        """The consultation as it reads with these answers, given now."""
        given = {question: Answer(question, value, self._work.now) for question, value in values.items()}
        return replace(consultation, answers={**consultation.answers, **given})

    async def forget(self, consultation: Consultation, questions: Collection[str]) -> Consultation:
        """Take these answers away; their questions are asked again. Gives the consultation without them."""
        await self._work.connection.execute(
            delete(answers).where(
                answers.c.consultation_id == consultation.id,
                answers.c.organisation_id == self._work.organisation_id,
                answers.c.question_id.in_(sorted(questions)),
            )
        )
        left = {id: answer for id, answer in consultation.answers.items() if id not in questions}
        return replace(consultation, answers=left)

    async def advance(self, consultation: Consultation, *, state: CaseState | None = None) -> None:
        """Move to the next version, if nobody else has. Raises Conflict."""
        if not await _ADVANCE.rows(self._work, self.version_on(consultation, state)):
            raise Conflict("consultation")

    def version_on(self, consultation: Consultation, state: CaseState | None) -> dict[str, str | int | None]:
        """What `ADVANCE` is to be given."""
        return {
            "case_id": consultation.id,
            "org": self._work.organisation_id,
            "seen": consultation.version,
            "next": consultation.version + 1,
            "state_now": state or consultation.state,
            "moment": to_micros(self._work.now),
            "sent_now": to_micros(self._work.now) if state == "sent" else None,
        }

    async def endangered(self, consultation_id: str) -> None:
        """Its answers tell of a danger: from now on it is no draft, whatever is changed."""
        await self._work.connection.execute(
            update(consultations)
            .where(
                consultations.c.id == consultation_id,
                consultations.c.organisation_id == self._work.organisation_id,
                consultations.c.danger_at.is_(None),
                STANDS,
            )
            .values(danger_at=to_micros(self._work.now))
        )

    async def name(self, consultation_id: str, reference: str) -> None:
        """Give the consultation the charity's own case reference."""
        await self._work.connection.execute(
            update(consultations)
            .where(consultations.c.id == consultation_id, consultations.c.organisation_id == self._work.organisation_id)
            .values(reference=reference)
        )

    async def data_key(self, consultation_id: str) -> DataKey:
        """The key its free text is sealed under. Raises NotFound (destroyed), CannotOpen (ours does not fit)."""
        row = (
            await self._work.connection.execute(
                select(consultations.c.data_key).where(
                    consultations.c.id == consultation_id,
                    consultations.c.organisation_id == self._work.organisation_id,
                )
            )
        ).one_or_none()
        if row is None or row.data_key is None:
            raise NotFound("the key of this consultation")
        return self._work.keys.unwrap(row.data_key, key_place(consultation_id))

    async def bar(self, consultation_id: str, person_ids: Collection[str]) -> None:
        """These people must not know and may not decide. Nobody is ever taken off again by the requester."""
        known = await self.barred(consultation_id)
        rows = [
            {
                "organisation_id": self._work.organisation_id,
                "consultation_id": consultation_id,
                "person_id": person_id,
                "at": to_micros(self._work.now),
            }
            for person_id in sorted(set(person_ids) - known)
        ]
        if rows:
            await self._work.connection.execute(insert(barred), rows)

    async def barred(self, consultation_id: str) -> frozenset[str]:
        rows = await _BARRED.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return frozenset(row.person_id for row in rows)

    async def depart(
        self, consultation_id: str, person_id: str, *, lane: str, proposed: str, chosen: str, text_id: str
    ) -> None:
        """Record that a person went further than the proposal, towards protecting somebody."""
        await self._work.connection.execute(
            insert(departures).values(
                id=secrets.token_urlsafe(9),
                organisation_id=self._work.organisation_id,
                consultation_id=consultation_id,
                person_id=person_id,
                lane=lane,
                proposed=proposed,
                chosen=chosen,
                text_id=text_id,
                at=to_micros(self._work.now),
            )
        )

    async def departures(self, consultation_id: str) -> list[Departure]:
        """Oldest first; the last one of a lane is the one that stands."""
        rows = await _DEPARTURES.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [
            Departure(row.id, row.person_id, row.lane, row.proposed, row.chosen, row.text_id, from_micros(row.at))
            for row in rows
        ]

    async def disclose(
        self,
        consultation_id: str,
        person_id: str,
        *,
        lane: str,
        recipient: str,
        text_id: str,
        shared_at: datetime | None = None,
        verified: str = "",
        way: str = "",
        items: Collection[str] = (),
        corrects: str | None = None,
    ) -> str:
        """Record what was then done about a lane, and give its id. `items` are ids without spaces."""
        id = secrets.token_urlsafe(9)
        await self._work.connection.execute(
            insert(disclosures).values(
                id=id,
                organisation_id=self._work.organisation_id,
                consultation_id=consultation_id,
                lane=lane,
                person_id=person_id,
                recipient=recipient,
                text_id=text_id,
                at=to_micros(self._work.now),
                shared_at=None if shared_at is None else to_micros(shared_at),
                verified=verified,
                way=way,
                items=" ".join(items),
                corrects=corrects,
            )
        )
        return id

    async def disclosures(self, consultation_id: str) -> list[Disclosure]:
        """What was done, oldest first."""
        rows = await _DISCLOSURES.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [
            Disclosure(
                row.id,
                row.lane,
                row.person_id,
                row.recipient,
                row.text_id,
                from_micros(row.at),
                None if row.shared_at is None else from_micros(row.shared_at),
                row.verified,
                row.way,
                tuple(row.items.split()),
                row.corrects,
            )
            for row in rows
        ]


def _bare(row: Row[Any], kept: Mapping[str, Answer] | None = None) -> Consultation:
    return Consultation(
        id=row.id,
        requester_id=row.requester_id,
        reference=row.reference,
        state=cast("CaseState", row.state),
        version=row.version,
        book_id=row.book_id,
        book_version=row.book_version,
        opened_at=from_micros(row.opened_at),
        changed_at=from_micros(row.changed_at),
        answers=kept or {},
        sent_at=None if row.sent_at is None else from_micros(row.sent_at),
        danger_at=None if row.danger_at is None else from_micros(row.danger_at),
        practice=bool(row.practice),
    )


def consultation_of(rows: Any) -> Consultation:
    """The consultation of rows that end with `COLUMNS`, and are named as a consultation's."""
    return consultation_with(rows[0], [row[-3:] for row in rows if row[-3]])


def consultation_with(row: Any, given: Iterable[tuple[str, str, int]]) -> Consultation:
    """The consultation of a row that is named as one's, with (question id, value, microseconds) of answers."""
    return _bare(row, {question: Answer(question, value, from_micros(at)) for question, value, at in given})
