"""The command line of keeping: hold a record, let it go, say what comes due, destroy one.

The rule to keep: whoever runs the machine sees references and days, and nothing of any case. What brings a record
nearer to its end is done for a lead who could do it on the board, and the ledger says for whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.books import NotHere
from bot.keeping.classes import REASONS, TITLES, is_draft, kept_as
from bot.keeping.destroying import AFTER_A_HOLD, DRAFT, come_due, destroy, in_the_way, locked
from bot.leads.beside import leads, may_see
from bot.leads.holding import why_not_lift
from bot.organisation.charity import Charity
from bot.organisation.periods import CLASSES
from bot.organisation.tables import CharityError
from bot.picture import Picture
from bot.team.importing import bound
from bot.team.membership import COMMAND_LINE
from policy.book import Book
from storage.keeping import HoldReason
from storage.records import Person
from storage.retention import Kept
from storage.scrubbing import scrub
from storage.store import Store, StoreUnavailable, Transaction

Books = Mapping[str, Book]

_FOR = (
    "Say with --for which safeguarding or data-protection lead it is done for; they must be able to do it themselves."
)


async def held(store: Store, reference: str, why: HoldReason, now: datetime) -> str:
    """Hold it. Raises CharityError."""
    async with store.begin(now) as tx:
        await bound(tx)
        id = await _find(tx, reference)
        if (await tx.cases.get(id)).practice:
            said = "is a practice: it cannot be held, and is gone 7 days after it began. Was it a real case?"
            raise CharityError([f"{reference} {said} Take it out now: python -m bot record export {reference}"])
        if await tx.holds.put(id, why, None):
            tx.note("held", consultation=id, by=COMMAND_LINE)
            return f"{reference} is held: {REASONS[why]}. It is not destroyed until that is lifted."
        return f"{reference} is held for that reason already."


async def released(store: Store, books: Books, reference: str, why: HoldReason, handle: str, now: datetime) -> str:
    """Lift one hold, for a lead who could lift it on the board. Raises CharityError."""
    async with store.begin(now) as tx:
        await bound(tx)
        picture, person = await _locked(tx, books, reference), await _person(tx, handle)
        id = picture.case.id
        if refusal := _why_not(tx, picture, person):
            said = ""
        elif not await tx.holds.lift(id, why, person.id):
            refusal, said = f"{reference} is not held for that reason", ""
            # Said in the ledger: whoever asks by one reason after the other learns why it is held.
            tx.note("refused", consultation=id, person=person.id, by=COMMAND_LINE)
        else:
            tx.note("hold lifted", consultation=id, person=person.id, by=COMMAND_LINE)
            said = f"{reference} is not held any more. Nothing is destroyed for {AFTER_A_HOLD.days} days."
            if await tx.holds.standing(id):
                said = f"Lifted. {reference} is still held for another reason."
    if refusal:
        raise CharityError([refusal])
    return said


async def due(store: Store, days: int, now: datetime) -> str:
    """What comes to its end within so many days, what is held, and what has no end date. That somebody read it is kept.

    A reference stands beside a day, never beside a class: that one is about a worker is not for whoever runs this.
    """
    async with store.begin(now) as tx:
        charity = await bound(tx)
        found, clocks = await tx.retention.due(now + timedelta(days=days)), await tx.retention.clocks()
        holding = await tx.holds.held([each.consultation_id for each in clocks])
        tx.note("end dates read", by=COMMAND_LINE)
    lines = [f"{_row(each, charity)}{', HELD' if each.consultation_id in holding else ''}" for each in found]
    endless = Counter(each.kept_as for each in clocks if each.destroy_at is None)
    lines += [f"{count} with no end date: {TITLES[kept]}" for kept, count in sorted(endless.items())]
    lines += [f"{len(holding)} held of {len(clocks)} that have ended"] if clocks else []
    unset = [TITLES[each] for each in CLASSES if each not in charity.retention.records]
    if unset:
        lines.append(f"No period is set in [retention] for: {'; '.join(unset)}. These are kept.")
    return "\n".join(lines) or f"Nothing comes due within {days} days."


async def destroyed(store: Store, books: Books, reference: str, now: datetime, *, sure: bool, handle: str = "") -> str:
    """Destroy one that has ended, now; without `sure` only say what would be. Raises CharityError.

    `handle`: the lead for whom it is done, who could lift a hold on it. Before its day nobody destroys it without one.
    """
    async with store.begin(now) as tx:
        charity = await bound(tx)
        picture = await _locked(tx, books, reference)
        id, person = picture.case.id, await _person(tx, handle) if handle else None
        refusal = (_why_not(tx, picture, person) if person else "") or await _not_allowed(tx, picture)
        if not refusal:
            clock, ended = await tx.retention.of(id), await come_due(tx, picture)
            who = {"person": person.id} if person else {}
            if not sure:
                day = _day(clock.destroy_at, charity) if clock and clock.destroy_at else ""
                when = f"comes due on {day}" if day else "has no end date"
                more = "" if person or ended else " and --for, with the id of a lead who wants it gone before its day,"
                tx.note("end date read", consultation=id, by=COMMAND_LINE, **who)
                return f"{reference} {when}. Add --yes{more} to destroy it now, for good."
            if not (person or ended):
                raise CharityError([f"{reference} is not due yet. {_FOR}"])
            tx.note("destroyed by hand", consultation=id, by=COMMAND_LINE, **who)
            await destroy(tx, picture, DRAFT if is_draft(picture) else kept_as(picture))
    if refusal:
        raise CharityError([refusal])
    try:
        await scrub(store)
    except StoreUnavailable:
        return f"{reference} is destroyed. The pages of the database are busy: a running bot cleans them within a day."
    return f"{reference} is destroyed, and the pages of the database are cleaned. Backups keep it until they expire."


async def _locked(tx: Transaction, books: Books, reference: str) -> Picture:
    """What stands on this reference, which nobody changes meanwhile. Raises CharityError."""
    try:
        picture = await locked(tx, books, await _find(tx, reference))
    except NotHere as other:
        raise CharityError([f"the book of {reference} is not here; set BOOKS_DIR"]) from other
    if picture is None:
        raise CharityError([_nothing(reference)])
    return picture


async def _person(tx: Transaction, handle: str) -> Person:
    """For whom it is done. Raises CharityError."""
    found = [each for each in await tx.people.everybody() if each.active and each.handle == handle]
    if not found:
        raise CharityError([f"nobody on the roster has the id {handle!r}; see: python -m bot people list"])
    return found[0]


def _why_not(tx: Transaction, picture: Picture, person: Person) -> str:
    """Why nothing is lifted or destroyed for this person, in words, and noted; "" where they could do it themselves.

    Whoever may not see that it is there reads what they would read if it were not.
    """
    if person.locked or not leads(person):
        words = _FOR
    elif not may_see(picture, person):
        words = _nothing(picture.case.reference)
    elif words := why_not_lift(picture, person):
        words = f"{person.handle}: {words}"
    if words:
        tx.note("refused", consultation=picture.case.id, person=person.id, by=COMMAND_LINE)
    return words


async def _not_allowed(tx: Transaction, picture: Picture) -> str:
    """Why it must not be destroyed, "" where it may. Words and no fault: a hold that is put here has to stay."""
    reference = picture.case.reference
    if picture.case.state not in ("closed", "withdrawn"):
        return f"{reference} is open. Close or stop it first."
    why = await in_the_way(tx, picture)
    return f"{reference} is not destroyed: {why}" if why else ""


async def _find(tx: Transaction, reference: str) -> str:
    cases = await tx.cases.on_reference(reference)
    exact = [each for each in cases if each.reference.lower() == reference.lower()]
    if not exact:
        marks = ", ".join(each.reference for each in cases)
        raise CharityError([f"there is more than one; say which: {marks}" if cases else _nothing(reference)])
    return exact[0].id


def _nothing(reference: str) -> str:
    return f"there is nothing on {reference}"


def _row(kept: Kept, charity: Charity) -> str:
    day = _day(kept.destroy_at, charity) if kept.destroy_at else ""
    return f"{kept.reference}: {day}"


def _day(moment: datetime, charity: Charity) -> str:
    return moment.astimezone(charity.timezone).date().isoformat()
