"""Words for what the book only has ids for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from bot.cards import Number
from bot.organisation.charity import Charity
from bot.roster import Circle
from bot.wording import BASES, CLOCKS, at, names, numbers
from policy.book import Basis, Clock
from policy.reading import read
from storage.records import Person
from tests.policy.small import SMALL, small_book

SETTINGS = {"town_number": "01632 960000"}
AREAS = {"north_quay": {"town_number": "01632 960001"}, "south": {"town_number": "01632 960002"}}


def charity(**kept: object) -> Charity:
    return Charity("org", "The Invented Trust", "small", ZoneInfo("Europe/London"), "IT", {}, {}, **kept)  # type: ignore[arg-type]


def person(name: str, *capabilities: str, telephone: str = "", active: bool = True) -> Person:
    return Person(name, "org", name, name, "worker", frozenset(capabilities), active, telephone)


def around(*people: Person, out: str = "") -> Circle:
    return Circle(people, "nobody", frozenset({out}))


def test_every_clock_and_basis_has_words() -> None:
    assert set(CLOCKS) == set(get_args(Clock))
    assert set(BASES) == set(get_args(Basis))


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 22, 2, 14, tzinfo=UTC), "02:14 on 22 November"),
        (datetime(2026, 7, 31, 23, 30, tzinfo=UTC), "00:30 on 1 August"),
    ],
)
def test_times_are_the_charitys_own_in_winter_and_summer(moment: datetime, words: str) -> None:
    assert at(moment, charity()) == words


@pytest.mark.parametrize(
    ("people", "words"), [([], ""), (["Anna"], "Anna"), (["Anna", "Ben", "Chi"], "Anna, Ben or Chi")]
)
def test_people_are_listed_as_one_says_it(people: list[str], words: str) -> None:
    assert names([person(name) for name in people]) == words


def test_a_contact_is_shown_with_what_it_is_for_and_when() -> None:
    text = SMALL.replace('number = "our own list"', 'number = "our own list"\nuse = "For a child"\nhours = "9 to 5"')

    assert numbers(read(text), charity(), ("town",)) == (Number("Town hall", "our own list", "For a child. 9 to 5"),)


def test_a_number_by_area_says_which_area() -> None:
    here = Charity("org", "The Invented Trust", "small", ZoneInfo("UTC"), "IT", SETTINGS, AREAS)

    assert numbers(small_book(), here, ("emg", "town")) == (
        Number("Emergency", "999"),
        Number("Town hall (North Quay)", "01632 960001"),
        Number("Town hall (South)", "01632 960002"),
    )


def test_somebody_inside_is_shown_with_their_own_number_while_they_are_here() -> None:
    book = read(SMALL.replace('setting = "town_number"', 'setting = "chair"'))
    here = person("Chi", "chair", telephone="07700 900201")
    gone = person("Dot", "chair", telephone="07700 900202", active=False)

    assert numbers(book, charity(), ("town",), around(here, gone)) == (Number("Chi, Town hall", "07700 900201"),)
    assert numbers(book, charity(), ("town",), around(gone, person("Eve", "chair"))) == (
        Number("Town hall", "our own list"),
    )


def test_the_number_of_whoever_is_out_is_never_shown_and_the_next_in_line_stands_instead() -> None:
    book = read(SMALL.replace('setting = "town_number"', 'setting = "safeguarding_lead"'))
    here = Charity(
        "org", "The Invented Trust", "small", ZoneInfo("UTC"), "IT", {"safeguarding_lead": "07700 900202"}, {}
    )
    lead = person("Ben", "safeguarding_lead", telephone="07700 900202")
    chair = person("Chi", "chair", telephone="07700 900201")

    assert numbers(book, here, ("town",), around(lead, chair, out="Ben")) == (
        Number("Chi, worker, chair", "07700 900201", "Instead of: Town hall"),
    )
    assert numbers(book, here, ("town",), around(lead, out="Ben")) == ()


def test_the_charitys_number_is_not_shown_where_one_of_several_is_out_and_the_other_has_no_telephone() -> None:
    book = read(SMALL.replace('setting = "town_number"', 'setting = "chair"'))
    here = Charity("org", "The Invented Trust", "small", ZoneInfo("UTC"), "IT", {"chair": "07700 900202"}, {})

    assert numbers(book, here, ("town",), around(person("Chi", "chair"), person("Dot", "chair"), out="Dot")) == ()
