"""`book draw` and `book diff` as a person runs them: what they write, what they say, how they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.bookshelf.book_pages import compared, drawn, fits
from policy.drawing import pictures
from tests.policy.small import SMALL, small_book

FAULTY = SMALL.replace('outcome = "refer"', 'outcome = "reffer"')


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def dot(tmp_path: Path) -> str:
    """A program that draws every chart as nothing, so that no test needs Graphviz."""
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\ncat >/dev/null\necho '<svg/>'\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_draw_writes_the_page_and_a_picture_of_each_lane(book: Path, dot: str, tmp_path: Path) -> None:
    said: list[str] = []
    out = tmp_path / "docs" / "policy"

    code = drawn([book], out, out=said.append, dot=dot)

    assert code == 0
    assert {path.name for path in out.iterdir()} == {"small.md", *pictures(small_book())}
    assert said == [f"{out / 'small.md'}: written", f"{out}: 5 pictures of small are up to date"]


def test_a_picture_says_which_source_it_was_drawn_from(book: Path, dot: str, tmp_path: Path) -> None:
    drawn([book], tmp_path, out=lambda _: None, dot=dot)

    sources = pictures(small_book())

    picture = (tmp_path / "small-child.svg").read_text(encoding="utf-8")
    assert fits(picture, sources["small-child.svg"])
    assert not fits(picture, sources["small-share.svg"])


def test_without_graphviz_an_old_picture_goes_and_a_fitting_one_stays(book: Path, dot: str, tmp_path: Path) -> None:
    said: list[str] = []
    drawn([book], tmp_path, out=said.append, dot=dot)
    book.write_text(SMALL.replace('title = "Refer"', 'title = "Tell the town"'), encoding="utf-8")

    code = drawn([book], tmp_path, out=said.append, dot="no-such-program")

    assert code == 0
    assert not (tmp_path / "small-child.svg").exists()
    assert (tmp_path / "small-share.svg").exists()
    assert "small-child.svg" in said[-1]
    assert "Graphviz" in said[-1]


def test_the_picture_of_a_lane_that_is_gone_goes_too(book: Path, dot: str, tmp_path: Path) -> None:
    drawn([book], tmp_path, out=lambda _: None, dot=dot)
    other = tmp_path / "small-notes.svg"
    other.write_text("<svg/>", encoding="utf-8")
    book.write_text(SMALL.replace('id = "private"', 'id = "quiet"').replace("private", "quiet"), encoding="utf-8")

    drawn([book], tmp_path, out=lambda _: None, dot=dot)

    assert not (tmp_path / "small-private.svg").exists()
    assert (tmp_path / "small-quiet.svg").exists()
    assert other.exists()


def test_a_program_that_cannot_draw_is_named(book: Path, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho 'no fonts here' >&2\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)

    with pytest.raises(OSError, match="no fonts here"):
        drawn([book], tmp_path, out=lambda _: None, dot=str(program))


def test_a_faulty_book_is_not_drawn(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book.write_text(FAULTY, encoding="utf-8")

    code = main(["book", "draw", str(book), "--out", str(tmp_path / "out")], {})

    assert code == 1
    assert "'reffer'" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_diff_says_what_changed(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "new.toml"
    new.write_text(SMALL.replace('number = "999"', 'number = "112"'), encoding="utf-8")

    code = main(["book", "diff", str(book), str(new)], {})

    assert code == 0
    assert "Contact “Emergency” (emg): the number: before, “999”; now, “112”" in capsys.readouterr().out


def test_diff_of_a_faulty_book_says_the_faults(book: Path, tmp_path: Path) -> None:
    said: list[str] = []
    new = tmp_path / "new.toml"
    new.write_text(FAULTY, encoding="utf-8")

    code = compared(book, new, out=said.append)

    assert code == 1
    assert len(said) >= 1
    assert all(line.startswith("new.toml") for line in said)


def test_diff_of_a_file_that_is_not_there_says_so(book: Path, tmp_path: Path) -> None:
    said: list[str] = []

    code = compared(book, tmp_path / "nowhere.toml", out=said.append)

    assert code == 1
    assert said == [f"{tmp_path / 'nowhere.toml'}: cannot be read (No such file or directory)"]
