"""Accounts: several of them are one human, so that nobody asks on one platform and agrees on another.

The rule to keep: an account belongs to one person, and is never moved from one to another by linking it; two entries of
the list that had the same one are one human for good.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.deciding.moving import as_one
from bot.organisation.tables import CharityError, fits
from bot.roster_cards import ACCOUNT, tell_changed
from bot.team.membership import COMMAND_LINE, accounts_known, as_one_words, cut_off, take_back_copies
from policy.book import Book
from storage.records import Address, Consultation, Person
from storage.store import Transaction


async def link(
    tx: Transaction,
    books: Mapping[str, Book],
    person: Person,
    account: tuple[str, str, str],
    *,
    by: str,
    apart: bool = False,
) -> str:
    """One more account (channel, tenant, user) of this person. Gives a sentence.

    Raises CharityError: it is somebody else's, or is none.

    Whoever had it before is the same human from now on: neither decides what the other asked, and what one of them
    agreed to is asked of somebody else. Not so with `apart`: then it was theirs by mistake.
    """
    channel, tenant, user = (part.strip() for part in account)
    if not (channel and tenant and user) or not all(fits(part) for part in (channel, tenant, user)):
        raise CharityError(["an account is a channel, a tenant and a user, each a short text on one line"])
    await tx.people.hold_roster()
    owner = await _owner(tx, channel, tenant, user)
    if owner is not None and owner.id != person.id:
        raise CharityError([f"this account is {owner.name}'s; take it away from them first"])
    if any((a.channel, a.tenant, a.user) == (channel, tenant, user) for a in await tx.people.accounts([person.id])):
        return f"{person.name} has this account already."
    await tx.people.connect(person.id, channel=channel, tenant=tenant, user=user, by=by)
    if apart:
        await tx.people.apart(person.id, channel=channel, tenant=tenant, user=user, by=by)
    same = (await tx.people.one_human()).get(person.id, frozenset())
    if same:
        await as_one(tx, books, {person.id, *same})
    if by != COMMAND_LINE:
        await tx.people.grant(person.id, [ACCOUNT], by=by)
        await tell_changed(tx, person, [ACCOUNT], by=by)
    one = as_one_words([each.name for each in (await tx.people.get(same)).values()])
    return f"{person.name} can be reached on {channel} as {user}.{f' They {one}' if one else ''}"


async def unlink(
    tx: Transaction, books: Mapping[str, Book], person: Person, account: Address, *, by: str
) -> list[Consultation]:
    """This account is nobody's from now on; without any other, what waited only for them goes on to others."""
    await tx.people.hold_roster()
    if by != COMMAND_LINE:
        await tell_changed(tx, person, [f"-{ACCOUNT}"], by=by)
    if not await tx.people.disconnect(account, by=by):
        raise CharityError([f"{person.name} does not have this account"])
    moved = await cut_off(tx, books, person)
    await take_back_copies(tx, account)
    return moved


async def accounts_of(tx: Transaction, person: Person) -> list[Address]:
    """Every account of this person, closed ones too."""
    shut = [account for account in await tx.people.closed() if account.person_id == person.id]
    return [*await tx.people.accounts([person.id]), *shut]


async def _owner(tx: Transaction, channel: str, tenant: str, user: str) -> Person | None:
    for account in await accounts_known(tx):
        if (account.channel, account.tenant, account.user) == (channel, tenant, user):
            return (await tx.people.get([account.person_id])).get(account.person_id)
    return None
