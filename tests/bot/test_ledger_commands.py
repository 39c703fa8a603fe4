"""`ledger verify` and `ledger anchor` as a trustee runs them: right or wrong, where, how, and the exit code."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.ledger_file import plain_file
from storage.sealing import Keyring
from storage.store import Store
from tests.bot.conftest import CHARITY, Command, Said
from tests.storage.charity import behind, unguarded

NAME = "The Invented Harbour"
ROOT = Path(__file__).parents[2]
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# A million entries are promised in five seconds, and reading any of these takes a good part of one.
HEAVY = ("aiohttp", "alembic", "cryptography", "policy", "slack_bolt", "sqlalchemy")

ADDRESSES = ("", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "postgresql://someone@db/confer")


@pytest.fixture
def set_up(confer: Command, environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A charity with a ledger of two entries; what is needed to look at it, which is no key."""
    charity = tmp_path / "charity.toml"
    charity.write_text(CHARITY, encoding="utf-8")
    for words in (CHARITY, CHARITY.replace("01632 960111", "01632 960112")):
        charity.write_text(words, encoding="utf-8")
        assert confer("charity", "import", charity, environment=environment).code == 0
    return {"DATABASE_URL": environment["DATABASE_URL"]}


def tampered(address: str, statement: str) -> None:
    async def run() -> None:
        store = Store(address, Keyring(()))
        await behind(store, *unguarded(store, statement))
        await store.close()

    asyncio.run(run())


def test_a_ledger_that_is_right_is_said_to_be_and_needs_no_key(confer: Command, set_up: dict[str, str]) -> None:
    said = confer("ledger", "verify", environment=set_up)

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{NAME}: 2 entries, all right. No anchors were given, so nobody can say whether ")
    assert "Its head is 2-" in said.out


def test_a_changed_entry_is_named_with_what_to_do(confer: Command, set_up: dict[str, str]) -> None:
    tampered(set_up["DATABASE_URL"], "UPDATE ledger SET at = at + 1 WHERE sequence = 2")

    said = confer("ledger", "verify", environment=set_up)

    first, advice = said.out.splitlines()
    assert said.code == 1
    assert first.startswith(
        f"{NAME}: WRONG (changed). Entry 2 was changed: what it says, or its time, was altered after it was written. "
        "The last right entry is 1, of "
    )
    assert advice.startswith("Do not change or delete anything now.")


def test_what_is_printed_as_an_anchor_can_be_kept_in_a_file_and_holds(
    confer: Command, set_up: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "anchors"
    printed = confer("ledger", "anchor", environment=set_up)
    kept = confer("ledger", "anchor", file, environment=set_up)

    said = confer("ledger", "verify", "--anchor", file, environment=set_up)

    assert printed.out.split()[2:3] == ["2"]
    assert kept.out.splitlines()[-1] == f"Added to {file}."
    assert file.read_text().split()[1:] == printed.out.split()[1:]
    assert said.code == 0
    assert f"{NAME}: 2 entries, all right. It passes through 1 anchor." in said.out


def test_an_older_copy_of_the_database_is_found_by_the_anchors_of_the_setting(
    confer: Command, set_up: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "anchors"
    confer("ledger", "anchor", file, environment=set_up)
    tampered(set_up["DATABASE_URL"], "DELETE FROM ledger WHERE sequence = 2")

    without = confer("ledger", "verify", environment=set_up)
    said = confer("ledger", "verify", environment={**set_up, "CONFER_ANCHORS": str(file)})

    assert (without.code, said.code) == (0, 1)
    assert said.out.startswith(f"{NAME}: WRONG (truncated). It ends with entry 1, but the anchor of ")


def test_a_named_file_without_an_anchor_is_wrong(confer: Command, set_up: dict[str, str], tmp_path: Path) -> None:
    empty, of_another = tmp_path / "empty", tmp_path / "of another"
    empty.write_text("")
    of_another.write_text(f"2026-11-22T09:30:00Z another 12 {'ab' * 32}\n")

    emptied = confer("ledger", "verify", environment={**set_up, "CONFER_ANCHORS": str(empty)})
    other = confer("ledger", "verify", "--organisation", NAME, "--anchor", of_another, environment=set_up)

    assert (emptied.code, other.code) == (1, 1)
    assert f"{empty} holds no anchor. Was it emptied, moved or replaced?" in emptied.out
    assert f"{of_another}: of {NAME} there is no anchor." in other.out


def test_a_head_read_from_a_card_is_tried_too(confer: Command, set_up: dict[str, str]) -> None:
    head = confer("ledger", "verify", environment=set_up).out.split()[-1].rstrip(".")

    right = confer("ledger", "verify", "--head", head, environment=set_up)
    wrong = confer("ledger", "verify", "--head", head[:-1] + ("0" if head[-1] != "0" else "1"), environment=set_up)

    assert (right.code, wrong.code) == (0, 1)
    assert f"{NAME}: WRONG (forked). Entry 2 is not the one that " in wrong.out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--head", "two"], "'two' is not the head of a ledger, such as 123-9f2c1a77b0d4e05b"),
        (["--organisation", "Another"], f"'Another' is no charity here. There is: {NAME}"),
        (["--anchor", "/nowhere/anchors"], "/nowhere/anchors: there is no such file of anchors"),
    ],
)
def test_what_cannot_be_tried_is_said(
    confer: Command, set_up: dict[str, str], arguments: list[str], fault: str
) -> None:
    said = confer("ledger", "verify", *arguments, environment=set_up)

    assert (said.code, said.out, said.err.strip()) == (2, "", fault)


def test_one_charity_alone_is_verified_by_its_name(confer: Command, set_up: dict[str, str]) -> None:
    said = confer("ledger", "verify", "--organisation", NAME, environment=set_up)

    assert (said.code, len(said.out.splitlines())) == (0, 1)


@pytest.mark.parametrize("command", [("ledger", "verify"), ("ledger", "anchor")])
def test_without_a_database_it_says_what_is_missing(confer: Command, command: tuple[str, str]) -> None:
    said = confer(*command)

    assert (said.code, said.faults) == (2, ["- DATABASE_URL is not set (for one machine: sqlite:///confer.db)"])


@ON_SQLITE
def test_a_file_is_verified_without_the_libraries_of_the_bot(set_up: dict[str, str]) -> None:
    loaded = f"print([name for name in {HEAVY} if name in sys.modules])"
    code = f"import sys; from bot.__main__ import main; code = main(['ledger', 'verify']); {loaded}; sys.exit(code)"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **set_up},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{NAME}: 2 entries, all right." in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@ON_SQLITE
def test_beside_a_running_bot_what_is_only_in_the_write_ahead_log_is_verified_too(
    confer: Command, set_up: dict[str, str]
) -> None:
    async def run() -> None:
        store = Store(set_up["DATABASE_URL"], Keyring(()))
        await behind(store, "UPDATE organisations SET name = name")
        await behind(store, *unguarded(store, "DELETE FROM ledger WHERE sequence = 1"))
        said.append(await asyncio.to_thread(confer, "ledger", "verify", environment=set_up))
        await store.close()

    said: list[Said] = []

    asyncio.run(run())

    assert said[0].code == 1
    assert said[0].out.startswith(f"{NAME}: WRONG (removed). Entry 1 was removed.")


@pytest.mark.parametrize("there", [False, True])
def test_what_is_no_database_of_ours_is_said_and_none_is_made(confer: Command, tmp_path: Path, there: bool) -> None:
    file = tmp_path / "another.db"
    if there:
        file.write_text("Something else.")

    said = confer("ledger", "verify", environment={"DATABASE_URL": f"sqlite:///{file}"})

    assert (said.code, said.out) == (2, "")
    assert said.faults[0].startswith("- the database cannot be reached (")
    assert file.exists() == there


def test_an_address_that_says_more_than_a_file_is_no_plain_file() -> None:
    assert plain_file("sqlite+aiosqlite:////var/confer.db") == Path("/var/confer.db")
    assert plain_file("sqlite:///confer.db") == Path("confer.db")
    assert {plain_file(each) for each in ADDRESSES} == {None}
