"""The import contracts in pyproject.toml: they hold, and each one is seen to break when somebody breaks it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "policy", "storage")

# What somebody in a hurry might write, and the contract that stops it. Every file is new: a new channel's folder is
# held by the contracts without an edit of them.
PLANTED: Mapping[str, Mapping[str, str]] = {
    "policy-is-pure": {"policy/planted.py": "import time\n"},
    "storage-stands-alone": {"storage/planted.py": "from policy.book import Book\n"},
    "only-storage-knows-sql": {"bot/planted.py": "from sqlalchemy import select\n"},
    "channels-do-not-know-each-other": {
        "bot/channels/planted/__init__.py": "",
        "bot/channels/borrowed/__init__.py": "from bot.channels import planted\n",
    },
    "channels-know-only-the-vocabulary": {
        "bot/planted.py": "",
        "bot/channels/planted/__init__.py": "",
        "bot/channels/planted/inbound.py": "from bot import planted\n",
    },
    "the-vocabulary-stands-alone": {"bot/cards.py": "from policy.book import Book\n"},
    "nobody-names-a-channel": {
        "bot/planted.py": "from bot.channels.planted import configure\n",
        "bot/channels/planted/__init__.py": "",
    },
    "slack-stays-in-its-folder": {"bot/planted.py": "from slack_sdk.errors import SlackApiError\n"},
    "teams-stays-in-its-folder": {"bot/planted.py": "from botbuilder.schema import Activity\n"},
    "no-circles": {"policy/planted.py": "from policy import back\n", "policy/back.py": "from policy import planted\n"},
}

# Nearly the same, and allowed: without these a contract that forbids everything would pass for a good one.
ALLOWED: Mapping[str, Mapping[str, str]] = {
    "policy reads a date that is passed in": {"policy/planted.py": "from datetime import date\n"},
    "storage uses SQL": {"storage/planted.py": "from sqlalchemy import select\n"},
    "the bot uses policy and storage": {"bot/planted.py": "import policy.book\nimport storage\n"},
    "a channel uses cards, events, the contract and a file of its own": {
        "bot/channels/planted/__init__.py": "from bot.channels.planted import render\n",
        "bot/channels/planted/render.py": "from bot import cards, events\nfrom bot.channels import Sent\n",
    },
    "Slack's channel uses Slack's SDK": {
        "bot/channels/slack/__init__.py": "",
        "bot/channels/slack/planted.py": "from slack_bolt.async_app import AsyncApp\n",
    },
    "Teams' channel uses the Bot Framework": {
        "bot/channels/teams/__init__.py": "",
        "bot/channels/teams/planted.py": "from botbuilder.core import TurnContext\n",
    },
}


def contracts() -> list[str]:
    """The ids in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["id"] for contract in project["tool"]["importlinter"]["contracts"]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Our modules by name, each empty, and the contracts: somewhere to plant. Empty, it is read in a moment."""
    for package in PACKAGES:
        for module in (ROOT / package).rglob("*.py"):
            empty = tmp_path / module.relative_to(ROOT)
            empty.parent.mkdir(parents=True, exist_ok=True)
            empty.touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(tree: Path, files: Mapping[str, str]) -> None:
    for name, code in files.items():
        path = tree / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{code}")


def lint(tree: Path, *arguments: str) -> tuple[int, str]:
    """The linter's exit status and what it said about the code in `tree`, and not about ours."""
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"),
            *("--no-cache", "--no-logo", *arguments),
        ],
        cwd=tree,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_contract_holds() -> None:
    status, said = lint(ROOT)

    assert status == 0, said


def test_every_contract_has_something_planted_against_it() -> None:
    assert sorted(PLANTED) == sorted(contracts())


@pytest.mark.parametrize("contract", PLANTED)
def test_a_contract_breaks_when_it_is_broken(contract: str, tree: Path) -> None:
    plant(tree, PLANTED[contract])

    status, said = lint(tree, "--contract", contract)

    assert status == 1, said
    assert "Contracts: 0 kept, 1 broken." in said


def test_what_is_allowed_breaks_nothing(tree: Path) -> None:
    for files in ALLOWED.values():
        plant(tree, files)

    status, said = lint(tree)

    assert status == 0, said
