"""Letters: cards that come by themselves, once each, and what is said when they cannot."""

from __future__ import annotations

import asyncio

import pytest

from bot.cards import Show
from bot.channels import CannotErase, Closed, DeliveryError, Gone, Letter, Placed, Sent
from bot.channels.slack.app import SlackChannel
from bot.events import Who
from tests.slack.desk import ScriptedDesk, question
from tests.slack.workspace import Workspace

CARD = question("Please look at a request", "Approve", "Decline")


def letter(workspace: Workspace, id: str = "L1", user: str = "U1", conversation: str = "", message: str = "") -> Letter:
    return Letter(id, Who("slack", workspace.team, user), conversation, message, CARD)


async def test_a_new_letter_opens_the_persons_conversation(workspace: Workspace, channel: SlackChannel) -> None:
    trustee = workspace.person("U1")

    sent = await channel.deliver(letter(workspace))

    assert "# Please look at a request" in trustee.sees()
    assert sent == Sent("D1", trustee.messages()[0].ts)
    assert trustee.messages()[0].text == CARD.summary


async def test_a_letter_to_a_message_edits_it(workspace: Workspace, channel: SlackChannel) -> None:
    trustee = workspace.person("U1")
    first = await channel.deliver(letter(workspace))

    second = await channel.deliver(letter(workspace, "L2", conversation=first.conversation, message=first.message))

    assert second == first
    assert trustee.messages()[0].edits == 1


async def test_a_letter_whose_answer_was_lost_is_not_seen_twice(workspace: Workspace, channel: SlackChannel) -> None:
    trustee = workspace.person("U1")
    workspace.fails("chat.postMessage", status=502, done_first=True)
    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(workspace))
    assert not isinstance(failed.value, Gone)

    sent = await channel.deliver(letter(workspace))

    assert len(trustee.messages()) == 1
    assert sent.message == trustee.messages()[0].ts


async def test_a_letter_that_an_earlier_process_sent_is_found_again(
    workspace: Workspace, channel: SlackChannel
) -> None:
    trustee = workspace.person("U1")
    sent = await channel.deliver(letter(workspace))

    again = await channel.deliver(letter(workspace))

    assert again == sent
    assert len(trustee.messages()) == 1


async def test_a_letter_put_off_says_for_how_long_and_is_not_tried_before(
    workspace: Workspace, channel: SlackChannel
) -> None:
    workspace.person("U1")
    workspace.person("U2")
    workspace.fails("chat.postMessage", status=429, retry_after=30)

    waits = []
    for _ in range(2):
        with pytest.raises(DeliveryError) as failed:
            await channel.deliver(letter(workspace))
        waits.append(failed.value.after or 0)
    await channel.deliver(letter(workspace, "L2", "U2"))

    assert waits[0] == 30
    assert 29 < waits[1] <= 30
    assert len(workspace.called("chat.postMessage")) == 2


@pytest.mark.parametrize("error", ["user_disabled", "channel_not_found"])
async def test_a_person_who_is_gone_is_gone(workspace: Workspace, channel: SlackChannel, error: str) -> None:
    workspace.person("U1")
    workspace.fails("chat.postMessage", error=error)

    with pytest.raises(Gone):
        await channel.deliver(letter(workspace))


async def test_a_message_that_is_gone_is_gone(workspace: Workspace, channel: SlackChannel) -> None:
    workspace.person("U1")

    with pytest.raises(Gone):
        await channel.deliver(letter(workspace, conversation="D1", message="1.1"))


@pytest.mark.parametrize("where", ["D1", ""])
async def test_whoever_has_been_deactivated_is_known_although_slack_takes_the_message(
    workspace: Workspace, channel: SlackChannel, where: str
) -> None:
    workspace.person("U1", deleted=True)

    with pytest.raises(Closed):
        await channel.deliver(letter(workspace, conversation=where))


async def test_where_slack_does_not_say_whether_somebody_is_there_the_letter_counts(
    workspace: Workspace, channel: SlackChannel
) -> None:
    workspace.person("U1", deleted=True)
    workspace.fails("users.info", status=500)

    sent = await channel.deliver(letter(workspace, conversation="D1"))

    assert sent.conversation == "D1"


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive"])
async def test_a_broken_token_is_for_later(workspace: Workspace, channel: SlackChannel, error: str) -> None:
    workspace.person("U1")
    workspace.fails("chat.postMessage", error=error)

    with pytest.raises(DeliveryError) as failed:
        await channel.deliver(letter(workspace))

    assert not isinstance(failed.value, Gone)


async def test_a_letter_and_a_press_never_edit_one_message_at_once(workspace: Workspace, channel: SlackChannel) -> None:
    workspace.person("U1")
    first = await channel.deliver(letter(workspace))
    slow = asyncio.Event()
    workspace.fails("chat.update", status=500, hang=slow)
    here = {"conversation": first.conversation, "message": first.message}

    one = asyncio.create_task(channel.deliver(letter(workspace, "L2", **here)))
    await workspace.until(lambda: workspace.called("chat.update"))
    other = asyncio.create_task(channel.deliver(letter(workspace, "L3", **here)))
    done, _ = await asyncio.wait({one, other}, timeout=0.05)

    assert not done
    assert len(workspace.called("chat.update")) == 1
    slow.set()
    await asyncio.gather(one, other, return_exceptions=True)
    assert other.exception() is None


async def test_a_press_waits_for_a_letter_that_is_editing_its_message(
    workspace: Workspace, channel: SlackChannel, desk: ScriptedDesk
) -> None:
    trustee = workspace.person("U1")
    desk.answers["answer"] = Show(question("Approved"))
    first = await channel.deliver(letter(workspace))
    slow = asyncio.Event()
    workspace.fails("chat.update", status=500, hang=slow)
    edit = letter(workspace, "L2", conversation=first.conversation, message=first.message)
    editing = asyncio.create_task(channel.deliver(edit))
    await workspace.until(lambda: workspace.called("chat.update"))

    answer = await trustee.presses("Approve")
    done, _ = await asyncio.wait({editing}, timeout=0.05)

    assert answer.status == 200
    assert not done
    assert len(workspace.called("chat.update")) == 1
    slow.set()
    await trustee.waits_for("# Approved")
    with pytest.raises(DeliveryError):
        await editing


async def test_a_message_of_ours_is_deleted_and_a_second_time_is_as_once(
    workspace: Workspace, channel: SlackChannel
) -> None:
    trustee = workspace.person("U1")
    sent = await channel.deliver(letter(workspace))
    placed = Placed(Who("slack", workspace.team, "U1"), sent.conversation, sent.message)

    await channel.erase(placed)
    await channel.erase(placed)

    assert trustee.messages() == []


@pytest.mark.parametrize("error", ["compliance_exports_prevent_deletion", "cant_delete_message", "channel_not_found"])
async def test_what_slack_lets_nobody_delete_is_said_to_be_so(
    workspace: Workspace, channel: SlackChannel, error: str
) -> None:
    trustee = workspace.person("U1")
    sent = await channel.deliver(letter(workspace))
    workspace.fails("chat.delete", error=error)

    with pytest.raises(CannotErase, match=error):
        await channel.erase(Placed(Who("slack", workspace.team, "U1"), sent.conversation, sent.message))

    assert len(trustee.messages()) == 1


async def test_a_deletion_that_slack_puts_off_is_tried_when_it_says(
    workspace: Workspace, channel: SlackChannel
) -> None:
    workspace.person("U1")
    sent = await channel.deliver(letter(workspace))
    workspace.fails("chat.delete", status=429, retry_after=7)

    with pytest.raises(DeliveryError) as failed:
        await channel.erase(Placed(Who("slack", workspace.team, "U1"), sent.conversation, sent.message))

    assert (failed.value.after, isinstance(failed.value, CannotErase)) == (7, False)
