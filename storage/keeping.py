"""What others see of the end of a record: what was done afterwards, how a fact is known, holds, requests for access.

The rule to keep: nothing here is changed later; a correction is one more row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FollowUpKind = Literal["told", "notes", "review", "not_shared"]
Basis = Literal["seen", "told", "view"]
HoldReason = Literal["terrorism", "court", "police", "allegation", "subject_access", "other"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One thing that was done after the decision. `answer` is the id of a choice; of a review its day, YYYY-MM-DD."""

    id: str
    lane: str
    kind: FollowUpKind
    answer: str
    person_id: str
    text_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Chase:
    """The timer that asks for what is to be written: how often it has asked, when it was set, when it goes off."""

    times: int
    made_at: datetime
    run_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a record may not be destroyed. `by_id` is None where the book or the command line said so."""

    id: str
    consultation_id: str
    why: HoldReason
    by_id: str | None
    since: datetime
    lifted_by: str | None
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Somebody asked to see what is held about them, under one reference. Due a month later (UK GDPR Art 12(3))."""

    id: str
    reference: str
    received_at: datetime
    due_at: datetime
    opened_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Handout:
    """A paper that waits under a link, for one person: `paper` and `form` are ids of the record's own."""

    consultation_id: str
    person_id: str
    paper: str
    form: str


@dataclass(frozen=True, slots=True)
class DigestLink:
    """The digest of a week that waits under a link, for one person, as a file of this form."""

    week: str
    person_id: str
    form: str
