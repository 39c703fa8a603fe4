"""What the files are: tagged, titled, in their language; what was typed stands as it was typed, and is never markup."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from bot.record import papers
from bot.record.as_docx import word
from bot.record.as_json import as_json
from bot.record.as_markdown import markdown
from bot.record.as_pdf import pdf
from bot.record.document import Document, Quote, Say
from bot.record.record import Copy, Record, Withheld
from tests.record.invented import BEGUN, PLAIN, done, record

NASTY = '#let x = 1; $ <b>*bold*</b> [link](x) | a\\b `c` "q" 100%'


def typed(words: str) -> Document:
    return Document("A title", "A charity", "HP-1 (4K)", BEGUN, (Say("Before."), Quote(words, "Somebody")))


def full(found: Record) -> Document:
    return papers.full(found, "Ewan Marsh")


def text_of(file: bytes) -> str:
    """What a reader sees: words that were set past the edge of the paper are in the file, and not on the page."""
    return "\n".join(_seen(page) for page in pypdf.PdfReader(io.BytesIO(file)).pages)


def _seen(page: pypdf.PageObject) -> str:
    found: list[str] = []

    def see(text: str, around: Sequence[float], within: Sequence[float], *_: object) -> None:
        down = within[4] * around[1] + within[5] * around[3] + around[5]
        if 0 <= down <= float(page.mediabox.height):
            found.append(text)

    page.extract_text(visitor_text=see)
    return "".join(found)


def test_a_pdf_is_tagged_titled_and_in_its_language() -> None:
    file = pypdf.PdfReader(io.BytesIO(pdf(full(record()), "Europe/London")))

    root: Any = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert file.metadata is not None
    assert file.metadata.title == "Decision record"
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= set(_tags(root["/StructTreeRoot"]))


def _tags(node: pypdf.generic.PdfObject) -> list[str]:
    """The kind of every element below, in reading order."""
    node = node.get_object() or node
    if isinstance(node, pypdf.generic.ArrayObject):
        return [tag for each in node for tag in _tags(each)]
    if not isinstance(node, pypdf.generic.DictionaryObject):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + (_tags(node["/K"]) if "/K" in node else [])


def test_pdfs_made_at_once_leave_the_warnings_of_the_process_alone() -> None:
    before = list(warnings.filters)

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: pdf(full(record()), "Europe/London"), range(8)))

    assert all(file == made[0] for file in made)
    assert warnings.filters == before


def test_every_page_of_a_pdf_has_the_reference_and_its_number() -> None:
    pages = pypdf.PdfReader(io.BytesIO(pdf(full(record()), "Europe/London"))).pages

    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        said = page.extract_text()
        assert "HP-118 (4K)" in said
        assert f"Page {number} of {len(pages)}" in said


def test_what_was_typed_is_no_markup_in_any_format() -> None:
    document = typed(NASTY)

    assert NASTY in " ".join(text_of(pdf(document, "Europe/London")).split())
    assert NASTY in [each.text for each in docx.Document(io.BytesIO(word(document, "Europe/London"))).paragraphs]
    assert json.loads(as_json(document, "Europe/London"))["document"][1]["words"] == NASTY
    assert "\\<b\\>\\*bold\\*\\</b\\> \\[link\\](x) \\| a\\\\b" in markdown(document, "Europe/London").decode()


def test_a_letter_that_no_font_has_is_written_as_its_number() -> None:
    assert "[U+65E5] and Ŵyn" in text_of(pdf(typed("日 and Ŵyn"), "Europe/London"))
    assert json.loads(as_json(typed("日"), "Europe/London"))["document"][1]["words"] == "日"


def test_letters_that_no_file_may_hold_break_none() -> None:
    assert pdf(typed("a\x00b\x07c\ufffe"), "Europe/London").startswith(b"%PDF")
    assert word(typed("a\x00b\x07c\ufffe"), "Europe/London").startswith(b"PK")


def test_a_word_file_has_headings_header_rows_title_and_language() -> None:
    file = docx.Document(io.BytesIO(word(full(record()), "Europe/London")))

    assert (file.core_properties.title, file.core_properties.language) == ("Decision record", "en-GB")
    assert {each.style.name for each in file.paragraphs if each.style} >= {"Title", "Heading 1", "Heading 2", "Quote"}
    rows: list[Any] = [table.rows[0]._tr for table in file.tables]  # noqa: SLF001 - it has no other way to say this
    assert all(row.trPr.find(qn("w:tblHeader")) is not None for row in rows)
    assert file.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-GB"
    assert "HP-118 (4K)" in file.sections[0].header.paragraphs[0].text


def test_of_a_sheet_with_long_lines_every_word_stands_on_a_page() -> None:
    kept = [
        Withheld(f"CODE{line}", "Where it stood " * 4, "Why it is kept " * 10, _numbered(line), shown=True)
        for line in range(8)
    ]
    sheet = papers.sheet("HP-1", "A charity", [Copy(None, tuple(kept))], BEGUN, "Europe/London")

    said = set(text_of(pdf(sheet, "Europe/London")).split())

    assert [word for each in kept for word in each.text.split() if word not in said] == []


@pytest.mark.parametrize(("between", "many"), [(" ", 1_500), ("\n", 90), ("\r\n", 90)], ids=["words", "lines", "crlf"])
def test_a_cell_longer_than_a_page_goes_on_over_the_next(between: str, many: int) -> None:
    kept = Withheld("CODE", "Where", "Why", between.join(f"{number:x}" for number in range(100, 100 + many)))
    sheet = papers.sheet("HP-1", "A charity", [Copy(None, (kept,))], BEGUN, "Europe/London")

    said = set(text_of(pdf(sheet, "Europe/London")).split())

    assert [word for word in kept.text.split() if word not in said] == []


def test_a_word_that_is_longer_than_its_line_is_broken_and_not_cut_off() -> None:
    address = "https://example.invalid/" + "".join(f"{number:03}" for number in range(100))
    kept = Withheld("CODE", "Where", "Why", address)
    sheet = papers.sheet("HP-1", "A charity", [Copy(None, (kept,))], BEGUN, "Europe/London")

    for document, room in ((sheet, 60), (typed(address), 110)):
        said = text_of(pdf(document, "Europe/London"))

        assert address in "".join(said.split())
        assert [line for line in said.splitlines() if address[100 : 100 + room] in line] == []


def _numbered(line: int) -> str:
    """Three hundred characters, no word twice."""
    return " ".join(f"l{line}w{number:02}" for number in range(50))


def test_times_are_those_of_the_charitys_zone_with_their_offset() -> None:
    said = markdown(full(record()), "Europe/London").decode()

    assert "1 July 2026, 10:30 BST" in said
    assert json.loads(as_json(full(record()), "Europe/London"))["made_at"] == "2026-07-02T10:30:00+01:00"


def test_a_correction_and_what_it_corrects_both_stand_and_only_the_last_counts_in_short() -> None:
    lane = replace(PLAIN, done=(done("d1", "By nine."), done("d2", "By ten.", corrects="d1")))

    said = markdown(full(record(lane)), "Europe/London").decode()

    assert "By nine" in said
    assert "It corrects entry 1; both stay." in said
    [short] = [line for line in said.splitlines() if line.startswith("| A child at risk | A child at risk: tell")]
    assert short.count("The council") == 1


def test_the_full_record_ends_with_the_ledgers_head_and_where_words_are_gone_it_says_so() -> None:
    gone = replace(PLAIN, done=(done("d1", ""),))

    said = markdown(full(record(gone)), "Europe/London").decode()

    assert "ab" * 32 in said
    assert "destroyed with the key" in said
