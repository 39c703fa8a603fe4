"""Books kept outside the repository (BOOKS_DIR): where they are looked for, clashes, and what a faulty one does."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from bot.books import read_books
from bot.settings import SHIPPED_BOOKS, SettingsError, book_folders
from tests.bot.conftest import BOOK, Command
from tests.policy.small import SMALL
from tests.policy.wrecks import WAYS, wrecks


def folder(path: Path, **books: str) -> Path:
    """A folder with these books in it, by file name."""
    path.mkdir()
    for name, text in books.items():
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def faults_in(*folders: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_books(folders)
    return caught.value.faults


def test_without_books_dir_there_are_the_books_we_ship() -> None:
    assert book_folders({}) == book_folders({"BOOKS_DIR": ""}) == (SHIPPED_BOOKS,)
    assert {"justus", "kettle"} <= read_books([SHIPPED_BOOKS]).keys()


def test_books_dir_may_name_several_folders(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", a=SMALL)
    two = folder(tmp_path / "two", b=SMALL.replace('id = "small"', 'id = "other"'))

    folders = book_folders({"BOOKS_DIR": f"{one}{os.pathsep}{two}{os.pathsep}"})

    assert folders == (SHIPPED_BOOKS, one, two)
    assert list(read_books(folders))[-2:] == ["small", "other"]


def test_a_folder_named_twice_is_read_once(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", a=SMALL)
    (tmp_path / "again").symlink_to(one)

    assert list(read_books([one, tmp_path / "again"])) == ["small"]


def test_two_books_of_one_id_are_told_with_both_files(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", small=SMALL, twin=SMALL)
    two = folder(tmp_path / "two", small=SMALL)

    assert faults_in(one, two) == [
        f"{name}, [book], 'id': the book in one/small.toml has the id 'small' already. Give this one another id."
        for name in ("twin.toml", "two/small.toml")
    ]


def test_a_folder_without_a_book_is_told(tmp_path: Path) -> None:
    empty = folder(tmp_path / "empty")

    assert faults_in(SHIPPED_BOOKS, empty, tmp_path / "nowhere") == [
        f"BOOKS_DIR: {tmp_path / 'nowhere'} is not a folder",
        f"there is no book (a file whose name ends in .toml) in {empty}",
    ]


def test_every_fault_of_every_book_is_told_together(tmp_path: Path) -> None:
    broken = SMALL.replace('question = "life"', 'question = "lief"')
    mine = folder(tmp_path / "mine", a=broken, b=SMALL, c="[book", d="")
    (mine / "e.toml").mkdir()

    assert [fault.partition(":")[0] for fault in faults_in(mine)] == [
        "a.toml, [emergency], 'question'",
        "c.toml",
        "d.toml",
        "e.toml",
    ]


def test_a_check_of_every_book_finds_a_clash_with_ours(confer: Command, tmp_path: Path) -> None:
    mine = folder(tmp_path / "mine", mine=SMALL.replace('id = "small"', 'id = "justus"'))

    said = confer("book", "check", environment={"BOOKS_DIR": str(mine)})

    assert said.code == 1
    assert "mine.toml, [book], 'id': the book in justus.toml has the id 'justus' already." in said.out


def test_a_check_of_two_versions_of_one_book_finds_no_clash(confer: Command, tmp_path: Path) -> None:
    mine = folder(tmp_path / "mine", old=SMALL, new=SMALL.replace('version = "1"', 'version = "2"'))

    said = confer("book", "check", mine / "old.toml", mine / "new.toml")

    assert said.code == 0


def test_a_check_says_that_a_folder_is_not_there(confer: Command, tmp_path: Path) -> None:
    said = confer("book", "check", environment={"BOOKS_DIR": str(tmp_path / "nowhere")})

    assert (said.code, said.out) == (2, "")
    assert said.faults == [f"- BOOKS_DIR: {tmp_path / 'nowhere'} is not a folder"]


def test_the_real_check_of_a_book_broken_in_every_way_prints_faults_and_no_traceback(tmp_path: Path) -> None:
    files = []
    for wreck in islice(wrecks(3), len(WAYS)):
        if wreck.sure:
            (tmp_path / f"{wreck.way}.toml").write_bytes(wreck.data)
            files.append(f"{wreck.way}.toml")

    done = subprocess.run(
        [sys.executable, "-m", "bot", "book", "check", *(str(tmp_path / name) for name in files)],
        cwd=BOOK.parents[2],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert {line.partition(".toml")[0] + ".toml" for line in done.stdout.splitlines()} == set(files)
    assert "no fault" not in done.stdout
