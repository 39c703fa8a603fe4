"""Questions that are asked ahead: their answers are the ones that each alone would have had, and of one moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from storage.ahead import Ahead
from storage.direct import Direct
from storage.store import Transaction
from storage.tables import Int64, addresses, ledger, people
from tests.storage.charity import Charity

_OF: BindParameter[str] = bindparam("org")
ENTRIES = Direct(  # whole numbers and bytes, in an order
    select(ledger.c.sequence, ledger.c.hash)
    .where(ledger.c.organisation_id == _OF, ledger.c.sequence > bindparam("after", type_=Int64))
    .order_by(ledger.c.sequence.desc())
)
CLOSED = Direct(  # nothing in a column; and the first parameter stands in it twice
    select(addresses.c.user, addresses.c.closed_at)
    .where(addresses.c.organisation_id == _OF, people.c.organisation_id == _OF, people.c.id == addresses.c.person_id)
    .where(people.c.handle == bindparam("handle"))
)
NOBODY = Direct(select(people.c.name).where(people.c.organisation_id == _OF, people.c.handle == "nobody"))
NAMES = Direct(select(people.c.name).where(people.c.organisation_id == _OF).order_by(people.c.name))

QUESTIONS = Ahead(ENTRIES, CLOSED, NOBODY)


@asynccontextmanager
async def trips(tx: Transaction) -> AsyncIterator[list[str]]:
    """What PostgreSQL is asked in here, by the word of its driver; of SQLite nothing."""
    asked: list[str] = []

    def keep(record: Any) -> None:
        asked.append(record.query)

    if not tx.postgresql:
        yield asked
        return
    await tx.driver.fetch("SELECT ARRAY(SELECT each FROM (SELECT 1) AS each)")  # it learns, once, what such a list is
    tx.driver.add_query_logger(keep)
    try:
        yield asked
    finally:
        tx.driver.remove_query_logger(keep)


async def test_the_answers_are_those_that_each_question_alone_is_given(charity: Charity) -> None:
    given: list[dict[str, Any]] = [
        {"org": charity.id, "after": 1},
        {"org": charity.id, "handle": "trustee"},
        {"org": charity.id},
    ]
    async with charity.read() as tx:
        alone = [await each.rows(tx, its) for each, its in zip((ENTRIES, CLOSED, NOBODY), given, strict=True)]
    async with charity.read() as tx, trips(tx) as asked:
        await QUESTIONS.ask(tx, given)
        together = [await each.rows(tx, its) for each, its in zip((ENTRIES, CLOSED, NOBODY), given, strict=True)]

    assert together == alone
    assert [entry.sequence for entry in together[0]][-1] == 2
    assert isinstance(together[0][0].hash, bytes)
    assert [(row.user, row.closed_at) for row in together[1]] == [("trustee", None)]
    assert together[2] == []
    assert len(asked) == (1 if tx.postgresql else 0)


async def test_a_question_with_other_values_is_asked_anew(charity: Charity) -> None:
    given: list[dict[str, Any]] = [{"org": charity.id, "after": 3}, {"org": charity.id, "handle": "a"}, {"org": "x"}]
    async with charity.read() as tx:
        await QUESTIONS.ask(tx, given)
        entries = await ENTRIES.rows(tx, {"org": charity.id, "after": 0})

    assert [entry.sequence for entry in entries][-1] == 1


async def test_where_something_can_change_every_question_is_asked_when_it_is_asked(charity: Charity) -> None:
    both = Ahead(NAMES, NOBODY)
    async with charity.begin() as tx:
        await both.ask(tx, [{"org": charity.id}] * 2)
        await tx.people.put(handle="late", name="Zelda", role="worker", capabilities=[])
        names = await NAMES.rows(tx, {"org": charity.id})

    assert names[-1].name == "Zelda"
