"""The weekly digest as it comes: to every trustee and lead, once, whatever went down meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.events import Event
from bot.reporting.timers import draft
from bot.reviving import revive
from storage.digests import Written
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, YES_NOW, keeps_out
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE
from tests.conversations.town import ONE_ENGINE, Town
from tests.storage.test_ahead import trips

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # the town's clock begins on the Friday before
SECOND = timedelta(seconds=1)
SUMMARY = "Confer: your weekly digest"
READERS = ("ben", "chidi", "dora", "ewan", "iris")  # three trustees, one of them the chair; both leads


async def waits_until(town: Town, moment: datetime) -> None:
    """The bot is at work all the while: it sets its clocks, and whatever is due goes out."""
    town.people(*READERS)  # a workspace knows whoever was ever there
    await revive(town.process.office.store, town.clock())
    town.clock.now = max(moment, town.clock.now)
    await town.delivers()


def digests(person: Resident) -> list[str]:
    """The digests that stand in this person's messages, oldest first."""
    return [json.dumps(each.blocks) for each in person.account.messages() if "The week: " in str(each.blocks)]


async def written(town: Town) -> list[Written]:
    async with town.reading() as tx:
        return (await tx.digests.before("9999-W01", 99))[::-1]


async def test_a_week_in_which_nothing_happened_has_a_digest_too(town: Town) -> None:
    amira, dora = town.people("amira", "dora")

    await waits_until(town, MONDAY - SECOND)
    early = digests(dora)
    await waits_until(town, MONDAY)

    assert (early, [len(digests(town.person(each))) for each in READERS], digests(amira)) == ([], [1, 1, 1, 1, 1], [])
    await dora.reads("999", "A quiet week", "From 09:00 on Monday 16 November to 09:00 on Monday 23 November.")


@ONE_ENGINE
async def test_one_comes_too_where_the_book_of_the_charity_is_on_no_shelf_any_more(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY - SECOND)
    async with town.changing() as tx:
        now = await tx.organisations.current()
        await tx.organisations.change(now.name, {**now.settings, "book": "on no shelf"})

    await waits_until(town, MONDAY)

    assert [len(digests(town.person(each))) for each in READERS] == [1, 1, 1, 1, 1]
    await dora.reads("999", "From 09:00 on Monday 16 November to 09:00 on Monday 23 November.")


async def test_the_next_one_comes_a_week_later_and_none_in_between(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY)

    await waits_until(town, MONDAY + timedelta(days=7) - SECOND)
    between = len(digests(dora))
    await waits_until(town, MONDAY + timedelta(days=7))

    assert (between, len(digests(dora))) == (1, 2)
    assert [each.week for each in await written(town)] == ["2026-W48", "2026-W49"]


async def test_a_machine_that_was_off_for_three_weeks_sends_one_that_says_so(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY)

    town.clock.now = MONDAY + timedelta(days=24)
    await town.restarts()
    await waits_until(town, town.clock.now)

    assert len(digests(dora)) == 2
    await dora.reads("This one digest is for 3 weeks: we could not send before.")
    [first, second] = await written(town)
    assert (second.week, second.since) == ("2026-W51", first.until)


async def test_a_process_that_dies_before_its_letters_are_out_leaves_them_to_the_next_and_none_comes_twice(
    town: Town,
) -> None:
    town.people(*READERS)
    await revive(town.process.office.store, town.clock())
    town.clock.now = MONDAY
    await town.process.delivery.round()  # the timer is claimed, perhaps rung, and no letter sent
    await town.dies()
    town.clock.passes(minutes=2)  # whatever was claimed is due again
    await town.delivers()
    town.clock.passes(seconds=1)  # what the dead one wrote with its last breath was due a moment after that look
    await town.delivers()

    assert [len(digests(town.person(each))) for each in READERS] == [1, 1, 1, 1, 1]
    assert (await town.ledger_kinds()).count("digest written") == 1


async def test_its_letters_may_wait_and_what_an_emergency_sends_may_not(town: Town) -> None:
    amira = town.person("amira")
    town.people(*READERS)
    await revive(town.process.office.store, town.clock())
    town.clock.now = MONDAY
    async with town.changing() as tx:
        write = await draft(tx, town.books, {"timer": "digest", "week": "2026-W48"})
        await write(tx)
    await amira.begins()
    await amira.presses(YES_NOW)

    async with town.changing() as tx:
        taken = await tx.outbox.claim(limit=99)

    assert {job.patient for job in taken if job.payload.get("message") == "digest"} == {True}
    assert {job.patient for job in taken if job.key.startswith("card:")} == {False}


async def test_it_is_counted_in_a_few_trips_to_the_database(town: Town) -> None:
    """Ten thousand are due in one minute. A question whose values are no longer those it was asked with is a trip."""
    town.people(*READERS)
    await revive(town.process.office.store, town.clock())
    town.clock.now = MONDAY
    async with town.reading() as tx, trips(tx) as asked:
        await draft(tx, town.books, {"timer": "digest", "week": "2026-W48"})

    assert len(asked) == (4 if tx.postgresql else 0), asked


async def test_two_who_ring_at_once_write_one_digest(town: Town) -> None:
    """A process that slept through its lease wakes up beside the one that took its work over."""
    town.people(*READERS)
    await revive(town.process.office.store, town.clock())
    town.clock.now = MONDAY

    async def rings() -> None:
        async with town.changing() as tx:
            write = await draft(tx, town.books, {"timer": "digest", "week": "2026-W48"})
            await write(tx)

    await asyncio.gather(*(rings() for _ in range(5)))
    await town.delivers()

    assert [len(digests(town.person(each))) for each in READERS] == [1, 1, 1, 1, 1]


async def test_an_emergency_that_nobody_reviewed_is_the_first_job_and_nothing_of_the_case_is_said(
    town: Town,
) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.commands()
    await amira.answers({stories.FIRST: "Yes, now"})
    await town.delivers()
    reference = (await town.case()).reference

    await waits_until(town, MONDAY)

    [shown] = digests(dora)
    assert "Look at this." in shown
    assert "1. Ask the safeguarding lead: 1 emergency is not reviewed yet." in shown.replace("\\n", "\n")
    assert reference not in shown
    assert reference not in "".join(each.text for each in dora.account.messages() if each.text == SUMMARY)


async def rung_on_monday(town: Town) -> Mapping[str, Any]:
    """Only the digest: no ladder was climbed, so that nothing is late."""
    town.clock.now = MONDAY
    async with town.changing() as tx:
        write = await draft(tx, town.books, {"timer": "digest", "week": "2026-W48"})
        await write(tx)
    [only] = await written(town)
    return only.figures


@ONE_ENGINE
async def test_a_case_that_a_trustee_must_not_know_of_is_in_no_number_that_anybody_reads(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.sends(stories.A_REQUEST, of="Chidi Lowe")
    await keeps_out(amira, "Dora Finch")
    figures = await rung_on_monday(town)

    assert (figures["opened"], figures["waiting"]) == (0, 0)
    await town.delivers()
    await dora.presses("All the numbers")
    await dora.sees("If there is a case that a reader must not know of, it counts here only once it is late.")


@ONE_ENGINE
async def test_the_same_case_without_anybody_kept_out_is_counted(town: Town) -> None:
    await town.person("amira").sends(stories.A_REQUEST, of="Chidi Lowe")

    figures = await rung_on_monday(town)

    assert (figures["opened"], figures["waiting"]) == (1, 1)


@ONE_ENGINE
async def test_a_case_in_silence_is_in_no_number_either(town: Town) -> None:
    await town.person("amira").sends(A_CHILD_AND_TERROR)

    figures = await rung_on_monday(town)

    assert (figures["opened"], figures["waiting"], figures["grounds"]) == (0, 0, {})


@ONE_ENGINE
async def test_what_a_trustee_must_not_know_of_is_counted_once_the_leads_were_called(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_REQUEST, of="Chidi Lowe")
    await keeps_out(amira, "Dora Finch")

    await waits_until(town, MONDAY)
    await waits_until(town, MONDAY + timedelta(days=7))

    first, second = (each.figures for each in await written(town))
    assert (first["opened"], second["unheard"], second["waiting"]) == (0, 1, 1)


async def test_what_was_asked_agreed_to_and_told_is_counted(town: Town) -> None:
    amira, femi, dora = town.people("amira", "femi", "dora")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    town.clock.passes(minutes=7)
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.writes_down("Children's social care at the council")
    await amira.sees("Kept in the record.")

    await waits_until(town, MONDAY)
    await dora.presses("All the numbers")

    await dora.reads("Consultations opened: 1", "Somebody outside was told: 1", "Somebody said yes: 1")
    await dora.reads("half within 7 minutes, the slowest 7 minutes; all in time", "Records not finished: 1")


@EVERYWHERE
async def test_a_trustee_opens_all_the_numbers_and_comes_back_on_every_product(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY)
    await dora.sees("The week: look at this")

    await dora.presses("All the numbers")
    await dora.sees("By ground: too few to show.")
    await dora.presses("Show less")

    await dora.sees("A quiet week")


@ONE_ENGINE
async def test_the_weeks_before_stand_behind_a_button(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY)
    await waits_until(town, MONDAY + timedelta(days=7))

    await dora.presses("The last four weeks")

    await dora.reads("Up to 09:00 on Monday 23 November: Look at this. Opened: 0. Emergencies: 0.")


@ONE_ENGINE
async def test_nobody_else_opens_it(town: Town) -> None:
    await waits_until(town, MONDAY)

    reply = await town.hears(Event("", town.who(town.person("amira")), "digest.all", carry={"w": "2026-W48"}))

    assert "Only trustees and leads" in repr(reply)
    assert "By ground" not in repr(reply)


@ONE_ENGINE
async def test_what_waits_for_the_reader_comes_beside_it_and_the_digest_stays(town: Town) -> None:
    dora = town.person("dora")
    await waits_until(town, MONDAY)

    await dora.presses("What waits for me")

    await dora.reads("# What waits for you", "Nothing waits for you.")
    await dora.closes()
    assert len(digests(dora)) == 1


async def test_a_trustee_who_cannot_be_written_to_stands_in_the_digest_of_the_others_and_an_administrator_is_told(
    town: Town,
) -> None:
    chidi, dora, ewan = town.people("chidi", "dora", "ewan")
    async with town.changing() as tx:
        [account] = await tx.people.accounts([await town.id_of("chidi")])
        await tx.people.close(account.channel, account.tenant, account.user)

    await waits_until(town, MONDAY)

    assert (digests(chidi), len(digests(dora))) == ([], 1)
    await dora.reads("Ask an administrator: we cannot write to Chidi Lowe.")
    await ewan.reads("Who reads the weekly digest", "Chidi Lowe", "Have they left?")


async def test_where_no_trustee_is_on_the_list_an_administrator_is_told_every_week(town: Town) -> None:
    ewan = town.person("ewan")
    for each in ("chidi", "dora", "iris"):
        await town.changes(each, active=False)

    for weeks in range(2):
        await waits_until(town, MONDAY + timedelta(days=7 * weeks))

    said = [each for each in ewan.account.messages() if "No trustee reads the weekly digest" in str(each.blocks)]
    assert (len(said), len(digests(town.person("ben")))) == (2, 2)
    assert "Have they left?" not in str(said[-1].blocks)  # nobody is named whom it could be about


@ONE_ENGINE
@pytest.mark.parametrize(
    ("day", "zone", "due"),
    [
        ({"day": "friday", "hour": 16}, "Europe/London", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ({"hour": 7}, "Europe/London", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ({"day": "tuesday"}, "Europe/London", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ({}, "Pacific/Auckland", datetime(2026, 11, 22, 20, tzinfo=UTC)),
    ],
)
async def test_the_clock_follows_a_charity_that_moves_its_day_or_its_zone(
    town: Town, day: dict[str, object], zone: str, due: datetime
) -> None:
    dora = town.person("dora")
    await revive(town.process.office.store, town.clock())
    async with town.changing() as tx:
        now = await tx.organisations.current()
        await tx.organisations.change(now.name, {**now.settings, "digest": day, "timezone": zone})

    await waits_until(town, due - SECOND)
    early = digests(dora)
    await waits_until(town, due)
    on_time = len(digests(dora))
    await waits_until(town, MONDAY)  # when it was to come before

    assert (early, on_time, len(digests(dora))) == ([], 1, 1)
