"""From the command line: let somebody in again who was locked out, or take away a lost second factor and PIN."""

from __future__ import annotations

from datetime import datetime

from bot.organisation.tables import CharityError
from bot.phone import factors
from bot.team import locking
from bot.team.importing import bound
from storage.records import Person
from storage.store import Store, Transaction


async def unlocked(store: Store, handle: str, now: datetime) -> str:
    """They are let in again. Raises CharityError."""
    async with store.begin(now) as tx:
        return await locking.unlock(tx, await _found(tx, handle), by=None)


async def factor_reset(store: Store, handle: str, now: datetime) -> str:
    """They have neither second factor nor PIN any more, and set up new ones. Raises CharityError."""
    async with store.begin(now) as tx:
        return await factors.reset(tx, await _found(tx, handle), by=None)


async def _found(tx: Transaction, handle: str) -> Person:
    await bound(tx)
    for person in await tx.people.everybody():
        if person.handle == handle:
            return person
    raise CharityError([f"nobody on the roster has the id {handle!r}; see: python -m bot people list"])
