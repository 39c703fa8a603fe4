"""The ledger: every entry holds the hash of the one before it. Triggers let nobody change or delete one. And how far
the bot has walked it.
"""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, Table, Text

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

ledger_walks = Table(
    "ledger_walks",
    metadata,
    organisation(),
    Column("place", Int64, nullable=False),  # where the walk stands; 0: before the first entry
    Column("place_hash", LargeBinary, nullable=False),
    Column("whole", Int64, nullable=False),  # the last entry of the walk that last came to the end
    Column("whole_hash", LargeBinary, nullable=False),
    Column("whole_at", Int64),
    Column("anew_at", Int64),  # when a walk last began with the first entry
    Column("all_at", Int64),  # when such a one last came to the end
    Column("anchored_at", Int64),  # of the newest anchor that was passed
    Column("fault", Int64),  # the first entry that is wrong
    Column("fault_how", Text),
    Column("fault_at", Int64),
    Column("walked_at", Int64, nullable=False),
    PrimaryKeyConstraint("organisation_id"),
    sqlite_strict=True,
)
