"""The monthly test of the rota: one message, one press, and by the next day it is known whom our messages reach.

The rule to keep: it says that it is a test before anything is opened, and never comes at night. Who did not press is
said by name to leads and administrators alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta

from bot.cards import Block, Button, Buttons, Card, Notice, Number, Numbers, Points, Reply, Say, Show
from bot.messages import Scene, send
from bot.organisation.charity import Charity, charity_of
from bot.roster import EMERGENCY_TOLD
from bot.turn import Refusal, Turn
from bot.wording import ring as number_of
from bot.wording import role_of
from policy.book import Book
from storage.records import Person
from storage.rota_tests import RotaTest
from storage.store import Transaction

KIND = "rota_test"
"""The kind of the message, and of the timer that sends it. Its keys begin so; the month follows."""

MISSED = "rota_missed"
"""The kind of the message that says who did not press, and of the timer that looks for them."""

WITHIN = timedelta(days=1)
"""Whoever presses later was not reached in time."""

SUMMARY = "Confer: a test, please press once"

_AHEAD = timedelta(days=31)  # whoever has a shift in the month to come
_LEADS = frozenset({"safeguarding_lead", "data_protection_lead", "chair", "administrator"})
_MONTH = re.compile(r"\d{4}-\d\d")


async def arm(tx: Transaction, charity: Charity) -> None:
    """Set the clock of the next one; where the charity moves to another zone, it moves with it."""
    month = _month_of(tx.now, charity)
    while due_at(month, charity) <= tx.now:
        month = _after(month)
    payload = {"timer": KIND, "month": month}
    await tx.outbox.promise("timer", f"{KIND}:{month}", payload, run_at=due_at(month, charity))


async def ring(tx: Transaction, _: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """It is time, or it was: ask everybody who is on the rota, once. Months in which we were off are not made up."""
    charity = charity_of(await tx.organisations.current())
    month = _month_of(tx.now, charity)
    if due_at(month, charity) > tx.now:
        await arm(tx, charity)
        return
    waking = charity.waking.waking(tx.now)
    if waking > tx.now:
        await tx.outbox.put("timer", f"{KIND}:{payload['month']}", payload, run_at=waking)
        return
    people = await on_rota(tx)
    asked = set(await tx.rota_tests.ask(month, [person.id for person in people]))
    if asked:
        tx.note("rota test sent", month=month)
        await send(tx, KIND, [person for person in people if person.id in asked], month=month)
        look = {"timer": MISSED, "month": month}
        await tx.outbox.promise("timer", f"{MISSED}:{month}", look, run_at=tx.now + WITHIN)
    await arm(tx, charity)


async def look(tx: Transaction, _: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """A day later, at a waking hour: who did not press is told to leads and administrators."""
    waking = charity_of(await tx.organisations.current()).waking.waking(tx.now)
    if waking > tx.now:
        await tx.outbox.put("timer", f"{MISSED}:{payload['month']}", payload, run_at=waking)
        return
    if silent(await tx.rota_tests.of(payload["month"])):
        leads = [person for person in await tx.people.everybody() if _may_know(person)]
        await send(tx, MISSED, leads, month=payload["month"])


async def on_rota(tx: Transaction) -> list[Person]:
    """Whoever has a shift in the month to come; of an emergency's duties without any shift, all who have the duty."""
    shifts = await tx.rota.on_call(until=tx.now + _AHEAD)
    ids = {shift.person_id for shift in shifts}
    bare = [duty for duty in EMERGENCY_TOLD if not any(shift.duty == duty for shift in shifts)]
    people = [person for person in await tx.people.everybody() if person.active]
    return [person for person in people if person.id in ids or any(person.can(duty) for duty in bare)]


def silent(asked: Collection[RotaTest]) -> list[str]:
    """Of those who were asked, who did not press in time."""
    late = [each for each in asked if each.pressed_at is None or each.pressed_at > each.sent_at + WITHIN]
    return [each.person_id for each in late]


async def told_of(tx: Transaction, since: datetime, until: datetime) -> tuple[int, int]:
    """Of the tests whose day ended in this time: how many were asked, and how many did not press in time."""
    asked = await tx.rota_tests.sent(since - WITHIN, until - WITHIN)
    return len(asked), len(silent(asked))


async def message(scene: Scene) -> Card | None:
    """The test; None once they have pressed, and where it comes so late that it is night, or the day is over.

    Then they were not reached in time, and that is what is told of them.
    """
    now, asked = scene.tx.now, await scene.tx.rota_tests.of(scene.about["month"])
    mine = next((each for each in asked if each.person_id == scene.person.id and each.pressed_at is None), None)
    if mine is None or now > mine.sent_at + WITHIN or scene.charity.waking.waking(now) > now:
        return None
    blocks = (
        Notice("This is a test. Nothing has happened, and nobody waits for you."),
        Say("You are on the rota. Once a month we test that our messages reach you."),
        Buttons((Button("I got this", "rota.seen", {"m": scene.about["month"]}, "main"),)),
        Say("Please press within a day.", quiet=True),
    )
    return scene.card("Monthly test: press once", blocks, summary=SUMMARY)


async def seen(turn: Turn) -> Reply:
    """They pressed. Raises Refusal."""
    month = turn.event.carry.get("m", "")
    asked = await turn.tx.rota_tests.of(month) if _MONTH.fullmatch(month) else []
    mine = next((each for each in asked if each.person_id == turn.person.id), None)
    if mine is None:
        raise Refusal("This test is not yours. Nothing is needed from you.")
    in_time = turn.now <= mine.sent_at + WITHIN
    if await turn.tx.rota_tests.press(month, turn.person.id):
        turn.note("rota test seen", month=month)
    elif mine.pressed_at is not None:
        in_time = mine.pressed_at <= mine.sent_at + WITHIN
    late = "Thank you. It came later than a day. Please look at the settings of your phone."
    said = Say("Thank you. Our messages reach you. Nothing else is needed." if in_time else late)
    return Show(Card("Test done", (said,), danger=turn.book.emergency.line))


async def missed_card(scene: Scene) -> Card | None:
    """For leads and administrators: who did not press in time, with their numbers. None where nobody is left."""
    asked = await scene.tx.rota_tests.of(scene.about["month"])
    if not _may_know(scene.person) or not (left := silent(asked)):
        return None
    people = await scene.tx.people.get(left)
    rows = [Number(each.name, number_of(each, "no number here"), role_of(each)) for each in people.values()]
    blocks: list[Block] = [
        Say(f"{len(asked) - len(left)} of {len(asked)} people on the rota pressed within a day. These did not:"),
        Numbers(tuple(sorted(rows, key=lambda row: row.name))),
        Points(("Ring them. Do they get messages from Confer?", "Until they do, put somebody else on the rota.")),
    ]
    return scene.card("Who did not answer the test", blocks)


def due_at(month: str, charity: Charity) -> datetime:
    """09:00 on the first working day of this month."""
    first = datetime.combine(date.fromisoformat(f"{month}-01"), time(12), charity.timezone)
    return charity.waking.next_morning(first - timedelta(days=1)).astimezone(UTC)


def _month_of(moment: datetime, charity: Charity) -> str:
    return f"{moment.astimezone(charity.timezone):%Y-%m}"


def _after(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01') + timedelta(days=31):%Y-%m}"


def _may_know(person: Person) -> bool:
    return person.active and not person.locked and bool(person.capabilities & _LEADS)
