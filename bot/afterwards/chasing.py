"""Asking for what is still to be written: after an hour, at the end of the day, then each day, until it is.

The worker is asked first, and from the second time on whoever leads is told to ring them. The rule to keep: these
messages hold the reference and nothing of the case, and "do it now" is said only of what the worker may do now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.afterwards.look_cards import unwritten_emergency
from bot.asking_again import first_asked, for_the_lead, in_a_hurry, next_asked
from bot.books import book_of
from bot.cards import Block, Button, Buttons, Card, Notice, Say, Small
from bot.follow_through import due_since, missing, next_button, to_write
from bot.organisation.charity import charity_of
from bot.phone.locked import about_worker
from bot.picture import Picture, look
from bot.putting_off import LATER, may_wait
from bot.quiet_day import remind
from bot.telling import tell
from bot.turn import Turn
from policy.book import Book
from storage.records import Consultation, NotFound, Person
from storage.store import Transaction

KIND = "follow_up"
"""The kind of the worker's message, and the name of the timer."""

LEAD = "follow_up_lead"
"""The kind of the message to whoever leads."""

_DAY = timedelta(days=1)


async def follow_up_due(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """Ask whoever holds it by now, and from the second time on tell the lead. Ends by itself. Raises NotHere."""
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    if case.state != "sent" or case.practice:
        return
    picture = await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
    times, since = int(payload.get("times", "0")), due_since(picture)
    if since is None:  # somebody has still to decide: that has its own ladder
        await tx.follow_ups.chase(case.id, tx.now + _DAY, 0)
        return
    first = first_asked(picture, since)
    if times == 0 and tx.now < first:
        await tx.follow_ups.chase(case.id, first, 0)
        return
    await _ask(tx, picture, times)
    await tx.follow_ups.chase(case.id, next_asked(picture, tx.now, times), times + 1)


async def rest(turn: Turn, case: Consultation) -> None:
    """It is closed: nobody is asked any more."""
    await turn.tx.follow_ups.rest(case.id)


async def _ask(tx: Transaction, picture: Picture, times: int) -> None:
    case, needs = picture.case, missing(picture)
    if needs and all(each.need == "two" for each in needs):
        return  # the others are asked for their word by a message of their own
    if unwritten_emergency(picture) and all(verdict.lane.immediate for verdict in to_write(picture)):
        return  # an emergency has its own reminder
    worker = picture.person(case.requester_id)
    here = worker is not None and worker.active and not worker.locked
    if worker is not None and here and at_once(picture, times):
        await tell(tx, case, KIND, [worker], urgent=False)
        tx.note("asked to write it down", consultation=case.id)
    elif worker is not None and here:
        await remind(tx, picture.charity, worker.id)
    if for_the_lead(picture) and (times or not here):
        await tell(tx, case, LEAD, leads(picture), urgent=False)
        tx.note("not written down: leads told", consultation=case.id)


def at_once(picture: Picture, times: int) -> bool:
    """Whether the worker is asked by a message of its own, and not by the one of the day.

    What cannot wait, each time; what was agreed and can be done, the first time.
    """
    may_go = any(picture.may_go(verdict) for verdict in to_write(picture))
    return in_a_hurry(picture) or (may_go and times <= 0)


def leads(picture: Picture) -> list[Person]:
    """The safeguarding lead, or who stands for them; while nobody may be tipped off, the one lead of the case."""
    around = picture.around
    return around.by_default(around.reached(around.duty[0])) or around.on_duty()


def chase_card(picture: Picture) -> Card:
    """The worker's own message: what kind of thing is missing, and the way straight to it."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    needs = missing(picture)
    if picture.case.state != "sent" or (not needs and due_since(picture) is None):
        return Card(f"Case {picture.case.reference}", (Say("Nothing is needed here any more."),), danger=danger)
    if not needs:
        blocks: list[Block] = [Say("Everything is written down. Thank you. It can be closed now.")]
        title = "It can be closed"
    elif to_write(picture):
        blocks = [Say("What was done is not written down yet. It takes two minutes.")]
        blocks.append(_now(picture))
        title = "Please write it down"
    else:
        blocks = [Say("The last part of the record is not written yet: one short form.")]
        title = "Please finish the record"
    if button := next_button(picture):
        first = _open_first(picture)
        open_it = Button("Open it", "open", {"c": picture.case.id}, "main" if first else "plain")
        write = replace(button, tone="plain") if first else button
        ways = (open_it, write) if first else (write, open_it)
        not_now = (Button("Not now", LATER, {"c": picture.case.id}),) if may_wait(picture, 1) else ()
        blocks.append(Buttons((*ways, *not_now)))
    blocks.append(reference)
    return Card(title, tuple(blocks), danger=danger, summary="Confer: please write something down")


def line(picture: Picture) -> str:
    """The same in one line of a list."""
    if to_write(picture):
        return f"What was done is not written down yet. {_now(picture).text}"
    if missing(picture):
        return "The last part of the record is not written yet: one short form."
    return "Everything is written down. It can be closed now."


def _now(picture: Picture) -> Say:
    """What the worker may do now of what is not written down: all of it, a part, or, after a no or a stop, nothing."""
    writes = to_write(picture)
    if all(picture.may_go(verdict) for verdict in writes):
        return Say("Not done yet? Then do it now, or ring a colleague. If nobody was told, write down why.")
    if any(picture.may_go(verdict) for verdict in writes):
        return Say("One part may be told now, and another may not. Open it first: it says which.")
    if _open_first(picture):
        return Say("Tell nobody outside who it is about now. Open it first: it says what you can still do.")
    return Say("Tell nobody now. Write down that nobody was told, and why.")


def _open_first(picture: Picture) -> bool:
    """Whether the card has to be read first: not all may be told now, and it is not just a no that is to be kept."""
    writes = to_write(picture)
    only_a_no = all(picture.standing(v) == "declined" and not v.lane.protective for v in writes)
    return not only_a_no and not all(picture.may_go(verdict) for verdict in writes)


def chase_lead_card(picture: Picture, person: Person) -> Card:
    """For whoever leads: whom to ring, and nothing of the case."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    if picture.around.why_untold(person) or not missing(picture):
        text = Say("It is written down, or not needed any more. Nothing is needed from you here.")
        return Card(f"Case {picture.case.reference}", (text, reference), danger=danger)
    worker = picture.person(picture.case.requester_id)
    lost = about_worker(picture)
    number = f": {worker.telephone}" if worker and worker.telephone else ""
    ring = (
        "Please find them another way." if lost else f"Please ring {picture.name(picture.case.requester_id)}{number}."
    )
    blocks: tuple[Block, ...] = (
        *lost,
        Notice("A decision was made, and what was then done is not all written down.", "warning"),
        Say(f"{ring} Ask what was done, and whether they need help with it."),
        Say("This message says nothing about the case, on purpose. Do not ask for details in chat.", quiet=True),
        reference,
    )
    return Card("Not all written down", blocks, danger=danger, summary="Confer: please ring a colleague")
