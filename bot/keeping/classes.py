"""Which class of record a consultation makes, what holds it back from being destroyed, and whether it is only a draft.

The rule to keep: where two classes fit, the one that is kept longer counts; what cannot be read is no draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from bot.looks import NOBODY, dangers
from bot.organisation.periods import KeptAs
from bot.picture import Picture
from policy.book import Book
from policy.grounds import grounds
from policy.kept_out import holds
from storage.keeping import HoldReason
from storage.records import CaseState

TITLES: Mapping[str, str] = {
    "adult": "an adult's matter",
    "child": "a child's matter",
    "allegation": "a worry about one of us",
    "not_shared": "nothing was shared",
    "draft": "never sent",
}
"""Each class in words, for the command line and whoever answers for the data."""

REASONS: Mapping[HoldReason, str] = {
    "terrorism": "It is about terrorism",
    "court": "A court or an official paper",
    "police": "The police or 999 were told, or the police ask",
    "allegation": "A worry about one of us",
    "subject_access": "Somebody asked to see what we hold about them",
    "other": "Another reason",
}

_NOTHING: tuple[KeptAs, bool] = ("not_shared", False)  # where nothing else fits

_UNSENT: tuple[CaseState, ...] = ("asking", "paused", "withdrawn")


def kept_as(picture: Picture, before: str = "") -> KeptAs:
    """By the lanes that are open, and by whether anybody was told; of all that fit, what this charity keeps longest.

    `before`: a class that it was given once. That one fits still, whatever the book says by now.
    """
    keeping, open_ = picture.book.keeping, {verdict.lane.id for verdict in picture.lanes}
    fit: list[tuple[KeptAs, bool]] = [
        ("allegation", bool(open_ & set(keeping.allegation))),
        ("child", bool(open_ & set(keeping.child)) or _of_a_child(picture)),
        ("adult", bool(_told(picture)) or _dangerous(picture)),
    ]
    fitting = [kept for kept, fits in (*fit, _NOTHING) if fits or kept == before]
    return max(fitting, key=lambda kept: _until(picture, kept), default="not_shared")


def _until(picture: Picture, kept: KeptAs) -> tuple[bool, datetime]:
    """What has no end date comes after everything that has one."""
    end = picture.charity.retention.end(kept, picture.case.changed_at)
    return end is None, end or picture.case.changed_at


def _of_a_child(picture: Picture) -> bool:
    """Also where that was to be asked, and was not: nobody knows then that it is not."""
    when, walked = picture.book.keeping.child_when, picture.walked
    if any(fact in walked.unknown and fact not in picture.case.values for row in when for fact in row):
        return True
    return bool(when) and holds(when, walked.facts)


def reasons(picture: Picture) -> list[HoldReason]:
    """Why the book wants it held, whatever its clock says."""
    keeping, open_ = picture.book.keeping, {verdict.lane.id for verdict in picture.lanes}
    by_lane: tuple[tuple[HoldReason, tuple[str, ...]], ...] = (
        ("terrorism", keeping.terrorism),
        ("court", keeping.court),
        ("allegation", keeping.allegation),
    )
    found = [why for why, lanes in by_lane if open_ & set(lanes)]
    they_ask = bool(keeping.police_when) and holds(keeping.police_when, picture.walked.facts)
    if they_ask or _told(picture) & set(keeping.police):
        found.append("police")
    said = {*keeping.terrorism, *keeping.court}  # these tasks are what their holds are for
    if any(set(keeping.tasks) & set(each.outcome.tasks) for each in picture.lanes if each.lane.id not in said):
        found.append("other")
    return found


def is_draft(picture: Picture) -> bool:
    """Whether nobody but the worker ever knew of it, and nothing in it has to be looked at or held.

    The caller has made sure that nobody was asked, told or written to (`Retention.unsent`).
    """
    if picture.case.state not in _UNSENT or picture.requests or picture.looks or picture.departures:
        return False
    if picture.case.sent_at or picture.disclosures or _dangerous(picture) or reasons(picture):
        return False
    return not _may_be_held(picture)


def _may_be_held(picture: Picture) -> bool:
    """Whether something was ticked that can come to a hold, such as a court's paper, and nobody has said which."""
    book, values = picture.book, picture.case.values
    ticks = {screen.id for screen in book.screens if screen.kind == "ticks"}
    ids = {id for lane in _holding(book) for id in grounds(book, lane)}
    ticked = [each.id for each in book.questions if each.screen in ticks and values.get(each.id) in ("yes", "unsure")]
    return not ids.isdisjoint(ticked)


@lru_cache(maxsize=32)
def _holding(book: Book) -> frozenset[str]:
    """The lanes that hold a record, or may: by what they are, or by a task of one of their outcomes."""
    keeping = book.keeping
    by_task = {id for id, outcome in book.outcomes.items() if set(outcome.tasks) & set(keeping.tasks)}
    lanes = {lane.id for lane in book.lanes if by_task & {rule.outcome for rule in lane.rules}}
    return frozenset({*lanes, *keeping.allegation, *keeping.terrorism, *keeping.court})


def _told(picture: Picture) -> set[str]:
    return {done.recipient for done in picture.disclosures} - {NOBODY}


def _dangerous(picture: Picture) -> bool:
    """Whether somebody may be, or may have been, in danger: also where the answer was changed afterwards."""
    if picture.case.danger_at or picture.in_emergency or dangers(picture):
        return True
    if any(look.kind == "emergency" for look in picture.looks):
        return True
    return any(verdict.lane.protective for verdict in picture.lanes)
