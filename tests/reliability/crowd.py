"""The crowd: a worker with so many requests, and so many trustees who are all asked about each of them.

The rule to keep: it is made press by press, as people would.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select

from bot.books import read_books
from bot.cards import Open, Pick, Reply, Show, Text, Ticks
from bot.events import Who
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity, import_people
from storage import tables
from storage.migrating import migrate
from storage.store import Transaction
from tests.reliability.desk import Desk, Press
from tests.reliability.machine.beginning import buttons
from tests.reliability.machine.running import CHARITY
from tests.reliability.machine.stories import STORIES

STORY = "a request from probation (A1+)"
_LEADS = '["may_approve", "safeguarding_lead", "on_call_trustee", "data_protection_lead", "chair", "vice_chair"]'


async def set_up(url: str, key: str, people: int, requests: int) -> list[Press]:
    """A worker, so many trustees, and so many requests of which all of them are asked."""
    await migrate(url)
    books = read_books([SHIPPED_BOOKS])
    desk = Desk(url, key, books, within=60.0)  # nobody waits while it is set up
    await import_charity(desk.store, CHARITY.read_text(encoding="utf-8"), datetime.now(UTC))
    users = [f"U0P{number:02}" for number in range(people)]
    rows = [_row("U0WORKER", "worker", "[]"), _row("U0LEAD", "worker", _LEADS)]
    rows += [_row(user, "trustee", '["may_approve"]') for user in users]
    await import_people(desk.store, "\n".join(rows), datetime.now(UTC))
    worker, facts = Who("slack", "T0INVENTED", "U0WORKER"), {**books["justus"].quiet, **STORIES[STORY]}
    async with desk.store.read(datetime.now(UTC)) as tx:
        await bind(tx)
        ids = tuple(person.id for person in await tx.people.everybody() if person.role == "trustee")
    for _ in range(requests):
        reply = await _answered(desk, worker, facts)
        [send] = buttons(reply, "send")
        opened = await desk.sends(worker, "send", send.carry, {}, desk.place)
        assert isinstance(opened, Open)
        fields = {each.id: ("What they asked, and no more.",) for each in opened.form.fields if isinstance(each, Text)}
        await desk.sends(worker, opened.form.action, opened.form.carry, {**fields, "ask": ids, "checked": ("yes",)})
    async with desk.store.read(datetime.now(UTC)) as tx:
        await bind(tx)
        found = (await tx.connection.execute(select(tables.approval_requests))).all()
    await desk.store.close()
    pairs = [(user, row) for row in found for user in users]
    return [
        Press(user, row.id, row.consultation_id, row.fingerprint, number % 2 == 0)
        for number, (user, row) in enumerate(pairs)
    ]


async def _answered(desk: Desk, who: Who, facts: Mapping[str, str]) -> Reply:
    """From the first question to what is suggested."""
    reply: Reply = await desk.sends(who, "new", {}, {})
    while asked := buttons(reply, "answer"):
        assert isinstance(reply, Show)
        fields = filled(reply, facts)
        fit = [each for each in asked if facts.get(each.carry.get("q", "")) == each.carry.get("a")]
        reply = await desk.sends(who, "answer", (fit[0] if fit else asked[-1]).carry, fields, desk.place)
    return reply


def _row(user: str, role: str, capabilities: str) -> str:
    return (
        f'[[person]]\nid = "{user.lower()}"\nname = "Person {user}"\nrole = "{role}"\ncapabilities = {capabilities}\n'
        f'telephone = "07700 900100"\naccounts = [{{channel = "slack", tenant = "T0INVENTED", user = "{user}"}}]\n'
    )


async def bind(tx: Transaction) -> None:
    [organisation] = await tx.organisations.all()
    tx.bind(organisation.id)


def filled(reply: Show, facts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What the worker puts into the lists of a screen."""
    fields: dict[str, tuple[str, ...]] = {}
    for block in reply.card.blocks:
        if isinstance(block, Ticks):
            fields[block.id] = tuple(c.value for c in block.choices if facts.get(c.value) == "yes")
        elif isinstance(block, Pick):
            fields[block.id] = (facts.get(block.id, block.choices[0].value),)
    return fields
