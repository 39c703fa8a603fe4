"""Many charities, put into the tables behind the store's back as copies of one that the store has made.

The rule to keep: a copy has everything that the one has, under ids and accounts of its own, and its ledger is whole.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import insert, select, text

from storage.links import BEGINNING, link
from storage.organisations import canary_place
from storage.store import Store
from storage.tables import ledger, metadata, organisations

_AT_ONCE = 500  # charities in one transaction

Rows = dict[str, list[dict[str, Any]]]
"""Of one charity, by the name of the table, in an order in which they can be written."""


async def copy(store: Store, organisation: str, number: int) -> None:
    """So many charities more, each like this one."""
    pattern = await _rows(store, organisation)
    for start in range(0, number, _AT_ONCE):
        copies = [_copy(store, pattern, f"T{each + 1}") for each in range(start, min(start + _AT_ONCE, number))]
        async with store.writer.begin() as connection:
            for table in metadata.sorted_tables:
                if rows := [row for each in copies for row in each.get(table.name, ())]:
                    await connection.execute(insert(table), rows)
    if store.postgresql:  # as it would have done by itself, had they come one by one
        async with store.writer.connect() as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await alone.execute(text("VACUUM ANALYZE"))


async def _rows(store: Store, organisation: str) -> Rows:
    found: Rows = {}
    async with store.reader.connect() as connection:
        for table in metadata.sorted_tables:
            whose = organisations.c.id if table is organisations else table.c.get("organisation_id")
            if whose is not None:
                rows = await connection.execute(select(table).where(whose == organisation).order_by(*table.primary_key))
                found[table.name] = [dict(row) for row in rows.mappings()]
    return {name: rows for name, rows in found.items() if rows}


def _copy(store: Store, pattern: Rows, tenant: str) -> Rows:
    ids = {row["id"]: secrets.token_urlsafe(9) for rows in pattern.values() for row in rows if "id" in row}
    copy = {
        name: [{key: _anew(value, ids) for key, value in row.items()} for row in rows] for name, rows in pattern.items()
    }
    [charity] = copy["organisations"]
    charity["canary"] = store.keys.new_data_key(canary_place(charity["id"]))
    for row in copy["addresses"] + copy["held"]:
        row["tenant"] = tenant
    previous = BEGINNING
    for entry in copy[ledger.name]:
        entry["previous"] = previous
        previous = entry["hash"] = link(previous, charity["id"], entry["sequence"], entry["at"], entry["body"])
    return copy


def _anew(value: Any, ids: dict[str, str]) -> Any:
    """With the new ids, wherever an old one stands in it: they are random, and stand for nothing else."""
    if isinstance(value, bytes):
        try:
            return _anew(value.decode(), ids).encode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, str):
        for old, new in ids.items():
            value = value.replace(old, new)
    return value
