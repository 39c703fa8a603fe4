"""The charity changes its book, or a new version of it comes, while consultations are open: each ends by its own."""

from __future__ import annotations

from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity
from tests.conversations import stories
from tests.conversations.town import ONE_ENGINE, Town

pytestmark = ONE_ENGINE

KETTLE = SHIPPED_BOOKS.parent.parent / "bot" / "trial" / "kettle-charity.toml"


async def another_book(town: Town) -> None:
    """The charity's file names another book from now on, and every process has heard of it."""
    await import_charity(town.process.office.store, KETTLE.read_text(encoding="utf-8"), town.clock(), town.books)
    town.clock.passes(seconds=6)


async def test_what_was_agreed_under_one_book_is_done_by_that_book(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await town.delivers()
    await amira.sees("# What to do now")
    await another_book(town)

    await amira.presses("Write down what was done")
    await amira.sees("# What was done")
    assert "Children's social care at the council" in amira.screen()
    await amira.closes()
    await amira.presses("Someone must not know")
    await amira.chooses("Who must not know?", "Joan Tully, worker")
    await amira.submits()
    await town.delivers()

    await amira.sees("# What to do now", "Children's social care")


async def test_danger_on_a_card_of_the_old_book_calls_whoever_is_on_duty(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    await another_book(town)

    await amira.presses("Yes, now")
    await amira.reads("Are you safe?")
    await town.delivers()

    await ben.reads("Please ring")
    await chidi.reads("Please ring")
