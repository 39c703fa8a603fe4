"""A charity whose numbers or leads are missing gets the emergency text, and what is missing."""

from __future__ import annotations

from tests.conversations.town import ONE_ENGINE, Town


async def test_without_a_safeguarding_lead_only_the_emergency_text_is_shown(town: Town) -> None:
    amira = town.person("amira")
    await town.changes("ben", active=False)

    await amira.commands()

    await amira.sees(
        "# Ring 999 now",
        "This bot is not set up yet. Please use it only for the emergency numbers.",
        "Still missing, for your administrator: a person who is safeguarding lead.",
    )
    assert await town.cases() == []


@ONE_ENGINE
async def test_without_the_councils_numbers_only_the_emergency_text_is_shown(town: Town) -> None:
    amira = town.person("amira")
    async with town.changing() as tx:
        charity = await tx.organisations.current()
        await tx.organisations.change(charity.name, {**charity.settings, "areas": {}})

    await amira.commands()

    await amira.sees("# Ring 999 now", "Still missing, for your administrator: the number for: Children's social care")
    assert await town.cases() == []


@ONE_ENGINE
async def test_it_begins_to_work_when_what_was_missing_is_there(town: Town) -> None:
    amira = town.person("amira")
    await town.changes("ben", active=False)
    await amira.commands()
    await amira.sees("This bot is not set up yet.")
    await town.changes("ben", active=True)
    town.clock.passes(minutes=1)

    await amira.begins()

    assert len(await town.cases()) == 1
