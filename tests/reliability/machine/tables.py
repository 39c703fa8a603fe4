"""What the database says, read as plain rows, past everything the bot would read it with.

The rule to keep: only SQL and this file; a repository of ours that reads wrongly must not blind the witness.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

Row = sqlite3.Row


@dataclass(frozen=True)
class Tables:
    """One moment. Rows are by the tables' own column names; times are microseconds since 1970 UTC."""

    people: Mapping[str, Row]
    accounts: Mapping[tuple[str, str, str], str]
    cases: Mapping[str, Row]
    answers: Mapping[str, Mapping[str, str]]
    words: Mapping[str, tuple[Row, ...]]  # consultation -> its texts that say what would be said, oldest first
    barred: frozenset[tuple[str, str]]
    gone_further: Mapping[str, Mapping[str, str]]  # consultation -> lane -> the outcome the worker chose last in it
    requests: Mapping[str, Row]
    asked: Mapping[str, Mapping[str, Row]]  # request -> person -> row
    decisions: Mapping[str, tuple[Row, ...]]  # request -> every decision, which must be one at most
    spoken: Mapping[str, Row]
    rungs: Mapping[str, tuple[Row, ...]]
    timers: Mapping[str, Row]  # key -> a job that is still to be done
    held_before: frozenset[tuple[str, str]]  # consultation, person who handed it over: they asked for it themselves
    lines: tuple[Row, ...]  # of the ledger, those after `since`

    @cached_property
    def notes(self) -> tuple[dict[str, str], ...]:
        return tuple(json.loads(line["body"]) for line in self.lines)

    def can(self, person_id: str, capability: str) -> bool:
        return capability in self.people[person_id]["capabilities"].split()


class Reader:
    """A connection of its own to the file."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.row_factory = sqlite3.Row

    def close(self) -> None:
        self._connection.close()

    def read(self, since: int = 0) -> Tables:
        """Everything, and of the ledger what comes after the entry `since`."""
        rows = self._rows
        self._connection.execute("BEGIN")
        try:
            answers: dict[str, dict[str, str]] = {}
            for row in rows("SELECT consultation_id, question_id, value FROM answers"):
                answers.setdefault(row[0], {})[row[1]] = row[2]
            asked: dict[str, dict[str, Row]] = {}
            for row in rows("SELECT * FROM asked"):
                asked.setdefault(row["request_id"], {})[row["person_id"]] = row
            chosen: dict[str, dict[str, str]] = {}
            for row in rows("SELECT consultation_id, lane, chosen FROM departures ORDER BY at, rowid"):
                chosen.setdefault(row[0], {})[row[1]] = row[2]
            return Tables(
                people={row["id"]: row for row in rows("SELECT * FROM people")},
                accounts={
                    tuple(row)[:3]: row[3] for row in rows('SELECT channel, tenant, "user", person_id FROM addresses')
                },
                cases={row["id"]: row for row in rows("SELECT * FROM consultations ORDER BY opened_at, rowid")},
                answers=answers,
                words=_grouped(rows("SELECT * FROM texts WHERE kind = 'reason' ORDER BY at, rowid"), "consultation_id"),
                barred=frozenset((row[0], row[1]) for row in rows("SELECT consultation_id, person_id FROM barred")),
                gone_further=chosen,
                requests={row["id"]: row for row in rows("SELECT * FROM approval_requests ORDER BY opened_at, rowid")},
                asked=asked,
                decisions=_grouped(rows("SELECT * FROM decisions ORDER BY at"), "request_id"),
                spoken={row["request_id"]: row for row in rows("SELECT * FROM spoken")},
                rungs=_grouped(rows("SELECT * FROM rungs ORDER BY step"), "request_id"),
                timers={row["key"]: row for row in rows("SELECT * FROM jobs WHERE kind = 'timer' AND state = 'due'")},
                held_before=frozenset(
                    (row[0], row[1]) for row in rows("SELECT consultation_id, from_id FROM handovers")
                ),
                lines=tuple(rows("SELECT * FROM ledger WHERE sequence > ? ORDER BY sequence", since)),
            )
        finally:
            self._connection.execute("COMMIT")

    def _rows(self, sql: str, *values: int) -> Iterator[Row]:
        return self._connection.execute(sql, values)


def day(micros: int) -> date:
    return moment(micros).date()


def moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


def _grouped(rows: Iterator[Row], by: str) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        found[row[by]] = (*found.get(row[by], ()), row)
    return found
