"""Reading what was typed, and closing.

The rule to keep: typed words are shown only in a form, only to somebody with a duty, and each reading is recorded.
"""

from __future__ import annotations

from bot.afterwards.chasing import rest
from bot.afterwards.finishing import finish
from bot.cards import Field, Form, Open, Reply, Say, Show
from bot.consultation import case_card
from bot.deciding.requests import sendable
from bot.follow_through import missing, to_finish
from bot.follow_words import disclosure_line
from bot.keeping.clocks import closed
from bot.looks import readers, watch
from bot.picture import Picture
from bot.sight import readable, waiting
from bot.together import KIND as THERE
from bot.together import LEAD, needs_a_lead, still_missing, to_tell
from bot.turn import Refusal, Turn
from bot.wording import at, names

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
    "correction": "A correction of what was done. Both are kept",
    "told": "Whether the person was told",
    "not_shared": "Why nothing was shared",
    "look": "What a second look found",
    "excused": "Why somebody cannot confirm it",
}


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
    written = {done.text_id: done for done in picture.disclosures}
    for envelope in readable(picture, turn.person):
        who, when = picture.name(envelope.person_id), at(envelope.at, turn.charity)
        fields.append(Say(f"{_KINDS.get(envelope.kind, envelope.kind)}. {who}, {when}", quiet=True))
        if envelope.id in written:
            fields.append(Say(disclosure_line(picture, written[envelope.id])))
        fields.append(Say(await turn.tx.texts.open(envelope.id)))
        turn.note("read", case, text=envelope.id)
    if not fields:
        raise Refusal("Nothing has been written that you can read here. Ask the worker by phone.")
    return Open(Form("What was written", tuple(fields), "", "", danger=turn.book.emergency.line))


async def close(turn: Turn) -> Reply:
    """End it, once everything is written down; until then, say what is missing and open the way to it."""
    case = await turn.mine()
    picture = await turn.picture(case)
    if case.state != "sent":
        raise Refusal("Only a consultation that was sent can be closed.")
    if any(picture.standing(verdict) == "unasked" for verdict in sendable(picture)):
        raise Refusal("Somebody has still to be asked about this. Press “Take back and change”, then send it again.")
    if any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
        raise Refusal("Somebody has still to decide. Wait for them, or take it back.")
    if lacking := [each.words for each in missing(picture) if each.need == "write"]:
        return Show(case_card(picture, notice=f"Before closing, write down {', '.join(lacking)}."))
    if two := still_missing(picture):
        return Show(case_card(picture, notice=f"{two} {await _asked_for(turn, picture)}"))
    if to_finish(picture):
        return await finish(turn)
    case = await turn.step(case, state="closed")
    turn.note("closed", case)
    await rest(turn, case)
    picture = await turn.picture(case)
    await watch(turn.tx, picture)
    await closed(turn, case)
    return Show(case_card(picture))


async def _asked_for(turn: Turn, picture: Picture) -> str:
    """Whoever has no message about it yet gets one, and a lead where it needs one; what was sent, in words.

    Pressing again sends nothing again: the second look does that, day by day.
    """
    case, posts = picture.case, await turn.tx.posts.of(picture.case.id)
    have = {(post.kind, post.person_id) for post in posts if not post.erased}
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
