"""The annual return as files: the same figures in all three, readable for anybody, and formulas in none."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest

from bot.reporting.annual import Count, Proof, Return, Weeks, months_of, year_of
from bot.reporting.annual_files import FORM, written
from bot.reporting.annual_paper import NOT_SAID
from bot.reporting.as_csv import as_csv
from bot.reporting.figures import TOTALS
from bot.reporting.labels import HAPPENED, OPEN
from tests.record.test_files import _tags, text_of
from tests.reporting.invented import NOW, told

ZONE = ZoneInfo("Europe/London")
BEGAN = datetime(2026, 3, 9, 10, tzinfo=UTC)
MONTH = told(opened=3, shared=1, not_shared=2, approved=2, median=600, slowest=7200)
WHOLE = told(
    opened=31,
    shared=9,
    not_shared=17,
    emergencies=4,
    reviewed=3,
    approved=12,
    declined=2,
    median=1500,
    slowest=90_061,
    answered_late=1,
    unreviewed=1,
    unfinished=5,
    unfinished_stale=2,
    waiting=2,
    waiting_for=7200,
)
WEEKS = Weeks(
    digests=35,
    weeks=37,
    since=BEGAN,
    until=NOW,
    totals={**dict.fromkeys(TOTALS, 2), "opened": 40},
    grounds={"child": 23},
    outcomes={},
)


def of(**what: Any) -> Return:
    now = what.pop("made_at", NOW)
    return replace(
        Return(
            charity="The Invented Harbour",
            zone=ZONE,
            made_at=now,
            began=BEGAN,
            year=Count(year_of(2026, ZONE, now), WHOLE, 0),
            months=tuple(Count(each, MONTH, 0) for each in months_of(2026, ZONE, now, BEGAN)),
            weeks=WEEKS,
            checks=("Telephone number: The crisis team.",),
            proof=Proof(1234, "1234-9f2c1a77b0d4e05b", 3),
            grounds={"child": "A child at risk"},
            outcomes={},
        ),
        **what,
    )


def page(found: Return) -> str:
    return " ".join(text_of(written(found, "pdf")).split())


def rows(found: Return) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(found, "csv").decode("utf-8-sig"))))


def data(found: Return) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(written(found, "json"))
    return read


def test_the_pdf_is_tagged_titled_in_its_language_and_has_headings_and_tables() -> None:
    file = pypdf.PdfReader(io.BytesIO(written(of(), "pdf")))

    root: Any = file.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "en-GB")
    assert file.metadata is not None
    assert file.metadata.title == "Annual return 2026: asked, agreed, shared"
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P", "/L"} <= set(_tags(root["/StructTreeRoot"]))


def test_the_first_page_says_in_short_what_a_trustee_asks() -> None:
    said = page(of())

    for words in (
        "31 consultations opened. Of 9 cases, somebody outside was told.",
        "4 emergencies: 1 not reviewed yet.",
        "12 times somebody said yes, 2 times no.",
        "Half of the answers came within 25 minutes, the slowest after 25 hours; 1 came only after the leads were",
        "Left undone today: 1 emergency not reviewed, 2 records not finished.",
        "The ledger verifies.",
    ):
        assert words in said


def test_a_year_that_is_not_over_says_so_on_every_page_and_in_every_format() -> None:
    words = "The year 2026 is not over. These figures will change until it is."

    assert words in page(of())
    pages = pypdf.PdfReader(io.BytesIO(written(of(), "pdf"))).pages
    assert all("2026, not over" in each.extract_text() for each in pages)
    assert next(row["words"] for row in rows(of()) if row["part"] == "note") == words
    assert (data(of())["year"]["over"], data(of())["notes"][0]) == (False, words)


def test_a_year_that_is_over_says_nothing_of_the_kind() -> None:
    found = of(made_at=datetime(2027, 1, 20, 9, tzinfo=UTC))

    assert "not over" not in page(found)
    assert data(found)["year"]["over"]
    assert [row["period"] for row in rows(found) if row["part"] == "month" and row["figure"] == "opened"] == [
        f"2026-{month:02}" for month in range(3, 13)
    ]


def test_what_was_destroyed_is_said_with_what_it_does_to_the_figures() -> None:
    found = of(year=Count(year_of(2026, ZONE, NOW), WHOLE, 7))
    words = (
        "Destroyed since, at the end of their time: 7 of the 31 consultations opened in this year. They still count as "
        "opened, and as nothing else"
    )

    assert words in page(found)
    assert any(note.startswith(words) for note in data(found)["notes"])
    assert data(found)["year"]["figures"]["gone"] == 7
    assert "Destroyed since" not in page(of())


def test_a_ground_is_told_as_the_digests_told_it_and_never_by_month() -> None:
    said = page(of())

    assert "A child at risk 23 or more" in said
    assert "Too few in any week to show." in said  # by what goes out
    assert data(of())["digests"]["grounds_at_least"] == [{"id": "child", "title": "A child at risk", "at_least": 23}]
    parts = {row["part"] for row in rows(of()) if "child" in row["figure"]}
    assert parts == {"ground, at least"}


def test_the_digests_are_counted_with_the_weeks_they_stand_for() -> None:
    assert "35 digests were written, they stand for 37 weeks." in page(of())
    assert (data(of())["digests"]["written"], data(of())["digests"]["weeks"]) == (35, 37)
    assert "No weekly digest was written in this year." in page(
        of(weeks=Weeks(0, 0, None, None, dict.fromkeys(WEEKS.totals, 0), {}, {}))
    )


def test_a_ledger_that_does_not_verify_is_said_first_and_where_it_stands() -> None:
    found = of(proof=Proof(7, "7-aaaa", 0, "Entry 8 was changed."))

    said = page(found)
    assert "THE LEDGER DOES NOT VERIFY. Entry 8 was changed." in said
    assert "Change and delete nothing." in said
    assert data(found)["ledger"]["verifies"] is False
    assert [row["value"] for row in rows(found) if row["figure"] == "verifies"] == ["no"]


def test_a_ledger_without_anchors_says_what_nobody_can_know() -> None:
    assert "nobody can say whether its end was cut off" in page(of(proof=Proof(7, "7-aaaa", 0)))
    assert "It passes through 3 anchors." in page(of())


def test_a_year_in_which_nothing_was_asked_has_a_return_too() -> None:
    found = of(year=Count(year_of(2026, ZONE, NOW), told(), 0))

    said = page(found)
    assert "0 consultations opened." in said
    assert "Nothing is left undone today." in said


def test_all_three_say_what_the_figures_do_not() -> None:
    said = page(of())

    for words in NOT_SAID:
        assert words in said
        assert words in data(of())["notes"]
        assert words in [row["words"] for row in rows(of())]


def test_the_json_says_its_form_and_has_every_figure_with_its_words() -> None:
    found = data(of())

    assert found["form"] == FORM == "confer annual return 1"
    assert set(found["year"]["figures"]) == {*HAPPENED, "gone"}
    assert set(found["open_now"]) == set(OPEN)
    assert set(found["words"]) == {*HAPPENED, "gone", *OPEN}
    assert found["year"]["figures"]["slowest"] == 90_000


def test_the_csv_has_the_same_figures_as_the_json() -> None:
    year = {row["figure"]: row["value"] for row in rows(of()) if row["part"] == "year"}

    assert year == {id: "" if value is None else str(value) for id, value in data(of())["year"]["figures"].items()}


@pytest.mark.parametrize(
    "nasty", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("http://x","y")']
)
def test_no_cell_of_a_csv_is_a_formula(nasty: str) -> None:
    [_, [cell, number]] = csv.reader(
        io.StringIO(as_csv(("a", "b"), [(nasty, -3)]).decode("utf-8-sig"), newline=""), strict=True
    )

    assert (cell, number) == (f"'{nasty}", "-3")


def test_a_ground_that_a_charity_has_named_like_a_formula_is_none() -> None:
    found = of(grounds={"child": "=cmd|' /C calc'!A0"})

    assert [row["words"] for row in rows(found) if row["figure"] == "child"] == ["'=cmd|' /C calc'!A0"]


def test_a_charity_whose_record_began_in_the_year_says_when() -> None:
    later = of(began=BEGAN - timedelta(days=400))

    assert "The record begins on 9 March 2026" in page(of())
    assert "The record begins" not in page(later)
