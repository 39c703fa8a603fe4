"""I can't decide this: somebody who was asked passes it on, and somebody else is asked at once.

The rule to keep: it costs nobody anything to say so, and a request never stays with nobody and no next time.
"""

from __future__ import annotations

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Choice,
    Correct,
    Facts,
    Field,
    Form,
    Heading,
    Notice,
    Number,
    Numbers,
    Open,
    Pick,
    Plain,
    Reply,
    Say,
    Show,
    Small,
)
from bot.deciding.approval_card import PASSES, approval_card
from bot.deciding.approvals import LATE, asked_about
from bot.deciding.requests import bring_up_to_date, held, tell_on_duty, write_in_the_morning
from bot.deciding.rungs import asked_still, held_back, leads, may_decide, next_one, pace
from bot.emergency import with_line
from bot.forms import one
from bot.guidance import ADVICE_NOW
from bot.picture import URGENT, Picture
from bot.sight import proposed
from bot.turn import Refusal, Turn
from bot.wording import names, role_of
from policy.walk import Verdict
from storage.records import ApprovalRequest, Conflict, Person

KIND = "passed"
"""The kind of the worker's message: somebody cannot decide it, and who does instead, or that nobody could be asked."""

TOO_CLOSE = "too_close"

_WHY = (
    Choice("off_duty", "I am off duty, or cannot do this now"),
    Choice(TOO_CLOSE, "I am too close to it", "You then hear nothing more about this case, and cannot decide it."),
    Choice("not_sure", "I am not sure that I may"),
)


async def cannot(turn: Turn) -> Reply:
    """The form: one of three fixed reasons."""
    request, picture, verdict = await asked_about(turn)
    fields: tuple[Field, ...] = (
        Facts((("Proposal", verdict.outcome.title), ("Case", picture.case.reference))),
        Say("That is all right. Somebody else is asked at once. The worker does not read why."),
        Pick("why", "Why can you not decide it?", _WHY),
    )
    carried = {"c": picture.case.id, "r": request.id, "f": request.fingerprint}
    form = Form("I can't decide this", fields, "Pass it on", f"{PASSES}.confirm", carried)
    return Open(with_line(form, turn.book))


async def passed_on(turn: Turn) -> Reply:
    """Take them off this request, and whoever is too close out of the case; ask somebody else; tell the worker."""
    await turn.tx.approvals.hold(turn.event.carry.get("r", ""))
    request, picture, _ = await asked_about(turn)
    why = one(turn.event, "why")
    if why not in {choice.value for choice in _WHY}:
        return Correct({"why": "Please choose one of the list."})
    case = picture.case
    try:
        await turn.tx.approvals.pass_on(request.id, turn.person.id, why)
    except Conflict as late:
        raise Refusal(LATE) from late
    turn.note("passed on", case, request=request.id)
    if why == TOO_CLOSE:
        await turn.tx.cases.bar(case.id, [turn.person.id])
        turn.note("kept from people", case)
    await _ask_somebody_else(turn, request)
    picture = await bring_up_to_date(turn, case)
    if why == TOO_CLOSE:
        await tell_on_duty(turn, picture)
    if worker := picture.person(case.requester_id):
        await turn.tell(case, KIND, [worker], urgent=False)
    await turn.refresh(case)
    return Show(approval_card(await turn.picture(case), turn.person))


def cannot_decide(picture: Picture, verdict: Verdict) -> list[Plain]:
    """For the worker: who cannot decide this, without why, and who was asked; whom to ring where nobody was."""
    request, passed = picture.request(verdict), picture.passed(verdict)
    if request is None or request.state != "pending" or not passed:
        return []
    gone = names([person for person in picture.around.everybody if person.id in passed], "and")
    able = set(may_decide(picture, request, verdict, asked_still(picture, request)))
    left = [person for person in asked_still(picture, request) if person.id in able - picture.unreached]
    if left:
        have = "has" if len(left) == 1 else "have"
        return [Say(f"{gone} cannot decide this. {names(left, 'and')} {have} been asked.")]
    rows = tuple(
        Number(person.name, person.telephone or "ask a colleague", role_of(person))
        for person in leads(picture, request)
    )
    ring = "Please ring:" if rows else "Ring a colleague who is not part of it."
    nobody = f"{gone} cannot decide this. Nobody else here could be asked for now. {ring}"
    advice = [Say(ADVICE_NOW)] if verdict.lane.protective else []
    return [Notice(nobody, "warning"), *([Numbers(rows)] if rows else []), *advice]


def passed_card(picture: Picture) -> Card:
    """The worker's own message, because a card that is only edited alerts nobody: whom to ring now."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    blocks: list[Block] = []
    for verdict in picture.lanes:
        request, said = picture.request(verdict), cannot_decide(picture, verdict)
        if request is None or not said:
            continue
        able = set(may_decide(picture, request, verdict, asked_still(picture, request)))
        rows = [person for person in asked_still(picture, request) if person.id in able and person.telephone]
        blocks += [Heading(verdict.lane.title), *said] if len(picture.lanes) > 1 else said
        if rows:
            blocks.append(Numbers(tuple(Number(each.name, each.telephone, role_of(each)) for each in rows)))
    if not blocks:
        text = Say("This is settled by now. Look at your card.")
        return Card(f"Case {picture.case.reference}", (text,), danger=danger)
    blocks.append(Buttons((Button("Open it", "open", {"c": picture.case.id}, "main"),)))
    return Card("Somebody else decides", (*blocks, reference), danger=danger, summary="Confer: please ring a colleague")


async def _ask_somebody_else(turn: Turn, request: ApprovalRequest) -> None:
    """On the same request: whoever was asked too, else the next one, else the leads, who are told where they may not.

    While the case is silenced nobody new comes in beyond what the book says of its one lead.
    """
    picture = await turn.picture(await turn.tx.cases.get(request.consultation_id))
    picture, people = await held(turn, picture, lambda seen: _next(seen, request.id))
    request = _same(picture, request.id)
    verdict = proposed(picture, request)
    if verdict is None or _still_here(picture, request, verdict):
        return
    may = set(may_decide(picture, request, verdict, people))
    await turn.tx.approvals.also_ask(request, sorted(may), "passed")
    turn.note("asked next" if may else "nobody to ask", picture.case, request=request.id)
    if held_back(picture, request):
        return  # it waits for waking hours: the first step of its ladder writes to whoever was asked by then
    if await write_in_the_morning(turn.tx, picture, request):
        return
    urgent = pace(picture, request) in URGENT
    await turn.tell(picture.case, "approval", [person for person in people if person.id in may], urgent=urgent)
    told = [person for person in people if person.id not in may]
    await turn.tell(picture.case, "told", told, urgent=urgent)


def _next(picture: Picture, request_id: str) -> list[Person]:
    request = _same(picture, request_id)
    verdict = proposed(picture, request)
    if verdict is None or _still_here(picture, request, verdict):
        return []
    others = [person for person in leads(picture, request) if person.id not in request.passed]
    return next_one(picture, request, verdict) or others


def _still_here(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> bool:
    """Whether somebody who was asked can still decide it, is not away, and has an account that we can write to.

    While the case is silenced the last is no reason to bring somebody new in.
    """
    gone = picture.around.absent.keys() | (set() if picture.around.silenced else picture.unreached)
    return any(id not in gone for id in may_decide(picture, request, verdict, asked_still(picture, request)))


def _same(picture: Picture, request_id: str) -> ApprovalRequest:
    return next(request for request in picture.requests if request.id == request_id)
