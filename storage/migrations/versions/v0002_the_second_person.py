"""What approval needs once time passes: who was asked how and when, the ladder, spoken agreement, absences, shifts.

The rule to keep: a migration that has been released is never edited; the next change is the next file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Int64 = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.add_column("asked", sa.Column("how", sa.Text(), nullable=False, server_default=sa.text("'first'")))
    op.add_column("asked", sa.Column("at", Int64, nullable=False, server_default=sa.text("0")))
    op.add_column("asked", sa.Column("passed_at", Int64, nullable=True))
    op.add_column("asked", sa.Column("passed_why", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "rungs",
        _organisation(),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("step", Int64, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.Column("next_at", Int64, nullable=False),
        _to_organisation("rungs"),
        _to("rungs", "request_id", "approval_requests"),
        sa.PrimaryKeyConstraint("request_id", "step", name=op.f("pk_rungs")),
        sqlite_strict=True,
    )
    op.create_table(
        "spoken",
        _organisation(),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("said_at", Int64, nullable=False),
        sa.Column("confirm_by", Int64, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", Int64, nullable=True),
        sa.CheckConstraint("answer IN ('', 'yes', 'no')", name=op.f("ck_spoken_answer")),
        _to_organisation("spoken"),
        _to("spoken", "request_id", "approval_requests"),
        _to("spoken", "recorded_by", "people"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_spoken")),
        sqlite_strict=True,
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Text(), nullable=False),
        _organisation(),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("stand_in_id", sa.Text(), nullable=True),
        sa.Column("since", Int64, nullable=False),
        sa.Column("until", Int64, nullable=False),
        _to_organisation("absences"),
        _to("absences", "person_id", "people"),
        _to("absences", "stand_in_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sqlite_strict=True,
    )
    op.create_index("ix_absences_person_id", "absences", ["person_id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("id", sa.Text(), nullable=False),
        _organisation(),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("starts", Int64, nullable=False),
        sa.Column("ends", Int64, nullable=False),
        _to_organisation("shifts"),
        _to("shifts", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sqlite_strict=True,
    )
    op.create_index("ix_shifts_organisation_id", "shifts", ["organisation_id", "ends"], unique=False)


def _organisation() -> sa.Column[str]:
    return sa.Column("organisation_id", sa.Text(), nullable=False)


def _to_organisation(table: str) -> sa.ForeignKeyConstraint:
    return _to(table, "organisation_id", "organisations")


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
