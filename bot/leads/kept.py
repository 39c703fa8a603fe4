"""What a lead reads about keeping: until when one is kept, that it is held, and what comes due within a month.

The rule to keep: only of what this lead may see, and never why it is held; that stands behind a form.
"""

from __future__ import annotations

from datetime import datetime

from bot.cards import Block, Button, Buttons, Heading, Say
from bot.leads.beside import may_see
from bot.leads.board_rows import belongs
from bot.organisation.periods import NOTICE
from bot.picture import Picture, look
from bot.turn import Turn

SOON = NOTICE
"""So long ahead the leads read what comes due."""


async def kept_blocks(turn: Turn, picture: Picture) -> list[Block]:
    """For the page of one consultation."""
    clock, holds = await turn.tx.retention.of(picture.case.id), await turn.tx.holds.standing(picture.case.id)
    if holds:
        said = "Held: it is not destroyed until a lead says that it may be."
    elif clock is not None and clock.destroy_at is not None:
        said = f"Kept until {day(turn, clock.destroy_at)}. Then it is destroyed."
    else:
        said = "Kept. It has no end date." if clock is not None and clock.closed_at is not None else ""
    return [Say(said, quiet=True)] if said else []


async def hold_buttons(turn: Turn, picture: Picture) -> list[Button]:
    """An open one can be held, too: what is coming may be known before it is closed."""
    id, reference = picture.case.id, picture.case.reference
    found = [Button("Hold it", "hold", {"c": id}, hint=f"Keep {reference} from being destroyed")]
    if await turn.tx.holds.standing(id):
        found.append(Button("Hold no longer", "release", {"c": id}, hint=f"Lift the hold on {reference}"))
    return found


async def board_blocks(turn: Turn) -> list[Block]:
    """For the board: how many."""
    found = await soon(turn)
    if not found:
        return []
    said = "1 closed case comes" if len(found) == 1 else f"{len(found)} closed cases come"
    many = f"{said} to the end of {'its' if len(found) == 1 else 'their'} time within a month."
    return [Heading("Destroyed soon"), Say(many), Buttons((Button("See them", "board.soon"),))]


async def soon(turn: Turn) -> list[tuple[Picture, datetime]]:
    """What is due within a month and is not held, as far as this lead may see it; the first due first."""
    due = await turn.tx.retention.due(turn.now + SOON)
    holding = await turn.tx.holds.held([each.consultation_id for each in due])
    found = []
    for each in due:
        if each.consultation_id in holding or each.destroy_at is None:
            continue
        case = await turn.tx.cases.get(each.consultation_id)
        book = turn.office.books.get(case.book_id)
        if book is not None and may_see(picture := await look(turn.tx, book, turn.charity, case), turn.person):
            found.append((picture, each.destroy_at))
    return found


def may_open(picture: Picture) -> bool:
    """Whether it has a page on the board. Of what was stopped: once its clock runs, as that of all in `soon` does."""
    return picture.case.state in ("closed", "withdrawn") or belongs(picture)


def day(turn: Turn, moment: datetime) -> str:
    """In the charity's own zone: 23 November 2033."""
    local = moment.astimezone(turn.charity.timezone)
    return f"{local.day} {local:%B %Y}"
