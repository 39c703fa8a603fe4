"""What must be set before Teams can run, that everything wrong is said at once, and where we may send at all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.channels import Faulty
from bot.channels.teams import configure, hosts, settings

APP = "11111111-2222-4333-8444-555555555555"
TENANT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
OTHER = "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SET = {"MicrosoftAppId": APP, "MicrosoftAppPassword": "a~secret", "MicrosoftAppTenantId": TENANT}


def read(**changes: str) -> settings.Settings:
    found = settings.read({**SET, **changes})
    assert isinstance(found, settings.Settings), found
    return found


def test_without_any_setting_teams_is_not_meant_to_run() -> None:
    assert configure({"PORT": "8080", "MicrosoftAppId": " ", "CONFER_LOCAL": "0"}) is None


def test_an_app_with_its_secret_and_tenant_is_enough() -> None:
    configured = configure(SET)

    assert not isinstance(configured, Faulty | None)
    assert configured.name == "teams"
    assert not getattr(configured, "loopback_only", False)


def test_microsofts_own_addresses_are_the_default_and_tokens_come_from_the_apps_tenant() -> None:
    found = read()

    assert (found.login_url, found.openid_url) == (settings.LOGIN, settings.OPENID)
    assert found.service_url == settings.SERVICE
    assert (found.tenants, found.token_tenant) == ((TENANT,), TENANT)
    assert not found.open


def test_an_app_of_several_tenants_asks_the_bot_frameworks_own_for_tokens() -> None:
    found = read(MicrosoftAppType="MultiTenant", MicrosoftAppTenantId=f"{TENANT}, {OTHER.upper()}")

    assert (found.tenants, found.token_tenant) == ((TENANT, OTHER), "botframework.com")


def test_without_an_app_id_it_runs_only_where_that_is_said_and_only_for_this_machine() -> None:
    configured = configure({"CONFER_LOCAL": "1"})

    assert not isinstance(configured, Faulty | None)
    assert getattr(configured, "loopback_only", False)
    assert isinstance(configure({"MicrosoftAppTenantId": TENANT}), Faulty)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"MicrosoftAppId": ""}, ["MicrosoftAppId"]),
        ({"MicrosoftAppId": "", "CONFER_LOCAL": "1"}, ["MicrosoftAppId"]),
        ({"MicrosoftAppPassword": ""}, ["MicrosoftAppPassword"]),
        ({"MicrosoftAppPassword": APP}, ["MicrosoftAppPassword"]),
        (
            {"MicrosoftAppId": "confer", "MicrosoftAppTenantId": "charity.example"},
            ["MicrosoftAppId", "MicrosoftAppTen"],
        ),
        ({"MicrosoftAppTenantId": ""}, ["MicrosoftAppTenantId"]),
        ({"MicrosoftAppTenantId": f"{TENANT},{OTHER}"}, ["MicrosoftAppTenantId"]),
        ({"MicrosoftAppType": "UserAssignedMSI"}, ["MicrosoftAppType"]),
        ({"TEAMS_LOGIN_URL": "https://login.example"}, ["TEAMS_LOGIN_URL"]),
        ({"TEAMS_OPENID_URL": "http://127.0.0.1:1/"}, ["TEAMS_OPENID_URL"]),
        ({"TEAMS_SERVICE_URL": "http://localhost:1/"}, ["TEAMS_SERVICE_URL"]),
        ({"TEAMS_SERVICE_URL": "https://evil.example/", "CONFER_LOCAL": "1"}, ["TEAMS_SERVICE_URL"]),
        (
            {"MicrosoftAppId": "", "MicrosoftAppTenantId": "", "MicrosoftAppType": "x", "TEAMS_LOGIN_URL": "y"},
            ["TEAMS_LOGIN_URL", "MicrosoftAppType", "MicrosoftAppId", "MicrosoftAppTenantId"],
        ),
    ],
)
def test_every_fault_is_named_and_no_secret_is(changes: dict[str, str], wrong: list[str]) -> None:
    configured = configure({**SET, **changes})

    assert isinstance(configured, Faulty)
    assert configured.channel == "teams"
    assert len(configured.faults) == len(wrong), configured.faults
    for name, fault in zip(wrong, configured.faults, strict=True):
        assert name in fault
    assert "a~secret" not in " ".join(configured.faults)


def test_no_secret_is_shown_by_the_settings_themselves() -> None:
    assert "a~secret" not in repr(read())


def test_other_addresses_are_for_a_local_run_on_this_machine() -> None:
    local = {"CONFER_LOCAL": "1", "TEAMS_LOGIN_URL": "http://127.0.0.1:5/", "TEAMS_SERVICE_URL": "http://localhost:6/"}

    found = read(**local)

    assert (found.login_url, found.service_url) == ("http://127.0.0.1:5", "http://localhost:6/")


def test_this_machine_is_reached_in_a_local_run_only_and_microsoft_not_without_an_app_id() -> None:
    here, theirs = "http://127.0.0.1:1/", settings.SERVICE
    without = settings.read({"CONFER_LOCAL": "1"})
    assert isinstance(without, settings.Settings)

    assert [read().may_reach(each) for each in (here, theirs)] == [False, True]
    assert [read(CONFER_LOCAL="1").may_reach(each) for each in (here, theirs)] == [True, True]
    assert [without.may_reach(each) for each in (here, theirs)] == [True, False]


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net/uk/aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/",
        "https://smba.trafficmanager.net:443/emea/",
        "https://smba.infra.gcc.teams.microsoft.com/teams",
    ],
)
def test_the_addresses_of_teams_are_known(url: str) -> None:
    assert hosts.is_service(url, local=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smba.trafficmanager.net",
        "http://smba.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net:8443/teams/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil.trafficmanager.net/teams/",
        "https://evil.example/smba.trafficmanager.net/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example#smba.trafficmanager.net/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net/teams/?next=",
        "https://smba.trafficmanager.nеt/",  # a Cyrillic letter
        "https://[smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:x/",
        "ftp://smba.trafficmanager.net/",
        "http://127.0.0.1:3978/",
        "http://localhost/",
    ],
)
def test_no_other_address_is_sent_to(url: str) -> None:
    assert not hosts.is_service(url, local=False)


@pytest.mark.parametrize(
    ("url", "near"),
    [
        ("http://localhost:3978/", True),
        ("http://127.0.0.1:3978/", True),
        ("http://[::1]:3978/", True),
        ("https://127.1.2.3/", True),
        ("http://0.0.0.0:3978/", False),
        ("http://localhost.evil.example/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://169.254.169.254/", False),
        ("http://2130706433/", False),
        ("file://localhost/", False),
    ],
)
def test_in_a_local_run_this_machine_is_known_by_its_addresses(url: str, near: bool) -> None:
    assert hosts.is_service(url, local=True) is near


def test_the_sdk_is_not_imported_before_teams_is_configured() -> None:
    program = (
        "import sys, bot.channels.teams as t; assert t.configure({}) is None; "
        "assert not any(m.startswith(('botbuilder', 'botframework', 'msal', 'jwt')) for m in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "OtherAppPassword"])
def test_nothing_is_open_without_a_token_beside_real_credentials(name: str) -> None:
    """CONFER_LOCAL=1 is for other channels as well: then it says nothing of Teams."""
    real = {"CONFER_LOCAL": "1", name: "something", "DATABASE_URL": "postgresql://real"}

    assert configure(real) is None

    configured = configure({**real, "MicrosoftAppTenantId": TENANT})
    assert isinstance(configured, Faulty)
    assert name in " ".join(configured.faults)
    assert "something" not in " ".join(configured.faults)


def test_a_sandbox_is_open_beside_nothing_but_itself() -> None:
    assert not isinstance(configure({"CONFER_LOCAL": "1", "CONFER_SANDBOX": "1", "SLACK_BOT_TOKEN": ""}), Faulty | None)
