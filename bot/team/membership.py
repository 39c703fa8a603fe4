"""The one way to change the roster, whoever does it: from chat, the command line, a file or a user group.

The rule to keep: a change that leaves a request nobody can approve is refused whole; what waited for somebody who goes
is with somebody else in the same transaction; of each change by a colleague a third person reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from bot import messages
from bot.cards import Card, Say
from bot.deciding.enough import lacking, still_enough
from bot.deciding.moving import as_one, ask_anew, hold, move_on
from bot.leads import handing
from bot.messages import Scene
from bot.organisation.charity import charity_of
from bot.organisation.tables import CharityError, fits
from bot.roster_cards import tell_changed
from bot.wording import DUTIES
from bot.wording import until as until_when
from policy.book import Book
from policy.reading.safety import CAPABILITIES
from storage.records import Address, Consultation, Person, Role
from storage.store import Transaction

BACK_AT = time(8)
"""When somebody who is away until a day is back on it, in the charity's own zone."""

COMMAND_LINE = "command line"
"""Who said so, in the ledger, where no person of the roster did."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A person as they are to be. `accounts` (channel, tenant, user) are added to those they have."""

    handle: str
    name: str
    role: Role
    capabilities: frozenset[str]
    active: bool = True
    telephone: str = ""
    accounts: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of them; of their consultations nothing, since whoever keeps the list sees none."""

    person: Person
    left: bool
    one_with: tuple[str, ...] = ()  # the names of other entries that are the same human, by an account they got now


def duties(person: Person) -> frozenset[str]:
    """What somebody is asked or told for, and can be stood in for."""
    return person.capabilities & set(DUTIES)


def may_stand_in(person: Person, everybody: Collection[Person]) -> list[Person]:
    """Whoever shares a duty with them, those with the most in common first."""
    others = [p for p in everybody if p.active and p.id != person.id and duties(p) & duties(person)]
    return sorted(others, key=lambda other: -len(duties(other) & duties(person)))


STANDS_IN = "stands_in"
"""The kind of the message that somebody stands in, for whom and until when."""


def uncovered(person: Person, stand_in: Person) -> str:
    """The duties of a person that their stand-in does not hold, in words; "" where there is none."""
    return ", ".join(words for duty, words in DUTIES.items() if duty in duties(person) - duties(stand_in))


def alike(name: str, telephone: str, people: Collection[Person]) -> list[Person]:
    """Whoever of these, also of those who have left, has this name or telephone: it may be the same human."""
    digits = _digits(telephone)
    return [
        person
        for person in people
        if _plain(person.name) == _plain(name) or (digits and _digits(person.telephone) == digits)
    ]


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))


def _digits(telephone: str) -> str:
    """A number of the United Kingdom as it is dialled at home; "" for what is none."""
    digits = re.sub(r"\D", "", telephone.replace("(0)", ""))
    for abroad in ("0044", "44"):
        if digits.startswith(abroad):
            digits = f"0{digits[len(abroad) :]}"
    return digits if len(digits) > 5 else ""  # an extension that a whole office shares says nothing


def as_wanted(person: Person, changes: Mapping[str, str]) -> Wanted:
    """The person with these of active, name, role, telephone, capabilities changed. Raises CharityError, all faults."""
    role, active = changes.get("role", person.role), changes.get("active", "yes" if person.active else "no")
    capabilities = person.capabilities
    if "capabilities" in changes:
        capabilities = frozenset(changes["capabilities"].replace(",", " ").split())
    name = changes.get("name", person.name)
    faults = [f"{key}: at most 200 characters, on one line" for key, text in changes.items() if not fits(text)]
    faults += ["name: nobody is without one"] if not name.strip() else []
    faults += [] if role in ("worker", "trustee") else ["role must be worker or trustee"]
    faults += [] if active in ("yes", "no") else ["active must be yes or no"]
    for capability in sorted(capabilities - CAPABILITIES):
        faults.append(f"{capability!r} is not a capability; use {', '.join(sorted(CAPABILITIES))}")
    if faults:
        raise CharityError(faults)
    telephone = changes.get("telephone", person.telephone)
    as_role: Role = "trustee" if role == "trustee" else "worker"
    return Wanted(person.handle, name, as_role, capabilities, active == "yes", telephone)


async def change(
    tx: Transaction, books: Mapping[str, Book] | None, rows: Sequence[Wanted], *, by: str
) -> list[Changed]:
    """Add and change these people. Raises CharityError where an approval would be left that nobody could give.

    Raises it too where an account is somebody else's. Whoever gets one that another entry had before is the same human
    from now on, as by `linking.link`. `by`: who does it, the id of a person or "command line".
    """
    charity = charity_of(await tx.organisations.current())
    await tx.people.hold_roster()
    known = {person.handle: person for person in await tx.people.everybody()}
    humans = set((await _humans(tx)).values())
    accounts = {(each.channel, each.tenant, each.user): each.person_id for each in await accounts_known(tx)}
    _nobody_elses(rows, known, accounts)
    # Before anybody is held: what is asked of whoever turns out to be one with them is held together with theirs.
    added = await _connected(tx, rows, known, accounts, by)
    one = {id: human for id, human in (await _humans(tx)).items() if human not in humans}
    old = {known[row.handle].id for row in rows if row.handle in known}
    everybody = await tx.people.everybody()
    await hold(tx, [person for person in everybody if person.id in old | one.keys()], own=True)
    earlier = {person.handle: person for person in await tx.people.everybody() if person.handle in known}
    now = [added.get(row.handle) or await _put(tx, row, earlier, by) for row in rows]
    everybody = await tx.people.everybody()
    still_enough(lacking(books, charity, earlier.values()), lacking(books, charity, everybody))
    found = []
    for person in now:
        before = earlier.get(person.handle)
        left = before is not None and before.active and not person.active
        # Also by a duty more: the worry may be about whoever holds it, and then this is not theirs to decide.
        other = before is not None and (before.role != person.role or before.capabilities != person.capabilities)
        if left or other:
            await move_on(tx, books or {}, person)
        if before is not None and before.role != person.role and not left:
            await ask_anew(tx, books or {}, person)
        if left:
            await handing.from_leaver(tx, books or {}, person, by=None if by == COMMAND_LINE else by)
        same = one.get(person.id, frozenset()) - {person.id}
        found.append(Changed(person, left, tuple(each.name for each in everybody if each.id in same)))
    for human in set(one.values()):
        await as_one(tx, books or {}, human)
    return found


def as_one_words(names: Collection[str]) -> str:
    """What it means that somebody's entry and these are one human; "" where there is none."""
    them = " and ".join(sorted(names))
    return f"count as one human with {them}: neither decides what the other asked." if them else ""


async def accounts_known(tx: Transaction) -> list[Address]:
    """Every account of everybody, closed ones too."""
    return [*await tx.people.accounts(), *await tx.people.closed()]


async def _humans(tx: Transaction) -> dict[str, frozenset[str]]:
    """Person id -> the ids of all entries that are this human, for each human with more than one."""
    return {id: others | {id} for id, others in (await tx.people.one_human()).items()}


def _nobody_elses(
    rows: Sequence[Wanted], known: Mapping[str, Person], accounts: Mapping[tuple[str, str, str], str]
) -> None:
    """Raises CharityError, a sentence for each account that somebody else has: what waits for them waits there."""
    by_id = {person.id: person for person in known.values()}
    holders = ((row.handle, account, by_id.get(accounts.get(account, ""))) for row in rows for account in row.accounts)
    faults = [
        f"{handle}: the account {' '.join(account)} is {holder.name}'s; take it away from them first"
        for handle, account, holder in holders
        if holder is not None and holder.handle != handle
    ]
    if faults:
        raise CharityError(faults)


async def _connected(
    tx: Transaction,
    rows: Sequence[Wanted],
    known: Mapping[str, Person],
    accounts: Mapping[tuple[str, str, str], str],
    by: str,
) -> dict[str, Person]:
    """Put on the list whoever is new, and give everybody the accounts that they do not have yet; those who are new."""
    added = {}
    for row in rows:
        person = known.get(row.handle)
        if person is None:
            person = added[row.handle] = await _put(tx, row, known, by)
        for channel, tenant, user in row.accounts:
            if (channel, tenant, user) not in accounts:
                await tx.people.connect(person.id, channel=channel, tenant=tenant, user=user, by=by)
    return added


async def _put(tx: Transaction, row: Wanted, earlier: Mapping[str, Person], by: str) -> Person:
    before = earlier.get(row.handle)
    person = await tx.people.put(
        handle=row.handle,
        name=row.name,
        role=row.role,
        capabilities=row.capabilities,
        active=row.active,
        telephone=row.telephone,
        by=by,
    )
    if by != COMMAND_LINE:
        was = before.capabilities if before is not None and before.active else frozenset()
        gained = set(person.capabilities - was) if person.active else set()
        if before is not None and before.role != person.role:
            gained.add(person.role)
        await tx.people.grant(person.id, gained, by=by)
        what = gained | (_taken(before, person) if before is not None else set())
        await tell_changed(tx, person, what, by=by, before=earlier.values())
    return person


def _taken(before: Person, now: Person) -> set[str]:
    """What is not as it was, but for what they were given."""
    found = {f"-{each}" for each in before.capabilities - now.capabilities} if before.active else set()
    found |= {"name"} if before.name != now.name else set()
    found |= {"telephone"} if before.telephone != now.telephone else set()
    if before.active != now.active:
        found.add("here" if now.active else "left")
    return found


async def send_away(
    tx: Transaction, books: Mapping[str, Book], person: Person, *, until: datetime, stand_in: str | None, by: str
) -> list[Consultation]:
    """Away from now on; the consultations in which somebody else was asked or told, because only they had been."""
    await hold(tx, [person])
    await tx.rota.away(person.id, until=until, stand_in=stand_in, by=by)
    if stand_in and stand_in != by:
        await messages.send(tx, STANDS_IN, (await tx.people.get([stand_in])).values(), whom=person.id)
    return await move_on(tx, books, person)


async def stands_in_card(scene: Scene) -> Card | None:
    """For the stand-in: for whom, until when, and what of it is not theirs; None once that is over."""
    absence = (await scene.tx.rota.absent()).get(scene.about["whom"])
    person = (await scene.tx.people.get([scene.about["whom"]])).get(scene.about["whom"])
    if absence is None or person is None or absence.stand_in_id != scene.person.id:
        return None
    left = uncovered(person, scene.person)
    other = f" You are not asked as {left}: others with that duty are." if left else ""
    said = f"{person.name} is away until {until_when(absence.until, scene.charity)}. You stand in for them."
    blocks = (
        Say(f"{said} Where they would be asked, you are asked.{other}"),
        Say("You cannot? Ring them, or an administrator, now."),
    )
    return scene.card("You stand in for a colleague", blocks)


async def cut_off(tx: Transaction, books: Mapping[str, Book], person: Person) -> list[Consultation]:
    """An account of theirs is gone: where it was the last, what waited only for them goes on, as in `send_away`."""
    await hold(tx, [person])
    return [] if await tx.people.accounts([person.id]) else await move_on(tx, books, person)


async def take_back_copies(tx: Transaction, account: Address) -> None:
    """What stands on an account that is not theirs any more is brought up to date: it shrinks to the reference."""
    await tx.outbox.letters(await tx.posts.on(account.channel, account.tenant, account.user))
