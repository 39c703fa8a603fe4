"""What was asked of whom, the steps taken while nobody answered, and what was decided."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.tables.columns import Int64, by_time, metadata, organisation, while_

approval_requests = Table(
    "approval_requests",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
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
    while_("ix_approval_requests_second", "opened_at", "second_of IS NOT NULL"),
    by_time("ix_approval_requests_settled", "settled_at"),
    while_("ix_approval_requests_pending", "opened_at", "state = 'pending'"),
    sqlite_strict=True,
)

asked = Table(
    "asked",
    metadata,
    organisation(),
    Column("request_id", Text, ForeignKey("approval_requests.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("how", Text, nullable=False, server_default=text("'first'")),  # first, next, lead, passed, second
    Column("at", Int64, nullable=False, server_default=text("0")),  # 0: asked before this was kept; then as the request
    Column("passed_at", Int64),  # they could not decide it; it went on without blame
    Column("passed_why", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("request_id", "person_id"),
    Index("ix_asked_person_id", "person_id"),
    sqlite_strict=True,
)

rungs = Table(
    "rungs",
    metadata,
    organisation(),
    Column("request_id", Text, ForeignKey("approval_requests.id"), nullable=False),
    Column("step", Int64, nullable=False),
    Column("kind", Text, nullable=False),  # what was done at this step of the ladder: asked, reminded, next, leads
    Column("at", Int64, nullable=False),
    Column("next_at", Int64, nullable=False),  # when the step after this one is due
    PrimaryKeyConstraint("request_id", "step"),
    sqlite_strict=True,
)

spoken = Table(
    "spoken",
    metadata,
    organisation(),
    Column("request_id", Text, ForeignKey("approval_requests.id"), nullable=False),
    Column("recorded_by", Text, ForeignKey("people.id"), nullable=False),
    Column("said_at", Int64, nullable=False),
    Column("confirm_by", Int64, nullable=False),
    Column("answer", Text, nullable=False),  # what the one who agreed says in their own account; "" nothing yet
    Column("answered_at", Int64),
    PrimaryKeyConstraint("request_id"),
    CheckConstraint("answer IN ('', 'yes', 'no')", name="answer"),
    sqlite_strict=True,
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("request_id", Text, ForeignKey("approval_requests.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("text_id", Text, ForeignKey("texts.id"), nullable=False),  # the reason, sealed
    Column("at", Int64, nullable=False),
    UniqueConstraint("request_id"),  # one request, one decision
    CheckConstraint("verdict IN ('approved', 'declined')", name="verdict"),
    sqlite_strict=True,
)
