"""What others see of the store: frozen records, times as aware UTC datetimes, sets as frozensets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

Role = Literal["worker", "trustee"]
CaseState = Literal["asking", "paused", "sent", "withdrawn", "closed"]
RequestState = Literal["pending", "approved", "declined", "withdrawn", "told"]
Verdict = Literal["approved", "declined"]
HowAsked = Literal["first", "next", "lead", "passed", "second"]
Rungs = Literal["asked", "reminded", "next", "leads"]
Confirmed = Literal["", "yes", "no"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC. ValueError for a naive datetime: it would be off by the zone, silently."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class NotFound(Exception):
    """There is no such thing in this organisation."""


class Conflict(Exception):
    """Somebody else was first: the thing has moved on since it was read."""


@dataclass(frozen=True, slots=True)
class Organisation:
    id: str
    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    organisation_id: str
    handle: str
    name: str
    role: Role
    capabilities: frozenset[str]
    active: bool
    telephone: str = ""

    def can(self, capability: str) -> bool:
        return capability in self.capabilities


@dataclass(frozen=True, slots=True)
class Address:
    """An account of a person on a channel, and the private conversation we have there ("" until known)."""

    person_id: str
    channel: str
    tenant: str
    user: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Answer:
    question_id: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Consultation:
    id: str
    requester_id: str
    reference: str
    state: CaseState
    version: int
    book_id: str
    book_version: str
    opened_at: datetime
    changed_at: datetime
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """Question id -> value, as `policy.walk` takes it."""
        return {id: answer.value for id, answer in self.answers.items()}


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    id: str
    consultation_id: str
    lane: str
    outcome: str
    code: str
    state: RequestState
    fingerprint: str
    second_of: str | None
    opened_at: datetime
    settled_at: datetime | None
    asked: frozenset[str] = frozenset()  # everybody who was ever asked about it
    passed: frozenset[str] = frozenset()  # of these, the ones who said that they cannot decide it
    asked_at: Mapping[str, datetime] = field(default_factory=dict)  # person id -> when


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a request's ladder that was taken, and when the one after it is due."""

    step: int
    kind: Rungs
    at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    """That a decision was said by telephone and written down by another, and whether its maker says so too."""

    request_id: str
    recorded_by: str
    said_at: datetime
    confirm_by: datetime
    answer: Confirmed
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away until then, and who stands in for them, where somebody does."""

    person_id: str
    since: datetime
    until: datetime
    stand_in_id: str | None


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody is on call for a duty (a capability) from `starts` until `ends`."""

    duty: str
    person_id: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    id: str
    request_id: str
    person_id: str
    verdict: Verdict
    text_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    """A person went further than the proposal, towards protecting somebody."""

    id: str
    person_id: str
    lane: str
    proposed: str
    chosen: str
    text_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What was then actually done: who was told; when and what, in the worker's words, is the sealed text."""

    id: str
    lane: str
    person_id: str
    recipient: str
    text_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SealedText:
    """A text's envelope; `Texts.open` gives the words."""

    id: str
    consultation_id: str
    person_id: str
    kind: str
    about: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One copy of a card on one account, so that every copy can be edited when the state moves."""

    id: str
    consultation_id: str
    person_id: str
    kind: str
    channel: str
    tenant: str
    user: str
    conversation: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed letter or timer. Only the holder of `token` may settle it."""

    id: str
    organisation_id: str
    kind: str
    key: str
    lane: str
    payload: Mapping[str, str]
    attempts: int
    token: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    sequence: int
    at: datetime
    body: bytes
    previous: bytes
    hash: bytes
