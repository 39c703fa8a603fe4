"""The one quiet message of somebody's day: everything of theirs that is due, in one list.

The rule to keep: nothing due, no message; it is drawn when it goes out, and what is urgent does not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot import messages
from bot.afterwards import chasing
from bot.afterwards.waiting_list import RECORD, Waits, waiting_card, waits_for
from bot.books import book_of
from bot.cards import Card
from bot.consultation import OPEN
from bot.messages import Scene
from bot.organisation.charity import Charity, charity_of
from bot.quiet_day import remind
from bot.telling import tell
from policy.book import Book
from storage.records import Person
from storage.reminders import TIMER
from storage.store import Transaction

KIND = TIMER
"""The kind of the message, and the name of its timer."""


async def daily(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """It is time: one message with all of it, if there is anything. Raises NotHere."""
    person = (await tx.people.get([payload["person"]])).get(payload["person"])
    if person is None or not person.active or person.locked:
        return
    charity = charity_of(await tx.organisations.current())
    today = tx.now.astimezone(charity.timezone).date().isoformat()
    if payload.get("day", today) != today or charity.waking.waking(tx.now) != tx.now:
        # The machine was off, or this was tried in vain: one message at a waking hour, and not one for each day.
        await remind(tx, charity, person.id)
        return
    for case in await tx.cases.of(person.id, OPEN):
        book_of(books, case)
    items = await _due(tx, books, charity, person)
    gathered = [each for each in items if each.gathered]
    if not gathered:
        return
    records = [each.case for each in gathered if each.kind == RECORD and each.case]
    if len(items) == 1 and records:
        await tell(tx, records[0], chasing.KIND, [person], urgent=False)  # it follows the case, as long as it stands
    else:
        await messages.send(tx, KIND, [person])
    for case in records:
        tx.note("asked to write it down", consultation=case.id)
    if len(records) < len(gathered):
        await remind(tx, charity, person.id, after=tx.now)  # a question has no clock of its own


async def message(scene: Scene) -> Card | None:
    """The list as it is when it goes out; None where it is empty by then, or the phone may be in another's hand."""
    if scene.person.locked:
        return None
    for case in await scene.tx.cases.of(scene.person.id, OPEN):
        book_of(scene.books, case)
    items = await _due(scene.tx, scene.books, scene.charity, scene.person)
    return waiting_card(items, scene.book, scene.charity) if items else None


async def _due(tx: Transaction, books: Mapping[str, Book], charity: Charity, person: Person) -> list[Waits]:
    return [each for each in await waits_for(tx, books, charity, person) if each.due and not each.put_off]
