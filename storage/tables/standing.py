"""What two people confirm, what a second person looks at afterwards, who handed a case to whom; and what a person has
beside their account: a second factor, a lock, a test at night.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from storage.tables.columns import Int64, by_time, metadata, organisation, while_

confirmations = Table(
    "confirmations",
    metadata,
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    # there: was at the disclosure; police: has it from the police; excused: cannot confirm any more, says a lead;
    # nobody: there is no second worker, says the lead who is named
    Column("what", Text, nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "lane", "what", "person_id"),
    CheckConstraint("what IN ('there', 'police', 'excused', 'nobody')", name="what"),
    sqlite_strict=True,
)

looks = Table(
    "looks",
    metadata,
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    # emergency: its review; not_shared: a danger was ticked and nobody was told; declined, spoken: a no, or a yes by
    # telephone; together: two workers who have still to say that they were there
    Column("kind", Text, nullable=False),
    Column("opened_at", Int64, nullable=False, server_default=text("0")),  # when it was called for, the last time
    Column("due_at", Int64, nullable=False),
    Column("done_by", Text, ForeignKey("people.id")),
    Column("done_at", Int64),
    Column("text_id", Text, ForeignKey("texts.id")),  # what they found, sealed
    PrimaryKeyConstraint("consultation_id", "kind"),
    CheckConstraint("kind IN ('emergency', 'not_shared', 'declined', 'spoken', 'together')", name="kind"),
    by_time("ix_looks_opened", "kind opened_at"),
    while_("ix_looks_open", "due_at", "done_at IS NULL"),
    sqlite_strict=True,
)

handovers = Table(
    "handovers",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("from_id", Text, ForeignKey("people.id"), nullable=False),
    Column("to_id", Text, ForeignKey("people.id"), nullable=False),
    Column("by_id", Text, ForeignKey("people.id")),  # who did it; none: the command line
    Column("why", Text, nullable=False),
    Column("at", Int64, nullable=False),
    CheckConstraint("why IN ('leaves', 'off_shift', 'taken_over')", name="why"),
    Index("ix_handovers_consultation_id", "consultation_id"),
    sqlite_strict=True,
)

factors = Table(
    "factors",
    metadata,
    organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # a secret of the person's own; never readable without the keys
    Column("since", Int64, nullable=False),
    Column("proven_at", Int64),  # the first right code; until then it protects nothing
    Column("used", Text, nullable=False, server_default=text("''")),  # the last code's time step: no code counts twice
    Column("failures", Int64, nullable=False, server_default=text("0")),
    Column("closed_until", Int64),  # after too many wrong codes
    PrimaryKeyConstraint("person_id", "kind"),
    CheckConstraint("kind IN ('totp', 'pin')", name="kind"),
    sqlite_strict=True,
)

locks = Table(
    "locks",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("locked_by", Text, ForeignKey("people.id")),
    Column("at", Int64, nullable=False),
    Column("lifted_by", Text, ForeignKey("people.id")),
    Column("lifted_at", Int64),
    Index("ix_locks_person_id", "person_id"),
    sqlite_strict=True,
)

night_tests = Table(
    "night_tests",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("sent_at", Int64, nullable=False),
    Column("seen_at", Int64),  # when they pressed that it got through
    Index("ix_night_tests_person_id", "person_id"),
    sqlite_strict=True,
)
