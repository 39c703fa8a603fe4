"""The record in the chat: a case note in a form that only shows, and on the board who asked to see what we hold.

The rule to keep: a chat carries no file (`handing_out` gives a link to one); each look is in the ledger.
"""

from __future__ import annotations

from dataclasses import replace

from bot import cards
from bot.cards import Field, Form, Open, Reply, Say, Show
from bot.emergency import with_line
from bot.leads import board as leads_board
from bot.record import access, document
from bot.record.exporting import noted, paged
from bot.record.reading import NOTHING_THERE, may_have
from bot.turn import Refusal, Turn
from storage.records import NotFound

SCREEN = "screen"
"""The form of an export that is read in the chat and leaves no file of ours."""


async def note(turn: Turn) -> Reply:
    """The case note, for the worker whose it is and for a lead who may see it; the same refusal for everybody else."""
    nothing = Refusal(NOTHING_THERE)
    try:
        case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    except NotFound as gone:
        raise nothing from gone
    picture = await turn.picture(case)
    if not may_have(picture, turn.person, "note"):
        raise nothing
    found = await paged(turn.tx, turn.charity, [picture], case.reference, "note", turn.person)
    noted(turn.tx, [picture], turn.person, "note", SCREEN)
    fields: list[Field] = [Say("Copy this into the client's file. It stays on this screen only.")]
    for block in found.document.blocks:
        fields += _field(block)
    fields.append(Say("To have it as a file: close this, and press “As a file”.", quiet=True))
    return Open(with_line(Form("Case note", tuple(fields), "", ""), turn.book))


def _field(block: document.Block) -> list[Field]:
    match block:
        case document.Heading(_, text):
            return [cards.Heading(text)]
        case document.Say(text, weight):
            return [Say(text, quiet=weight == "small")]
        case document.Quote(text, source):
            return [Say(f"{source}:", quiet=True), cards.Quote(text)]
        case document.Points(items):
            return [cards.Points(items)]
        case document.Table(header, rows, _) if len(header) == 2:
            return [cards.Facts(tuple((label, text) for label, text in rows))]
        case document.Table(_, rows, _):
            return [cards.Points(tuple(_read_out(row) for row in rows))]


def _read_out(row: tuple[str, ...]) -> str:
    """The cells one after the other, as somebody would say them."""
    return " ".join(cell if cell.endswith(("?", ".")) else f"{cell}." for cell in row)


async def board(turn: Turn) -> Reply:
    """The leads' board, and on its first page who asked to see what we hold, with the day."""
    reply = await leads_board.board(turn)
    asked = [] if turn.event.carry.get("from") else await access.board_blocks(turn)
    if not isinstance(reply, Show) or not asked:
        return reply
    return Show(replace(reply.card, blocks=(*reply.card.blocks, *asked)))
