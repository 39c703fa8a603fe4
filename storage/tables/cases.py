"""Consultations: the answers, the sealed texts, who must not know, and what was chosen and done in the end."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from storage.tables.columns import Int64, at_most, metadata, organisation

consultations = Table(
    "consultations",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
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
    at_most("reference", 40),
    Index("ix_consultations_requester", "organisation_id", "requester_id", "state"),
    sqlite_strict=True,
)

answers = Table(
    "answers",
    metadata,
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("question_id", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "question_id"),
    at_most("value", 60),
    sqlite_strict=True,
)

texts = Table(
    "texts",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
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
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "person_id"),
    sqlite_strict=True,
)

departures = Table(
    "departures",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
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
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("recipient", Text, nullable=False),  # a recipient's id of the book, or "nobody"
    Column("text_id", Text, ForeignKey("texts.id"), nullable=False),
    Column("at", Int64, nullable=False),
    Index("ix_disclosures_consultation_id", "consultation_id"),
    sqlite_strict=True,
)
