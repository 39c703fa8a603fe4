"""A third channel is one new folder: found, spoken through from start to agreement, and held by the contracts."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

import bot.channels
from bot.app import now, open_office, running
from bot.cards import Pick
from bot.channels import Faulty, discover
from bot.settings import read_settings
from bot.team.importing import import_charity, import_people
from tests.bot import ferry
from tests.bot.paper import TENANT, Reader, write
from tests.bot.processes import until
from tests.test_contracts import PACKAGES, ROOT, lint

TRIAL = ROOT / "bot" / "trial" / "charity.toml"  # has every number that the shipped book needs

PEOPLE = "".join(
    f"""
[[person]]
id = "{handle}"
name = "{name}"
role = "{role}"
capabilities = {capabilities}
accounts = [{{channel = "paper", tenant = "{TENANT}", user = "{handle}"}}]
"""
    for handle, name, role, capabilities in (
        ("wren", "Wren Vale", "worker", '["may_approve"]'),
        ("sol", "Sol Tarn", "trustee", '["may_approve", "on_call_trustee"]'),
        ("ash", "Ash Moor", "worker", '["may_approve", "safeguarding_lead"]'),
    )
)


@pytest.fixture
def new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A channel's folder beside the others, as far as Python can tell."""
    folder = tmp_path / "channels"
    write(folder)
    monkeypatch.setattr(bot.channels, "__path__", [*bot.channels.__path__, str(folder)])
    return folder


@asynccontextmanager
async def harbour(environment: dict[str, str], charity: str) -> AsyncIterator[dict[str, Reader]]:
    """The bot with whatever channels it finds, and its people at their pigeon-holes."""
    settings = read_settings(environment)
    office = await open_office(settings)
    await import_charity(office.store, charity, now())
    await import_people(office.store, PEOPLE, now())
    await office.store.close()
    office = await open_office(settings)
    channels, faulty = discover({"PAPER": "yes"})
    assert faulty == []
    async with running(office, channels) as app, TestClient(TestServer(app)) as client:
        assert await (await client.get("/paper")).json() == []
        yield {user: Reader(channels[0], user) for user in ("wren", "sol", "ash")}


@pytest.mark.usefixtures("new_folder")
def test_a_new_folder_is_found_and_says_itself_whether_it_runs() -> None:
    found, faulty = discover({"PAPER": "yes"})
    _, half = discover({"PAPER": "maybe"})
    silent, _ = discover({})

    assert ([channel.name for channel in found], faulty) == (["paper"], [])
    assert half == [Faulty("paper", ("PAPER must be yes, or not set",))]
    assert silent == []


@pytest.mark.usefixtures("new_folder")
async def test_a_whole_conversation_runs_through_a_channel_nobody_knows(environment: dict[str, str]) -> None:
    async with harbour(environment, TRIAL.read_text(encoding="utf-8")) as people:
        wren, sol = people["wren"], people["sol"]

        await wren.starts()
        await wren.presses("No")
        wren.ticks("A child may be harmed, or was")
        while "What we suggest" not in wren.sees():
            await answers_something(wren)
        await wren.presses("Ask for agreement")
        wren.ticks("Sol Tarn, trustee, on call")
        wren.writes("What exactly would you say?", "What I saw on the stairs today.")
        await wren.submits()
        assert "Waiting for Sol Tarn to agree" in wren.sees()

        await until(lambda: sol.sheets)
        assert "Wren Vale asks you to decide" in sol.sees()
        await sol.presses("Approve")
        sol.writes("Why do you agree?", "It cannot wait.")
        await sol.submits()
        assert "talked" in str(sol.paper.errors[sol.user])
        sol.ticks("We talked this over, by phone or face to face")
        await sol.submits()

        await until(lambda: "Sol Tarn agreed at" in wren.sees())
        assert "Already decided: Sol Tarn agreed to this" in sol.sees()
        await until(lambda: [card.title for _, card in wren.sheets] == ["What to do now", "What to do now"])


async def answers_something(reader: Reader) -> None:
    """No where there is a no, else whatever stands first; lists are left as they are."""
    for pick in (block for block in reader.card.blocks if isinstance(block, Pick)):
        reader.filled[pick.id] = (pick.choices[0].value,)
    labels = reader.labels()
    await reader.presses(next(label for label in ("Next", "No", "Not sure", *labels) if label in labels))


def test_the_contracts_hold_a_new_channel_without_an_edit(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    write(tmp_path / "bot" / "channels")

    status, said = lint(tmp_path)

    assert status == 0, said


# A second book, spoken through that same channel


@pytest.fixture
def of_the_ferry(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The settings of a charity that brought a book of its own."""
    books = tmp_path / "books"
    books.mkdir()
    (books / "ferry.toml").write_text(ferry.BOOK, encoding="utf-8")
    return {**environment, "BOOKS_DIR": str(books)}


@pytest.mark.usefixtures("new_folder")
async def test_a_charity_with_a_book_of_its_own_is_led_by_it_to_the_end(of_the_ferry: dict[str, str]) -> None:
    async with harbour(of_the_ferry, ferry.CHARITY) as people:
        wren, sol, ash = people["wren"], people["sol"], people["ash"]

        await wren.starts()
        assert "Is anybody in the water?" in wren.sees()
        await wren.presses("All aboard")
        wren.ticks("The pilot had been drinking")
        await wren.presses("Next")
        assert "Harbour: Tell the harbour master" in wren.sees()
        await wren.presses("Ask for agreement")
        to_choose = [field for field in wren.paper.forms["wren"].fields if isinstance(field, Pick)]
        assert "Ash Moor" not in str(to_choose)
        wren.writes("What exactly would you say?", "The pilot was not sober at noon.")
        await wren.submits()
        assert "01632 960777" in wren.sees()

        await until(lambda: sol.sheets)
        await sol.presses("Decline")
        sol.writes("Why not?", "The pilot was ill.")
        sol.ticks("We talked this over, by phone or face to face")
        await sol.submits()

        await until(lambda: "Sol Tarn said no" in wren.sees() and ash.sheets)
        assert "Nobody else on the roster can decide this." in wren.sees()
        assert "Please ring your colleague" in ash.sees()


@pytest.mark.usefixtures("new_folder")
async def test_the_emergency_card_is_the_books_own_and_lets_go_when_the_book_says_so(
    of_the_ferry: dict[str, str],
) -> None:
    async with harbour(of_the_ferry, ferry.CHARITY) as people:
        wren, sol, ash = people["wren"], people["sol"], people["ash"]

        await wren.starts()
        await wren.presses("We cannot tell")
        shown = wren.sees()
        await until(lambda: sol.sheets and ash.sheets)
        await wren.presses("I have rung 999")

        assert "# Coastguard, now" in shown
        assert "Are you safe on deck?" in shown
        assert shown.startswith("Somebody overboard or badly hurt? Ring 999")
        assert "Please ring your colleague" in ash.sees()
        assert "What did you see?" in wren.sees()


@pytest.mark.usefixtures("new_folder")
async def test_typed_words_of_emergency_bring_the_charitys_own_card(of_the_ferry: dict[str, str]) -> None:
    async with harbour(of_the_ferry, ferry.CHARITY) as people:
        wren, ash = people["wren"], people["ash"]

        await wren.types("he has taken an overdose")
        shown = wren.sees()
        await wren.presses("Yes, someone is in danger")

        await until(lambda: ash.sheets)
        assert "# Coastguard, now" in shown
        assert "# Coastguard, now" in wren.sees()
        assert "I have rung 999" in wren.labels()
