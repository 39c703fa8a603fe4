"""When what is still to be written is asked for: after an hour, at the end of the day, then each day, until it is.

The rule to keep: nobody is woken for what can wait for the day, and what cannot wait never waits for what can.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.follow_through import due_since, missing, new_since, shared, to_write
from bot.organisation.charity import Charity
from bot.picture import URGENT, Picture
from storage.store import Transaction

AFTER_AN_HOUR = timedelta(hours=1)
"""So long after it could be written down it is asked for the first time."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=6)  # and then the next working morning
_MORNING = time(9)


async def follow(tx: Transaction, picture: Picture) -> None:
    """Promise that what is missing is asked for, an hour after it could be written; call it after any change.

    What was asked for once goes on as it is, unless something has come since that is to be asked for sooner.
    """
    case = picture.case
    if case.state != "sent":
        return
    chase = await tx.follow_ups.chased(case.id)
    if chase is None or not chase.times:
        since = due_since(picture)
        await tx.follow_ups.chase(case.id, since + AFTER_AN_HOUR if since else tx.now + _DAY, 0)
        return
    times, at = chase.times, next_asked(picture, tx.now, chase.times - 1)
    if since := new_since(picture, chase.made_at):
        times, at = 0, max(tx.now, first_asked(picture, since))
    if at < chase.run_at:
        await tx.follow_ups.chase(case.id, at, times)


def in_a_hurry(picture: Picture) -> bool:
    """Whether something that cannot wait for the day is not written down yet.

    That somebody said no can wait, unless it protects somebody.
    """
    open_ = [v for v in to_write(picture) if v.lane.protective or picture.standing(v) != "declined"]
    return any(verdict.clock in URGENT for verdict in open_)


def for_the_lead(picture: Picture) -> bool:
    """Whether whoever leads is told that it is not all written down. No snooze is looked at."""
    return bool(to_write(picture) or (missing(picture) and shared(picture)))


def first_asked(picture: Picture, since: datetime) -> datetime:
    """An hour later; what can wait for the day, an hour of the day later. To be closed, the next working morning."""
    if not missing(picture):
        return picture.charity.waking.next_morning(since)
    if in_a_hurry(picture):
        return since + AFTER_AN_HOUR
    return picture.charity.waking.after(since, AFTER_AN_HOUR)


def next_asked(picture: Picture, now: datetime, times: int) -> datetime:
    """After it was asked for now. `times`: how often it was asked for before that."""
    charity = picture.charity
    if not missing(picture):
        return charity.waking.next_morning(now + _WEEK)
    if in_a_hurry(picture):
        return next_morning(now, charity) if times else evening(now, charity)
    return charity.waking.next_morning(now) if times else charity.waking.waking(evening(now, charity))


def next_morning(moment: datetime, charity: Charity) -> datetime:
    """The next 09:00 in the charity's own zone, on any day."""
    local = moment.astimezone(charity.timezone)
    today = datetime.combine(local.date(), _MORNING, charity.timezone)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), _MORNING, charity.timezone)


def evening(moment: datetime, charity: Charity) -> datetime:
    """The end of the day: 18:00 while that is still ahead, else 21:00; after that, 09:00 of the next. On any day."""
    local = moment.astimezone(charity.timezone)
    for end in (time(18), time(21)):
        if local.time() < end:
            return datetime.combine(local.date(), end, charity.timezone)
    return datetime.combine(local.date() + timedelta(days=1), _MORNING, charity.timezone)
