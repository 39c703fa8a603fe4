"""What waited only for somebody who went away, has left or cannot be reached: it goes on to others, at once.

The rule to keep: whoever was asked stays asked, so the history is whole; being away takes nothing from anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.deciding.approvals import DECIDED
from bot.deciding.requests import bring_up_to_date, named, sendable, still_told, tell_new, told, write_in_the_morning
from bot.deciding.rungs import held_back
from bot.organisation.charity import Charity, charity_of
from bot.picture import URGENT, Picture, look
from bot.roster import allowed
from bot.second_opinion import below
from bot.sight import proposed
from bot.telling import refresh, tell
from policy.book import Book
from policy.walk import Verdict
from storage.enquiries import UNREAD
from storage.records import Absence, ApprovalRequest, CaseState, Consultation, Person
from storage.store import Transaction

_SENT: tuple[CaseState, ...] = ("sent",)
_OPEN: tuple[CaseState, ...] = ("asking", "paused", *_SENT)
UNHELD = "unheld"
"""The timer that tells the lead of a consultation on which nobody can act."""


async def hold(tx: Transaction, people: Collection[Person], *, own: bool = False) -> None:
    """Before these people are changed or sent away: what they were asked stands still, then they do themselves.

    With `own` so does what they asked for. Whoever asks one of them at this moment has done it, and `move_on` sees it,
    or will see that they are gone.
    """
    ids = [person.id for person in people]
    await tx.approvals.hold_open(ids, own=own)
    await tx.people.hold(ids, to_change=True)


@dataclass(frozen=True, slots=True)
class _Roster:
    """A change of the roster, as what asks anew."""

    tx: Transaction
    book: Book
    charity: Charity

    @property
    def now(self) -> datetime:
        return self.tx.now

    async def picture(self, case: Consultation) -> Picture:
        return await look(self.tx, self.book, self.charity, case)

    def note(self, kind: str, case: Consultation | None = None, **ids: str) -> None:
        self.tx.note(kind, **({"consultation": case.id} if case else {}), **ids)

    async def tell(self, case: Consultation, kind: str, people: Collection[Person], *, urgent: bool = True) -> None:
        await tell(self.tx, case, kind, people, urgent=urgent)


async def ask_anew(tx: Transaction, books: Mapping[str, Book], person: Person) -> None:
    """With another role somebody may need another yes for what they sent, as where two workers have to agree (4.4)."""
    await _ask_anew(tx, books, [bare.id for bare in await tx.cases.of(person.id, _SENT)])


async def as_one(tx: Transaction, books: Mapping[str, Book], ids: Collection[str]) -> None:
    """These entries of the roster are one human now: what one asked and another agreed to needs somebody else's yes.

    Whoever could go on and cannot any more gets a new message, as they did when they could.
    """
    await _ask_anew(tx, books, await tx.approvals.hold_open(ids, own=True))


async def _ask_anew(tx: Transaction, books: Mapping[str, Book], case_ids: Collection[str]) -> None:
    charity = charity_of(await tx.organisations.current())
    for id in case_ids:
        case = await tx.cases.get(id)
        if case.state == "sent" and (book := books.get(case.book_id)):
            acting = _Roster(tx, book, charity)
            before = await acting.picture(case)
            picture = await bring_up_to_date(acting, case)
            if _yes_gone(before) and (worker := picture.person(case.requester_id)):
                await acting.tell(case, DECIDED, [worker], urgent=False)
            await refresh(tx, case)


def _yes_gone(picture: Picture) -> bool:
    """Whether a lane was agreed to, and is not any more, and nobody has been asked again yet."""
    asked = ((picture.request(verdict), verdict) for verdict in sendable(picture))
    return any(
        request is not None and request.state == "approved" and picture.standing(verdict) != "approved"
        for request, verdict in asked
    )


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
        moved = await go_on(tx, picture, gone)
        if moved:
            found.append(case)
        # Nobody reads on a card that somebody will ring them who has left, nor whom to ring for a yes that they cannot
        # give; and they themselves read no button that would only refuse them.
        if moved or picture.around.why_not(gone) or not _may_all(picture, gone):
            await refresh(tx, case)
    if "safeguarding_lead" in gone.capabilities:
        await tx.outbox.put("timer", UNREAD, {"timer": UNREAD})
    if gone.locked or not await tx.people.accounts([gone.id]):
        await watch_own(tx, gone)
    return found


def _may_all(picture: Picture, person: Person) -> bool:
    """Whether this person may answer, by their role, whatever they are asked in here and waits."""
    mine = [each for each in picture.requests if each.state == "pending" and person.id in each.asked - each.passed]
    codes = [picture.book.approvals.get(each.code) for each in mine]
    return all(code is not None and allowed(code, person) for code in codes)


async def watch_own(tx: Transaction, person: Person, *, since: datetime | None = None) -> None:
    """See to what this person has open, `since` then or at all: whether anybody can act on it is worked out after."""
    for case in await tx.cases.of(person.id, _OPEN):
        if since is None or case.opened_at >= since:
            await watch(tx, case.id)


async def watch(tx: Transaction, case_id: str) -> None:
    """The same for one of them."""
    await tx.outbox.put("timer", f"{UNHELD}:{case_id}", {"timer": UNHELD, "case": case_id})


def instead_of(picture: Picture, to: Person) -> list[Person]:
    """Who would be asked instead of this person if they held it: those who would be brought in."""
    around, case = picture.around, picture.case
    circle = replace(around, requester_id=to.id, former=around.former | {case.requester_id})
    theirs = replace(picture, case=replace(case, requester_id=to.id), circle=circle)
    found: list[Person] = []
    for request in picture.requests:
        verdict = proposed(picture, request)
        if request.state not in ("pending", "told") or verdict is None or to.id not in request.asked - request.passed:
            continue
        passed = replace(request, passed=request.passed | {to.id})
        if _waits_for_nobody(theirs, passed, verdict, theirs.cut_off):
            found += _others(theirs, passed, verdict)
    return list(dict.fromkeys(found))


async def go_on(tx: Transaction, picture: Picture, gone: Person) -> bool:
    """The same for one consultation, which the caller holds; whether anybody was asked or told."""
    around = picture.around
    reachable = {account.person_id for account in await tx.people.accounts()}
    # Whoever has no account that we can write to can press nothing: here they count as away.
    silent = {
        person.id: Absence(person.id, tx.now, tx.now + timedelta(days=1), None)
        for person in around.everybody
        if person.active and person.id not in reachable
    }
    picture = replace(picture, circle=replace(around, absent={**silent, **around.absent}))
    asked = picture.case.state == "sent" and await _ask_others(tx, picture, frozenset(silent))
    return await _tell_others(tx, picture, gone) or asked


async def _ask_others(tx: Transaction, picture: Picture, silent: Collection[str]) -> bool:
    """Whether anybody else was asked, or told instead of whoever was told alone."""
    moved, case = False, picture.case
    for request in picture.requests:
        verdict = proposed(picture, request)
        if verdict is None or not _waits_for_nobody(picture, request, verdict, silent):
            continue
        now = await tx.people.hold([person.id for person in _others(picture, request, verdict)])
        others = [person for person in now.values() if person.active]
        if not others:
            continue
        await tx.approvals.also_ask(request, [person.id for person in others], "next")
        tx.note("asked next", consultation=case.id, request=request.id)
        if held_back(picture, request) or await write_in_the_morning(tx, picture, request):
            moved = True  # it waits for the day, and so does their letter
            continue
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


def _waits_for_nobody(picture: Picture, request: ApprovalRequest, verdict: Verdict, silent: Collection[str]) -> bool:
    """Whether nobody who was asked is here and may answer; of those who were only told, whether all of them left.

    `silent`: the ids of those whom no message reaches. While the case is silenced neither that nor being away is a
    reason to bring somebody new in.
    """
    left = [person for person in picture.left(request) if person.id not in request.passed]
    if not picture.around.silenced:
        left = [person for person in left if person.id not in silent]
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
    said |= below(picture, request, verdict)
    fit = around.by_default(person for person in around.approvers(verdict.approval) if person.id not in said)
    # While the case is silenced only its one lead is asked, and whoever stands for them by the book.
    instead = [] if around.silenced else around.standing(picture.left(request), fit)
    return instead or around.by_default(around.asked(verdict.approval, said))


def _by_default(picture: Picture, verdict: Verdict) -> list[Person]:
    """Who is told of this lane unasked, less those who may be the subject: but for whom the outcome itself names."""
    duties = set(named(picture, verdict))
    people, unasked = told(picture, verdict), picture.around.by_default(told(picture, verdict))
    return [person for person in people if person in unasked or person.capabilities & duties]
