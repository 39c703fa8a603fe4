"""The digests that were written, a row a week with exactly what was told and nothing hidden; links to them as files."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table, Text

from storage.tables.columns import Int64, at_most, metadata, organisation

digests = Table(
    "digests",
    metadata,
    organisation(),
    Column("week", Text, nullable=False),  # the charity's own: 2026-W47
    Column("since", Int64, nullable=False),
    Column("until", Int64, nullable=False),
    Column("made_at", Int64, nullable=False),
    Column("figures", Text, nullable=False),  # JSON: numbers, and ids of the book
    PrimaryKeyConstraint("organisation_id", "week"),  # nobody writes the digest of a week a second time
    at_most("week", 8),
    sqlite_strict=True,
)

digest_links = Table(
    "digest_links",
    metadata,
    Column("token", Text, primary_key=True),  # its SHA-256 in hex, as `handouts` keeps it
    organisation(),
    Column("week", Text, nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("form", Text, nullable=False),
    Column("until", Int64, nullable=False),
    Column("taken_at", Int64),
    sqlite_strict=True,
)
