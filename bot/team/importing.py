"""Bringing a charity and its people into the database from TOML files. Each change is a line in the ledger.

The rule to keep: a file with any fault changes nothing, and neither does one that leaves a request nobody can approve.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.deciding.enough import lacking, left_alone, still_enough
from bot.keeping.announcing import announcement
from bot.organisation.charity import Charity, CharityError, charity_of, read_charity, read_people
from bot.organisation.step_up import step_up_of, unknown, unprepared
from bot.team.membership import COMMAND_LINE, Changed, Wanted, as_one_words, change
from policy.book import Book
from storage.records import Organisation, Person
from storage.store import Store, Transaction

_SET_UP = "Agreeing to some outcomes takes a second factor: ask your approvers to set one up on their home page."


async def import_charity(store: Store, text: str, now: datetime, books: Mapping[str, Book] | None = None) -> str:
    """Add the charity, or change the one that is there. Gives a sentence. Raises CharityError.

    With `books`, a change of book is refused that leaves an approval which nobody on the roster could give. It says
    how many records come due by new periods.
    """
    name, settings = read_charity(text)
    book = (books or {}).get(settings["book"])
    step_up = step_up_of(settings["step_up"])
    if book is not None and (faults := unknown(book, step_up)):
        raise CharityError(faults)
    async with store.begin(now) as tx:
        organisations = await tx.organisations.all()
        if not organisations:
            await tx.organisations.add(name, settings)
            return f"{name} is set up." if not step_up else f"{name} is set up. {_SET_UP}"
        tx.bind(organisations[0].id)
        await tx.people.hold_roster()
        people = await tx.people.everybody()
        before = lacking(books, charity_of(organisations[0]), people)
        await tx.organisations.change(name, settings)
        charity = charity_of(await tx.organisations.current())
        still_enough(before, lacking(books, charity, people))
        said = [f"{name} is changed.", *await announcement(tx, books or {}, charity)]
        enrolled = await tx.factors.proven("totp")
        return "\n".join([*said, *(unprepared(book, step_up, people, enrolled) if book else ())])


async def import_people(store: Store, text: str, now: datetime, books: Mapping[str, Book] | None = None) -> str:
    """Add and change people; whoever is not in the file stays as they are. Raises CharityError.

    An account in the file is added, and never taken from anybody: what `link` refuses, this does.

    With `books`, what waited for somebody who has left, or may not decide it now, goes on to others, and their own goes
    to the lead; and a roster is refused that leaves an approval which nobody could give.
    """
    rows = [
        Wanted(
            row.handle,
            row.name,
            "trustee" if row.role == "trustee" else "worker",
            frozenset(row.capabilities),
            row.active,
            row.telephone,
            row.accounts,
        )
        for row in read_people(text)
    ]
    async with store.begin(now) as tx:
        charity = await bound(tx)
        changed = await change(tx, books, rows, by=COMMAND_LINE)
        people = await tx.people.everybody()
        book = (books or {}).get(charity.book)
        enrolled = await tx.factors.proven("totp")
    said = [f"{len(rows)} people are in the roster."]
    said += said_of(changed)
    if book is not None:
        said += [*left_alone(book, people), *unprepared(book, charity.step_up, people, enrolled)]
    return "\n".join(said)


def said_of(changed: Iterable[Changed]) -> list[str]:
    """What whoever brings in people reads of some of them: who has left, and who turned out to be somebody else too."""
    lines = []
    for each in changed:
        lines += [gone(each.person)] if each.left else []
        lines += [f"{each.person.name}: they {one}"] if (one := as_one_words(each.one_with)) else []
    return lines


def gone(person: Person) -> str:
    """The same of everybody who has left: whoever keeps the list learns of no consultation, nor that there is one."""
    return f"{person.name} has left. If anything of theirs was open, the lead has it now."


async def bound(tx: Transaction) -> Charity:
    """Bind to the one charity, and read it. Raises CharityError where there is none yet."""
    organisation = _the_charity(await tx.organisations.all())
    tx.bind(organisation.id)
    return charity_of(organisation)


def _the_charity(organisations: list[Organisation]) -> Organisation:
    if not organisations:
        raise CharityError(["import the charity first: python -m bot charity import FILE.toml"])
    return organisations[0]
