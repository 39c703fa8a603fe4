"""What happened in a period, and what is open now, in numbers: of one organisation, by ids of the book, never by case.

The rule to keep: it costs what the period costs, not the history (`counts`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from storage import counts
from storage.ahead import Ahead
from storage.direct import Direct
from storage.records import CaseState, from_micros, to_micros
from storage.touched import Touched, touched
from storage.work import Work

STALE = timedelta(days=7)
"""Since when nothing moved: a record that lies there so long is not only unfinished."""

SLOW = timedelta(days=1)
"""Since when nothing moved: what was approved so long ago should have been done."""


@dataclass(frozen=True, slots=True)
class Way:
    """A ground that a consultation took: `outcome` "" where only its lane is written down."""

    lane: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A consultation that was opened in the period, as it stands now. `ways`: one for each lane, where one is known.

    `destroyed`: of its record only the row is left, so that no way of it is known.
    """

    book_id: str
    state: CaseState
    ways: frozenset[Way]
    destroyed: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """A consultation of which it was written down in the period whom somebody told, or that nobody was told.

    recipients: ids of the book's, "nobody" among them; none where only the reason stands why nothing was shared.
    """

    book_id: str
    recipients: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counted:
    """`took`: from the asking to the answer, of each answer of the period. Times of what is open are since when."""

    opened: tuple[Begun, ...]
    shared: tuple[Shared, ...]
    took: tuple[timedelta, ...]
    answered_late: int  # of these: after the leads were called
    approved: int
    declined: int
    second_opinions: int
    asked_back: int
    emergencies: int  # called for in the period, as often as they were
    reviewed: int  # of these
    destroyed: int
    undelivered: int  # letters that were given up in the period
    failed: int  # timers likewise, and not taken up again since
    # Open now, whenever it began:
    unreviewed: int  # emergencies
    unreviewed_late: int
    looks_late: int  # other second looks that are past their time
    waiting: int  # requests that nobody has answered
    waiting_since: datetime | None
    unheard: int  # of these: the leads were called
    not_done: int  # agreed to, and not written down as done
    not_done_slow: int
    unfinished: int  # done, or nothing to do, and the record is not closed
    unfinished_stale: int
    held: int
    held_since: datetime | None
    to_destroy: int  # whose time ends in the month to come


class Figures:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def of(
        self, since: datetime, until: datetime, *, spared: Collection[str] = (), month: timedelta = timedelta(days=30)
    ) -> Counted:
        """What happened from `since` up to, but not at, `until`, and what is open at this moment.

        `spared`: the ids of consultations that are left out until they are late. Practices always are, late or not.
        """
        given = self._given(since, until, month) | ({"spared": sorted(spared)} if spared else {})
        if not spared:
            await _AHEAD.ask(self._work, [given] * len(_ALL))
        [numbers] = await self._rows("numbers", given)
        answers = await self._rows("answers", given)
        return Counted(
            opened=_begun(await self._rows("opened", given)),
            shared=_shared(await self._rows("shared", given)),
            took=tuple(timedelta(microseconds=row.settled_at - row.opened_at) for row in answers),
            answered_late=sum(row.late for row in answers),
            approved=sum(row.state == "approved" for row in answers),
            declined=sum(row.state == "declined" for row in answers),
            waiting_since=_moment(numbers.waiting_since),
            held_since=_moment(numbers.held_since),
            **{name: int(getattr(numbers, name)) for name in _NUMBERS},
        )

    async def touched(self, since: datetime, until: datetime) -> list[Touched]:
        """Every consultation that `of` may count for the same period, but those that ended long ago."""
        return await touched(self._work, self._given(since, until, timedelta()))

    def _given(self, since: datetime, until: datetime, month: timedelta) -> dict[str, Any]:
        now = self._work.now
        moments = {"since": since, "until": until, "now": now, "slow": now - SLOW, "stale": now - STALE}
        given: dict[str, Any] = {name: to_micros(at) for name, at in {**moments, "month": now + month}.items()}
        return given | {"org": self._work.organisation_id}

    async def _rows(self, which: str, given: Mapping[str, Any]) -> Sequence[Any]:
        if "spared" not in given:
            return await _ALL[which].rows(self._work, given)
        return (await self._work.connection.execute(getattr(counts.SPARING, which), given)).all()


_ALL = {each.name: Direct(getattr(counts.ALL, each.name)) for each in fields(counts.Statements)}
_AHEAD = Ahead(*_ALL.values())
_OF_ANSWERS = ("approved", "declined", "answered_late")
_NUMBERS = tuple(each.name for each in fields(Counted) if each.type == "int" and each.name not in _OF_ANSWERS)
"""The fields that are one count each; annotations are text in here."""


def _begun(rows: Iterable[Any]) -> tuple[Begun, ...]:
    cases: dict[str, tuple[str, CaseState, bool]] = {}
    ways: dict[str, dict[str, tuple[int, str]]] = {}
    for id, book_id, state, lane, outcome, at in rows:
        if not lane:
            cases[id] = (book_id, state, bool(at))
            continue
        known = ways.setdefault(id, {})
        if lane not in known or (bool(outcome), at) > (bool(known[lane][1]), known[lane][0]):
            known[lane] = (at, outcome)  # the last proposal or choice; a lane that was only acted on has none
    return tuple(
        Begun(book_id, state, frozenset(Way(lane, outcome) for lane, (_, outcome) in ways.get(id, {}).items()), gone)
        for id, (book_id, state, gone) in sorted(cases.items())
    )


def _shared(rows: Iterable[Any]) -> tuple[Shared, ...]:
    books: dict[str, str] = {}
    recipients: dict[str, set[str]] = {}
    for id, book_id, recipient in rows:
        books[id] = book_id
        recipients.setdefault(id, set()).update({recipient} - {""})
    return tuple(Shared(book_id, frozenset(recipients[id])) for id, book_id in sorted(books.items()))


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
