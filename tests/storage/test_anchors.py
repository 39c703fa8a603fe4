"""The file of anchors: only ever added to, whole after a power cut, and never read as something it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.anchors import Anchor, AnchorsUnreadable, append_anchors, newest, read_anchors

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ONE, TWO = (Anchor("harbour", number, f"{number:064x}", AT) for number in (7, 12))


def test_what_was_added_is_read_again_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "anchors"
    append_anchors(file, [TWO])
    append_anchors(file, [])
    append_anchors(file, [ONE])

    assert read_anchors(file) == [TWO, ONE]
    assert newest([TWO, ONE]) == {"harbour": TWO}


def test_where_there_is_no_file_there_are_no_anchors(tmp_path: Path) -> None:
    assert read_anchors(tmp_path / "none") == []


def test_nobody_else_on_the_machine_may_read_a_new_file(tmp_path: Path) -> None:
    append_anchors(tmp_path / "anchors", [ONE])

    assert (tmp_path / "anchors").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("left", [1, 20, 40, len(TWO.line()) - 60])
def test_a_line_that_the_power_cut_off_takes_no_other_with_it(tmp_path: Path, left: int) -> None:
    file = tmp_path / "anchors"
    append_anchors(file, [ONE])
    with file.open("ab") as torn:
        torn.write(TWO.line().encode()[:left])
    before = read_anchors(file)

    append_anchors(file, [TWO])

    assert (before, read_anchors(file)) == ([ONE], [ONE, TWO])


@pytest.mark.parametrize(
    "line",
    [
        "hunter2",
        "2026-11-22T09:30:00Z harbour 7",
        "yesterday harbour 7 " + "a" * 64,
        "2026-11-22T09:30:00Z harbour 0 " + "a" * 64,
        "2026-11-22T09:30:00Z harbour -7 " + "a" * 64,
        "2026-11-22T09:30:00Z harbour 7 " + "a" * 15,
        "2026-11-22T09:30:00Z harbour 7 " + "A" * 64,
        "2026-11-22T09:30:00Z harbour 7 " + "a" * 65,
    ],
)
def test_a_line_that_is_no_anchor_is_named_by_its_number_and_not_repeated(tmp_path: Path, line: str) -> None:
    file = tmp_path / "anchors"
    append_anchors(file, [ONE])
    file.write_text(f"{file.read_text()}\n# a comment\n{line}\n")

    with pytest.raises(AnchorsUnreadable, match="line 4 is no anchor") as said:
        read_anchors(file)

    assert line not in str(said.value)


def test_bytes_that_are_no_text_are_no_anchors(tmp_path: Path) -> None:
    (tmp_path / "anchors").write_bytes(b"\xff\xfe\x00\n")

    with pytest.raises(AnchorsUnreadable):
        read_anchors(tmp_path / "anchors")
