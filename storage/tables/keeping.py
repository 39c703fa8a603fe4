"""What holds a record back from its clock, who asked to see what is held, and links under which a paper waits."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from storage.tables.columns import Int64, at_most, metadata, organisation, while_

holds = Table(
    "holds",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("why", Text, nullable=False),
    Column("by_id", Text, ForeignKey("people.id")),  # None: the book asks for it, or the command line
    Column("since", Int64, nullable=False),
    Column("lifted_by", Text, ForeignKey("people.id")),
    Column("lifted_at", Int64),
    CheckConstraint("why IN ('terrorism', 'court', 'police', 'allegation', 'subject_access', 'other')", name="why"),
    Index("ix_holds_consultation_id", "consultation_id"),
    while_("ix_holds_standing", "since", "lifted_at IS NULL"),
    sqlite_strict=True,
)

access_requests = Table(
    "access_requests",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("reference", Text, nullable=False),
    Column("received_at", Int64, nullable=False),
    Column("due_at", Int64, nullable=False),
    Column("opened_by", Text, ForeignKey("people.id")),  # None: the command line
    Column("answered_at", Int64),
    at_most("reference", 40),
    Index("ix_access_requests_organisation_id", "organisation_id", "due_at"),
    sqlite_strict=True,
)

handouts = Table(
    "handouts",
    metadata,
    Column("token", Text, primary_key=True),  # SHA-256 of it, in hex: itself it stands only in the link
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("paper", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("until", Int64, nullable=False),
    Column("taken_at", Int64),
    sqlite_strict=True,
)
