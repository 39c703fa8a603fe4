"""What each of Slack's payloads says somebody did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bot.channels.slack
from bot.channels.slack import inbound
from bot.events import Event, Who

SAMPLES = Path(bot.channels.slack.__file__).parent / "samples"
WORKER = Who("slack", "T0INVENTED", "U0WORKER")


def sample(name: str, **changed: Any) -> dict[str, Any]:
    return {**json.loads((SAMPLES / f"{name}.json").read_text("utf-8")), **changed}


def read(body: dict[str, Any]) -> inbound.Heard:
    heard = inbound.read(body)
    assert heard is not None
    return heard


def test_a_press_says_which_button_on_which_message_with_what_was_ticked() -> None:
    heard = read(sample("block_actions"))

    assert heard.event == Event(
        delivery="1.2.press",
        who=WORKER,
        action="answer",
        place="private",
        conversation="D0WORKER",
        carry={"case": "7"},
        fields={"signs": ("s1", "s11"), "place": ()},
        chosen=frozenset({"signs", "place"}),
        message="1700000000.000100",
    )
    assert (heard.kind, heard.surface) == ("press", "message")
    assert heard.response_url.endswith("/invented")


def test_a_press_without_a_trigger_still_has_its_own_delivery_id() -> None:
    one = read(sample("block_actions", trigger_id=None))
    other = sample("block_actions", trigger_id=None)
    other["actions"][0]["action_ts"] = "1700000002.000000"

    assert one.event.delivery == read(sample("block_actions", trigger_id=None)).event.delivery
    assert one.event.delivery != read(other).event.delivery


def test_a_press_on_the_home_page_has_no_message() -> None:
    heard = read(sample("block_actions_home"))

    assert (heard.event.action, heard.event.message, heard.event.place) == ("start", "", "private")
    assert heard.surface == "home"


def test_a_submitted_form_goes_back_to_the_message_it_came_from() -> None:
    heard = read(sample("view_submission"))

    assert heard.event.action == "record"
    assert heard.event.carry == {"case": "7"}
    assert heard.event.fields == {"what": ("something",), "talked": ("yes",)}
    assert (heard.event.conversation, heard.event.message) == ("D0WORKER", "1700000000.000100")
    assert heard.inputs == ("what", "talked")


def test_a_command_in_a_channel_is_in_a_shared_place() -> None:
    heard = read(sample("slash_command"))

    assert (heard.event.action, heard.event.text, heard.event.place) == ("start", "a < b", "shared")
    assert read(sample("slash_command", channel_id="D0WORKER")).event.place == "private"
    assert read(sample("slash_command", channel_id="")).event.place == "unknown"


def test_a_shortcut_starts() -> None:
    assert read(sample("shortcut")).event.action == "start"


def test_a_direct_message_is_typed_in_private_and_any_other_is_not() -> None:
    heard = read(sample("message_im"))
    group = sample("message_im")
    group["event"]["channel_type"] = "mpim"

    assert (heard.event.action, heard.event.place) == ("typed", "private")
    assert heard.event.delivery == "Ev0MESSAGE"
    assert read(group).event.place == "shared"
    assert read(sample("message_im", is_ext_shared_channel=True)).event.place == "shared"


def test_the_home_page_opened_is_an_event_and_the_messages_tab_is_not() -> None:
    messages_tab = sample("app_home_opened")
    messages_tab["event"]["tab"] = "messages"

    assert read(sample("app_home_opened")).event.action == "home"
    assert inbound.read(messages_tab) is None


def test_somebody_of_another_workspace_is_a_guest() -> None:
    pressed = sample("block_actions")
    pressed["user"]["team_id"] = "T0OTHER"
    typed = sample("message_im")
    typed["event"]["user_team"] = "T0OTHER"

    assert read(pressed).event.guest
    assert read(typed).event.guest
    assert not read(sample("block_actions")).event.guest


def test_what_was_typed_is_not_in_the_repr_of_an_event() -> None:
    assert "01632" not in repr(read(sample("message_im")))
    assert "something" not in repr(read(sample("view_submission")))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": []},
        {"type": "event_callback", "event": None},
        {"type": "view_submission", "view": {"id": "V1", "private_metadata": "not ours"}, "user": {"id": "U1"}},
        {"command": "/other"},
        {"type": "shortcut", "callback_id": "other"},
        sample("block_actions", actions=[{"type": "button", "value": "not ours"}]),
        sample("block_actions", actions=[{"type": "checkboxes", "selected_options": []}]),
    ],
)
def test_a_payload_that_is_not_for_us_is_nobodys_event(body: dict[str, Any]) -> None:
    assert inbound.read(body) is None


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_every_sample_is_somebodys_event(name: str) -> None:
    assert inbound.read(sample(name)) is not None
