"""What a book says about a set of answers, as plain values that can be written as JSON.

The one rule to keep: names and shapes here are read by other programs; add to them, never change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy.book import Book, Guide
from policy.walk import Asking, walk
from policy.walk.verdicts import Verdict


def assess(
    book: Book,
    answers: Mapping[str, str],
    flags: Mapping[str, str] | None = None,
    today: date | None = None,
    *,
    settings: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """`{"book", "version", "lanes": {lane: {...}}, "next": question id or None, "unknown": [question ids]}`.

    `unknown` holds the questions that apply and are unanswered, asked or not. Raises `AnswerError`.
    """
    found = walk(book, answers, flags=flags, settings=settings, today=today)
    return {
        "book": book.id,
        "version": book.version,
        "lanes": {item.lane.id: _lane(item) for item in found.lanes},
        "next": found.questions[0].id if isinstance(found, Asking) else None,
        "unknown": list(found.unknown),
    }


def _lane(item: Verdict) -> dict[str, Any]:
    return {
        "outcome": item.outcome.id,
        "approvals": [item.approval.code] if item.approval else [],
        "recipients": list(item.recipients),
        "clock": item.clock,
        "show": _guides(item.guides),
        "never": _guides(item.never),
        "clauses": list(item.clauses),
        "law": list(item.law),
        "rule": item.rule.id,
        "talk": item.talk,
        "basis": item.basis,
        "blocks": list(item.blocks),
        "warnings": list(item.warnings),
    }


def _guides(guides: tuple[Guide, ...]) -> list[dict[str, str]]:
    return [{"id": guide.id, "text": guide.say} for guide in guides]
