"""A reader of the digest asks the safeguarding lead a question, and the answer comes back to them.

The rule to keep: the words are sealed, stand in forms alone, and are read by the leads and by whoever asked; a message
says that something was asked or answered, and never what.
"""

from __future__ import annotations

import re

from bot import messages
from bot.cards import (
    Aside,
    Block,
    Button,
    Buttons,
    Card,
    Correct,
    Field,
    Form,
    Heading,
    Notice,
    Open,
    Reply,
    Say,
    Show,
    Text,
)
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, typed
from bot.messages import Scene
from bot.organisation.charity import Charity
from bot.quiet_day import remind
from bot.reporting import without_lead
from bot.reporting.readers import may_read
from bot.reporting.without_lead import may_answer
from bot.turn import Refusal, Turn
from bot.wording import at, role_of
from storage.enquiries import KEPT, Enquiry
from storage.records import NotFound, Person
from storage.store import Transaction

KIND = without_lead.ASKED
"""The kind of the message to the leads: somebody asks about the digest."""

ANSWERED = "enquiry_answered"
"""The kind of the message to whoever asked."""

ASK, READ, READ_ANSWER = "enquiry", "enquiry.read", "enquiry.answered"
"""The actions: asking, reading to answer, reading the answer."""

_QUESTION = Text("question", "What do you want to know?", "One question. No names.", LIMIT, long=True)
_ANSWER = Text("answer", "Your answer", "One or two lines. No names.", LIMIT, long=True)
_NOBODY = Notice("Name nobody: no client, no colleague, no case. Is it about one case? Then ring instead.", "warning")
_WEEK = re.compile(r"\d{4}-W\d\d")


async def remind_leads(tx: Transaction, charity: Charity) -> None:
    """Each morning, while a question waits: it stands in the message of the day of every lead there is by now."""
    if await tx.enquiries.waiting():
        await without_lead.look_again(tx)
        for person in await tx.people.everybody():
            if may_answer(person):
                await remind(tx, charity, person.id)


async def ask(turn: Turn) -> Reply:
    """The form; where no lead can be written to, whom to ring instead. Raises Refusal."""
    leads = await _leads(turn)
    if not leads:
        return Aside(await _ring_instead(turn))
    fields: tuple[Field, ...] = (_NOBODY, _QUESTION, CHECKED, Say(f"{_who(leads)} can read it. The answer comes here."))
    form = Form("Ask the lead", fields, "Ask", f"{ASK}.confirm", {"w": _week(turn)})
    return Open(with_line(form, turn.book))


async def asked(turn: Turn) -> Reply:
    """Keep it and write to every lead; it stands with them until one answers. Raises Refusal."""
    leads = await _leads(turn)
    texts = typed(turn, [_QUESTION])
    if isinstance(texts, Correct):
        return texts
    if not leads:
        return Aside(await _ring_instead(turn))
    id = await turn.tx.enquiries.ask(turn.person.id, _week(turn), texts[_QUESTION.id])
    turn.note("asked the lead", enquiry=id)
    await messages.send(turn.tx, KIND, leads, enquiry=id)
    for lead in leads:
        await remind(turn.tx, turn.charity, lead.id, after=turn.now)
    said = Say(f"{_who(leads)} can read it now. The answer comes to you as a message.")
    return Aside(Card("Your question is sent", (said,), danger=turn.book.emergency.line))


async def read(turn: Turn) -> Reply:
    """The lead's form: the question, and one answer. Raises Refusal."""
    enquiry = await _to_answer(turn)
    question, _ = await turn.tx.enquiries.open(enquiry.id)
    turn.note("read", enquiry=enquiry.id)
    fields: tuple[Field, ...] = (
        Say(f"{await _name(turn, enquiry.asked_by)} asks:", quiet=True),
        Say(question),
        _ANSWER,
        Say("Only they and the leads can read it. Name nobody.", quiet=True),
        CHECKED,
    )
    form = Form("Your answer", fields, "Send the answer", "enquiry.answer.confirm", {"q": enquiry.id})
    return Open(with_line(form, turn.book))


async def answered(turn: Turn) -> Reply:
    """Keep the answer and write to whoever asked. Raises Refusal."""
    enquiry = await _to_answer(turn)
    texts = typed(turn, [_ANSWER])
    if isinstance(texts, Correct):
        return texts
    if not await turn.tx.enquiries.answer(enquiry.id, turn.person.id, texts[_ANSWER.id]):
        raise Refusal("Somebody has answered a moment ago. Your answer was not kept.")
    turn.note("answered the reader", enquiry=enquiry.id)
    asker = (await turn.tx.people.get([enquiry.asked_by])).values()
    await messages.send(turn.tx, ANSWERED, asker, enquiry=enquiry.id)
    return Show(Card("Answered", (Say("Your answer is sent. Thank you."),), danger=turn.book.emergency.line))


async def read_answer(turn: Turn) -> Reply:
    """The question and the answer, for whoever asked it. Raises Refusal."""
    enquiry = await _found(turn)
    if enquiry is None or enquiry.asked_by != turn.person.id or not may_read(turn.person):
        raise Refusal("This answer is for whoever asked, or it is not kept any more.")
    question, answer = await turn.tx.enquiries.open(enquiry.id)
    turn.note("read", enquiry=enquiry.id)
    fields: list[Field] = [Say("You asked:", quiet=True), Say(question)]
    if enquiry.answered_by and enquiry.answered_at:
        who, when = await _name(turn, enquiry.answered_by), at(enquiry.answered_at, turn.charity)
        fields += [Say(f"{who} answered at {when}:", quiet=True), Say(answer)]
    else:
        fields.append(Say("No answer yet.", quiet=True))
    return Open(Form("What was answered", tuple(fields), "", "", danger=turn.book.emergency.line))


async def asked_card(scene: Scene) -> Card | None:
    """For a lead: who asks; None once it is answered, or they lead no more."""
    enquiry = await _of(scene)
    if enquiry is None or enquiry.answered_at or not may_answer(scene.person):
        return None
    asker = (await scene.tx.people.get([enquiry.asked_by])).get(enquiry.asked_by)
    who = f"{asker.name} ({role_of(asker)})" if asker else "Somebody who has left"
    blocks: list[Block] = [
        Say(f"{who} asks you something about the weekly digest."),
        Buttons((Button("Read and answer", READ, {"q": enquiry.id}, "main"),)),
        Say("It stays on your home page until a lead answers.", quiet=True),
    ]
    return scene.card("A question for you", blocks, summary="Confer: somebody asks you something")


async def answered_card(scene: Scene) -> Card | None:
    """For whoever asked, while they may read the digest."""
    enquiry = await _of(scene)
    if enquiry is None or enquiry.asked_by != scene.person.id or not may_read(scene.person):
        return None
    blocks: list[Block] = [
        Say("A safeguarding lead has answered your question about the weekly digest."),
        Buttons((Button("Read the answer", READ_ANSWER, {"q": enquiry.id}, "main"),)),
        Say(f"You can read it for {KEPT.days} days. Then both are destroyed.", quiet=True),
    ]
    return scene.card("You have an answer", blocks, summary="Confer: you have an answer")


async def home_blocks(turn: Turn) -> list[Block]:
    """What the leads have still to answer; who asked, and not what."""
    if not may_answer(turn.person):
        return []
    waiting = [each for each in await turn.tx.enquiries.waiting() if each.asked_by != turn.person.id]
    blocks: list[Block] = [Heading("Questions about the digest")] if waiting else []
    for each in waiting[:5]:
        who = await _name(turn, each.asked_by)
        blocks.append(Say(f"{who}, since {at(each.asked_at, turn.charity)}"))
        blocks.append(Buttons((Button("Read and answer", READ, {"q": each.id}, "main", hint=f"Answer {who}"),)))
    return blocks


async def _leads(turn: Turn) -> list[Person]:
    """Every other safeguarding lead whom a message of ours can reach. Raises Refusal."""
    if not may_read(turn.person):
        raise Refusal("Only trustees and leads ask about the weekly digest.")
    return await without_lead.reached(turn.tx, turn.person.id)


async def _ring_instead(turn: Turn) -> Card:
    """Whom to ring; administrators are told at once that there is nobody to ask."""
    await without_lead.tell_administrators(turn.tx)
    everybody = await turn.tx.people.everybody()
    blocks = without_lead.whom_to_ring(everybody, turn.person)
    return Card("Please ring instead", tuple(blocks), danger=turn.book.emergency.line)


async def _to_answer(turn: Turn) -> Enquiry:
    """The pressed one, for a lead, while nobody has answered. Raises Refusal."""
    enquiry = await _found(turn)
    if not may_answer(turn.person) or (enquiry and enquiry.asked_by == turn.person.id):
        raise Refusal("Only a safeguarding lead answers this, and nobody answers their own question.")
    if enquiry is None:
        raise Refusal("This question is not kept any more. Nothing is needed from you.")
    if enquiry.answered_by:
        raise Refusal(f"{await _name(turn, enquiry.answered_by)} has answered this. Nothing is needed from you.")
    return enquiry


async def _found(turn: Turn) -> Enquiry | None:
    try:
        return await turn.tx.enquiries.get(turn.event.carry.get("q", ""))
    except NotFound:
        return None


async def _of(scene: Scene) -> Enquiry | None:
    try:
        return await scene.tx.enquiries.get(scene.about.get("enquiry", ""))
    except NotFound:
        return None


async def _name(turn: Turn, id: str) -> str:
    person = (await turn.tx.people.get([id])).get(id)
    return person.name if person else "A former colleague"


def _week(turn: Turn) -> str:
    week = turn.event.carry.get("w", "")
    return week if _WEEK.fullmatch(week) else ""


def _who(leads: list[Person]) -> str:
    return " and ".join(each.name for each in leads)
