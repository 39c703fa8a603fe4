"""What comes due: one table of timers, each settled in one transaction with its effects and follow-up letters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.books import book_of
from bot.cards import Button, Buttons, Card, Say
from bot.charity import charity_of
from bot.climbing import climb
from bot.picture import Picture, look
from bot.questioning import carry
from bot.spoken import not_confirmed_in_time
from bot.unreached import not_reached_in_time
from bot.wording import whom_to_ring
from policy.book import Book
from storage.records import NotFound
from storage.store import Transaction

Timer = Callable[[Transaction, Mapping[str, Book], Mapping[str, str]], Awaitable[None]]


async def emergency_record(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """An hour after an emergency: ask the worker, gently, to write down what was done, if they have not.

    Raises NotHere.
    """
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    charity = charity_of(await tx.organisations.current())
    if case.state not in ("asking", "paused", "sent"):
        return
    picture = await look(tx, book_of(books, case), charity, case)
    immediate = {verdict.lane.id for verdict in picture.lanes if verdict.lane.immediate}
    if not immediate or immediate & written(picture):
        return
    accounts = await tx.people.accounts([case.requester_id])
    await tx.outbox.letters([await tx.posts.ensure(case.id, "reminder", address) for address in accounts])
    tx.note("reminded", consultation=case.id)


TIMERS: Mapping[str, Timer] = {
    "emergency_record": emergency_record,
    "ladder": climb,
    "not_reached": not_reached_in_time,
    "spoken": not_confirmed_in_time,
}


def written(picture: Picture) -> set[str]:
    """The lanes of what was written down since the emergency was last said: a second one has a record of its own."""
    said = picture.case.answers.get(picture.book.emergency.question)
    return {done.lane for done in picture.disclosures if said is None or done.at >= said.at}


def reminder_card(picture: Picture) -> Card:
    """Gentle: it comes after the worst hour of somebody's week."""
    danger = picture.book.emergency.line
    if any(verdict.lane.immediate and verdict.lane.id in written(picture) for verdict in picture.lanes):
        return Card(f"Case {picture.case.reference}", (Say("Thank you. It is written down."),), danger=danger)
    return Card(
        "How are you? And one thing",
        (
            Say("You saw the 999 card. When you can, write down what was done: when, which service, what was said."),
            Buttons((Button("Write it down", "record", carry(picture), "main"),)),
            Say(f"Case {picture.case.reference}. {_talk(picture)} This was hard.", quiet=True),
        ),
        danger=danger,
    )


def _talk(picture: Picture) -> str:
    """Somebody to talk to: only the one lead, by name, while nobody may be tipped off."""
    return whom_to_ring(picture.around) if picture.around.silenced else "Talk to someone you trust."
