"""Outside a one-to-one conversation nothing is posted that somebody else could read; guests are marked."""

from __future__ import annotations

from itertools import count

from bot.cards import Aside, Card, Say, Show
from bot.channels.slack.app import SlackChannel
from tests.slack.conftest import running
from tests.slack.desk import ScriptedDesk, question
from tests.slack.workspace import Workspace

ELSEWHERE = Card("Not here", (Say("Write to me in a direct message."),))


async def test_a_command_in_a_channel_is_answered_to_the_one_who_typed_it_only(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["start"] = Show(ELSEWHERE)
    worker, other = workspace.person("U1"), workspace.person("U2")

    await worker.commands("/disclose", channel="C0GENERAL")

    assert "Write to me in a direct message." in worker.sees()
    assert other.sees() == ""
    assert desk.events[0].place == "shared"
    assert workspace.called("chat.postMessage") == []


async def test_words_typed_in_a_group_are_answered_to_the_one_who_typed_them_only(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["typed"] = Aside(ELSEWHERE)
    worker, other = workspace.person("U1"), workspace.person("U2")

    await worker.types("hello", channel="G0GROUP", kind="mpim")
    await worker.waits_for("Write to me in a direct message.")

    assert "Write to me" not in other.sees_everything()
    assert desk.events[0].place == "shared"


async def test_the_emergency_card_in_a_group_is_for_the_one_who_typed_only(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.urgent = lambda event: True
    worker, other = workspace.person("U1"), workspace.person("U2")

    await worker.types("he has taken an overdose", channel="G0GROUP", kind="mpim")
    await worker.waits_for("# Are you safe?")

    assert "Are you safe?" not in other.sees_everything()


async def test_a_card_pressed_in_a_channel_stays_with_the_one_who_sees_it(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    desk.answers["start"] = Show(question("Not here", "Take me there"))
    desk.answers["answer"] = Show(ELSEWHERE)
    worker, other = workspace.person("U1"), workspace.person("U2")
    await worker.commands("/disclose", channel="C0GENERAL")

    await worker.presses("Take me there")
    await worker.waits_for("Write to me in a direct message.")

    assert len(worker.messages()) == 1
    assert other.sees() == ""


async def test_a_guest_is_marked_and_asked_about_once(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    guest, member = workspace.person("U1", is_restricted=True), workspace.person("U2")

    for _ in range(3):
        await guest.types("hello")
    await member.opens_home()
    await guest.commands("/disclose")

    assert [event.guest for event in desk.events] == [True, True, True, False, True]
    assert len(workspace.called("users.info")) == 2


async def test_a_guest_is_known_by_the_first_command(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    guest = workspace.person("U1", is_ultra_restricted=True)

    await guest.commands("/disclose")
    await workspace.until(lambda: workspace.called("users.info"))
    await guest.types("hello")

    assert [event.guest for event in desk.events] == [True, True]


async def test_somebody_of_another_workspace_is_a_guest_without_asking(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    stranger = workspace.person("U1", team_id="T0OTHER")

    await stranger.types("hello", user_team="T0OTHER")

    assert desk.events[0].guest
    assert workspace.called("users.info") == []


async def test_when_slack_does_not_say_who_somebody_is_the_roster_decides(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    workspace.fails("users.info", status=500)
    worker = workspace.person("U1")

    answer = await worker.types("hello")

    assert answer.status == 200
    assert not desk.events[0].guest


async def test_how_long_somebody_waited_for_the_look_up_is_told_with_the_event(
    workspace: Workspace, desk: ScriptedDesk
) -> None:
    ticks = count(1000.0, 0.7)
    async with running(workspace, desk, ticks=lambda: next(ticks)):
        await workspace.person("U1").commands("/disclose")

    assert [round(event.spent, 3) for event in desk.events] == [0.7]
