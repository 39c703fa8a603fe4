"""`keys rotate` and `keys check`, and where the keys are read from: what is said before an old key may go."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.settings import SettingsError, read_settings
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.bot.conftest import CHARITY, Command
from tests.storage.charity import rows
from tests.storage.remains import remains

OLD, NEW = new_key("k202501"), new_key("k202611")


@pytest.fixture
def set_up(confer: Command, environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A charity under the old key alone."""
    charity = tmp_path / "charity.toml"
    charity.write_text(CHARITY, encoding="utf-8")
    own = {**environment, "CONFER_KEYS": OLD}
    assert confer("charity", "import", charity, environment=own).code == 0
    return own


def test_with_both_keys_everything_opens_and_the_next_step_is_said(confer: Command, set_up: dict[str, str]) -> None:
    said = confer("keys", "check", environment={**set_up, "CONFER_KEYS": f"{NEW},{OLD}"})

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "k202611 (newest): wraps nothing.",
        "k202501: wraps 1 charity.",
        "Everything opens. To need only the newest key, run: python -m bot keys rotate",
    ]


def test_after_turning_the_keys_the_newest_is_enough(confer: Command, set_up: dict[str, str]) -> None:
    both = {**set_up, "CONFER_KEYS": f"{NEW},{OLD}"}
    turned = confer("keys", "rotate", environment=both)

    said = confer("keys", "check", environment={**set_up, "CONFER_KEYS": NEW})

    assert turned.code == 0
    assert turned.out.splitlines() == [
        "1 were wrapped anew under the key 'k202611'. What they seal was not touched.",
        "The pages of the database are cleaned of what the old key had wrapped.",
        "Nothing needs another key now. Keep the old key with the backups for as long as you keep those.",
    ]
    assert said.out.splitlines() == ["k202611 (newest): wraps 1 charity.", "Everything opens."]
    assert confer("ledger", "verify", environment=set_up).code == 0


def test_after_turning_the_keys_nothing_that_the_old_one_wrapped_lies_in_the_files(
    confer: Command, set_up: dict[str, str]
) -> None:
    async def wrapped() -> bytes:
        [row] = await rows(store, "SELECT canary FROM organisations")
        await store.close()
        return bytes(row.canary)

    async def found() -> list[str]:
        where = await remains(store, before)
        await store.close()
        return where

    store = Store(set_up["DATABASE_URL"], Keyring(()))
    before = asyncio.run(wrapped())

    turned = confer("keys", "rotate", environment={**set_up, "CONFER_KEYS": f"{NEW},{OLD}"})

    store = Store(set_up["DATABASE_URL"], Keyring(()))
    assert (turned.code, asyncio.run(found())) == (0, [])


def test_a_key_that_is_missing_is_named_and_nothing_is_turned(confer: Command, set_up: dict[str, str]) -> None:
    alone = {**set_up, "CONFER_KEYS": NEW}

    checked, turned = (confer("keys", each, environment=alone) for each in ("check", "rotate"))

    missing = "k202501: wraps 1 charity. THIS KEY IS MISSING from CONFER_KEYS: none of them opens."
    assert (checked.code, turned.code) == (1, 1)
    assert missing in checked.out
    assert missing in turned.out
    assert "Nothing is lost while a copy of the right key is kept anywhere" in checked.out


def test_another_key_of_the_same_name_is_said_to_be_the_wrong_one(confer: Command, set_up: dict[str, str]) -> None:
    said = confer("keys", "check", environment={**set_up, "CONFER_KEYS": new_key("k202501")})

    assert said.code == 1
    assert "None of them opens: another key of the same name made them, or they were changed." in said.out


def test_no_key_is_ever_printed(confer: Command, set_up: dict[str, str]) -> None:
    both = {**set_up, "CONFER_KEYS": f"{NEW},{OLD}"}
    commands = (("keys", "check"), ("keys", "rotate"))

    said = [confer(*command, environment=own) for command in commands for own in (both, set_up)]

    secrets = [each.partition(":")[2] for each in (OLD, NEW)]
    assert [each for each in said if any(secret in each.out + each.err for secret in secrets)] == []


def test_the_keys_may_stand_in_a_file_one_a_line_with_comments(
    confer: Command, set_up: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# the newest first\n{NEW}\n\n# of January 2025\n{OLD}\n", encoding="utf-8")
    own = {"DATABASE_URL": set_up["DATABASE_URL"], "CONFER_KEYS_FILE": str(file)}

    said = confer("keys", "check", environment=own)

    assert (said.code, len(said.out.splitlines())) == (0, 3)


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ({"CONFER_KEYS_FILE": "/nowhere/keys"}, "CONFER_KEYS_FILE: /nowhere/keys cannot be read: No such file"),
        ({"CONFER_KEYS_FILE": "/dev/null"}, "CONFER_KEYS_FILE: at least one key is needed"),
        ({"CONFER_KEYS_FILE": "/dev/null", "CONFER_KEYS": NEW}, "CONFER_KEYS and CONFER_KEYS_FILE are both set"),
    ],
)
def test_a_file_of_keys_that_is_none_is_said(environment: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError) as said:
        read_settings({"DATABASE_URL": "sqlite:///confer.db", **environment})

    assert len(said.value.faults) == 1
    assert said.value.faults[0].startswith(fault)


def test_a_file_of_keys_that_holds_something_else_is_not_repeated(tmp_path: Path) -> None:
    for number, words in enumerate((b"hunter2", b"\xff\xfehunter2")):
        (tmp_path / str(number)).write_bytes(words)

        with pytest.raises(SettingsError) as said:
            read_settings({"DATABASE_URL": "sqlite:///confer.db", "CONFER_KEYS_FILE": str(tmp_path / str(number))})

        assert said.value.faults[0].startswith("CONFER_KEYS_FILE: each key must be NAME:BASE64")
        assert "hunter2" not in said.value.faults[0]
