"""Danger a second time: it has its own 999 card, its own call, and people are told again."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.town import ONE_ENGINE, Town

NOW = "Yes, now"


async def has_rung(town: Town, person: Resident) -> None:
    """The first danger, over: 999 was rung and the checklist goes on."""
    await person.begins()
    await person.presses(NOW)
    await person.sees("[I have rung 999]", "[Pressed by mistake]")
    await town.delivers()
    await person.presses("I have rung 999")
    await person.sees(f"# {stories.DANGERS}")


async def changes_the_first_answer(person: Resident, to: str) -> None:
    await person.presses("My answers")
    await person.sees("# Your answers")
    await person.changes(stories.FIRST)
    await person.sees(f"# {stories.FIRST}")
    await person.presses(to)


@ONE_ENGINE
async def test_the_card_stays_until_the_second_call_was_made_too(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    first = amira.card()
    await amira.presses(NOW)
    await amira.sees("[I have rung 999]", "[Pressed by mistake]")
    await amira.presses("I have rung 999")
    await amira.sees(f"# {stories.DANGERS}")

    await amira.presses(NOW, on=first)

    await amira.sees("# Ring 999 now", "[I have rung 999]", "[Pressed by mistake]")
    assert (await town.case()).values["call_made"] == "not_yet"
    await amira.presses("I have rung 999")
    await amira.sees(f"# {stories.DANGERS}")


async def test_the_people_on_duty_are_told_again_by_a_new_message(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await has_rung(town, amira)
    before = len(ben.account.messages())

    await changes_the_first_answer(amira, f"{NOW} (your answer)")
    await amira.sees("# Ring 999 now", "[Pressed by mistake]")
    await town.delivers()

    assert len(ben.account.messages()) == before + 1
    assert "Amira Osei was told to ring 999." in ben.all()


@ONE_ENGINE
async def test_danger_that_came_back_is_never_told_as_already_rung(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await has_rung(town, amira)
    await changes_the_first_answer(amira, "No")
    await amira.sees(f"# {stories.DANGERS}")

    await changes_the_first_answer(amira, NOW)
    await amira.sees("# Ring 999 now", "[Pressed by mistake]")
    await town.delivers()

    assert "Amira Osei was told to ring 999." in ben.all()
    assert "has rung 999" not in ben.all()


@ONE_ENGINE
async def test_pressing_yes_twice_in_one_danger_tells_people_once(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    first = amira.card()
    await amira.presses(NOW)
    await amira.sees("[Pressed by mistake]")
    await town.delivers()

    await amira.presses(NOW, on=first)
    await town.settles()
    await town.delivers()

    assert len(ben.account.messages()) == 1
