"""Two people press at one moment: on PostgreSQL they really are at once, and what stands afterwards is true."""

from __future__ import annotations

import asyncio

import pytest

from bot.events import Event
from tests.conversations import stories
from tests.conversations.resident import TALKED, Resident
from tests.conversations.town import Town

AT_ONCE = pytest.mark.parametrize("charity_url", ["postgresql"], indirect=True)


async def decides(town: Town, person: Resident, label: str = "Approve") -> Event:
    """The submission of an open form that says yes, not sent yet."""
    await person.presses(label)
    await person.sees("# Your decision", TALKED)
    fields = {"reason": ("The risk is clear.",), "talked": ("yes",)}
    return Event(f"yes of {person}", town.who(person), "approve.confirm", carry=person.carried(), fields=fields)


@AT_ONCE
@pytest.mark.parametrize("_", range(6))
async def test_a_yes_while_its_giver_is_kept_out_never_leaves_nobody_asked(town: Town, _: int) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    yes = await decides(town, ben)
    case = await town.case()
    about = {"about": (await town.id_of("ben"),)}
    out = Event("out", town.who(amira), "bar.confirm", carry={"c": case.id, "v": str(case.version)}, fields=about)

    await asyncio.gather(town.hears(yes), town.hears(out))
    await town.delivers()

    await amira.sees("Waiting for Chidi Lowe to agree.")


@AT_ONCE
async def test_two_who_are_asked_about_two_lanes_agree_at_one_moment(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD_AND_A_WEAPON, of="Femi Adair")
    await town.delivers()
    both = await decides(town, femi), await decides(town, ben, "Approve")

    await asyncio.gather(*(town.hears(each) for each in both))
    await town.delivers()

    await amira.sees("Femi Adair agreed at", "Ben Carver agreed at")


@AT_ONCE
@pytest.mark.parametrize("_", range(4))
async def test_a_yes_while_it_is_taken_back_is_kept_or_refused_and_never_lost_in_a_lock(town: Town, _: int) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    yes = await decides(town, ben)
    case = await town.case()
    back = Event("back", town.who(amira), "withdraw", carry={"c": case.id, "v": str(case.version)})

    await asyncio.gather(town.hears(yes), town.hears(back))
    await town.delivers()

    assert (await town.case()).state == "asking"
    await amira.sees("[Ask for agreement]")
