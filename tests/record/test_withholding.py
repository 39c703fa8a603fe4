"""The copy for whom a record is about: what is kept back, why, and of what there is no trace at all."""

from __future__ import annotations

import io
from dataclasses import replace

import docx
import pypdf
import pytest

from bot.record import papers
from bot.record.as_json import as_json
from bot.record.caution import code_of
from bot.record.exporting import FORMATS, Format, Paged, written
from bot.record.record import Copy, Kept, Line, Record
from bot.record.withholding import withhold
from tests.record.invented import BEGUN, PLAIN, RESTRICTED, answered, record

SECRET = ("one of our own", "Ben Carver", "allegation", "He must not hear", "The chair knows", "kept from people")


def copied(found: Record, *given: str) -> tuple[Copy, str]:
    """The copy, and all that its JSON says."""
    copy = withhold(found, given)
    document = papers.copy(found.reference, found.charity, [copy], BEGUN, found.zone)
    return copy, as_json(document, found.zone).decode()


def test_a_restricted_part_leaves_no_trace_in_the_copy() -> None:
    _, said = copied(record())

    assert [word for word in SECRET if word.lower() in said.lower()] == []
    assert "A child at risk" in said


def test_the_sheet_has_every_part_that_is_kept_back_with_its_reason_and_its_words() -> None:
    found = record()
    copy = withhold(found)

    sheet = papers.sheet(found.reference, found.charity, [copy], BEGUN, found.zone)

    said = written(Paged(sheet, found.zone, {}), "md").decode()
    for words in ("He must not hear of it.", "Two marks, no explanation.", "Femi Adair", "Not sure"):
        assert words in said
    assert all(each.why and each.code in said for each in copy.withheld)


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_typed_and_no_colleague_is_in_a_copy_of_any_format(format: Format) -> None:
    found = record(PLAIN)
    copy = withhold(found)
    document = papers.copy(found.reference, found.charity, [copy], BEGUN, found.zone)

    said = readable(written(Paged(document, found.zone, {}), format), format)

    for words in ("Amira", "Femi", "Two marks", "ring back", "The words for child", "Not sure"):
        assert words not in said
    assert "The council" in said


def readable(file: bytes, format: Format) -> str:
    if format == "pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file)).pages)
    if format == "docx":
        read = docx.Document(io.BytesIO(file))
        cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(each.text for each in read.paragraphs), *cells])
    return file.decode()


def test_what_the_lead_gives_stands_in_the_copy_and_nothing_else_with_it() -> None:
    found = record(PLAIN)
    code = next(each.code for each in withhold(found).withheld if each.text == "Two marks, no explanation.")

    copy, said = copied(found, code)

    assert "Two marks, no explanation." in said
    assert "Femi" not in said
    assert code not in {each.code for each in copy.withheld}


@pytest.mark.parametrize(
    "found", [record(silenced=True), record(told="No. It is not safe to tell them")], ids=["silenced", "not safe"]
)
def test_where_telling_would_tip_off_or_is_not_safe_nothing_is_given(found: Record) -> None:
    copy, said = copied(found)

    assert copy.record is None
    assert "nothing that we can give you now" in said
    assert "child" not in said.lower()
    assert [each.shown for each in copy.withheld] == [False]


def test_an_answer_is_kept_back_unless_the_book_lets_it_stand() -> None:
    asked = (
        answered("child_info", "How do we know?", "The child told us"),
        answered("tell_child", "Is it safe and possible to tell the child what we are doing?", "No"),
        answered("new_question", "Something that a later book asks?", "A third person"),
        answered("told_what", "What we collect", "Yes, they heard it", stands=True),
    )
    found = replace(record(PLAIN), answers=asked)

    copy, said = copied(found)

    assert [words for words in ("The child told us", "A third person", ': "No"') if words in said] == []
    assert "Yes, they heard it" in said
    assert {"The child told us", "A third person", "No"} <= {each.text for each in copy.withheld}


def test_of_a_question_that_only_some_are_asked_not_even_the_wording_stands_in_the_copy() -> None:
    asked = (
        answered("danger", "Somebody may be harmed"),
        answered("witness", "Could anybody take revenge on the witness?", "Not sure", always=False),
    )
    found = replace(record(PLAIN), answers=asked)

    copy, said = copied(found)
    [witness] = [each for each in copy.withheld if "witness" in each.where]

    assert "Somebody may be harmed" in said
    assert "witness" not in said
    assert not witness.shown
    assert "take revenge on the witness? " in copied(found, witness.code)[1].replace('"', " ")


def test_where_an_answer_is_kept_back_nothing_beside_it_says_what_it_was() -> None:
    found = replace(record(replace(PLAIN, warnings=("A witness may be hurt.",))), answers=(answered("danger", "Harm"),))
    assert {each.basis for each in found.answers} == {"Seen"}

    copy, said = copied(found)

    assert copy.record is not None
    assert {each.basis for each in copy.record.answers} == {""}
    assert [words for words in ("What it rests on", "witness", '"Seen"') if words in said] == []
    assert "A witness may be hurt." in {each.text for each in copy.withheld}


def test_the_steps_in_a_copy_have_no_numbers_with_gaps_and_do_not_say_how_many_screens_were_answered() -> None:
    lines = tuple(Line(number, BEGUN, "answered", "Amira Osei", {}, "0123456789ab") for number in (3, 4, 7))

    _, said = copied(replace(record(PLAIN), lines=lines))

    assert said.count("Questions were answered") == 1
    assert "0123456789ab" not in said
    assert '"Entry"' not in said


def test_a_chapter_of_a_copy_that_has_nothing_in_it_is_not_there() -> None:
    """That nothing else is recorded may not be so: something may have been left out."""
    _, said = copied(replace(record(PLAIN), answers=(), lines=()))

    assert [words for words in ("Nothing", "Afterwards", "What was answered") if words in said] == []


def test_nothing_is_given_while_nobody_said_that_telling_is_safe_until_the_lead_gives_the_whole() -> None:
    found = replace(record(PLAIN), unsafe=True)

    copy, _ = copied(found)
    [whole] = copy.withheld

    assert copy.record is None
    assert "give this code" in whole.why
    assert withhold(found, [whole.code]).record is not None


def test_what_is_left_of_a_record_in_a_copy_says_neither_how_it_is_kept_nor_where_the_ledger_ends() -> None:
    found = replace(record(), kept=Kept(BEGUN, "allegation", None, None))

    copy, said = copied(found)

    assert copy.record is not None
    assert (copy.record.kept, copy.record.head) == (Kept(), (0, ""))
    assert copy.record.reference == "HP-118"
    assert {each.id for each in copy.record.lanes} == {"child"}
    assert copy.record.worker.id != found.worker.id
    assert "allegation" not in f"{copy.record} {said}"


def test_a_later_answer_that_they_were_told_gives_the_copy_again() -> None:
    unsafe = record(PLAIN, told="No. It is not safe to tell them")
    later = replace(unsafe.followed[0], id="f2", answer="Yes, afterwards", unsafe=False)

    copy = withhold(replace(unsafe, followed=(*unsafe.followed, later)))

    assert copy.record is not None


def test_codes_are_the_same_each_time_and_none_stands_for_two_parts() -> None:
    first, second = withhold(record()), withhold(record())

    codes = [each.code for each in first.withheld]
    assert codes == [each.code for each in second.withheld]
    assert len(codes) == len(set(codes))


def test_of_twenty_thousand_parts_no_two_have_one_code() -> None:
    assert len({code_of("a case", "answer", str(number)) for number in range(20_000)}) == 20_000


def test_a_note_for_the_clients_file_tells_nothing_of_a_restricted_part() -> None:
    found = record(PLAIN, RESTRICTED)

    said = written(Paged(papers.note(found), found.zone, {}), "md").decode()

    assert [word for word in SECRET if word.lower() in said.lower()] == []
    assert "Femi Adair, worker: agreed" in said


def test_a_note_of_a_silenced_consultation_says_only_that_nothing_may_stand_there() -> None:
    found = record(silenced=True)

    said = written(Paged(papers.note(found), found.zone, {}), "md").decode()

    assert papers.NO_NOTE in said
    assert "child" not in said.lower()
