"""The second person: what they see, and Approve and Decline, each with a reason and the word that it was talked over.

The rule to keep: who may decide is worked out again on every press, and the database takes one decision, once.
"""

from __future__ import annotations

from bot.by_phone import agreed_words
from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Confirm,
    Correct,
    Facts,
    Field,
    Form,
    Heading,
    Notice,
    Numbers,
    Open,
    Points,
    Reply,
    Say,
    Show,
    Small,
    Text,
)
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, ticked, typed
from bot.lanes import lane_facts, lane_numbers, lane_title
from bot.picture import Picture
from bot.questioning import answer_line
from bot.requests import bring_up_to_date, still_told
from bot.roster import allowed
from bot.sight import narrowed, proposed, readable, waiting
from bot.turn import Refusal, Turn
from bot.wording import at
from policy.grounds import tellable
from policy.walk import Verdict
from storage.records import ApprovalRequest, Conflict, Decision, NotFound, Person
from storage.records import Verdict as Yes

_TALKED = Confirm("talked", "We talked this over, by phone or face to face")
_LATE = "Somebody has decided this already. Your press changed nothing."
_REASON = Text("reason", "Why?", "One or two lines. No names.", LIMIT, long=True)


def approval_card(picture: Picture, person: Person, *, notice: str = "") -> Card:
    """What an asked person sees: the proposal and two buttons a lane while undecided, else reference and state."""
    mine = [request for request in picture.requests if person.id in request.asked and request.state != "told"]
    why_not = picture.around.why_not(person)
    blocks: list[Block] = [Notice(notice, "warning")] if notice else []
    pending = waiting(picture, person)
    if why_not or not pending:
        blocks.append(Notice(why_not or _settled(picture, mine)))
        return Card(f"Case {picture.case.reference}", tuple(blocks), danger=picture.book.emergency.line)
    worker = picture.person(picture.case.requester_id)
    telephone = f" on {worker.telephone}" if worker and worker.telephone else ""
    blocks.append(Say(f"{picture.name(picture.case.requester_id)} asks you to decide. Talk to them first{telephone}."))
    words = bool(readable(picture, person))
    for request, verdict in pending:
        blocks += _question(picture, request, narrowed(picture, verdict), several=len(pending) > 1, words=words)
    blocks.append(Small(f"Case {picture.case.reference}. Rules {picture.book.id} {picture.book.version}."))
    return Card(
        "Do you agree?", tuple(blocks), danger=picture.book.emergency.line, summary="Confer: please ring a colleague"
    )


def told_card(picture: Picture, person: Person) -> Card:
    """For those who are only told: whose case, where to ring, nothing of its content."""
    danger = picture.book.emergency.line
    reference = Small(f"Case {picture.case.reference}.")
    if not still_told(picture, person):
        return Card(
            f"Case {picture.case.reference}", (Say("Nothing is needed from you here."), reference), danger=danger
        )
    worker = picture.person(picture.case.requester_id)
    name = worker.name if worker else "A worker"
    ring = f"Please ring {name} now" + (f": {worker.telephone}." if worker and worker.telephone else ".")
    rang = "has rung 999" if picture.rung else "was told to ring 999"
    why = f"{name} {rang}." if picture.in_emergency else f"{name} needs to talk to you today."
    if not picture.in_emergency and picture.case.state in ("asking", "paused"):
        why = f"{name} pressed 999 and then took it back. Ring them to be sure."
    blocks: tuple[Block, ...] = (
        Notice(why, "warning"),
        Say(ring),
        Say("This message says nothing about the case, on purpose. Do not ask for details in chat.", quiet=True),
        reference,
    )
    return Card("Please ring your colleague", blocks, danger=danger, summary="Urgent: please ring the duty worker")


async def approve(turn: Turn) -> Reply:
    """Open the form that takes the reason and the word that it was talked over."""
    return await _form(turn, "Yes, I agree", "approve.confirm", "Why do you agree?")


async def decline(turn: Turn) -> Reply:
    """The same for a no: never silent, never without a reason."""
    return await _form(turn, "No, I do not agree", "decline.confirm", "Why not?")


async def approve_confirmed(turn: Turn) -> Reply:
    return await _decide(turn, "approved")


async def decline_confirmed(turn: Turn) -> Reply:
    return await _decide(turn, "declined")


async def open_approval(turn: Turn) -> Reply:
    """An asked person opens their card from the home page."""
    case = await turn.duty()
    await turn.show_here(case, "approval")
    return Show(approval_card(await turn.picture(case), turn.person))


async def _form(turn: Turn, submit: str, action: str, why: str) -> Reply:
    request, picture, verdict = await _checked(turn)
    fields: tuple[Field, ...] = (
        Facts((("Proposal", verdict.outcome.title), ("Case", picture.case.reference))),
        Text("reason", why, _REASON.hint, LIMIT, long=True),
        _TALKED,
        CHECKED,
    )
    carried = {"c": picture.case.id, "r": request.id, "f": request.fingerprint}
    return Open(with_line(Form("Your decision", fields, submit, action, carried), turn.book))


async def _decide(turn: Turn, verdict: Yes) -> Reply:
    state = await turn.tx.approvals.hold(turn.event.carry.get("r", ""))
    if state in ("approved", "declined"):
        raise Refusal(_LATE)  # at once: whoever pressed at the same moment waits behind this
    request, picture, _ = await _checked(turn)
    if turn.event.carry.get("f") != request.fingerprint:
        raise Refusal("What is proposed has changed since you opened this. Look at the card again.")
    texts = typed(turn, [_REASON])
    errors = dict(texts.errors) if isinstance(texts, Correct) else {}
    if not ticked(turn.event, _TALKED.id):
        errors[_TALKED.id] = "Talk to the worker first, then tick this. A press alone is not agreement."
    if errors or isinstance(texts, Correct):
        return Correct(errors)
    case = picture.case
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, verdict, texts["reason"], about=request.id)
    try:
        await turn.tx.approvals.settle(
            request.id, turn.person.id, verdict=verdict, fingerprint=request.fingerprint, text_id=text_id
        )
    except Conflict as late:
        raise Refusal(_LATE) from late
    turn.note(verdict, case, request=request.id)
    await bring_up_to_date(turn, case)
    await turn.refresh(case)
    return Show(approval_card(await turn.picture(case), turn.person))


async def _checked(turn: Turn) -> tuple[ApprovalRequest, Picture, Verdict]:
    """The request that was pressed, once everything that must be true of this person has been checked again."""
    try:
        request = await turn.tx.approvals.get(turn.event.carry.get("r", ""))
        case = await turn.tx.cases.get(request.consultation_id)
    except NotFound as gone:
        raise Refusal("We cannot find this request. Open the home page to see what waits for you.") from gone
    picture = await turn.picture(case)
    if why_not := picture.around.why_not(turn.person):
        raise Refusal(why_not)
    if turn.person.id not in request.asked:
        raise Refusal("You have not been asked about this one, so it stays closed to you.")
    if not allowed(picture.book.approvals[request.code], turn.person):
        raise Refusal("Your role cannot decide this one. Another person has been asked.")
    if request.state != "pending":
        raise Refusal(_settled(picture, [request]))
    verdict = proposed(picture, request)
    if verdict is not None and turn.person.id in picture.agreed(verdict):
        raise Refusal("You have agreed already. The second one has to be somebody else.")
    if verdict is None:
        raise Refusal("What was proposed has changed. The worker has to send it again.")
    return request, picture, verdict


def _question(
    picture: Picture, request: ApprovalRequest, verdict: Verdict, *, several: bool, words: bool
) -> list[Block]:
    blocks: list[Block] = [Heading(lane_title(verdict)), Say(verdict.outcome.plain)]
    if picture.noes(verdict):
        blocks.append(
            Notice("Somebody has said no to this. You are the second opinion; the first yes stands.", "warning")
        )
    blocks.append(lane_facts(picture, verdict, asked=True))
    if why := _answers(picture, verdict):
        blocks += [Say("What the worker answered:"), Points(why)]
    rows = lane_numbers(picture, verdict)
    if verdict.lane.protective and rows:
        blocks.append(Numbers(rows))
    carried = {"c": picture.case.id, "r": request.id, "f": request.fingerprint}
    about = f" ({verdict.lane.title})" if several else ""
    buttons = [
        Button(f"Approve{about}", "approve", carried, "main"),
        Button(f"Decline{about}", "decline", carried),
    ]
    if words:
        buttons.append(Button("Read what they would say", "read", {"c": picture.case.id}))
    blocks.append(Buttons(tuple(buttons)))
    blocks.append(Small(f"Policy {', '.join(verdict.clauses)}."))
    return blocks


def _answers(picture: Picture, verdict: Verdict) -> tuple[str, ...]:
    """The fixed answers this lane rests on, but plain "no"s. What another lane rests on is not for this person."""
    lines = []
    rests_on = tellable(picture.book, verdict.lane.id)
    for question in picture.book.questions:
        value = picture.case.values.get(question.id)
        if question.id not in rests_on or question.id not in picture.walked.asked or value in (None, "no"):
            continue
        lines.append(answer_line(question, value))
    return tuple(lines)


def _settled(picture: Picture, mine: list[ApprovalRequest]) -> str:
    """Where the requests this person was asked about stand, in words."""
    if picture.case.state in ("asking", "paused", "withdrawn"):
        return "The worker took this back. Nothing is needed from you."
    for request in reversed(mine):
        decision: Decision | None = picture.decisions.get(request.id)
        if decision is not None and request.id in picture.spoken:
            return f"Already decided: {agreed_words(picture, request)}"
        if decision is not None:
            words = "agreed to" if decision.verdict == "approved" else "said no to"
            when = at(decision.at, picture.charity)
            return f"Already decided: {picture.name(decision.person_id)} {words} this at {when}."
    if any(request.state == "withdrawn" for request in mine):
        return "The worker took this back. Nothing is needed from you."
    return "Nothing is needed from you here any more."
