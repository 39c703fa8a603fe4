"""What waited only for somebody who went away or has left: it goes to a stand-in, or to the others, at once.

The rule to keep: whoever was asked stays asked, so the history is whole; being away takes nothing from anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.charity import charity_of
from bot.picture import URGENT, Picture, look
from bot.requests import named, sendable, still_told, tell_new, told
from bot.roster import allowed
from bot.sight import proposed
from bot.telling import refresh, tell
from policy.book import Book
from policy.walk import Verdict
from storage.records import ApprovalRequest, Consultation, Person
from storage.store import Transaction


async def hold(tx: Transaction, people: Collection[Person]) -> None:
    """Before these people are changed or sent away: what they were asked stands still, then they do themselves.

    Whoever asks one of them at this moment has done it, and `move_on` sees it, or will see that they are gone.
    """
    ids = [person.id for person in people]
    await tx.approvals.hold_open(ids)
    await tx.people.hold(ids, to_change=True)


async def move_on(tx: Transaction, books: Mapping[str, Book], gone: Person) -> list[Consultation]:
    """Ask or tell somebody else where only `gone` was; the consultations in which somebody was. Oldest first."""
    found = []
    charity = charity_of(await tx.organisations.current())
    for id in await tx.approvals.hold_open([gone.id]):
        case = await tx.cases.get(id)
        book = books.get(case.book_id)
        if book is None:
            continue
        picture = await look(tx, book, charity, case)
        asked = case.state == "sent" and await _ask_others(tx, picture)
        heard = await _tell_others(tx, picture, gone)
        if asked or heard:
            found.append(case)
        # Nobody reads on a card that somebody will ring them who has left.
        if asked or heard or picture.around.why_not(gone):
            await refresh(tx, case)
    return found


async def _ask_others(tx: Transaction, picture: Picture) -> bool:
    """Whether anybody else was asked, or told instead of whoever was told alone."""
    moved, case = False, picture.case
    for request in picture.requests:
        verdict = proposed(picture, request)
        if verdict is None or not _waits_for_nobody(picture, request, verdict):
            continue
        now = await tx.people.hold([person.id for person in _others(picture, request, verdict)])
        others = [person for person in now.values() if person.active]
        if not others:
            continue
        await tx.approvals.also_ask(request, [person.id for person in others], "next")
        tx.note("asked next", consultation=case.id, request=request.id)
        pending = request.state == "pending"
        await tell(tx, case, "approval" if pending else "told", others, urgent=verdict.clock in URGENT or not pending)
        moved = True
    return moved


async def _tell_others(tx: Transaction, picture: Picture, gone: Person) -> bool:
    """Whether anybody was told instead of somebody who was told alone, by a card and no request."""
    case = picture.case
    if not any(post.person_id == gone.id and post.kind == "told" for post in await tx.posts.of(case.id)):
        return False
    alarmed = picture.around.on_duty() if picture.in_emergency else []
    new = await tell_new(tx, case, alarmed, ("told",))
    if case.state == "sent" and not still_told(picture, gone):
        hear = [person for verdict in sendable(picture) for person in _by_default(picture, verdict)]
        new += await tell_new(tx, case, hear, ("told", "approval"))
    if new:
        tx.note("told next", consultation=case.id)
    return bool(new)


def _waits_for_nobody(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> bool:
    """Whether nobody who was asked is here and may answer; of those who were only told, whether all of them left.

    While the case is silenced being away is no reason to bring somebody new in.
    """
    left = [person for person in picture.left(request) if person.id not in request.passed]
    if request.state == "told":
        return bool(request.asked) and not left
    if request.state != "pending" or verdict.approval is None:
        return False
    absent = {} if picture.around.silenced else picture.around.absent
    return not any(person.id not in absent and allowed(verdict.approval, person) for person in left)


def _others(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> list[Person]:
    """Who is asked, or told, instead: nobody who was before, or had a say, or may be asked only by name."""
    around = picture.around
    if request.state == "told" or verdict.approval is None:
        return [person for person in _by_default(picture, verdict) if person.id not in request.asked]
    said = request.asked | picture.agreed(verdict) | {decision.person_id for decision in picture.noes(verdict)}
    fit = around.by_default(person for person in around.approvers(verdict.approval) if person.id not in said)
    # While the case is silenced only its one lead is asked, and whoever stands for them by the book.
    instead = [] if around.silenced else around.standing(picture.left(request), fit)
    return instead or around.by_default(around.asked(verdict.approval, said))


def _by_default(picture: Picture, verdict: Verdict) -> list[Person]:
    """Who is told of this lane unasked, less those who may be the subject: but for whom the outcome itself names."""
    duties = set(named(picture, verdict))
    people, unasked = told(picture, verdict), picture.around.by_default(told(picture, verdict))
    return [person for person in people if person in unasked or person.capabilities & duties]
