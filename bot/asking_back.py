"""Asking back: somebody who has to decide asks the worker one question, and the worker answers.

The rule to keep: what is typed is sealed, read behind a button, and only by the worker and those asked about that lane.
"""

from __future__ import annotations

from bot.cards import Correct, Facts, Field, Form, Open, Reply, Say, Show, Text
from bot.consultation import case_card
from bot.deciding.approval_card import ASKS, approval_card
from bot.deciding.approvals import asked_about
from bot.deciding.questions import ANSWERED, ANSWERS, ASKED, question_card
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, typed
from bot.phone.locked import about_worker
from bot.picture import Picture
from bot.sight import AskedBack, asked_back, beside, readable, unanswered_questions
from bot.turn import Refusal, Turn
from bot.wording import at

_QUESTION = Text("question", "What do you want to know?", "One question. No names.", LIMIT, long=True)
_REPLY = Text("reply", "Your answer", "One or two lines. No names.", LIMIT, long=True)


async def ask(turn: Turn) -> Reply:
    """The form for one question; ringing is quicker, and it says so."""
    request, picture, verdict = await asked_about(turn)
    worker = picture.person(picture.case.requester_id)
    ring = f": {worker.telephone}" if worker and worker.telephone else ""
    fields: tuple[Field, ...] = (
        *about_worker(picture),
        Facts((("Proposal", verdict.outcome.title), ("Case", picture.case.reference))),
        Say(f"Ringing is quicker{ring}. You and everybody else who was asked can still decide meanwhile."),
        _QUESTION,
        CHECKED,
    )
    carried = {"c": picture.case.id, "r": request.id, "f": request.fingerprint}
    return Open(with_line(Form("Ask the worker", fields, "Ask", f"{ASKS}.confirm", carried), turn.book))


async def asked(turn: Turn) -> Reply:
    """Keep the question and write to the worker. It stays open to everybody, and its clock runs on."""
    await turn.tx.approvals.hold(turn.event.carry.get("r", ""))
    request, picture, _ = await asked_about(turn)
    if turn.event.carry.get("f") != request.fingerprint:
        raise Refusal("What is proposed has changed since you opened this. Look at the card again.")
    texts = typed(turn, [_QUESTION])
    if isinstance(texts, Correct):
        return texts
    case = picture.case
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "question", texts[_QUESTION.id], about=request.id)
    turn.note("asked back", case, request=request.id, text=text_id)
    if worker := picture.person(case.requester_id):
        await turn.tell(case, ASKED, [worker], urgent=False)
    await turn.refresh(case)
    return Show(approval_card(await turn.picture(case), turn.person))


async def answer(turn: Turn) -> Reply:
    """The worker's form: the question as it was asked, and one answer."""
    case = await turn.mine(fresh=False)
    picture = await turn.picture(case)
    each = _open(picture, turn.event.carry.get("t", ""))
    only = "Only they and others asked about this part can read it."
    if beside(picture, {each.request.lane}):
        only = f"{only} Write nothing about your other worries."
    about = next((verdict.outcome.title for verdict in picture.lanes if verdict.lane.id == each.request.lane), "")
    fields: tuple[Field, ...] = (
        Facts((("Proposal", about), ("Case", case.reference))),
        Say(f"{picture.name(each.question.person_id)} asks:", quiet=True),
        Say(await turn.tx.texts.open(each.question.id)),
        _REPLY,
        Say(only, quiet=True),
        CHECKED,
    )
    turn.note("read", case, text=each.question.id)
    carried = {"c": case.id, "t": each.question.id}
    return Open(with_line(Form("Your answer", fields, "Send the answer", f"{ANSWERS}.confirm", carried), turn.book))


async def answered(turn: Turn) -> Reply:
    """Keep the answer and write to whoever asked."""
    case = await turn.mine(fresh=False)
    picture = await turn.picture(case)
    id = turn.event.carry.get("t", "")
    question = next((text for text in picture.texts if text.id == id and text.kind == "question"), None)
    await turn.tx.approvals.hold(question.about if question else "")
    case = await turn.tx.cases.get(case.id)
    if case.requester_id != turn.person.id:
        raise Refusal("This was handed over a moment ago. Whoever has it now answers. Your answer was not kept.")
    picture = await turn.picture(case)  # whoever decided or answered a moment earlier is seen in this one
    each = _open(picture, id)
    texts = typed(turn, [_REPLY])
    if isinstance(texts, Correct):
        return texts
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "reply", texts[_REPLY.id], about=id)
    turn.note("answered back", case, request=each.request.id, text=text_id)
    if asker := picture.person(each.question.person_id):
        await turn.tell(case, ANSWERED, [asker], urgent=False)
    await turn.refresh(case)
    picture = await turn.picture(case)
    # In place of the message that asked, or of the worker's card: whichever carried the button.
    here = any(p.kind == ASKED and p.message == turn.event.message for p in await turn.tx.posts.of(case.id))
    return Show(question_card(picture) if here else case_card(picture, notice="Your answer is sent."))


async def read(turn: Turn) -> Reply:
    """One question and what was answered, to the worker and to those who may read the words of its lane."""
    case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    if case.requester_id != turn.person.id:
        case = await turn.duty()
    picture = await turn.picture(case)
    may = {text.id for text in readable(picture, turn.person)}
    id = turn.event.carry.get("t", "")
    each = next((e for e in asked_back(picture, picture.requests) if e.question.id == id), None)
    if each is None or id not in may:
        raise Refusal("This has been decided, or it is not for you, so it is closed to you now.")
    fields: list[Field] = []
    for said, text in (("asked", each.question), ("answered", each.reply)):
        if text is not None:
            who, when = picture.name(text.person_id), at(text.at, turn.charity)
            fields += [Say(f"{who} {said} at {when}", quiet=True), Say(await turn.tx.texts.open(text.id))]
            turn.note("read", case, text=text.id)
    if each.reply is None:
        fields.append(Say("No answer yet.", quiet=True))
    return Open(Form("What was asked", tuple(fields), "", "", danger=turn.book.emergency.line))


def _open(picture: Picture, id: str) -> AskedBack:
    """The question of this id, while it waits for its answer. Raises Refusal."""
    for each in unanswered_questions(picture):
        if each.question.id == id:
            return each
    if any(each.question.id == id and each.reply for each in asked_back(picture, picture.requests)):
        raise Refusal("You have answered this already. Your first answer stands.")
    raise Refusal("This question is not needed any more: it was decided, changed or passed on.")
