"""The tables, private to `storage`. Every table carries `organisation_id`; free text exists only sealed."""

from __future__ import annotations

from storage.tables.approvals import approval_requests, asked, decisions, rungs, spoken
from storage.tables.cases import answers, barred, consultations, departures, disclosures, texts
from storage.tables.chain import ledger
from storage.tables.columns import Int64, metadata
from storage.tables.messages import deliveries, jobs, pauses, posts
from storage.tables.roster import absences, addresses, organisations, people, shifts

__all__ = [
    "Int64",
    "absences",
    "addresses",
    "answers",
    "approval_requests",
    "asked",
    "barred",
    "consultations",
    "decisions",
    "deliveries",
    "departures",
    "disclosures",
    "jobs",
    "ledger",
    "metadata",
    "organisations",
    "pauses",
    "people",
    "posts",
    "rungs",
    "shifts",
    "spoken",
    "texts",
]
