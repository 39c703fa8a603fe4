"""A typed cry for help: whatever Teams, the login service or we ourselves do, the emergency card still gets there."""

from __future__ import annotations

import json

import pytest

from bot.cards import Aside, Card, Nothing, Notice, Say, Show
from bot.channels import DeliveryError, Letter
from bot.channels.teams.app import TeamsChannel
from bot.events import Who
from tests.slack.desk import DANGER, EMERGENCY, question
from tests.teams.conftest import Desk, running
from tests.teams.connector import Connector

ELSEWHERE = Card("Please use your own messages", (Say("Not here."),), danger=DANGER)


@pytest.fixture
def alarmed(desk: Desk) -> Desk:
    """Whatever somebody types is a cry for help."""
    desk.urgent = lambda event: event.action == "typed"
    desk.answers["typed"] = Show(EMERGENCY)
    return desk


async def test_a_guest_list_that_asks_us_to_wait_holds_up_no_card(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    worker = connector.person("wren")
    connector.fails("member", status=429, retry_after=600)
    desk.answers["typed"] = Show(question("One?", "Yes"))

    await worker.types("hello")

    await worker.waits_for("# One?", seconds=5)


async def test_teams_asking_us_to_wait_for_minutes_does_not_hold_up_the_emergency_card(
    connector: Connector, channel: TeamsChannel, alarmed: Desk
) -> None:
    worker = connector.person("wren")
    connector.fails("send", status=429, retry_after=600, times=2)
    with pytest.raises(DeliveryError):
        await channel.deliver(Letter("L1", Who("teams", worker.tenant, worker.object_id), "", "", question("Look")))

    await worker.types("he has a knife")

    await worker.waits_for("Ring 999 now.", seconds=10)


async def test_a_teams_that_fails_again_and_again_gets_the_emergency_card_in_the_end(
    connector: Connector, channel: TeamsChannel, alarmed: Desk
) -> None:
    alarmed.answers["typed"] = Nothing()
    worker = connector.person("wren")
    connector.fails("send", status=503, times=4)

    await worker.types("he has a knife")

    await worker.waits_for("Ring 999 now.", seconds=15)


async def test_connections_that_are_cut_again_and_again_do_not_end_it(
    connector: Connector, channel: TeamsChannel, alarmed: Desk
) -> None:
    alarmed.answers["typed"] = Nothing()
    worker = connector.person("wren")
    connector.fails("send", status=0, times=3)

    await worker.types("he has a knife")

    await worker.waits_for("Ring 999 now.", seconds=15)
    await channel.stop()
    assert len(worker.messages()) == 1


async def test_a_login_service_that_fails_again_and_again_is_asked_soon_while_somebody_is_in_danger(
    connector: Connector, alarmed: Desk
) -> None:
    connector.fails("token", status=503, times=3)
    async with running(connector, alarmed):
        worker = connector.person("wren")

        await worker.types("he has a knife")

        await worker.waits_for("Ring 999 now.", seconds=15)


# Where others read it


@pytest.mark.parametrize("kind", ["groupChat", "channel"])
async def test_in_a_group_only_the_one_who_wrote_reads_the_emergency_card(
    connector: Connector, channel: TeamsChannel, alarmed: Desk, kind: str
) -> None:
    alarmed.answers["typed"] = Aside(ELSEWHERE)
    worker, other = connector.person("wren"), connector.person("ash")

    await worker.types("he has a knife", kind=kind)

    await connector.until(lambda: "Ring 999 now." in worker.sees_everything())
    await connector.until(lambda: "# Please use your own messages" in other.sees_everything())
    assert "Ring 999 now." not in other.sees_everything()


async def test_where_the_private_card_cannot_be_sent_the_group_still_reads_the_999_line_and_nothing_else(
    connector: Connector, channel: TeamsChannel, alarmed: Desk
) -> None:
    alarmed.answers["typed"] = Aside(ELSEWHERE)
    worker, other = connector.person("wren", installed=False), connector.person("ash")
    connector.fails("send", status=503, times=4)

    await worker.types("he has a knife", kind="groupChat")

    await connector.until(lambda: DANGER in other.sees_everything(), seconds=15)
    assert "Ring 999 now." not in other.sees_everything()


async def test_an_older_teams_in_a_group_shows_nobody_else_the_emergency_card(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["typed"] = Aside(Card("Somebody left this here", question("", "Yes").blocks))
    worker, other = connector.person("wren"), connector.person("ash")
    await worker.types("hello", kind="groupChat")
    await worker.waits_for("# Somebody left this here")
    worker.old = True
    desk.urgent = lambda event: event.action == "answer"
    desk.answers["answer"] = Aside(ELSEWHERE)

    await worker.presses("Yes")

    await connector.until(lambda: "Ring 999 now." in worker.sees_everything())
    assert "Ring 999 now." not in other.sees_everything()


# A fault of our own


async def test_a_press_that_breaks_us_is_answered_with_the_999_line_and_the_way_back(
    connector: Connector, channel: TeamsChannel, desk: Desk
) -> None:
    desk.answers["typed"] = Show(Card("One?", (Notice("x"), *question("", "Yes").blocks), danger=DANGER))
    worker = connector.person("wren")
    await worker.types("hello")
    await worker.waits_for("# One?")
    desk.breaks = RuntimeError("broken")

    answer = await worker.presses("Yes")

    assert answer.status == 200
    assert "Ring 999" in worker.sees()
    assert "Press again" in worker.sees()
    assert "broken" not in json.dumps(answer.body)
    desk.stands = [(worker.messages()[0].id, question("One?", "Yes"))]
    await worker.presses("Back to your card")
    assert "# One?" in worker.sees()
