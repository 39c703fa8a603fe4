"""Where no safeguarding lead can be written to: whoever asks is told whom to ring, and administrators to put it right.

The rule to keep: both hear of it at once, and once for each question; nobody is left with a question that nobody reads.
The question itself is kept for the lead who comes. A message says nothing of it, nor, to administrators, who asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot import messages
from bot.cards import Block, Card, Notice, Number, Numbers, Points, Say
from bot.messages import Scene
from bot.wording import names, ring, role_of
from policy.book import Book
from storage.enquiries import UNREAD, Enquiry
from storage.records import NotFound, Person
from storage.store import Transaction

KIND = "enquiry_without_lead"
"""The kind of the messages, and of the timer that sends them."""

ASKED = "enquiry"
"""The kind of the message to a lead, which may be given up."""

_LEAD = "safeguarding_lead"
_INSTEAD = ("chair", "vice_chair", "data_protection_lead", "on_call_trustee")


def may_answer(person: Person) -> bool:
    return person.active and not person.locked and person.can(_LEAD)


async def reached(tx: Transaction, asker_id: str) -> list[Person]:
    """Every safeguarding lead but the asker to whom a message of ours can go."""
    people = [each for each in await tx.people.everybody() if may_answer(each) and each.id != asker_id]
    able = {account.person_id for account in await tx.people.accounts([each.id for each in people])}
    return [each for each in people if each.id in able]


async def look_again(tx: Transaction) -> None:
    """Something has changed about a lead, or a letter to one was given up: look at what waits, at once."""
    await tx.outbox.put("timer", UNREAD, {"timer": UNREAD})


async def look(tx: Transaction, _: Mapping[str, Book], __: Mapping[str, str]) -> None:
    """Of each question that waits: whether there is a lead whom our message about it has reached, or still may."""
    waiting = await tx.enquiries.waiting()
    lost = await tx.outbox.given_up() if waiting else []
    for enquiry in waiting:
        failed = {_place(each) for each in lost if each.get("enquiry") == enquiry.id and each.get("message") == ASKED}
        leads = await reached(tx, enquiry.asked_by)
        accounts = await tx.people.accounts([each.id for each in leads])
        if {(each.channel, each.tenant, each.user) for each in accounts} <= failed:
            await _tell(tx, enquiry.id)


async def tell_administrators(tx: Transaction) -> None:
    """Somebody would have asked, and there is nobody to ask: administrators read so, once a day."""
    await _tell(tx, "")


async def _tell(tx: Transaction, enquiry_id: str) -> None:
    key = f"{KIND}:{enquiry_id or tx.now.date().isoformat()}"
    await tx.outbox.promise("timer", key, {"timer": KIND, "enquiry": enquiry_id}, run_at=tx.now, once=True)


async def tell(tx: Transaction, _: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """Write to whoever asked, and to every administrator."""
    id = payload.get("enquiry", "")
    enquiry = await _found(tx, id)
    if id and (enquiry is None or enquiry.answered_at):
        return
    people = {each.id: each for each in administrators(await tx.people.everybody())}
    if enquiry is not None:
        people |= await tx.people.get([enquiry.asked_by])
        tx.note("no lead reached", enquiry=id)
    await messages.send(tx, KIND, people.values(), enquiry=id)


async def card(scene: Scene) -> Card | None:
    """For whoever asked, whom to ring; for an administrator, what to put right. None once it is answered."""
    enquiry = await _found(scene.tx, scene.about.get("enquiry", ""))
    if scene.about.get("enquiry") and (enquiry is None or enquiry.answered_at):
        return None
    everybody = await scene.tx.people.everybody()
    asked = enquiry is not None and enquiry.asked_by == scene.person.id
    blocks: list[Block] = []
    if asked:
        blocks += [*whom_to_ring(everybody, scene.person), *_who_was_told(everybody, scene.person)]
        blocks.append(Say("Your question is kept. A lead who can be reached again will read it.", quiet=True))
    if scene.person.can("administrator"):
        blocks += _to_put_right(everybody, scene.person)
    title = "Please ring instead" if asked else "No safeguarding lead gets our messages"
    return scene.card(title, blocks) if blocks else None


def whom_to_ring(everybody: Collection[Person], asker: Person) -> list[Block]:
    """A lead we cannot write to, else whoever stands for one, else anybody with a number, else by name."""
    others = [each for each in everybody if each.active and not each.locked and each.id != asker.id]
    ways = [[each for each in others if each.can(duty)] for duty in (_LEAD, *_INSTEAD)]
    ways += [[each for each in others if each.role == "trustee"], others]
    people = next((found for found in ways if any(each.telephone for each in found)), [])
    blocks: list[Block] = [Notice("There is no safeguarding lead whom we can write to. Please ring.", "warning")]
    if people:
        return [*blocks, Numbers(tuple(Number(each.name, ring(each), role_of(each)) for each in people))]
    by_name = next((found for found in ways if found), [])
    if by_name:
        return [Notice("There is no safeguarding lead whom we can write to.", "warning"), Say(_speak_to(by_name))]
    return [Notice("There is nobody else on the list. Put a safeguarding lead on it today.", "warning")]


def administrators(everybody: Collection[Person]) -> list[Person]:
    return [each for each in everybody if each.active and not each.locked and each.can("administrator")]


def _speak_to(people: list[Person]) -> str:
    return f"Nobody's number is on the list. Speak to one of these today: {names(people)}."


def _who_was_told(everybody: Collection[Person], asker: Person) -> list[Block]:
    told = [each for each in administrators(everybody) if each.id != asker.id]
    return [Say(f"We have asked {names(told, 'and')} to put this right.")] if told else []


def _to_put_right(everybody: Collection[Person], person: Person) -> list[Block]:
    leads = [each for each in everybody if each.active and each.can(_LEAD) and each.id != person.id]
    said = "Somebody has a question about the weekly digest, and no other safeguarding lead gets it."
    blocks: list[Block] = [Say(said)]
    if leads:
        blocks.append(Say("Ring them, and put their account right under “The team”."))
        blocks.append(Numbers(tuple(Number(each.name, ring(each, "no number here"), role_of(each)) for each in leads)))
    else:
        blocks.append(Points(("Put a safeguarding lead on the list today, under “The team”.",)))
    return blocks


def _place(payload: Mapping[str, str]) -> tuple[str, str, str]:
    return payload.get("channel", ""), payload.get("tenant", ""), payload.get("user", "")


async def _found(tx: Transaction, id: str) -> Enquiry | None:
    try:
        return await tx.enquiries.get(id) if id else None
    except NotFound:
        return None
