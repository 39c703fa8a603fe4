"""The command line of the record: export a paper of it, and subject access. What is said here is printed as it is.

The rule to keep: whoever an export is for is named, and checked like a press; what was read is in the ledger first, and
in the file afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path

from bot.bookshelf.bookwork import BadInput
from bot.new_file import keep, must_be_free
from bot.organisation.tables import CharityError
from bot.record import access
from bot.record.exporting import COMMAND_LINE, Format, noted, paged, refused, written
from bot.record.reading import NOTHING_THERE, Paper, visible
from bot.team.importing import bound
from policy.book import Book
from storage.records import Person
from storage.store import Store, Transaction

Books = Mapping[str, Book]


async def exported(
    store: Store,
    books: Books,
    now: datetime,
    *,
    reference: str,
    paper: Paper,
    format: Format,
    out: Path,
    handle: str = "",
    given: Collection[str] = (),
) -> str:
    """Write one paper to `out`, which must not be there yet. Raises BadInput, CharityError, CannotOpen (no key)."""
    must_be_free(out)
    if given and paper in ("note", "record"):
        raise BadInput("--give is for a copy and its sheet: --kind access or sheet")
    reference = access.tidy(reference)
    found, problem = None, ""
    async with store.begin(now) as tx:
        charity = await bound(tx)
        person = await _reader(tx, handle)
        mine, others = await visible(tx, books, charity, reference, person, paper)
        if not mine:
            refused(tx, others, person, paper, by=COMMAND_LINE)
            problem = NOTHING_THERE
        elif len(mine) > 1 and paper in ("note", "record"):
            marks = ", ".join(picture.case.reference for picture in mine)
            problem = f"there is more than one on this reference; say which, with its mark: {marks}"
        else:
            found = await paged(tx, charity, mine, reference, paper, person, given)
            noted(tx, mine, person, paper, format, by=COMMAND_LINE, given=given)
    if found is None:
        raise BadInput(problem)
    keep(out, written(found, format))  # not before: nobody waits for a page while the database is held
    said = f"{out}: written, for {person.name}. The ledger says so."
    if paper == "access":
        said += "\nSome words may be kept back. Which, and why, is on the sheet: the same command with --kind sheet"
    return said


async def opened(store: Store, now: datetime, reference: str, received: date | None) -> str:
    """Open a request. It says the same whether there is anything or not."""
    async with store.begin(now) as tx:
        charity = await bound(tx)
        today = now.astimezone(charity.timezone).date()
        if received is not None and received > today:
            raise BadInput(f"{received} is not here yet: --received is the day on which it came")
        reference = access.tidy(reference)
        if not 0 < len(reference) <= 40:
            raise BadInput("a case reference has 1 to 40 characters")
        request = await access.opened(tx, charity, reference, received or today, None)
        return f"Open. {access.line(request, charity, today)} Whatever there is on it is held until it is answered."


async def shown(store: Store, books: Books, now: datetime, reference: str, handle: str) -> str:
    """The requests on this reference, and what this person may have of it."""
    async with store.begin(now) as tx:
        charity, reference = await bound(tx), access.tidy(reference)
        person = await _reader(tx, handle)
        mine, others = await visible(tx, books, charity, reference, person, "access")
        requests = await tx.access.on_reference(reference)
        if not mine:
            refused(tx, others, person, "access", by=COMMAND_LINE)
        today = now.astimezone(charity.timezone).date()
        lines = [access.line(each, charity, today) for each in requests]
        for picture in mine:
            case = picture.case
            begun = case.opened_at.astimezone(charity.timezone).date()
            lines.append(f"{case.reference}: begun {begun}, {case.state}, held by {picture.name(case.requester_id)}")
            tx.note("access looked at", person=person.id, consultation=case.id, by=COMMAND_LINE)
    return "\n".join(lines if mine else [*lines, NOTHING_THERE])


async def answered(store: Store, now: datetime, reference: str) -> str:
    """The request was answered: what it held is held by it no more."""
    async with store.begin(now) as tx:
        charity = await bound(tx)
        done = await access.answered(tx, reference, None)
        today = now.astimezone(charity.timezone).date()
        if not done:
            raise BadInput("no request is open on this reference")
        return f"Answered {today}. Nothing is held for it any more."


async def _reader(tx: Transaction, handle: str) -> Person:
    """Whom it is for: named, or the one data-protection lead there is. Raises CharityError."""
    people = [each for each in await tx.people.everybody() if each.active]
    if handle:
        found = [each for each in people if each.handle == handle]
        if not found:
            raise CharityError([f"nobody on the roster has the id {handle!r}; see: python -m bot people list"])
        return found[0]
    found = [each for each in people if each.can("data_protection_lead")]
    if len(found) != 1:
        raise CharityError(["say for whom it is: --for and their id in the roster"])
    return found[0]
