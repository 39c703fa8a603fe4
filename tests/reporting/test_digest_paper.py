"""A digest as a file: what its card says and no more, the same whenever it is made, and no formula in a cell."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pypdf

from bot.reporting.digest_card import full_card
from bot.reporting.digest_paper import document, written
from bot.reporting.figures import Told
from bot.reporting.labels import HAPPENED, OPEN
from tests.record.test_files import _tags, text_of
from tests.reporting.invented import QUIET, told
from tests.reporting.test_digest_card import BOOK, EVERYTHING, digest, words

LANE = next(lane for lane in BOOK.lanes if not lane.immediate)
BUSY = told(opened=12, grounds={LANE.id: 7}, outcomes={"named": 6}, shared=3, declined=1, entry=1234, head="ab" * 32)


def page(week: Told) -> str:
    return " ".join(text_of(written(digest(week), "pdf")).split())


def rows(week: Told) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(digest(week), "csv").decode("utf-8-sig"))))


def test_the_paper_says_every_line_of_the_card_with_all_its_numbers() -> None:
    for week in (QUIET, EVERYTHING, BUSY):
        said = page(week).replace(": ", " ")

        [_, *lines] = words(full_card(digest(week))).splitlines()  # all but the title, which the verdict says again
        wanted = [" ".join(line.replace(": ", " ").split()) for line in lines if line != "Show less"]
        assert [line for line in wanted if line not in said] == []


def test_the_paper_is_tagged_and_titled() -> None:
    file = pypdf.PdfReader(io.BytesIO(written(digest(BUSY), "pdf")))

    root: Any = file.trailer["/Root"]
    assert file.metadata is not None
    assert (root["/MarkInfo"]["/Marked"], file.metadata.title) == (True, "Weekly digest 2026-W48")
    assert {"/H1", "/Table", "/TH", "/TD", "/P"} <= set(_tags(root["/StructTreeRoot"]))


def test_the_paper_is_made_when_the_digest_was() -> None:
    one = digest(BUSY)

    assert document(one).made_at == one.written.made_at
    assert written(one, "pdf") == written(one, "pdf")


def test_nothing_that_can_only_be_pressed_stands_in_it() -> None:
    assert "Show less" not in page(BUSY)


def test_the_csv_has_every_figure_and_a_row_for_each_cell_that_is_told() -> None:
    found = {(row["part"], row["figure"]): (row["words"], row["value"]) for row in rows(BUSY)}

    assert found["week", "opened"] == ("Consultations opened", "12")
    assert found["ground", LANE.id] == (LANE.title, "7")
    assert found["week", "median"][1] == ""  # nobody answered: nothing, and not 0
    assert {figure for part, figure in found if part == "week"} == set(HAPPENED)
    assert set(OPEN) <= {figure for part, figure in found if part == "open"}
    assert [figure for part, figure in found if part == "ground"] == [LANE.id]


def test_a_ground_that_is_named_like_a_formula_is_none() -> None:
    lanes = tuple(replace(lane, title="=1+1") if lane is LANE else lane for lane in BOOK.lanes)
    file = written(replace(digest(BUSY), book=replace(BOOK, lanes=lanes)), "csv")

    [ground] = [row for row in csv.DictReader(io.StringIO(file.decode("utf-8-sig"))) if row["part"] == "ground"]
    assert ground["words"] == "'=1+1"


def test_the_card_offers_files_only_where_there_is_a_way_to_them() -> None:
    with_files, without = words(full_card(digest(BUSY), files=True)), words(full_card(digest(BUSY)))

    assert ["Download as PDF" in with_files, "Download as CSV" in with_files, "Download" in without] == [
        True,
        True,
        False,
    ]


def test_in_the_csv_a_length_of_time_is_no_finer_than_on_the_card() -> None:
    """A reader who knows of one answer of that week would find it by its second."""
    week = told(median=7_199, slowest=90_061, waiting=1, waiting_for=59, held=1, held_for=12 * 86_400 + 5)

    found = {row["figure"]: row["value"] for row in rows(week)}

    assert [found[id] for id in ("median", "slowest", "waiting_for", "held_for")] == ["7140", "90000", "0", "1036800"]
