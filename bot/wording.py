"""The words for what the book only has ids for: clocks, bases, times of day, where an approval stands.

The rule to keep: short sentences for somebody frightened; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.cards import Number
from bot.charity import Charity
from bot.roster import holds
from policy.book import Basis, Book, Clock
from storage.records import Person

CLOCKS: dict[Clock, str] = {
    "now": "Now",
    "today": "Today, within 4 hours",
    "routine": "Within 5 working days",
    "by_return_date": "By the date on the paper",
}

_ROLES = {
    "safeguarding_lead": "safeguarding lead",
    "data_protection_lead": "data-protection lead",
    "on_call_trustee": "on call",
    "chair": "chair",
    "vice_chair": "vice-chair",
}

BASES: dict[Basis, str] = {
    "required": "The law says we must",
    "permitted": "The law lets us. It does not force us",
    "none": "Rests on agreement, or nothing goes out",
}


def by_when(book: Book, clock: Clock, facts: Mapping[str, str]) -> str:
    """How soon; today means two hours, not four, while the book hastens (decision note 4.13)."""
    if clock == "today" and book.hastened is not None and holds(book.hastened, facts):
        return "Today, within 2 hours"
    return CLOCKS[clock]


def at(moment: datetime, charity: Charity) -> str:
    """A time in the charity's own zone: 02:14 on 22 November."""
    local = moment.astimezone(charity.timezone)
    return f"{local:%H:%M} on {local.day} {local:%B}"


def names(people: list[Person], join: str = "or") -> str:
    """Anna, Ben or Chi."""
    listed = [person.name for person in people]
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {join} {listed[-1]}"


def numbers(
    book: Book, charity: Charity, contact_ids: tuple[str, ...], people: tuple[Person, ...] = ()
) -> tuple[Number, ...]:
    """The telephone numbers of these contacts; of people inside, their own number where the roster has one."""
    rows: list[Number] = []
    for id in contact_ids:
        contact = book.contacts[id]
        inside = [p for p in people if p.active and contact.setting and p.can(contact.setting) and p.telephone]
        if inside:
            rows += [Number(f"{person.name}, {contact.name}", person.telephone, contact.use) for person in inside]
            continue
        for area, number in charity.numbers_of(contact):
            name = f"{contact.name} ({area.replace('_', ' ').title()})" if area else contact.name
            note = ". ".join(part for part in (contact.use, contact.hours) if part)
            rows.append(Number(name, number, note))
    return tuple(rows)


def role_of(person: Person) -> str:
    """A colleague's role in plain words: worker, safeguarding lead."""
    return ", ".join([person.role, *(words for capability, words in _ROLES.items() if person.can(capability))])
