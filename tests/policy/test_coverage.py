"""Every clause of the policy has its place in the book, and the page about it says what the book says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import policy
from policy.book import Book
from policy.coverage import carriers, open_clauses, to_decide, uncarried, unkept
from policy.drawing.coverage import coverage_page
from policy.reading import BookError, read
from tests.policy.shipped import justus
from tests.policy.small import SMALL, small_book

ROOT = Path(policy.__file__).parent.parent

# The clauses of the charity's policy, as our own register of them numbers them.
BODY = [
    "1.1",
    "2-note",
    *(f"2.{at}" for at in range(1, 4)),
    *(f"2.1.{at}" for at in range(1, 3)),
    *(f"2.3.{at}" for at in range(1, 6)),
    *(f"3.{at}" for at in range(1, 9)),
    *(f"4.{at}" for at in range(1, 11)),
    *(f"4.2.{at}" for at in range(1, 10)),  # the nine grounds
    *(f"5.{at}" for at in range(1, 6)),
    *(f"5.2.{at}" for at in range(1, 4)),
]
CALDICOTT = [f"App1-{number}" for number in range(1, 9)]
HARM = [
    "App2-intro",
    "App2-s47",
    "App2-s31-a",
    "App2-s31-b",
    "App2-s31(9)-harm",
    "App2-s31(9)-development",
    "App2-s31(9)-health",
    "App2-s31(9)-ill-treatment",
    "App2-s31(9)-note",
    "App2-sev-1",
    "App2-sev-2",
    "App2-sev-3",
    "App2-sev-4",
    "App2-sev-5",
    "App2-cum",
    "App2-con-1",
    "App2-con-2",
    "App2-con-3",
    "App2-con-4",
    "App2-con-5",
    "App2-con-6",
    "App2-s31(10)",
    "App2-child",
    "App2-2",
    "App2-2.1",
    "App2-2.2",
    "App2-2.3",
    "App2-2.4",
    "App2-2.4-1",
    "App2-2.4-2",
    "App2-2.4-3",
    "App2-2.4-4",
    "App2-2.4-5",
    "App2-new",
    "Footer",
]
READINGS = [f"AMB-{number}" for number in range(1, 40)]
NOT_FOR_TRUSTEES = {f"AMB-{number}" for number in (9, 10, 11, 13, 14, 17, 19, 20, 21, 22, 24)}


@pytest.mark.parametrize("clause", [*BODY, *CALDICOTT, *HARM])
def test_a_clause_of_the_policy_is_in_the_book(clause: str) -> None:
    assert clause in justus().clauses


def test_the_book_has_no_clause_that_the_policy_and_our_register_do_not_know() -> None:
    assert set(justus().clauses) == {*BODY, *CALDICOTT, *HARM}


def test_every_clause_is_carried_by_something_or_says_what_will_carry_it() -> None:
    assert uncarried(justus()) == ()


def test_what_a_clause_says_the_bot_does_something_that_carries_it_can_do() -> None:
    assert [(clause.id, action) for clause, action in unkept(justus())] == []


def test_every_clause_says_what_the_bot_does() -> None:
    assert [clause.id for clause in justus().clauses.values() if not clause.actions] == []


def test_an_open_clause_names_the_part_that_will_carry_it() -> None:
    unclear = [c.id for c in open_clauses(justus()) if not re.fullmatch(r"[a-z ]+ \(part [3-8]\): .+", c.later)]

    assert unclear == []


def test_the_two_newest_caldicott_principles_are_marked_as_not_the_policys() -> None:
    added = [clause.id for clause in justus().clauses.values() if clause.added]

    assert added == ["App1-7", "App1-8", "App2-new"]


def test_the_page_is_the_one_that_the_book_gives() -> None:
    page = ROOT / "docs" / "policy" / "coverage.md"
    again = "write it again: python -m bot book coverage policy/books/justus.toml --write docs/policy/coverage.md"

    assert page.read_text(encoding="utf-8") == coverage_page(justus()), again


def test_the_page_has_no_row_without_a_carrier_now_or_later() -> None:
    rows = [line for line in coverage_page(justus()).splitlines() if line.startswith("| ") and line.count(" | ") == 4]
    empty = [row for row in rows if [cell.strip(" |") for cell in row.split(" | ")[3:]] == ["–", "–"]]

    assert len(rows) > len(justus().clauses)
    assert empty == []


# Readings and departures


@pytest.mark.parametrize("id", READINGS)
def test_a_reading_of_the_decision_note_is_a_note_of_the_book(id: str) -> None:
    note = justus().notes[id]

    assert note.needs_trustees == (id not in NOT_FOR_TRUSTEES)
    assert note.kind == ("departure" if id in {"AMB-12", "AMB-18"} or int(id[4:]) >= 26 else "reading")


def test_every_reading_that_the_book_names_beside_a_rule_is_a_note() -> None:
    text = (ROOT / "policy" / "books" / "justus.toml").read_text(encoding="utf-8")

    assert set(re.findall(r"AMB-\d+", text)) <= set(justus().notes)


def test_every_note_touches_a_clause_and_its_document_is_there() -> None:
    assert [note.id for note in justus().notes.values() if not note.clauses or not (ROOT / note.docs).is_file()] == []


def test_the_trustees_are_asked_about_every_departure() -> None:
    asked = {note.id for note in to_decide(justus())}

    assert [note.id for note in justus().notes.values() if note.kind == "departure" and note.id not in asked] == []


# The language, on a book whose every row is known


def changed(*pairs: tuple[str, str]) -> Book:
    text = SMALL
    for old, new in pairs:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return read(text)


NEW = '[[clause]]\nid = "9(1)"\ntitle = "New"\n'


def test_what_names_a_clause_carries_it() -> None:
    found = carriers(small_book())

    assert ("question", "life") in [(item.kind, item.id) for item in found["1.1"]]


def test_a_clause_that_nothing_names_is_a_fault_of_the_book() -> None:
    with pytest.raises(BookError) as caught:
        read(SMALL + NEW)

    assert [fault.table for fault in caught.value.faults] == ["clause '9(1)'"]
    assert "nothing in this book carries it" in str(caught.value)


def test_a_clause_that_says_what_will_carry_it_is_open_and_no_fault() -> None:
    book = read(SMALL + NEW + 'later = "letters (part 9): one a year"\n')

    assert [clause.id for clause in open_clauses(book)] == ["9(1)"]


@pytest.mark.parametrize(
    ("old", "new", "carrier"),
    [
        ('outcome = "refer"\n', 'outcome = "refer"\nclauses = ["9(1)"]\n', ("rule", "child.1")),
        ('id = "hush"\n', 'id = "hush"\nclauses = ["9(1)"]\n', ("fact", "hush")),
        ('code = "A1"\n', 'code = "A1"\nclauses = ["9(1)"]\n', ("approval", "A1")),
        ('id = "L1"\n', 'id = "L1"\nclauses = ["9(1)"]\n', ("law note", "L1")),
        ('{id = "refer.say", ', '{id = "refer.say", clauses = ["9(1)"], ', ("guide", "refer.say")),
    ],
)
def test_rules_facts_agreements_law_and_guidance_can_carry_a_clause(
    old: str, new: str, carrier: tuple[str, str]
) -> None:
    book = changed((old, new), ("[[clause]]", NEW + "\n[[clause]]"))

    assert [(item.kind, item.id) for item in carriers(book)["9(1)"]] == [carrier]


def test_what_the_program_itself_does_carries_a_clause() -> None:
    book = read(SMALL + NEW + 'here = "Locks the door."\n')

    assert [item.words for item in carriers(book)["9(1)"]] == ["Locks the door."]


def test_a_clause_that_promises_a_question_and_has_none_is_not_kept() -> None:
    book = read(SMALL + NEW + 'here = "Locks the door."\nactions = ["ask", "block"]\n')

    assert [(clause.id, action) for clause, action in unkept(book)] == [("9(1)", "ask")]


def test_something_the_bot_does_not_do_is_a_fault() -> None:
    with pytest.raises(BookError) as caught:
        read(SMALL.replace('title = "Life first"', 'title = "Life first"\nactions = ["sing"]'))

    assert "'sing' is not something the bot does; it can ask, block, warn" in str(caught.value)


def test_a_note_of_an_unknown_clause_is_a_fault() -> None:
    with pytest.raises(BookError) as caught:
        read(SMALL + '[[note]]\nid = "N1"\nkind = "reading"\nplain = "So."\nclauses = ["1.9"]\n')

    assert "there is no clause '1.9'" in str(caught.value)
