"""What `book diff` says: every kind of change, in plain English, what happens to people before its wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from policy.book import Book, Rule
from policy.differences import SECTIONS, differences
from policy.differences.nouns import Sides, changes, direction
from policy.differences.rules import moved, paired
from policy.reading import read
from tests.policy.changes import KINDS, LANE
from tests.policy.small import SMALL, small_book


def changed(*swaps: tuple[str, str]) -> Book:
    text = SMALL
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return read(text, "new.toml")


def told(*swaps: tuple[str, str]) -> list[str]:
    return differences(small_book(), changed(*swaps))


def section_of(lines: list[str], part: str) -> str:
    """The heading under which the first line with this part stands."""
    heading = ""
    for line in lines:
        if line in SECTIONS:
            heading = line
        if part in line:
            return heading
    raise AssertionError(f"{part!r} is not said in: " + "\n".join(lines))


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_said_where_it_belongs(kind: str) -> None:
    swaps, sentence, section = KINDS[kind]

    lines = told(*swaps)

    assert section_of(lines, sentence) == section


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_said_the_other_way_round_too(kind: str) -> None:
    swaps, _, _ = KINDS[kind]

    lines = differences(changed(*swaps), small_book())

    assert any(line.startswith("- ") for line in lines)


def test_nothing_changed_is_said() -> None:
    assert told() == ["A small book: from version 1 to version 1", "", "Nothing changed."]


def test_a_new_version_of_the_same_is_said() -> None:
    assert told(('version = "1"', 'version = "2"'))[-1] == "Nothing changed but the version."


def test_a_change_without_a_new_version_is_noticed() -> None:
    assert (
        told(('number = "999"', 'number = "112"'))[1] == "The two have the same version number, although they differ."
    )


def test_rows_in_another_order_are_no_change() -> None:
    one = [('silenced = [{hush = "yes"}]', 'silenced = [{hush = "yes"}, {life = "yes", child = "no"}]')]
    other = [('silenced = [{hush = "yes"}]', 'silenced = [{child = "no", life = "yes"}, {hush = "yes"}]')]

    assert differences(changed(*one), changed(*other))[-1] == "Nothing changed."


def test_an_example_that_ends_differently_is_said_before_everything_else() -> None:
    lines = told(
        ('outcome = "refer"\napproval = "A1"', 'outcome = "ask"\napproval = "A1"'),
        ('when = {child = "unsure"}\noutcome = "ask"', 'when = {child = "unsure"}\noutcome = "refer"'),
        ('lanes = {child = "refer"}', 'lanes = {child = "ask"}'),
        ('show = {child = ["child.note", "refer.ring"]}', 'show = {child = ["child.note"]}'),
    )

    at = lines.index("Examples that end differently")
    assert lines[at + 2] == "- 3 examples were walked in both books, and 1 of them ends differently."
    assert lines[at + 3] == "- Lane “Child”, in 1 example: a child, by fax"
    assert lines[at + 4].startswith("  before: “Refer”; told: Council and Head; a name may go out")
    assert lines[at + 5].startswith("  after:  “Ask”; told: Council; something may go out")
    assert at < lines.index("Lanes and their rules")


def test_a_lane_that_opens_in_one_book_only_is_said() -> None:
    lines = differences(
        changed(
            ('\n[[lane]]\nid = "private"\n', LANE),
            ("facts = {}", 'facts = {hushed = "yes"}'),
            ('lanes = {private = "keep"}', 'lanes = {late = "keep"}'),
        ),
        small_book(),
    )

    at = lines.index("- Lane “Too late”, in 1 example: nothing")
    assert lines[at + 1 : at + 3] == ["  before: “Keep it”; Nobody needs to agree", "  after:  the lane does not open"]


def test_an_example_that_only_one_book_can_walk_is_named_and_not_compared() -> None:
    old = small_book()
    new = changed(
        (
            '{value = "doctor", label = "A doctor"}',
            ('{value = "doctor", label = "A doctor"}, {value = "head", label = "The head"}'),
        ),
        ("facts = {}\n", 'facts = {share = "yes", who = "head"}\n'),
        ('lanes = {private = "keep"}', 'lanes = {share = "send"}'),
    )

    lines = differences(old, new)

    sentence = (
        "1 of 4 examples cannot be compared, because one of the books does not "
        "know an answer they give: nothing (as it is now)"
    )
    assert section_of(lines, sentence) == "The examples themselves"


def test_wording_comes_after_everything_that_happens_to_people() -> None:
    lines = told(('ask = "Could somebody die?"', 'ask = "May somebody die?"'), ('clock = "today"', 'clock = "routine"'))

    assert lines.index("What the outcomes are") < lines.index("Wording")


@pytest.mark.parametrize(
    ("one", "other", "way"),
    [
        ({"count": 1}, {"count": 2}, "raised"),
        ({"roles": ("worker", "trustee")}, {"roles": ("trustee",)}, "raised"),
        ({"roles": ("trustee",)}, {"roles": ("worker",)}, "changed"),
        ({"roles": ("trustee",), "capabilities": ("lead",)}, {"roles": ("trustee",)}, "raised"),
        ({"moment": "before"}, {"moment": "parallel"}, "lowered"),
        ({"veto": True}, {"veto": False}, "lowered"),
    ],
)
def test_a_yes_is_raised_or_lowered(one: Mapping[str, Any], other: Mapping[str, Any], way: str) -> None:
    approval = small_book().approvals["A1"]

    assert direction(replace(approval, **one), replace(approval, **other)) == way


def test_no_yes_and_a_yes_that_nobody_gives_are_the_same_height() -> None:
    assert direction(None, small_book().approvals["A0"]) == "changed"
    assert direction(small_book().approvals["A1"], None) == "lowered"


def test_a_rule_that_shifts_its_place_alone_is_not_said_to_move() -> None:
    lane = next(lane for lane in small_book().lanes if lane.id == "share")
    first = Rule(id="share.1", when=({"child": frozenset({"yes"})},), outcome="keep")
    after = replace(lane, rules=(first, *(replace(rule, id=f"share.{at}") for at, rule in enumerate(lane.rules, 2))))

    pairs = paired(lane, after)

    assert pairs == [(0, 1), (1, 2), (2, 3), (None, 0)]
    assert moved(pairs) == set()


def nouns(item: Any) -> Iterator[Any]:
    """Every noun of a book, the first of each kind that stands in each place."""
    if isinstance(item, Mapping):
        item = tuple(item.values())
    if isinstance(item, tuple):
        for part in item:
            yield from nouns(part)
    elif is_dataclass(item):
        if not isinstance(item, Book):
            yield item
        for field in fields(item):
            yield from nouns(getattr(item, field.name))


def other_than(value: Any) -> Any:
    """Something else of the same shape."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}x"
        case date():
            return value + timedelta(days=1)
        case None:
            return date(2026, 1, 1)
        case tuple() if value and is_dataclass(value[0]):
            return value[:-1]
        case tuple() if value and isinstance(value[0], Mapping):
            return (*value, {"note": frozenset({"no"})})
        case tuple():
            return (*value, "council")
        case Mapping():
            return {**value, "note": "no"}
        case _:
            return None


def test_no_field_of_any_noun_can_change_without_being_said() -> None:
    book = small_book()
    sides = Sides(book, book)
    unsaid = []

    for noun in nouns(book):
        for field in fields(noun):
            other = replace(noun, **{field.name: other_than(getattr(noun, field.name))})
            if not list(changes(sides, noun, other)):
                unsaid.append(f"{type(noun).__name__}.{field.name}")

    assert unsaid == []


def test_another_outcome_is_another_ending_though_all_else_is_alike() -> None:
    again = '[[outcome]]\nid = "keep_too"\ntitle = "Keep it too"\nplain = "Nothing goes."\n\n[[outcome]]\nid = "keep"'
    lines = told(
        ('id = "private.always"\noutcome = "keep"', 'id = "private.always"\noutcome = "keep_too"'),
        ('[[outcome]]\nid = "keep"', again),
        ('when = {share = "yes"}\noutcome = "agree_first"', 'when = {share = "yes"}\noutcome = "keep"'),
        (
            'when = {share = "yes", hush = "yes"}\noutcome = "none"',
            'when = {share = "yes", hush = "yes"}\noutcome = "agree_first"',
        ),
        ('lanes = {private = "keep"}', 'lanes = {private = "keep_too"}'),
    )

    at = lines.index("- Lane “Nothing to share”, in 1 example: nothing")
    assert lines[at + 1 : at + 3] == ["  before: “Keep it”", "  after:  “Keep it too”"]
