"""A faulty book is told everything that is wrong with it, and never ends in a traceback."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.reading import BookError, read
from tests.policy.broken import BROKEN
from tests.policy.small import SMALL, small_book


def faults_of(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(BookError) as caught:
        read(text, "small.toml")
    assert {fault.file for fault in caught.value.faults} == {"small.toml"}
    assert all(str(fault) in str(caught.value) for fault in caught.value.faults)
    return [(fault.table, fault.key, fault.message) for fault in caught.value.faults]


def test_the_small_book_has_no_fault() -> None:
    book = small_book()

    assert [lane.id for lane in book.lanes] == ["emergency", "child", "share", "private"]
    assert [rule.id for rule in book.lanes[1].rules] == ["child.1", "child.2"]
    assert book.outcomes["send"].sends == "agreed"
    assert book.question("signed").bands[0].setting == "fresh_days"


@pytest.mark.parametrize(("there", "instead", "table", "key", "says"), BROKEN)
def test_a_fault_names_its_table_and_key(there: str, instead: str, table: str, key: str, says: str) -> None:
    assert there in SMALL

    found = faults_of(SMALL.replace(there, instead, 1))

    assert any((table, key) == (fault[0], fault[1]) and says in fault[2] for fault in found), found


def test_keeping_somebody_from_hearing_in_a_book_that_is_never_silent_is_a_fault() -> None:
    council = '[[recipient]]\nid = "council"\n'
    text = SMALL.replace('silenced = [{hush = "yes"}]\n', "").replace(council, f"{council}hears_in_silence = false\n")

    found = faults_of(text)

    assert [fault[:2] for fault in found] == [("recipient 'council'", "hears_in_silence")]
    assert "this keeps nobody out" in found[0][2]


def test_every_fault_is_told_at_once() -> None:
    text = SMALL
    for there, instead, *_ in (BROKEN[0], BROKEN[13], BROKEN[30], BROKEN[38]):
        text = text.replace(there, instead, 1)

    tables = {table for table, _, _ in faults_of(text)}

    assert len(tables) >= 3


def test_text_that_is_not_toml_is_told_with_its_line() -> None:
    assert "line 2" in faults_of("[book]\nid = small\n")[0][2]


@pytest.mark.parametrize(
    "text", ["", "x = " + "[" * 5000 + "]" * 5000, "x = " + "9" * 5000, "book = 1", "a = 2026-13-45"]
)
def test_text_that_is_no_book_at_all_is_a_fault(text: str) -> None:
    assert faults_of(text)


VALUES: list[Any] = [
    "''", "'\\u0000'", "1", "-1", "1.5", "inf", "nan", "true", "2026-01-01", "10:00:00", "2026-01-01T00:00:00Z",
    "[]", "[[]]", "[1]", "['a', 1]", "[{}]", "{}", "{a = 1}", "{a = {b = {c = []}}}", "[{a = [1]}]", "[{id = 1}]",
]  # fmt: skip


def keys_of(text: str) -> list[int]:
    """The numbers of the lines that set a key: for each kind of table, the first line of each key."""
    found: dict[tuple[str, str], int] = {}
    table = ""
    for at, line in enumerate(text.splitlines()):
        if line.startswith("["):
            table = line
        elif " = " in line:
            found.setdefault((table, line.split(" = ")[0]), at)
    return list(found.values())


@pytest.mark.parametrize("value", VALUES)
def test_no_value_at_any_key_ends_in_a_traceback(value: str) -> None:
    lines = SMALL.splitlines()
    for at in keys_of(SMALL):
        key = lines[at].split(" = ")[0]
        changed = "\n".join([*lines[:at], f"{key} = {value}", *lines[at + 1 :]])
        with suppress(BookError):
            read(changed)


@pytest.mark.parametrize("name", sorted(tomllib.loads(SMALL)))
@pytest.mark.parametrize("value", VALUES)
def test_no_value_in_place_of_a_whole_table_ends_in_a_traceback(name: str, value: str) -> None:
    blocks = SMALL.split("\n\n")
    rest = [block for block in blocks if not block.strip().startswith((f"[{name}]", f"[[{name}]]", f"[[{name}."))]
    with suppress(BookError):
        read(f"{name} = {value}\n" + "\n\n".join(rest))


@given(st.data())
def test_a_book_with_lines_left_out_is_read_or_refused(data: st.DataObject) -> None:
    lines = SMALL.splitlines()
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=6))
    text = "\n".join(line for at, line in enumerate(lines) if at not in gone)
    with suppress(BookError):
        read(text)
