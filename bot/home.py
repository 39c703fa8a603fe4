"""The home page: the 999 line, what waits for this person, and their open consultations. References only."""

from __future__ import annotations

from bot import away
from bot.cards import Aside, Block, Button, Buttons, Card, Correct, Heading, Nothing, Notice, Reply, Say, Show
from bot.consultation import OPEN, start
from bot.on_call import on_call
from bot.turn import Turn
from policy.book import Book
from policy.screening import screen
from storage.records import Consultation

_STATES = {"asking": "still asking", "paused": "paused", "sent": "sent"}
_BEGIN = frozenset({"start", "disclose", "disclosure", "new", "begin", "hello", "hi"})
_MENU = frozenset({"help", "home", "menu", "open", "list", "away", "i am away", "back", "i am back"})
_ON_CALL = frozenset({"who is on call now", "who is on call", "who's on call", "who’s on call", "on call", "rota"})


async def home_card(turn: Turn, *, said: str = "") -> Card:
    """Drawn anew at every look."""
    blocks: list[Block] = [Notice(said)] if said else []
    if turn.notice:
        blocks.append(Notice(turn.notice, "warning"))
    blocks.append(Say("Have you been told something in confidence? This checklist helps you decide what to do."))
    blocks.append(Buttons((Button("Start a checklist", "new", tone="main"),)))
    waiting = await _waiting(turn)
    if waiting:
        blocks.append(Heading("Waiting for you"))
        buttons = [Button(f"Decide {case.reference}", "decide", {"c": case.id}, "main") for case in waiting]
        blocks.append(Buttons(tuple(buttons)))
    mine = await turn.tx.cases.of(turn.person.id, OPEN)
    blocks.append(Heading("Your open consultations"))
    if not mine:
        blocks.append(Say("You have none open."))
    for case in mine:
        button = Button("Open", "open", {"c": case.id}, hint=f"Open {case.reference}")
        blocks += [Say(f"{case.reference}, {_STATES[case.state]}"), Buttons((button,))]
    blocks += await away.home_blocks(turn)
    blocks.append(Buttons((Button("Who is on call?", "on_call"),)))
    blocks.append(Say("Never type a name here. Use the buttons and the case reference.", quiet=True))
    return Card("Confer", tuple(blocks), danger=turn.book.emergency.line)


async def _waiting(turn: Turn) -> list[Consultation]:
    """The consultations this person may still decide, each once; who is out of one does not see that it is there."""
    found = []
    for id in dict.fromkeys(id for id, state in await turn.tx.approvals.asked_of(turn.person.id) if state == "pending"):
        case = await turn.tx.cases.get(id)
        if not (await turn.picture(case)).around.why_not(turn.person):
            found.append(case)
    return found


async def home(turn: Turn) -> Reply:
    return Show(await home_card(turn))


async def gone(turn: Turn) -> Reply:
    """The form of somebody who goes away was sent."""
    said = await away.go_away(turn)
    return said if isinstance(said, Correct) else Show(await home_card(turn, said=said))


async def back(turn: Turn) -> Reply:
    return Show(await home_card(turn, said=await away.come_back(turn)))


async def begin(turn: Turn) -> Reply:
    """A command or shortcut. What stands behind the command is screened and discarded."""
    if turn.event.text.strip():
        turn.notice = (
            "Please do not type anything behind the command. We did not read it into the record or keep it. "
            "If it had a name in it, tell your data-protection lead."
        )
    return await start(turn)


async def typed(turn: Turn) -> Reply:
    """A typed message: words of the menu, or a friendly no. It is never kept by us."""
    text = turn.event.text
    found = screen(text)
    if found.emergency:
        return Nothing()  # the emergency card is on the screen already; nothing may push it away
    word = text.strip().lower().strip(".!?/ ")
    if word in _BEGIN:
        return await start(turn)
    if word in _MENU:
        return await home(turn)
    if word in _ON_CALL:
        return await on_call(turn)
    return Aside(_use_the_buttons(turn.book, identifiers=bool(found.sure or found.likely)))


def _use_the_buttons(book: Book, *, identifiers: bool) -> Card:
    blocks: list[Block] = []
    if identifiers:
        blocks.append(
            Notice(
                "That looked like somebody's details. Please delete your message, and use the case reference instead.",
                "warning",
            )
        )
        blocks.append(Say("If you cannot delete it, tell your data-protection lead."))
    blocks.append(Say("We did not keep what you typed. The chat itself keeps it. Please use the buttons."))
    blocks.append(Buttons((Button("Start a checklist", "start", tone="main"),)))
    return Card("Please use the buttons", tuple(blocks), danger=book.emergency.line)
