"""The charity's people, their capabilities, and the accounts they speak from.

An account is found by what the channel's signature vouches for; whoever is not active is nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.locks import LOCKED
from storage.records import Address, Grant, Person, Role, from_micros, to_micros
from storage.tables import Int64, addresses, grants, held, organisations, people
from storage.work import Work

BY_ACCOUNT = (
    select(people, LOCKED)
    .join(addresses, addresses.c.person_id == people.c.id)
    .where(
        addresses.c.channel == bindparam("channel"),
        addresses.c.tenant == bindparam("tenant"),
        addresses.c.user == bindparam("user"),
    )
)
"""The person who speaks from an account."""

_BY_ACCOUNT = Direct(BY_ACCOUNT)
EVERYBODY = Direct(
    select(people, LOCKED).where(people.c.organisation_id == bindparam("org")).order_by(people.c.name, people.c.id)
)
_also = held.alias("also")
_ONE_HUMAN = Direct(
    select(held.c.person_id, _also.c.person_id.label("other_id")).where(
        held.c.organisation_id == bindparam("org"),
        _also.c.organisation_id == held.c.organisation_id,
        _also.c.channel == held.c.channel,
        _also.c.tenant == held.c.tenant,
        _also.c.user == held.c.user,
        _also.c.person_id != held.c.person_id,
    )
)
_GRANTED = Direct(
    select(grants)
    .where(grants.c.organisation_id == bindparam("org"), grants.c.at >= bindparam("since", type_=Int64))
    .order_by(grants.c.at, grants.c.id)
)
_ADDRESSES = select(addresses).where(addresses.c.organisation_id == bindparam("org"))
OPEN = _ADDRESSES.where(addresses.c.closed_at.is_(None))
ACCOUNTS = Direct(OPEN)


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
        rows = await EVERYBODY.rows(self._work, {"org": self._work.organisation_id})
        return [_person(row) for row in rows]

    async def get(self, ids: Collection[str]) -> dict[str, Person]:
        rows = await self._work.connection.execute(
            select(people, LOCKED).where(
                people.c.organisation_id == self._work.organisation_id, people.c.id.in_(sorted(ids))
            )
        )
        return {row.id: _person(row) for row in rows}

    async def hold(self, ids: Collection[str], *, to_change: bool = False) -> dict[str, Person]:
        """These people as they are now, and as they stay until the end of this transaction.

        Whoever asks or tells somebody holds them; whoever changes somebody, or sends them away, does it `to_change`,
        so that the one sees what the other did. Held after the consultation, never before it.
        """
        mine = (people.c.organisation_id == self._work.organisation_id) & people.c.id.in_(sorted(ids))
        lock = select(people).where(mine).order_by(people.c.id)
        await self._work.connection.execute(lock.with_for_update(read=not to_change, key_share=to_change))
        # Read anew: whether somebody was locked out while we waited stands in another table than theirs.
        return await self.get(ids)

    async def hold_roster(self) -> None:
        """Whoever changes the roster does it one after another: each sees what the others left. First of all holds."""
        whose = select(organisations.c.id).where(organisations.c.id == self._work.organisation_id)
        await self._work.connection.execute(whose.with_for_update(key_share=True))

    async def accounts(self, person_ids: Collection[str] | None = None) -> list[Address]:
        """The accounts of these people, or of everybody; none that the product has closed."""
        given = {"org": self._work.organisation_id}
        if person_ids is None:
            return [_address(row) for row in await ACCOUNTS.rows(self._work, given)]
        query = _ADDRESSES.where(addresses.c.closed_at.is_(None), addresses.c.person_id.in_(sorted(person_ids)))
        rows = await self._work.connection.execute(query, given)
        return [_address(row) for row in rows]

    async def closed(self) -> list[Address]:
        """The accounts that the product has closed."""
        rows = await self._work.connection.execute(
            _ADDRESSES.where(addresses.c.closed_at.is_not(None)), {"org": self._work.organisation_id}
        )
        return [_address(row) for row in rows]

    async def put(
        self,
        *,
        handle: str,
        name: str,
        role: Role,
        capabilities: Iterable[str],
        active: bool = True,
        telephone: str = "",
        by: str = "",
    ) -> Person:
        """Add the person of that handle, or change them. Accounts stay as they are. `by`: who says so, as in `away`."""
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
        self._work.note(kind, person=row.id, **({"by": by} if by else {}))
        return (await self.get([row.id]))[row.id]

    async def connect(
        self, person_id: str, *, channel: str, tenant: str, user: str, conversation: str = "", by: str = ""
    ) -> None:
        """Give an account to a person; an account belongs to one person, so it leaves whoever had it.

        One that was closed counts as open again. `by`: who says so.
        """
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
                set_={"person_id": person_id, "organisation_id": self._work.organisation_id, "closed_at": None},
            )
        )
        had = build(held).values(
            organisation_id=self._work.organisation_id, person_id=person_id, channel=channel, tenant=tenant, user=user
        )
        await self._work.connection.execute(had.on_conflict_do_nothing())
        self._work.note("account connected", person=person_id, **({"by": by} if by else {}))

    async def one_human(self) -> dict[str, frozenset[str]]:
        """Person id -> the ids of other entries that are the same human: they had, or have, an account in common."""
        rows = await _ONE_HUMAN.rows(self._work, {"org": self._work.organisation_id})
        groups: dict[str, set[str]] = {}
        for row in rows:
            both = groups.get(row.person_id, {row.person_id}) | groups.get(row.other_id, {row.other_id})
            groups.update(dict.fromkeys(both, both))
        return {id: frozenset(group - {id}) for id, group in groups.items()}

    async def apart(self, person_id: str, *, channel: str, tenant: str, user: str, by: str) -> None:
        """Whoever else had this account once is another human than this person: it was theirs by mistake."""
        gone = await self._work.connection.execute(
            delete(held).where(
                held.c.organisation_id == self._work.organisation_id,
                held.c.channel == channel,
                held.c.tenant == tenant,
                held.c.user == user,
                held.c.person_id != person_id,
            )
        )
        if gone.rowcount:
            self._work.note("another human", person=person_id, by=by)

    async def disconnect(self, account: Address, *, by: str = "") -> bool:
        """Take an account away from the person who has it; whether they had it."""
        gone = await self._work.connection.execute(
            delete(addresses).where(self._is(account.channel, account.tenant, account.user))
        )
        if gone.rowcount:
            self._work.note("account taken away", person=account.person_id, **({"by": by} if by else {}))
        return bool(gone.rowcount)

    async def close(self, channel: str, tenant: str, user: str) -> bool:
        """The product says that this account is closed: nothing is sent to it any more. Whether that is news."""
        shut = await self._work.connection.execute(
            update(addresses)
            .where(self._is(channel, tenant, user), addresses.c.closed_at.is_(None))
            .values(closed_at=to_micros(self._work.now))
        )
        return bool(shut.rowcount)

    async def reopen(self, channel: str, tenant: str, user: str) -> None:
        """Somebody has spoken from this account, so it is open."""
        opened = await self._work.connection.execute(
            update(addresses)
            .where(self._is(channel, tenant, user), addresses.c.closed_at.is_not(None))
            .values(closed_at=None)
            .returning(addresses.c.person_id)
        )
        for row in opened:
            self._work.note("account open again", person=row.person_id)

    async def grant(self, person_id: str, what: Collection[str], *, by: str) -> None:
        """Somebody of the roster gave this person these capabilities, a role, or an account ("account")."""
        rows = [
            {
                "id": secrets.token_urlsafe(9),
                "organisation_id": self._work.organisation_id,
                "person_id": person_id,
                "what": each,
                "by_id": by,
                "at": to_micros(self._work.now),
            }
            for each in sorted(what)
        ]
        if rows:
            await self._work.connection.execute(insert(grants), rows)
            self._work.note("given", person=person_id, by=by, what=" ".join(sorted(what)))

    async def granted(self, since: datetime) -> list[Grant]:
        """What was given since then, oldest first."""
        rows = await _GRANTED.rows(self._work, {"org": self._work.organisation_id, "since": to_micros(since)})
        return [Grant(row.person_id, row.what, row.by_id, from_micros(row.at)) for row in rows]

    def _is(self, channel: str, tenant: str, user: str) -> ColumnElement[bool]:
        mine = addresses.c.organisation_id == self._work.organisation_id
        return mine & (addresses.c.channel == channel) & (addresses.c.tenant == tenant) & (addresses.c.user == user)


def _address(row: Row[Any]) -> Address:
    return Address(row.person_id, row.channel, row.tenant, row.user, row.conversation)


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
        locked=bool(row.locked),
    )
