"""Bad input around a request, one test each; those that stand elsewhere are named in docs/reliability.md."""

from __future__ import annotations

from bot.events import Event
from tests.conversations import stories
from tests.conversations.resident import TALKED
from tests.conversations.sides import EVERY_PRODUCT
from tests.conversations.town import ONE_ENGINE, Town

AGREED = {"reason": ("The risk is clear.",), "talked": ("yes",)}


@ONE_ENGINE
async def test_a_persons_id_in_what_a_button_carries_decides_for_nobody_else(town: Town) -> None:
    amira, femi, dora = town.people("amira", "femi", "dora")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision", TALKED)
    hers = await town.id_of("femi")
    carry = {**femi.carried(), **dict.fromkeys(("p", "person", "person_id", "user", "who", "by"), hers)}
    before = await town.state()

    await town.hears(Event("forged", town.who(dora), "approve.confirm", carry=carry, fields={**AGREED, "who": (hers,)}))

    assert await town.state() == before


@EVERY_PRODUCT
async def test_a_card_of_a_year_ago_still_says_where_it_stands_and_changes_nothing(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.sends(stories.A_REQUEST, of="Dora Finch")
    await town.delivers()
    old = dora.card()
    await dora.says_no()
    await town.delivers()
    town.clock.passes(days=365)
    before = await town.state()

    await dora.presses("Approve", on=old)

    await dora.sees("Already decided: Dora Finch said no to this at")
    assert await town.state() == before


@ONE_ENGINE
async def test_a_request_that_has_waited_for_a_year_is_still_decided_with_a_press(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    old = femi.card()
    town.clock.passes(days=365)

    await femi.presses("Approve", on=old)
    await femi.sees("# Your decision")
    await femi.fills("Why do you agree?", "The risk is clear.")
    await femi.ticks(TALKED)
    await femi.submits()
    await town.delivers()

    await amira.sees("Femi Adair agreed at")


async def test_two_approvals_of_the_same_person_are_one(town: Town) -> None:
    """Dora is a trustee: where she asks, two workers have to agree, and one of them twice is not two."""
    dora, femi = town.people("dora", "femi")
    await dora.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await town.delivers()
    async with town.reading() as tx:
        first, second = await tx.approvals.of((await town.case()).id)
    carry = {"c": first.consultation_id, "r": second.id, "f": second.fingerprint}

    for number in range(2):
        await town.hears(Event(f"again {number}", town.who(femi), "approve.confirm", carry=carry, fields=AGREED))

    async with town.reading() as tx:
        states = [request.state for request in await tx.approvals.of(first.consultation_id)]
    assert (first.state, states) == ("approved", ["approved", "pending"])
    await dora.sees("# Waiting for a second person")
