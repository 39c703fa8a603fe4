"""Two who were there, second looks, handing over; and a person's second factor, lock, night test, closed account and
what another gave them.

The rule to keep: a migration that has been released is never edited; the next change is the next file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Int64 = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("posts", sa.Column("hidden", Int64, server_default=sa.text("0"), nullable=False))
    op.add_column("addresses", sa.Column("closed_at", Int64, nullable=True))
    op.create_table(
        "held",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        _to("held", "organisation_id", "organisations"),
        _to("held", "person_id", "people"),
        sa.PrimaryKeyConstraint("channel", "tenant", "user", "person_id", name=op.f("pk_held")),
        sqlite_strict=True,
    )
    op.execute(
        'INSERT INTO held (channel, tenant, "user", person_id, organisation_id) '
        'SELECT channel, tenant, "user", person_id, organisation_id FROM addresses'
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        _to("grants", "by_id", "people"),
        _to("grants", "organisation_id", "organisations"),
        _to("grants", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sqlite_strict=True,
    )
    op.create_index("ix_grants_organisation_id", "grants", ["organisation_id", "at"], unique=False)
    op.create_table(
        "factors",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("since", Int64, nullable=False),
        sa.Column("proven_at", Int64, nullable=True),
        sa.Column("used", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("failures", Int64, server_default=sa.text("0"), nullable=False),
        sa.Column("closed_until", Int64, nullable=True),
        sa.CheckConstraint("kind IN ('totp', 'pin')", name=op.f("ck_factors_kind")),
        _to("factors", "organisation_id", "organisations"),
        _to("factors", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_factors")),
        sqlite_strict=True,
    )
    op.create_table(
        "locks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("locked_by", sa.Text(), nullable=True),
        sa.Column("at", Int64, nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", Int64, nullable=True),
        _to("locks", "lifted_by", "people"),
        _to("locks", "locked_by", "people"),
        _to("locks", "organisation_id", "organisations"),
        _to("locks", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locks")),
        sqlite_strict=True,
    )
    op.create_index("ix_locks_person_id", "locks", ["person_id"], unique=False)
    op.create_table(
        "night_tests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sent_at", Int64, nullable=False),
        sa.Column("seen_at", Int64, nullable=True),
        _to("night_tests", "organisation_id", "organisations"),
        _to("night_tests", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_night_tests")),
        sqlite_strict=True,
    )
    op.create_index("ix_night_tests_person_id", "night_tests", ["person_id"], unique=False)
    op.create_table(
        "confirmations",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint("what IN ('there', 'police', 'excused', 'nobody')", name=op.f("ck_confirmations_what")),
        _to("confirmations", "consultation_id", "consultations"),
        _to("confirmations", "organisation_id", "organisations"),
        _to("confirmations", "person_id", "people"),
        sa.PrimaryKeyConstraint("consultation_id", "lane", "what", "person_id", name=op.f("pk_confirmations")),
        sqlite_strict=True,
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint("why IN ('leaves', 'off_shift', 'taken_over')", name=op.f("ck_handovers_why")),
        _to("handovers", "by_id", "people"),
        _to("handovers", "consultation_id", "consultations"),
        _to("handovers", "from_id", "people"),
        _to("handovers", "organisation_id", "organisations"),
        _to("handovers", "to_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sqlite_strict=True,
    )
    op.create_index("ix_handovers_consultation_id", "handovers", ["consultation_id"], unique=False)
    op.create_table(
        "looks",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", Int64, nullable=False),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("done_at", Int64, nullable=True),
        sa.Column("text_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('emergency', 'not_shared', 'declined', 'spoken', 'together')", name=op.f("ck_looks_kind")
        ),
        _to("looks", "consultation_id", "consultations"),
        _to("looks", "done_by", "people"),
        _to("looks", "organisation_id", "organisations"),
        _to("looks", "text_id", "texts"),
        sa.PrimaryKeyConstraint("consultation_id", "kind", name=op.f("pk_looks")),
        sqlite_strict=True,
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
