"""Requests that waited only for somebody who went away or has left: they go to a stand-in, or to the others, at once.

The rule to keep: whoever was asked stays asked, so the history is whole; being away takes nothing from anybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.charity import charity_of
from bot.picture import URGENT, Picture, look
from bot.requests import told
from bot.roster import allowed
from bot.sight import proposed
from bot.telling import refresh, tell
from policy.book import Book
from policy.walk import Verdict
from storage.records import ApprovalRequest, Consultation, Person
from storage.store import Transaction


async def move_on(tx: Transaction, books: Mapping[str, Book], gone: Person) -> list[Consultation]:
    """Ask somebody else where only `gone` was asked; the consultations in which somebody was. Oldest first."""
    found = []
    states = await tx.approvals.asked_of(gone.id)
    for id in dict.fromkeys(id for id, state in states if state in ("pending", "told")):
        case = await tx.cases.get(id)
        book = books.get(case.book_id)
        if book is not None and case.state == "sent" and await _moved(tx, book, case):
            await refresh(tx, case)
            found.append(case)
    return found


async def _moved(tx: Transaction, book: Book, case: Consultation) -> bool:
    """Whether anybody else was asked or told about this one."""
    charity = charity_of(await tx.organisations.current())
    seen = await look(tx, book, charity, case)
    if not any(_waits_for_nobody(seen, request, proposed(seen, request)) for request in seen.requests):
        return False
    await tx.approvals.hold(seen.requests[0].id)  # nobody decides or asks while this is looked at once more
    picture, moved = await look(tx, book, charity, await tx.cases.get(case.id)), False
    for request in picture.requests:
        verdict = proposed(picture, request)
        if verdict is None or not _waits_for_nobody(picture, request, verdict):
            continue
        others = _others(picture, request, verdict)
        if not others:
            continue
        await tx.approvals.also_ask(request, [person.id for person in others], "next")
        tx.note("asked next", consultation=case.id, request=request.id)
        pending = request.state == "pending"
        await tell(tx, case, "approval" if pending else "told", others, urgent=verdict.clock in URGENT or not pending)
        moved = True
    return moved


def _waits_for_nobody(picture: Picture, request: ApprovalRequest, verdict: Verdict | None) -> bool:
    """Whether nobody who was asked is here and may answer; of those who were only told, whether all of them left."""
    left = [person for person in picture.left(request) if person.id not in request.passed]
    if request.state == "told":
        return bool(request.asked) and not left
    if request.state != "pending" or verdict is None or verdict.approval is None:
        return False
    approval, absent = verdict.approval, picture.around.absent
    return not any(person.id not in absent and allowed(approval, person) for person in left)


def _others(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> list[Person]:
    """Who is asked, or told, instead: nobody who was before, nor who has had a say."""
    if request.state == "told" or verdict.approval is None:
        return [person for person in told(picture, verdict) if person.id not in request.asked]
    said = request.asked | picture.agreed(verdict) | {decision.person_id for decision in picture.noes(verdict)}
    fit = [person for person in picture.around.approvers(verdict.approval) if person.id not in said]
    # While the case is silenced only its one lead is asked, and whoever stands for them by the book.
    instead = [] if picture.around.silenced else picture.around.standing(picture.left(request), fit)
    return instead or picture.around.asked(verdict.approval, said)
