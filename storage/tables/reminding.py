"""What people chose about messages that come by themselves, and what they ask whoever leads about the digest."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from storage.tables.columns import Int64, at_most, metadata, organisation, while_

digest_choices = Table(
    "digest_choices",
    metadata,
    organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("often", Text, nullable=False),
    Column("since", Int64, nullable=False),
    PrimaryKeyConstraint("organisation_id", "person_id"),
    CheckConstraint("often IN ('weekly', 'monthly', 'on_request')", name="often"),
    sqlite_strict=True,
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("why", Text, nullable=False),  # the id of a choice
    Column("until", Int64, nullable=False),
    Column("at", Int64, nullable=False),
    at_most("why", 20),
    Index("ix_snoozes_consultation_id", "consultation_id"),
    sqlite_strict=True,
)

enquiries = Table(
    "enquiries",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("week", Text, nullable=False),  # of the digest it was asked on
    Column("asked_by", Text, ForeignKey("people.id"), nullable=False),
    Column("asked_at", Int64, nullable=False),
    Column("data_key", LargeBinary, nullable=False),  # wrapped by a key outside the database
    Column("question", LargeBinary, nullable=False),  # sealed
    Column("answered_by", Text, ForeignKey("people.id")),
    Column("answered_at", Int64),
    Column("answer", LargeBinary),  # sealed
    at_most("week", 8),
    while_("ix_enquiries_waiting", "asked_at", "answered_at IS NULL"),
    sqlite_strict=True,
)
