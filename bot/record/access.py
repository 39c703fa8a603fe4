"""Subject access: somebody asks to see what is held about them. One reference, one date, one place.

The rule to keep: opening a request says nothing of whether there is anything, and holds whatever there is until it is
answered (Data Protection Act 2018 s.173: to destroy it then is an offence).
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.cards import Block, Heading, Say
from bot.leads.beside import leads
from bot.organisation.charity import Charity
from bot.organisation.hours import Hours
from bot.record.times import day
from bot.turn import Turn
from storage.keeping import AccessRequest, HoldReason
from storage.records import NotFound, Person
from storage.store import Transaction

HOLD: HoldReason = "subject_access"
"""Why a record is held while a request about its reference is open."""


def due_on(received: date, hours: Hours) -> date:
    """One month later: the same day of the next month, or its last day; at a weekend or bank holiday the next workday.

    UK GDPR Art 12(3), as the Information Commissioner's guidance on the right of access counts it.
    """
    year, month = (received.year + 1, 1) if received.month == 12 else (received.year, received.month + 1)
    due = date(year, month, min(received.day, calendar.monthrange(year, month)[1]))
    while not hours.works(due):
        due += timedelta(days=1)
    return due


def tidy(reference: str) -> str:
    """As it is kept: whoever types or pastes it brings blanks with it."""
    return " ".join(reference.split())


async def opened(tx: Transaction, charity: Charity, reference: str, received: date, by: Person | None) -> AccessRequest:
    """The request, and a hold on all there is on its reference. `by`: None for the command line."""
    reference, zone = tidy(reference), charity.timezone
    came = datetime.combine(received, time(12), zone)
    due = datetime.combine(due_on(received, charity.waking), time(23, 59), zone)
    request = await tx.access.open(reference, received_at=came, due_at=due, opened_by=by.id if by else None)
    _note(tx, "access opened", by, request=request.id)
    for case in await tx.cases.on_reference(reference):
        try:
            new = await tx.holds.put(case.id, HOLD, by.id if by else None)
        except NotFound:
            continue  # destroyed before it was asked for
        if new:
            _note(tx, "held", by, consultation=case.id, request=request.id)
    return request


async def answered(tx: Transaction, reference: str, by: Person | None) -> list[AccessRequest]:
    """Every open request on this reference is answered now, its hold is lifted. Gives them; empty where none was."""
    reference = tidy(reference)
    open_ones = [each for each in await tx.access.on_reference(reference) if each.answered_at is None]
    if not open_ones:
        return []
    for request in open_ones:
        await tx.access.answer(request.id)
        _note(tx, "access answered", by, request=request.id)
    for id in await _held_for(tx, reference, open_ones):
        if await _asked_for(tx, id):
            continue  # it has another reference now, which somebody else asks about
        if await tx.holds.lift(id, HOLD, by.id if by else None):
            _note(tx, "hold lifted", by, consultation=id)
    return open_ones


async def _held_for(tx: Transaction, reference: str, requests: Sequence[AccessRequest]) -> list[str]:
    """What is on this reference, and what these requests held when it was, in an order that does not change."""
    lines = [json.loads(each.body) for each in await tx.access.lines_about([each.id for each in requests])]
    held = {line["consultation"] for line in lines if line["kind"] == "held"}
    return sorted(held | {case.id for case in await tx.cases.on_reference(reference)})


async def _asked_for(tx: Transaction, id: str) -> bool:
    """Whether a request is open on the reference that it has now."""
    try:
        case = await tx.cases.get(id)
    except NotFound:
        return False  # destroyed since
    return any(each.answered_at is None for each in await tx.access.on_reference(case.reference))


async def board_blocks(turn: Turn) -> list[Block]:
    """For the leads' board: what was asked for and by which day. It says nothing of whether there is anything."""
    waiting = await turn.tx.access.waiting()
    if not waiting or not leads(turn.person):
        return []
    today = turn.now.astimezone(turn.charity.timezone).date()
    return [Heading("Asked to see what we hold"), *(Say(line(each, turn.charity, today)) for each in waiting)]


def line(request: AccessRequest, charity: Charity, today: date) -> str:
    """Reference, when it came, by when it must be answered."""
    zone = charity.timezone
    came, due = request.received_at.astimezone(zone).date(), request.due_at.astimezone(zone).date()
    if request.answered_at:
        return f"{request.reference}: came {day(came)}, answered {day(request.answered_at.astimezone(zone).date())}."
    late = " This is late." if today > due else ""
    return f"{request.reference}: came {day(came)}. Answer by {due:%A} {day(due)}.{late}"


def _note(tx: Transaction, kind: str, by: Person | None, **ids: str) -> None:
    tx.note(kind, **({"person": by.id} if by else {"by": "command line"}), **ids)
