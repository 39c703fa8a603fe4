"""The cards of a locked account: for whoever has it in their hands, for the leads, and beside what they sent.

The rule to keep: they show nothing of any case, and the 999 line and the emergency card stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.cards import Block, Button, Buttons, Card, Notice, Number, Numbers, Plain, Say
from bot.emergency import emergency_card
from bot.picture import Picture
from bot.wording import names
from policy.book import Book
from storage.records import Lock, Person

_ADMINISTRATOR, _LEAD = "administrator", "safeguarding_lead"
_LETS_IN = {_ADMINISTRATOR: "Administrator: can unlock it", _LEAD: "Safeguarding lead"}
_LEADS = ("safeguarding_lead", "on_call_trustee", "administrator")
_NEXT = ("chair", "vice_chair", "may_approve")


def locked_card(book: Book, people: Iterable[Person]) -> Card:
    """What whoever holds the phone reads, whatever they press."""
    return Card("This account is locked", tuple(_why(book, people)), danger=book.emergency.line)


def alarm_card(book: Book, people: Collection[Person]) -> Card:
    """The emergency card of a locked account: nothing is in its way, and nothing of a case is on it."""
    said = Notice("We tell the people on duty that someone is in danger. Ring 999 yourself: do not wait for them.")
    return emergency_card(book, extra=(said, *_why(book, people, danger=True)))


def locked_copy(picture: Picture) -> Card:
    """What each of their copies is now."""
    people = picture.around.everybody
    return alarm_card(picture.book, people) if picture.emergency() else locked_card(picture.book, people)


def about_worker(picture: Picture) -> list[Plain]:
    """For whoever is asked to ring them: the number may be in the wrong hands."""
    worker = picture.person(picture.case.requester_id)
    if worker is None or not worker.locked:
        return []
    text = f"Somebody said that {worker.name}'s phone is lost. Find them another way, and do not trust the number."
    return [Notice(text, "warning")]


def let_in_by(people: Iterable[Person], lock: Lock) -> list[Person]:
    """Who may let this one in again: an administrator; where none is left, a safeguarding lead who did not lock them.

    Nobody, where there is neither: then only the command line can.
    """
    able = [person for person in people if person.active and not person.locked and person.id != lock.person_id]
    keep = [person for person in able if person.can(_ADMINISTRATOR)]
    return keep or [person for person in able if person.can(_LEAD) and person.id != lock.locked_by]


def who_lets_in(people: Iterable[Person], lock: Lock) -> str:
    """The sentence that says so."""
    able = let_in_by(people, lock)
    if able:
        why = "" if able[0].can(_ADMINISTRATOR) else " No administrator is left who could."
        return f"{names(able)} can let them in again.{why}"
    return "Nobody here can let them in again. Whoever runs the bot can: python -m bot people unlock."


def leads(people: Iterable[Person], *, but: Collection[str] = ()) -> list[Person]:
    """Who is told at once that an account was locked; whoever is next where none of them is left."""
    able = [person for person in people if person.active and not person.locked and person.id not in but]
    in_line = (_LEADS, *((duty,) for duty in _NEXT))
    ways = ([person for person in able if person.capabilities & set(duties)] for duties in in_line)
    return next((found for found in ways if found), [])


def _why(book: Book, people: Iterable[Person], *, danger: bool = False) -> list[Block]:
    here = [person for person in people if person.active and not person.locked]
    able = [person for person in here if person.telephone]
    rows = [Number(p.name, p.telephone, words) for duty, words in _LETS_IN.items() for p in able if p.can(duty)]
    blocks: list[Block] = [Notice("Somebody said that this phone is lost, so the account is locked.", "warning")]
    if not danger:
        text = book.emergency
        alarm = Button("Someone is in danger", "new", {"q": text.question, "a": text.values[0]}, "danger")
        blocks += [Say("Is somebody in danger? Ring 999 now. This button always works:"), Buttons((alarm,))]
    if any(person.can(_ADMINISTRATOR) for person in here):
        blocks.append(Say("To unlock it, ring an administrator."))
    else:
        blocks.append(Say("To unlock it, ring your safeguarding lead. They can do it, or know who can."))
    return [*blocks, Numbers(tuple({row.number: row for row in reversed(rows)}.values())[::-1])] if rows else blocks
