"""The charities, their people, the accounts they speak from, and who is away or on call."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables.columns import Int64, at_most, metadata, organisation

organisations = Table(
    "organisations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),  # JSON: numbers, time zone, leads; no client's data
    Column("canary", LargeBinary, nullable=False),  # a known value, sealed: opens only with the right keys
    Column("created_at", Int64, nullable=False),
    at_most("name", 200),
    sqlite_strict=True,
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("handle", Text, nullable=False),  # the charity's own key for this person in the imported roster
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("capabilities", Text, nullable=False),  # sorted, joined by one space
    Column("telephone", Text, nullable=False),
    Column("active", Int64, nullable=False),
    UniqueConstraint("organisation_id", "handle"),
    CheckConstraint("role IN ('worker', 'trustee')", name="role"),
    at_most("name", 200),
    sqlite_strict=True,
)

addresses = Table(
    "addresses",
    metadata,
    Column("channel", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("user", Text, nullable=False),
    organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("conversation", Text, nullable=False),
    Column("closed_at", Int64),  # since when the product says that this account is closed; it may be opened again
    PrimaryKeyConstraint("channel", "tenant", "user"),
    Index("ix_addresses_person_id", "person_id"),
    Index("ix_addresses_organisation_id", "organisation_id"),
    sqlite_strict=True,
)

# Who ever had an account, kept when it is taken away: two who had the same one count as one human.
held = Table(
    "held",
    metadata,
    Column("channel", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    organisation(),
    PrimaryKeyConstraint("channel", "tenant", "user", "person_id"),
    sqlite_strict=True,
)

grants = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("what", Text, nullable=False),  # a capability, a role, or "account": who may speak or decide as them
    Column("by_id", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Int64, nullable=False),
    Index("ix_grants_organisation_id", "organisation_id", "at"),
    sqlite_strict=True,
)

absences = Table(
    "absences",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("stand_in_id", Text, ForeignKey("people.id")),
    Column("since", Int64, nullable=False),
    Column("until", Int64, nullable=False),
    Index("ix_absences_person_id", "person_id"),
    sqlite_strict=True,
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("duty", Text, nullable=False),  # the capability that is on call
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("starts", Int64, nullable=False),
    Column("ends", Int64, nullable=False),
    Index("ix_shifts_organisation_id", "organisation_id", "ends"),
    sqlite_strict=True,
)
