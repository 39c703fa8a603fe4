"""The charities we serve, and their settings: numbers, time zone, leads. Never anything about a client."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from storage.direct import Direct
from storage.records import NotFound, Organisation, to_micros
from storage.sealing import CannotOpen
from storage.tables import organisations
from storage.work import Work

_CANARY = "confer"
_ALL = select(organisations).order_by(organisations.c.created_at, organisations.c.id)
CURRENT = Direct(select(organisations).where(organisations.c.id == bindparam("org")))


class Organisations:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, name: str, settings: Mapping[str, Any]) -> Organisation:
        """A new charity; binds the transaction to it."""
        id = secrets.token_urlsafe(9)
        self._work.bind(id)
        await self._work.connection.execute(
            insert(organisations).values(
                id=id,
                name=name,
                settings=_dumps(settings),
                canary=self._work.keys.new_data_key(canary_place(id)),
                created_at=to_micros(self._work.now),
            )
        )
        self._work.note("charity added")
        return Organisation(id, name, settings)

    async def change(self, name: str, settings: Mapping[str, Any]) -> None:
        """Replace the name and all settings; the ledger says that it happened."""
        await self._work.connection.execute(
            update(organisations)
            .where(organisations.c.id == self._work.organisation_id)
            .values(name=name, settings=_dumps(settings))
        )
        self._work.note("charity settings changed")

    async def all(self) -> list[Organisation]:
        rows = await self._work.connection.execute(_ALL)
        return [Organisation(row.id, row.name, json.loads(row.settings)) for row in rows]

    async def current(self) -> Organisation:
        """The one this transaction is bound to."""
        found = await CURRENT.rows(self._work, {"org": self._work.organisation_id})
        if not found:
            raise NotFound("organisation")
        [row] = found
        return Organisation(row.id, row.name, json.loads(row.settings))

    async def check_keys(self) -> list[tuple[str, str]]:
        """The charities whose known value our keys do not open, by name, and why: their records would be lost to us."""
        locked = []
        for row in await self._work.connection.execute(_ALL):
            try:
                self._work.keys.unwrap(row.canary, canary_place(row.id))
            except CannotOpen as fault:
                locked.append((row.name, str(fault)))
        return locked


def canary_place(id: str) -> str:
    return f"{_CANARY}|{id}"


def _dumps(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True, ensure_ascii=False, default=str)
