"""The tables, private to `storage`. Every table carries `organisation_id`; free text exists only sealed."""

from __future__ import annotations

from storage.tables.approvals import approval_requests, asked, decisions, rungs, spoken
from storage.tables.cases import answers, barred, bases, consultations, departures, disclosures, follow_ups, texts
from storage.tables.chain import ledger, ledger_walks
from storage.tables.columns import Int64, metadata
from storage.tables.keeping import access_requests, handouts, holds
from storage.tables.messages import deliveries, jobs, pauses, posts
from storage.tables.reminding import digest_choices, enquiries, snoozes
from storage.tables.reporting import digest_links, digests
from storage.tables.roster import absences, addresses, grants, held, organisations, people, shifts
from storage.tables.rota_tests import rota_tests
from storage.tables.standing import confirmations, factors, handovers, locks, looks, night_tests

__all__ = [
    "Int64",
    "absences",
    "access_requests",
    "addresses",
    "answers",
    "approval_requests",
    "asked",
    "barred",
    "bases",
    "confirmations",
    "consultations",
    "decisions",
    "deliveries",
    "departures",
    "digest_choices",
    "digest_links",
    "digests",
    "disclosures",
    "enquiries",
    "factors",
    "follow_ups",
    "grants",
    "handouts",
    "handovers",
    "held",
    "holds",
    "jobs",
    "ledger",
    "ledger_walks",
    "locks",
    "looks",
    "metadata",
    "night_tests",
    "organisations",
    "pauses",
    "people",
    "posts",
    "rota_tests",
    "rungs",
    "shifts",
    "snoozes",
    "spoken",
    "texts",
]
