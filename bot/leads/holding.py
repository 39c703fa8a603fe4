"""A lead keeps a record from being destroyed, or says that it need not be kept any longer; and what comes due soon.

The rule to keep: lifting a hold destroys nothing yet, and is not for whoever held the case or decided in it: an insider
could want exactly that to be gone.
"""

from __future__ import annotations

from typing import get_args

from bot.cards import Block, Button, Buttons, Card, Choice, Correct, Field, Form, Open, Pick, Reply, Say, Show
from bot.emergency import with_line
from bot.forms import one
from bot.keeping.classes import REASONS
from bot.keeping.destroying import AFTER_A_HOLD
from bot.leads.beside import leads
from bot.leads.board import seen, status_card
from bot.leads.kept import day, may_open
from bot.leads.kept import soon as due_soon
from bot.picture import Picture
from bot.turn import Refusal, Turn
from bot.wording import at
from storage.keeping import Hold, HoldReason
from storage.records import Person

_GIVEN: tuple[HoldReason, ...] = tuple(why for why in get_args(HoldReason) if why != "subject_access")
"""What a lead says. A request to see what we hold has its own beginning and end."""

_MOST = 50


async def hold(turn: Turn) -> Reply:
    """The form: why it must be kept."""
    picture = await seen(turn)
    fields = (
        Say("Nothing of it is destroyed, whatever its end date, until a lead says that it may be."),
        Pick("why", "Why must it be kept?", tuple(Choice(why, REASONS[why]) for why in _GIVEN)),
    )
    return Open(with_line(Form("Hold it", fields, "Hold it", "hold.confirm", {"c": picture.case.id}), turn.book))


async def hold_confirmed(turn: Turn) -> Reply:
    picture = await _held_still(turn)
    why = next((each for each in _GIVEN if each == one(turn.event, "why")), None)
    if why is None:
        return Correct({"why": "Please choose one of the list."})
    if await turn.tx.holds.put(picture.case.id, why, turn.person.id):
        turn.note("held", picture.case)
    return Show(await status_card(turn, picture, notice="Held. It is not destroyed until a lead says that it may be."))


async def release(turn: Turn) -> Reply:
    """The form: every hold that stands, why, and by whom; one of them is lifted."""
    picture = await _held_still(turn)
    standing = await _to_lift(turn, picture)
    turn.note("holds read", picture.case)
    fields: tuple[Field, ...] = (
        *(Say(_line(turn, picture, each)) for each in standing),
        Pick("why", "Which reason is over?", tuple(Choice(each.why, REASONS[each.why]) for each in standing)),
        Say(f"Ask first whoever it was for. Nothing is destroyed for {AFTER_A_HOLD.days} more days."),
    )
    form = Form("Hold no longer", fields, "It is over", "release.confirm", {"c": picture.case.id})
    return Open(with_line(form, turn.book))


async def release_confirmed(turn: Turn) -> Reply:
    picture = await _held_still(turn)
    why = next((each.why for each in await _to_lift(turn, picture) if each.why == one(turn.event, "why")), None)
    if why is None:
        return Correct({"why": "Please choose one of the list."})
    await turn.tx.holds.lift(picture.case.id, why, turn.person.id)
    turn.note("hold lifted", picture.case)
    left = "Another reason still holds it." if await turn.tx.holds.standing(picture.case.id) else ""
    notice = left or f"Not held any more. Nothing is destroyed for {AFTER_A_HOLD.days} days."
    return Show(await status_card(turn, picture, notice=notice))


async def soon(turn: Turn) -> Reply:
    """What comes due within a month, of what this lead may see: references and days."""
    if not leads(turn.person):
        raise Refusal("Only a safeguarding or data-protection lead sees this.")
    found = await due_soon(turn)
    blocks: list[Block] = [Say("Is one of these still needed? Open it, and press “Hold it”.")] if found else []
    for picture, moment in found[:_MOST]:
        id, reference = picture.case.id, picture.case.reference
        blocks.append(Say(f"{reference}: destroyed after {day(turn, moment)}."))
        if may_open(picture):
            blocks.append(Buttons((Button("Open", "board.open", {"c": id}, hint=f"Open {reference}"),)))
    if not found:
        blocks.append(Say("Nothing comes to the end of its time within a month."))
    blocks.append(Buttons((Button("Back to the board", "board"),)))
    return Show(Card("Destroyed soon", tuple(blocks), danger=turn.book.emergency.line))


def why_not_lift(picture: Picture, person: Person) -> str:
    """Why this lead cannot lift a hold, in words; "" when they can."""
    me = picture.around.human(person.id) | {person.id}
    if me & {picture.case.requester_id, *(each.from_id for each in picture.handovers)}:
        return "You hold this one, or did. Another lead has to say that it need not be kept."
    if me & {each.person_id for each in picture.decisions.values()}:
        return "You decided on this one. Another lead has to say that it need not be kept."
    return ""


async def _to_lift(turn: Turn, picture: Picture) -> list[Hold]:
    """What stands, and this lead may lift. Raises Refusal where there is nothing."""
    if why_not := why_not_lift(picture, turn.person):
        raise Refusal(why_not)
    standing = [each for each in await turn.tx.holds.standing(picture.case.id) if each.why in _GIVEN]
    if not standing:
        raise Refusal("There is nothing to lift. A request to see what we hold ends when it is answered.")
    return standing


async def _held_still(turn: Turn) -> Picture:
    """The pressed one, if this lead may see it; nobody changes or destroys it meanwhile. Raises Refusal."""
    await turn.tx.looks.hold(turn.event.carry.get("c", ""))
    return await seen(turn)


def _line(turn: Turn, picture: Picture, each: Hold) -> str:
    who = picture.name(each.by_id) if each.by_id else "the rules"
    return f"{REASONS[each.why]}. Since {at(each.since, turn.charity)}, by {who}."
