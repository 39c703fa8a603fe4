"""What an example may pin besides lanes, approvals and checks: who hears, what goes, when, by what right."""

from __future__ import annotations

import pytest

from policy.book import Book
from policy.examples import check_example
from policy.reading import BookError, read
from tests.policy.small import SMALL

PINNED = """
[[example]]
name = "pinned"
facts = {child = "yes", hushed = "yes"}
lanes = {child = "refer"}
approvals = {child = "A1"}
recipients = {child = ["council", "deputy", "doctor"]}
sends = {child = "named"}
clock = {child = "today"}
talk = {child = "none"}
basis = {child = "permitted"}
not_asked = ["who", "signed"]
"""


def book_with(pinned: str) -> Book:
    return read(SMALL + pinned, "small.toml")


def test_an_example_that_pins_everything_comes_out() -> None:
    book = book_with(PINNED)

    assert check_example(book, book.examples[-1]) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"deputy", "doctor"',
            '"deputy"',
            "recipients: child reaches council, deputy, doctor and should reach council, deputy",
        ),
        ('sends = {child = "named"}', 'sends = {child = "agreed"}', "sends: child is named and should be agreed"),
        ('clock = {child = "today"}', 'clock = {child = "now"}', "clock: child is today and should be now"),
        ('talk = {child = "none"}', 'talk = {child = "first"}', "talk: child is none and should be first"),
        (
            'basis = {child = "permitted"}',
            'basis = {child = "required"}',
            "basis: child is permitted and should be required",
        ),
        ('"signed"]', '"parent"]', "'parent' is asked, and should not be"),
    ],
)
def test_what_is_pinned_otherwise_is_told(old: str, new: str, said: str) -> None:
    book = book_with(PINNED.replace(old, new))

    assert check_example(book, book.examples[-1]) == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"council", "deputy"', '"council", "deputi"', "there is no recipient 'deputi' here"),
        ('clock = {child = "today"}', 'clock = {child = "todai"}', "there is no clock 'todai' here"),
        ('talk = {child = "none"}', 'talk = {share = "none"}', "'share' is not among the lanes of this example"),
        ('"signed"]', '"singed"]', "there is no question 'singed'"),
    ],
)
def test_a_pin_that_names_nothing_is_a_fault(old: str, new: str, said: str) -> None:
    with pytest.raises(BookError) as caught:
        book_with(PINNED.replace(old, new))

    assert any(said in str(fault) for fault in caught.value.faults)
