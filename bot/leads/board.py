"""The leads' board: everything open by danger and clock, and what a lead may see of one.

The rule to keep: no content, and nothing of a consultation that the lead is out of, or that is silenced and led by
somebody else; nor may a count tell that there is one. A checklist nobody has sent does not stand here.
"""

from __future__ import annotations

from bot import putting_off
from bot.cards import Block, Button, Buttons, Card, Heading, Notice, Number, Numbers, Points, Reply, Say, Show
from bot.leads.beside import leads, may_see
from bot.leads.board_rows import HEADINGS, STATES, belongs, danger, history, place, row
from bot.leads.handing import may_not_take_over
from bot.leads.kept import board_blocks, hold_buttons, kept_blocks
from bot.phone.locked import about_worker
from bot.picture import Picture, look
from bot.questioning import carry
from bot.sight import waiting
from bot.turn import Refusal, Turn
from bot.wording import ring, role_of
from storage.records import CaseState, Consultation, NotFound

_PAGE = 10
_CLOSED = 5
_CLOSED_STATE: tuple[CaseState, ...] = ("closed",)


async def home_blocks(turn: Turn) -> list[Block]:
    """The way to the board, for those who lead."""
    return [Buttons((Button("Everything open", "board"),))] if leads(turn.person) else []


async def board(turn: Turn) -> Reply:
    """Everything open that this lead may see, ten at a time."""
    _leads(turn)
    cases = await turn.tx.cases.in_state(("asking", "paused", "sent"))
    pictures = [await _look(turn, case) for case in cases if case.state == "sent" or await _known(turn, case)]
    shown = [each for each in pictures if each and belongs(each) and may_see(each, turn.person)]
    shown.sort(key=place)
    start = _number(turn.event.carry.get("from", ""))
    blocks: list[Block] = []
    heading = -1
    for picture in shown[start : start + _PAGE]:
        if danger(picture) != heading:
            heading = danger(picture)
            blocks.append(Heading(HEADINGS[heading]))
        blocks += [Say(row(picture)), _way_in(picture.case)]
    if not shown:
        blocks.append(Say("Nothing is open that you can see."))
    rest = len(shown) - start - _PAGE
    if rest > 0:
        blocks.append(Buttons((Button(f"{rest} more", "board", {"from": str(start + _PAGE)}),)))
    blocks += [*await _closed_last(turn, 0, _CLOSED), *await board_blocks(turn)] if start == 0 else []
    return Show(Card("Everything open", tuple(blocks), danger=turn.book.emergency.line))


async def opened(turn: Turn) -> Reply:
    """One consultation as a lead may see it: where it stands, and nothing of what it is about."""
    picture = await seen(turn)
    turn.note("board looked at", picture.case)
    return Show(await status_card(turn, picture))


async def status_card(turn: Turn, picture: Picture, *, notice: str = "") -> Card:
    case = picture.case
    blocks: list[Block] = [Notice(notice)] if notice else []
    blocks.append(Say(row(picture)))
    blocks += about_worker(picture)
    blocks += await putting_off.board_blocks(turn, picture)
    if holder := picture.person(case.requester_id):
        note = role_of(holder) if holder.active else "has left"
        blocks.append(Numbers((Number(holder.name, ring(holder, "no number here"), note),)))
    if said := history(picture):
        blocks += [Heading("What was asked and answered"), Points(tuple(said))]
    if earlier := await _on_the_same(turn, case):
        blocks += [Heading("On the same case reference"), Points(tuple(earlier))]
    blocks += await kept_blocks(turn, picture)
    ways: list[Button] = []
    if waiting(picture, turn.person):
        ways.append(Button(f"Decide {case.reference}", "decide", {"c": case.id}, "main"))
    if not may_not_take_over(picture, turn.person):
        ways.append(Button("Take it over", "take_over", carry(picture)))
    if case.state == "closed":
        ways.append(Button("Open again", "reopen", carry(picture)))
    ways.append(Button("Case note", "note", {"c": case.id}, hint=f"Case note of {case.reference}"))
    ways.append(Button("As a file", "paper", {"c": case.id}, hint=f"A paper of {case.reference} as a file"))
    ways += await hold_buttons(turn, picture)
    blocks.append(Buttons((*ways, Button("Back to the board", "board"))))
    blocks.append(Say("This page never says what it is about. Ring the one who holds it.", quiet=True))
    return Card(f"Case {case.reference}", tuple(blocks), danger=picture.book.emergency.line)


def _way_in(case: Consultation) -> Buttons:
    return Buttons((Button("Open", "board.open", {"c": case.id}, hint=f"Open {case.reference}"),))


async def closed(turn: Turn) -> Reply:
    """What was closed, the last one first."""
    _leads(turn)
    blocks = await _closed_last(turn, _number(turn.event.carry.get("from", "")), _PAGE)
    blocks = blocks or [Say("Nothing else is closed that you can see.")]
    back = Buttons((Button("Back to the board", "board"),))
    return Show(Card("Closed", (*blocks, back), danger=turn.book.emergency.line))


async def _closed_last(turn: Turn, start: int, most: int) -> list[Block]:
    """`start` and `most` count what this lead may see, so that a page says nothing of what they may not."""
    blocks: list[Block] = []
    seen_so_far = 0
    for case in await turn.tx.cases.in_state(_CLOSED_STATE):
        picture = await _look(turn, case)
        if picture is None or not may_see(picture, turn.person):
            continue
        seen_so_far += 1
        if seen_so_far > start + most:
            break
        if seen_so_far > start:
            blocks += [Say(row(picture)), _way_in(case)]
    if seen_so_far > start + most:
        blocks.append(Buttons((Button("Closed earlier", "board.closed", {"from": str(start + most)}),)))
    return [Heading("Closed last"), *blocks] if blocks else []


async def _on_the_same(turn: Turn, case: Consultation) -> list[str]:
    """The other consultations on this reference that this lead may see: references and states only."""
    found = []
    for other in await turn.tx.cases.on_reference(case.reference):
        if other.id == case.id:
            continue
        picture = await _look(turn, other)
        if picture and (other.state == "closed" or belongs(picture)) and may_see(picture, turn.person):
            found.append(f"{other.reference}, {STATES.get(other.state, 'stopped')}")
    return found


async def _known(turn: Turn, case: Consultation) -> bool:
    """Whether an unsent one may belong on the board: most do not, and a picture of each would take too long."""
    if await turn.tx.approvals.of(case.id):
        return True
    book = turn.office.books.get(case.book_id)
    values = (await turn.tx.cases.get(case.id)).values
    return book is not None and values.get(book.emergency.question) in book.emergency.values


async def _look(turn: Turn, case: Consultation) -> Picture | None:
    """None where this process has not read its book."""
    book = turn.office.books.get(case.book_id)
    return await look(turn.tx, book, turn.charity, await turn.tx.cases.get(case.id)) if book else None


def _leads(turn: Turn) -> None:
    if not leads(turn.person):
        raise Refusal("Only a safeguarding or data-protection lead sees the board.")


async def seen(turn: Turn) -> Picture:
    """The pressed consultation, if this lead may see it now; the same words for one that is not there. Refusal."""
    _leads(turn)
    nothing = Refusal("This is not on the board any more. Open the board again.")
    try:
        case = await turn.tx.cases.get(turn.event.carry.get("c", ""))
    except NotFound as gone:
        raise nothing from gone
    picture = await _look(turn, case)
    if picture is None or case.practice or not may_see(picture, turn.person):
        raise nothing
    if case.requester_id == turn.person.id or case.state == "closed" or belongs(picture):
        return picture
    # A stopped one has a page once its clock runs: whoever is warned of its end can hold it.
    clock = await turn.tx.retention.of(case.id) if case.state == "withdrawn" else None
    if clock is None or clock.closed_at is None:
        raise nothing
    return picture


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
