"""The charity's people, their capabilities, and the accounts they speak from.

An account is found by what the channel's signature vouches for; whoever is not active is nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import Any, cast

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import Address, Person, Role
from storage.tables import addresses, people
from storage.work import Work

BY_ACCOUNT = (
    select(people)
    .join(addresses, addresses.c.person_id == people.c.id)
    .where(
        addresses.c.channel == bindparam("channel"),
        addresses.c.tenant == bindparam("tenant"),
        addresses.c.user == bindparam("user"),
    )
)
"""The person who speaks from an account."""

_BY_ACCOUNT = Direct(BY_ACCOUNT)
_ALL = select(people).where(people.c.organisation_id == bindparam("org")).order_by(people.c.name, people.c.id)
_ADDRESSES = select(addresses).where(addresses.c.organisation_id == bindparam("org"))


class People:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def by_account(self, channel: str, tenant: str, user: str) -> Person | None:
        """Who speaks from this account; binds the transaction to their organisation. None for a stranger."""
        found = await _BY_ACCOUNT.rows(self._work, {"channel": channel, "tenant": tenant, "user": user})
        return self.speaking(found[0]) if found else None

    def speaking(self, row: Any) -> Person:
        """The person of a row of `BY_ACCOUNT`; binds the transaction to their organisation."""
        self._work.bind(row.organisation_id)
        return _person(row)

    async def everybody(self) -> list[Person]:
        """All who are or were here, by name; look at `active`."""
        rows = await self._work.connection.execute(_ALL, {"org": self._work.organisation_id})
        return [_person(row) for row in rows]

    async def get(self, ids: Collection[str]) -> dict[str, Person]:
        rows = await self._work.connection.execute(
            select(people).where(people.c.organisation_id == self._work.organisation_id, people.c.id.in_(sorted(ids)))
        )
        return {row.id: _person(row) for row in rows}

    async def hold(self, ids: Collection[str], *, to_change: bool = False) -> dict[str, Person]:
        """These people as they are now, and as they stay until the end of this transaction.

        Whoever asks or tells somebody holds them; whoever changes somebody, or sends them away, does it `to_change`,
        so that the one sees what the other did. Held after the consultation, never before it.
        """
        mine = (people.c.organisation_id == self._work.organisation_id) & people.c.id.in_(sorted(ids))
        lock = select(people).where(mine).order_by(people.c.id)
        rows = await self._work.connection.execute(lock.with_for_update(read=not to_change, key_share=to_change))
        return {row.id: _person(row) for row in rows}

    async def accounts(self, person_ids: Collection[str] | None = None) -> list[Address]:
        """The accounts of these people, or of everybody."""
        query = _ADDRESSES
        if person_ids is not None:
            query = query.where(addresses.c.person_id.in_(sorted(person_ids)))
        rows = await self._work.connection.execute(query, {"org": self._work.organisation_id})
        return [Address(row.person_id, row.channel, row.tenant, row.user, row.conversation) for row in rows]

    async def put(
        self,
        *,
        handle: str,
        name: str,
        role: Role,
        capabilities: Iterable[str],
        active: bool = True,
        telephone: str = "",
    ) -> Person:
        """Add the person of that handle, or change them. Accounts stay as they are."""
        values: dict[str, Any] = {
            "name": name,
            "role": role,
            "capabilities": " ".join(sorted(set(capabilities))),
            "active": int(active),
            "telephone": telephone,
        }
        mine = (people.c.organisation_id == self._work.organisation_id) & (people.c.handle == handle)
        changed = await self._work.connection.execute(update(people).where(mine).values(values).returning(people))
        row = changed.one_or_none()
        kind = "person changed"
        if row is None:
            kind = "person added"
            keys = {"id": secrets.token_urlsafe(9), "organisation_id": self._work.organisation_id, "handle": handle}
            added = await self._work.connection.execute(insert(people).values(keys | values).returning(people))
            row = added.one()
        self._work.note(kind, person=row.id)
        return _person(row)

    async def connect(self, person_id: str, *, channel: str, tenant: str, user: str, conversation: str = "") -> None:
        """Give an account to a person; an account belongs to one person, so it leaves whoever had it."""
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(addresses).values(
            organisation_id=self._work.organisation_id,
            person_id=person_id,
            channel=channel,
            tenant=tenant,
            user=user,
            conversation=conversation,
        )
        keys = [addresses.c.channel, addresses.c.tenant, addresses.c.user]
        await self._work.connection.execute(
            new.on_conflict_do_update(
                index_elements=keys,
                set_={"person_id": person_id, "organisation_id": self._work.organisation_id},
            )
        )
        self._work.note("account connected", person=person_id)


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        organisation_id=row.organisation_id,
        handle=row.handle,
        name=row.name,
        role=cast("Role", row.role),
        capabilities=frozenset(row.capabilities.split()),
        active=bool(row.active),
        telephone=row.telephone,
    )
