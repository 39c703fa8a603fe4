"""The ledger: every entry holds the hash of the one before it. Triggers let nobody change or delete one."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, Table

from storage.tables.columns import Int64, metadata, organisation

ledger = Table(
    "ledger",
    metadata,
    organisation(),
    Column("sequence", Int64, nullable=False),
    Column("at", Int64, nullable=False),
    Column("body", LargeBinary, nullable=False),  # canonical JSON bytes: kind, person, consultation, ids; no content
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation_id", "sequence"),
    sqlite_strict=True,
)
