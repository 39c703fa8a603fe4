"""Consultations: the answers, the sealed texts, who must not know, and what was chosen and done in the end."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from storage.tables.columns import Int64, at_most, by_time, metadata, organisation, while_

consultations = Table(
    "consultations",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("requester_id", Text, ForeignKey("people.id"), nullable=False),
    Column("reference", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Int64, nullable=False),
    Column("book_id", Text, nullable=False),
    Column("book_version", Text, nullable=False),
    Column("data_key", LargeBinary),  # wrapped; destroying it destroys every sealed text of the consultation
    Column("opened_at", Int64, nullable=False),
    Column("changed_at", Int64, nullable=False),
    Column("sent_at", Int64),  # when it was sent first; stays, whatever is taken back
    Column("danger_at", Int64),  # when its answers first told of a danger; stays, whatever is changed
    Column("closed_at", Int64),  # the clocks of keeping start here; opening it again takes it away
    Column("kept_as", Text, nullable=False, server_default=text("''")),  # the class of keeping; "" until it is closed
    Column("destroy_at", Int64),  # None: never by the clock
    Column("destroyed_at", Int64),  # the key and every word are gone; the row says only that it was
    Column("practice", Int64, nullable=False, server_default=text("0")),  # 1: rehearsed; a trigger keeps it as it is
    CheckConstraint("state IN ('asking', 'paused', 'sent', 'withdrawn', 'closed')", name="state"),
    at_most("reference", 40),
    Index("ix_consultations_requester", "organisation_id", "requester_id", "state"),
    by_time("ix_consultations_opened", "opened_at"),
    while_("ix_consultations_sent", "opened_at", "state = 'sent'"),
    while_("ix_consultations_to_destroy", "destroy_at", "destroyed_at IS NULL"),
    while_("ix_consultations_destroyed", "destroyed_at", "destroyed_at IS NOT NULL"),
    while_("ix_consultations_practice", "opened_at", "practice = 1 AND destroyed_at IS NULL"),
    sqlite_strict=True,
)

answers = Table(
    "answers",
    metadata,
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("question_id", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "question_id"),
    at_most("value", 60),
    sqlite_strict=True,
)

texts = Table(
    "texts",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),  # what it answers: reason, decline, done, ...
    Column("about", Text, nullable=False),  # the lane or request it belongs to, or ""
    Column("at", Int64, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_texts_consultation_id", "consultation_id"),
    while_("ix_texts_question", "at", "kind = 'question'"),
    sqlite_strict=True,
)

barred = Table(
    "barred",
    metadata,
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "person_id"),
    sqlite_strict=True,
)

departures = Table(
    "departures",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("proposed", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    Column("text_id", Text, ForeignKey("texts.id"), nullable=False),
    Column("at", Int64, nullable=False),
    Index("ix_departures_consultation_id", "consultation_id"),
    sqlite_strict=True,
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("recipient", Text, nullable=False),  # a recipient's id of the book, or "nobody"
    Column("text_id", Text, ForeignKey("texts.id"), nullable=False),
    Column("at", Int64, nullable=False),
    Column("shared_at", Int64),  # when it was said, as the worker says; None where only words say it
    Column("verified", Text, nullable=False, server_default=text("''")),  # how they made sure who it was
    Column("way", Text, nullable=False, server_default=text("''")),  # by telephone, in person, …
    Column("items", Text, nullable=False, server_default=text("''")),  # ids of what was proposed, joined by spaces
    Column("corrects", Text),  # the earlier one that this corrects; both stay
    Index("ix_disclosures_consultation_id", "consultation_id"),
    by_time("ix_disclosures_at", "at"),
    sqlite_strict=True,
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Text, primary_key=True),
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("lane", Text, nullable=False),  # "" where it is about the whole consultation
    Column("kind", Text, nullable=False),
    Column("answer", Text, nullable=False),  # the id of the choice; of a review its day, YYYY-MM-DD
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("text_id", Text, ForeignKey("texts.id")),
    Column("at", Int64, nullable=False),
    CheckConstraint("kind IN ('told', 'notes', 'review', 'not_shared')", name="kind"),
    at_most("answer", 60),
    Index("ix_follow_ups_consultation_id", "consultation_id"),
    while_("ix_follow_ups_not_shared", "at", "kind = 'not_shared'"),
    sqlite_strict=True,
)

bases = Table(
    "bases",
    metadata,
    organisation(),
    Column("consultation_id", Text, ForeignKey("consultations.id"), nullable=False),
    Column("question_id", Text, nullable=False),
    Column("basis", Text, nullable=False),  # how the worker knows what they answered
    Column("person_id", Text, ForeignKey("people.id"), nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("consultation_id", "question_id"),
    CheckConstraint("basis IN ('seen', 'told', 'view')", name="basis"),
    sqlite_strict=True,
)
