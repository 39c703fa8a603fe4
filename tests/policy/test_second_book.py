"""The second book: small, whole, and quickly walked; and the two books share nothing that Python could lean on."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import bot
from bot.organisation.charity import charity_of, read_charity, read_people
from bot.settings import SHIPPED_BOOKS
from bot.trying import invented
from policy.book import Book
from policy.examples import complete, walk_through
from policy.reading import read
from policy.walk import Asking, walk
from storage.records import Organisation
from tests.policy.shipped import book_in
from tests.policy.small import SMALL

TRIAL = SHIPPED_BOOKS.parent.parent / "bot" / "trial"


@cache
def book(name: str) -> Book:
    return book_in(SHIPPED_BOOKS / f"{name}.toml")


def presses(book: Book, facts: dict[str, str]) -> int:
    """How many screens are answered on the way to the end of the decision."""
    answers = complete(book, facts).answers
    given: dict[str, str] = {}
    count = 0
    while isinstance(now := walk(book, given), Asking):
        given |= {question.id: answers[question.id] for question in now.questions}
        count += 1
    return count


def test_no_example_of_the_second_book_takes_more_than_six_presses() -> None:
    counts = {example.name: presses(book("kettle"), dict(example.facts)) for example in book("kettle").examples}

    assert max(counts.values()) <= 6, counts
    assert counts["a fall, and they do not wake up"] == 2
    assert counts["nothing but a chat"] == 2


def test_every_lane_outcome_and_approval_of_the_second_book_is_reached_by_an_example() -> None:
    kettle = book("kettle")
    ends = [walk_through(kettle, complete(kettle, item.facts).answers)[0].lanes for item in kettle.examples]

    reached = [verdict for lanes in ends for verdict in lanes]

    assert {verdict.lane.id for verdict in reached} == {lane.id for lane in kettle.lanes}
    assert {verdict.outcome.id for verdict in reached} == kettle.outcomes.keys()
    assert {verdict.approval.code for verdict in reached if verdict.approval} == kettle.approvals.keys()


def test_the_two_books_ask_other_questions_and_come_to_other_outcomes() -> None:
    one, other = book("justus"), book("kettle")

    assert not {item.id for item in one.questions} & {item.id for item in other.questions}
    assert not one.outcomes.keys() & other.outcomes.keys()
    assert not one.approvals.keys() & other.approvals.keys()


def test_no_line_of_python_names_a_question_lane_or_outcome_of_either_book() -> None:
    ids = set[str]()
    for name in ("justus", "kettle"):
        ids |= {item.id for item in book(name).questions} | {item.id for item in book(name).derived}
        ids |= {item.id for item in book(name).lanes} | book(name).outcomes.keys() | book(name).approvals.keys()
    # Only what nobody would write for another reason.
    telling = {name for name in ids if "_" in name} - {"safeguarding_lead"}

    found = [
        f"{path.name}: {word}"
        for folder in (Path(bot.__file__).parent, SHIPPED_BOOKS.parent)
        for path in sorted(folder.rglob("*.py"))
        for word in re.findall(r"""["']([a-z0-9_]+)["']""", path.read_text(encoding="utf-8"))
        if word in telling
    ]

    assert found == []


def test_the_trial_charity_of_the_second_book_has_everything_set() -> None:
    name, settings = read_charity((TRIAL / "kettle-charity.toml").read_text(encoding="utf-8"))
    people = read_people((TRIAL / "kettle-people.toml").read_text(encoding="utf-8"))

    lacking = charity_of(Organisation("o1", name, settings)).missing(book("kettle"), [])

    assert settings["book"] == "kettle"
    assert lacking == ["a person who is safeguarding lead", "a person who is on call trustee"]
    held = {capability for person in people for capability in person.capabilities}
    assert {"safeguarding_lead", "on_call_trustee", "chair"} <= held


def test_a_charity_is_invented_for_any_other_book() -> None:
    critical = 'setting = "town_number"\ncritical = true'
    small = read(SMALL.replace('setting = "town_number"', critical))

    name, settings = read_charity(invented(small))

    assert settings["numbers"] == {"town_number": "01632 960300, invented"}
    lacking = charity_of(Organisation("o1", name, settings)).missing(small, [])
    assert not any("number" in each for each in lacking)
