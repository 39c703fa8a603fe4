"""What the card says when nobody can be reached: the trustees' rule once there is one, and never "you may not"."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.town import ONE_ENGINE, Town


@ONE_ENGINE
async def test_once_the_trustees_have_adopted_a_rule_the_card_states_it_with_its_day(town: Town) -> None:
    async with town.changing() as tx:
        charity = await tx.organisations.current()
        rules = {"nobody_reachable": "agree_afterwards", "adopted": "2026-11-02"}
        await tx.organisations.change(charity.name, {**charity.settings, "rules": rules})
    amira, *_ = town.people("amira", "ben", "chidi", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await time_goes_on(town, minutes=31)

    await amira.reads("# Please ring them yourself")
    await amira.reads("Our trustees' rule of 2 November 2026: if you reach nobody, you can tell now what cannot wait.")
    assert "the choice is yours" not in amira.all()
    assert "may not" not in amira.all().lower()
