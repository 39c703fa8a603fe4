"""The picture in the weekly digest, as it comes on each product; and a digest that comes whatever becomes of it."""

from __future__ import annotations

from datetime import timedelta

from tests.conversations import stories
from tests.conversations.sides import EVERYWHERE, SLACKS_OWN
from tests.conversations.test_digest import MONDAY, digests, waits_until
from tests.conversations.town import ONE_ENGINE, Town

WEEK = timedelta(days=7)
PICTURE = "(picture: Consultations opened in the week up to each day. 14 Sep to 16 Nov: no digest; "


@EVERYWHERE
async def test_from_the_second_digest_on_a_trustee_sees_the_weeks_and_their_words(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.commands()
    await amira.answers({stories.FIRST: "No"})
    await waits_until(town, MONDAY)
    first = dora.all()

    await waits_until(town, MONDAY + WEEK)

    assert "picture" not in first
    await dora.reads("Consultations opened in the last twelve weeks", f"{PICTURE}23 Nov: 1; 30 Nov: 0.)")
    await dora.reads("A grey line: no digest.")


@EVERYWHERE
async def test_it_is_there_again_after_all_the_numbers(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY)
    await waits_until(town, MONDAY + WEEK)
    await dora.reads(PICTURE)
    await dora.presses("All the numbers")
    await dora.sees("By ground: too few to show.")
    assert "picture" not in dora.screen()

    await dora.presses("Show less")

    await dora.sees(PICTURE)


@ONE_ENGINE
async def test_a_digest_that_stands_for_three_weeks_says_so_on_it(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY)
    town.clock.now = MONDAY + timedelta(days=24)
    await town.restarts()

    await waits_until(town, town.clock.now)

    await dora.reads("23 Nov: 0; 14 Dec: 0, in 3 weeks.)", "Stripes: one digest for several weeks")


@SLACKS_OWN
@ONE_ENGINE
async def test_without_the_scope_every_digest_comes_with_the_numbers_in_words(town: Town) -> None:
    dora = town.person("dora")
    dora.account.workspace.scopes.discard("files:write")

    await waits_until(town, MONDAY)
    await waits_until(town, MONDAY + WEEK)

    await dora.reads("16 Nov: no digest; 23 Nov: 0; 30 Nov: 0.")
    assert len(digests(dora)) == 2
    assert "picture" not in dora.all()
