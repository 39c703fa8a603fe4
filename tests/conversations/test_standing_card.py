"""One card as it stands now, for whoever goes back to it: that one alone is drawn, and a fault is no silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.channels import Unavailable
from bot.dispatch import Dispatcher
from bot.events import Who
from tests.conversations import stories
from tests.conversations.on_teams import TeamsResident
from tests.conversations.resident import Resident
from tests.conversations.sides import on
from tests.conversations.town import Town

pytestmark = on("teams")


def account(person: Resident) -> Who:
    assert isinstance(person, TeamsResident)
    return Who("teams", person.person.tenant, person.person.object_id)


async def test_it_is_the_same_as_among_all_of_them_and_nobody_elses(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.begins()
    await femi.sees("Could someone die")
    desk = town.process.dispatcher

    async def both_stand() -> bool:
        return len(await desk.cards(account(femi))) == 2

    await town.until(both_stand)
    for message, card in await desk.cards(account(femi)):
        assert await desk.card(account(femi), message) == card
        assert await desk.card(account(amira), message) is None
    assert await desk.card(account(femi), "nothing of ours") is None
    assert await desk.card(account(femi), "") is None


async def test_a_fault_while_it_is_drawn_is_said_with_the_numbers_to_ring(town: Town) -> None:
    def broken() -> datetime:
        raise RuntimeError("broken")

    desk = Dispatcher(replace(town.process.office, clock=broken))
    who = account(town.person("amira"))

    for asked in (desk.card(who, "m"), desk.cards(who), desk.accounts("teams")):
        with pytest.raises(Unavailable) as failed:
            await asked

        assert "999" in failed.value.card.danger
