"""Whom a reader is told to ring where no safeguarding lead can be written to: never nobody, if anybody is there."""

from __future__ import annotations

from bot.reporting.without_lead import whom_to_ring
from storage.records import Person, Role


def person(id: str, *capabilities: str, role: Role = "worker", telephone: str = "") -> Person:
    return Person(id, "org", id, id.title(), role, frozenset(capabilities), True, telephone)


IRIS = person("iris", role="trustee")


def test_a_lead_with_a_number_is_rung_before_whoever_stands_for_one() -> None:
    lead = person("ben", "safeguarding_lead", telephone="07700 900102")
    chair = person("dora", "chair", telephone="07700 900104")

    said = repr(whom_to_ring([IRIS, chair, lead], IRIS))

    assert ("Ben" in said, "Dora" in said) == (True, False)


def test_where_no_lead_and_no_chair_has_a_number_anybody_who_has_one_is_rung() -> None:
    said = repr(
        whom_to_ring([IRIS, person("ben", "safeguarding_lead"), person("femi", telephone="07700 900106")], IRIS)
    )

    assert "07700 900106" in said


def test_where_nobody_has_a_number_it_says_to_whom_to_speak() -> None:
    said = repr(whom_to_ring([IRIS, person("dora", "chair")], IRIS))

    assert "Speak to one of these today: Dora." in said
    assert "Please ring" not in said


def test_whoever_is_alone_on_the_list_is_told_to_put_a_lead_on_it() -> None:
    assert "Put a safeguarding lead on it today." in repr(whom_to_ring([IRIS], IRIS))
