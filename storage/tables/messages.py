"""What goes out and comes in: copies of cards, letters and timers, and the deliveries already taken."""

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

from storage.tables.columns import Int64, metadata, organisation, while_

posts = Table(
    "posts",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),  # which card this is a copy of: checklist, approval, emergency, told
    Column("channel", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("message", Text, nullable=False),  # "" until it was sent
    Column("at", Int64, nullable=False),
    Column("hidden", Int64, nullable=False, server_default=text("0")),  # 1: only the reference, until it is opened
    Column("erased_at", Int64),  # the message was deleted where it stood
    UniqueConstraint("consultation_id", "kind", "channel", "tenant", "user"),
    Index("ix_posts_person_id", "person_id"),
    Index("ix_posts_account", "user", "tenant", "channel"),  # the organisation last of all: see `by_time`
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
    organisation(),
    Column("kind", Text, nullable=False),  # letter, timer
    Column("key", Text, nullable=False),  # one row a key: a second letter to the same card replaces the first
    Column("lane", Text, nullable=False),  # letters of one lane wait together when a product says "slow down"
    Column("payload", Text, nullable=False),  # ids and kinds only; wiped when done
    Column("run_at", Int64, nullable=False),
    Column("token", Text, nullable=False),  # the fencing token of who holds it; "" nobody
    Column("attempts", Int64, nullable=False),
    Column("state", Text, nullable=False),
    Column("patient", Int64, nullable=False, server_default=text("0")),  # 1: whatever is due and is not goes first
    UniqueConstraint("organisation_id", "key"),
    CheckConstraint("state IN ('due', 'done', 'dead')", name="state"),
    Index("ix_jobs_due", "state", "patient", "run_at"),
    while_("ix_jobs_dead", "run_at", "state = 'dead'"),
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
