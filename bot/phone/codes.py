"""Codes that somebody types: how many wrong ones are let pass, and what they read then.

The rule to keep: wrong codes are limited and recorded, and whoever is kept waiting reads until when and whom to ring.
"""

from __future__ import annotations

from datetime import timedelta

from bot.roster import Circle
from bot.turn import Turn
from bot.wording import at, whom_to_ring
from storage.records import Factor, Factors

LIMIT = 5
"""Wrong codes in a row before it is closed for a while."""

CLOSED_FOR = timedelta(minutes=15)


async def wrong(turn: Turn, kind: Factors, what: str, around: Circle | None = None) -> str:
    """Count a wrong code; what to say of it. `around`: of the case it was typed for."""
    factor = await turn.tx.factors.wrong(turn.person.id, kind, limit=LIMIT, closed_for=CLOSED_FOR)
    if factor.closed_until is not None:
        return f"Too many wrong codes. {await closed(turn, factor, around)}"
    left = LIMIT - factor.failures
    return f"That is not {what}. {left} {'tries' if left > 1 else 'try'} left. Nothing was changed."


def is_closed(turn: Turn, factor: Factor) -> bool:
    return factor.closed_until is not None and factor.closed_until > turn.now


async def closed(turn: Turn, factor: Factor, around: Circle | None = None) -> str:
    """Until when, and whom to ring; "" where it is open. `around`: of the case, so that no number is its subject's."""
    if factor.closed_until is None or not is_closed(turn, factor):
        return ""
    if around is not None:
        ring = whom_to_ring(around, but={turn.person.id})
        opens = f"It opens again at {at(factor.closed_until, turn.charity)}."
        return f"{opens} If it cannot wait: {ring[:1].lower()}{ring[1:]}"
    people = [p for p in await turn.tx.people.everybody() if p.active and not p.locked and p.id != turn.person.id]
    leads = [f"{p.name} ({p.telephone})" if p.telephone else p.name for p in people if p.can("safeguarding_lead")]
    ring = f" If it cannot wait, ring {' or '.join(leads)}." if leads else " If it cannot wait, ring your lead."
    ring += " Never ring somebody it may be about."
    return f"It opens again at {at(factor.closed_until, turn.charity)}.{ring}"
