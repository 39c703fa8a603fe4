"""Everything there is about one consultation, read once and frozen; every document and export is drawn from this.

The rule to keep: plain values only, in words that stand without the book; nothing in here opens anything later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody of the charity; `id` is "" for the command line."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody typed. `text` is "" where the key of the record was destroyed."""

    id: str
    kind: str
    who: Who
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, with the question as it was worded. `basis`: seen, told or professional view; "" was not said.

    `restricted`: it may be about one of us, or nobody may be tipped off. `always`: every checklist asks this; of any
    other question, that it was asked tells what was answered before. `stands`: the book lets it stand in a copy for
    the person at once. `field`: the field of the regulator's form that it fills, "asker" or "way".
    """

    question: str
    screen: str
    ask: str
    answer: str
    basis: str
    at: datetime
    clauses: tuple[str, ...]
    restricted: bool
    always: bool = False
    stands: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """`stands` is False where it turned out later that this person's word does not count."""

    who: Who
    verdict: str
    at: datetime
    why: Words | None
    stands: bool


@dataclass(frozen=True, slots=True)
class SpokenYes:
    recorded_by: Who
    said_at: datetime
    confirm_by: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskedBack:
    question: Words
    reply: Words | None


@dataclass(frozen=True, slots=True)
class Request:
    """One time of asking for agreement, or of telling somebody who may not stop it. `steps`: its ladder."""

    id: str
    code: str
    title: str
    state: str
    opened_at: datetime
    settled_at: datetime | None
    second: bool
    asked: tuple[tuple[Who, datetime], ...]
    passed: tuple[Who, ...]
    steps: tuple[tuple[str, datetime], ...]
    decision: Decided | None
    spoken: SpokenYes | None
    questions: tuple[AskedBack, ...]


@dataclass(frozen=True, slots=True)
class WentFurther:
    who: Who
    at: datetime
    proposed: str
    chosen: str
    why: Words | None


@dataclass(frozen=True, slots=True)
class Done:
    """What was then really done. `corrects` is the id of the earlier one that this one puts right; both stay.

    `quiet`: that it was done tells of a restricted lane. `quiet_items`: of `items`, those that do.
    """

    id: str
    who: Who
    written_at: datetime
    shared_at: datetime | None
    recipient: str
    way: str
    verified: str
    items: tuple[str, ...]
    words: Words | None
    corrects: str | None
    quiet: bool = False
    quiet_items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """`unsafe`: it says that telling the person was not safe, or that somebody asked us not to."""

    id: str
    kind: str
    answer: str
    unsafe: bool
    who: Who
    at: datetime
    words: Words | None


@dataclass(frozen=True, slots=True)
class Law:
    """`checked_on`: the day somebody last made sure that it still says so."""

    id: str
    text: str
    source: str
    checked_on: date | None


@dataclass(frozen=True, slots=True)
class LaneRecord:
    """One way the case opened. `open` is False where today's answers do not open it any more; its history stays.

    `tells`: what it came to tells of a restricted lane. `quiet_recipients`: of `recipients`, those that do.
    """

    id: str
    title: str
    open: bool
    restricted: bool
    outcome: str
    plain: str
    sends: str
    basis: str
    clock: str
    standing: str
    approval: str
    recipients: tuple[str, ...]
    would_say: tuple[Words, ...]
    why: tuple[str, ...]  # ids of the questions it rests on
    warnings: tuple[str, ...]
    clauses: tuple[tuple[str, str], ...]
    law: tuple[Law, ...]
    requests: tuple[Request, ...]
    further: tuple[WentFurther, ...]
    done: tuple[Done, ...]
    followed: tuple[Followed, ...]
    there: tuple[tuple[Who, str, datetime], ...]
    tells: bool = False
    quiet_recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    kind: str
    due_at: datetime
    who: Who | None
    at: datetime | None
    found: Words | None


@dataclass(frozen=True, slots=True)
class Handed:
    giver: Who
    taker: Who
    by: Who | None
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    why: str
    since: datetime
    by: Who | None
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger about it: ids and kinds only. `hash` is its first twelve hexadecimal digits."""

    sequence: int
    at: datetime
    kind: str
    who: str
    ids: Mapping[str, str]
    hash: str


@dataclass(frozen=True, slots=True)
class Record:
    """`head` is the ledger's last entry when this was read, (sequence, hash in hex); `read_at` that moment.

    `book_now`: the version the wording was taken from, where it is not the one that it was decided under.
    `unsafe`: nobody has said that telling the person is safe, or somebody said that it may not be.
    """

    charity: str
    zone: str
    id: str
    reference: str
    state: str
    worker: Who
    book: str
    book_version: str
    book_now: str
    opened_at: datetime
    changed_at: datetime
    silenced: bool
    sent: bool
    answers: tuple[Answered, ...]
    lanes: tuple[LaneRecord, ...]
    looks: tuple[Looked, ...]
    handed: tuple[Handed, ...]
    reopened: tuple[Words, ...]
    other_words: tuple[Words, ...]
    followed: tuple[Followed, ...]  # about the whole consultation
    holds: tuple[Held, ...]
    kept: Kept
    lines: tuple[Line, ...]
    head: tuple[int, str]
    read_at: datetime
    unsafe: bool = False

    @property
    def restricted(self) -> frozenset[str]:
        """The ids of its lanes that are not for everybody to hear of."""
        return frozenset(lane.id for lane in self.lanes if lane.restricted)


@dataclass(frozen=True, slots=True)
class Kept:
    """The clock of keeping; `kept_as` is "" until it was closed."""

    closed_at: datetime | None = None
    kept_as: str = ""
    destroy_at: datetime | None = None
    destroyed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A part that is not given until the data-protection lead has decided.

    `code` stands in its place and is the same each time it is drawn. `shown`: whether its place may be seen at all.
    """

    code: str
    where: str
    why: str
    text: str
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Copy:
    """The record as it may be shown to whom it is about, and what is kept back from it."""

    record: Record | None  # None: nothing of it may be given yet
    withheld: tuple[Withheld, ...] = field(default_factory=tuple)
