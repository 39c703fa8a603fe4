"""When the sandbox runs, and beside what it does not."""

from __future__ import annotations

import pytest

from bot.channels import Faulty
from bot.channels.web import configure
from bot.channels.web.app import WebChannel


def test_it_does_not_run_unless_asked() -> None:
    assert configure({}) is None
    assert configure({"CONFER_SANDBOX": "0"}) is None


def test_it_runs_when_asked() -> None:
    assert isinstance(configure({"CONFER_SANDBOX": "1", "PORT": "8080"}), WebChannel)


@pytest.mark.parametrize(
    "name", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "MicrosoftAppId", "MicrosoftAppPassword"]
)
def test_it_refuses_to_run_beside_a_real_credential_and_names_it(name: str) -> None:
    refused = configure({"CONFER_SANDBOX": "1", name: "something"})

    assert isinstance(refused, Faulty)
    assert name in refused.faults[0]
    assert "something" not in refused.faults[0]


def test_it_names_every_credential_at_once() -> None:
    refused = configure({"CONFER_SANDBOX": "1", "SLACK_BOT_TOKEN": "a", "MicrosoftAppId": "b"})

    assert isinstance(refused, Faulty)
    assert len(refused.faults) == 2


def test_an_empty_setting_is_no_credential() -> None:
    assert isinstance(configure({"CONFER_SANDBOX": "1", "SLACK_BOT_TOKEN": ""}), WebChannel)
