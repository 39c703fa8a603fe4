"""Putting a quiet reminder off: which, why and until when; and which cannot wait.

The rule to keep: it keeps our message from the worker and does nothing else. Whoever leads is told at their own time,
and from then on it counts no more; nothing of danger, and nothing that somebody agreed to, can be put off.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.asking_again import for_the_lead, in_a_hurry
from bot.cards import Aside, Block, Card, Choice, Correct, Field, Form, Open, Pick, Reply, Say
from bot.emergency import with_line
from bot.follow_through import to_write
from bot.forms import one
from bot.organisation.charity import Charity
from bot.picture import Picture, look
from bot.turn import Refusal, Turn
from bot.wording import until
from storage.records import CaseState
from storage.reminders import Snooze
from storage.store import Transaction

LATER = "due.later"
"""The action that opens the form."""

WHY = {
    "waiting": "I wait for somebody's answer",
    "off": "I am off work",
    "busy": "Something else is more urgent",
}
"""Why somebody puts it off: nothing is typed, so nothing of a case can stand there."""

_SENT: tuple[CaseState, ...] = ("sent",)
_UNTIL = {"day": ("Tomorrow", 1), "days": ("In three days", 3), "week": ("Next week", 7)}
_MORNING = time(8)  # what is asked for at nine is asked for again


def why_not(picture: Picture, times: int) -> str:
    """Why this cannot be put off, in words for the worker; "" where it can. `times`: how often it was asked for."""
    if picture.case.state != "sent":
        return "Nothing of this one can be put off."
    if picture.in_emergency or any(verdict.lane.immediate for verdict in picture.lanes) or in_a_hurry(picture):
        return "Somebody may be in danger. This cannot be put off."
    if any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
        return "Somebody has still to decide. This cannot be put off."
    if any(picture.standing(verdict) != "declined" or verdict.lane.protective for verdict in to_write(picture)):
        return "This was agreed, and it is not written down that it was done. It cannot be put off."
    if times > 1 and for_the_lead(picture):
        return "Your lead was told that this is not written down. It cannot be put off any more."
    return ""


def may_wait(picture: Picture, times: int) -> bool:
    return not why_not(picture, times)


async def put_off(tx: Transaction, picture: Picture, times: int) -> Snooze | None:
    """Until when its worker has put it off, while that counts."""
    found = (await tx.reminders.put_offs([picture.case.id])).get(picture.case.id)
    theirs = found is not None and found.person_id == picture.case.requester_id
    return found if theirs and may_wait(picture, times) else None


async def later(turn: Turn) -> Reply:
    """The form. Raises Refusal where nothing can be put off, with why."""
    pictures = await _own(turn)
    fields: list[Field] = []
    if turn.event.carry.get("c"):
        fields.append(Say(f"Case {pictures[0].case.reference}"))
        which = {"c": pictures[0].case.id}
    else:
        which = {}
        fields.append(Pick("which", "Which one?", tuple(Choice(p.case.id, p.case.reference) for p in pictures)))
    fields += [
        Pick("why", "Why?", tuple(Choice(id, words) for id, words in WHY.items())),
        Pick("until", "Until when?", tuple(Choice(id, _label(turn, id)) for id in _UNTIL)),
        Say(
            "This stops only our message to you. Your lead sees that you put it off, and hears all that they hear now."
        ),
    ]
    return Open(with_line(Form("Put it off", tuple(fields), "Put it off", f"{LATER}.confirm", which), turn.book))


async def put_off_until(turn: Turn) -> Reply:
    """Keep it."""
    pictures = {picture.case.id: picture for picture in await _own(turn)}
    picture = pictures.get(turn.event.carry.get("c") or one(turn.event, "which"))
    why, day = one(turn.event, "why"), one(turn.event, "until")
    chosen = {"which": picture is not None, "why": why in WHY, "until": day in _UNTIL}
    if picture is None or not all(chosen.values()):
        return Correct({field: "Please choose one of the list." for field, right in chosen.items() if not right})
    moment = _moment(turn, day)
    await turn.tx.reminders.put_off(picture.case.id, turn.person.id, why=why, until=moment)
    turn.note("put off", picture.case, why=why)
    said = f"We do not remind you of {picture.case.reference} before {until(moment, turn.charity)}."
    blocks = (Say(said), Say("Your lead sees that you put it off."))
    return Aside(Card("Put off", blocks, danger=turn.book.emergency.line))


async def board_blocks(turn: Turn, picture: Picture) -> list[Block]:
    """For whoever leads: that its worker has put our reminder off, until when and why."""
    chase = await turn.tx.follow_ups.chased(picture.case.id)
    found = await put_off(turn.tx, picture, chase.times if chase else 1)
    if found is None:
        return []
    who, when = picture.name(found.person_id), until(found.until, turn.charity)
    return [Say(f"{who} put our reminder off until {when}: “{WHY.get(found.why, found.why)}”.")]


async def _own(turn: Turn) -> list[Picture]:
    """The pressed consultation, or all of this person's that can be put off. Raises Refusal."""
    refusal = "Nothing of yours can be put off."
    found = []
    id = turn.event.carry.get("c", "")
    cases = await turn.tx.cases.of(turn.person.id, _SENT)
    for case in [case for case in cases if id in ("", case.id) and not case.practice]:
        book = turn.office.books.get(case.book_id)
        if book is None:
            continue
        picture = await look(turn.tx, book, turn.charity, await turn.tx.cases.get(case.id))
        chase = await turn.tx.follow_ups.chased(case.id)
        if why := why_not(picture, chase.times if chase else 1):
            refusal = why if id else refusal
        else:
            found.append(picture)
    if not found:
        raise Refusal(refusal)
    return found


def _moment(turn: Turn, day: str) -> datetime:
    charity: Charity = turn.charity
    today = turn.now.astimezone(charity.timezone).date()
    return datetime.combine(today + timedelta(days=_UNTIL[day][1]), _MORNING, charity.timezone)


def _label(turn: Turn, day: str) -> str:
    moment = _moment(turn, day)
    return f"{_UNTIL[day][0]}: {moment:%A} {moment.day} {moment:%B}"
