"""The clock of the digest: what is due is written once, promised to whoever reads it, and the next one is set.

The rule to keep: it is counted in one snapshot; its row, its letters, the next timer and "done" are one transaction.
The row of a week is written once, whoever gets there first; who finds it written sends nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import messages
from bot.organisation.charity import Charity, charity_of
from bot.reporting import digest_card, weeks
from bot.reporting.choosing import comes, often
from bot.reporting.figures import Around, kept, read, told
from bot.reporting.overdue_checks import overdue_checks
from bot.reporting.readers import HOLE, Readers, readers
from bot.reporting.sparing import spared
from bot.reporting.weeks import Covered, Owed
from bot.team.rota import holes
from bot.team.rota_test import told_of
from policy.book import Book
from storage.digest_choices import DigestChoice
from storage.digests import TIMER
from storage.records import Address, Person
from storage.store import Transaction

DIGEST = TIMER
"""The timer."""

Write = Callable[[Transaction], Awaitable[None]]
"""Writes down what was counted, in a transaction of its own."""

_AHEAD = timedelta(days=7)


async def draft(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> Write:
    """It is time, or it was: count what is owed, if anything. What is given back writes it, and sets the next.

    `tx` is a snapshot, so that all numbers are of one moment; nothing is locked yet, so that nobody waits: on SQLite
    the next digest is counted while this one is written. A charity that moves its hour meanwhile is followed by `arm`.
    """
    await tx.drafts.begin(rota_until=tx.now + _AHEAD)
    charity = charity_of(await tx.organisations.current())
    last = await _last(tx) or weeks.before(payload["week"], charity.digest, charity.timezone)
    owed = weeks.owed(tx.now, last, charity.digest, charity.timezone)
    drafted = await _drafted(tx, books, charity, owed) if owed else None
    following = weeks.next_due(owed.covered if owed else last, charity.digest, charity.timezone)

    async def write(tx: Transaction) -> None:
        if drafted:
            await _write(tx, charity, drafted)
        await tx.digests.arm(following.week, following.until)

    return write


async def arm(tx: Transaction, charity: Charity) -> None:
    """Set the clock where it is not set, or the charity has moved its day, its hour or its zone since."""
    day, zone = charity.digest, charity.timezone
    last = await _last(tx)
    if last is None:
        week = weeks.first_week(tx.now, day, zone)
        following = Covered(week, weeks.due_at(week, day, zone))
    else:
        following = weeks.next_due(last, day, zone)
    if await tx.digests.armed(following.week) != following.until:
        await tx.digests.arm(following.week, following.until)


@dataclass(frozen=True, slots=True)
class _Draft:
    owed: Owed
    figures: dict[str, Any]
    who: Readers
    choices: Mapping[str, DigestChoice]  # by person id
    administrators: tuple[Person, ...]


async def _drafted(tx: Transaction, books: Mapping[str, Book], charity: Charity, owed: Owed) -> _Draft:
    people = await tx.people.everybody()
    who = await readers(tx, people)
    left_out = await spared(tx, books, charity, people, owed.since, owed.until)
    counted = await tx.figures.of(owed.since, owed.until, spared=left_out)
    around = await _around(tx, books, charity, people, who, owed)
    own = {charity.book, *(each.book_id for each in counted.opened), *(each.book_id for each in counted.shared)}
    used = {id: book for id, book in books.items() if id in own}
    figures = kept(told(counted, around, used, now=tx.now, weeks=owed.weeks))
    administrators = tuple(person for person in people if person.active and person.can("administrator"))
    return _Draft(owed, figures, who, await tx.digest_choices.all(), administrators)


async def _write(tx: Transaction, charity: Charity, drafted: _Draft) -> None:
    owed, who = drafted.owed, drafted.who
    if not await tx.digests.write(owed.week, since=owed.since, until=owed.until, figures=drafted.figures):
        return  # another process was first; it has told everybody
    tx.note("digest written", week=owed.week)
    wanting = await _wanting(tx, charity, owed.week, drafted)
    await messages.send_to(tx, digest_card.KIND, wanting, {"week": owed.week}, patient=True)
    if who.hole:
        await messages.send(tx, HOLE, drafted.administrators)


async def _wanting(tx: Transaction, charity: Charity, week: str, drafted: _Draft) -> list[Address]:
    """The accounts of those who get this one: whoever chose to get fewer is no hole, and is left out."""
    who, choices = drafted.who, drafted.choices
    if not choices:
        return list(who.accounts)
    written, before = await tx.digests.of(week), await tx.digests.before(week, 1)
    if written is None:
        return list(who.accounts)
    numbers, last = read(written), before[0] if before else None
    ids = {
        person.id
        for person in who.reached
        if comes(often(person, choices.get(person.id)), written, numbers, last, charity)
    }
    return [account for account in who.accounts if account.person_id in ids]


async def _around(
    tx: Transaction, books: Mapping[str, Book], charity: Charity, people: list[Person], who: Readers, owed: Owed
) -> Around:
    book = books.get(charity.book)
    checks = overdue_checks(book, charity, tx.now.astimezone(charity.timezone).date()) if book else {}
    shifts = await tx.rota.on_call(until=tx.now + _AHEAD)
    by_duty = {duty: [shift for shift in shifts if shift.duty == duty] for duty in {shift.duty for shift in shifts}}
    asked, silent = await told_of(tx, owed.since, owed.until)
    return Around(
        checks=tuple(checks),
        vital=sum(checks.values()),
        holes=sum(len(holes(mine, tx.now, tx.now + _AHEAD)) for mine in by_duty.values()),
        unreached=tuple(person.id for person in who.unreached),
        missing=len(charity.missing(book, people)),
        rota_asked=asked,
        rota_silent=silent,
        head=await tx.ledger.head(),
        walk=await tx.walks.get(),
        began=await tx.ledger.began(),
    )


async def _last(tx: Transaction) -> Covered | None:
    written = await tx.digests.last()
    return None if written is None else Covered(written.week, written.until)
