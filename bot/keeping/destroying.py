"""The end of a record: whether it has come, and what is done then.

The rule to keep: asked again under the lock, at the last moment. A hold, an open second look or a new answer beats it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot import messages
from bot.books import book_of
from bot.keeping.cards import ENDS, GONE
from bot.keeping.classes import is_draft, reasons
from bot.keeping.clocks import counted_anew, hold
from bot.keeping.erasing import erase
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.practice import LASTS
from policy.book import Book
from storage.records import NotFound
from storage.store import Transaction

DRAFT = "draft"
"""The class of what was never sent."""

PRACTICE = "practice"
"""The same of what was only rehearsed."""

DESTROY, SCRUB = "destroy", "scrub"

AFTER_A_HOLD = timedelta(days=30)
"""Lifting a hold destroys nothing: for so long others can still put it back."""

WARNED = timedelta(days=1)
"""Nothing that was put aside is destroyed sooner after its worker was told."""

_SOON = timedelta(minutes=1)


async def destroy_due(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """One record, if its time has really come. Raises NotHere."""
    if await _practice_over(tx, payload["case"]):
        return
    picture = await locked(tx, books, payload["case"])
    if picture is not None and (kept_as := await come_due(tx, picture)):
        await destroy(tx, picture, kept_as)


async def _practice_over(tx: Transaction, id: str) -> bool:
    """Whether this is a practice; once its days are over it is destroyed, whatever its state. No book is needed."""
    await tx.looks.hold(id)
    try:
        case = await tx.cases.get(id)
    except NotFound:
        return False
    if case.practice and case.opened_at + LASTS <= tx.now:
        for copy in await tx.retention.destroy([id], PRACTICE):
            await erase(tx, copy)
        await tx.outbox.put(SCRUB, SCRUB, {}, run_at=tx.now + _SOON)
    return case.practice


async def locked(tx: Transaction, books: Mapping[str, Book], id: str) -> Picture | None:
    """The consultation as it is and stays until the end of this transaction. None: there is none, or none any more."""
    await tx.looks.hold(id)
    try:
        case = await tx.cases.get(id)
    except NotFound:
        return None
    return await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)


async def come_due(tx: Transaction, picture: Picture) -> str:
    """As what it is to be destroyed now; "" where it is not."""
    if await in_the_way(tx, picture):
        return ""
    clock = await tx.retention.of(picture.case.id)
    if picture.case.state in ("closed", "withdrawn") and clock is not None and clock.destroy_at is not None:
        if clock.destroy_at <= tx.now and clock.closed_at is not None:
            clock = await counted_anew(tx, picture, clock, clock.closed_at)
        return clock.kept_as if clock.destroy_at is not None and clock.destroy_at <= tx.now else ""
    return DRAFT if await draft_is_due(tx, picture) else ""


async def in_the_way(tx: Transaction, picture: Picture) -> str:
    """Why it must not be destroyed now, in words; "" where nothing stands against it."""
    holds = await tx.holds.of(picture.case.id)
    # What was lifted counts as put: a lead has said that it is over. What the book asks for anew holds from now on.
    known = {each.why for each in holds}
    new = [why for why in reasons(picture) if why not in known]
    if new:
        await hold(tx, picture, new)
    if new or any(each.lifted_at is None for each in holds):
        return "a hold stands on it"
    if any(each.lifted_at is not None and tx.now - each.lifted_at < AFTER_A_HOLD for each in holds):
        return f"a hold was lifted less than {AFTER_A_HOLD.days} days ago"
    # A case may have got this reference after somebody asked about it, and so have no hold of its own.
    if any(each.answered_at is None for each in await tx.access.on_reference(picture.case.reference)):
        return "somebody asked to see what we hold, and is not answered yet"
    if any(each.done_at is None for each in picture.looks):
        return "somebody has still to take a second look at it"
    return ""


async def draft_is_due(tx: Transaction, picture: Picture) -> bool:
    """Never sent, no danger ticked, and not changed for a day; put aside, for longer, and its worker was told."""
    case, periods = picture.case, picture.charity.retention
    aside = case.state == "paused" or bool(picture.handovers)
    since = tx.now - (periods.paused if aside else periods.draft)
    unsent = {each.consultation_id for each in await tx.retention.unsent(unchanged_since=since)}
    if case.id not in unsent or not is_draft(picture):
        return False
    return not aside or case.state != "paused" or await told(tx, picture)


async def told(tx: Transaction, picture: Picture) -> bool:
    """Whether its worker was told in time that it ends, since it was put aside."""
    worker = picture.person(picture.case.requester_id)
    if worker is None or not worker.active:
        return True  # nobody is there to tell
    notes = await tx.retention.promised(picture.case.id, ENDS)
    return any(picture.case.changed_at <= at <= tx.now - WARNED for at in notes)


async def destroy(tx: Transaction, picture: Picture, kept_as: str) -> None:
    """Destroy it, and delete what stands of it in the chat. The pages of the database are cleaned right after."""
    periods = picture.charity.retention
    for copy in await tx.retention.destroy([picture.case.id], kept_as):
        if kept_as == DRAFT and copy.kind == "checklist" and copy.person_id == picture.case.requester_id:
            await messages.instead(tx, GONE, copy)
            await erase(tx, copy, at=tx.now + periods.messages)
        else:
            await erase(tx, copy)
    await tx.outbox.put(SCRUB, SCRUB, {}, run_at=tx.now + _SOON)
