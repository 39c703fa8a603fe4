"""Who is on call now: names, duties, numbers, until when. Anybody on the roster may ask.

The rule to keep: it is the same rule by which people are reached, and it says nothing about any case.
"""

from __future__ import annotations

from bot.cards import Aside, Block, Card, Heading, Number, Numbers, Reply, Say
from bot.roster import EMERGENCY_TOLD, Circle, on_shift
from bot.turn import Turn
from bot.wording import DUTIES, until
from storage.records import Person, Shift

_ALWAYS = (*EMERGENCY_TOLD, "data_protection_lead")


async def on_call(turn: Turn) -> Reply:
    """The card that says so, beside whatever is on the screen."""
    return Aside(await on_call_card(turn))


async def on_call_card(turn: Turn) -> Card:
    shifts = await turn.tx.rota.on_call()
    circle = Circle(
        tuple(await turn.tx.people.everybody()),
        requester_id="",
        barred=frozenset(),
        absent=await turn.tx.rota.absent(),
        on_call=on_shift(shifts),
    )
    blocks: list[Block] = []
    for duty in dict.fromkeys((*_ALWAYS, *(shift.duty for shift in shifts))):
        words = DUTIES.get(duty, duty)
        blocks.append(Heading(f"{words[0].upper()}{words[1:]}"))
        holders = [person for person in circle.everybody if person.active and person.can(duty)]
        people = circle.present(duty) or holders
        if not people:
            blocks.append(Say("Nobody on the roster has this duty."))
            continue
        mine = [shift for shift in shifts if shift.duty == duty]
        numbers = {p.id: "" if p.locked else p.telephone for p in people}  # a lost phone is rung by nobody
        rows = (Number(p.name, numbers[p.id] or "no number here", _why(turn, p, circle, mine)) for p in people)
        blocks.append(Numbers(tuple(rows)))
    blocks.append(Say("Is somebody in danger? Ring 999 first.", quiet=True))
    return Card("Who is on call now", tuple(blocks), danger=turn.book.emergency.line)


def _why(turn: Turn, person: Person, circle: Circle, shifts: list[Shift]) -> str:
    """Until when they are on shift, or why they are reached without one."""
    for shift in shifts:
        if shift.person_id == person.id:
            return f"On call until {until(shift.ends, turn.charity)}"
    if absence := circle.absent.get(person.id):
        return f"Away until {until(absence.until, turn.charity)}, and nobody else has this duty"
    instead = [p.name for p in circle.everybody if p.id in circle.absent and person in circle.standing([p], [person])]
    if instead:
        return f"Stands in for {' and '.join(instead)}"
    return "Not on the rota now: reached because it is their duty"
