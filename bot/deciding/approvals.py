"""The second person: what they see, and Approve and Decline, each with a reason and the word that it was talked over.

The rule to keep: who may decide is worked out again on every press, and the database takes one decision, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.by_phone import CONFIRM, confirm_card, to_confirm
from bot.cards import Confirm, Correct, Facts, Field, Form, Notice, Open, Reply, Show, Text
from bot.deciding.approval_card import approval_card, settled_words
from bot.deciding.requests import bring_up_to_date
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, ticked, typed
from bot.phone import factors
from bot.phone.locked import about_worker
from bot.picture import Picture
from bot.roster import allowed
from bot.second_opinion import below
from bot.sight import proposed
from bot.turn import Refusal, Turn
from policy.walk import Verdict
from storage.records import ApprovalRequest, Conflict, NotFound
from storage.records import Verdict as Yes

_TALKED = Confirm("talked", "We talked this over, by phone or face to face")
DECIDED = "decided"
"""The kind of the worker's message: somebody agreed, or said no (`bot.decided`)."""

LATE = "Somebody has decided this already. Your press changed nothing."
_NOT_YET = "Your answer was not written down: somebody has just written that you agreed by phone. Please answer this."
_MINE: Mapping[Yes, str] = {"approved": "You have agreed to this already.", "declined": "You have said no already."}
_REASON = Text("reason", "Why?", "One or two lines. No names.", LIMIT, long=True)


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
    turn.note("proposal looked at", case)
    await turn.show_here(case, "approval")
    return Show(approval_card(await turn.picture(case), turn.person))


async def open_agreement(turn: Turn) -> Reply:
    """Somebody of whom it is written that they agreed by phone opens the question from the home page."""
    case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    picture = await turn.picture(case)
    if not to_confirm(picture, turn.person):
        raise Refusal("Nothing waits for your word here. Open the home page to see what does.")
    await turn.show_here(case, CONFIRM)
    return Show(confirm_card(picture, turn.person))


async def _form(turn: Turn, submit: str, action: str, why: str) -> Reply:
    request, picture, verdict = await asked_about(turn)
    fields: tuple[Field, ...] = (
        *about_worker(picture),
        Facts((("Proposal", verdict.outcome.title), ("Case", picture.case.reference))),
        Text("reason", why, _REASON.hint, LIMIT, long=True),
        _TALKED,
        CHECKED,
        *(await factors.field(turn, picture, request) if action == "approve.confirm" else ()),
    )
    carried = {"c": picture.case.id, "r": request.id, "f": request.fingerprint}
    return Open(with_line(Form("Your decision", fields, submit, action, carried), turn.book))


async def _decide(turn: Turn, verdict: Yes) -> Reply:
    state = await turn.tx.approvals.hold(turn.event.carry.get("r", ""))
    if state in ("approved", "declined"):
        return await _decided_already(turn, verdict)  # at once: whoever pressed in the same moment waits behind this
    request, picture, _ = await asked_about(turn)
    if turn.event.carry.get("f") != request.fingerprint:
        raise Refusal("What is proposed has changed since you opened this. Look at the card again.")
    texts = typed(turn, [_REASON])
    errors = dict(texts.errors) if isinstance(texts, Correct) else {}
    if not ticked(turn.event, _TALKED.id):
        errors[_TALKED.id] = "Talk to the worker first, then tick this. A press alone is not agreement."
    if errors or isinstance(texts, Correct):
        return Correct(errors)
    if verdict == "approved" and (wrong := await factors.check(turn, picture, request)):
        return wrong
    case = picture.case
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, verdict, texts["reason"], about=request.id)
    try:
        await turn.tx.approvals.settle(
            request.id, turn.person.id, verdict=verdict, fingerprint=request.fingerprint, text_id=text_id
        )
    except Conflict as late:
        raise Refusal(LATE) from late
    turn.note(verdict, case, request=request.id)
    picture = await bring_up_to_date(turn, case)
    if worker := picture.person(case.requester_id):
        await turn.tell(case, DECIDED, [worker], urgent=False)
    await turn.refresh(case)
    picture = await turn.picture(case)
    await turn.tx.seal_notes()  # nothing is written after it; so the card shows a ledger with this decision in it
    return Show(approval_card(replace(picture, head=await turn.tx.ledger.head()), turn.person))


async def _decided_already(turn: Turn, verdict: Yes) -> Reply:
    """Raises Refusal, unless it was this very press: they read "not recorded yet", though it was, and pressed again.

    Where somebody else wrote down meanwhile that they agreed by phone, their press answers nothing: they are asked.
    """
    made = await turn.tx.approvals.decision(turn.event.carry.get("r", ""))
    if made is None or made.person_id != turn.person.id:
        raise Refusal(LATE)
    request = await turn.tx.approvals.get(made.request_id)
    case = await turn.tx.cases.get(request.consultation_id)
    picture = await turn.picture(case)
    if request in to_confirm(picture, turn.person):
        await turn.show_here(case, CONFIRM)
        card = confirm_card(picture, turn.person)
        return Show(replace(card, blocks=(Notice(_NOT_YET, "warning"), *card.blocks)))
    if request.id in picture.spoken:
        raise Refusal(settled_words(picture, turn.person, request))
    if made.verdict != verdict:
        raise Refusal(f"{_MINE[made.verdict]} Your press changed nothing. If you see it differently now, ring.")
    return Show(approval_card(picture, turn.person))


async def asked_about(turn: Turn) -> tuple[ApprovalRequest, Picture, Verdict]:
    """The request that was pressed, once everything that must be true of this person has been checked again.

    Raises Refusal. Whoever goes on to change something has taken hold of the request before.
    """
    try:
        request = await turn.tx.approvals.get(turn.event.carry.get("r", ""))
        case = await turn.tx.cases.get(request.consultation_id)
    except NotFound as gone:
        raise Refusal("We cannot find this request. Open the home page to see what waits for you.") from gone
    picture = await turn.picture(case)
    # As the roster has them now: they may have been locked out, or have left, while this press waited for its turn.
    person = picture.person(turn.person.id) or turn.person
    if why_not := picture.around.why_not(person):
        raise Refusal(why_not)
    if turn.person.id not in request.asked:
        raise Refusal("You have not been asked about this one, so it stays closed to you.")
    if turn.person.id in request.passed:
        raise Refusal(settled_words(picture, turn.person, request))
    approval = picture.book.approvals.get(request.code)
    if approval is None or not allowed(approval, person):
        raise Refusal("Your role cannot decide this one. Another person has been asked.")
    if request.state != "pending":
        raise Refusal(settled_words(picture, turn.person, request))
    verdict = proposed(picture, request)
    if verdict is not None and picture.around.human(turn.person.id) & picture.agreed(verdict):
        raise Refusal("You have agreed already. The second one has to be somebody else.")
    if verdict is None:
        raise Refusal("What was proposed has changed. The worker has to send it again.")
    if turn.person.id in below(picture, request, verdict):
        raise Refusal("Your role cannot give a second opinion here. Another person has been asked.")
    return request, picture, verdict
