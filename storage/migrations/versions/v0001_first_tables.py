"""The first tables: organisations, people, consultations, approvals, posts, outbox and ledger.

The rule to keep: a migration that has been released is never edited; the next change is the next file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Int64 = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.PrimaryKeyConstraint("channel", "tenant", "delivery", name=op.f("pk_deliveries")),
        sqlite_strict=True,
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("canary", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_organisations_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sqlite_strict=True,
    )
    op.create_table(
        "pauses",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("until", Int64, nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_pauses")),
        sqlite_strict=True,
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("run_at", Int64, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("attempts", Int64, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('due', 'done', 'dead')", name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_jobs_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_jobs_organisation_id_key")),
        sqlite_strict=True,
    )
    op.create_index("ix_jobs_due", "jobs", ["state", "run_at"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("sequence", Int64, nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ledger_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "sequence", name=op.f("pk_ledger")),
        sqlite_strict=True,
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("capabilities", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=False),
        sa.Column("active", Int64, nullable=False),
        sa.CheckConstraint("role IN ('worker', 'trustee')", name=op.f("ck_people_role")),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_people_name_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_people_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("organisation_id", "handle", name=op.f("uq_people_organisation_id_handle")),
        sqlite_strict=True,
    )
    op.create_table(
        "addresses",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_addresses_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_addresses_person_id_people")),
        sa.PrimaryKeyConstraint("channel", "tenant", "user", name=op.f("pk_addresses")),
        sqlite_strict=True,
    )
    op.create_index("ix_addresses_person_id", "addresses", ["person_id"], unique=False)
    op.create_table(
        "consultations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("requester_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", Int64, nullable=False),
        sa.Column("book_id", sa.Text(), nullable=False),
        sa.Column("book_version", sa.Text(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", Int64, nullable=False),
        sa.Column("changed_at", Int64, nullable=False),
        sa.CheckConstraint(
            "state IN ('asking', 'paused', 'sent', 'withdrawn', 'closed')", name=op.f("ck_consultations_state")
        ),
        sa.CheckConstraint("length(reference) <= 40", name=op.f("ck_consultations_reference_length")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_consultations_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["requester_id"], ["people.id"], name=op.f("fk_consultations_requester_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_consultations_requester", "consultations", ["organisation_id", "requester_id", "state"], unique=False
    )
    op.create_table(
        "answers",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint("length(value) <= 60", name=op.f("ck_answers_value_length")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_answers_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_answers_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("consultation_id", "question_id", name=op.f("pk_answers")),
        sqlite_strict=True,
    )
    op.create_table(
        "approval_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("second_of", sa.Text(), nullable=True),
        sa.Column("opened_at", Int64, nullable=False),
        sa.Column("settled_at", Int64, nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'declined', 'withdrawn', 'told')", name=op.f("ck_approval_requests_state")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_approval_requests_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_approval_requests_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_requests")),
        sqlite_strict=True,
    )
    op.create_index("ix_approval_requests_consultation_id", "approval_requests", ["consultation_id"], unique=False)
    op.create_table(
        "barred",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_barred_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_barred_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_barred_person_id_people")),
        sa.PrimaryKeyConstraint("consultation_id", "person_id", name=op.f("pk_barred")),
        sqlite_strict=True,
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_posts_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_posts_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_posts_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint(
            "consultation_id",
            "kind",
            "channel",
            "tenant",
            "user",
            name=op.f("uq_posts_consultation_id_kind_channel_tenant_user"),
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_posts_person_id", "posts", ["person_id"], unique=False)
    op.create_table(
        "texts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_texts_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_texts_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_texts_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
        sqlite_strict=True,
    )
    op.create_index("ix_texts_consultation_id", "texts", ["consultation_id"], unique=False)
    op.create_table(
        "asked",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_asked_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_asked_person_id_people")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["approval_requests.id"], name=op.f("fk_asked_request_id_approval_requests")
        ),
        sa.PrimaryKeyConstraint("request_id", "person_id", name=op.f("pk_asked")),
        sqlite_strict=True,
    )
    op.create_index("ix_asked_person_id", "asked", ["person_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint("verdict IN ('approved', 'declined')", name=op.f("ck_decisions_verdict")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_decisions_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_decisions_person_id_people")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["approval_requests.id"], name=op.f("fk_decisions_request_id_approval_requests")
        ),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name=op.f("fk_decisions_text_id_texts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("request_id", name=op.f("uq_decisions_request_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "departures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_departures_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_departures_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_departures_person_id_people")),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name=op.f("fk_departures_text_id_texts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
        sqlite_strict=True,
    )
    op.create_index("ix_departures_consultation_id", "departures", ["consultation_id"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("consultation_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_disclosures_consultation_id_consultations")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_disclosures_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_disclosures_person_id_people")),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name=op.f("fk_disclosures_text_id_texts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sqlite_strict=True,
    )
    op.create_index("ix_disclosures_consultation_id", "disclosures", ["consultation_id"], unique=False)
