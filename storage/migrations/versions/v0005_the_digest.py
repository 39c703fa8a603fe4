"""The weekly digest: what was told, since when an emergency waits, an index for each count; and what is a practice.

The rule to keep: a migration that has been released is never edited; the next change is the next file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Int64 = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("since", Int64, nullable=False),
        sa.Column("until", Int64, nullable=False),
        sa.Column("made_at", Int64, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.CheckConstraint("length(week) <= 8", name=op.f("ck_digests_week_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_digests_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "week", name=op.f("pk_digests")),
        sqlite_strict=True,
    )
    op.create_table(
        "digest_links",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("until", Int64, nullable=False),
        sa.Column("taken_at", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_digest_links_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_digest_links_person_id_people")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_digest_links")),
        sqlite_strict=True,
    )
    op.create_table(
        "digest_choices",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("often", sa.Text(), nullable=False),
        sa.Column("since", Int64, nullable=False),
        sa.CheckConstraint("often IN ('weekly', 'monthly', 'on_request')", name=op.f("ck_digest_choices_often")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_digest_choices_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_digest_choices_person_id_people")),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_digest_choices")),
        sqlite_strict=True,
    )
    op.create_table(
        "snoozes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", Int64, nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint("length(why) <= 20", name=op.f("ck_snoozes_why_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_snoozes_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_snoozes_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_snoozes_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snoozes")),
        sqlite_strict=True,
    )
    op.create_index("ix_snoozes_consultation_id", "snoozes", ["consultation_id"], unique=False)
    op.create_table(
        "enquiries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Int64, nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", Int64, nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length(week) <= 8", name=op.f("ck_enquiries_week_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_enquiries_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_enquiries_asked_by_people")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_enquiries_answered_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiries")),
        sqlite_strict=True,
    )
    op.create_table(
        "rota_tests",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sent_at", Int64, nullable=False),
        sa.Column("pressed_at", Int64, nullable=True),
        sa.CheckConstraint("length(month) <= 7", name=op.f("ck_rota_tests_month_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_rota_tests_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_rota_tests_person_id_people")),
        sa.PrimaryKeyConstraint("organisation_id", "month", "person_id", name=op.f("pk_rota_tests")),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_walks",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("place", Int64, nullable=False),
        sa.Column("place_hash", sa.LargeBinary(), nullable=False),
        sa.Column("whole", Int64, nullable=False),
        sa.Column("whole_hash", sa.LargeBinary(), nullable=False),
        sa.Column("whole_at", Int64, nullable=True),
        sa.Column("anew_at", Int64, nullable=True),
        sa.Column("all_at", Int64, nullable=True),
        sa.Column("anchored_at", Int64, nullable=True),
        sa.Column("fault", Int64, nullable=True),
        sa.Column("fault_how", sa.Text(), nullable=True),
        sa.Column("fault_at", Int64, nullable=True),
        sa.Column("walked_at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ledger_walks_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_ledger_walks")),
        sqlite_strict=True,
    )
    op.add_column("consultations", sa.Column("practice", Int64, server_default=sa.text("0"), nullable=False))
    op.add_column("looks", sa.Column("opened_at", Int64, server_default=sa.text("0"), nullable=False))
    # What an older program asked for, it asked for when the danger was ticked, as far as anybody can know now.
    op.execute(
        "UPDATE looks SET opened_at = COALESCE((SELECT COALESCE(c.danger_at, c.opened_at) FROM consultations c "
        "WHERE c.id = looks.consultation_id), 0)"
    )
    # Many charities' digests are due in one minute: what is urgent is found without a look at any of them.
    op.add_column("jobs", sa.Column("patient", Int64, server_default=sa.text("0"), nullable=False))
    op.drop_index("ix_jobs_due", "jobs")
    op.create_index("ix_jobs_due", "jobs", ["state", "patient", "run_at"], unique=False)
    op.create_index("ix_addresses_organisation_id", "addresses", ["organisation_id"], unique=False)
    # What waits for somebody is looked for on each of their accounts.
    op.create_index("ix_posts_account", "posts", ["user", "tenant", "channel"], unique=False)
    for name, table, columns, which in _WHILE:
        op.create_index(
            name,
            table,
            ["organisation_id", *columns],
            unique=False,
            sqlite_where=sa.text(which),
            postgresql_where=sa.text(which),
        )


# `changed_at` is in none: each press moves it, and PostgreSQL then writes a new entry in every index of the row.
# Those by time have a condition too, so that SQLite, without statistics, takes them for no query but of a period.
_WHILE = (
    ("ix_consultations_opened", "consultations", ["opened_at"], "+opened_at > 0"),
    ("ix_approval_requests_settled", "approval_requests", ["settled_at"], "+settled_at > 0"),
    ("ix_disclosures_at", "disclosures", ["at"], "+at > 0"),
    ("ix_looks_opened", "looks", ["kind", "opened_at"], "+opened_at > 0"),
    ("ix_consultations_sent", "consultations", ["opened_at"], "state = 'sent'"),
    ("ix_consultations_to_destroy", "consultations", ["destroy_at"], "destroyed_at IS NULL"),
    ("ix_consultations_destroyed", "consultations", ["destroyed_at"], "destroyed_at IS NOT NULL"),
    ("ix_consultations_practice", "consultations", ["opened_at"], "practice = 1 AND destroyed_at IS NULL"),
    ("ix_approval_requests_second", "approval_requests", ["opened_at"], "second_of IS NOT NULL"),
    ("ix_approval_requests_pending", "approval_requests", ["opened_at"], "state = 'pending'"),
    ("ix_looks_open", "looks", ["due_at"], "done_at IS NULL"),
    ("ix_holds_standing", "holds", ["since"], "lifted_at IS NULL"),
    ("ix_follow_ups_not_shared", "follow_ups", ["at"], "kind = 'not_shared'"),
    ("ix_texts_question", "texts", ["at"], "kind = 'question'"),
    ("ix_jobs_dead", "jobs", ["run_at"], "state = 'dead'"),
    ("ix_enquiries_waiting", "enquiries", ["asked_at"], "answered_at IS NULL"),
)
