"""Approval requests: what is asked of whom, and keeping that true when answers, people or plans change.

The rule to keep: a request is about exactly one proposal; what no longer stands is withdrawn, what is new is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Protocol

from bot.deciding.rungs import asked_still, coming, held_back, here, in_line, next_one, pace, read_at, step
from bot.looks import watch
from bot.picture import URGENT, Picture
from bot.questioning import asleep
from bot.second_opinion import second_people
from bot.telling import tell
from policy.book import Approval
from policy.walk import Asking, Verdict
from storage.records import ApprovalRequest, Consultation, Decision, Person
from storage.store import Transaction


class Acting(Protocol):
    """By whom something is asked: somebody's turn, or a change of the roster."""

    @property
    def tx(self) -> Transaction: ...

    @property
    def now(self) -> datetime: ...

    async def picture(self, case: Consultation) -> Picture: ...

    def note(self, kind: str, case: Consultation | None = None, **ids: str) -> None: ...

    async def tell(self, case: Consultation, kind: str, people: Collection[Person], *, urgent: bool = True) -> None: ...


def sendable(picture: Picture) -> list[Verdict]:
    """The lanes that are sent: all of them once everything is answered, else the protective ones so far.

    A 999 call is never sent to anybody here; "be ready to ring" tells the lead, as its card says.
    """
    undecided = isinstance(picture.walked, Asking) and picture.walked.screen.stage == "decide"
    found = [v for v in picture.lanes if not v.lane.immediate or v.outcome.sends == "inside"]
    return [v for v in found if not undecided or v.lane.protective]


async def bring_up_to_date(acting: Acting, case: Consultation, wanted: Collection[str] = ()) -> Picture:
    """After any change of a sent consultation: withdraw what no longer stands, ask what is new."""
    picture = await acting.picture(case)
    proposals = {picture.fingerprint(verdict): verdict for verdict in sendable(picture)}
    for request in picture.requests:
        if request.state != "pending":
            continue
        if request.fingerprint not in proposals or _left_alone(picture, request, proposals[request.fingerprint]):
            await acting.tx.approvals.withdraw(case.id, only=request.id)
            acting.note("request withdrawn", case, request=request.id)
    picture = await acting.picture(case)
    for verdict in proposals.values():
        if picture.standing(verdict) == "unasked" or _nobody_told(picture, verdict):
            await _ask(acting, picture, verdict, wanted)
    await _hurry(acting, picture)
    picture = await acting.picture(case)
    awake = [verdict for verdict in proposals.values() if not _for_the_day(picture, verdict)]
    hear = [person for verdict in awake for person in told(picture, verdict)]
    new = await tell_new(acting.tx, case, hear, ("told", "approval"))
    picture = await acting.picture(case) if new else picture
    await watch(acting.tx, picture)
    return picture


def _left_alone(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> bool:
    """Whether all who were asked must not know of it now, or passed it on while somebody else can be asked."""
    if not request.asked or asked_still(picture, request):
        return False
    return not picture.left(request) or bool(next_one(picture, request, verdict))


async def ask_once_more(acting: Acting, case: Consultation, verdict: Verdict) -> Picture:
    """Ask for the one second opinion on a no that stopped this lane; the caller has checked that there may be one."""
    await _ask(acting, await acting.picture(case), verdict, ())
    return await acting.picture(case)


def told(picture: Picture, verdict: Verdict) -> list[Person]:
    """Who inside hears of this lane unasked: the bodies it reaches, else the lead where nobody may stop it."""
    reached = [p for capability in named(picture, verdict) for p in picture.around.reached(capability)]
    if not reached and verdict.approval is not None and not verdict.approval.veto:
        lead = picture.book.recipients.get(picture.walked.facts.get(picture.book.lead, ""))
        reached = picture.around.reached(lead.capability) if lead and lead.capability else []
    return list(dict.fromkeys(reached))


def still_told(picture: Picture, person: Person) -> bool:
    """Whether what they were told still holds: an answer since then may have put them beside the circle.

    It does for whoever went away, or off shift, in the meantime.
    """
    if picture.around.why_untold(person) or picture.case.state in ("withdrawn", "closed"):
        return False
    return person in picture.around.bound() or to_be_told(picture, person)


def to_be_told(picture: Picture, person: Person) -> bool:
    """Whether this person would be told now."""
    if picture.around.why_untold(person) or picture.case.state in ("withdrawn", "closed"):
        return False
    if any(person.id in request.asked for request in picture.requests if request.state == "told"):
        return True
    heard = [each for verdict in sendable(picture) for each in told(picture, verdict)]
    return person in picture.around.on_duty() or person in heard


def _nobody_told(picture: Picture, verdict: Verdict) -> bool:
    """Whether somebody could be told of this lane, and nobody was who still may know."""
    request = picture.request(verdict)
    if request is None:
        return bool(named(picture, verdict))
    return request.state == "told" and not picture.left(request) and bool(told(picture, verdict))


def _for_the_day(picture: Picture, verdict: Verdict) -> bool:
    """Whether this lane's letters wait for waking hours: then nobody is written to about it, asked or told."""
    request = picture.request(verdict)
    return request is not None and held_back(picture, request) is not None


async def tell_on_duty(acting: Acting, picture: Picture) -> None:
    """While somebody is in danger: whoever came to be on duty, because somebody else is out, is told too."""
    if picture.in_emergency and not asleep(picture):
        await tell_new(acting.tx, picture.case, picture.around.on_duty(), ("told",))


async def tell_new(
    tx: Transaction, case: Consultation, people: Collection[Person], kinds: Collection[str], kind: str = "told"
) -> list[Person]:
    """Tell those of them who have no message of these kinds about this consultation yet; gives who they are."""
    posts = await tx.posts.of(case.id)
    known = {post.person_id for post in posts if post.kind in kinds and not post.erased}
    new = list(dict.fromkeys(person for person in people if person.id not in known))
    await tell(tx, case, kind, new, urgent=kind == "told")
    return new


async def held(
    acting: Acting, picture: Picture, whom: Callable[[Picture], Collection[Person]]
) -> tuple[Picture, Collection[Person]]:
    """Whom of a picture in which they are as it says, until the end of this transaction: here, or away, or gone.

    Somebody who leaves at this very moment is seen here, or sees what they were asked and has it go on to others.
    """
    while True:
        people = whom(picture)
        now = await acting.tx.people.hold([person.id for person in people])
        absent, seen = await acting.tx.rota.absent(), picture.around.absent
        same = (each.id in now and replace(now[each.id], telephone=each.telephone) == each for each in people)
        if all(same) and all(absent.get(each.id) == seen.get(each.id) for each in people):
            return picture, people
        picture = await acting.picture(picture.case)


def choose(
    picture: Picture, approval: Approval, wanted: Collection[str], already: Collection[str] = ()
) -> list[Person]:
    """Who is asked: those the worker chose where they may decide, else whoever is reached first.

    Never somebody who has decided `already`: two people means two, and a second opinion is somebody else's.
    """
    around = picture.around
    chosen = [p for p in around.approvers(approval) if p.id in wanted and p.id not in already]
    return chosen or around.asked(approval, already)


async def _ask(acting: Acting, picture: Picture, verdict: Verdict, wanted: Collection[str]) -> None:
    """Open this lane's request, or tell those who are only told, and write to them.

    A no never stops protecting somebody today: after one, those on duty are asked together, at once, or told. In any
    other lane it goes on after a no only as the one second opinion.
    """
    approval = verdict.approval
    asks = approval is not None and approval.veto and approval.moment != "none"
    no = next(iter(picture.noes(verdict)), None) if asks else None
    picture, _ = await held(acting, picture, lambda seen: [*chain(*_whom(seen, verdict, wanted, no))])
    people, hear = _whom(picture, verdict, wanted, no)
    request = await acting.tx.approvals.ask(
        picture.case.id,
        lane=verdict.lane.id,
        outcome=verdict.outcome.id,
        code=approval.code if approval else "",
        fingerprint=picture.fingerprint(verdict),
        people=[person.id for person in (people if asks else hear)],
        state="pending" if asks else "told",
        second_of=no.request_id if no else None,
    )
    acting.note("second opinion asked" if no else "asked" if asks else "told", picture.case, request=request.id)
    if later := held_back(picture, request):
        # Its first step writes to them, at the hour the worker reads; on their home page it waits from now on.
        await acting.tx.outbox.put("timer", f"ladder:{request.id}", _timer(request, 0), run_at=later)
        return
    if request.state == "pending":
        await acting.tx.ladders.climb(request.id, 0, "asked", step(picture, request, 1, acting.now).at)
    await acting.tell(picture.case, "approval", people, urgent=verdict.clock in URGENT)
    # Whoever was just written to about this lane is not written to twice: two cards would be two different asks.
    await acting.tell(picture.case, "told", [person for person in hear if person not in people])


def _whom(
    picture: Picture, verdict: Verdict, wanted: Collection[str], no: Decision | None
) -> tuple[list[Person], list[Person]]:
    """Who is asked about this lane, and who is told of it. `no`: the one it goes on after."""
    approval, hear = verdict.approval, told(picture, verdict)
    if approval is None or not approval.veto or approval.moment == "none":
        return [], hear
    if no and not verdict.lane.protective:
        return second_people(picture, verdict), []
    already = picture.agreed(verdict) | {decision.person_id for decision in picture.noes(verdict)}
    already = {id for each in already for id in picture.around.human(each)}
    if len(picture.noes(verdict)) > 1 and (left := picture.still_to_say(verdict)):
        return left, []  # they were asked together, and one no does not answer for the other
    if not no and already and (left := here(picture, picture.still_to_say(verdict))):
        return left, hear  # one more has to agree: whoever was asked together with the first
    # Whoever said that they cannot decide this is asked about it again only where there is nobody else.
    passed = picture.passed(verdict)
    people = choose(picture, approval, () if no else wanted, already | passed)
    people = people or choose(picture, approval, () if no else wanted, already)
    people = people or in_line(picture, verdict, already)
    if no:  # one no takes nothing from whoever was asked together with them: the first yes stands
        people = list(dict.fromkeys([*people, *picture.still_to_say(verdict)]))
    return people, [person for person in picture.around.on_duty() if person.id not in already] if no else hear


async def _hurry(acting: Acting, picture: Picture) -> None:
    """What became urgent since it was asked goes up at the pace of what is urgent."""
    for request in picture.requests:
        taken = picture.rungs.get(request.id)
        if request.state != "pending":
            continue
        if taken and (steps := coming(picture, request)) and steps[0].at < taken[-1].next_at:
            timer = _timer(request, taken[-1].step + 1)
            await acting.tx.outbox.put("timer", f"ladder:{request.id}", timer, run_at=steps[0].at)
        elif not taken and pace(picture, request) in URGENT:
            await acting.tx.outbox.put("timer", f"ladder:{request.id}", _timer(request, 0))


async def write_in_the_morning(tx: Transaction, picture: Picture, request: ApprovalRequest) -> bool:
    """Whether whoever is asked now about an open request is written to when people are awake: then that is promised."""
    moment = read_at(picture, pace(picture, request), tx.now)
    if request.state != "pending" or moment is None:
        return False
    timer = {"timer": "morning", "request": request.id}
    await tx.outbox.put("timer", f"morning:{request.id}", timer, run_at=moment)
    return True


def _timer(request: ApprovalRequest, number: int) -> dict[str, str]:
    return {"timer": "ladder", "request": request.id, "step": str(number)}


def named(picture: Picture, verdict: Verdict) -> list[str]:
    """The capabilities of the bodies inside the charity that this lane reaches."""
    recipients = [picture.book.recipients[id] for id in verdict.recipients]
    return [recipient.capability for recipient in recipients if recipient.capability]
