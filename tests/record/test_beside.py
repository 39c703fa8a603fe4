"""A restricted part beside one that is for everybody: copy, note and letter of the one tell nothing of the other."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.afterwards.client_letter import letter, why_no_letter
from bot.books import read_books
from bot.organisation.charity import charity_of
from bot.record import papers
from bot.record.document import Block, Points, Table
from bot.record.exporting import paged, written
from bot.record.gathering import gathered
from bot.record.reading import Paper
from bot.record.record import Record
from bot.record.withholding import withhold
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import bound
from policy.book import Book, Example
from policy.grounds import guarded, guarded_lanes
from storage.records import Consultation
from tests.record.cases import Desk, desk

BOOKS = read_books([SHIPPED_BOOKS])
JUSTUS = BOOKS["justus"]
SAFE: Mapping[str, str] = {"tell_child": "yes", "safe_parent": "yes"}

OF_THE_WORRY = ("LADO", "designated officer", "one of our own", "allegation", "lead named here", "She rang back")


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(tmp_path, BOOKS) as found:
        yield found


def facts(name: str, book: Book = JUSTUS) -> Mapping[str, str]:
    return {**next(each.facts for each in book.examples if each.name == name), **SAFE}


async def record_of(at: Desk, case: Consultation) -> Record:
    async with at.begin() as tx:
        return await gathered(tx, await at.picture(tx, case))


async def page(at: Desk, case: Consultation, paper: Paper, *given: str, format: str = "md") -> str:
    async with at.begin() as tx:
        charity = charity_of(await tx.organisations.current())
        ewan = next(each for each in await tx.people.everybody() if each.handle == "ewan")
        found = await paged(tx, charity, [await at.picture(tx, case)], case.reference, paper, ewan, given)
    return written(found, "json" if format == "json" else "md").decode()


def traces(said: str) -> list[str]:
    return [words for words in OF_THE_WORRY if words.lower() in said.lower()]


@pytest.mark.parametrize("paper", ["note", "access"])
@pytest.mark.parametrize("name", ["r72a_worker", "r72b_safeguarding_lead", "r72c_chair"])
async def test_who_hears_it_only_because_of_a_worry_about_one_of_us_is_in_no_note_and_no_copy(
    at: Desk, name: str, paper: Paper
) -> None:
    case = await at.asked("justus", facts(name))
    await at.told(case, "child", "council_children", "They ring back by nine.")
    await at.told(case, "child", "lado", "She rang back at ten.")
    await at.finished(case)

    said = await page(at, case, paper)

    assert traces(said) == []
    assert "Children's social care at the council" in said
    assert traces(await page(at, case, "record")) != []


async def test_the_sheet_asks_the_lead_about_each_of_them_and_what_is_given_stands_in_the_copy(at: Desk) -> None:
    case = await at.asked("justus", facts("r72a_worker"))
    done = await at.told(case, "child", "lado", "She rang back at ten.")
    await at.finished(case)
    kept = withhold(await record_of(at, case)).withheld

    quiet = [each for each in kept if "LADO" in each.text or "She rang back" in each.text]

    assert quiet
    assert not any(each.shown for each in quiet if each.where.startswith(("Who may hear", "Something done")))
    code = next(each.code for each in quiet if each.where.startswith("Something done"))
    words = next(each.code for each in withhold(await record_of(at, case), [code]).withheld if "She rang" in each.text)
    assert "She rang back" in await page(at, case, "access", code, words)
    assert done


async def test_the_letter_names_nobody_who_hears_it_only_because_of_a_worry_about_one_of_us(at: Desk) -> None:
    case = await at.asked("justus", facts("r72a_worker"))
    await at.told(case, "child", "council_children", "They ring back by nine.")
    await at.told(case, "child", "lado", "She rang back at ten.")
    await at.finished(case)

    async with at.begin() as tx:
        found = letter(await at.picture(tx, case), "child")

    assert found is not None
    assert traces(found.text) == []
    assert "council" in " ".join(found.shared)


async def test_there_is_no_letter_where_nobody_else_was_told(at: Desk) -> None:
    case = await at.asked("justus", facts("r72a_worker"))
    await at.told(case, "child", "lado", "She rang back at ten.")
    await at.finished(case)

    async with at.begin() as tx:
        assert "not for a letter" in why_no_letter(await at.picture(tx, case))


async def test_a_worry_that_was_taken_back_leaves_no_trace_of_whom_it_made_us_tell(at: Desk) -> None:
    case = await at.asked("justus", facts("r72a_worker"))
    await at.told(case, "child", "council_children", "They ring back by nine.")
    await at.told(case, "child", "lado", "She rang back at ten.")
    await at.told(case, "allegation", "safeguarding_lead", "He knows.")
    case = await at.answers(case, worker_concern="no")
    await at.finished(case)

    for paper in ("note", "access"):
        said = await page(at, case, "note" if paper == "note" else "access")

        assert traces(said) == []
        assert "Children's social care at the council" in said


async def test_a_worry_that_was_taken_back_leaves_none_of_the_answers_that_it_brought_about(at: Desk) -> None:
    case = await at.asked("justus", facts("r42_terror"))
    asked = "How will you send or say it?"
    assert asked in await page(at, case, "record")

    case = await at.answers(case, danger_terror="no")

    assert asked in await page(at, case, "record")
    assert asked not in await page(at, case, "access")


async def test_a_correction_of_what_is_kept_back_is_kept_back_with_it(at: Desk) -> None:
    case = await at.asked("justus", facts("r72a_worker"))
    first = await at.told(case, "child", "lado", "She rang back at ten.")
    await at.told(case, "child", "council_children", "It was the council, not the LADO.", corrects=first)
    await at.finished(case)

    assert traces(await page(at, case, "note")) == []


@pytest.mark.parametrize("paper", ["note", "access"])
async def test_an_outcome_that_only_a_worry_about_one_of_us_explains_is_in_no_note_and_no_copy(
    at: Desk, paper: Paper
) -> None:
    case = await at.asked("justus", {"need_inside": "yes", "inside_reason": "cover", "worker_concern": "yes"})

    said = await page(at, case, paper)

    assert traces(said) == []
    assert "Telling a colleague" in said
    assert "lead named here" in await page(at, case, "record")


async def test_where_nothing_is_restricted_nothing_of_it_is_kept_back(at: Desk) -> None:
    case = await at.asked("justus", {"danger_child": "yes", "suspect_works_with": "children", **SAFE})
    await at.told(case, "child", "lado", "She rang back at ten.")
    await at.finished(case)

    record = await record_of(at, case)

    assert not any(each.tells or each.quiet_recipients for each in record.lanes)
    assert "LADO" in await page(at, case, "note")
    assert "LADO" in await page(at, case, "access")


async def test_while_something_is_still_to_be_told_outside_nobody_has_said_that_it_is_safe_to_show_it(at: Desk) -> None:
    case = await at.asked("justus", {"danger_child": "yes", **SAFE})
    assert (await record_of(at, case)).unsafe

    await at.told(case, "child", "council_children", "They ring back by nine.")
    assert (await record_of(at, case)).unsafe

    await at.finished(case)
    assert not (await record_of(at, case)).unsafe


@pytest.mark.parametrize(
    "doubt",
    [
        {"tell_child": "no"},
        {"safe_parent": "unsure"},
        {"asker_may_be_abuser": "yes"},
        {"tell_view": "unsafe_to_ask"},
        {"consent_answer": "unsafe_to_ask"},
    ],
    ids=lambda doubt: "-".join(*doubt.items()),
)
async def test_an_answer_that_telling_may_not_be_safe_outweighs_that_they_were_told(
    at: Desk, doubt: Mapping[str, str]
) -> None:
    case = await at.asked("justus", {"danger_child": "yes", **SAFE})
    await at.told(case, "child", "council_children", "They ring back by nine.")
    await at.finished(case)

    case = await at.answers(case, **doubt)

    assert (await record_of(at, case)).unsafe
    assert "nothing that we can give you now" in await page(at, case, "access")


async def test_the_json_of_a_copy_has_nothing_but_what_the_document_shows(at: Desk) -> None:
    case = await at.asked("justus", facts("r72a_worker"))
    await at.told(case, "child", "council_children", "They ring back by nine.")
    await at.finished(case)

    said = json.loads(await page(at, case, "access", format="json"))

    assert set(said) == {"form", "language", "title", "charity", "reference", "made_at", "document"}
    assert traces(json.dumps(said)) == []


@pytest.mark.parametrize(("paper", "looks"), [("note", 0), ("record", 1)])
async def test_a_note_that_is_read_in_a_press_does_not_look_through_the_ledger(
    at: Desk, paper: Paper, looks: int
) -> None:
    case, said = await at.asked("justus", {"danger_child": "yes", **SAFE}), list[str]()

    async with at.begin() as tx:
        connection = await tx.connection.run_sync(lambda found: found)
        event.listen(connection, "before_cursor_execute", lambda *args: said.append(args[2]))
        ewan = next(each for each in await tx.people.everybody() if each.handle == "ewan")
        await paged(tx, await bound(tx), [await at.picture(tx, case)], case.reference, paper, ewan)

    assert len([statement for statement in said if "instr(ledger.body" in statement]) == looks


@pytest.mark.parametrize("book", sorted(BOOKS))
async def test_no_example_of_a_book_gives_a_restricted_part_away(at: Desk, book: str) -> None:
    """Every example with a restricted lane: no note and no copy names it, or whom only it names."""
    found, given_away = 0, []
    for number, example in restricted_examples(book):
        record = await record_of(at, await at.asked(book, example.facts, f"HP-{number}"))
        found += 1
        for title, said in plain_papers(record).items():
            open_ones = [each for each in record.lanes if not each.restricted]
            heard = {who for each in open_ones for who in each.recipients if who not in each.quiet_recipients}
            hidden = [each.title for each in record.lanes if each.restricted]
            hidden += [who for each in open_ones for who in each.quiet_recipients if who not in heard]
            hidden += [each.outcome for each in open_ones if each.tells]
            rows = {cell for line in said for cell in line.split(" | ")}
            given_away += [(example.name, title, words) for words in hidden if any(words in row for row in rows)]

    assert found
    assert given_away == []


@pytest.mark.parametrize("book", sorted(BOOKS))
async def test_nothing_stands_in_a_note_or_a_copy_that_would_not_stand_there_without_the_restricted_answers(
    at: Desk, book: str
) -> None:
    """The same example, asked and followed through twice: with what only a restricted lane may repeat, and "no" to it.

    A line that the second has not tells of the first: a question that is asked only before something is sent, or whom
    the list of recipients leaves out.
    """
    found, more = 0, []
    for number, example in restricted_examples(book):
        with_it = await everybody_told(at, await at.asked(book, example.facts, f"HP-{number}"))
        without = await everybody_told(at, await at.asked(book, harmless(BOOKS[book], example.facts), f"HP-{number}"))
        found += 1
        other = plain_papers(without)
        for title, said in plain_papers(with_it).items():
            more += [(example.name, title, line) for line in said - other[title] if line not in NEUTRAL]

    assert found
    assert more == []


async def everybody_told(at: Desk, case: Consultation) -> Record:
    """Whoever may hear of a part was told of it, and so was the person."""
    async with at.begin() as tx:
        lanes = (await at.picture(tx, case)).lanes
    for verdict in lanes:
        for recipient in verdict.recipients:
            await at.told(case, verdict.lane.id, recipient, f"Told {recipient} of {verdict.lane.id}.")
        await at.finished(case, lane=verdict.lane.id)
    return await record_of(at, case)


NEUTRAL = {papers.NO_NOTE, papers.NO_DECISION}
"""What a note says in place of everything else."""


def restricted_examples(book: str) -> list[tuple[int, Example]]:
    """Those that open a restricted lane, each with its number."""
    guarded = guarded_lanes(BOOKS[book])
    safe = SAFE if book == "justus" else {}
    return [
        (number, replace(example, facts={**example.facts, **safe}))
        for number, example in enumerate(BOOKS[book].examples)
        if guarded & example.lanes.keys()
    ]


def harmless(book: Book, facts: Mapping[str, str]) -> dict[str, str]:
    """These facts with "no" to whatever only a restricted lane may repeat."""
    no = {each.id for each in book.questions if any(option.value == "no" for option in each.options)}
    hidden = guarded(book)
    return {id: "no" if id in hidden else value for id, value in facts.items() if id not in hidden or id in no}


def plain_papers(record: Record) -> dict[str, set[str]]:
    """Note and copy line by line, without moments and codes; of the copy the whole is given, and nothing more."""
    copy = withhold(record, whole_of(record))
    assert copy.record is not None
    found = (papers.note(record), papers.copy("HP", "A charity", [copy], record.read_at, record.zone))
    return {each.title: {_PASSING.sub("…", line) for block in each.blocks for line in lines(block)} for each in found}


def whole_of(record: Record) -> list[str]:
    """The codes that keep all of it back: that nobody may be tipped off, then that it may not be safe."""
    given: list[str] = []
    while (held := withhold(record, given)).record is None:
        given += [each.code for each in held.withheld]
    return given


_PASSING = re.compile(r"\[?\b[2-9A-Z]{8}\b\]?|20 Nov\w* 2026,? [0-9:]+ GMT")


def lines(block: Block) -> list[str]:
    match block:
        case Table(_, rows, _):
            return [" | ".join(row) for row in rows]
        case Points(items):
            return list(items)
        case _:
            return [block.text]
