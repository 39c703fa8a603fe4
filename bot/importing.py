"""Bringing a charity and its people into the database from TOML files. Each change is a line in the ledger.

The rule to keep: a file with any fault changes nothing, and neither does one that leaves a request nobody can approve.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.charity import Charity, CharityError, charity_of, read_charity, read_people
from bot.enough import left_alone, nobody_left
from bot.moving import hold, move_on
from policy.book import Book
from storage.records import Organisation, Person
from storage.store import Store, Transaction


async def import_charity(store: Store, text: str, now: datetime, books: Mapping[str, Book] | None = None) -> str:
    """Add the charity, or change the one that is there. Gives a sentence. Raises CharityError.

    With `books`, a change of book is refused that leaves an approval which nobody on the roster could give.
    """
    name, settings = read_charity(text)
    async with store.begin(now) as tx:
        organisations = await tx.organisations.all()
        if not organisations:
            await tx.organisations.add(name, settings)
            return f"{name} is set up."
        tx.bind(organisations[0].id)
        people = await tx.people.everybody()
        before = lacking(books, charity_of(organisations[0]), people)
        await tx.organisations.change(name, settings)
        still_enough(before, lacking(books, charity_of(await tx.organisations.current()), people))
        return f"{name} is changed."


async def import_people(store: Store, text: str, now: datetime, books: Mapping[str, Book] | None = None) -> str:
    """Add and change people; whoever is not in the file stays as they are. Raises CharityError.

    With `books`, what waited for somebody who has left, or may not decide it now, goes on to others; and a roster is
    refused that leaves an approval which nobody could give.
    """
    listed = read_people(text)
    async with store.begin(now) as tx:
        charity = await bound(tx)
        earlier = {person.handle: person for person in await tx.people.everybody()}
        changed: list[Person] = []
        await hold(tx, [person for row in listed if (person := earlier.get(row.handle))])
        for row in listed:
            person = await tx.people.put(
                handle=row.handle,
                name=row.name,
                role="trustee" if row.role == "trustee" else "worker",
                capabilities=row.capabilities,
                active=row.active,
                telephone=row.telephone,
            )
            was = earlier.get(row.handle)
            if was is not None and (was.active, was.role, was.capabilities) != (
                person.active,
                person.role,
                person.capabilities,
            ):
                changed.append(person)
            for channel, tenant, user in row.accounts:
                await tx.people.connect(person.id, channel=channel, tenant=tenant, user=user)
        people = await tx.people.everybody()
        still_enough(lacking(books, charity, earlier.values()), lacking(books, charity, people))
        moved = [case for person in changed for case in await move_on(tx, books or {}, person)]
        book = (books or {}).get(charity.book)
    said = [f"{len(listed)} people are in the roster."]
    if moved:
        said.append(f"{len(moved)} open requests went on to somebody else.")
    return "\n".join([*said, *(left_alone(book, people) if book else ())])


async def bound(tx: Transaction) -> Charity:
    """Bind to the one charity, and read it. Raises CharityError where there is none yet."""
    organisation = _the_charity(await tx.organisations.all())
    tx.bind(organisation.id)
    return charity_of(organisation)


def still_enough(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Raises CharityError with every reason of `after` that was not there `before`: it gets worse."""
    if worse := [why for key, why in after.items() if key not in before]:
        raise CharityError(worse)


def lacking(books: Mapping[str, Book] | None, charity: Charity, people: Collection[Person]) -> dict[str, str]:
    """What nobody could approve with these people; empty while nobody is on the roster, and without the book."""
    book = (books or {}).get(charity.book)
    if book is None or not any(person.active for person in people):
        return {}
    return {f"{book.id} {code}": why for code, why in nobody_left(book, people).items()}


def _the_charity(organisations: list[Organisation]) -> Organisation:
    if not organisations:
        raise CharityError(["import the charity first: python -m bot charity import FILE.toml"])
    return organisations[0]
