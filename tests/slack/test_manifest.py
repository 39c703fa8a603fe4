"""The manifest against Slack's published rules.

The rules are Slack's own, read from its manifest reference and its JSON schema (slackapi/manifest-schema, version 2,
MIT): written down here as far as they touch what we use. Not tried: creating an app from it in a real workspace,
Slack's own validation (apps.manifest.validate needs a configuration token), and what the install page shows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot.channels.slack
from bot.channels.slack import inbound

PATH = Path(bot.channels.slack.__file__).parent / "manifest.yaml"

# https://docs.slack.dev/reference/app-manifest: the keys each part may have
KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains", "assistant_view"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "oauth_config": {"redirect_urls", "scopes", "token_management_enabled", "pkce_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        "allowed_ip_address_ranges",
        "event_subscriptions",
        "incoming_webhooks",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
        "is_hosted",
        "function_runtime",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events", "metadata_subscriptions"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}

# Each event's and method's page under https://docs.slack.dev/reference, "Required scopes"
EVENT_SCOPES = {"app_home_opened": set[str](), "message.im": {"im:history"}}
METHOD_SCOPES = {
    "auth.test": "",
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "conversations.open": "im:write",
    "conversations.history": "im:history",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "users.info": "users:read",
    "views.open": "",
    "views.update": "",
    "views.publish": "",
}

# Methods of a command that not everybody needs: the manifest says how to have them, and does not ask for them
OPTIONAL_SCOPES = {"usergroups.users.list": "usergroups:read"}


@pytest.fixture
def manifest() -> dict[str, Any]:
    read = yaml.safe_load(PATH.read_text("utf-8"))
    assert isinstance(read, dict)
    return read


def part(manifest: dict[str, Any], path: str) -> Any:
    for name in filter(None, path.split(".")):
        manifest = manifest[name]
    return manifest


@pytest.mark.parametrize("path", KEYS)
def test_every_key_is_one_slack_knows(manifest: dict[str, Any], path: str) -> None:
    assert set(part(manifest, path)) <= KEYS[path]


def test_names_and_descriptions_are_within_slacks_lengths(manifest: dict[str, Any]) -> None:
    shown, features = manifest["display_information"], manifest["features"]

    assert 1 <= len(shown["name"]) <= 35
    assert 1 <= len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-fA-F]{6}", shown["background_color"])
    assert 1 <= len(features["bot_user"]["display_name"]) <= 80
    for shortcut in features["shortcuts"]:
        assert set(shortcut) == {"name", "type", "callback_id", "description"}
        assert 1 <= len(shortcut["name"]) <= 24
        assert 1 <= len(shortcut["description"]) <= 150
    for command in features["slash_commands"]:
        assert set(command) <= {"command", "description", "usage_hint", "should_escape", "url"}
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 1 <= len(command["usage_hint"]) <= 1000


def test_the_command_and_the_shortcut_are_the_ones_we_answer(manifest: dict[str, Any]) -> None:
    features = manifest["features"]

    assert [each["command"] for each in features["slash_commands"]] == [inbound.COMMAND]
    assert [each["callback_id"] for each in features["shortcuts"]] == [inbound.SHORTCUT]


def test_people_can_type_to_the_bot_and_have_a_home_page(manifest: dict[str, Any]) -> None:
    assert manifest["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_every_event_we_hear_has_its_scope(manifest: dict[str, Any]) -> None:
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])

    assert set(events) == set(EVENT_SCOPES)
    for event in events:
        assert EVENT_SCOPES[event] <= scopes


def test_no_scope_is_asked_for_that_nothing_needs(manifest: dict[str, Any]) -> None:
    needed = set().union(*EVENT_SCOPES.values(), METHOD_SCOPES.values()) - {""}

    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed | {"commands"}
    assert set(manifest["oauth_config"]["scopes"]) == {"bot"}


def test_the_methods_in_that_list_are_the_ones_the_code_calls() -> None:
    source = "".join(path.read_text("utf-8") for path in PATH.parent.glob("*.py"))

    called = set(re.findall(r'"((?:auth|chat|conversations|files|users|usergroups\.users|views)\.[a-zA-Z]+)"', source))
    assert called == set(METHOD_SCOPES) | set(OPTIONAL_SCOPES)


def test_what_only_one_command_needs_is_offered_with_its_reason_and_not_asked_for(manifest: dict[str, Any]) -> None:
    text = PATH.read_text("utf-8")

    for scope in OPTIONAL_SCOPES.values():
        assert scope not in manifest["oauth_config"]["scopes"]["bot"]
        assert re.search(rf"^ +# - {scope} +# .{{20,}}", text, re.MULTILINE)


def test_it_is_for_socket_mode_and_asks_for_nothing_else(manifest: dict[str, Any]) -> None:
    settings = manifest["settings"]

    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["org_deploy_enabled"] is settings["token_rotation_enabled"] is False


def test_with_the_three_addresses_uncommented_it_is_for_http_mode() -> None:
    text = re.sub(r"# ((?:request_)?url: https)", r"\1", PATH.read_text("utf-8"))
    http = yaml.safe_load(text)

    addresses = [
        http["features"]["slash_commands"][0]["url"],
        http["settings"]["event_subscriptions"]["request_url"],
        http["settings"]["interactivity"]["request_url"],
    ]
    assert all(address.endswith("/slack/events") for address in addresses)
