"""When the one quiet message of somebody's day comes: at a waking hour, with all that is due by then.

The rule to keep: at most one a day. What comes due after it waits for the next working morning; what is urgent never
comes this way.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.organisation.charity import Charity
from storage.store import Transaction

GATHERED = timedelta(minutes=10)
"""So long it waits for what else comes due at the same hour."""

_MORNING = time(9)


async def remind(tx: Transaction, charity: Charity, person_id: str, *, after: datetime | None = None) -> None:
    """Something of theirs is due: it stands in the next message of a day. `after`: not before the day after this."""
    if after is None:
        at = _waking(charity, tx.now + GATHERED)
        if await tx.reminders.promise(person_id, at.astimezone(charity.timezone).date(), at):
            return
    at = charity.waking.next_morning(after or tx.now) + GATHERED
    await tx.reminders.promise(person_id, at.astimezone(charity.timezone).date(), at)


def _waking(charity: Charity, moment: datetime) -> datetime:
    """In waking hours, and not before nine: what is asked for at nine is in it."""
    local = charity.waking.waking(moment).astimezone(charity.timezone)
    if local.time() >= _MORNING:
        return local
    return datetime.combine(local.date(), _MORNING, charity.timezone) + GATHERED
