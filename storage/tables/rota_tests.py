"""The monthly test of the rota: who was asked to press once, and when they did."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table, Text

from storage.tables.columns import Int64, at_most, metadata, organisation

rota_tests = Table(
    "rota_tests",
    metadata,
    organisation(),
    Column("month", Text, nullable=False),  # "2026-12"
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("sent_at", Int64, nullable=False),
    Column("pressed_at", Int64),
    PrimaryKeyConstraint("organisation_id", "month", "person_id"),
    at_most("month", 7),
    sqlite_strict=True,
)
