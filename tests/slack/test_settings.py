"""What must be set before Slack can run, and that everything wrong is said at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.channels import Faulty
from bot.channels.slack import configure

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-invented", "SLACK_APP_TOKEN": "xapp-invented"}


def test_without_any_setting_slack_is_not_meant_to_run() -> None:
    assert configure({"PORT": "8080", "SLACK_BOT_TOKEN": " "}) is None


def test_a_bot_token_and_either_way_in_is_enough() -> None:
    for way in ({"SLACK_APP_TOKEN": "xapp-invented"}, {"SLACK_SIGNING_SECRET": "invented"}):
        configured = configure({"SLACK_BOT_TOKEN": "xoxb-invented", **way})

        assert not isinstance(configured, Faulty | None)
        assert configured.name == "slack"


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        ({"SLACK_APP_TOKEN": "xapp-invented"}, ["SLACK_BOT_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xoxb-invented"}, ["SLACK_APP_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
        ({**SOCKET, "SLACK_SIGNING_SECRET": "xoxb-1"}, ["SLACK_SIGNING_SECRET"]),
        ({**SOCKET, "SLACK_API_URL": "slack.com/api"}, ["SLACK_API_URL"]),
        ({"SLACK_API_URL": "ftp://x"}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL"]),
    ],
)
def test_every_fault_is_named_and_no_secret_is(environment: dict[str, str], wrong: list[str]) -> None:
    configured = configure(environment)

    assert isinstance(configured, Faulty)
    assert len(configured.faults) == len(wrong)
    for name, fault in zip(wrong, configured.faults, strict=True):
        assert name in fault
    assert not any(value in " ".join(configured.faults) for value in ("xapp-invented", "xoxb-invented"))


def test_slacks_sdk_is_not_imported_before_slack_is_configured() -> None:
    program = (
        "import sys, bot.channels.slack as s; assert s.configure({}) is None; "
        "assert not any(m.startswith(('slack_bolt', 'slack_sdk')) for m in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
