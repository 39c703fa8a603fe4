"""The words for what the book only has ids for: clocks, bases, times of day, where an approval stands.

The rule to keep: short sentences for somebody frightened; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from bot.cards import Notice, Number
from bot.organisation.charity import Charity
from bot.organisation.numbers import OTHER, Route
from bot.roster import Circle
from policy.book import Basis, Book, Clock, Contact
from policy.currency import check_line, is_due
from policy.kept_out import holds
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

DUTIES: Mapping[str, str] = {
    "safeguarding_lead": "safeguarding lead",
    "data_protection_lead": "data-protection lead",
    "on_call_trustee": "on-call trustee",
    "chair": "chair",
    "vice_chair": "vice-chair",
    "may_approve": "approver",
}
"""What somebody can be on call or stand in for: capability -> its name."""

ALARM = "Urgent: please ring the duty worker"
"""What the lock screen says of what cannot wait, and nothing more: somebody else may hold the phone."""

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


def until(moment: datetime, charity: Charity) -> str:
    """A time with its weekday, in the charity's own zone: 08:00 on Monday 30 November."""
    local = moment.astimezone(charity.timezone)
    return f"{local:%H:%M} on {local:%A} {local.day} {local:%B}"


def names(people: list[Person], join: str = "or") -> str:
    """Anna, Ben or Chi."""
    return _listed([person.name for person in people], join)


def numbers(
    book: Book,
    charity: Charity,
    contact_ids: tuple[str, ...],
    around: Circle | None = None,
    *,
    recipients: Iterable[str] = (),
    today: date | None = None,
) -> tuple[Number, ...]:
    """The telephone numbers of these contacts; of people inside, their own number where the roster has one.

    `recipients`: whom the outcome reaches, and so names. With `today` a number that nobody has checked in time says so.
    Where somebody who holds a contact's duty is out, the charity's number for it is not shown: it may be theirs. Where
    all of them are, whoever stands for them is shown instead.
    """
    rows: list[Number] = []
    named = {book.recipients[id].capability for id in recipients} - {""}
    for id in contact_ids:
        contact = book.contacts[id]
        inside = [p for p in around.to_ring(contact.setting, named) if p.telephone] if around else []
        if inside:
            absent = around.absent if around else {}
            for person in sorted(inside, key=lambda each: each.id in absent):
                gone = f"Away until {until(absent[person.id].until, charity)}" if person.id in absent else ""
                note = ". ".join(part for part in (contact.use, gone) if part)
                rows.append(Number(f"{person.name}, {contact.name}", person.telephone, note))
            continue
        if around and around.out_of(contact.setting, named):
            instead = [p for p in around.instead_of(contact.setting, named) if p.telephone]
            rows += [Number(f"{p.name}, {role_of(p)}", p.telephone, f"Instead of: {contact.name}") for p in instead]
            continue
        rows += [_number(book, charity, contact, route, today) for route in charity.routes_of(contact)]
    return tuple(rows)


def _number(book: Book, charity: Charity, contact: Contact, route: Route, today: date | None) -> Number:
    area = route.where if route.where == OTHER else route.where.replace("_", " ").title()
    which = ", ".join(part for part in (area, route.when) if part)
    said = [contact.use, "" if route.when else charity.hours.get(contact.id, contact.hours)]
    # Nobody may hesitate over 999. Any other number that is past its day is shown, and says so.
    if today and contact.id not in book.emergency.contacts and is_due(route.checked_on, contact.recheck_days, today):
        said.append(check_line(route.checked_on, contact.recheck_days, today).rstrip("."))
    name = f"{contact.name} ({which})" if which else contact.name
    return Number(name, route.number, ". ".join(part for part in said if part))


def whom_to_ring(around: Circle, *, but: Collection[str] = ()) -> str:
    """Whom inside to turn to, by name: nobody it may be about, and only the one lead while nobody may be tipped off.

    `but`: the ids of people who have had their say.
    """
    people = [person for person in around.on_duty() if person.id not in but]
    if people:
        return f"Ring {_listed([f'{p.name} ({p.telephone})' if p.telephone else p.name for p in people], 'or')}."
    if around.silenced:
        return "Talk to nobody here about it."
    return "Ring a colleague who is not part of it."


def instead(around: Circle, book: Book, recipients: Iterable[str]) -> list[Notice]:
    """For bodies inside the charity whose people may all be part of it: not them, and who stands for them."""
    found = []
    for id in recipients:
        recipient = book.recipients[id]
        if recipient.capability and around.replaced(recipient.capability):
            who = names(around.reached(recipient.capability))
            title = f"{recipient.title[0].lower()}{recipient.title[1:]}"
            ring = f" Ring {who}." if who else ""
            found.append(Notice(f"Do not ring {_the(title)}: they may be part of it.{ring}", "warning"))
    return found


def _listed(words: list[str], join: str) -> str:
    return f"{', '.join(words[:-1])} {join} {words[-1]}" if len(words) > 1 else "".join(words)


def _the(title: str) -> str:
    return title if title.startswith(("the ", "our ")) else f"the {title}"


def ring(person: Person, otherwise: str = "ask a colleague") -> str:
    """What stands where a colleague's number does; `otherwise` where the roster has none.

    Never the number of a phone that was reported lost: whoever has it would answer.
    """
    return "phone lost: reach them another way" if person.locked else person.telephone or otherwise


def role_of(person: Person) -> str:
    """A colleague's role in plain words: worker, safeguarding lead."""
    return ", ".join([person.role, *(words for capability, words in _ROLES.items() if person.can(capability))])
