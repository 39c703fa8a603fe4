"""A long history of one charity, put into the tables behind the store's back: by hand it would take days.

The rule to keep: what happened in the last week of it is the same however long it is. What has come to the end of its
keeping is destroyed, as the bot would have done; that is so only where it is long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import text

from storage.records import to_micros
from storage.store import Store

LAST_WEEK = 50  # consultations
_WITHIN = 1800.0  # seconds a table
_ID = "CAST(i AS TEXT)"
_CASE = f"'c' || {_ID}"
# The last ones are an hour apart in the week that is told; the others lie ten minutes apart before it.
_AT = "(CASE WHEN i > :old THEN :week + (i - :old) * 3600000000 ELSE :week - 1 - (:old - i) * 600000000 END)"
_END = f"{_AT} + 220000000000000"  # seven years

_ROWS: dict[str, tuple[dict[str, str], str]] = {
    "consultations": (
        {
            "id": _CASE,
            "requester_id": ":who",
            "reference": f"CASE WHEN {_END} <= :now THEN '' ELSE 'IH-' || {_ID} END",
            "state": "CASE WHEN i > :cases - 20 THEN 'sent' ELSE 'closed' END",
            "version": "9",
            "book_id": "'justus'",
            "book_version": "'1'",
            "opened_at": _AT,
            "changed_at": _AT,
            "sent_at": _AT,
            "closed_at": _AT,
            "kept_as": "'adult'",
            "destroy_at": _END,
            "destroyed_at": f"CASE WHEN {_END} <= :now THEN {_END} END",
        },
        "",
    ),
    "texts": (
        {
            "id": f"'t' || {_ID}",
            "consultation_id": _CASE,
            "person_id": ":who",
            "kind": "CASE WHEN i % 9 = 0 THEN 'question' ELSE 'done' END",
            "about": "''",
            "at": _AT,
            "sealed": ":sealed",
        },
        "",
    ),
    "approval_requests": (
        {
            "id": f"'r' || {_ID}",
            "consultation_id": _CASE,
            "lane": "'adult'",
            "outcome": "'adult_named'",
            "code": "'A1'",
            "state": "CASE WHEN i > :cases - 5 THEN 'pending' WHEN i % 7 = 0 THEN 'declined' ELSE 'approved' END",
            "fingerprint": "'f'",
            "second_of": "CASE WHEN i % 31 = 0 THEN 'r' || CAST(:cases AS TEXT) END",
            "opened_at": _AT,
            "settled_at": f"CASE WHEN i <= :cases - 5 THEN {_AT} + 600000000 END",
        },
        "",
    ),
    "disclosures": (
        {
            "id": f"'d' || {_ID}",
            "consultation_id": _CASE,
            "lane": "'adult'",
            "person_id": ":who",
            "recipient": "'council_adults'",
            "text_id": f"'t' || {_ID}",
            "at": _AT,
        },
        "i <= :cases - 10",
    ),
    "looks": (
        {
            "consultation_id": _CASE,
            "kind": "'emergency'",
            "opened_at": _AT,
            "due_at": _AT,
            "done_by": ":who",
            "done_at": _AT,
        },
        "i % 10 = 0",
    ),
    "follow_ups": (
        {
            "id": f"'f' || {_ID}",
            "consultation_id": _CASE,
            "lane": "''",
            "kind": "CASE WHEN i % 5 = 0 THEN 'not_shared' ELSE 'notes' END",
            "answer": "'x'",
            "person_id": ":who",
            "at": _AT,
        },
        "",
    ),
    "jobs": (
        {
            "id": f"'j' || {_ID}",
            "kind": "'letter'",
            "key": f"'card:' || {_ID}",
            "lane": "'slack/T/U'",
            "payload": "'{}'",
            "run_at": _AT,
            "token": "''",
            "attempts": "1",
            "state": "CASE WHEN i > :cases - 3 THEN 'dead' ELSE 'done' END",
        },
        "",
    ),
}


async def fill(store: Store, organisation: str, cases: int, week: datetime) -> None:
    """So many consultations with all that is about them; `week` is when the last week of them begins."""
    async with store.begin(week) as tx:
        tx.bind(organisation)
        who = (await tx.people.everybody())[0].id
    values = {
        "org": organisation,
        "who": who,
        "cases": cases,
        "old": cases - LAST_WEEK,
        "week": to_micros(week),
        "now": to_micros(week + timedelta(days=7)),
        "sealed": b"sealed" * 20,
    }
    if store.postgresql:  # on a connection of our own, since ours gives up after ten seconds
        connection = await asyncpg.connect(store.url.replace("+asyncpg", ""))
        for table in _ROWS:
            await connection.execute(_literally(_statement(table), values), timeout=_WITHIN)
        await connection.execute("VACUUM ANALYZE", timeout=_WITHIN)
        await connection.close()
        return
    async with store.writer.begin() as sqlite:
        for table in _ROWS:
            statement = _statement(table)
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            await sqlite.execute(text(statement), named)


def _statement(table: str) -> str:
    columns, which = _ROWS[table]
    if table != "consultations":  # of what was destroyed there is nothing else
        which = f"{which or 'TRUE'} AND {_END} > :now"
    return (
        f"INSERT INTO {table} (organisation_id, {', '.join(columns)}) "  # noqa: S608  (our own words)
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :cases) "
        f"SELECT :org, {', '.join(columns.values())} FROM n WHERE {which or 'TRUE'}"
    )


def _literally(statement: str, values: dict[str, Any]) -> str:
    """With the values in it: a recursive statement of this driver's would want to be told the kind of each."""
    for name, value in values.items():
        word = f"'\\x{value.hex()}'::bytea" if isinstance(value, bytes) else repr(value)
        statement = statement.replace(f":{name}", word)
    return statement
