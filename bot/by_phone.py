"""Agreement by telephone, as it is drawn: on the worker's card, for the one who gave it, and for the lead.

The rule to keep: it counts from the moment it is written down, and says whose word it is until the other confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from bot.cards import Block, Button, Buttons, Card, Notice, Number, Numbers, Plain, Say, Small
from bot.lanes import lane_facts, lane_title
from bot.organisation.charity import Charity
from bot.phone.locked import about_worker
from bot.picture import Picture
from bot.questioning import carry
from bot.second_opinion import below
from bot.sight import narrowed, proposed
from bot.wording import at, names, role_of, until, whom_to_ring
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person

CONFIRM = "spoken"
"""The kind of the message that asks whoever agreed to say so themselves."""

UNCONFIRMED = "unconfirmed"
"""The kind of the message to the lead: somebody did not confirm, or says that they never agreed."""

DENIED = "denied"
"""The kind of the worker's message: whoever they wrote down says that they did not agree."""

_NOON = time(12)


def confirm_by(moment: datetime, charity: Charity) -> datetime:
    """Noon of the next calendar day, in the charity's own zone (decision note 4.7)."""
    return datetime.combine(moment.astimezone(charity.timezone).date() + timedelta(days=1), _NOON, charity.timezone)


def may_have_agreed(picture: Picture, request: ApprovalRequest | None, verdict: Verdict) -> list[Person]:
    """Whose yes on the telephone the worker may write down; nobody where it has to be decided in writing, or by none.

    Never the worker's own, nor that of somebody who has had a say on this, passed it on, or once said "I did not".
    Where only a duty decides, on an order of a court, its holder decides in their own account.
    """
    approval = verdict.approval
    if approval is None or not approval.veto or approval.moment != "before" or not approval.roles:
        return []
    if request is None or request.state != "pending" or picture.standing(verdict) != "pending":
        return []
    said = picture.agreed(verdict) | {no.person_id for no in picture.noes(verdict)} | picture.passed(verdict)
    said |= below(picture, request, verdict)
    denied = {picture.decisions[id].person_id for id, each in picture.spoken.items() if each.answer == "no"}
    return [person for person in picture.around.approvers(approval) if person.id not in said | denied]


def way_in(picture: Picture, verdict: Verdict) -> list[Block]:
    """After the numbers to ring: the button that writes down what was agreed there."""
    request = picture.request(verdict)
    if request is None or not may_have_agreed(picture, request, verdict):
        return []
    carried = carry(picture, r=request.id, f=request.fingerprint)
    hint = f"They agreed by phone: {verdict.lane.title}"
    return [Buttons((Button("They agreed by phone", "spoken", carried, hint=hint),))]


def agreed_words(picture: Picture, request: ApprovalRequest) -> str:
    """Who agreed and when, and what their word rests on."""
    decision, spoken = picture.decisions[request.id], picture.spoken.get(request.id)
    who = picture.name(decision.person_id)
    if spoken is None:
        return f"{who} agreed at {at(decision.at, picture.charity)}."
    said = (
        f"{who} agreed by phone at {at(spoken.said_at, picture.charity)}, written down by {_writer(picture, request)}."
    )
    if spoken.answer == "yes":
        return f"{said} {who} has confirmed it."
    if spoken.answer == "no":
        return f"{said} {who} says: I did not agree."
    by = until(spoken.confirm_by, picture.charity)
    late = picture.now is not None and picture.now >= spoken.confirm_by
    return f"{said} {who} {f'has not confirmed it by {by}' if late else f'confirms by {by}'}."


def denied(picture: Picture, verdict: Verdict) -> list[Plain]:
    """For the worker, plainly: whoever says that they did not agree, and what that means."""
    return _denied(picture, picture.about(verdict))


def denied_card(picture: Picture) -> Card:
    """The worker's own message, because a card that is only edited alerts nobody."""
    blocks: list[Block] = [*_denied(picture, picture.requests)]
    blocks.append(Buttons((Button("Open it", "open", {"c": picture.case.id}, "main"),)))
    blocks.append(Small(f"Case {picture.case.reference}."))
    line = picture.book.emergency.line
    return Card("Read this first", tuple(blocks), danger=line, summary="Confer: please open this now")


def _denied(picture: Picture, requests: Iterable[ApprovalRequest]) -> list[Plain]:
    who = [
        picture.decisions[r.id].person_id
        for r in requests
        if r.id in picture.spoken and picture.spoken[r.id].answer == "no"
    ]
    return [
        Notice(
            f"{picture.name(id)} says they did not agree by phone. It no longer counts. "
            f"What has already gone out stays in the record. {_told(picture, but=id)}",
            "warning",
        )
        for id in who
    ]


def _told(picture: Picture, *, but: str) -> str:
    """Who was really told that it was denied, and will ring; else what the worker does now."""
    heard = picture.heard - {but} - picture.unreached
    people = [p for p in picture.around.everybody if p.id in heard and not picture.around.why_mute(p)]
    if people:
        return f"{names(people, 'and')} {'is' if len(people) == 1 else 'are'} asked to ring you."
    return f"Nobody here could be told. {whom_to_ring(picture.around, but={but})} Write down what you do."


def to_confirm(picture: Picture, person: Person) -> list[ApprovalRequest]:
    """What was written down as agreed by this person, and they have not answered yet; oldest first."""
    if picture.around.why_mute(person):
        return []
    mine = [r for r in picture.requests if (d := picture.decisions.get(r.id)) and d.person_id == person.id]
    return [r for r in mine if (spoken := picture.spoken.get(r.id)) and spoken.answer == ""]


def confirm_card(picture: Picture, person: Person) -> Card:
    """For whoever agreed by telephone, in their own account: is that so?"""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    waiting = to_confirm(picture, person)
    if not waiting:
        said = (
            picture.around.why_mute(person) or "Thank you. Your answer is in the record. Nothing more is needed here."
        )
        return Card(f"Case {picture.case.reference}", (Say(said),), danger=danger)
    blocks: list[Block] = []
    for request in waiting:
        spoken = picture.spoken[request.id]
        when = at(spoken.said_at, picture.charity)
        blocks.append(Notice(f"{_writer(picture, request)} writes that you agreed by phone at {when}. Is that so?"))
        if verdict := proposed(picture, request):
            blocks += [Say(lane_title(verdict)), lane_facts(picture, narrowed(picture, verdict), asked=True)]
        carried = {"c": picture.case.id, "r": request.id}
        blocks.append(
            Buttons(
                (
                    Button("Yes, I agreed", "spoken.yes", carried, "main"),
                    Button("No, I did not", "spoken.no", carried),
                )
            )
        )
        by = until(spoken.confirm_by, picture.charity)
        blocks.append(Say(f"If you do not answer by {by}, a lead is told.", quiet=True))
    return Card("Did you agree?", (*blocks, reference), danger=danger, summary="Confer: a colleague needs your answer")


def unconfirmed_card(picture: Picture, person: Person) -> Card:
    """For the lead: whom to ring, and nothing of what it is about."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    open_ = [] if picture.around.why_mute(person) else not_confirmed(picture)
    if not open_:
        text = Say("Nothing is needed from you here.")
        return Card(f"Case {picture.case.reference}", (text, reference), danger=danger)
    blocks: list[Block] = []
    for request in open_:
        who = picture.name(picture.decisions[request.id].person_id)
        when = at(picture.spoken[request.id].said_at, picture.charity)
        no = picture.spoken[request.id].answer == "no"
        what = f"{who} says: I did not agree" if no else f"{who} has not confirmed it"
        blocks.append(
            Notice(f"{_writer(picture, request)} wrote that {who} agreed by phone at {when}. {what}.", "warning")
        )
    ids = dict.fromkeys((picture.case.requester_id, *(picture.decisions[request.id].person_id for request in open_)))
    people = [each for id in ids if (each := picture.person(id)) and each.active and not each.locked]
    # Somebody it may be about since is never rung: that would warn them.
    ring = [p for p in people if p.id == picture.case.requester_id or not picture.around.is_out(p)]
    blocks = [*about_worker(picture), *blocks]
    if ring:
        all_of_them = len(ring) == len(ids) > 1
        how = (
            "Please ring them, the worker first." if all_of_them else "Please ring. Ring nobody else who is named here."
        )
        blocks.append(Say(how))
        blocks.append(Numbers(tuple(Number(p.name, p.telephone or "ask a colleague", role_of(p)) for p in ring)))
    blocks.append(Say("This message says nothing about the case, on purpose. Do not ask in chat.", quiet=True))
    return Card(
        "Please ring two colleagues", (*blocks, reference), danger=danger, summary="Confer: please ring a colleague"
    )


def not_confirmed(picture: Picture) -> list[ApprovalRequest]:
    """What was said by telephone and is not confirmed, or was denied; oldest first."""
    return [r for r in picture.requests if r.id in picture.spoken and picture.spoken[r.id].answer != "yes"]


def _writer(picture: Picture, request: ApprovalRequest) -> str:
    return picture.name(picture.spoken[request.id].recorded_by)
