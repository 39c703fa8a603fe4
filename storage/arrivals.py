"""The beginning of every event: who speaks, whether this delivery is new, and the consultation it is about.

The rule to keep: a delivery is taken in the transaction of its effect, and only for somebody who is active. On
PostgreSQL the three, and whether this person has a PIN, are one statement, since every trip to the server is time in
which somebody waits.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, bindparam, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import insert

from storage.cases import IN_ORDER, ITS_ANSWERS, STANDS, Cases, consultation_with
from storage.deliveries import Deliveries
from storage.direct import Direct
from storage.factors import COUNTED, PersonalFactors
from storage.people import BY_ACCOUNT, People
from storage.records import Consultation, NotFound, Person, to_micros
from storage.tables import Int64, answers, consultations, deliveries, factors
from storage.work import Work


@dataclass(frozen=True, slots=True)
class Arrival:
    """`person` is None for a stranger. `first`: this delivery was never seen before (nothing to take counts as first).

    `case` is the consultation of their organisation with the id that was given; None where there is none.
    """

    person: Person | None
    first: bool
    case: Consultation | None


def _in_one() -> Any:
    who = BY_ACCOUNT.cte("who")
    new = select(
        bindparam("channel", type_=Text),
        bindparam("tenant", type_=Text),
        bindparam("delivery", type_=Text),
        who.c.organisation_id,
        bindparam("at", type_=Int64),
    ).where(who.c.active == 1, bindparam("delivery", type_=Text) != "")
    names = ("channel", "tenant", "delivery", "organisation_id", "at")
    took: Any = insert(deliveries).from_select(names, new).on_conflict_do_nothing()
    taken = took.returning(deliveries.c.delivery).cte("taken")
    its = (consultations.c.id == bindparam("case_id")) & (consultations.c.organisation_id == who.c.organisation_id)
    its &= STANDS
    first = select(func.count(taken.c.delivery)).scalar_subquery()
    pin = (factors.c.organisation_id == who.c.organisation_id) & (factors.c.person_id == who.c.id)
    pin &= factors.c.kind == literal_column("'pin'")
    # One row, whatever was answered: a row for each answer would say all the rest of it some thirty times.
    each = select(answers.c.question_id, answers.c.value, answers.c.at).where(ITS_ANSWERS).order_by(*IN_ORDER)
    in_order = each.correlate(consultations).subquery("in_order")
    all_given = select(*(func.array_agg(column).label(column.name) for column in in_order.c)).lateral("given")
    rows = select(*who.c, first.label("taken"), *COUNTED, *consultations.c, *all_given.c)
    all_of_it = who.outerjoin(factors, pin).outerjoin(consultations, its).outerjoin(all_given, true())
    return rows.select_from(all_of_it)


_ARRIVE = Direct(_in_one())
_PERSON: Any = namedtuple("_PERSON", [column.name for column in BY_ACCOUNT.selected_columns])  # type: ignore[misc]
_PIN: Any = namedtuple("_PIN", [column.name for column in COUNTED])  # type: ignore[misc]
_CASE: Any = namedtuple("_CASE", [column.name for column in consultations.c])  # type: ignore[misc]


class Arrivals:
    def __init__(self, work: Work, people: People, deliveries: Deliveries, cases: Cases, own: PersonalFactors) -> None:
        self._work = work
        self._people = people
        self._deliveries = deliveries
        self._cases = cases
        self._own = own

    async def of(self, channel: str, tenant: str, user: str, *, delivery: str, case_id: str) -> Arrival:
        """Find who speaks, bind the transaction to their organisation, and take the delivery ("" is none)."""
        if not self._work.postgresql:
            person = await self._people.by_account(channel, tenant, user)
            if person is None or not person.active:
                return Arrival(person, True, None)
            first = not delivery or await self._deliveries.take(channel, tenant, delivery)
            return Arrival(person, first, await self._case(case_id) if first else None)
        rows = await _ARRIVE.rows(
            self._work,
            {
                "channel": channel,
                "tenant": tenant,
                "user": user,
                "delivery": delivery,
                "case_id": case_id,
                "at": to_micros(self._work.now),
            },
        )
        if not rows:
            return Arrival(None, True, None)
        (row,) = rows
        who, (taken, *rest) = row[: len(_PERSON._fields)], row[len(_PERSON._fields) :]
        pin, rest = rest[: len(_PIN._fields)], rest[len(_PIN._fields) :]
        person = self._people.speaking(_PERSON(*who))
        self._own.arrived(person.id, "pin", _PIN(*pin))
        its: Any = _CASE(*rest[: len(_CASE._fields)])
        given = [each or () for each in rest[len(_CASE._fields) :]]
        case = consultation_with(its, zip(*given, strict=True)) if its.id else None
        return Arrival(person, not delivery or bool(taken), case)

    async def _case(self, id: str) -> Consultation | None:
        try:
            return await self._cases.get(id) if id else None
        except NotFound:
            return None
