"""Bringing a charity and its people into the database from TOML files. Each change is a line in the ledger.

The rule to keep: a file with any fault changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from bot.charity import CharityError, read_charity, read_people
from storage.records import Organisation
from storage.store import Store


async def import_charity(store: Store, text: str, now: datetime) -> str:
    """Add the charity, or change the one that is there. Gives a sentence. Raises CharityError."""
    name, settings = read_charity(text)
    async with store.begin(now) as tx:
        organisations = await tx.organisations.all()
        if not organisations:
            await tx.organisations.add(name, settings)
            return f"{name} is set up."
        tx.bind(organisations[0].id)
        await tx.organisations.change(name, settings)
        return f"{name} is changed."


async def import_people(store: Store, text: str, now: datetime) -> str:
    """Add and change people; whoever is not in the file stays as they are. Raises CharityError."""
    listed = read_people(text)
    async with store.begin(now) as tx:
        tx.bind(_the_charity(await tx.organisations.all()).id)
        for row in listed:
            person = await tx.people.put(
                handle=row.handle,
                name=row.name,
                role="trustee" if row.role == "trustee" else "worker",
                capabilities=row.capabilities,
                active=row.active,
                telephone=row.telephone,
            )
            for channel, tenant, user in row.accounts:
                await tx.people.connect(person.id, channel=channel, tenant=tenant, user=user)
    return f"{len(listed)} people are in the roster."


def _the_charity(organisations: list[Organisation]) -> Organisation:
    if not organisations:
        raise CharityError(["import the charity first: python -m bot charity import FILE.toml"])
    return organisations[0]
