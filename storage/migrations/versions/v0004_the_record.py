"""What was then done and said, how a fact is known, what is kept for how long, and what holds it back.

The rule to keep: a migration that has been released is never edited; the next change is the next file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Int64 = sa.Integer().with_variant(sa.BigInteger(), "postgresql")

# What is said of people, and every key. Ids, times and states stay counted: queries are planned by them.
_UNCOUNTED = {
    "consultations": {"reference": "text", "data_key": "bytea"},
    "answers": {"value": "text"},
    "texts": {"sealed": "bytea"},
    "factors": {"sealed": "bytea"},
    "approval_requests": {"fingerprint": "text"},
    "disclosures": {"recipient": "text", "verified": "text", "way": "text", "items": "text"},
    "departures": {"proposed": "text", "chosen": "text"},
    "follow_ups": {"answer": "text"},
    "bases": {"basis": "text"},
    "posts": {"conversation": "text", "message": "text"},
    "jobs": {"key": "text", "payload": "text"},
    "access_requests": {"reference": "text"},
}


def upgrade() -> None:
    for name in ("sent_at", "danger_at", "closed_at", "destroy_at", "destroyed_at"):
        op.add_column("consultations", sa.Column(name, Int64, nullable=True))
    # Nobody can know any more what was sent and taken back, or ticked and changed, before this: none is a draft.
    op.execute("UPDATE consultations SET danger_at = changed_at")
    op.execute("UPDATE consultations SET sent_at = changed_at WHERE state IN ('sent', 'closed')")
    op.add_column("consultations", _words("kept_as"))
    op.add_column("disclosures", sa.Column("shared_at", Int64, nullable=True))
    for name in ("verified", "way", "items"):
        op.add_column("disclosures", _words(name))
    op.add_column("disclosures", sa.Column("corrects", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("erased_at", Int64, nullable=True))
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Text(), nullable=True),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint("kind IN ('told', 'notes', 'review', 'not_shared')", name=op.f("ck_follow_ups_kind")),
        sa.CheckConstraint("length(answer) <= 60", name=op.f("ck_follow_ups_answer_length")),
        _to("follow_ups", "organisation_id", "organisations"),
        _to("follow_ups", "consultation_id", "consultations"),
        _to("follow_ups", "person_id", "people"),
        _to("follow_ups", "text_id", "texts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sqlite_strict=True,
    )
    op.create_index("ix_follow_ups_consultation_id", "follow_ups", ["consultation_id"], unique=False)
    op.create_table(
        "bases",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint("basis IN ('seen', 'told', 'view')", name=op.f("ck_bases_basis")),
        _to("bases", "organisation_id", "organisations"),
        _to("bases", "consultation_id", "consultations"),
        _to("bases", "person_id", "people"),
        sa.PrimaryKeyConstraint("consultation_id", "question_id", name=op.f("pk_bases")),
        sqlite_strict=True,
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("since", Int64, nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", Int64, nullable=True),
        sa.CheckConstraint(
            "why IN ('terrorism', 'court', 'police', 'allegation', 'subject_access', 'other')",
            name=op.f("ck_holds_why"),
        ),
        _to("holds", "organisation_id", "organisations"),
        _to("holds", "consultation_id", "consultations"),
        _to("holds", "by_id", "people"),
        _to("holds", "lifted_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sqlite_strict=True,
    )
    op.create_index("ix_holds_consultation_id", "holds", ["consultation_id"], unique=False)
    op.create_table(
        "access_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("received_at", Int64, nullable=False),
        sa.Column("due_at", Int64, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=True),
        sa.Column("answered_at", Int64, nullable=True),
        sa.CheckConstraint("length(reference) <= 40", name=op.f("ck_access_requests_reference_length")),
        _to("access_requests", "organisation_id", "organisations"),
        _to("access_requests", "opened_by", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_requests")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_access_requests_organisation_id", "access_requests", ["organisation_id", "due_at"], unique=False
    )
    op.create_table(
        "handouts",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("until", Int64, nullable=False),
        sa.Column("taken_at", Int64, nullable=True),
        _to("handouts", "organisation_id", "organisations"),
        _to("handouts", "consultation_id", "consultations"),
        _to("handouts", "person_id", "people"),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_handouts")),
        sqlite_strict=True,
    )
    if op.get_context().dialect.name == "postgresql":
        _keep_out_of_statistics()


def _keep_out_of_statistics() -> None:
    """ANALYZE copies what stands in a column into the planner's own tables, and there no destruction reaches it.

    Changing a column to the type it has drops what is there already; `SET STATISTICS 0` lets nothing in again.
    """
    for table, columns in _UNCOUNTED.items():
        for column, kind in columns.items():
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" TYPE {kind}')
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
