"""Accounts that a product has closed: nobody waits for a person who reads nothing there any more.

The rule to keep: they stay on the roster, since only an administrator knows whether they have left.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.roster_cards import tell_closed
from bot.team.membership import cut_off
from policy.book import Book
from storage.store import Transaction


async def account_closed(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """A letter met a closed account: what waited only for whoever had it goes on, and administrators read so."""
    person = (await tx.people.get([payload["person"]])).get(payload["person"])
    if person is None or not await tx.people.close(payload["channel"], payload["tenant"], payload["user"]):
        return
    tx.note("account closed", person=person.id)
    if not person.active:
        return
    await cut_off(tx, books, person)
    await tell_closed(tx, person, payload["channel"])
