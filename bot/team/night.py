"""The test at night: an alarm that is none, so that everybody who may be needed knows that a real one wakes them.

The rule to keep: on the lock screen it reads like a real one, inside it says first that it is a test; it has no case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from bot.cards import Aside, Button, Buttons, Card, Choice, Correct, Form, Open, Pick, Points, Reply, Say, Show
from bot.emergency import with_line
from bot.forms import one
from bot.messages import Scene, send
from bot.organisation.charity import Charity
from bot.turn import Refusal, Turn
from bot.wording import ALARM, at, until
from policy.book import Book
from storage.records import NightTest, Person
from storage.store import Transaction

KIND = "night_test"
"""The kind of the message, and of the timer that sends it."""

TESTED = frozenset({"may_approve", "safeguarding_lead", "data_protection_lead", "on_call_trustee"})
"""Whoever may be asked or told at night."""

LEADS = frozenset({"safeguarding_lead", "data_protection_lead", "on_call_trustee", "administrator"})
"""Whoever reads who has tested and who never did."""

_SOON, _NIGHT = "soon", "night"
_AT = time(2)


async def night(turn: Turn) -> Reply:
    """The form: when to send it."""
    when = tonight(turn.now, turn.charity)
    choices = (Choice(_SOON, "In one minute"), Choice(_NIGHT, f"At night: {until(when, turn.charity)}"))
    fields = (
        Say("We send you one message, as a real alarm would come. It is only a test, and says so when you open it."),
        Pick("when", "When?", choices),
        Say("Put your phone where it is at night, with its sound as it is at night."),
    )
    return Open(with_line(Form("Test the night alarm", fields, "Send it then", "night.confirm"), turn.book))


async def planned(turn: Turn) -> Correct | str:
    """The form was sent. What is wrong with it, or a sentence. Raises Refusal."""
    if not turn.person.capabilities & TESTED:
        raise Refusal("Nobody writes to you at night, so there is nothing to test.")
    when = {_SOON: turn.now + timedelta(minutes=1), _NIGHT: tonight(turn.now, turn.charity)}.get(
        one(turn.event, "when")
    )
    if when is None:
        return Correct({"when": "Please choose one of the two."})
    timer = {"timer": KIND, "person": turn.person.id}
    await turn.tx.outbox.put("timer", f"{KIND}:{turn.person.id}", timer, run_at=when)
    turn.note("night test planned")
    return f"The test comes at {until(when, turn.charity)}. When it does, open it and press “It got through”."


async def ring(tx: Transaction, _: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """It is time: send the alarm that is none."""
    person = (await tx.people.get([payload["person"]])).get(payload["person"])
    if person is None or not person.active or person.locked:
        return
    test = await tx.night_tests.add(person.id)
    tx.note("night test sent", person=person.id)
    await send(tx, KIND, [person], test=test.id)


async def alarm_card(scene: Scene) -> Card | None:
    """The alarm that is none."""
    blocks = (
        Say("Nothing has happened. You asked for this test, and nobody waits for you."),
        Say("If it woke you, or would have, your phone is set up well."),
        Buttons((Button("It got through", "night.seen", {"t": scene.about["test"]}, "main"),)),
        Say("Did you only see it later? Do not press. Change the settings of your phone, and test again."),
    )
    return scene.card("This is only a test", blocks, summary=ALARM)


async def seen(turn: Turn) -> Reply:
    """It got through."""
    if not await turn.tx.night_tests.seen(turn.event.carry.get("t", ""), turn.person.id):
        raise Refusal("This test is not yours, or you have pressed already. Nothing is needed.")
    turn.note("night test seen")
    said = Say("Thank you. It is in the record that an alarm reaches you.")
    return Show(Card("The alarm reaches you", (said,), danger=turn.book.emergency.line))


async def who_has_tested(turn: Turn) -> Reply:
    """For whoever leads: everybody who may be needed, and when an alarm last got through to them."""
    if not turn.person.capabilities & LEADS:
        raise Refusal("Only somebody who leads can see this.")
    lines = await tested_lines(turn.tx, turn.charity)
    return Aside(Card("Who has tested the alarm", (Points(lines),), danger=turn.book.emergency.line))


async def tested_lines(tx: Transaction, charity: Charity) -> tuple[str, ...]:
    """A line for each of those who may be needed at night; those who never tested, or had nothing of it, first."""
    newest = await tx.night_tests.newest()
    people = [person for person in await tx.people.everybody() if person.active and person.capabilities & TESTED]
    people.sort(key=lambda person: _rank(newest.get(person.id)))
    return tuple(f"{person.name}: {_said(newest.get(person.id), charity)}" for person in people)


def may_test(person: Person) -> bool:
    return bool(person.capabilities & TESTED)


def tonight(now: datetime, charity: Charity) -> datetime:
    """The next two o'clock at night, in the charity's own zone."""
    day = now.astimezone(charity.timezone).date()
    first = datetime.combine(day, _AT, charity.timezone)
    return first if first > now else datetime.combine(day + timedelta(days=1), _AT, charity.timezone)


def _rank(test: NightTest | None) -> int:
    return 0 if test is None else 1 if test.seen_at is None else 2


def _said(test: NightTest | None, charity: Charity) -> str:
    if test is None:
        return "has never tested it"
    if test.seen_at is None:
        return f"sent at {at(test.sent_at, charity)}, not confirmed"
    minutes = int((test.seen_at - test.sent_at).total_seconds() // 60)
    after = "at once" if minutes < 1 else f"after {minutes} minute{'s' if minutes > 1 else ''}"
    return f"got through {after}, sent at {at(test.sent_at, charity)}"
