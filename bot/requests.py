"""Approval requests: what is asked of whom, and keeping that true when answers, people or plans change.

The rule to keep: a request is about exactly one proposal; what no longer stands is withdrawn, what is new is asked.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.picture import Picture, fingerprint
from bot.roster import allowed
from bot.turn import Turn
from policy.book import Approval
from policy.walk import Asking, Verdict
from storage.records import ApprovalRequest, Consultation, Person, RequestState


def sendable(picture: Picture) -> list[Verdict]:
    """The lanes that are sent: all of them once everything is answered, else the protective ones so far.

    A 999 call is never sent to anybody here; "be ready to ring" tells the lead, as its card says.
    """
    undecided = isinstance(picture.walked, Asking) and picture.walked.screen.stage == "decide"
    found = [v for v in picture.lanes if not v.lane.immediate or v.outcome.sends == "inside"]
    return [v for v in found if not undecided or v.lane.protective]


async def bring_up_to_date(turn: Turn, case: Consultation, wanted: Collection[str] = ()) -> Picture:
    """After any change of a sent consultation: withdraw what no longer stands, ask what is new."""
    picture = await turn.picture(case)
    proposals = {fingerprint(picture.book, case, verdict): verdict for verdict in sendable(picture)}
    for request in picture.requests:
        if request.state != "pending":
            continue
        left = [p for p in picture.around.everybody if p.id in request.asked and not picture.around.why_not(p)]
        if request.fingerprint not in proposals or (request.asked and not left):
            await turn.tx.approvals.withdraw(case.id, only=request.id)
            turn.note("request withdrawn", case, request=request.id)
    picture = await turn.picture(case)
    for verdict in proposals.values():
        if picture.standing(verdict) == "unasked" or (_inside(turn, verdict) and picture.request(verdict) is None):
            await _ask(turn, picture, verdict, wanted)
    return await turn.picture(case)


async def ask_second_opinion(turn: Turn, picture: Picture, request: ApprovalRequest) -> None:
    """A no never stops protecting somebody today: those on duty are asked together, at once, and told."""
    approval = picture.book.approvals[request.code]
    around = picture.around
    people = [p for p in around.on_duty() if p.id != turn.person.id and allowed(approval, p)]
    if not people and not around.silenced:
        people = [p for p in around.approvers(approval) if p.id != turn.person.id and p.role not in around.careful]
    second = await turn.tx.approvals.ask(
        picture.case.id,
        lane=request.lane,
        outcome=request.outcome,
        code=request.code,
        fingerprint=request.fingerprint,
        people=[person.id for person in people],
        second_of=request.id,
    )
    await turn.tell(picture.case, "approval", people)
    known = {person.id for person in people} | {turn.person.id}
    await turn.tell(picture.case, "told", [person for person in around.on_duty() if person.id not in known])
    turn.note("second opinion asked", picture.case, request=second.id)


def choose(
    picture: Picture, approval: Approval, wanted: Collection[str], already: Collection[str] = ()
) -> list[Person]:
    """Who is asked: those the worker chose where they may decide, else those on duty, else all who may.

    Never somebody who has agreed `already`: two people means two.

    While the case is silenced nobody is asked by default but its one lead; the worker has to name anybody else.
    """
    around = picture.around
    may = [person for person in around.approvers(approval) if person.id not in already]
    chosen = [person for person in may if person.id in wanted]
    on_duty = [person for person in may if person in around.on_duty()]
    rest = [] if around.silenced else [person for person in may if person.role not in around.careful]
    return chosen or on_duty or rest


async def _ask(turn: Turn, picture: Picture, verdict: Verdict, wanted: Collection[str]) -> None:
    """Open this lane's request, or tell those who are only told, and write to them."""
    inside = _inside(turn, verdict)
    told = list(dict.fromkeys(person for capability in inside for person in picture.around.reached(capability)))
    approval = verdict.approval
    people: list[Person] = []
    if approval is not None and not approval.veto:
        lead = turn.book.recipients.get(picture.walked.facts.get(turn.book.lead, ""))
        told = told or (picture.around.reached(lead.capability) if lead and lead.capability else [])
    elif approval is not None and approval.moment != "none":
        people = choose(picture, approval, wanted, picture.agreed(verdict))
    state: RequestState = "pending" if approval is not None and approval.veto and approval.moment != "none" else "told"
    request = await turn.tx.approvals.ask(
        picture.case.id,
        lane=verdict.lane.id,
        outcome=verdict.outcome.id,
        code=approval.code if approval else "",
        fingerprint=fingerprint(picture.book, picture.case, verdict),
        people=[person.id for person in (people if state == "pending" else told)],
        state=state,
    )
    turn.note("asked" if state == "pending" else "told", picture.case, request=request.id)
    await turn.tell(picture.case, "approval", people)
    # Whoever was just written to about this lane is not written to twice: two cards would be two different asks.
    await turn.tell(picture.case, "told", [person for person in told if person not in people])


def _inside(turn: Turn, verdict: Verdict) -> list[str]:
    """The capabilities of the bodies inside the charity that this lane reaches."""
    recipients = [turn.book.recipients[id] for id in verdict.recipients]
    return [recipient.capability for recipient in recipients if recipient.capability]
