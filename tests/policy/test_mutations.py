"""The mutation check (`make reliability`) itself: its mutants are broken, and what it says of them is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields

import pytest

from policy.book import Book
from policy.examples import sketch
from policy.proving import prove
from policy.walk import walk
from tests.policy.shipped import justus
from tests.policy.small import small_book
from tests.reliability.judging import Judge, Judged
from tests.reliability.mutants import Mutant, chosen, mutants
from tests.reliability.page import page, score, summary
from tests.reliability.refusing import refused
from tests.reliability.showing import answers_where

EQUIVALENT = "rule 'child.2' (child=unsure → ask): 'child' may be 'yes' too"
NO_APPROVAL = "rule 'emergency.1' (life=yes → ring, A0): its approval is none and was A0"
UNSEEN = "outcome 'ask': the talk is 'none', not 'first'"


@pytest.fixture(scope="module")
def ours() -> Book:
    return justus()


@pytest.fixture(scope="module")
def small() -> Book:
    return small_book()


@pytest.fixture(scope="module")
def judged(small: Book) -> dict[str, tuple[Mutant, Judged]]:
    judge = Judge(small)
    named = {EQUIVALENT, NO_APPROVAL, UNSEEN}
    taken = [one for at, one in enumerate(mutants(small)) if at % 3 == 0 or one.what in named]
    return {one.what: (one, judge.judge(at, one)) for at, one in enumerate(taken)}


def test_every_mutant_of_every_kind_differs_from_the_book(ours: Book) -> None:
    kinds = Counter[str]()

    for mutant in mutants(ours):
        assert any(getattr(mutant.book, item.name) != getattr(ours, item.name) for item in fields(Book)), mutant.what
        kinds[mutant.kind] += 1

    assert len(kinds) >= 30
    assert sum(kinds.values()) >= 5_000


def test_the_mutants_that_are_taken_are_the_same_each_time(small: Book) -> None:
    taken = [one.what for one in chosen(small, 100)]

    assert taken == [one.what for one in chosen(small_book(), 100)]
    assert taken != [one.what for one in chosen(small, 100, "another seed")]


def test_the_mutants_that_are_taken_are_of_every_kind_and_lane(ours: Book) -> None:
    taken = chosen(ours, 600)

    assert {one.kind for one in taken} == {one.kind for one in mutants(ours)}
    assert {lane.id for lane in ours.lanes} <= {one.lane for one in taken}


def test_the_book_as_it_is_would_not_be_refused(ours: Book, small: Book) -> None:
    assert refused(ours) == refused(small) == []


def test_a_harmful_mutant_is_caught_by_the_proof(judged: dict[str, tuple[Mutant, Judged]]) -> None:
    _, found = judged[NO_APPROVAL]

    assert (found.change, found.proof, found.caught) == ("lane", "I1", True)


def test_a_mutant_that_changes_nothing_is_recognised(judged: dict[str, tuple[Mutant, Judged]]) -> None:
    _, found = judged[EQUIVALENT]

    assert (found.change, found.wrong) == ("nothing", "")


def test_a_survivor_is_shown_with_answers_and_what_they_come_to(judged: dict[str, tuple[Mutant, Judged]]) -> None:
    _, found = judged[UNSEEN]

    assert (found.change, found.caught) == ("lane", False)
    assert found.shows == "A child may be harmed: Not sure → Child: talk first, now none"


def test_what_the_solver_calls_a_change_is_one_in_the_walk(
    small: Book, judged: dict[str, tuple[Mutant, Judged]]
) -> None:
    for mutant, found in judged.values():
        if found.change != "lane" or found.reader:
            continue

        answers, flags = answers_where(small, mutant.book, "lane")

        assert ended(small, answers, flags) != ended(mutant.book, answers, flags), found.what


def ended(book: Book, answers: Mapping[str, str], flags: Mapping[str, str]) -> object:
    known = {question.id: {item.value for item in question.choices} for question in book.questions}
    given = {name: value for name, value in answers.items() if value in known[name]}
    lanes = walk(book, given, flags=flags, stage="send").lanes
    return sketch(lanes), [(item.outcome.sends, item.clock, item.talk, item.basis) for item in lanes]


def test_the_check_and_the_proof_agree_on_what_is_broken(judged: dict[str, tuple[Mutant, Judged]]) -> None:
    tried = [(mutant, found) for mutant, found in judged.values() if found.change != "nothing" and not found.reader]

    for mutant, found in tried[::5]:
        assert prove(mutant.book, stop_at_first=True).holds is not bool(found.proof), found.what


def test_the_page_counts_each_mutant_once_and_lists_who_survived(
    small: Book, judged: dict[str, tuple[Mutant, Judged]]
) -> None:
    found = [one for _, one in judged.values()]

    text = page(small, "any", found, "no time")

    assert 0 < score(found) < 100
    assert f"{len(found)} mutants were tried" in text
    assert text.count("\n  - ") == sum(one.change != "nothing" and not one.caught for one in found)


def test_what_the_reader_refuses_counts_neither_for_nor_against_proof_and_examples() -> None:
    found = [
        Judged(0, "a kind", "child", "refused", "lane", reader="a fault"),
        Judged(1, "a kind", "child", "proved", "lane", proof="I1"),
        Judged(2, "a kind", "child", "survives", "lane"),
    ]

    assert score(found) == 50
    assert summary(found)[1:3] == [
        "1 of these 3 are refused when read, and are not in the score.",
        "Of the other 2, proof and examples caught 1: 50.0 of 100 (wanted: 97).",
    ]
