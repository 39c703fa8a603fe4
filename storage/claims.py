"""The statement that takes what is due, in each shape it has; built once, since many are taken in one minute.

The rule to keep: each half, what is urgent and what may wait, is read by ix_jobs_due, whose conditions are words of the
query and never parameters: many charities' digests are due in one minute, and nothing waits for them.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, literal_column, or_, select, true, union_all, update

from storage.tables import Int64, jobs, pauses

PATIENT = 200
"""So many of what may wait are looked at in one claim; each is somebody else's, so no lane is the whole of them."""


@cache
def claim(*, channels: frozenset[str] | None, timers: bool, patient: bool, postgresql: bool) -> Any:
    """As `Outbox.claim` says; given `now`, `held`, `held_shortly`, `by`, `most` and `busy`, the lanes."""
    now: Any = bindparam("now", type_=Int64)
    paused = select(pauses.c.lane).where(pauses.c.until > now)
    due = (
        select(jobs.c.id, jobs.c.lane, jobs.c.patient, jobs.c.run_at)
        .where(jobs.c.state == literal_column("'due'"), jobs.c.run_at <= now, jobs.c.lane.not_in(paused))
        .where(jobs.c.lane.not_in(bindparam("busy", expanding=True)))
        .where(true() if channels is None else _for(channels))
        .where(true() if timers else jobs.c.lane != "")
    )
    urgent = due.where(jobs.c.patient == literal_column("0"))
    behind = due.where(jobs.c.patient == literal_column("1")).order_by(jobs.c.run_at).limit(PATIENT).subquery()
    found = (union_all(urgent, select(behind)) if patient else urgent).subquery()
    first = (found.c.patient, found.c.run_at, found.c.id)
    turn = func.row_number().over(partition_by=found.c.lane, order_by=first).label("turn")
    ranked = select(*first, found.c.lane, turn).subquery()
    picked = (
        select(ranked.c.id)
        .where((ranked.c.turn == 1) | (ranked.c.lane == ""))
        .order_by(ranked.c.patient, ranked.c.run_at)
        .limit(bindparam("most", type_=Int64))
    )
    if postgresql:
        # SKIP LOCKED on the table itself: a window function cannot carry it. Rechecked under the lock.
        ids = select(jobs.c.id).where(jobs.c.id.in_(picked), jobs.c.state == "due", jobs.c.run_at <= now)
        chosen = ids.with_for_update(skip_locked=True).cte("chosen")
        which = jobs.c.id.in_(select(chosen.c.id))
    else:
        which = jobs.c.id.in_(picked)
    alone = (jobs.c.patient == literal_column("1")) & (jobs.c.lane == literal_column("''"))
    held = case((alone, bindparam("held_shortly", type_=Int64)), else_=bindparam("held", type_=Int64))
    taken = {"run_at": held, "token": bindparam("by"), "attempts": jobs.c.attempts + 1}
    return update(jobs).where(which).values(taken).returning(jobs)


def _for(channels: Collection[str]) -> Any:
    """Timers, and letters, and messages to delete, whose lane is on one of these channels."""
    ours = [func.substr(jobs.c.lane, 1, len(channel) + 1) == f"{channel}/" for channel in sorted(channels)]
    return or_(jobs.c.kind.not_in(("letter", "erase")), *ours)
