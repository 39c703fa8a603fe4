"""A closed consultation is opened again by a lead: with its history, and the worker reads who did it and why.

The rule to keep: only a lead who may see it, and only once it is closed; what was decided stands.
"""

from __future__ import annotations

from bot.cards import (
    Block,
    Button,
    Buttons,
    Card,
    Correct,
    Form,
    Notice,
    Number,
    Numbers,
    Open,
    Reply,
    Say,
    Show,
    Small,
    Text,
)
from bot.consultation import case_card
from bot.deciding.requests import bring_up_to_date
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, typed
from bot.keeping.clocks import reopened
from bot.leads.beside import look_for_another
from bot.leads.board import seen, status_card
from bot.leads.handing import with_a_holder
from bot.picture import Picture
from bot.questioning import carry
from bot.turn import MovedOn, Refusal, Turn
from bot.wording import at, ring, role_of

KIND = "reopened"
"""The kind of the worker's message, and of the lead's words, that it was opened again."""

_WHY = Text("why", "Why do you open it again?", "One or two lines. No names.", LIMIT, long=True)


async def reopen(turn: Turn) -> Reply:
    """The form: why it is opened again."""
    picture = await _closed(turn)
    said = f"It goes back to where it stood. Nothing of its history is lost. {_whose(picture)}"
    fields = (Say(said), _WHY, CHECKED)
    return Open(with_line(Form("Open again", fields, "Open again", "reopen.confirm", carry(picture)), turn.book))


async def reopen_confirmed(turn: Turn) -> Reply:
    """It is sent again, with all that was decided; what today's law asks anew is asked, and the worker reads why.

    Where the worker is not here any more, somebody who is holds it now.
    """
    picture = await _closed(turn)
    if turn.event.carry.get("v") != str(picture.case.version):
        raise MovedOn
    texts = typed(turn, [_WHY])
    if isinstance(texts, Correct):
        return texts
    before = picture.case.requester_id
    case = await with_a_holder(turn, await turn.step(picture.case, state="sent"))
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, KIND, texts["why"])
    turn.note(KIND, case, text=text_id)
    await reopened(turn, case)
    picture = await bring_up_to_date(turn, case)
    holder = picture.person(case.requester_id)
    if holder and holder.id != turn.person.id:
        await turn.tell(case, KIND, [holder], urgent=False)
    await look_for_another(turn, case)
    if holder and holder.id == turn.person.id:
        await turn.show_here(case, "checklist")
        yours = f"Open again. {picture.name(before)} is not here, so this is yours now."
        notice = "Open again. It is yours." if before == holder.id else yours
        return Show(case_card(await turn.picture(case), notice=notice))
    return Show(await status_card(turn, await turn.picture(case), notice=_told(picture)))


def _whose(picture: Picture) -> str:
    """Before it is opened: who will hold it."""
    holder = picture.person(picture.case.requester_id)
    if holder and holder.active and not holder.locked:
        return f"{holder.name} is told."
    name = picture.name(picture.case.requester_id)
    return f"{name} is not here any more, so it will be yours; if you decided on it, another lead's."


def _told(picture: Picture) -> str:
    """After it was opened: who was told, and whether a message reaches them at all."""
    id = picture.case.requester_id
    if id in picture.unreached:
        return f"Open again. A message may not reach {picture.name(id)}: please ring them."
    return f"Open again. {picture.name(id)} is told."


def reopened_card(picture: Picture) -> Card:
    """The worker's own message, because a card that is only edited alerts nobody."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    last = next((text for text in reversed(picture.texts) if text.kind == KIND), None)
    if last is None or picture.case.state != "sent":
        text = Say("Nothing is needed here. Look at your card.")
        return Card(f"Case {picture.case.reference}", (text, reference), danger=danger)
    who, when = picture.name(last.person_id), at(last.at, picture.charity)
    ways = (
        Button("Open it", "open", {"c": picture.case.id}, "main"),
        Button("Read why", "read", {"c": picture.case.id}),
    )
    blocks: list[Block] = [Notice(f"{who} opened this again at {when}. Please ring them."), Buttons(ways), reference]
    if lead := picture.person(last.person_id):
        blocks.insert(1, Numbers((Number(lead.name, ring(lead), role_of(lead)),)))
    return Card("Open again", tuple(blocks), danger=danger, summary="Confer: please ring a colleague")


async def _closed(turn: Turn) -> Picture:
    picture = await seen(turn)
    if picture.case.state != "closed":
        raise Refusal("This is not closed. Open the board again.")
    return picture
