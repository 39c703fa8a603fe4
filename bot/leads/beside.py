"""Two open consultations on one case reference: who is told of both, and when.

The rule to keep: only what was sent counts, because until then nobody can say whom it is about; and nobody is told of
another consultation whom its own circle, or its silence, keeps out.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.books import book_of
from bot.cards import Block, Button, Buttons, Card, Number, Numbers, Reply, Say, Show, Small
from bot.deciding.requests import tell_new
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.roster import must_name_subject
from bot.turn import Refusal, Turn
from bot.wording import ring, role_of
from policy.book import Book
from storage.records import CaseState, Consultation, NotFound, Person
from storage.store import Transaction

KIND = "beside"
"""The message that there is another open consultation with the same reference."""

LEADS = ("safeguarding_lead", "data_protection_lead")
_OPEN: tuple[CaseState, ...] = ("asking", "paused", "sent")


def leads(person: Person) -> bool:
    """Whether this person sees the leads' board."""
    return person.active and any(person.can(duty) for duty in LEADS)


def may_see(picture: Picture, person: Person) -> bool:
    """Whether a lead may see that this consultation is there: their own, or one they are not out of.

    While it is silenced only its one lead may, and whoever was told or asked before. Somebody of a role that it may be
    about has to be asked by name, or told by their duty.
    """
    if not leads(person):
        return False
    if person.id == picture.case.requester_id:
        return True
    around = picture.around
    if around.why_untold(person):
        return False
    if person in around.on_duty():
        return True
    if around.silenced:
        return person.id in around.knowing
    if picture.case.state != "sent" and must_name_subject(picture.book, picture.walked.facts) and not around.barred:
        return False  # it may be about this very person: nobody has been asked yet whom it is about
    return person.role not in around.careful or _asked_by_name(picture, person)


def _asked_by_name(picture: Picture, person: Person) -> bool:
    """Whether somebody of a role that is asked only by name was, since it was said whom the worry is about."""
    return any(
        person.id in request.asked and request.state != "withdrawn" and request.opened_at >= picture.guarded_at
        for request in picture.requests
    )


def know_each_other(one: Picture, other: Picture) -> bool:
    """Whether the workers of these two may know of each other: neither is out of the other's, and nothing is silenced.

    Nor may either of the two be about one of us: the other worker may be who it is about, and nobody has said so.
    A worker's own two are no news to them.
    """
    first, second = one.person(one.case.requester_id), one.person(other.case.requester_id)
    if first is None or second is None or first.id == second.id or not (first.active and second.active):
        return False
    if one.around.silenced or other.around.silenced:
        return False
    if any(must_name_subject(each.book, each.walked.facts) for each in (one, other)):
        return False
    if first.role in other.around.careful or second.role in one.around.careful:
        return False
    return not (one.around.is_out(second) or other.around.is_out(first))


async def look_for_another(turn: Turn, case: Consultation) -> None:
    """Once a consultation was sent or got its reference: promise to tell of the two, in waking hours.

    What is told is worked out then, and nothing here answers whether there was another.
    """
    if any(other.state in _OPEN for other in await _others(turn.tx, case)):
        payload = {"timer": KIND, "case": case.id}
        await turn.tx.outbox.put("timer", f"beside:{case.id}", payload, run_at=turn.charity.waking.waking(turn.now))


async def tell_of_both(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """The leads who may see both are told, and the two workers where both may know. Raises NotHere."""
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    mine = await _look(tx, books, case)
    for other in await sent_too(tx, books, case) if case.state == "sent" else []:
        hear = [person for person in mine.around.everybody if may_see(mine, person) and may_see(other, person)]
        # Whoever leads and holds one of the two reads it as its worker.
        new = await tell_new(tx, case, hear, (KIND,), KIND)
        if know_each_other(mine, other):
            for picture in (mine, other):
                worker = [p for p in mine.around.everybody if p.id == picture.case.requester_id]
                new += await tell_new(tx, picture.case, worker, (KIND,), KIND)
        if new:
            tx.note("told of both", consultation=case.id, other=other.case.id)


async def sent_too(tx: Transaction, books: Mapping[str, Book], case: Consultation) -> list[Picture]:
    """The other consultations with this reference that were sent and are open, oldest first."""
    found = []
    for other in await _others(tx, case):
        if other.state == "sent" and other.book_id in books:
            found.append(await _look(tx, books, await tx.cases.get(other.id)))
    return found


def beside_card(picture: Picture, person: Person) -> Card:
    """That there is another one, and nothing of it: who and which is answered at the press, as it is then."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    mine = person.id == picture.case.requester_id
    if picture.case.state != "sent" or not (mine or may_see(picture, person)):
        return Card(f"Case {picture.case.reference}", (Say("Nothing is needed from you here."),), danger=danger)
    blocks: tuple[Block, ...] = (
        Say("Another open consultation has the same case reference. Please make sure that the two fit together."),
        Buttons((Button("See whose it is", KIND, {"c": picture.case.id}, "main"),)),
        reference,
    )
    return Card("Two on one case", blocks, danger=danger, summary="Confer: a colleague works on the same case")


async def beside(turn: Turn) -> Reply:
    """Whose the other one is, for whoever may know it now. Raises Refusal."""
    try:
        case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    except NotFound as gone:
        raise Refusal("Nothing is needed from you here.") from gone
    picture, books = await turn.picture(case), turn.office.books
    mine = case.requester_id == turn.person.id
    if not (mine or may_see(picture, turn.person)):
        raise Refusal("Nothing is needed from you here.")
    others = await sent_too(turn.tx, books, case) if case.state == "sent" else []
    known = [other for other in others if may_see(other, turn.person) or (mine and know_each_other(picture, other))]
    danger = turn.book.emergency.line
    if not known:
        return Show(Card(f"Case {case.reference}", (Say("Nothing is needed from you here any more."),), danger=danger))
    blocks: list[Block] = []
    for other in known if mine else [picture, *known]:
        blocks.append(Say(f"{other.case.reference}: {picture.name(other.case.requester_id)}"))
        if holder := picture.person(other.case.requester_id):
            blocks.append(Numbers((Number(holder.name, ring(holder), role_of(holder)),)))
    blocks.append(Say("Ring each other. Do not write about the case in chat.", quiet=True))
    ways = [Button("Open my checklist", "open", {"c": case.id})] if mine else []
    ways += [Button("See the board", "board")] if leads(turn.person) else []
    return Show(Card("Two on one case", (*blocks, Buttons(tuple(ways))), danger=danger))


async def _others(tx: Transaction, case: Consultation) -> list[Consultation]:
    return [other for other in await tx.cases.on_reference(case.reference) if other.id != case.id]


async def _look(tx: Transaction, books: Mapping[str, Book], case: Consultation) -> Picture:
    return await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
