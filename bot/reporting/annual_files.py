"""The annual return as a file: PDF for the board, CSV for a spreadsheet, JSON for another program.

The rule to keep: the three say the same, and none says what the PDF does not (docs/reporting.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from bot.reporting.annual import Count, Return
from bot.reporting.annual_paper import document, notes
from bot.reporting.as_csv import Cell, as_csv
from bot.reporting.labels import HAPPENED, OPEN
from bot.reporting.words import in_file

FORM = "confer annual return 1"
"""What the first field says. The number rises when a field changes its meaning or goes; a new field may come."""

Form = Literal["pdf", "csv", "json"]

FORMS: tuple[Form, ...] = get_args(Form)

_GONE = "Opened in it and destroyed since"
_HEADER = ("part", "period", "from", "to", "figure", "words", "value")


def written(of: Return, form: Form) -> bytes:
    match form:
        case "pdf":
            from bot.record.as_pdf import pdf  # a typesetter, which nothing else here needs

            return pdf(document(of), str(of.zone))
        case "csv":
            return _csv(of)
        case "json":
            return (json.dumps(_json(of), ensure_ascii=False, indent=2) + "\n").encode()


def _csv(of: Return) -> bytes:
    """A row each figure. `value` is a number, or the words of what is no number; times are seconds."""
    rows: list[tuple[Cell, ...]] = []

    def add(part: str, span: tuple[str, str, str], figures: Mapping[str, tuple[str, Cell]]) -> None:
        rows.extend((part, *span, id, words, value) for id, (words, value) in figures.items())

    for part, each in (("year", of.year), *(("month", month) for month in of.months)):
        period = each.period
        add(part, (period.id, _iso(period.since, of), _iso(period.until, of)), _figures(each))
    now = ("", "", _iso(of.made_at, of))
    add("open", now, {id: (words, _open(of, id)) for id, words in OPEN.items()})
    weeks = of.weeks
    if weeks.since is not None and weeks.until is not None:
        span = (of.year.period.id, _iso(weeks.since, of), _iso(weeks.until, of))
        add("digests", span, {"digests": ("Digests written", weeks.digests), "weeks": ("For weeks", weeks.weeks)})
        add("digests", span, {id: (HAPPENED[id], number) for id, number in weeks.totals.items()})
        add("ground, at least", span, {id: (of.grounds.get(id, id), n) for id, n in weeks.grounds.items()})
        add("outcome, at least", span, {id: (of.outcomes.get(id, id), n) for id, n in weeks.outcomes.items()})
    add("past check date", now, {str(place): (words, 1) for place, words in enumerate(of.checks, 1)})
    proof = of.proof
    ledger: dict[str, tuple[str, Cell]] = {
        "verifies": ("The ledger verifies", "no" if proof.fault else "yes"),
        "fault": ("What is wrong with it", proof.fault),
        "entries": ("Entries that are right", proof.entries),
        "head": ("Its head", proof.head),
        "anchors": ("Anchors it passes through", proof.anchors),
    }
    add("ledger", now, ledger)
    add("note", now, {str(place): (words, None) for place, words in enumerate(notes(of), 1)})
    return as_csv(_HEADER, rows)


def _figures(each: Count) -> dict[str, tuple[str, Cell]]:
    found: dict[str, tuple[str, Cell]] = {
        id: (words, in_file(id, getattr(each.totals, id))) for id, words in HAPPENED.items()
    }
    return found | {"gone": (_GONE, each.gone)}


def _open(of: Return, id: str) -> int | None:
    return in_file(id, getattr(of.year.totals, id))


def _json(of: Return) -> dict[str, Any]:
    weeks, proof = of.weeks, of.proof
    return {
        "form": FORM,
        "language": "en-GB",
        "charity": of.charity,
        "time_zone": str(of.zone),
        "made_at": _iso(of.made_at, of),
        "record_begins": _iso(of.began, of),
        "year": _count(of.year, of),
        "months": [_count(each, of) for each in of.months],
        "open_now": {id: _open(of, id) for id in OPEN},
        "digests": {
            "written": weeks.digests,
            "weeks": weeks.weeks,
            "from": None if weeks.since is None else _iso(weeks.since, of),
            "to": None if weeks.until is None else _iso(weeks.until, of),
            "totals": dict(weeks.totals),
            "grounds_at_least": _cells(weeks.grounds, of.grounds),
            "outcomes_at_least": _cells(weeks.outcomes, of.outcomes),
        },
        "past_check_date": list(of.checks),
        "ledger": {
            "verifies": not proof.fault,
            "fault": proof.fault,
            "entries": proof.entries,
            "head": proof.head,
            "anchors": proof.anchors,
        },
        "words": {**HAPPENED, "gone": _GONE, **OPEN},
        "notes": list(notes(of)),
    }


def _count(each: Count, of: Return) -> dict[str, Any]:
    period = each.period
    figures = {id: value for id, (_, value) in _figures(each).items()}
    span = {"from": _iso(period.since, of), "to": _iso(period.until, of)}
    return {"period": period.id, **span, "over": period.over, "figures": figures}


def _cells(cells: Mapping[str, int], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"id": id, "title": titles.get(id, id), "at_least": number} for id, number in sorted(cells.items())]


def _iso(at: datetime, of: Return) -> str:
    return at.astimezone(of.zone).isoformat(timespec="seconds")
