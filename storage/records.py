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
Taken = Rungs | Literal["skipped"]  # skipped: there was nobody to ask
Confirmed = Literal["", "yes", "no"]
LookKind = Literal["emergency", "not_shared", "declined", "spoken", "together"]
ConfirmationKind = Literal["there", "police", "excused", "nobody"]
Factors = Literal["totp", "pin"]
WhyHanded = Literal["leaves", "off_shift", "taken_over"]

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
    locked: bool = False  # somebody said that their phone is lost, and nobody has lifted it

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
class Grant:
    """Somebody was given a capability, a role or another account ("account"), by whom of the roster, and when."""

    person_id: str
    what: str
    by_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """A consultation went from one person to another. `by_id` is who did it; None for the command line."""

    from_id: str
    to_id: str
    by_id: str | None
    why: WhyHanded
    at: datetime


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
    sent_at: datetime | None = None  # when it was sent first
    danger_at: datetime | None = None  # when its answers first told of a danger, also where they were changed since
    practice: bool = False  # rehearsed from its first row; nothing turns one into the other

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
    kind: Taken
    at: datetime
    next_at: datetime
    told: frozenset[str] = frozenset()  # of a call of the leads: the ids of those to whom a message was promised then


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
class Look:
    """What somebody else has to look at by `due_at`, and who did; `text_id` is what they found, sealed."""

    consultation_id: str
    kind: LookKind
    due_at: datetime
    done_by: str | None = None
    done_at: datetime | None = None
    text_id: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That somebody was there, or has it from the police; "excused": a lead says that they cannot confirm any more."""

    lane: str
    person_id: str
    what: ConfirmationKind
    at: datetime


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
class Factor:
    """What a person proves beside their account; the secret itself is not in here.

    used: the last code's time step, or when a PIN was last given; "" never. failures: wrong ones since the last right.
    """

    kind: Factors
    since: datetime
    proven_at: datetime | None
    used: str
    failures: int
    closed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Lock:
    """Somebody is locked out of the bot, and who said that their phone is lost."""

    id: str
    person_id: str
    locked_by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class NightTest:
    """An alarm that was none, and when its receiver pressed that it got through."""

    id: str
    person_id: str
    sent_at: datetime
    seen_at: datetime | None


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
    """What was then actually done: who was told; when and what, in the worker's words, is the sealed text.

    `at` is when it was written down, `shared_at` when it was said; `verified`, `way` and `items` are ids of choices.
    """

    id: str
    lane: str
    person_id: str
    recipient: str
    text_id: str
    at: datetime
    shared_at: datetime | None = None
    verified: str = ""
    way: str = ""
    items: tuple[str, ...] = ()
    corrects: str | None = None  # the id of the earlier one that this corrects


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
    hidden: bool = False  # whoever has it wants only the reference on the screen until they open it again
    erased: bool = False  # its message was deleted where it stood: whoever had it has it no more


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed letter or timer. Only the holder of `token` may settle it. patient: it may stand behind any other."""

    id: str
    organisation_id: str
    kind: str
    key: str
    lane: str
    payload: Mapping[str, str]
    attempts: int
    token: str
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    sequence: int
    at: datetime
    body: bytes
    previous: bytes
    hash: bytes
