"""The tables, private to `storage`. Every table carries `organisation_id`; free text exists only sealed.

Only types that mean the same on SQLite (STRICT) and PostgreSQL: text, 64-bit whole numbers and bytes. Times are
microseconds since 1970 UTC, because SQLite gives aware datetimes back naive and unshifted.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Int64 = Integer().with_variant(BigInteger(), "postgresql")


def _organisation() -> Column[str]:
    return Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False)


def _at_most(column: str, characters: int) -> CheckConstraint:
    return CheckConstraint(f"length({column}) <= {characters}", name=f"{column}_length")


organisations = Table(
    "organisations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),  # JSON: numbers, time zone, leads; no client's data
    Column("canary", LargeBinary, nullable=False),  # a known value, sealed: opens only with the right keys
    Column("created_at", Int64, nullable=False),
    _at_most("name", 200),
    sqlite_strict=True,
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("handle", Text, nullable=False),  # the charity's own key for this person in the imported roster
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("capabilities", Text, nullable=False),  # sorted, joined by one space
    Column("telephone", Text, nullable=False),
    Column("active", Int64, nullable=False),
    UniqueConstraint("organisation_id", "handle"),
    CheckConstraint("role IN ('worker', 'trustee')", name="role"),
    _at_most("name", 200),
    sqlite_strict=True,
)

addresses = Table(
    "addresses",
    metadata,
    Column("channel", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("user", Text, nullable=False),
    _organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("conversation", Text, nullable=False),
    PrimaryKeyConstraint("channel", "tenant", "user"),
    Index("ix_addresses_person_id", "person_id"),
    sqlite_strict=True,
)

consultations = Table(
    "consultations",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("requester_id", Text, ForeignKey("people.id"), nullable=False),
    Column("reference", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Int64, nullable=False),
    Column("book_id", Text, nullable=False),
    Column("book_version", Text, nullable=False),
    Column("data_key", LargeBinary),  # wrapped; destroying it destroys every sealed text of the consultation
    Column("opened_at", Int64, nullable=False),
    Column("changed_at", Int64, nullable=False),
    CheckConstraint("state IN ('asking', 'paused', 'sent', 'withdrawn', 'closed')", name="state"),
    _at_most("reference", 40),
    Index("ix_consultations_requester", "organisation_id", "requester_id", "state"),
    sqlite_strict=True,
)

answers = Table(
    "answers",
    metadata,
    _organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("question_id", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "question_id"),
    _at_most("value", 60),
    sqlite_strict=True,
)

texts = Table(
    "texts",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),  # what it answers: reason, decline, done, ...
    Column("about", Text, nullable=False),  # the lane or request it belongs to, or ""
    Column("at", Int64, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_texts_consultation_id", "consultation_id"),
    sqlite_strict=True,
)

barred = Table(
    "barred",
    metadata,
    _organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "person_id"),
    sqlite_strict=True,
)

approval_requests = Table(
    "approval_requests",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),  # of what was proposed; another proposal needs another request
    Column("second_of", Text),  # the declined request this one gives a second opinion on
    Column("opened_at", Int64, nullable=False),
    Column("settled_at", Int64),
    CheckConstraint("state IN ('pending', 'approved', 'declined', 'withdrawn', 'told')", name="state"),
    Index("ix_approval_requests_consultation_id", "consultation_id"),
    sqlite_strict=True,
)

asked = Table(
    "asked",
    metadata,
    _organisation(),
    Column("request_id", Text, ForeignKey("approval_requests.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    PrimaryKeyConstraint("request_id", "person_id"),
    Index("ix_asked_person_id", "person_id"),
    sqlite_strict=True,
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("request_id", Text, ForeignKey("approval_requests.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("text_id", Text, ForeignKey("texts.id"), nullable=False),  # the reason, sealed
    Column("at", Int64, nullable=False),
    UniqueConstraint("request_id"),  # one request, one decision
    CheckConstraint("verdict IN ('approved', 'declined')", name="verdict"),
    sqlite_strict=True,
)

departures = Table(
    "departures",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("proposed", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    Column("text_id", Text, ForeignKey("texts.id"), nullable=False),
    Column("at", Int64, nullable=False),
    Index("ix_departures_consultation_id", "consultation_id"),
    sqlite_strict=True,
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("recipient", Text, nullable=False),  # a recipient's id of the book, or "nobody"
    Column("text_id", Text, ForeignKey("texts.id"), nullable=False),
    Column("at", Int64, nullable=False),
    Index("ix_disclosures_consultation_id", "consultation_id"),
    sqlite_strict=True,
)

posts = Table(
    "posts",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),  # which card this is a copy of: checklist, approval, emergency, told
    Column("channel", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("message", Text, nullable=False),  # "" until it was sent
    Column("at", Int64, nullable=False),
    UniqueConstraint("consultation_id", "kind", "channel", "tenant", "user"),
    Index("ix_posts_person_id", "person_id"),
    sqlite_strict=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("channel", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("channel", "tenant", "delivery"),
    sqlite_strict=True,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("kind", Text, nullable=False),  # letter, timer
    Column("key", Text, nullable=False),  # one row a key: a second letter to the same card replaces the first
    Column("lane", Text, nullable=False),  # letters of one lane wait together when a product says "slow down"
    Column("payload", Text, nullable=False),  # ids and kinds only; wiped when done
    Column("run_at", Int64, nullable=False),
    Column("token", Text, nullable=False),  # the fencing token of who holds it; "" nobody
    Column("attempts", Int64, nullable=False),
    Column("state", Text, nullable=False),
    UniqueConstraint("organisation_id", "key"),
    CheckConstraint("state IN ('due', 'done', 'dead')", name="state"),
    Index("ix_jobs_due", "state", "run_at"),
    sqlite_strict=True,
)

pauses = Table(
    "pauses",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("until", Int64, nullable=False),
    sqlite_strict=True,
)

ledger = Table(
    "ledger",
    metadata,
    _organisation(),
    Column("sequence", Int64, nullable=False),
    Column("at", Int64, nullable=False),
    Column("body", LargeBinary, nullable=False),  # canonical JSON bytes: kind, person, consultation, ids; no content
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation_id", "sequence"),
    sqlite_strict=True,
)
