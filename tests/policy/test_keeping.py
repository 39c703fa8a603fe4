"""What a book says of keeping records, of a copy for the person and of a form: read, checked, and drawn."""

from __future__ import annotations

import pytest

from policy.book import Copying, Form, Keeping
from policy.drawing import draw
from policy.reading import BookError, read
from tests.policy.small import SMALL

KEPT = """
[keeping]
child = ["child"]
child_when = {child = "yes"}
police = ["council"]
tasks = ["hold_it"]
"""
TASK = SMALL.replace('id = "refer"\n', 'id = "refer"\ntasks = ["hold_it"]\n')


def test_a_book_says_which_lanes_make_which_record() -> None:
    book = read(TASK + KEPT, "small.toml")

    assert book.keeping == Keeping(
        child=("child",), child_when=({"child": frozenset({"yes"})},), police=("council",), tasks=("hold_it",)
    )


def test_a_book_need_say_nothing_of_keeping() -> None:
    book = read(SMALL, "small.toml")

    assert book.keeping == Keeping()
    assert "never destroyed" not in draw(book)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('child = ["child"]', 'child = ["childd"]', "there is no lane 'childd'"),
        ('police = ["council"]', 'police = ["the police"]', "there is no recipient 'the police'"),
        ('{child = "yes"}', '{child = "never"}', "'child' can never be 'never'"),
        ("child_when", "child_if", "this key is not known here"),
        ('["hold_it"]', '["hold_on"]', "no outcome sets the task 'hold_on'. Did you mean 'hold_it'?"),
    ],
)
def test_what_leads_nowhere_is_a_fault(old: str, new: str, said: str) -> None:
    with pytest.raises(BookError) as caught:
        read(TASK + KEPT.replace(old, new), "small.toml")

    assert any(said in str(fault) for fault in caught.value.faults)


def test_the_page_says_what_is_held() -> None:
    page = draw(read(TASK + KEPT, "small.toml"))

    assert "A record that is held is never destroyed" in page
    assert "| Held, where it comes to this | [Refer](#outcome-refer) |" in page


# A copy for the person

COPY = """
[copy]
stands = ["child"]
unsafe_when = {child = ["yes", "unsure"]}
"""


def test_a_book_says_what_stands_in_a_copy_and_when_all_of_it_waits() -> None:
    book = read(SMALL + COPY, "small.toml")

    assert book.copying == Copying(stands=("child",), unsafe_when=({"child": frozenset({"yes", "unsure"})},))
    assert "| All of it waits | where this is so: *[" in draw(book)


@pytest.mark.parametrize(("old", "said"), [("stands", "there is no question 'childd'"), ("unsafe_when", "'childd'")])
def test_a_copy_that_leads_nowhere_is_a_fault(old: str, said: str) -> None:
    new = {"stands": '["childd"]', "unsafe_when": '{childd = "yes"}'}[old]
    lines = [f"{old} = {new}" if line.startswith(old) else line for line in COPY.splitlines()]

    with pytest.raises(BookError) as caught:
        read(SMALL + "\n".join(lines), "small.toml")

    assert any(said in str(fault) for fault in caught.value.faults)


def test_a_book_that_says_nothing_of_it_lets_no_answer_stand() -> None:
    assert read(SMALL, "small.toml").copying == Copying()


# The regulator's form


def test_a_book_says_from_which_answers_the_regulators_form_is_filled() -> None:
    book = read(SMALL + '[form]\nasker = ["who"]\nway = ["channel"]\n', "small.toml")

    assert book.form == Form(asker=("who",), way=("channel",))


def test_a_form_filled_from_no_question_is_a_fault() -> None:
    with pytest.raises(BookError) as caught:
        read(SMALL + '[form]\nway = ["chanel"]\n', "small.toml")

    assert any("there is no question 'chanel'. Did you mean 'channel'?" in str(fault) for fault in caught.value.faults)
