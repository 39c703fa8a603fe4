"""What a digest tells of its week, the four weeks before beside it, and the verdict with at most three jobs. Pure.

The rule to keep: what keeps people safe is told to the last one; what may tell of somebody is hidden (`hiding`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from statistics import median
from typing import Any, Literal

from bot.reporting import hiding
from policy.book import SENDING, Book, Sends
from storage.digests import Written
from storage.figures import Begun, Counted, Shared
from storage.walks import ANEW, Walked

NOBODY = "nobody"
UNDECIDED = "undecided"
"""The cell of what was opened and has come to no ground, or no outcome, yet."""

JOBS = 3
"""The most that a digest asks for at its head."""

COMPARED = 4
"""So many digests before this one stand beside it."""

Job = Literal[
    "broken",
    "emergencies",
    "unheard",
    "undelivered",
    "not_set_up",
    "looks",
    "not_done",
    "failed",
    "unreached",
    "holes",
    "rota",
    "unfinished",
    "vital",
    "unchecked",
]
"""What a digest asks somebody to do, the most pressing first."""


@dataclass(frozen=True, slots=True)
class Told:
    """One week as it is told, and kept: numbers, and ids of the book and of people. Times are seconds.

    grounds, outcomes: the cells that are not hidden. weeks: how many digests this one stands for. What a later version
    counts, and this one did not, is not in here, and is never told as 0.
    """

    opened: int
    grounds: Mapping[str, int]
    outcomes: Mapping[str, int]
    shared: int
    not_shared: int
    emergencies: int
    reviewed: int
    unreviewed: int
    unreviewed_late: int
    looks_late: int
    waiting: int
    waiting_for: int | None  # how long the oldest has waited
    unheard: int
    median: int | None  # from the asking to the answer
    slowest: int | None
    answered_late: int
    approved: int
    declined: int
    second_opinions: int
    asked_back: int
    not_done: int
    not_done_slow: int
    unfinished: int
    unfinished_stale: int
    undelivered: int
    failed: int
    held: int
    held_for: int | None
    destroyed: int
    to_destroy: int
    weeks: int = 1
    checks: tuple[str, ...] = ()  # ids of the book's law notes and contacts that are past their day
    vital: int = 0  # of these, the numbers that nobody can do without
    holes: int = 0  # stretches of the week to come in which nobody is on call for a duty that has a rota
    unreached: tuple[str, ...] = ()  # ids of those who should read this and cannot be written to
    missing: int = 0  # what must be set up before anybody may rely on the checklist
    rota_asked: int = 0  # by the monthly test whose day ended in this week, if any did
    rota_silent: int = 0  # of these, who did not press within the day
    entry: int = 0  # the ledger's last entry, and its hash
    head: str = ""
    # Of the walk of the ledger; moments are seconds since 1970 UTC, 0 where there is none:
    walked: int = 0  # up to this entry it was whole
    walked_at: int = 0
    walked_all_at: int = 0  # from the first entry on
    anchored_at: int = 0  # of the newest anchor that it passed
    broken: int = 0  # the first entry that is wrong
    broken_at: int = 0
    unchecked: int = 0  # entries that nobody walked, for more than a week


@dataclass(frozen=True, slots=True)
class Around:
    """What is not counted in cases: as it is at the moment the digest is written."""

    checks: tuple[str, ...] = ()
    vital: int = 0
    holes: int = 0
    unreached: tuple[str, ...] = ()
    missing: int = 0
    rota_asked: int = 0
    rota_silent: int = 0
    head: tuple[int, str] = (0, "")
    walk: Walked = field(default_factory=Walked)
    began: datetime | None = None  # the ledger


@dataclass(frozen=True, slots=True)
class Compared:
    """The lowest and the highest of each total in so many digests before, each of one week."""

    weeks: int
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Safe, or look at this: `jobs` at most three, and the `rest` of what is to be done."""

    jobs: tuple[Job, ...]
    rest: tuple[Job, ...]

    @property
    def safe(self) -> bool:
        return not self.jobs


def told(counted: Counted, around: Around, books: Mapping[str, Book], *, now: datetime, weeks: int) -> Told:
    """What is told of these counts."""
    took = sorted(int(each.total_seconds()) for each in counted.took)
    shared = [_outside(each, books) for each in counted.shared]
    entry, head = around.head
    same = {each.name for each in fields(Told)} & {each.name for each in fields(Counted)} - {"opened", "shared"}
    return Told(
        opened=len(counted.opened),
        grounds=hiding.told(by_ground(counted.opened, books)),
        outcomes=_outcomes(counted.opened, books),
        shared=sum(shared),
        not_shared=len(shared) - sum(shared),
        waiting_for=_seconds(counted.waiting_since, now),
        held_for=_seconds(counted.held_since, now),
        median=int(median(took)) if took else None,
        slowest=took[-1] if took else None,
        weeks=weeks,
        checks=around.checks,
        vital=around.vital,
        holes=around.holes,
        unreached=around.unreached,
        missing=around.missing,
        rota_asked=around.rota_asked,
        rota_silent=around.rota_silent,
        entry=entry,
        head=head,
        **_walked(around, now),
        **{name: getattr(counted, name) for name in same},
    )


def by_ground(opened: Iterable[Begun], books: Mapping[str, Book]) -> dict[str, int]:
    """Lane -> consultations that took it, the noughts too. The emergency's own lane, told anyway, is no cell."""
    immediate = {lane.id for book in books.values() for lane in book.lanes if lane.immediate}
    cells = {lane.id: 0 for book in books.values() for lane in book.lanes if not lane.immediate} | {UNDECIDED: 0}
    for case in opened:
        lanes = {way.lane for way in case.ways}
        for lane in lanes - immediate if lanes else {UNDECIDED}:
            cells[lane] = cells.get(lane, 0) + 1
    return cells


def by_outcome(opened: Iterable[Begun], books: Mapping[str, Book]) -> dict[str, int]:
    """What goes out -> consultations, the noughts too; each counts once, by the way of it that goes furthest.

    Not by the outcome's own id: an outcome belongs to one ground, and would tell of a ground that is hidden.
    """
    cells = dict.fromkeys((*FURTHEST, UNDECIDED), 0)
    for case in opened:
        book = books.get(case.book_id)
        immediate = {lane.id for lane in book.lanes if lane.immediate} if book else set()
        ways = [way for way in case.ways if way.lane not in immediate]
        if case.ways and not ways:
            continue  # an emergency and nothing else, which is told anyway
        known = {book.outcomes[way.outcome].sends for way in ways if book and way.outcome in book.outcomes}
        cells[next((sends for sends in FURTHEST if sends in known), UNDECIDED)] += 1
    return cells


FURTHEST: tuple[Sends, ...] = ("named", "agreed", "unnamed", "inside", "nothing")
"""What goes out, what goes furthest first."""


def verdict(told: Told) -> Verdict:
    """What is to be done about this week. Whatever stands here is told, and counts, to the last one."""
    wrong: dict[Job, int] = {
        "broken": told.broken,
        "emergencies": told.unreviewed,
        "unheard": told.unheard,
        "undelivered": told.undelivered,
        "not_set_up": told.missing,
        "looks": told.looks_late,
        "not_done": told.not_done_slow,
        "failed": told.failed,
        "unreached": len(told.unreached),
        "holes": told.holes,
        "rota": told.rota_silent,
        "unfinished": told.unfinished_stale,
        "vital": told.vital,
        "unchecked": told.unchecked,
    }
    jobs = [job for job, number in wrong.items() if number]
    return Verdict(tuple(jobs[:JOBS]), tuple(jobs[JOBS:]))


TOTALS = (
    "opened",
    "shared",
    "not_shared",
    "emergencies",
    "approved",
    "declined",
    "second_opinions",
    "asked_back",
    "undelivered",
    "destroyed",
)
"""What is compared with the weeks before: whole totals only."""


def compared(before: Sequence[Told]) -> Compared:
    """The digests before this one, the newest first. One that stands for several weeks is not like the others."""
    alike = [each for each in before[:COMPARED] if each.weeks == 1]
    ranges = {name: _range([getattr(each, name) for each in alike]) for name in TOTALS} if alike else {}
    return Compared(len(alike), ranges)


def kept(told: Told) -> dict[str, Any]:
    """As it is written down."""
    return {each.name: getattr(told, each.name) for each in fields(Told)}  # nothing in it is nested deeper


def read(written: Written) -> Told:
    """As it was written down, by this version or another: what it does not know it leaves out."""
    known: dict[str, Any] = {}
    for each in fields(Told):
        if each.name in written.figures:
            value = written.figures[each.name]
            known[each.name] = tuple(value) if isinstance(value, list) else value
    return Told(**known)


def _outcomes(opened: Iterable[Begun], books: Mapping[str, Book]) -> dict[str, int]:
    """What goes out and what does not, each for itself: how much was shared is told, and comes near to such a sum."""
    cells = by_outcome(opened, books)
    out = {name: number for name, number in cells.items() if name in SENDING}
    return hiding.told(out) | hiding.told({name: number for name, number in cells.items() if name not in SENDING})


def _outside(shared: Shared, books: Mapping[str, Book]) -> bool:
    """Whether somebody outside the charity was told."""
    book = books.get(shared.book_id)
    inside = {id for id, each in book.recipients.items() if each.capability} if book else set()
    return bool(shared.recipients - inside - {NOBODY})


def _walked(around: Around, now: datetime) -> dict[str, int]:
    """What is told of the walk of the ledger."""
    walk = around.walk
    since = walk.whole_at or around.began
    late = since is not None and now - since > ANEW
    return {
        "walked": walk.whole.sequence,
        "walked_at": _moment(walk.whole_at),
        "walked_all_at": _moment(walk.all_at),
        "anchored_at": _moment(walk.anchored_at),
        "broken": walk.wrong.sequence if walk.wrong else 0,
        "broken_at": _moment(walk.wrong_at),
        "unchecked": max(around.head[0] - walk.whole.sequence, 0) if late and not walk.wrong else 0,
    }


def _moment(at: datetime | None) -> int:
    return 0 if at is None else int(at.timestamp())


def _range(numbers: list[int]) -> tuple[int, int]:
    return min(numbers), max(numbers)


def _seconds(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else int((now - since).total_seconds())
