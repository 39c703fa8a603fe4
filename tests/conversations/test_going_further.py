"""Going further than the proposal, and what becomes of that choice when the answers change."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import Resident, Ticked
from tests.conversations.town import ONE_ENGINE, Town

REFER = "A child at risk: Tell children's social care today"


async def goes_further(person: Resident, to: str) -> None:
    await person.presses("Go further than this")
    await person.sees("# Go further")
    await person.chooses("What do you want to do?", to)
    await person.fills("Why?", "It feels wrong to wait.")
    await person.submits()
    await person.sees("Recorded. The plan has changed to what you chose.")


async def changes(person: Resident, title: str) -> None:
    await person.presses("My answers")
    await person.sees("# Your answers")
    await person.changes(title)
    await person.sees(f"# {title}")


@ONE_ENGINE
async def test_a_choice_never_holds_a_case_back_that_has_become_worse(town: Town) -> None:
    """Told of sexual abuse, nobody may stop the report: a choice made when less was known must not need a yes."""
    amira = town.person("amira")
    await amira.begins()
    await amira.answers({**stories.A_CHILD, stories.DANGERS: Ticked((), (stories.CHILD,))})
    await amira.sees("# What we suggest")
    await goes_further(amira, REFER)

    await changes(amira, "How do we know?")
    await amira.presses("The child told us")
    await amira.sees("# What we suggest")
    await changes(amira, "Could any of this be part of it?")
    await amira.ticks("Sexual abuse or being used for sex")
    await amira.presses("Next")
    await amira.sees("# Are both young, close in age and both willing")
    await amira.presses("No")
    await amira.sees("# What is your own role?")
    await amira.presses("Neither")

    await amira.sees("# What we suggest", "Report it today: police or council")
    assert "Tell children's social care today" not in amira.screen().split("What we suggest")[1].split("Go further")[0]


@ONE_ENGINE
async def test_a_choice_stands_while_it_still_goes_further(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers({**stories.A_CHILD, stories.DANGERS: Ticked((), (stories.CHILD,))})
    await amira.sees("# What we suggest")
    await goes_further(amira, REFER)

    await changes(amira, "How do we know?")
    await amira.presses("We saw it, or pictures of it")

    await amira.sees("# What we suggest", "Tell children's social care today")


@ONE_ENGINE
async def test_terrorism_is_ticked_and_never_chosen_so_that_its_silence_comes_with_it(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.NOTHING)
    await amira.presses("Go further than this")
    await amira.sees("# Go further", "A danger you have not ticked is not here.")

    assert REFER in amira.screen()
    assert "errorism" not in amira.screen()
