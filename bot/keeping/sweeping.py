"""Once a day: start the clocks that are missing, tell of what ends soon, and promise the end of what has come due.

The rule to keep: nothing is destroyed in here. Each record has a timer of its own, which asks again (`destroying`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.keeping.cards import ENDS
from bot.keeping.classes import is_draft
from bot.keeping.clocks import announced, counted_anew, start
from bot.keeping.destroying import DESTROY, SCRUB, WARNED, come_due
from bot.keeping.erasing import erase
from bot.looks import next_morning
from bot.organisation.charity import Charity, charity_of
from bot.picture import Picture, look
from bot.practice import LASTS
from bot.telling import tell
from policy.book import Book
from storage.enquiries import KEPT
from storage.retention import BELL, Kept
from storage.store import Transaction

KEEP = BELL
"""The timer, and its key."""

_CLEANED_WITHIN = timedelta(days=3)


async def keep(tx: Transaction, books: Mapping[str, Book], _: Mapping[str, str]) -> None:
    """Everything that a day brings, and the timer of the next one."""
    charity = charity_of(await tx.organisations.current())
    await _unfinished(tx, books, charity)
    await _new_periods(tx, books, charity)
    for kept in await tx.retention.due(tx.now):
        await tx.outbox.put("timer", f"{DESTROY}:{kept.consultation_id}", _to_destroy(kept))
    for id in await tx.retention.practices(opened_by=tx.now - LASTS):
        await tx.outbox.put("timer", f"{DESTROY}:{id}", {"timer": DESTROY, "case": id})  # its own timer may have died
    for copy in await tx.retention.messages(tx.now - charity.retention.messages):
        await erase(tx, copy)
    questions = await tx.enquiries.destroy(answered_before=tx.now - KEPT)
    if questions or await tx.retention.destroyed_since(tx.now - _CLEANED_WITHIN):
        await tx.outbox.put(SCRUB, SCRUB, {})  # once more: the job may have died
    await arm(tx, charity)


async def arm(tx: Transaction, charity: Charity) -> None:
    """The next one is tomorrow at nine: somebody may be written to."""
    await tx.outbox.put("timer", KEEP, {"timer": KEEP}, run_at=next_morning(tx.now, charity))


async def _unfinished(tx: Transaction, books: Mapping[str, Book], charity: Charity) -> None:
    """What ended without a clock gets one, unless it is a draft. Drafts come due; paused ones are told of first."""
    drafts: set[str] = set()
    for kept in await tx.retention.unsent(unchanged_since=tx.now):
        picture = await _look(tx, books, charity, kept)
        if picture is None or not is_draft(picture):
            continue
        drafts.add(kept.consultation_id)
        if await come_due(tx, picture):
            await tx.outbox.put("timer", f"{DESTROY}:{kept.consultation_id}", _to_destroy(kept))
        elif kept.state == "paused":
            await _tell(tx, picture)
    for kept in await tx.retention.unclocked():
        if kept.consultation_id not in drafts and (picture := await _look(tx, books, charity, kept)):
            await start(tx, picture)


async def _tell(tx: Transaction, picture: Picture) -> None:
    """A day before it ends, once."""
    case = picture.case
    notes = await tx.retention.promised(case.id, ENDS)
    if any(at >= case.changed_at for at in notes):
        return
    if case.changed_at + picture.charity.retention.paused - WARNED <= tx.now:
        worker = picture.person(case.requester_id)
        await tell(tx, case, ENDS, [worker] if worker and worker.active else [], urgent=False)
        tx.note("told that it ends", consultation=case.id)


async def _new_periods(tx: Transaction, books: Mapping[str, Book], charity: Charity) -> None:
    """Where the charity has changed how long a class is kept, its records go by that: none sooner than in a month.

    Where it has changed another class that one of them fits too, that is seen when it comes due.
    """
    for kept in await tx.retention.clocks():
        if kept.closed_at is None:
            continue
        end = announced(charity.retention.end(kept.kept_as, kept.closed_at), kept.destroy_at, tx.now)
        if end != kept.destroy_at and (picture := await _look(tx, books, charity, kept)):
            await counted_anew(tx, picture, kept, kept.closed_at)


async def _look(tx: Transaction, books: Mapping[str, Book], charity: Charity, kept: Kept) -> Picture | None:
    """None where this process has not read its book: another one has."""
    case = await tx.cases.get(kept.consultation_id)
    book = books.get(case.book_id)
    return await look(tx, book, charity, case) if book else None


def _to_destroy(kept: Kept) -> Mapping[str, str]:
    return {"timer": DESTROY, "case": kept.consultation_id}
