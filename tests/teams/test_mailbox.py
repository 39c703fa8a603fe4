"""A form on a message about no consultation, such as the weekly digest: whoever goes back sees that message again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards import Aside, Button, Buttons, Card, Form, Open, Say, Show, Text
from bot.channels import Letter, Placed, Sent
from bot.channels.teams.app import TeamsChannel
from bot.channels.teams.mailbox import MOST, Mailbox
from bot.events import Who
from tests.slack.desk import question
from tests.teams.conftest import Desk, running
from tests.teams.connector import Connector, Person

FORM = Form("Ask the lead", (Text("question", "What do you want to know?"),), "Ask", "enquiry.confirm")
WEEK = question("The week: safe", "Ask the lead", action="enquiry")
NUMBERS = question("All the numbers", "Ask the lead", action="enquiry")
WAY_BACK = "Back to your card"


def letter(to: Person, card: Card = WEEK) -> Letter:
    return Letter("L1", Who("teams", to.tenant, to.object_id), "", "", card, alone=True)


async def opened(channel: TeamsChannel, desk: Desk, person: Person) -> Sent:
    """The digest has come, and the form stands in its place."""
    sent = await channel.deliver(letter(person))
    desk.answers["enquiry"] = Open(FORM)
    await person.presses("Ask the lead")
    await person.waits_for("What do you want to know?")
    return sent


@pytest.mark.parametrize("old", [False, True], ids=["", "an older Teams"])
async def test_whoever_goes_back_from_a_form_sees_the_digest_and_not_the_home_page(
    connector: Connector, channel: TeamsChannel, desk: Desk, old: bool
) -> None:
    dora = connector.person("dora")
    dora.old = old
    await opened(channel, desk, dora)

    await dora.leaves()

    await dora.waits_for("# The week: safe")
    assert dora.labels() == ["Ask the lead"]


async def test_so_does_whoever_goes_back_from_what_was_said_in_its_place(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    dora = connector.person("dora")
    await opened(channel, desk, dora)
    desk.answers["enquiry.confirm"] = Aside(Card("Your question is sent", (Say("The answer comes to you."),)))
    await dora.fills("What do you want to know?", "Why two?")
    await dora.submits()

    await dora.presses(WAY_BACK)

    assert "# The week: safe" in dora.sees()


async def test_it_is_shown_as_the_last_press_left_it(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    dora = connector.person("dora")
    await channel.deliver(letter(dora, question("The week: safe", "All the numbers", action="digest.all")))
    desk.answers["digest.all"], desk.answers["enquiry"] = Show(NUMBERS), Open(FORM)
    await dora.presses("All the numbers")
    await dora.presses("Ask the lead")

    await dora.leaves()

    assert "# All the numbers" in dora.sees()


async def test_an_update_of_it_is_what_they_go_back_to(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    dora = connector.person("dora")
    sent = await channel.deliver(letter(dora))
    await channel.deliver(replace(letter(dora, NUMBERS), conversation=sent.conversation, message=sent.message))
    desk.answers["enquiry"] = Open(FORM)
    await dora.presses("Ask the lead")

    await dora.leaves()

    assert "# All the numbers" in dora.sees()


async def test_what_the_desk_draws_for_that_message_comes_first(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    dora = connector.person("dora")
    sent = await opened(channel, desk, dora)
    desk.stands = [(sent.message, question("Case ABC-1", "Open"))]

    await dora.leaves()

    assert "# Case ABC-1" in dora.sees()


async def test_a_card_of_a_consultation_is_not_kept(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    dora = connector.person("dora")
    await channel.deliver(replace(letter(dora, question("Case ABC-1", "Ask the lead", action="enquiry")), alone=False))
    desk.answers["enquiry"] = Open(FORM)
    await dora.presses("Ask the lead")

    await dora.leaves()

    assert "Case ABC-1" not in dora.sees()
    assert f"# {desk.page.title}" in dora.sees()


async def test_nor_is_a_page_that_was_opened_in_the_place_of_a_message(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    """Whoever is kept out of that consultation meanwhile must not read it again on the way back."""
    dora = connector.person("dora")
    await channel.deliver(letter(dora, question("Answer a request soon", "Everything open", action="board")))
    desk.answers["board"] = Show(question("Case ABC-1", "Hold it", action="enquiry"))
    desk.answers["enquiry"] = Open(FORM)
    await dora.presses("Everything open")
    await dora.presses("Hold it")

    await dora.leaves()

    assert "ABC-1" not in dora.sees()
    assert f"# {desk.page.title}" in dora.sees()


async def test_nor_a_list_that_opens_consultations(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    dora = connector.person("dora")
    case = Buttons((Button("Case ABC-1", "open", {"c": "1"}), Button("Ask the lead", "enquiry")))
    await channel.deliver(letter(dora, Card("Waiting for you", (case,), "Ring 999.")))
    desk.answers["enquiry"] = Open(FORM)
    await dora.presses("Ask the lead")

    await dora.leaves()

    assert "ABC-1" not in dora.sees()


async def test_whoever_has_left_or_is_locked_goes_back_to_what_they_may_see(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    dora = connector.person("dora")
    await opened(channel, desk, dora)
    desk.listed = False

    await dora.leaves()

    assert "The week" not in dora.sees()
    assert f"# {desk.page.title}" in dora.sees()


async def test_nor_is_what_was_taken_away(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    dora = connector.person("dora")
    sent = await opened(channel, desk, dora)
    form = dora.messages()[-1]
    await channel.erase(Placed(Who("teams", dora.tenant, dora.object_id), sent.conversation, sent.message))

    answer = await dora.presses("Go back", on=form)

    assert "The week" not in answer.text


async def test_after_a_restart_the_home_page_stands_there_until_teams_is_opened_again(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    dora = connector.person("dora")
    await opened(channel, desk, dora)

    async with running(connector, desk):
        await dora.leaves()
        home = dora.sees()

    dora.starts_teams_again()
    assert f"# {desk.page.title}" in home
    assert "# The week: safe" in dora.sees()


def test_of_very_many_the_last_ones_are_kept() -> None:
    mailbox = Mailbox()
    for number in range(MOST + 1):
        mailbox.put((str(number),), WEEK)

    assert (mailbox.at(("0",)), mailbox.at(("1",))) == (None, WEEK)
