"""`try --book`: the second invented charity, and an author's own book with a charity invented for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from tests.bot.conftest import Command
from tests.bot.processes import running
from tests.policy.small import SMALL


async def page(*arguments: str, environment: Mapping[str, str]) -> str:
    """The sandbox's first page."""
    async with (
        running("try", "--port", "0", *arguments, environment=environment) as bot,
        aiohttp.ClientSession() as browser,
        browser.get(f"http://127.0.0.1:{bot.port}/") as answer,
    ):
        assert answer.status == 200
        return await answer.text()


async def test_the_second_charity_is_tried_with_its_own_people(tmp_path: Path) -> None:
    shown = await page("--book", "kettle", "--data", str(tmp_path / "try"), environment={})

    assert "Maud Ellery" in shown
    assert "You need nobody&#39;s leave." in shown
    assert "Amira Osei" not in shown
    assert "not set up yet" not in shown


async def test_an_authors_own_book_is_tried_with_numbers_invented_for_it(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    critical = 'setting = "town_number"\ncritical = true'
    (books / "mine.toml").write_text(SMALL.replace('setting = "town_number"', critical), encoding="utf-8")

    shown = await page("--book", "small", "--data", str(tmp_path / "try"), environment={"BOOKS_DIR": str(books)})

    assert "Start a checklist" in shown
    assert "not set up yet" not in shown


@pytest.mark.parametrize("id", ["ketle", "../trial/kettle", "kettle/"])
def test_a_book_that_is_not_there_is_said_before_anything_is_made(id: str, confer: Command, tmp_path: Path) -> None:
    said = confer("try", "--book", id, "--data", tmp_path / "try", "--port", "0")

    assert (said.code, said.out) == (2, "")
    assert len(said.faults) == 1
    assert said.err.startswith(f"- there is no book with the id {id!r}. ")
    assert "kettle" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_faulty_book_is_told_instead_of_tried(confer: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL.replace('question = "life"', 'question = "lief"'), encoding="utf-8")

    said = confer("try", "--book", "small", "--data", tmp_path / "try", environment={"BOOKS_DIR": str(tmp_path)})

    assert said.code == 2
    assert said.faults[0] == "- mine.toml, [emergency], 'question': there is no question 'lief'. Did you mean 'life'?"
    assert not (tmp_path / "try").exists()
