"""Posts: each copy of a card that was sent, so that all of them can be edited when the state moves."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Row, bindparam, case, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import Address, NotFound, Post, to_micros
from storage.tables import posts
from storage.work import Work

RETIRED = "retired."
"""How the kind of a copy begins that has been replaced by a newer message."""

_OF = Direct(
    select(posts)
    .where(posts.c.consultation_id == bindparam("case_id"), posts.c.organisation_id == bindparam("org"))
    .order_by(posts.c.at, posts.c.id)
)
_GET = Direct(select(posts).where(posts.c.id == bindparam("post_id"), posts.c.organisation_id == bindparam("org")))


class Posts:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def ensure(self, consultation_id: str, kind: str, address: Address, *, message: str = "") -> Post:
        """The copy of this card on this account; made if there is none. `message` fills in where it stands.

        Raises NotFound for another organisation's consultation.
        """
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        values = {
            "id": secrets.token_urlsafe(9),
            "organisation_id": self._work.organisation_id,
            "consultation_id": consultation_id,
            "person_id": address.person_id,
            "kind": kind,
            "channel": address.channel,
            "tenant": address.tenant,
            "user": address.user,
            "conversation": address.conversation,
            "message": message,
            "at": to_micros(self._work.now),
        }
        # RETURNING gives the row that was first only where it is updated. What was never sent is promised from now on.
        new = build(posts).values(values)
        keys = [posts.c.consultation_id, posts.c.kind, posts.c.channel, posts.c.tenant, posts.c.user]
        found = await self._work.connection.execute(
            new.on_conflict_do_update(
                index_elements=keys,
                set_={
                    "person_id": new.excluded.person_id,
                    "at": case((posts.c.message == "", new.excluded.at), else_=posts.c.at),
                    "erased_at": None,  # somebody is told anew
                },
                where=posts.c.organisation_id == new.excluded.organisation_id,
            ).returning(posts)
        )
        row = found.one_or_none()
        if row is None:
            raise NotFound("consultation")  # there is such a copy, of another organisation's
        return _post(row)

    async def get(self, id: str) -> Post:
        """Raises NotFound."""
        rows = await _GET.rows(self._work, {"post_id": id, "org": self._work.organisation_id})
        if not rows:
            raise NotFound("post")
        return _post(rows[0])

    async def of(self, consultation_id: str) -> list[Post]:
        rows = await _OF.rows(self._work, {"case_id": consultation_id, "org": self._work.organisation_id})
        return [_post(row) for row in rows]

    async def on(self, channel: str, tenant: str, user: str) -> list[Post]:
        """Every post on one account, oldest first."""
        rows = await self._work.connection.execute(
            select(posts)
            .where(
                posts.c.organisation_id == self._work.organisation_id,
                posts.c.channel == channel,
                posts.c.tenant == tenant,
                posts.c.user == user,
            )
            .order_by(posts.c.at, posts.c.id)
        )
        return [_post(row) for row in rows]

    async def at(self, channel: str, tenant: str, user: str, message: str) -> Post | None:
        """The newest post that stands in this message of this account."""
        rows = await self._work.connection.execute(
            select(posts)
            .where(
                posts.c.organisation_id == self._work.organisation_id,
                posts.c.channel == channel,
                posts.c.tenant == tenant,
                posts.c.user == user,
                posts.c.message == message,
            )
            .order_by(posts.c.at.desc(), posts.c.id.desc())
            .limit(1)
        )
        row = rows.one_or_none()
        return None if row is None else _post(row)

    async def retire(self, post: Post) -> None:
        """What stands there is history: the next card of this kind will be a new message, which alerts the person."""
        await self._work.connection.execute(
            update(posts)
            .where(posts.c.id == post.id, posts.c.organisation_id == self._work.organisation_id)
            .values(kind=f"{RETIRED}{post.id}")
        )

    async def hide(self, id: str, hidden: bool) -> None:
        """Whether this copy shows only the reference, until whoever has it opens it again."""
        await self._work.connection.execute(
            update(posts)
            .where(posts.c.id == id, posts.c.organisation_id == self._work.organisation_id)
            .values(hidden=int(hidden))
        )

    async def displaced_by(self, post: Post, message: str) -> list[Post]:
        """Other copies that stood in the message that shows this one now; they have no place until sent anew."""
        rows = await self._work.connection.execute(
            update(posts)
            .where(
                posts.c.organisation_id == self._work.organisation_id,
                posts.c.channel == post.channel,
                posts.c.tenant == post.tenant,
                posts.c.user == post.user,
                posts.c.message == message,
                posts.c.id != post.id,
            )
            .values(message="")
            .returning(posts)
        )
        return [_post(row) for row in rows]

    async def place(self, id: str, conversation: str, message: str) -> None:
        """Where the product put it."""
        await self._work.connection.execute(
            update(posts)
            .where(posts.c.id == id, posts.c.organisation_id == self._work.organisation_id)
            .values(conversation=conversation, message=message)
        )


def _post(row: Row[Any]) -> Post:
    return Post(
        row.id,
        row.consultation_id,
        row.person_id,
        row.kind,
        row.channel,
        row.tenant,
        row.user,
        row.conversation,
        row.message,
        bool(row.hidden),
        row.erased_at is not None,
    )
