"""The ledger: who did what, when, on which consultation. Append-only, one hash chain an organisation, no content.

Each hash is SHA-256 over a domain word, the previous hash, the organisation, the sequence, the time and the SHA-256
of the body's canonical bytes. Bodies hold ids, kinds and hashes only, so that destroying a record's key never
breaks the chain. Triggers in the database refuse changes; they stop bugs, not the owner.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, text

from storage.chains import chain_in
from storage.direct import Direct
from storage.links import BEGINNING, link
from storage.records import Entry, from_micros, to_micros
from storage.tables import ledger
from storage.verifying import verified
from storage.work import Work

_PAGE = 5_000
HEAD = Direct(
    select(ledger.c.sequence, ledger.c.hash)
    .where(ledger.c.organisation_id == bindparam("org"))
    .order_by(ledger.c.sequence.desc())
    .limit(1)
)
FIRST = Direct(
    select(ledger.c.at).where(ledger.c.organisation_id == bindparam("org")).order_by(ledger.c.sequence).limit(1)
)
# On PostgreSQL a function takes the organisation's lock, reads the head and appends, in one trip (`storage.triggers`).
# Locked as the last step: an optimistic head has a p99 of seconds under load, a lock on the organisation has 57 ms.
_APPEND = Direct(text("SELECT ledger_append(:org, CAST(:at AS bigint), CAST(:bodies AS bytea[]))"))
_WRITE = Direct(insert(ledger).values({column.name: bindparam(column.name) for column in ledger.c}))


class Ledger:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def append(self, notes: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Write these as the next entries."""
        organisation, at, bodies = self._work.organisation_id, to_micros(self._work.now), _bodies(notes)
        if self._work.postgresql:
            await _APPEND.rows(self._work, {"org": organisation, "at": at, "bodies": bodies})
            return
        head = next(iter(await HEAD.rows(self._work, {"org": organisation})), None)
        sequence, previous = (head.sequence, head.hash) if head else (0, BEGINNING)
        for body in bodies:
            sequence += 1
            digest = link(previous, organisation, sequence, at, body)
            entry = {"sequence": sequence, "at": at, "body": body, "previous": previous, "hash": digest}
            await _WRITE.rows(self._work, {"organisation_id": organisation, **entry})
            previous = digest

    def appending(self, notes: Sequence[tuple[str, Mapping[str, str]]]) -> str:
        """On PostgreSQL: the same as one statement in words, to be sent together with the commit.

        Whoever holds the chain keeps everybody else of the organisation from it, so nobody holds it over a trip of
        their own, but who decides: their card shows the head. All of it is whole numbers and hexadecimal digits:
        nothing in it can end a text.
        """
        # `convert_from` gives a text that sorts by "C", by which there is no index: the whole chain was read, else.
        org = f"convert_from({_hex(self._work.organisation_id.encode())}, 'UTF8') COLLATE \"default\""
        bodies = ", ".join(map(_hex, _bodies(notes)))
        return f"SELECT ledger_append({org}, {to_micros(self._work.now)}, ARRAY[{bodies}])"

    async def head(self) -> tuple[int, str]:
        """(last sequence, its hash in hex); (0, "") when nothing has been written."""
        row = next(iter(await HEAD.rows(self._work, {"org": self._work.organisation_id})), None)
        return (row.sequence, row.hash.hex()) if row else (0, "")

    async def began(self) -> datetime | None:
        """When the first entry that there is says it was written; None when nothing has been written."""
        row = next(iter(await FIRST.rows(self._work, {"org": self._work.organisation_id})), None)
        return None if row is None else from_micros(row.at)

    async def hash_of(self, sequence: int) -> str:
        """The hash of this entry in hex; "" where there is none."""
        row = (
            await self._work.connection.execute(
                select(ledger.c.hash).where(
                    ledger.c.organisation_id == self._work.organisation_id, ledger.c.sequence == sequence
                )
            )
        ).one_or_none()
        return "" if row is None else row.hash.hex()

    async def entries(self, *, after: int = 0) -> list[Entry]:
        """At most 5,000 entries after that sequence, in order."""
        rows = await self._work.connection.execute(
            select(ledger)
            .where(ledger.c.organisation_id == self._work.organisation_id, ledger.c.sequence > after)
            .order_by(ledger.c.sequence)
            .limit(_PAGE)
        )
        return [_entry(row) for row in rows]

    async def faults(self) -> list[str]:
        """What is first wrong with the chain, in words; empty when every entry follows from the one before."""
        found = await verified(chain_in(self._work), self._work.organisation_id)
        return [] if found.fault is None else [found.fault.words]


def _bodies(notes: Sequence[tuple[str, Mapping[str, str]]]) -> list[bytes]:
    return [json.dumps({"kind": kind, **ids}, sort_keys=True, separators=(",", ":")).encode() for kind, ids in notes]


def _hex(value: bytes) -> str:
    return f"decode('{value.hex()}', 'hex')"


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.sequence, from_micros(row.at), row.body, row.previous, row.hash)
