"""A paper of a record as a file, from the chat: a link that works once, for a few minutes, for whoever asked for it.

The rule to keep: the chat carries the link and never the file; who may have it is asked again when it is opened.
"""

from __future__ import annotations

from typing import cast

from bot.cards import Aside, Card, Choice, Correct, Form, Link, Open, Pick, Reply, Say, Small
from bot.emergency import with_line
from bot.forms import one
from bot.one_time import LASTS
from bot.picture import Picture
from bot.record.exporting import FORMATS, Format
from bot.record.reading import NOTHING_THERE, PAPERS, Paper, may_have, titled
from bot.turn import Refusal, Turn
from storage.keeping import Handout
from storage.records import NotFound

AS_FILE = "paper"
"""The action that asks for a file; the form's own is `paper.confirm`."""

_KINDS: dict[Paper, str] = {
    "note": "A case note, for the client's file",
    "record": "The full record of the decision",
    "access": "A copy for the person it is about",
    "sheet": "What that copy keeps back, and why",
}
_FORMS: dict[Format, str] = {
    "pdf": "PDF, to print or send",
    "docx": "Word, to go on writing",
    "md": "Plain text (Markdown)",
    "json": "Data for another program (JSON)",
}


async def paper(turn: Turn) -> Reply:
    """Which paper, and as what. Raises Refusal, in the same words where there is nothing."""
    picture = await _picture(turn)
    kinds = _kinds(turn, picture)
    if not turn.office.address:
        said = [Say("Ask whoever runs Confer to make the file. They use one of these:")]
        said += [Say(f"{_KINDS[kind]}: {_command(turn, picture, kind)}") for kind in kinds]
        return Open(with_line(Form("As a file", tuple(said), "", ""), turn.book))
    fields = (
        Say("You get a link. It works once, in the next 10 minutes, in your browser."),
        Say("Save the file only where clients' files are kept.", quiet=True),
        Pick("paper", "Which paper?", tuple(Choice(kind, _KINDS[kind]) for kind in kinds), kinds[0]),
        Pick("form", "As what?", tuple(Choice(form, words) for form, words in _FORMS.items()), "pdf"),
    )
    carried = {"c": picture.case.id}
    return Open(with_line(Form("As a file", fields, "Make the link", "paper.confirm", carried), turn.book))


async def paper_confirmed(turn: Turn) -> Reply:
    """The link, in words, on a card that only this person sees."""
    if not turn.office.address:
        return await paper(turn)
    picture = await _picture(turn)
    kind, form = one(turn.event, "paper"), one(turn.event, "form")
    errors = {"paper": "Please choose one of the list."} if kind not in _kinds(turn, picture) else {}
    errors |= {"form": "Please choose one of the list."} if form not in FORMATS else {}
    if errors:
        return Correct(errors)
    handout = Handout(picture.case.id, turn.person.id, kind, form)
    token = await turn.tx.handouts.offer(handout, until=turn.now + LASTS)
    turn.note("link made", picture.case, paper=kind, form=form)
    blocks = (
        Link(f"Open it: {_KINDS[cast('Paper', kind)]}", f"{turn.office.address}/paper/{token}"),
        Say("It works once, in the next 10 minutes. Do not pass it on: whoever opens it has the file."),
        Small(f"Case {picture.case.reference}."),
    )
    return Aside(Card("Your link", blocks, danger=turn.book.emergency.line))


async def _picture(turn: Turn) -> Picture:
    try:
        case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    except NotFound as gone:
        raise Refusal(NOTHING_THERE) from gone
    picture = await turn.picture(case)
    if not _kinds(turn, picture):
        raise Refusal(NOTHING_THERE)
    return picture


def _kinds(turn: Turn, picture: Picture) -> list[Paper]:
    return [each for each in PAPERS if may_have(picture, turn.person, each)]


def _command(turn: Turn, picture: Picture, kind: Paper) -> str:
    named = titled(picture.case.reference, kind)
    return f'python -m bot record export "{named}" --kind {kind} --for {turn.person.handle} --out {kind}.pdf'
