"""How far a charity's ledger was walked in pieces, and what came of it; and the job that walks on.

The rule to keep: this is no evidence. Whoever can change the ledger can change this row, so it holds the hash of the
entry that it speaks of, and `ledger verify` never reads it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.outbox import WALK, Outbox
from storage.pieces import How, Mark, Piece, Wrong
from storage.records import from_micros, to_micros
from storage.tables import jobs, ledger_walks
from storage.verifying import START, Good
from storage.work import Work

WALK_OF = Direct(select(ledger_walks).where(ledger_walks.c.organisation_id == bindparam("org")))

EVERY = timedelta(days=1)
"""Between two walks to the end."""

ANEW = timedelta(days=7)
"""Between two walks that begin with the first entry."""

PAUSE = timedelta(seconds=20)
"""Between two pieces of one walk: a million entries take three hours, and a thousandth of a processor."""


@dataclass(frozen=True, slots=True)
class Walked:
    """`place`: where it stands. `whole`: the end of the last walk that came to one, at `whole_at`.

    anew_at, all_at: when one that begins with the first entry last began, and last came to the end. anchored_at: the
    moment of the newest anchor that was passed. wrong, wrong_at: what was found, and first when.
    """

    place: Good = START
    whole: Good = START
    whole_at: datetime | None = None
    anew_at: datetime | None = None
    all_at: datetime | None = None
    anchored_at: datetime | None = None
    wrong: Wrong | None = None
    wrong_at: datetime | None = None
    walked_at: datetime | None = None

    def begun(self, now: datetime) -> Walked:
        """The same, at the place from which the next piece goes on."""
        # Half a day less: the walk of each day begins some seconds earlier or later than that of the day before.
        # One that lies ahead nobody of ours has written: it would put off the walk of all for ever.
        due = self.anew_at is None or self.anew_at > now or now - self.anew_at >= ANEW - EVERY / 2
        if self.place == START or (self.place == self.whole and due):
            return replace(self, place=START, anew_at=now)
        return self

    @property
    def mark(self) -> Mark:
        """What was the end once has to be passed again."""
        return Mark(self.whole.sequence, self.whole.hash.hex())

    def after(self, piece: Piece, now: datetime, anchored_at: datetime | None) -> Walked:
        """After this piece. `anchored_at`: of the newest anchor that it was held against."""
        if piece.wrong:  # the next one begins anew: somebody may have put it right
            return replace(self, place=START, wrong=piece.wrong, wrong_at=self.wrong_at or now, walked_at=now)
        if not piece.ended:
            return replace(self, place=piece.good, walked_at=now)
        anew = self.anew_at is not None and (self.all_at is None or self.anew_at > self.all_at)
        return Walked(
            piece.good, piece.good, now, self.anew_at, now if anew else self.all_at, anchored_at, None, None, now
        )


class Walks:
    def __init__(self, work: Work, outbox: Outbox) -> None:
        self._work = work
        self._outbox = outbox

    async def get(self) -> Walked:
        """Where it stands; before the first entry where nobody has walked yet."""
        row = next(iter(await WALK_OF.rows(self._work, {"org": self._work.organisation_id})), None)
        return Walked() if row is None else _walk(row)

    async def put(self, walk: Walked, *, before: Walked) -> bool:
        """Keep this in the place of what it was `before`; False where another process was first."""
        values = {"organisation_id": self._work.organisation_id, **_row(walk)}
        if before.walked_at is None:
            build = postgresql_insert if self._work.postgresql else sqlite_insert
            new = build(ledger_walks).values(values).on_conflict_do_nothing()
            done = await self._work.connection.execute(new.returning(ledger_walks.c.organisation_id))
        else:
            same = (ledger_walks.c.organisation_id == self._work.organisation_id) & (
                ledger_walks.c.walked_at == to_micros(before.walked_at)
            )
            changed = update(ledger_walks).where(same).values(values).returning(ledger_walks.c.organisation_id)
            done = await self._work.connection.execute(changed)
        return done.one_or_none() is not None

    async def broken(self) -> int:
        """How many charities' ledgers were found not whole: of all of them, for whoever watches the process."""
        count = select(func.count()).select_from(ledger_walks).where(ledger_walks.c.fault.is_not(None))
        return int((await self._work.connection.execute(count)).scalar_one())

    async def arm(self) -> None:
        """Set the clock of the next walk where none is set, or its job was given up."""
        waits = select(jobs.c.id).where(
            jobs.c.organisation_id == self._work.organisation_id, jobs.c.key == WALK, jobs.c.state == "due"
        )
        if (await self._work.connection.execute(waits)).first() is None:
            await self.goes_on(self.next_day())

    async def goes_on(self, at: datetime) -> None:
        """The next piece is walked then."""
        await self._outbox.put(WALK, WALK, {}, run_at=at, patient=True)

    def next_day(self) -> datetime:
        """The charity's own second of the day, the next time that it comes: no two of many walk at once."""
        spread = int.from_bytes(hashlib.sha256(self._work.organisation_id.encode()).digest()[:4], "big")
        midnight = self._work.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        moment = midnight + timedelta(seconds=spread % int(EVERY.total_seconds()))
        return moment if moment > self._work.now else moment + EVERY


def _row(walk: Walked) -> dict[str, Any]:
    at = {name: getattr(walk, name) for name in ("whole_at", "anew_at", "all_at", "anchored_at", "walked_at")}
    return {
        "place": walk.place.sequence,
        "place_hash": walk.place.hash,
        "whole": walk.whole.sequence,
        "whole_hash": walk.whole.hash,
        "fault": walk.wrong and walk.wrong.sequence,
        "fault_how": walk.wrong and walk.wrong.how,
        "fault_at": walk.wrong_at and to_micros(walk.wrong_at),
        **{name: moment and to_micros(moment) for name, moment in at.items()},
    }


def _walk(row: Any) -> Walked:
    def at(micros: int | None) -> datetime | None:
        return None if micros is None else from_micros(micros)

    return Walked(
        Good(row.place, row.place_hash),
        Good(row.whole, row.whole_hash),
        at(row.whole_at),
        at(row.anew_at),
        at(row.all_at),
        at(row.anchored_at),
        None if row.fault is None else Wrong(row.fault, cast("How", row.fault_how)),
        at(row.fault_at),
        at(row.walked_at),
    )
