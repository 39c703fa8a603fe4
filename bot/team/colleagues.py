"""The roster from the command line: who is there, who is away, who is back, who joins, leaves or has other duties.

The rule to keep: nothing in here shows a consultation; not whether anybody has one, nor how many.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime

from bot.organisation.tables import CharityError
from bot.roster_cards import ANOTHER, tell_changed
from bot.team import linking
from bot.team.importing import bound, gone
from bot.team.membership import (
    BACK_AT,
    COMMAND_LINE,
    alike,
    as_wanted,
    change,
    may_stand_in,
    send_away,
    uncovered,
)
from bot.wording import until
from policy.book import Book
from storage.records import Address, Person
from storage.store import Store

Books = Mapping[str, Book]


async def listed(store: Store, now: datetime) -> str:
    """Everybody: id, name, role, capabilities, telephone, accounts, and whether they are here."""
    async with store.read(now) as tx:
        charity = await bound(tx)
        people = await tx.people.everybody()
        absent = await tx.rota.absent()
        accounts, shut = await tx.people.accounts(), await tx.people.closed()
    names, lines = {person.id: person.name for person in people}, []
    for person in people:
        said = [person.handle, person.name, person.role, " ".join(sorted(person.capabilities)), person.telephone]
        if not person.active:
            said.append("has left")
        elif absence := absent.get(person.id):
            instead = f", {names.get(absence.stand_in_id, 'nobody')} stands in" if absence.stand_in_id else ""
            said.append(f"away until {until(absence.until, charity)}{instead}")
        said += [_place(account) for account in accounts if account.person_id == person.id]
        said += [f"{_place(account)} (closed)" for account in shut if account.person_id == person.id]
        lines.append("; ".join(part for part in said if part))
    return "\n".join(lines) or "Nobody is in the roster yet."


async def away(store: Store, books: Books, handle: str, day: date, stand_in: str, now: datetime) -> str:
    """Away until the morning of that day; what waits only for them goes on to others. Raises CharityError."""
    async with store.begin(now) as tx:
        charity = await bound(tx)
        people = await tx.people.everybody()
        person = _found(people, handle)
        back = datetime.combine(day, BACK_AT, charity.timezone)
        faults = [] if back > now else [f"{day} is over: --until is the day on which they are back"]
        other = _found(people, stand_in) if stand_in else None
        if other is not None and other not in may_stand_in(person, people):
            faults.append(f"{other.name} cannot stand in for {person.name}: they have no duty in common")
        if faults:
            raise CharityError(faults)
        await send_away(tx, books, person, until=back, stand_in=other.id if other else None, by=COMMAND_LINE)
    said = [f"{person.name} is away until {until(back, charity)}."]
    if other is not None:
        said.append(f"{other.name} stands in.")
        if left := uncovered(person, other):
            said.append(f"Not as {left}: for that the others are reached.")
    return " ".join(said)


async def back(store: Store, handle: str, now: datetime) -> str:
    """They are back. Raises CharityError."""
    async with store.begin(now) as tx:
        await bound(tx)
        person = _found(await tx.people.everybody(), handle)
        was = await tx.rota.back(person.id, by=COMMAND_LINE)
    return f"{person.name} is back." if was else f"{person.name} was not away."


async def changed(store: Store, books: Books, handle: str, changes: Mapping[str, str], now: datetime) -> str:
    """Change some of active, name, role, telephone, capabilities. Raises CharityError, and changes nothing then."""
    async with store.begin(now) as tx:
        await bound(tx)
        before = _found(await tx.people.everybody(), handle)
        [done] = await change(tx, books, [as_wanted(before, changes)], by=COMMAND_LINE)
    return gone(done.person) if done.left else f"{done.person.name} is changed."


async def added(
    store: Store, books: Books, handle: str, values: Mapping[str, str], now: datetime, *, another: bool = False
) -> str:
    """Somebody new: name and role, and where they are known telephone and capabilities. Raises CharityError.

    `another`: they are no entry of the roster, though one has the same name or telephone.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", handle):
        raise CharityError(["an id is up to 40 small letters, figures, dots and dashes, such as zoe.hart"])
    async with store.begin(now) as tx:
        charity = await bound(tx)
        await tx.people.hold_roster()
        people = await tx.people.everybody()
        if any(person.handle == handle for person in people):
            raise CharityError([f"{handle!r} is on the roster already; change them with: python -m bot people set"])
        nobody = Person("", charity.id, handle, "", "worker", frozenset(), True)
        twins = alike(values.get("name", ""), values.get("telephone", ""), people)
        if twins and not another:
            raise CharityError([same_person(twins)])
        [done] = await change(tx, books, [as_wanted(nobody, values)], by=COMMAND_LINE)
        if twins:
            await tell_changed(tx, done.person, [ANOTHER], by=COMMAND_LINE)
    return f"{done.person.name} is on the roster. Now: python -m bot people link {handle} …"


async def removed(store: Store, books: Books, handle: str, now: datetime) -> str:
    """They have left: their open consultations are the lead's from now on. Raises CharityError."""
    return await changed(store, books, handle, {"active": "no"}, now)


async def linked(
    store: Store, books: Books, handle: str, account: tuple[str, str, str], now: datetime, *, another: bool = False
) -> str:
    """One more account (channel, tenant, user) of this person. Raises CharityError.

    `another`: whoever had it before is another human, and had it by mistake.
    """
    async with store.begin(now) as tx:
        await bound(tx)
        person = _found(await tx.people.everybody(), handle)
        return await linking.link(tx, books, person, account, by=COMMAND_LINE, apart=another)


async def unlinked(store: Store, books: Books, handle: str, account: tuple[str, str, str], now: datetime) -> str:
    """An account less. Raises CharityError."""
    async with store.begin(now) as tx:
        await bound(tx)
        person = _found(await tx.people.everybody(), handle)
        await linking.unlink(tx, books, person, Address(person.id, *account, ""), by=COMMAND_LINE)
    return f"{account[2]} on {account[0]} is not {person.name}'s any more."


def same_person(twins: Collection[Person]) -> str:
    """What is asked before a second entry of the same human is made."""
    them = " or ".join(person.handle for person in twins)
    ask = f"is this the same person as {them}? Then link the account instead: python -m bot people link {them} …"
    return f"{ask} If it is another human, add: --another-person"


def _place(account: Address) -> str:
    return f"{account.channel} {account.tenant} {account.user}"


def _found(people: Collection[Person], handle: str) -> Person:
    for person in people:
        if person.handle == handle:
            return person
    raise CharityError([f"nobody on the roster has the id {handle!r}; see: python -m bot people list"])
