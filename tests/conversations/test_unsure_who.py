"""While Teams does not say whether somebody is a guest: nothing is decided, nothing typed is lost, and help goes on."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import TALKED
from tests.conversations.sides import on
from tests.conversations.town import Town

pytestmark = on("teams")


async def test_nobody_decides_until_teams_says_who_they_are_and_what_they_typed_stays(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    town.connector.fails("member", status=503, times=50)
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await femi.fills("Why do you agree?", "Two signs since Sunday.")
    await femi.ticks(TALKED)

    await femi.submits()
    await femi.sees("Press again in a minute", "________ Two signs since Sunday.", "999")
    assert "approved" not in await town.ledger_kinds()

    town.connector.faults.clear()

    async def presses_again() -> bool:
        await femi.submits()
        return "approved" in await town.ledger_kinds()

    await town.until(presses_again)
    await femi.sees("Already decided: Femi Adair agreed to this")


async def test_a_guest_on_the_roster_approves_nothing_and_is_asked_nothing(town: Town) -> None:
    amira, femi = town.person("amira"), town.person("femi", userRole="guest")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await town.delivers()

    assert femi.got_nothing()
    assert "letter undeliverable" in await town.ledger_kinds()


async def test_a_worker_goes_on_while_teams_does_not_say_who_they_are(town: Town) -> None:
    town.connector.fails("member", status=503, times=50)
    amira = town.person("amira")

    await amira.sends(stories.A_CHILD, of="Femi Adair")

    assert "sent" in await town.ledger_kinds()
