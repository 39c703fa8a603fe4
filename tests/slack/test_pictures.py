"""Pictures: the words of a card come at once, the picture in their place when Slack can show it, and never instead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bot.cards import Button, Buttons, Card, Image, Say, Show
from bot.channels import Letter
from bot.channels.slack import render
from bot.channels.slack.app import SlackChannel
from bot.events import Who
from tests.slack.conftest import running
from tests.slack.desk import DANGER, ScriptedDesk, question
from tests.slack.workspace import Person, Workspace
from tests.slack.workspace.blocks import problems
from tests.slack.workspace.reading import seen


@dataclass(frozen=True, slots=True)
class Drawn:
    name: str = "weeks"

    def png(self) -> bytes:
        return self.name.encode()


WORDS = "In the week up to 23 Nov: 4, and 1 emergency."
PICTURE = Image("The last twelve weeks", WORDS, Drawn(), below="A triangle: emergencies.", png=b"the picture")
CARD = Card("The week: safe", (PICTURE, Buttons((Button("All the numbers", "digest.all"),))), danger=DANGER)
SHOWN = f"(picture: {WORDS})"
SAID = f"The last twelve weeks\n{WORDS}"


@pytest.fixture
async def channel(workspace: Workspace, desk: ScriptedDesk) -> AsyncIterator[SlackChannel]:
    async with running(workspace, desk, pauses=(0.0,) * 4) as channel:
        yield channel


def letter(workspace: Workspace, id: str = "L1", user: str = "U1", card: Card = CARD) -> Letter:
    return Letter(id, Who("slack", workspace.team, user), "", "", card)


async def test_a_picture_comes_in_the_place_of_its_words(workspace: Workspace, channel: SlackChannel) -> None:
    trustee = workspace.person("U1")

    await channel.deliver(letter(workspace))

    await trustee.waits_for(SHOWN)
    assert "A triangle: emergencies." in trustee.sees()
    assert SAID not in trustee.sees()
    [image] = [block for block in trustee.messages()[0].blocks if block["type"] == "image"]
    assert (image["alt_text"], [each.body for each in workspace.files.values()]) == (WORDS, [b"the picture"])
    assert workspace.called("files.getUploadURLExternal")[0]["alt_txt"] == WORDS


async def test_the_words_come_first_and_wait_for_no_upload(workspace: Workspace, channel: SlackChannel) -> None:
    trustee = workspace.person("U1")
    workspace.fails("files.getUploadURLExternal", error="internal_error", times=9)

    await channel.deliver(letter(workspace))

    assert SAID in trustee.sees()
    assert next(name for name, _ in workspace.calls if name.startswith(("chat", "files"))) == "chat.postMessage"


async def test_while_slack_looks_through_the_file_it_is_tried_again(
    workspace: Workspace, channel: SlackChannel
) -> None:
    trustee = workspace.person("U1")
    workspace.looks_through = 2

    await channel.deliver(letter(workspace))

    await trustee.waits_for(SHOWN)
    assert len(workspace.called("chat.update")) == 3
    assert len(workspace.files) == 1


async def test_where_slack_gives_no_answer_it_comes_a_little_later(workspace: Workspace, channel: SlackChannel) -> None:
    trustee = workspace.person("U1")
    workspace.fails("chat.update", status=502)

    await channel.deliver(letter(workspace))

    await trustee.waits_for(SHOWN)
    assert len(workspace.files) == 1


async def test_where_slack_has_enough_of_us_it_does_not_come_and_the_cards_of_others_go_first(
    workspace: Workspace, channel: SlackChannel, caplog: pytest.LogCaptureFixture
) -> None:
    trustee = workspace.person("U1")
    workspace.fails("chat.update", status=429, retry_after=0.0)

    await channel.deliver(letter(workspace))

    await workspace.until(lambda: "a picture could not be shown: ratelimited" in caplog.text)
    await trustee.waits_for(SAID)
    assert len(workspace.called("chat.update")) == 1


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
@pytest.mark.parametrize("status", [200, 500])
async def test_where_the_upload_fails_the_words_stay(
    workspace: Workspace, channel: SlackChannel, caplog: pytest.LogCaptureFixture, method: str, status: int
) -> None:
    trustee = workspace.person("U1")
    workspace.fails(method, status=status if method != "upload" else 500, error="fatal_error" if status == 200 else "")

    await channel.deliver(letter(workspace))

    await workspace.until(lambda: "a picture could not be shown" in caplog.text)
    assert SAID in trustee.sees()
    assert SHOWN not in trustee.sees()


async def test_a_file_that_slack_never_takes_leaves_the_words(
    workspace: Workspace, channel: SlackChannel, caplog: pytest.LogCaptureFixture
) -> None:
    trustee = workspace.person("U1")
    workspace.looks_through = 99

    await channel.deliver(letter(workspace))

    await workspace.until(lambda: "does not take the file" in caplog.text)
    assert SAID in trustee.sees()
    assert trustee.messages()[0].edits == 0


async def test_without_the_scope_the_words_stay_and_it_is_not_asked_again(
    workspace: Workspace, channel: SlackChannel, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = workspace.person("U1"), workspace.person("U2")
    workspace.scopes.discard("files:write")

    await channel.deliver(letter(workspace))
    await workspace.until(lambda: "missing_scope" in caplog.text)
    await channel.deliver(letter(workspace, "L2", "U2"))

    assert SAID in one.sees()
    assert SAID in other.sees()
    assert len(workspace.called("files.getUploadURLExternal")) == 1


async def test_one_upload_serves_everybody_and_the_next_has_it_at_once(
    workspace: Workspace, channel: SlackChannel
) -> None:
    people = [workspace.person(f"U{n}") for n in range(1, 6)]
    for n, person in enumerate(people[:4]):
        await channel.deliver(letter(workspace, f"L{n}", person.id))
    for person in people[:4]:
        await person.waits_for(SHOWN)

    await channel.deliver(letter(workspace, "L9", people[4].id))

    assert SHOWN in people[4].sees()
    assert people[4].messages()[0].edits == 0
    assert len(workspace.called("files.getUploadURLExternal")) == 1


async def test_a_picture_never_covers_what_was_opened_meanwhile(
    workspace: Workspace, desk: ScriptedDesk, channel: SlackChannel
) -> None:
    """It is shown late; by then a newer card stands there."""
    trustee, other, uploaded = workspace.person("U1"), workspace.person("U2"), asyncio.Event()
    desk.answers["digest.all"] = Show(question("Every number", "Show less", action="digest.less"))
    workspace.fails("files.completeUploadExternal", hang=uploaded, only_late=True)
    for n, person in enumerate((trustee, other)):
        await channel.deliver(letter(workspace, f"L{n}", person.id))

    await trustee.presses("All the numbers")
    await trustee.waits_for("Every number")
    uploaded.set()
    await other.waits_for(SHOWN)

    assert "Every number" in trustee.sees()
    assert trustee.messages()[0].edits == 1


async def test_what_is_pressed_brings_the_picture_back(
    workspace: Workspace, desk: ScriptedDesk, channel: SlackChannel
) -> None:
    trustee = workspace.person("U1")
    desk.answers["digest.all"] = Show(question("Every number", "Show less", action="digest.less"))
    desk.answers["digest.less"] = Show(CARD)
    await channel.deliver(letter(workspace))
    await trustee.waits_for(SHOWN)
    await trustee.presses("All the numbers")
    await trustee.waits_for("Every number")

    await trustee.presses("Show less")

    await trustee.waits_for(SHOWN)
    assert len(workspace.files) == 1


async def test_what_is_pressed_has_the_words_until_slack_has_shown_the_picture_once(
    workspace: Workspace, desk: ScriptedDesk, channel: SlackChannel
) -> None:
    trustee = workspace.person("U1")
    desk.answers["digest.less"] = Show(CARD)
    await channel.deliver(letter(workspace, card=question("Every number", "Show less", action="digest.less")))

    await trustee.presses("Show less")

    await trustee.waits_for(WORDS)
    assert not workspace.files


async def test_a_card_with_a_picture_that_slack_will_not_take_any_more_goes_without(
    workspace: Workspace, channel: SlackChannel
) -> None:
    """An administrator deleted the file."""
    one, other = workspace.person("U1"), workspace.person("U2")
    await channel.deliver(letter(workspace))
    await one.waits_for(SHOWN)
    [upload] = workspace.files.values()
    upload.refusals = 1

    await channel.deliver(letter(workspace, "L2", "U2"))

    assert SAID in other.sees()
    assert "All the numbers" in other.labels()


async def test_a_file_that_slack_will_not_take_any_more_is_uploaded_anew_for_the_next(
    workspace: Workspace, channel: SlackChannel
) -> None:
    one, third = workspace.person("U1"), workspace.person("U3")
    workspace.person("U2")
    await channel.deliver(letter(workspace))
    await one.waits_for(SHOWN)
    [upload] = workspace.files.values()
    upload.refusals = 99
    await channel.deliver(letter(workspace, "L2", "U2"))

    await channel.deliver(letter(workspace, "L3", "U3"))

    await third.waits_for(SHOWN)
    assert len(workspace.files) == 2


async def test_a_picture_that_was_not_drawn_is_said_and_nothing_is_uploaded(
    workspace: Workspace, channel: SlackChannel
) -> None:
    trustee = workspace.person("U1")
    undrawn = replace(CARD, blocks=(replace(PICTURE, png=b""), *CARD.blocks[1:]))

    await channel.deliver(letter(workspace, card=undrawn))
    await channel.stop()

    assert SAID in trustee.sees()
    assert workspace.called("files.getUploadURLExternal") == []


async def test_the_channel_stops_without_waiting_for_a_picture(workspace: Workspace, desk: ScriptedDesk) -> None:
    trustee: Person = workspace.person("U1")
    workspace.looks_through = 10**6
    async with running(workspace, desk, pauses=(0.0, 3600.0)) as channel:
        await channel.deliver(letter(workspace))
        await workspace.until(lambda: workspace.called("chat.update"))

    assert SAID in trustee.sees()
    assert [each for each in asyncio.all_tasks() if "Pictures." in repr(each)] == []


def test_it_is_a_block_that_slack_takes_and_in_a_modal_or_in_the_simplest_blocks_its_words() -> None:
    drawn = render.blocks(CARD, files={PICTURE.png: "F00000001"})

    assert problems(drawn) == []
    assert SHOWN in seen(drawn, {})
    for other in (render.blocks(CARD), render.bare(CARD), render.reading(CARD)["blocks"], render.home(CARD)["blocks"]):
        assert problems(other) == []
        assert SAID in seen(other, {})


def test_in_a_card_too_long_for_slack_it_goes_before_a_number_or_a_text() -> None:
    long = replace(CARD, blocks=(*(Say(f"Advice {n}." + " more" * 300) for n in range(60)), *CARD.blocks))

    drawn = render.blocks(long, files={PICTURE.png: "F00000001"})

    assert len(drawn) <= render.MESSAGE_BLOCKS
    assert "[All the numbers]" in seen(drawn, {})
    assert all(f"Advice {n}." in seen(drawn, {}) for n in range(5))
