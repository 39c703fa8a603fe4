"""An open consultation whose holder is locked out, has no open account or has left: who is told, until somebody has it.

The rule to keep: nothing of what it is about; and while the case is silenced, its one lead and nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.books import book_of
from bot.cards import Block, Button, Buttons, Card, Notice, Say, Small
from bot.deciding.moving import UNHELD
from bot.leads.board_rows import belongs, danger, nobody_acts
from bot.leads.handing import LEADS, may_not_take_over
from bot.looks import dangers
from bot.organisation.charity import charity_of
from bot.phone.locked import about_worker
from bot.picture import Picture, look
from bot.questioning import carry
from bot.telling import refresh, tell
from policy.book import Book
from storage.records import NotFound, Person
from storage.store import Transaction

KIND = UNHELD
"""The kind of the message that nobody can act on a consultation, and of its timer."""

_EACH_HOUR = 2  # the last of the headings of the board under which it cannot wait for the morning
_HOUR = timedelta(hours=1)


async def unheld(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """Tell the lead that nobody can act on it, and again: each working morning, each hour what is for today.

    It ends, and the lead's card goes small, once somebody has it or its holder is back. Raises NotHere.
    """
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    if case.practice:
        return
    picture = await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
    if not _calls(picture):
        if any(post.kind == KIND for post in await tx.posts.of(case.id)):
            await refresh(tx, case)
        return
    people = leads(picture)
    await tell(tx, case, KIND, people, urgent=False)
    tx.note("nobody can act: lead told" if people else "nobody can act: nobody to tell", consultation=case.id)
    await tx.outbox.put("timer", f"{KIND}:{case.id}", dict(payload), run_at=_again(picture, tx.now))


def leads(picture: Picture) -> list[Person]:
    """Who is told: the leads who can take it over and are here, else whoever of them is not, else who is on duty.

    While the case is silenced nobody but its one lead.
    """
    around = picture.around
    ways = [around.on_duty(), around.bound()]
    if not around.silenced:
        ways.append(around.by_default(p for p in around.everybody if any(p.can(duty) for duty in LEADS)))
    able = [
        [person for person in people if not may_not_take_over(picture, person) and person.id not in picture.cut_off]
        for people in ways
    ]
    here = [[person for person in people if person.id not in around.absent] for people in able]
    return next((people for people in (*here, *able) if people), around.on_duty())


def may_know(picture: Picture, person: Person) -> bool:
    """Whether this person may read now that nobody can act on it."""
    around = picture.around
    if not _calls(picture) or around.why_untold(person):
        return False
    return not around.silenced or person in around.bound() or person in around.on_duty()


def unheld_card(picture: Picture, person: Person) -> Card:
    """For the lead: who holds it, why they cannot act, and the button that takes it over."""
    case, danger_line = picture.case, picture.book.emergency.line
    reference = Small(f"Case {case.reference}.")
    if not may_know(picture, person):
        text = Say("Nothing is needed from you here.")
        return Card(f"Case {case.reference}", (text,), danger=danger_line)
    blocks: list[Block] = [
        Notice(
            f"{picture.name(case.requester_id)} holds this. Nobody can act on it: {nobody_acts(picture)}.", "warning"
        ),
        *about_worker(picture),
    ]
    if why_not := may_not_take_over(picture, person):
        blocks.append(Say(why_not))
    else:
        blocks.append(Say("Take it over, so that somebody takes the next step."))
        blocks.append(Buttons((Button("Take it over", "take_over", carry(picture), "main"),)))
    holder = picture.person(case.requester_id)
    if holder is not None and holder.active and holder.locked:
        blocks.append(Say("Or ask an administrator to let them in again."))
    blocks.append(Say("We write again until somebody has it.", quiet=True))
    return Card(
        "Nobody can act on this",
        (*blocks, reference),
        danger=danger_line,
        summary="Confer: please look now. Nobody can act on a consultation",
    )


def _calls(picture: Picture) -> bool:
    """Whether it cannot be left: it was sent, or a danger was ticked in it; and nobody can act on it."""
    return bool(nobody_acts(picture)) and (belongs(picture) or bool(dangers(picture)))


def _again(picture: Picture, now: datetime) -> datetime:
    return now + _HOUR if danger(picture) <= _EACH_HOUR else picture.charity.waking.next_morning(now)
