"""The clock of a record: it starts when the consultation is closed, and stops when it is opened again.

The rule to keep: what must be held is held before its clock runs, and no clock is set to end sooner than was said
without a month's notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.keeping.classes import kept_as, reasons
from bot.organisation.periods import NOTICE, KeptAs
from bot.picture import Picture
from bot.turn import Turn
from storage.keeping import HoldReason
from storage.records import Consultation
from storage.retention import Kept
from storage.store import Transaction


async def closed(turn: Turn, case: Consultation) -> None:
    """The last step of closing. A practice ends by its age, and has no clock."""
    if not case.practice:
        await start(turn.tx, await turn.picture(case))


async def reopened(turn: Turn, case: Consultation) -> None:
    """It is open again, so no clock runs. A hold stays: whoever put it there may have a reason of their own."""
    await turn.tx.retention.stop(case.id)


async def hold(tx: Transaction, picture: Picture, whys: Iterable[HoldReason]) -> None:
    """By the rules of the book, for these reasons; one that stands already stays as it is. Never on a practice."""
    for why in () if picture.case.practice else whys:
        if await tx.holds.put(picture.case.id, why, None):
            tx.note("held", consultation=picture.case.id)


async def start(tx: Transaction, picture: Picture) -> None:
    """From the moment at which it ended. Where it was never closed but stopped, that is its last change.

    Where that was long ago (an older program closed it), its end is a month off all the same.
    """
    case = picture.case
    await hold(tx, picture, reasons(picture))
    kept, end = counted(picture, "", case.changed_at)
    await tx.retention.start(case.id, kept, closed_at=case.changed_at, destroy_at=announced(end, None, tx.now))


async def counted_anew(tx: Transaction, picture: Picture, clock: Kept, closed_at: datetime) -> Kept:
    """A clock that runs, as the charity's periods are today: another class that fits may be kept longer by now."""
    kept, end = counted(picture, clock.kept_as, closed_at)
    end = announced(end, clock.destroy_at, tx.now)
    if (kept, end) == (clock.kept_as, clock.destroy_at):
        return clock
    await tx.retention.start(picture.case.id, kept, closed_at=closed_at, destroy_at=end)
    return replace(clock, kept_as=kept, destroy_at=end)


def counted(picture: Picture, before: str, closed_at: datetime) -> tuple[KeptAs, datetime | None]:
    """Its class, and when that one's period is over; `before`: the class that it had, "" for none."""
    kept = kept_as(picture, before)
    return kept, picture.charity.retention.end(kept, closed_at)


def announced(end: datetime | None, said: datetime | None, now: datetime) -> datetime | None:
    """When a record ends whose period is over at `end`, and of which `said` was promised so far (None: no end).

    Later than said is at once; sooner than said is a month from now at the soonest, or at `said` where that is nearer.
    Counted again on any later day it gives what it gave.
    """
    if end is None or (said is not None and said <= end):
        return end
    soonest = now + NOTICE
    return max(end, soonest if said is None else min(said, soonest))
