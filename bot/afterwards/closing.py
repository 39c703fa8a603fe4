"""Afterwards: writing down what was done, reading what was typed, and closing.

The rule to keep: typed words are shown only in a form, only to somebody with a duty, and each reading is recorded.
"""

from __future__ import annotations

from bot.afterwards.looking import REMINDER
from bot.cards import Choice, Correct, Field, Form, Open, Pick, Reply, Say, Show, Text, Ticks
from bot.consultation import case_card
from bot.deciding.requests import sendable
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, one, typed
from bot.looks import KIND as LOOK
from bot.looks import NOBODY as NOBODY
from bot.looks import readers, watch
from bot.picture import Picture
from bot.questioning import carry
from bot.sight import readable, waiting
from bot.together import KIND as THERE
from bot.together import LEAD, needs_a_lead, still_missing, to_tell
from bot.turn import Refusal, Turn
from bot.wording import at, names
from policy.walk import Verdict

_SERVICES = (
    Choice("ambulance", "Ambulance"),
    Choice("police", "Police"),
    Choice("fire", "Fire and rescue"),
    Choice("coastguard", "Coastguard"),
)
_WHEN = Text("when", "When?", "Such as: today 14:20.", 40)
_GIVEN = Text("given", "Which reference did they give?", "Such as: log 0417. Empty if none.", 40, required=False)
_WHAT = Text(
    "what",
    "What was said or done?",
    "Who you spoke to (role only), what they said, what was agreed.",
    LIMIT,
    long=True,
)

_KINDS = {
    "reason": "What would be said",
    "approved": "Why they agreed",
    "declined": "Why they said no",
    "spoken": "What they said by phone, as the worker wrote it down",
    "question": "What they asked the worker",
    "reply": "What the worker answered",
    "departure": "Why we went further",
    "reopened": "Why it was opened again",
    "done": "What was done",
    "look": "What a second look found",
    "excused": "Why somebody cannot confirm it",
}


async def record(turn: Turn) -> Reply:
    """The form to write down what was done about one lane; about an emergency, in whatever state the case is."""
    case = await turn.mine()
    picture = await turn.picture(case)
    lanes = tuple(Choice(v.lane.id, f"{v.lane.title}: {v.outcome.title}") for v in _recordable(picture))
    if not lanes:
        raise Refusal("There is nothing to write down yet.")
    reached = {id: picture.book.recipients[id].title for v in _recordable(picture) for id in v.recipients}
    people = (*(Choice(id, title) for id, title in reached.items()), Choice(NOBODY, "Nobody outside was told"))
    fields: tuple[Field, ...] = (
        Pick("lane", "What is this about?", lanes, chosen=lanes[0].value),
        Pick("recipient", "Who was told?", people),
        *_called(_recordable(picture)),
        _WHEN,
        _GIVEN,
        _WHAT,
        CHECKED,
    )
    return Open(with_line(Form("What was done", fields, "Keep this", "record.confirm", carry(picture)), turn.book))


async def record_confirmed(turn: Turn) -> Reply:
    """Keep it, sealed; a lane that is still stopped or waiting cannot have gone out by way of this form."""
    case = await turn.mine()
    picture = await turn.picture(case)
    texts = typed(turn, [_WHEN, _GIVEN, _WHAT])
    if isinstance(texts, Correct):
        return texts
    verdict = next((v for v in _recordable(picture) if v.lane.id == one(turn.event, "lane")), None)
    recipient = one(turn.event, "recipient")
    if verdict is None:
        return Correct({"lane": "Please choose one of the list."})
    if recipient != NOBODY and recipient not in verdict.recipients:
        return Correct({"recipient": "They do not belong to the part you chose. Choose somebody else."})
    services = {choice.value: choice.label for choice in _SERVICES}
    called = [services[id] for id in turn.event.fields.get("service", ()) if id in services]
    parts = (
        texts["when"],
        f"Called: {', '.join(called)}" if called and verdict.lane.immediate else "",
        f"Their reference: {texts['given']}" if texts["given"] else "",
        texts["what"],
    )
    words = ". ".join(part for part in parts if part)
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "done", words, about=verdict.lane.id)
    await turn.tx.cases.disclose(
        case.id,
        turn.person.id,
        lane=verdict.lane.id,
        recipient=recipient,
        text_id=text_id,
    )
    case = await turn.step(case)
    turn.note("written down", case, text=text_id)
    now = await turn.picture(case)
    await watch(turn.tx, now)
    if verdict.lane.immediate:
        await turn.tx.outbox.cancel(f"{REMINDER}{case.id}")
        await turn.tell(case, LOOK, readers(now, "emergency") if _unread(now) else [], urgent=False)
    # What was really done is recorded whatever stands on the card: hiding it would help nobody.
    ahead = recipient != NOBODY and not picture.may_go(verdict)
    notice = "Kept. This was done before anybody agreed; the record says so." if ahead else "Kept in the record."
    return Show(case_card(now, notice=notice))


async def read(turn: Turn) -> Reply:
    """Show the typed words in a form: all of them to the worker, and those of their own lanes to whoever is asked."""
    case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    if case.requester_id != turn.person.id:
        case = await turn.duty()
    picture = await turn.picture(case)
    if case.requester_id != turn.person.id:
        if why_not := picture.around.why_not(turn.person):
            raise Refusal(why_not)
        if not waiting(picture, turn.person):
            raise Refusal("This has been decided, so it is closed to you now.")
    fields: list[Field] = []
    for envelope in readable(picture, turn.person):
        who, when = picture.name(envelope.person_id), at(envelope.at, turn.charity)
        fields.append(Say(f"{_KINDS.get(envelope.kind, envelope.kind)}. {who}, {when}", quiet=True))
        fields.append(Say(await turn.tx.texts.open(envelope.id)))
        turn.note("read", case, text=envelope.id)
    if not fields:
        raise Refusal("Nothing has been written that you can read here. Ask the worker by phone.")
    return Open(Form("What was written", tuple(fields), "", "", danger=turn.book.emergency.line))


async def close(turn: Turn) -> Reply:
    """End it, once what went out has been written down."""
    case = await turn.mine()
    picture = await turn.picture(case)
    if case.state != "sent":
        raise Refusal("Only a consultation that was sent can be closed.")
    if any(picture.standing(verdict) == "unasked" for verdict in sendable(picture)):
        raise Refusal("Somebody has still to be asked about this. Press “Take back and change”, then send it again.")
    if any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
        raise Refusal("Somebody has still to decide. Wait for them, or take it back.")
    if lacking := unwritten(picture):
        notice = f"Before closing, write down what was done about: {', '.join(lacking)}."
        return Show(case_card(picture, notice=notice))
    if two := still_missing(picture):
        return Show(case_card(picture, notice=f"{two} {await _asked_for(turn, picture)}"))
    case = await turn.step(case, state="closed")
    turn.note("closed", case)
    picture = await turn.picture(case)
    await watch(turn.tx, picture)
    return Show(case_card(picture))


async def _asked_for(turn: Turn, picture: Picture) -> str:
    """Whoever has no message about it yet gets one, and a lead where it needs one; what was sent, in words.

    Pressing again sends nothing again: the second look does that, day by day.
    """
    case, posts = picture.case, await turn.tx.posts.of(picture.case.id)
    have = {(post.kind, post.person_id) for post in posts}
    workers = to_tell(picture)
    leads = readers(picture, "together") if needs_a_lead(picture) else []
    await turn.tell(case, THERE, [each for each in workers if (THERE, each.id) not in have], urgent=False)
    await turn.tell(case, LEAD, [each for each in leads if (LEAD, each.id) not in have], urgent=False)
    said = []
    if others := [each for each in workers if each.id != turn.person.id]:
        said.append(f"{names(others, 'and')} {'has' if len(others) == 1 else 'have'} a message about it.")
    if turn.person in workers:
        said.append("You have a message of your own about it.")
    if leads:
        said.append(f"{names(leads, 'and')} {'is' if len(leads) == 1 else 'are'} told. Ring them.")
    if needs_a_lead(picture) and not leads:
        turn.note("nobody to ask", case)
        said.append("There is nobody left here whom we can ask.")
    return " ".join(said)


def unwritten(picture: Picture) -> list[str]:
    """The lanes that let a name out and have no record yet of what was done (2.3.5)."""
    written = {disclosure.lane for disclosure in picture.disclosures}
    return [
        verdict.lane.title
        for verdict in picture.lanes
        if verdict.lane.id not in written and verdict.outcome.sends in ("named", "agreed")
    ]


def _called(verdicts: list[Verdict]) -> tuple[Ticks, ...]:
    """Which service was rung: asked where an emergency is among what is written down."""
    if not any(verdict.lane.immediate for verdict in verdicts):
        return ()
    return (Ticks("service", "Did you ring 999? Which service?", _SERVICES),)


def _unread(picture: Picture) -> bool:
    return any(each.kind == "emergency" and each.done_at is None for each in picture.looks)


def _recordable(picture: Picture) -> list[Verdict]:
    """The lanes something can have been done about: the emergency at any time, the others once it was sent."""
    return [v for v in picture.lanes if picture.case.state == "sent" or v.lane.immediate]
