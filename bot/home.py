"""The home page: the 999 line, what waits for this person, and their open consultations. References only."""

from __future__ import annotations

from collections.abc import Iterable

from bot import by_phone, sight
from bot.afterwards import looking
from bot.cards import Aside, Block, Button, Buttons, Card, Correct, Heading, Nothing, Notice, Reply, Say, Show
from bot.consultation import OPEN, practise, start
from bot.evidence import watching
from bot.leads import board
from bot.phone import factors, pin
from bot.phone.locked import locked_card
from bot.reporting import enquiring
from bot.reporting.readers import may_read
from bot.team import away, locking, night, own_phone, team_news
from bot.team.on_call import on_call
from bot.turn import Turn
from policy.book import Book
from policy.screening import screen
from storage.records import Consultation

_STATES = {"asking": "still asking", "paused": "paused", "sent": "sent"}
_BEGIN = frozenset({"start", "disclose", "disclosure", "new", "begin", "hello", "hi"})
_MENU = frozenset({"help", "home", "menu", "open", "list", "away", "i am away", "back", "i am back"})
_PRACTISE = frozenset({"practise", "practice", "drill"})
_ON_CALL = frozenset({"who is on call now", "who is on call", "who's on call", "who’s on call", "on call", "rota"})


async def home_card(turn: Turn, *, said: str = "") -> Card:
    """Drawn anew at every look."""
    blocks: list[Block] = [Notice(said)] if said else []
    if turn.notice:
        blocks.append(Notice(turn.notice, "warning"))
    blocks += turn.office.alarms.blocks(turn.person)
    blocks += await watching.home_blocks(turn)
    blocks.append(Say("Have you been told something in confidence? This checklist helps you decide what to do."))
    blocks.append(Buttons((Button("Start a checklist", "new", tone="main"),)))
    waiting, agreed = await _waiting(turn), await _to_confirm(turn)
    if waiting or agreed:
        blocks.append(Heading("Waiting for you"))
        buttons = [Button(f"Decide {case.reference}", "decide", {"c": case.id}, "main") for case in waiting]
        buttons += [Button(f"Did you agree? {case.reference}", "agreed", {"c": case.id}) for case in agreed]
        blocks.append(Buttons(tuple(buttons)))
    blocks += await looking.home_blocks(turn)
    blocks += await enquiring.home_blocks(turn)
    found = await turn.tx.cases.of(turn.person.id, OPEN)
    mine = [case for case in found if not case.practice]
    blocks.append(Heading("Your open consultations"))
    if not mine:
        blocks.append(Say("You have none open."))
    blocks += _ways_in(mine)
    blocks += await away.home_blocks(turn)
    blocks += await team_news.home_blocks(turn)
    blocks += await board.home_blocks(turn)
    if may_read(turn.person):
        blocks.append(Buttons((Button("The weekly digest", "digest.latest"),)))
    blocks.append(Buttons((Button("Who is on call?", "on_call"),)))
    blocks += await own_phone.home_blocks(turn)
    blocks += [
        Heading("Practise"),
        Say("Try the checklist with an invented case. It counts nowhere, wakes nobody, and is gone after 7 days."),
        Buttons((Button("Practise", "practise"),)),
        *_ways_in([case for case in found if case.practice]),
    ]
    blocks.append(Say("Never type a name here. Use the buttons and the case reference.", quiet=True))
    return Card("Confer", tuple(blocks), danger=turn.book.emergency.line)


def _ways_in(cases: Iterable[Consultation]) -> list[Block]:
    blocks: list[Block] = []
    for case in cases:
        button = Button("Open", "open", {"c": case.id}, hint=f"Open {case.reference}")
        blocks += [Say(f"{case.reference}, {_STATES[case.state]}"), Buttons((button,))]
    return blocks


async def _waiting(turn: Turn) -> list[Consultation]:
    """The consultations this person may still decide, each once; who is out of one does not see that it is there."""
    found = []
    for id in dict.fromkeys(id for id, state in await turn.tx.approvals.asked_of(turn.person.id) if state == "pending"):
        case = await turn.tx.cases.get(id)
        if sight.waiting(await turn.picture(case), turn.person):
            found.append(case)
    return found


async def _to_confirm(turn: Turn) -> list[Consultation]:
    """The consultations in which somebody wrote down that this person agreed by phone, and they have not said so."""
    who, found = turn.event.who, []
    posts = await turn.tx.posts.on(who.channel, who.tenant, who.user)
    for id in dict.fromkeys(post.consultation_id for post in posts if post.kind == by_phone.CONFIRM):
        case = await turn.tx.cases.get(id)
        if by_phone.to_confirm(await turn.picture(case), turn.person):
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


async def locked_out(turn: Turn) -> Reply:
    """The form that says whose phone is lost was sent."""
    said = await locking.lock_out(turn)
    if isinstance(said, Correct):
        return said
    [person] = (await turn.tx.people.get([turn.person.id])).values()
    if person.locked:  # their own
        return Show(locked_card(turn.book, await turn.tx.people.everybody()))
    return Show(await home_card(turn, said=said))


async def let_in(turn: Turn) -> Reply:
    return Show(await home_card(turn, said=await locking.let_in(turn)))


async def pin_set(turn: Turn) -> Reply:
    return await _said(turn, await pin.set_pin(turn))


async def factor_set(turn: Turn) -> Reply:
    return await _said(turn, await factors.proven(turn))


async def factor_gone(turn: Turn) -> Reply:
    return await _said(turn, await factors.remove(turn))


async def night_planned(turn: Turn) -> Reply:
    return await _said(turn, await night.planned(turn))


async def _said(turn: Turn, said: Correct | str) -> Reply:
    """What a form came to, on the home page."""
    return said if isinstance(said, Correct) else Show(await home_card(turn, said=said))


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
    if word in _PRACTISE:
        return await practise(turn)
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
