"""Guests and other organisations: turned away at every door, and nothing is decided while nobody knows who it is."""

from __future__ import annotations

import pytest

from bot.cards import Aside, Card, Show
from bot.channels import Gone, Letter
from bot.channels.teams.app import TeamsChannel
from bot.channels.teams.origin import BACK, Origin
from bot.events import Who
from tests.slack.desk import question
from tests.teams.conftest import Desk, running
from tests.teams.connector import Connector, Person

REFUSED = Aside(Card("Not for guests", ()))


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def letter(to: Person) -> Letter:
    return Letter("L1", Who("teams", to.tenant, to.object_id), "", "", question("Do you agree?", "Approve"))


def seen(desk: Desk) -> list[tuple[bool, bool]]:
    return [(event.guest, event.unsure) for event in desk.events]


async def pressing(connector: Connector, person: Person) -> None:
    """A card that they have, from whenever it came, is pressed."""
    card = connector.store(person.conversation.id, _stored(), f"28:{connector.app_id}")
    await person.presses("Approve", on=card)


def _stored() -> dict[str, object]:
    from bot.channels.teams import render

    content = render.card(question("Do you agree?", "Approve"))
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}],
    }


async def test_the_first_press_of_a_guest_is_a_guests(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    await pressing(connector, connector.person("gail", userRole="guest"))

    assert seen(desk) == [(True, False)]


async def test_the_first_press_of_a_member_is_a_members(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    await pressing(connector, connector.person("wren"))

    assert seen(desk) == [(False, False)]


async def test_while_teams_does_not_say_who_it_is_nobody_is_sure(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    connector.fails("member", status=503)
    gail = connector.person("gail", userRole="guest")

    await pressing(connector, gail)

    assert seen(desk) == [(False, True)]


async def test_a_guest_stays_one_until_teams_says_otherwise(connector: Connector, desk: Desk) -> None:
    clock = Clock()
    async with running(connector, desk, ticks=clock):
        gail = connector.person("gail", userRole="guest")
        await pressing(connector, gail)
        connector.fails("member", status=503)
        clock.seconds += 3 * 86400
        await pressing(connector, gail)
        gail.marks["userRole"] = "user"
        clock.seconds += 601
        await pressing(connector, gail)

    assert seen(desk) == [(True, False), (True, False), (False, False)]


async def test_a_member_stays_one_for_a_day_where_teams_does_not_answer(connector: Connector, desk: Desk) -> None:
    clock = Clock()
    async with running(connector, desk, ticks=clock):
        wren = connector.person("wren")
        await pressing(connector, wren)
        connector.fails("member", status=503, times=2)
        clock.seconds += 3600
        await pressing(connector, wren)
        clock.seconds += 86400
        await pressing(connector, wren)

    assert seen(desk) == [(False, False), (False, False), (False, True)]


async def test_an_emergency_waits_for_no_guest_list(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    desk.urgent = lambda event: True
    connector.delays["member"] = 30
    gail = connector.person("gail", userRole="guest")

    await pressing(connector, gail)

    assert "Ring 999 now." in gail.sees()


async def test_a_guest_is_written_no_letter(connector: Connector, channel: TeamsChannel) -> None:
    gail = connector.person("gail", userRole="guest")

    with pytest.raises(Gone):
        await channel.deliver(letter(gail))

    assert gail.messages() == []


async def test_a_guest_list_that_does_not_answer_holds_up_no_letter(
    connector: Connector, channel: TeamsChannel
) -> None:
    connector.fails("member", status=503)
    sol = connector.person("sol")

    await channel.deliver(letter(sol))

    assert "# Do you agree?" in sol.sees()


async def test_going_back_does_not_go_round_the_refusal(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    for who in (connector.person("gail", userRole="guest"), connector.person("joan", tenant="another-tenant")):
        desk.events.clear()
        desk.answers["typed"] = desk.answers[BACK] = REFUSED
        await who.types("hello")
        await who.waits_for("Not for guests")
        message = who.messages()[-1]
        desk.stands = [(message.id, question("A case of theirs", "x"))]
        press = {"type": "Action.Execute", "title": "P", "verb": BACK, "data": Origin(BACK).written()}
        message.shown = {"type": "AdaptiveCard", "body": [{"type": "ActionSet", "actions": [press]}]}

        await who.presses("P", on=message)

        assert "A case of theirs" not in who.sees()
        assert [event.guest for event in desk.events] == [True, True]


async def test_a_refusal_offers_no_way_back(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    desk.answers["answer"] = REFUSED
    gail = connector.person("gail", userRole="guest")

    await pressing(connector, gail)

    assert "# Not for guests" in gail.sees()
    assert gail.labels() == []


async def test_a_member_is_asked_about_once_in_a_while(connector: Connector, channel: TeamsChannel, desk: Desk) -> None:
    wren = connector.person("wren")
    desk.answers["typed"] = Show(question("One?", "Yes"))

    for _ in range(3):
        await wren.types("hello")

    assert len(connector.called("member")) == 1
