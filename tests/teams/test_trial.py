"""Trying Teams without an account: what the Playground is told, and that nothing real is touched or mixed in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest

from bot.__main__ import main
from bot.channels import CannotDo, Trial, trial
from bot.channels.teams import settings
from tests.bot.processes import running

PEOPLE = (("amira", "Amira Osei"), ("ben", "Ben Carver"))


def asked(folder: Path, people: tuple[tuple[str, str], ...] = PEOPLE) -> Trial:
    return Trial(folder, 8080, people)


def test_each_person_gets_a_playground_of_their_own(tmp_path: Path) -> None:
    prepared = trial("teams", asked(tmp_path))

    commands = re.findall(r"_CONFIG_PATH=(\S+) npx .* -e (\S+) .* -p (\d+)", prepared.words)
    assert [Path(path).name for path, _, _ in commands] == list(prepared.files)
    assert [address for _, address, _ in commands] == ["http://127.0.0.1:{port}/api/messages"] * 2
    assert len({port for _, _, port in commands}) == 2
    assert list(tmp_path.iterdir()) == []


def test_whoever_sits_at_it_is_who_the_account_is_for(tmp_path: Path) -> None:
    prepared = trial("teams", asked(tmp_path))

    for (id, name), text in zip(PEOPLE, prepared.files.values(), strict=True):
        held = json.loads(text)
        account = prepared.accounts[id]
        assert held["currentUser"]["name"] == name
        assert (held["tenantId"], held["currentUser"]["aadObjectId"]) == (account.tenant, account.user)
        assert str(UUID(account.user)) == account.user
        assert len(held["users"]) == 5
        assert name not in [other["name"] for other in held["users"]]
        assert {user["email"].partition("@")[2] for user in (held["currentUser"], *held["users"])} == {"confer.invalid"}


def test_its_settings_are_a_local_run_without_credentials(tmp_path: Path) -> None:
    read = settings.read(trial("teams", asked(tmp_path)).environment)

    assert isinstance(read, settings.Settings)
    assert read.local
    assert read.open


def test_a_folder_with_a_space_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    prepared = trial("teams", asked(tmp_path / "my trial", PEOPLE[:1]))

    assert f"='{(tmp_path / 'my trial').resolve()}/playground-1.yml' npx" in prepared.words


def test_a_channel_that_cannot_be_tried_so_is_told_with_those_that_can(tmp_path: Path) -> None:
    for channel in ("slack", "nowhere", "../teams"):
        with pytest.raises(CannotDo, match="there is teams"):
            trial(channel, asked(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--on", "slack"], {}, "there is no channel 'slack' to try"),
        (["--on", "teams", "--who", "amirra"], {}, "nobody in the trial has the id 'amirra'. Did you mean 'amira'?"),
        (["--who", "amira"], {}, "--who belongs to --on"),
        (["--on", "teams"], {"MicrosoftAppId": "real", "MicrosoftAppPassword": "real"}, "real credentials"),
        (["--on", "teams"], {"SLACK_BOT_TOKEN": "xoxb-real", "SLACK_APP_TOKEN": "xapp-real"}, "real credentials"),
    ],
)
def test_what_cannot_be_tried_is_said_before_anything_is_made(
    arguments: list[str],
    environment: dict[str, str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["try", *arguments, "--data", str(tmp_path / "try")], environment) == 2

    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


async def test_the_sandbox_and_the_door_for_the_playground_stand_side_by_side(tmp_path: Path) -> None:
    data = tmp_path / "try"
    async with (
        running("try", "--port", "0", "--data", str(data), "--on", "teams", environment={}) as bot,
        aiohttp.ClientSession(f"http://127.0.0.1:{bot.port}") as program,
    ):
        async with program.get("/") as page:
            assert "Amira Osei" in await page.text()
        async with program.post("/api/messages", json={}) as answer:
            assert answer.status == 400
        async with program.post("/api/messages", json={}, headers={"Origin": "http://evil.example"}) as answer:
            assert answer.status in (401, 403)

        assert f"-e http://127.0.0.1:{bot.port}/api/messages" in bot.said()
        assert (data / "playground-1.yml").is_file()
        assert not (data / "playground-2.yml").exists()
