"""The consultations that a period's figures are made of, with their answers, to ask who must not know of them.

The rule to keep: it costs what the period costs, as the figures do (`counts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, bindparam, literal_column, select

from storage.cases import COLUMNS, IN_ORDER, ITS_ANSWERS, STANDS, consultation_of
from storage.counts import TOUCHED
from storage.direct import Direct
from storage.records import Consultation
from storage.tables import answers, barred, consultations
from storage.work import Work

_AT_ONCE = 500  # ids in one statement
WHICH = Direct(TOUCHED)
_IDS: BindParameter[list[str]] = bindparam("ids", expanding=True)
_BARRED = select(barred.c.consultation_id, barred.c.person_id).where(
    barred.c.organisation_id == bindparam("org"), barred.c.consultation_id.in_(_IDS)
)
_CASES = (
    select(*COLUMNS)
    .select_from(consultations.outerjoin(answers, ITS_ANSWERS))
    # By their ids: with the bare column SQLite, which keeps no statistics, took an index of the organisation's, and
    # over a million consultations read each of them.
    .where(
        consultations.c.id.in_(_IDS), consultations.c.organisation_id + literal_column("''") == bindparam("org"), STANDS
    )
    .order_by(consultations.c.id, *IN_ORDER)
)


@dataclass(frozen=True, slots=True)
class Touched:
    """A consultation with its answers, and the ids of those who must not know of it."""

    case: Consultation
    barred: frozenset[str]


async def touched(work: Work, given: Mapping[str, Any]) -> list[Touched]:
    """`given`: what `counts` is given."""
    ids = sorted(id for (id,) in await WHICH.rows(work, given))
    found = []
    for start in range(0, len(ids), _AT_ONCE):
        found += await _read(work, ids[start : start + _AT_ONCE])
    return found


async def _read(work: Work, ids: list[str]) -> list[Touched]:
    given = {"org": work.organisation_id, "ids": ids}
    out: dict[str, set[str]] = {}
    for row in await work.connection.execute(_BARRED, given):
        out.setdefault(row.consultation_id, set()).add(row.person_id)
    rows = await work.connection.execute(_CASES, given)
    each = (consultation_of(list(rows)) for _, rows in groupby(rows, key=lambda row: row.id))
    return [Touched(case, frozenset(out.get(case.id, ()))) for case in each]
