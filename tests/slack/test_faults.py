"""A database that cannot be reached, and a Slack that is slow, full or broken."""

from __future__ import annotations

import asyncio

from bot.cards import Aside, Card, Form, Open, Say, Show, Text
from bot.channels.slack.app import SlackChannel
from tests.slack.desk import ScriptedDesk, question
from tests.slack.workspace import Person, Workspace


async def begun(workspace: Workspace, desk: ScriptedDesk, *labels: str) -> Person:
    desk.answers["typed"] = Show(question("One?", *(labels or ("Yes",))))
    worker = workspace.person("U1")
    await worker.types("hello")
    await worker.waits_for("# One?")
    return worker


async def test_a_press_that_was_not_recorded_is_answered_beside_the_card_without_a_token(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    desk.unavailable = True
    workspace.fails("chat.postMessage", error="token_revoked", times=9)

    answer = await worker.presses("Yes")
    await worker.waits_for("# This could not be recorded")

    assert answer.status == 200
    assert worker.messages()[0].edits == 0


async def test_a_form_that_was_not_recorded_says_so_in_its_place(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    desk.answers["answer"] = Open(Form("Words", (Text("what", "What?"),), "Send", "record"))
    await worker.presses("Yes")
    await worker.fills("What?", "something")
    desk.unavailable = True

    await worker.submits()

    assert "# This could not be recorded" in worker.sees()


async def test_an_event_that_was_not_recorded_is_answered_500_and_said_once(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.unavailable = True
    worker = workspace.person("U1")
    event = {"type": "message", "user": "U1", "channel": "D1", "channel_type": "im", "text": "hello", "ts": "1.1"}

    first = await worker.happens(event, event_id="Ev1")
    await worker.waits_for("# This could not be recorded")
    second = await worker.happens(event, event_id="Ev1", retry=1)

    assert (first.status, second.status) == (500, 500)
    assert len(worker.messages()) == 1


async def test_a_command_that_was_not_recorded_says_so_in_its_answer(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.unavailable = True
    worker = workspace.person("U1")

    answer = await worker.commands("/disclose")

    assert answer.status == 200
    assert "# This could not be recorded" in worker.sees()


async def test_a_shortcut_that_was_not_recorded_says_so(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.unavailable = True
    worker = workspace.person("U1")

    answer = await worker.shortcut()

    assert answer.status == 200
    await worker.waits_for("# This could not be recorded")


async def test_a_home_page_that_could_not_be_read_says_so_and_is_asked_for_again(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.unavailable = True
    worker = workspace.person("U1")

    answer = await worker.opens_home()

    assert answer.status == 500
    await worker.waits_for("# This could not be recorded")


async def test_an_update_that_slack_puts_off_is_made_when_slack_says(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    workspace.fails("chat.update", status=429, retry_after=0.05)

    answer = await worker.presses("Yes")
    await worker.waits_for("# Two?")

    assert answer.status == 200
    assert len(workspace.called("chat.update")) == 2


async def test_while_one_update_hangs_only_the_latest_of_the_others_is_sent(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk, "Yes")
    [card] = worker.messages()
    slow = asyncio.Event()
    workspace.fails("chat.update", status=500, hang=slow)
    for n in range(1, 6):
        desk.answers["answer"] = Show(question(f"Number {n}?", "Yes"))
        await worker.presses("Yes", on=card)
    await workspace.until(lambda: workspace.called("chat.update"))

    slow.set()
    await worker.waits_for("# Number 5?")

    shown = [said["blocks"][1]["text"]["text"] for said in workspace.called("chat.update")]
    assert shown[0] == "Number 1?"
    assert set(shown[1:]) == {"Number 5?"}
    await workspace.until(lambda: {id(event) for event, _ in desk.told} == {id(event) for event in desk.events})


async def test_a_message_that_was_deleted_is_posted_anew_and_its_place_told(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    await workspace.until(lambda: desk.told)
    [card] = worker.messages()
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    workspace.messages.remove(card)

    await worker.presses("Yes", on=card)
    await worker.waits_for("# Two?")

    await workspace.until(lambda: len(desk.told) == 2)
    assert desk.told[1][1].message == worker.messages()[-1].ts


async def test_a_form_that_slack_will_not_open_any_more_asks_for_another_press(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    desk.answers["answer"] = Open(Form("Words", (Text("what", "What?"),), "Send", "record"))
    workspace.fails("views.open", error="expired_trigger_id")

    await worker.presses("Yes")

    await worker.waits_for("# Please press again")


async def test_a_press_is_acknowledged_while_slacks_web_api_hangs(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    slow = asyncio.Event()
    workspace.fails("chat.update", hang=slow, status=500)
    desk.answers["answer"] = Show(question("Two?", "Yes"))

    answer = await asyncio.wait_for(worker.presses("Yes"), 3)

    assert answer.status == 200
    slow.set()
    await worker.waits_for("# Two?")


async def test_what_was_promised_is_shown_before_we_stop(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    workspace.fails("chat.update", status=429, retry_after=0.05)
    desk.answers["answer"] = Show(question("Two?", "Yes"))
    await worker.presses("Yes")

    await channel.stop()

    assert "# Two?" in worker.sees()


async def test_a_handler_that_breaks_answers_500_to_a_press(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    desk.breaks = RuntimeError("broken")

    assert (await worker.presses("Yes")).status == 500


async def test_an_aside_after_a_form_stands_in_its_place(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    desk.answers["answer"] = Open(Form("Words", (Text("what", "What?"),), "Send", "record"))
    desk.answers["record"] = Aside(Card("This has moved on", (Say("Somebody else was quicker."),)))
    await worker.presses("Yes")
    await worker.fills("What?", "something")

    await worker.submits()

    assert "Somebody else was quicker." in worker.sees()


async def test_a_place_that_cannot_be_told_keeps_no_later_card_from_being_shown(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    worker = await begun(workspace, desk)
    await workspace.until(lambda: desk.told)
    [card] = worker.messages()
    desk.deaf = RuntimeError("broken")
    for title in ("Two?", "Three?"):
        desk.answers["answer"] = Show(question(title, "Yes"))
        await worker.presses("Yes", on=card)

    await worker.waits_for("# Three?")
