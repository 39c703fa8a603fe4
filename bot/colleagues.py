"""The roster from the command line: who is there, who is away, who is back, who has left or has other duties now.

The rule to keep: nothing in here shows a consultation; of a leaver's open ones it names the references to hand over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time

from bot.consultation import OPEN
from bot.importing import bound, lacking, still_enough
from bot.moving import hold, move_on
from bot.tables import CharityError, fits
from bot.wording import DUTIES, until
from policy.book import Book
from policy.reading.safety import CAPABILITIES
from storage.records import Person, Role
from storage.store import Store

BACK_AT = time(8)
"""When somebody who is away until a day is back on it, in the charity's own zone."""

COMMAND_LINE = "command line"
"""Who said so, in the ledger, where no person of the roster did."""


def duties(person: Person) -> frozenset[str]:
    """What somebody is asked or told for, and can be stood in for."""
    return person.capabilities & set(DUTIES)


def may_stand_in(person: Person, everybody: Collection[Person]) -> list[Person]:
    """Whoever shares a duty with them, those with the most in common first."""
    others = [p for p in everybody if p.active and p.id != person.id and duties(p) & duties(person)]
    return sorted(others, key=lambda other: -len(duties(other) & duties(person)))


def uncovered(person: Person, stand_in: Person) -> str:
    """The duties of a person that their stand-in does not hold, in words; "" where there is none."""
    return ", ".join(words for duty, words in DUTIES.items() if duty in duties(person) - duties(stand_in))


async def listed(store: Store, now: datetime) -> str:
    """Everybody: id, name, role, capabilities, telephone, and whether they are here."""
    async with store.read(now) as tx:
        charity = await bound(tx)
        people = await tx.people.everybody()
        absent = await tx.rota.absent()
    names, lines = {person.id: person.name for person in people}, []
    for person in people:
        said = [person.handle, person.name, person.role, " ".join(sorted(person.capabilities)), person.telephone]
        if not person.active:
            said.append("has left")
        elif absence := absent.get(person.id):
            instead = f", {names.get(absence.stand_in_id, 'nobody')} stands in" if absence.stand_in_id else ""
            said.append(f"away until {until(absence.until, charity)}{instead}")
        lines.append("; ".join(part for part in said if part))
    return "\n".join(lines) or "Nobody is in the roster yet."


async def away(store: Store, books: Mapping[str, Book], handle: str, day: date, stand_in: str, now: datetime) -> str:
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
        await hold(tx, [person])
        await tx.rota.away(person.id, until=back, stand_in=other.id if other else None, by=COMMAND_LINE)
        moved = await move_on(tx, books, person)
    said = [f"{person.name} is away until {until(back, charity)}."]
    if other is not None:
        said.append(f"{other.name} stands in.")
        if left := uncovered(person, other):
            said.append(f"Not as {left}: for that the others are reached.")
    return " ".join([*said, *_went_on(len(moved))])


async def back(store: Store, handle: str, now: datetime) -> str:
    """They are back. Raises CharityError."""
    async with store.begin(now) as tx:
        await bound(tx)
        person = _found(await tx.people.everybody(), handle)
        was = await tx.rota.back(person.id, by=COMMAND_LINE)
    return f"{person.name} is back." if was else f"{person.name} was not away."


async def changed(
    store: Store, books: Mapping[str, Book], handle: str, changes: Mapping[str, str], now: datetime
) -> str:
    """Change some of active, name, role, telephone, capabilities. Raises CharityError, and changes nothing then."""
    async with store.begin(now) as tx:
        charity = await bound(tx)
        people = await tx.people.everybody()
        before = _found(people, handle)
        role, active, capabilities = _read(before, changes)
        await hold(tx, [before])
        person = await tx.people.put(
            handle=before.handle,
            name=changes.get("name", before.name),
            role=role,
            capabilities=capabilities,
            active=active,
            telephone=changes.get("telephone", before.telephone),
        )
        now_there = await tx.people.everybody()
        still_enough(lacking(books, charity, people), lacking(books, charity, now_there))
        left = before.active and not person.active
        moved = await move_on(tx, books, person) if left or _less(before, person) else []
        own = await tx.cases.of(person.id, OPEN) if left else []
    said = [f"{person.name} is changed." if not left else f"{person.name} has left."]
    if own:
        said.append(f"To hand over: {', '.join(case.reference for case in own)}.")
    return " ".join([*said, *_went_on(len(moved))])


def _read(person: Person, changes: Mapping[str, str]) -> tuple[Role, bool, frozenset[str]]:
    """Role, active and capabilities as they are to be. Raises CharityError with every fault of all changes."""
    role, active = changes.get("role", person.role), changes.get("active", "yes" if person.active else "no")
    capabilities = person.capabilities
    if "capabilities" in changes:
        capabilities = frozenset(changes["capabilities"].replace(",", " ").split())
    faults = [f"{key}: at most 200 characters, on one line" for key, text in changes.items() if not fits(text)]
    faults += ["name: nobody is without one"] if not changes.get("name", person.name).strip() else []
    faults += [] if role in ("worker", "trustee") else ["role must be worker or trustee"]
    faults += [] if active in ("yes", "no") else ["active must be yes or no"]
    for capability in sorted(capabilities - CAPABILITIES):
        faults.append(f"{capability!r} is not a capability; use {', '.join(sorted(CAPABILITIES))}")
    if faults:
        raise CharityError(faults)
    return ("trustee" if role == "trustee" else "worker"), active == "yes", capabilities


def _less(before: Person, person: Person) -> bool:
    """Whether they may decide less than before."""
    return before.role != person.role or not before.capabilities <= person.capabilities


def _went_on(count: int) -> list[str]:
    if not count:
        return []
    return [f"{count} open consultation{'s' if count > 1 else ''} went on to somebody else."]


def _found(people: Collection[Person], handle: str) -> Person:
    for person in people:
        if person.handle == handle:
            return person
    raise CharityError([f"nobody on the roster has the id {handle!r}; see: python -m bot people list"])
