"""The bot walks its own ledger: what it found stands in the digest, and a break is told at once, and once."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from bot.evidence.anchoring import anchor_now, heads
from bot.evidence.watching import walk
from storage.anchors import Anchor, append_anchors
from storage.outbox import WALK
from storage.pieces import MOST
from storage.records import Job
from storage.walks import Walked
from tests.conversations.test_digest import MONDAY, READERS, waits_until
from tests.conversations.town import ONE_ENGINE, Town
from tests.storage.charity import behind, unguarded

WARNING = "# The record was altered, or a part is lost"
DAY = timedelta(days=1)


async def tampers(town: Town, statement: str) -> None:
    await behind(town.process.office.store, *unguarded(town.process.office.store, statement))


async def walked(town: Town) -> Walked:
    async with town.reading() as tx:
        return await tx.walks.get()


async def head(town: Town) -> int:
    async with town.reading() as tx:
        return (await tx.ledger.head())[0]


async def a_day_passes(town: Town, days: int = 1) -> None:
    """The bot is at work all the while."""
    for _ in range(days):
        await waits_until(town, town.clock.now + DAY)


def warned(town: Town) -> dict[str, int]:
    """Who was told, and how often."""
    people = {handle: town.person(handle) for handle in ("amira", *READERS)}
    told = {handle: person.all().count(WARNING) for handle, person in people.items()}
    return {handle: number for handle, number in told.items() if number}


async def test_a_whole_ledger_stands_in_the_digest_with_the_day_and_the_entry(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, town.clock.now)
    await a_day_passes(town)
    last = (await walked(town)).whole.sequence

    await waits_until(town, MONDAY - timedelta(hours=1))
    await waits_until(town, MONDAY)

    assert last > 0
    await dora.reads("# The week: ", "Ledger: checked on ", ": whole.")
    await dora.presses("All the numbers")
    await dora.sees("All of it was last checked on ", "No anchor is set up, so nobody would see that all of it was")
    assert warned(town) == {}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE ledger SET at = at + 1 WHERE sequence = 3", "Entry 3 was changed."),
        ("DELETE FROM ledger WHERE sequence = 3", "Entry 3 is missing."),
        ("DELETE FROM ledger WHERE sequence > 3", "From entry 4 on the end is missing."),
    ],
)
async def test_a_break_is_told_once_to_administrators_and_the_data_protection_lead_and_heads_the_digest(
    altered: Town, statement: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    town = altered
    dora, ewan, ben = town.people("dora", "ewan", "ben")
    await waits_until(town, town.clock.now)
    await a_day_passes(town)
    await tampers(town, statement)

    await a_day_passes(town, 11)  # so that a walk has begun with the first entry, and others after it

    told = warned(town)
    await ewan.reads(WARNING, said, "Change nothing and delete nothing.", "999")
    await dora.reads("1. Ask whoever looks after Confer: the ledger is NOT whole at entry ")
    await ben.opens_home()
    await ben.sees("The ledger is not whole: do not rely on the record.")
    assert set(told.values()) == {1}
    assert "ewan" in told
    assert not {"amira", "dora", "ben"} & set(told)
    assert len([each for each in caplog.records if each.levelno >= logging.ERROR]) == 1


@ONE_ENGINE
async def test_a_worker_reads_nothing_of_it_on_their_home_page(altered: Town) -> None:
    town = altered
    amira, ewan = town.people("amira", "ewan")
    await waits_until(town, town.clock.now)
    await tampers(town, "DELETE FROM ledger WHERE sequence = 3")
    await a_day_passes(town)

    for person in (amira, ewan):
        await person.opens_home()

    await ewan.sees("The ledger is not whole")
    assert "ledger" not in amira.screen()


@ONE_ENGINE
async def test_put_right_again_it_is_whole_again_and_another_break_is_told_anew(altered: Town) -> None:
    town = altered
    ewan = town.person("ewan")
    await waits_until(town, town.clock.now)
    await tampers(town, "UPDATE ledger SET at = at + 1 WHERE sequence = 3")
    await a_day_passes(town)
    first = await walked(town)
    await behind(town.process.office.store, "UPDATE ledger SET at = at - 1 WHERE sequence = 3")

    await a_day_passes(town)
    mended = await walked(town)
    await behind(town.process.office.store, "DELETE FROM ledger WHERE sequence = 5")
    await a_day_passes(town, 8)

    assert (first.wrong is None, mended.wrong is None) == (False, True)
    assert ewan.all().count(WARNING) == 2


async def filled(town: Town, entries: int) -> None:
    async with town.changing() as tx:
        for _ in range(entries):
            tx.note("pressed")


async def test_a_long_ledger_is_walked_in_pieces_and_a_restart_in_the_middle_goes_on_from_there(town: Town) -> None:
    await waits_until(town, town.clock.now)
    await filled(town, 2 * MOST)
    async with town.changing() as tx:
        await tx.walks.goes_on(town.clock.now)
    await town.delivers()
    half = await walked(town)

    await town.restarts()
    await waits_until(town, town.clock.now + timedelta(seconds=30))
    more = await walked(town)
    await waits_until(town, town.clock.now + timedelta(seconds=30))

    assert (half.place.sequence, half.whole_at) == (MOST, None)
    assert (more.place.sequence, more.whole_at) == (2 * MOST, None)
    assert (await walked(town)).whole.sequence == await head(town)


async def test_processes_that_find_the_same_break_tell_it_once(altered: Town) -> None:
    """Some slept through their lease, and woke beside the one that took their work over."""
    town = altered
    ewan = town.person("ewan")
    await waits_until(town, town.clock.now)
    await tampers(town, "DELETE FROM ledger WHERE sequence = 3")
    office = town.process.office
    async with town.reading() as tx:
        job = Job("slept", tx.organisation_id, WALK, WALK, "", {}, 1, "over")

    await asyncio.gather(*(walk(office, job) for _ in range(4)))
    await town.delivers()

    assert ewan.all().count(WARNING) == 1


async def test_the_digest_says_through_which_anchor_it_goes(town: Town, tmp_path: Path) -> None:
    dora, office = town.person("dora"), town.process.office
    await waits_until(town, town.clock.now)
    file = tmp_path / "anchors"
    append_anchors(file, await heads(office.store, town.clock.now))
    await anchor_now(office.store, file, office.alarms, town.clock.now, anchored=office.anchored)

    await waits_until(town, MONDAY - timedelta(hours=1))
    await waits_until(town, MONDAY)

    await dora.presses("All the numbers")
    await dora.sees("It goes through the anchor of Friday 20 November.")


async def test_a_ledger_that_does_not_pass_through_its_anchor_is_not_whole(town: Town) -> None:
    ewan = town.person("ewan")
    await waits_until(town, town.clock.now)
    async with town.reading() as tx:
        town.process.office.anchored[tx.organisation_id] = Anchor(tx.organisation_id, 4, "ab" * 32, town.clock.now)

    await a_day_passes(town)

    await ewan.reads("Entry 4 is not the one that was there.")


async def test_what_nobody_walked_for_more_than_a_week_is_said(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, town.clock.now)
    await a_day_passes(town)
    await filled(town, 5)
    async with town.changing() as tx:  # its job is given up for some reason
        await tx.outbox.cancel(WALK)

    town.clock.now = MONDAY + timedelta(days=7)
    await town.delivers()

    await dora.reads(
        "# The week: look at this", "the ledger was not checked for more than a week, ", "not checked since"
    )
