"""A form that somebody is filling in, in the place of a card, while that card has news: nothing typed is wiped off."""

from __future__ import annotations

import pytest

from bot.cards import Button, Buttons, Card, Correct, Form, Open, Say, Show, Text
from bot.channels import DeliveryError, Gone, Letter, Sent
from bot.channels.teams.app import TeamsChannel
from bot.channels.teams.filling import LONGEST
from bot.events import Who
from tests.slack.desk import question
from tests.teams.conftest import Desk, running
from tests.teams.connector import Connector, Person

FORM = Form("Your decision", (Text("why", "Why?"),), "Yes, I agree", "approve.confirm")
ASKED = question("Do you agree?", "Approve", action="approve")
NEWS = question("Do you agree? Two of you are asked.", "Approve", action="approve")
DECIDED = question("Already decided", "Read the reasons", action="read")


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def letter(to: Person, card: Card, sent: Sent | None = None, id: str = "L1") -> Letter:
    conversation, message = (sent.conversation, sent.message) if sent else ("", "")
    return Letter(id, Who("teams", to.tenant, to.object_id), conversation, message, card)


async def begun(channel: TeamsChannel, desk: Desk, person: Person, form: Form = FORM) -> Sent:
    """Asked by a letter, they have opened the form and begun to type."""
    sent = await channel.deliver(letter(person, ASKED))
    desk.answers["approve"] = Open(form)
    await person.presses("Approve")
    await person.waits_for("Why?")
    await person.fills("Why?", "Two signs since Sunday.")
    return sent


async def test_an_update_waits_while_somebody_fills_in_a_form_there(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    ben = connector.person("ben")
    sent = await begun(channel, desk, ben)

    with pytest.raises(DeliveryError) as waits:
        await channel.deliver(letter(ben, NEWS, sent))

    assert not isinstance(waits.value, Gone)
    assert waits.value.after is None  # nothing else that this person gets waits with it
    assert "________ Two signs since Sunday." in ben.sees()
    await channel.deliver(letter(ben, question("Another case", "Approve"), id="L2"))
    assert len(ben.messages()) == 2


async def test_what_they_send_is_taken_and_then_the_card_can_be_updated_again(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    ben = connector.person("ben")
    sent = await begun(channel, desk, ben)
    desk.answers["approve.confirm"] = Show(DECIDED)
    with pytest.raises(DeliveryError):
        await channel.deliver(letter(ben, NEWS, sent))

    await ben.submits()
    await connector.until(lambda: desk.told)

    assert desk.events[-1].fields == {"why": ("Two signs since Sunday.",)}
    await channel.deliver(letter(ben, NEWS, sent))
    assert "# Do you agree? Two of you are asked." in ben.sees()


async def test_whoever_goes_back_sees_the_news_and_so_does_whoever_opens_teams_anew(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    ben = connector.person("ben")
    sent = await begun(channel, desk, ben)
    desk.stands = [(sent.message, NEWS)]
    with pytest.raises(DeliveryError):
        await channel.deliver(letter(ben, NEWS, sent))

    await ben.leaves()
    assert "# Do you agree? Two of you are asked." in ben.sees()
    await connector.until(lambda: connector.called("update"))
    await channel.stop()

    ben.starts_teams_again()
    assert "# Do you agree? Two of you are asked." in ben.sees()


async def test_whoever_goes_back_without_any_news_changes_no_message(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    ben = connector.person("ben")
    sent = await begun(channel, desk, ben)
    desk.stands = [(sent.message, ASKED)]

    await ben.leaves()
    await channel.stop()

    assert connector.called("update") == []


@pytest.mark.parametrize(
    "card",
    [
        DECIDED,
        Card("Case ABC-1", (Say("Nothing is needed from you here."),)),
        Card("Ring 999", (Buttons((Button("Approve", "approve"),)),), weight="stop"),
    ],
    ids=["somebody else decided", "not theirs any more", "danger"],
)
async def test_where_the_form_could_not_be_sent_any_more_the_card_takes_its_place_at_once(
    connector: Connector, channel: TeamsChannel, desk: Desk, card: Card
) -> None:
    ben = connector.person("ben")
    sent = await begun(channel, desk, ben)

    await channel.deliver(letter(ben, card, sent))

    assert f"# {card.title}" in ben.sees()


async def test_no_update_waits_for_ever_for_whoever_walked_away(connector: Connector, desk: Desk) -> None:
    clock = Clock()
    async with running(connector, desk, ticks=clock) as channel:
        ben = connector.person("ben")
        sent = await begun(channel, desk, ben)
        clock.seconds += LONGEST
        with pytest.raises(DeliveryError):
            await channel.deliver(letter(ben, NEWS, sent))
        clock.seconds += 1

        await channel.deliver(letter(ben, NEWS, sent))

    assert "# Do you agree? Two of you are asked." in ben.sees()


@pytest.mark.parametrize("unavailable", [False, True])
async def test_it_waits_on_for_whoever_has_something_to_change(
    connector: Connector, desk: Desk, unavailable: bool
) -> None:
    clock = Clock()
    async with running(connector, desk, ticks=clock) as channel:
        ben = connector.person("ben")
        sent = await begun(channel, desk, ben)
        desk.answers["approve.confirm"] = Correct({"why": "Leave out the number."})
        clock.seconds += LONGEST
        desk.unavailable = unavailable
        await ben.submits()
        clock.seconds += 60

        with pytest.raises(DeliveryError):
            await channel.deliver(letter(ben, NEWS, sent))


async def test_it_waits_for_a_form_that_follows_a_form(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    ben = connector.person("ben")
    sent = await begun(channel, desk, ben)
    desk.answers["approve.confirm"] = Open(Form("Your code", (Text("code", "Code?"),), "Send", "factor"))
    await ben.submits()
    await ben.waits_for("Code?")

    with pytest.raises(DeliveryError):
        await channel.deliver(letter(ben, NEWS, sent))


async def test_an_older_teams_keeps_its_form_as_well(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    ben = connector.person("ben")
    ben.old = True
    sent = await begun(channel, desk, ben)

    with pytest.raises(DeliveryError):
        await channel.deliver(letter(ben, NEWS, sent))

    assert "________ Two signs since Sunday." in ben.sees()


async def test_what_is_only_read_holds_nothing_up(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    ben = connector.person("ben")
    sent = await channel.deliver(letter(ben, ASKED))
    desk.answers["approve"] = Open(Form("What was written", (Say("Words."),), "", ""))
    await ben.presses("Approve")
    await ben.waits_for("Words.")

    await channel.deliver(letter(ben, NEWS, sent))

    assert "# Do you agree? Two of you are asked." in ben.sees()
