"""The statements of the figures, built once: many charities may be due in the same minute.

The rule to keep: each says which index it goes by, one on the time or one that holds only what is open, so that it
costs what the period costs and not the history. The condition of such an index is a word of the query and never a
parameter: a plan that PostgreSQL keeps for any value could not use it.

They are given `org`, and `since`, `until`, `now`, `slow`, `stale` and `month` in microseconds; those that spare some
consultations, their ids as `spared`. Whatever is late, and an emergency that nobody has reviewed, counts all the same:
what keeps people safe is told to the last. A practice never counts: whatever is counted of a table goes through `_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)

from storage.cases import LIVE_PRACTICE, REAL, STANDS
from storage.tables import (
    Int64,
    approval_requests,
    consultations,
    departures,
    disclosures,
    follow_ups,
    holds,
    jobs,
    looks,
    posts,
    rungs,
    texts,
)

_Counted = Callable[[ColumnElement[Any]], list[ColumnElement[bool]]]
"""What is counted: from the column of a consultation's id to the conditions on it."""

_PENDING = approval_requests.c.state == literal_column("'pending'")
_NONE: ColumnElement[str] = literal_column("''")


def _moment(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Int64)


def _of(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The rows of the organisation that are of no practice, of which these are true."""
    return and_(table.c.organisation_id == bindparam("org"), _real(table), *conditions)


def _real(table: Table) -> ColumnElement[bool]:
    if table is consultations:
        return REAL
    practices = select(consultations.c.id).where(consultations.c.organisation_id == bindparam("org"), LIVE_PRACTICE)
    if table is not jobs:
        return table.c.consultation_id.not_in(practices)
    # What a job is about stands in its payload, by id: of a consultation, of a copy of its cards, or of a request.
    about = union_all(
        practices,
        select(posts.c.id).where(posts.c.consultation_id.in_(practices)),
        select(approval_requests.c.id).where(approval_requests.c.consultation_id.in_(practices)),
    ).subquery()
    named = func.replace(jobs.c.payload, about.c.id, _NONE) != jobs.c.payload
    return ~select(about.c.id).where(named).correlate(jobs).exists()


def _within(column: ColumnElement[Any]) -> ColumnElement[bool]:
    by_time: ColumnElement[bool] = literal_column(f"+{column} > 0")  # the condition of `tables.columns.by_time`
    return and_(by_time, column >= _moment("since"), column < _moment("until"))


def _scalar(query: Select[Any]) -> ScalarSelect[Any]:
    return query.scalar_subquery()


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """How many rows of the one table that the first condition speaks of."""
    return _scalar(select(func.count()).where(*conditions))


def _called() -> ColumnElement[bool]:
    """The leads were called about this request, and still nobody has answered."""
    steps = select(rungs.c.step).where(
        rungs.c.request_id == approval_requests.c.id,
        rungs.c.organisation_id == approval_requests.c.organisation_id,
        rungs.c.kind == "leads",
    )
    return steps.correlate(approval_requests).exists()


def _waits() -> ColumnElement[bool]:
    asked = select(approval_requests.c.id).where(
        approval_requests.c.consultation_id == consultations.c.id,
        approval_requests.c.organisation_id == consultations.c.organisation_id,
        _PENDING,
    )
    return asked.correlate(consultations).exists()


def _agreed_not_done(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Somebody agreed to one of its lanes, and of that lane nothing is written down. `conditions`: on that request."""
    request, done = approval_requests.c, disclosures.c
    written = select(done.id).where(
        done.consultation_id == request.consultation_id,
        done.organisation_id == request.organisation_id,
        done.lane == request.lane,
    )
    agreed = select(request.id).where(
        request.consultation_id == consultations.c.id,
        request.organisation_id == consultations.c.organisation_id,
        request.state == "approved",
        *conditions,
        ~written.correlate(approval_requests).exists(),
    )
    return agreed.correlate(consultations).exists()


def _everything(_: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return []


def _but_the_spared(id: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return [id.not_in(bindparam("spared", expanding=True))]


def _numbers(counted: _Counted) -> Select[Any]:
    """Every number that is one count, by the name of its field."""
    case, request = consultations.c, approval_requests.c
    found: dict[str, ScalarSelect[Any]] = {}

    def or_late(id: ColumnElement[Any], late: ColumnElement[bool]) -> list[ColumnElement[bool]]:
        return [or_(each, late) for each in counted(id)]

    # ix_approval_requests_second
    asked = _of(approval_requests, _within(request.opened_at), *counted(request.consultation_id))
    found["second_opinions"] = _count(asked, request.second_of.is_not(None))
    # ix_texts_question
    question = texts.c.kind == literal_column("'question'")
    found["asked_back"] = _count(_of(texts, question, _within(texts.c.at), *counted(texts.c.consultation_id)))
    # ix_looks_opened
    emergency = looks.c.kind == "emergency"
    open_yet = looks.c.done_at.is_(None)
    called_for = _of(looks, emergency, _within(looks.c.opened_at), *or_late(looks.c.consultation_id, open_yet))
    found["emergencies"] = _count(called_for)
    found["reviewed"] = _count(called_for, looks.c.done_at.is_not(None))
    # ix_looks_open
    open_looks, late = _of(looks, looks.c.done_at.is_(None)), looks.c.due_at < _moment("now")
    found["unreviewed"] = _count(open_looks, emergency)
    found["unreviewed_late"] = _count(open_looks, emergency, late)
    found["looks_late"] = _count(open_looks, ~emergency, late)
    # ix_approval_requests_pending
    pending = _of(approval_requests, _PENDING)
    waiting = or_late(request.consultation_id, _called())
    found["waiting"] = _count(pending, *waiting)
    found["waiting_since"] = _scalar(select(func.min(request.opened_at)).where(pending, *waiting))
    found["unheard"] = _count(pending, _called())
    # ix_consultations_sent: what was sent and is not closed
    sent = _of(consultations, case.state == literal_column("'sent'"))
    agreed, waits = _agreed_not_done(), _waits()
    # By when it was agreed to, and not by when the case was changed: who hands it over does nothing of it.
    slow, stale = _agreed_not_done(request.settled_at < _moment("slow")), case.changed_at < _moment("stale")
    found["not_done"] = _count(sent, agreed, *or_late(case.id, slow))
    found["not_done_slow"] = _count(sent, slow)
    found["unfinished"] = _count(sent, ~agreed, ~waits, *or_late(case.id, stale))
    found["unfinished_stale"] = _count(sent, ~agreed, ~waits, stale)
    # ix_jobs_dead. `run_at` stays where it was when a job was given up, so that each is in one period only.
    given_up = _of(jobs, jobs.c.state == literal_column("'dead'"))
    found["undelivered"] = _count(given_up, jobs.c.kind == "letter", _within(jobs.c.run_at))
    found["failed"] = _count(given_up, jobs.c.kind != "letter", jobs.c.kind != "erase")
    # ix_holds_standing
    held = _of(holds, holds.c.lifted_at.is_(None), *counted(holds.c.consultation_id))
    found["held"] = _scalar(select(func.count(holds.c.consultation_id.distinct())).where(held))
    found["held_since"] = _scalar(select(func.min(holds.c.since)).where(held))
    # ix_consultations_destroyed and ix_consultations_to_destroy
    found["destroyed"] = _count(_of(consultations, case.destroyed_at.is_not(None), _within(case.destroyed_at)))
    # PostgreSQL takes what is destroyed and what is past its time for strangers, expects hundreds of thousands, and
    # goes through the whole table. Of a stretch whose beginning it cannot know it expects few.
    beginning = _scalar(select(literal_column("0")))
    ends = _of(consultations, STANDS, case.destroy_at > beginning, case.destroy_at < _moment("month"))
    found["to_destroy"] = _count(ends)
    return select(*(column.label(name) for name, column in found.items()))


def _answers(counted: _Counted) -> Select[Any]:
    """Each answer of the period. By ix_approval_requests_settled."""
    request = approval_requests.c
    return select(request.state, request.opened_at, request.settled_at, _called().label("late")).where(
        _of(approval_requests, _within(request.settled_at)),
        or_(request.state == "approved", request.state == "declined"),
        *counted(request.consultation_id),
    )


def _opened(counted: _Counted) -> CompoundSelect[Any]:
    """(id, book, state, lane, outcome, at): each consultation, with no lane, and each way it took, with no book.

    `at` of a consultation is when it was destroyed, or 0.

    By ix_consultations_opened, and from each to what is about it by ix_…_consultation_id.
    """
    case, request, gone, done = consultations.c, approval_requests.c, departures.c, disclosures.c
    mine = _of(consultations, _within(case.opened_at), *counted(case.id))
    gone_at = func.coalesce(case.destroyed_at, literal_column("0")).label("at")
    itself = select(case.id, case.book_id, case.state, _NONE.label("lane"), _NONE.label("outcome"), gone_at)
    asked = select(case.id, _NONE, _NONE, request.lane, request.outcome, request.opened_at).where(
        _of(approval_requests), request.consultation_id == case.id, request.state != "withdrawn"
    )
    chosen = select(case.id, _NONE, _NONE, gone.lane, gone.chosen, gone.at).where(
        _of(departures), gone.consultation_id == case.id
    )
    told = select(case.id, _NONE, _NONE, done.lane, _NONE, done.at).where(
        _of(disclosures), done.consultation_id == case.id
    )
    return union_all(*(each.where(mine) for each in (itself, asked, chosen, told)))


def _shared(counted: _Counted) -> CompoundSelect[Any]:
    """(id, book, recipient), "" where only the reason stands why nothing was shared; without what was corrected.

    By ix_disclosures_at and ix_follow_ups_not_shared.
    """
    case, done, why = consultations.c, disclosures.c, follow_ups.c
    newer = disclosures.alias("newer").c
    corrected = select(newer.id).where(
        newer.consultation_id == done.consultation_id,
        newer.organisation_id == done.organisation_id,
        newer.corrects == done.id,
    )
    told = select(case.id, case.book_id, done.recipient).where(
        _of(disclosures, _within(done.at)),
        _of(consultations),
        done.consultation_id == case.id,
        ~corrected.correlate(disclosures).exists(),
        *counted(case.id),
    )
    not_told = select(case.id, case.book_id, _NONE).where(
        _of(follow_ups, why.kind == literal_column("'not_shared'"), _within(why.at)),
        _of(consultations),
        why.consultation_id == case.id,
        *counted(case.id),
    )
    return union_all(told, not_told)


def _touched() -> CompoundSelect[Any]:
    """The id of every consultation that any of these counts may be made of, but those that ended long ago.

    What is destroyed, or ends soon, is counted of everybody: of what is destroyed nothing is left to ask.
    """
    case, request, why, done = consultations.c, approval_requests.c, follow_ups.c, disclosures.c
    question = texts.c.kind == literal_column("'question'")
    return union(
        select(case.id).where(_of(consultations, _within(case.opened_at))),
        select(case.id).where(_of(consultations, case.state == literal_column("'sent'"))),
        select(request.consultation_id).where(_of(approval_requests, _PENDING)),
        select(request.consultation_id).where(
            _of(approval_requests, _within(request.opened_at)), request.second_of.is_not(None)
        ),
        select(request.consultation_id).where(_of(approval_requests, _within(request.settled_at))),
        select(looks.c.consultation_id).where(
            _of(looks, looks.c.kind == literal_column("'emergency'"), _within(looks.c.opened_at))
        ),
        select(texts.c.consultation_id).where(_of(texts, question, _within(texts.c.at))),
        select(done.consultation_id).where(_of(disclosures, _within(done.at))),
        select(why.consultation_id).where(_of(follow_ups, why.kind == literal_column("'not_shared'"), _within(why.at))),
        select(holds.c.consultation_id).where(_of(holds, holds.c.lifted_at.is_(None))),
    )


@dataclass(frozen=True, slots=True)
class Statements:
    numbers: Select[Any]
    answers: Select[Any]
    opened: CompoundSelect[Any]
    shared: CompoundSelect[Any]


def _statements(counted: _Counted) -> Statements:
    return Statements(_numbers(counted), _answers(counted), _opened(counted), _shared(counted))


ALL, SPARING = _statements(_everything), _statements(_but_the_spared)
TOUCHED = _touched()
