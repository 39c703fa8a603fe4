"""Reading everything of one consultation into a record: one reading, of one moment, for every document there is.

The rule to keep: whoever calls this was checked (`bot.record.reading`), and writes into the ledger that it was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from bot.books import book_of
from bot.keeping.classes import TITLES
from bot.organisation.charity import Charity
from bot.picture import Picture, look
from bot.record import labels
from bot.record.assembling import Assembly, who_is
from bot.record.record import Held, Kept, Line, Record, Words
from bot.record.telling import unsafe
from policy.book import Book
from storage.records import Entry, NotFound
from storage.store import Transaction

_HEX = 12  # digits of an entry's hash that are printed; the whole head stands at the end


async def gather(tx: Transaction, books: Mapping[str, Book], charity: Charity, case_id: str) -> Record:
    """Everything of this consultation. Raises NotFound, NotHere (its book was not read), CannotOpen (no key)."""
    case = await tx.cases.get(case_id)
    picture = await look(tx, book_of(books, case), charity, case)
    return await gathered(tx, picture)


async def gathered(tx: Transaction, picture: Picture, *, lines: bool = True) -> Record:
    """The same, where the picture is there already. Without `lines` the ledger is not searched. Raises CannotOpen."""
    case, book = picture.case, picture.book
    picture = replace(picture, rungs=await tx.ladders.of(case.id))  # also of what is settled
    clock = await tx.retention.of(case.id)
    kept_as = TITLES.get(clock.kept_as, clock.kept_as) if clock else ""
    kept = Kept(clock.closed_at, kept_as, clock.destroy_at, clock.destroyed_at) if clock else Kept()
    words = await _opened(tx, picture, destroyed=kept.destroyed_at is not None)
    reading = Assembly(picture, words)
    lanes = reading.lanes()
    shown = reading.used
    return Record(
        charity=picture.charity.name,
        zone=str(picture.charity.timezone),
        id=case.id,
        reference=case.reference,
        state=labels.STATES.get(case.state, case.state),
        worker=reading.who(case.requester_id),
        book=book.title,
        book_version=case.book_version,
        book_now="" if book.version == case.book_version else book.version,
        opened_at=case.opened_at,
        changed_at=case.changed_at,
        silenced=picture.around.silenced,
        sent=case.state == "sent" or (case.state == "closed") or bool(picture.requests),
        answers=reading.answers(),
        lanes=lanes,
        looks=reading.looks(),
        handed=reading.handed(),
        reopened=tuple(words[t.id] for t in picture.texts if t.kind == "reopened"),
        followed=reading.followed(""),
        other_words=tuple(each for id, each in words.items() if id not in shown and each.kind != "reopened"),
        holds=await _holds(tx, reading, case.id),
        kept=kept,
        lines=await _lines(tx, picture) if lines else (),
        head=await tx.ledger.head(),
        read_at=tx.now,
        unsafe=unsafe(picture),
    )


async def _opened(tx: Transaction, picture: Picture, *, destroyed: bool) -> dict[str, Words]:
    """Every text of it, by its id, opened; without its words where the key is gone."""
    found = {}
    for text in picture.texts:
        said = ""
        if not destroyed:
            try:
                said = await tx.texts.open(text.id)
            except NotFound:
                said = ""  # destroyed between two looks
        found[text.id] = Words(text.id, text.kind, who_is(picture, text.person_id), text.at, said)
    return found


async def _holds(tx: Transaction, reading: Assembly, case_id: str) -> tuple[Held, ...]:
    return tuple(
        Held(
            labels.HOLDS.get(each.why, each.why),
            each.since,
            reading.who(each.by_id) if each.by_id else None,
            each.lifted_at,
        )
        for each in await tx.holds.of(case_id)
    )


async def _lines(tx: Transaction, picture: Picture) -> tuple[Line, ...]:
    return tuple(line_of(entry, picture) for entry in await tx.access.lines_about([picture.case.id]))


def line_of(entry: Entry, picture: Picture) -> Line:
    """An entry as it is printed: a colleague's id as their name, and no id of what it is about."""
    body = json.loads(entry.body)
    kind, who = body.pop("kind"), body.pop("person", "")
    body.pop("consultation", None)
    ids = {key: picture.name(value) if picture.person(value) else value for key, value in body.items()}
    return Line(entry.sequence, entry.at, kind, picture.name(who) if who else "", ids, entry.hash.hex()[:_HEX])
