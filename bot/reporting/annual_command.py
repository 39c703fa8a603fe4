"""`report`: the figures of a year, read in one snapshot, with the ledger walked in it; then a line in it and the file.

The rule to keep: the line is in the ledger before the file is there. Nothing is held while the year is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.bad_input import BadInput
from bot.books import NotHere
from bot.evidence.ledger_words import anchors_of
from bot.new_file import keep, must_be_free
from bot.organisation.charity import Charity, CharityError, charity_of
from bot.record.exporting import COMMAND_LINE
from bot.record.times import day
from bot.reporting.annual import Period, Proof, Return, added_up, count, months_of, year_of
from bot.reporting.annual_files import Form, written
from bot.reporting.digest_card import grounds_of, outcomes_of
from bot.reporting.figures import read
from bot.reporting.overdue_checks import overdue_checks
from bot.reporting.sparing import spared
from policy.book import Book
from policy.currency import check_line
from storage.anchors import Anchor
from storage.chains import chain_in
from storage.figures import Counted
from storage.halves import Halves
from storage.links import short_head
from storage.records import Organisation
from storage.store import Store, Transaction

Books = Mapping[str, Book]


async def reported(
    store: Store,
    books: Books,
    now: datetime,
    *,
    year: int,
    form: Form,
    whose: str,
    out: Path | None,
    anchors: Path | None,
) -> str:
    """Write the return, to a file that is not there yet. Raises BadInput, CharityError."""
    out = out or Path(f"annual-return-{year}.{form}")
    must_be_free(out)
    async with store.read(now) as tx:
        charity = charity_of(_chosen(await tx.organisations.all(), whose))
        tx.bind(charity.id)
        found = await gathered(tx, store.url, books, charity, year, anchors)
    async with store.begin(now) as tx:
        tx.bind(charity.id)
        tx.note("report written", year=str(year), form=form, by=COMMAND_LINE)
    keep(out, written(found, form))
    said = [f"{out}: written, the figures of {charity.name} for {year}. The ledger says so."]
    if not found.over:
        said.append(f"The year {year} is not over. The file says so.")
    if found.proof.fault:
        said.append(f"THE LEDGER DOES NOT VERIFY. {found.proof.fault} Run: python -m bot ledger verify")
    return "\n".join(said)


async def gathered(
    tx: Transaction, url: str, books: Books, charity: Charity, year: int, anchors: Path | None
) -> Return:
    """The return, as the database stands in this transaction. Raises BadInput where there is nothing to count."""
    now, zone = tx.now, charity.timezone
    try:
        whole = year_of(year, zone, now)
    except ValueError as wrong:
        raise BadInput(f"{year} has not begun: there is nothing to count") from wrong
    began = await tx.ledger.began() or now
    if began >= whole.until:
        first = day(began.astimezone(zone).date())
        raise BadInput(f"the record of {charity.name} begins on {first}: there is nothing to count in {year}")
    try:
        left_out = await spared(tx, books, charity, await tx.people.everybody(), whole.since, now)
    except NotHere as wrong:
        raise BadInput("a book that some cases follow is not here; set BOOKS_DIR as the bot has it") from wrong
    # The same are left out of every count: what a month or the year told beside the digests would tell of them.
    counted = [
        (each, await tx.figures.of(each.since, each.until, spared=left_out))
        for each in (whole, *months_of(year, zone, now, began))
    ]
    known = {id: book for id, book in books.items() if id in _books_in(charity, counted)}
    first_of, *rest = [count(period, found, known, now) for period, found in counted]
    digests = await tx.digests.ended(whole.since, whole.until)
    own = books.get(charity.book)
    return Return(
        charity=charity.name,
        zone=zone,
        made_at=now,
        began=began,
        year=first_of,
        months=tuple(rest),
        weeks=added_up([(each, read(each)) for each in digests]),
        checks=_checks(own, charity, now) if own else (),
        proof=await _proof(tx, url, charity, anchors),
        grounds=grounds_of(*books.values()),
        outcomes=outcomes_of(),
    )


def _books_in(charity: Charity, counted: Sequence[tuple[Period, Counted]]) -> set[str]:
    found = {charity.book}
    for _, each in counted:
        found |= {begun.book_id for begun in each.opened} | {shared.book_id for shared in each.shared}
    return found


def _checks(book: Book, charity: Charity, now: datetime) -> tuple[str, ...]:
    """Whatever is past its check date, in words; what an emergency rests on first."""
    today = now.astimezone(charity.timezone).date()
    due = overdue_checks(book, charity, today)
    lines = []
    for id in sorted(due, key=lambda each: (not due[each], each)):
        if id in book.law:
            note = book.law[id]
            lines.append(f"Law: {note.source or note.id}. {check_line(note.checked_on, note.recheck_days, today)}")
        else:
            vital = " An emergency rests on it." if due[id] else ""
            lines.append(f"Telephone number: {book.contacts[id].name}.{vital}")
    return tuple(lines)


async def _proof(tx: Transaction, url: str, charity: Charity, file: Path | None) -> Proof:
    anchors: list[Anchor] = []
    unread = ""
    if file is not None:
        try:
            anchors = anchors_of([file])[file]
        except BadInput:
            unread = "The file of anchors could not be read"
    found = await Halves(url)(chain_in(tx), charity.id, anchors, founded=True)
    words = found.fault.words if found.fault else ""
    return Proof(found.entries, short_head(found.head), found.passed, words, unread)


def _chosen(organisations: Sequence[Organisation], whose: str) -> Organisation:
    """Raises CharityError, BadInput."""
    if not organisations:
        raise CharityError(["import the charity first: python -m bot charity import FILE.toml"])
    found = [each for each in organisations if whose in ("", each.id, each.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(each.name for each in organisations))
    if whose:
        raise BadInput(f"{whose!r} is no charity here. There is: {names}")
    raise BadInput(f"there are several charities here: say which, with --organisation. There is: {names}")
