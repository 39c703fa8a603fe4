"""`web`, `worker` and `try`: what they refuse to start with, all of it at once, and how they stop."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from storage.sealing import new_key
from tests.bot.conftest import CHARITY, Command
from tests.bot.processes import running
from tests.policy.small import SMALL

SLACK = {"SLACK_BOT_TOKEN": "xoxb-invented", "SLACK_SIGNING_SECRET": "invented"}


@pytest.fixture
def local(tmp_path: Path) -> dict[str, str]:
    """Good settings, on SQLite."""
    return {"DATABASE_URL": f"sqlite:///{tmp_path / 'confer.db'}", "CONFER_KEYS": new_key("test")}


@pytest.mark.parametrize("command", ["web", "worker"])
def test_without_settings_everything_that_is_missing_is_said(command: str, confer: Command) -> None:
    said = confer(command)

    assert (said.code, said.out) == (2, "")
    assert said.faults == [
        "- DATABASE_URL is not set (for one machine: sqlite:///confer.db)",
        "- CONFER_KEYS: at least one key is needed (make one with: python -m bot new-key)",
        "- no channel is configured (see README.md), so nobody could reach the bot",
    ]


def test_faults_of_settings_channels_and_books_are_told_together(confer: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(SMALL.replace('question = "life"', 'question = "lief"'), encoding="utf-8")

    said = confer("web", environment={"SLACK_BOT_TOKEN": "xoxb-invented", "BOOKS_DIR": str(tmp_path)})

    assert said.code == 2
    assert [line.partition(" ")[2][:23] for line in said.faults] == [
        "DATABASE_URL is not set",
        "CONFER_KEYS: at least o",
        "slack: set SLACK_APP_TO",
        "mine.toml, [emergency],",
    ]


@pytest.mark.parametrize("half", SLACK)
def test_half_of_slack_is_not_a_channel(half: str, confer: Command, local: dict[str, str]) -> None:
    said = confer("web", environment={**local, half: SLACK[half]})

    assert said.code == 2
    assert len(said.faults) == 1
    assert said.faults[0].startswith("- slack: ")


def test_nothing_is_made_where_no_channel_is_configured(confer: Command, local: dict[str, str], tmp_path: Path) -> None:
    said = confer("web", environment=local)

    assert said.faults == ["- no channel is configured (see README.md), so nobody could reach the bot"]
    assert list(tmp_path.iterdir()) == []


def test_a_faulty_book_among_the_charitys_own_stops_the_start(
    confer: Command, local: dict[str, str], tmp_path: Path
) -> None:
    books = tmp_path / "books"
    books.mkdir()
    (books / "broken.toml").write_text(SMALL.replace('contacts = ["town"]', 'contacts = ["tow"]'), encoding="utf-8")
    (books / "latin.toml").write_bytes("title = 'caf\xe9'".encode("latin-1"))
    (books / "twin.toml").write_text(SMALL.replace('id = "small"', 'id = "justus"'), encoding="utf-8")

    said = confer("web", environment={**local, **SLACK, "BOOKS_DIR": str(books)})

    assert said.code == 2
    assert said.faults == [
        "- broken.toml, recipient 'council', 'contacts': there is no contact 'tow'. Did you mean 'town'?",
        "- broken.toml, recipient 'doctor', 'contacts': there is no contact 'tow'. Did you mean 'town'?",
        "- latin.toml: is not written in UTF-8 (line 1). Save it again with the encoding UTF-8.",
        "- twin.toml, [book], 'id': the book in justus.toml has the id 'justus' already. Give this one another id.",
    ]


def test_keys_that_do_not_open_the_records_stop_the_start(
    confer: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    charity = tmp_path / "charity.toml"
    charity.write_text(CHARITY, encoding="utf-8")
    confer("charity", "import", charity, environment=environment)

    said = confer("web", environment={**environment, **SLACK, "CONFER_KEYS": new_key("test")})

    assert said.code == 2
    wrong = "the key 'test' in CONFER_KEYS is wrong: another key of that name sealed this"
    assert said.faults == [f"- CONFER_KEYS does not open the records of The Invented Harbour: {wrong}"]


@pytest.mark.parametrize("command", [["web"], ["worker"], ["db", "upgrade"]])
def test_a_database_out_of_reach_is_said_and_no_traceback(command: list[str], confer: Command, tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/confer.db", "CONFER_KEYS": new_key("test")}

    said = confer(*command, environment={**nowhere, **SLACK})

    assert (said.code, said.out) == (2, "")
    assert said.faults == ["- the database cannot be reached (OperationalError); look at DATABASE_URL"]


def test_a_database_that_is_not_on_the_server_is_said_and_no_traceback(confer: Command, postgres_url: str) -> None:
    address = postgres_url.replace("/postgres?", "/confer_nowhere?")

    said = confer("db", "upgrade", environment={"DATABASE_URL": address, "CONFER_KEYS": new_key("test")})

    assert address != postgres_url
    assert (said.code, said.out) == (2, "")
    assert said.faults == ["- the database cannot be reached (InvalidCatalogNameError); look at DATABASE_URL"]


@pytest.mark.parametrize("command", [["worker"], ["web", "--no-migrate"]])
def test_a_database_older_than_the_program_is_not_served(
    command: list[str], confer: Command, local: dict[str, str]
) -> None:
    said = confer(*command, environment={**local, **SLACK})

    assert said.code == 2
    assert said.faults == ["- the database is older than this program; run: python -m bot db upgrade"]


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "MicrosoftAppPassword"])
def test_the_sandbox_refuses_beside_real_credentials_and_has_made_nothing(
    name: str, confer: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "trial"

    said = confer("try", "--data", folder, "--port", "0", environment={name: "xoxb-something"})

    assert (said.code, said.out) == (2, "")
    assert f"- web: {name} is set: the sandbox does not run beside real credentials. Unset it." in said.faults
    assert not folder.exists()


def test_a_port_that_is_taken_is_said_and_no_traceback(confer: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = confer("try", "--data", tmp_path / "trial", "--port", taken.getsockname()[1])

    assert (said.code, said.out, len(said.faults)) == (2, "", 1)
    assert said.err.startswith("- this cannot be reached or read: ")
    assert "address already in use" in said.err


async def test_the_sandbox_serves_this_machine_only_also_when_it_is_served_as_a_product_is(
    local: dict[str, str],
) -> None:
    async with running("web", environment={**local, "CONFER_SANDBOX": "1", "PORT": "0"}) as bot:
        _, writer = await asyncio.open_connection("127.0.0.1", bot.port)
        writer.close()
        await writer.wait_closed()

        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection("127.0.0.2", bot.port)


async def test_the_sandbox_serves_this_machine_only_and_stops_when_told(tmp_path: Path) -> None:
    async with running("try", "--data", str(tmp_path / "trial"), "--port", "0", environment={}) as bot:
        async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{bot.port}/") as answer:
            page = await answer.text()
        with pytest.raises(OSError, match="Connect"):
            await asyncio.open_connection("127.0.0.2", bot.port)

        code = await bot.stop(seconds=8)
        said = bot.said()

    assert answer.status == 200
    assert "sandbox" in page.lower()
    assert "Amira Osei" in page
    assert code == 0
    assert f"Confer is running. Open http://localhost:{bot.port}" in said
    assert "Traceback" not in said
