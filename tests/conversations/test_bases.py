"""How a fact is known: seen, told or professional view, said by the worker, read by whoever decides, never assumed."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.around import WOULD_SAY
from tests.conversations.town import ONE_ENGINE, Town

KNOW = "How do you know? A child may be harmed, or was"


async def test_what_the_worker_says_before_sending_is_read_by_whoever_decides(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent", KNOW, "You may leave these empty now.")
    assert "(x) I was told" not in amira.screen()
    await amira.chooses(KNOW, "I was told")
    await amira.ticks("Femi Adair")
    await amira.fills(WOULD_SAY, "A worry about a child.")
    await amira.submits()
    await amira.sees("# Waiting for a second person")
    await town.delivers()

    await femi.sees("# Do you agree?", "• A child may be harmed, or was (told)")
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.writes_down("Police")
    await amira.sees("Before this can be closed")
    assert "how you know what you ticked" not in amira.screen()


@ONE_ENGINE
async def test_left_empty_nothing_is_assumed_and_it_is_asked_at_the_end(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("• A child may be harmed, or was")
    assert "or was (" not in femi.screen()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()

    await amira.writes_down("Police")

    await amira.sees("Write down how you know what you ticked.")
    async with town.reading() as tx:
        assert await tx.bases.of((await town.case()).id) == {}


@ONE_ENGINE
async def test_nothing_that_cannot_wait_is_asked_for_it(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)
    await amira.presses("Go on with this")
    await amira.sees("# Before it is sent")

    assert "How do you know?" not in amira.screen().replace("How do we know?", "")
