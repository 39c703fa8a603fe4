"""Questions of one snapshot that are asked one after another, brought from PostgreSQL in one trip.

Each trip is two turns of a processor and more, and a digest asks sixteen questions. The rule to keep: only in
`Store.read`, where every answer is of one moment, whenever it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from storage.direct import Direct, fetch
from storage.work import Work

_PARAMETER = re.compile(r"\$(\d+)")


class Ahead:
    """These questions, in this order. Whoever asks one of them with the same values then has its answer at once."""

    def __init__(self, *questions: Direct) -> None:
        self._questions = questions
        self._sql = _in_one([each.postgresql.sql for each in questions])

    async def ask(self, work: Work, values: Sequence[Mapping[str, Any]]) -> None:
        """Bring the answers, with these values for each. Nothing to do on SQLite, or where it is no snapshot.

        Raises as `Direct.rows` does.
        """
        if not work.postgresql or work.ahead is None:
            return
        given = [each.postgresql.values(its) for each, its in zip(self._questions, values, strict=True)]
        [row] = await fetch(work.driver, self._sql, [value for its in given for value in its])
        for each, its, rows in zip(self._questions, given, row, strict=True):
            work.ahead[each] = (its, [tuple(found) for found in rows])


def _in_one(questions: Sequence[str]) -> str:
    """One row with a column for each question: its rows, in their order. The parameters of each follow one another."""
    columns, before = [], 0
    for question in questions:
        numbers = [int(number) for number in _PARAMETER.findall(question)]
        columns.append(f"ARRAY(SELECT each FROM ({_moved(question, before)}) AS each)")  # noqa: S608  (statements of ours)
        before += max(numbers, default=0)
    return f"SELECT {', '.join(columns)}"


def _moved(question: str, by: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + by}", question)
