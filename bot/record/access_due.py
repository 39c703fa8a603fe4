"""The reminder that somebody's request to see what we hold comes to its date: each morning from the twentieth day on.

The rule to keep: it says which and by when, and nothing of whether there is anything. It ends when it was answered.
"""

from __future__ import annotations

from datetime import timedelta

from bot import messages
from bot.cards import Button, Buttons, Card, Heading, Points, Say
from bot.messages import Scene
from bot.organisation.charity import Charity
from bot.record.access import line
from storage.keeping import AccessRequest
from storage.records import Person
from storage.store import Transaction

KIND = "access_due"
"""The kind of the message."""

FROM = timedelta(days=20)
"""After the request came: some ten days are left then of the month that UK GDPR Art 12(3) gives."""


async def remind(tx: Transaction, charity: Charity) -> None:
    """Once a day: one message for all of them, to whoever leads on data protection."""
    due = await _due(tx, charity)
    if not due:
        return
    await messages.send(tx, KIND, await _leads(tx))
    for request in due:
        tx.note("access reminded", request=request.id)


async def card(scene: Scene) -> Card | None:
    """As it reads now; None once all were answered, or for somebody who does not lead any more."""
    due = await _due(scene.tx, scene.charity)
    if not due or scene.person.id not in {each.id for each in await _leads(scene.tx)}:
        return None
    today = scene.tx.now.astimezone(scene.charity.timezone).date()
    blocks = (
        Say("Somebody asked to see what we hold. It is not written down that they have an answer."),
        Points(tuple(line(each, scene.charity, today) for each in due)),
        Heading("What to do now"),
        Points(
            (
                "Not answered? Whoever looks after Confer makes the copy for you. You decide what stays out.",
                "Answered? Ask them to write it down.",
                "Need more time? Tell the person why, before that day.",
            )
        ),
        Say("You get this every morning until it is written down.", quiet=True),
        Buttons((Button("Everything open", "board"),)),
    )
    return scene.card("Answer a request soon", blocks, summary="Confer: a date comes near")


async def _due(tx: Transaction, charity: Charity) -> list[AccessRequest]:
    """Whose twentieth day has begun where the charity is."""
    today = tx.now.astimezone(charity.timezone).date()
    waiting = await tx.access.waiting()
    return [each for each in waiting if each.received_at.astimezone(charity.timezone).date() + FROM <= today]


async def _leads(tx: Transaction) -> list[Person]:
    """The data-protection lead; where there is none, the chair; else every trustee."""
    people = [each for each in await tx.people.everybody() if each.active and not each.locked]
    for capability in ("data_protection_lead", "chair"):
        if found := [each for each in people if each.can(capability)]:
            return found
    return [each for each in people if each.role == "trustee"]
