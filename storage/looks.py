"""Second looks: what somebody else has still to look at about a consultation, by when, and who did.

The rule to keep: of each kind one look is open at a time; it is done once, and one that is open always has a timer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Text, bindparam, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.outbox import Outbox
from storage.records import Conflict, Look, LookKind, from_micros, to_micros
from storage.tables import consultations, jobs, posts
from storage.tables import looks as table
from storage.work import Work

_OF = Direct(
    select(table)
    .where(table.c.consultation_id == bindparam("case_id"), table.c.organisation_id == bindparam("org"))
    .order_by(table.c.kind)
)


class Looks:
    def __init__(self, work: Work, outbox: Outbox) -> None:
        self._work = work
        self._outbox = outbox

    async def hold(self, consultation_id: str) -> None:
        """Until the end of this transaction nobody else changes this consultation. Held before its looks."""
        mine = (consultations.c.id == consultation_id) & (consultations.c.organisation_id == self._work.organisation_id)
        await self._work.connection.execute(select(consultations.c.id).where(mine).with_for_update(key_share=True))

    async def promise(self, consultation_id: str, kind: LookKind, *, due_at: datetime, first_at: datetime) -> bool:
        """Somebody has to look by `due_at`; the timer goes off at `first_at`. Whether it was not open before.

        One that is open stays as it is; one that was done begins anew.
        """
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(table).values(
            organisation_id=self._work.organisation_id,
            consultation_id=consultation_id,
            kind=kind,
            opened_at=to_micros(self._work.now),
            due_at=to_micros(due_at),
        )
        opened = await self._work.connection.execute(
            new.on_conflict_do_update(
                index_elements=[table.c.consultation_id, table.c.kind],
                set_={
                    "opened_at": new.excluded.opened_at,
                    "due_at": new.excluded.due_at,
                    "done_by": None,
                    "done_at": None,
                    "text_id": None,
                },
                where=(table.c.organisation_id == new.excluded.organisation_id) & table.c.done_at.is_not(None),
            ).returning(table.c.kind)
        )
        if opened.one_or_none() is None:
            return False
        await self.again(consultation_id, kind, first_at)
        return True

    async def again(self, consultation_id: str, kind: LookKind, at: datetime) -> None:
        """Promise the timer of a look, in place of the one it has."""
        payload = {"timer": "look", "case": consultation_id, "kind": kind}
        await self._outbox.put("timer", _key(consultation_id, kind), payload, run_at=at)

    async def done(self, consultation_id: str, kind: LookKind, person_id: str, text_id: str | None = None) -> None:
        """`person_id` has looked, and wrote `text_id`. Raises Conflict: somebody was first, or nothing is open."""
        changed = await self._work.connection.execute(
            update(table)
            .where(*self._is(consultation_id, kind), table.c.done_at.is_(None))
            .values(done_by=person_id, done_at=to_micros(self._work.now), text_id=text_id)
        )
        if changed.rowcount != 1:
            raise Conflict("second look")
        await self._outbox.cancel(_key(consultation_id, kind))

    async def drop(self, consultation_id: str, kind: LookKind) -> None:
        """It is not needed any more; one that was done stays."""
        await self._work.connection.execute(
            delete(table).where(*self._is(consultation_id, kind), table.c.done_at.is_(None))
        )
        await self._outbox.cancel(_key(consultation_id, kind))

    async def of(self, consultation_id: str) -> list[Look]:
        """Every look of a consultation, by kind."""
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [
            Look(
                row.consultation_id,
                cast("LookKind", row.kind),
                from_micros(row.due_at),
                row.done_by,
                None if row.done_at is None else from_micros(row.done_at),
                row.text_id,
            )
            for row in rows
        ]

    async def shown_to(self, person_id: str, kind: str) -> list[str]:
        """The ids of the consultations with an open look of which this person has a card of this kind; soonest first.

        Whether they may (still) look is for whoever asks to find out.
        """
        rows = await self._work.connection.execute(
            select(table.c.consultation_id)
            .join(posts, posts.c.consultation_id == table.c.consultation_id)
            .where(
                table.c.organisation_id == self._work.organisation_id,
                posts.c.organisation_id == self._work.organisation_id,
                posts.c.person_id == person_id,
                posts.c.kind == kind,
                table.c.done_at.is_(None),
            )
            .order_by(table.c.due_at, table.c.consultation_id)
        )
        return list(dict.fromkeys(row.consultation_id for row in rows))

    async def fallen(self) -> list[tuple[str, LookKind]]:
        """(consultation id, kind) of every open look without a timer: it died, or never was."""
        return [
            (row.consultation_id, cast("LookKind", row.kind)) for row in await self._open_without("look:", kinds=True)
        ]

    async def without_reminder(self, key: str) -> list[str]:
        """The ids of consultations with an open look at an emergency and no timer whose key is `key` and their id."""
        rows = await self._open_without(key, kinds=False)
        return [row.consultation_id for row in rows if row.kind == "emergency"]

    async def _open_without(self, prefix: str, *, kinds: bool) -> Sequence[Row[Any, Any]]:
        mine = literal(prefix, Text) + table.c.consultation_id
        if kinds:
            mine = mine + literal(":", Text) + table.c.kind
        promised = select(jobs.c.id).where(
            jobs.c.organisation_id == table.c.organisation_id, jobs.c.key == mine, jobs.c.state == "due"
        )
        rows = await self._work.connection.execute(
            select(table.c.consultation_id, table.c.kind)
            .where(table.c.organisation_id == self._work.organisation_id, table.c.done_at.is_(None), ~promised.exists())
            .order_by(table.c.consultation_id, table.c.kind)
        )
        return rows.all()

    def _is(self, consultation_id: str, kind: str) -> tuple[ColumnElement[bool], ...]:
        return (
            table.c.consultation_id == consultation_id,
            table.c.kind == kind,
            table.c.organisation_id == self._work.organisation_id,
        )


def _key(consultation_id: str, kind: str) -> str:
    return f"look:{consultation_id}:{kind}"
