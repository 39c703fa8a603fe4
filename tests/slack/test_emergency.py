"""The emergency card reaches the person with nothing else working: no database, no Web API, no answer in time."""

from __future__ import annotations

import asyncio

from bot.cards import Form, Open, Show, Text
from bot.channels.slack.app import SlackChannel
from tests.slack.desk import DANGER, EMERGENCY, ScriptedDesk, question
from tests.slack.workspace import Workspace

EVERYTHING = ("chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "users.info", "auth.test")


def nothing_works(workspace: Workspace, desk: ScriptedDesk) -> asyncio.Event:
    """The Web API answers 500, and the database hangs until the event that comes back is set."""
    for method in EVERYTHING:
        workspace.fails(method, status=500, times=50)
    desk.held = asyncio.Event()
    return desk.held


async def test_a_press_shows_it_while_the_database_hangs_and_the_web_api_is_down(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("In danger now?", "Yes", "Not sure", "No"))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.waits_for("In danger now?")
    desk.urgent = lambda event: event.carry.get("value") == "Yes"
    released = nothing_works(workspace, desk)

    pressing = asyncio.create_task(worker.presses("Yes"))
    await worker.waits_for("# Are you safe?")

    assert not pressing.done()
    assert worker.sees().startswith(DANGER)
    assert len(worker.messages()) == 1
    desk.answers["answer"] = Show(EMERGENCY)
    released.set()
    assert (await pressing).status == 200
    workspace.faults.clear()


async def test_a_press_that_could_not_be_recorded_keeps_the_emergency_card_and_says_so_beside_it(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("In danger now?", "Yes"))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.waits_for("In danger now?")
    desk.urgent = lambda event: event.action == "answer"
    desk.unavailable = True

    answer = await worker.presses("Yes")
    await worker.waits_for("This could not be recorded")

    assert answer.status == 200
    card, beside = worker.messages()
    assert card.blocks[1]["text"]["text"] == "Are you safe?"
    assert beside.only_for == "U1"


async def test_a_command_carries_it_in_its_own_answer_while_the_database_hangs(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.urgent = lambda event: "overdose" in event.text
    released = nothing_works(workspace, desk)
    worker = workspace.person("U1")

    answer = await worker.commands("/disclose", "he has taken an overdose", channel="C0GENERAL")

    assert answer.status == 200
    assert "# Are you safe?" in worker.sees()
    assert [each.only_for for each in workspace.messages] == ["U1"]
    released.set()
    await workspace.until(lambda: desk.events)


async def test_a_form_turns_into_it_while_the_database_hangs(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("Ready?", "Write", action="open"))
    desk.answers["open"] = Open(Form("Words", (Text("what", "What?"),), "Send", "record", danger=DANGER))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.presses("Write")
    await worker.fills("What?", "he has taken an overdose")
    desk.urgent = lambda event: "overdose" in str(event.fields)
    released = nothing_works(workspace, desk)

    answer = await worker.submits()

    assert answer.body["response_action"] == "update"
    assert "# Are you safe?" in worker.sees()
    assert "overdose" not in str(answer.body)
    workspace.faults.clear()
    desk.answers["record"] = Show(EMERGENCY)
    released.set()
    worker.closes()
    await worker.waits_for("# Are you safe?")
    assert len(worker.messages()) == 1


async def test_typed_words_bring_it_and_the_recorded_card_takes_its_place(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.urgent = lambda event: "overdose" in event.text
    desk.held = asyncio.Event()
    desk.answers["typed"] = Show(question("Are you safe?", "I have rung 999"))
    worker = workspace.person("U1")

    typing = asyncio.create_task(worker.types("he has taken an overdose"))
    await worker.waits_for("Ring 999 now.")
    desk.held.set()
    await typing
    await worker.waits_for("[I have rung 999]")

    assert len(worker.messages()) == 1
    await workspace.until(lambda: desk.told)
    assert desk.told[0][1].message == worker.messages()[0].ts


async def test_an_event_that_slack_sends_again_shows_no_second_emergency_card(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.urgent = lambda event: True
    desk.unavailable = True
    worker = workspace.person("U1")
    event = {"type": "message", "user": "U1", "channel": "D1", "channel_type": "im", "text": "help", "ts": "1.1"}

    first = await worker.happens(event, event_id="Ev1")
    await workspace.until(lambda: len(worker.messages()) == 2)
    desk.unavailable = False
    desk.answers["typed"] = Show(question("Are you safe?", "I have rung 999"))
    second = await worker.happens(event, event_id="Ev1", retry=1)
    await worker.waits_for("[I have rung 999]")

    assert (first.status, second.status) == (500, 200)
    assert len(worker.messages()) == 2


async def test_a_response_url_that_does_not_answer_is_tried_again_and_then_the_card_is_posted(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("In danger now?", "Yes"))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.waits_for("In danger now?")
    desk.urgent = lambda event: event.action == "answer"
    workspace.fails("response_url", status=500, times=2)

    await worker.presses("Yes")
    await worker.waits_for("# Are you safe?")

    assert len(workspace.called("response_url")) == 2


async def test_a_press_on_the_home_page_brings_it_too(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["home"] = Show(question("Confer", "Somebody is in danger", action="danger"))
    worker = workspace.person("U1")
    await worker.opens_home()
    await worker.waits_for("# Confer")
    desk.urgent = lambda event: event.action == "danger"

    await worker.presses("Somebody is in danger")
    worker.goes_to_messages()

    await worker.waits_for("# Are you safe?")


async def test_a_card_slack_refuses_is_sent_in_plain_words(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.urgent = lambda event: True
    workspace.fails("chat.postMessage", error="invalid_blocks")
    worker = workspace.person("U1")

    await worker.types("help")

    await worker.waits_for(f"{DANGER}\nAre you safe?\nStop. Ring 999 now.")


async def test_a_command_or_form_that_could_not_be_recorded_says_so_after_the_emergency_card(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Show(question("Ready?", "Write", action="open"))
    desk.answers["open"] = Open(Form("Words", (Text("what", "What?"),), "Send", "record"))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.presses("Write")
    await worker.fills("What?", "he has taken an overdose")
    desk.urgent = lambda event: True
    desk.unavailable = True

    await worker.submits()
    assert "# Are you safe?" in worker.sees()
    worker.closes()
    await worker.waits_for("# This could not be recorded")
    await worker.commands("/disclose")

    await worker.waits_for("# This could not be recorded")
    assert "# Are you safe?" in worker.sees_everything()
