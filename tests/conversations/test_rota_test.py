"""The monthly test of the rota: everybody on it is asked to press once, and who did not is known a day later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.events import Event
from bot.reviving import revive
from bot.team.rota_test import ring, told_of
from storage.records import Shift
from storage.rota_tests import RotaTest
from tests.conversations.sides import EVERYWHERE
from tests.conversations.town import ONE_ENGINE, Town

DECEMBER = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # a Tuesday
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ASKED = "Monthly test: press once"
MISSED = "Who did not answer the test"


async def waits_until(town: Town, moment: datetime) -> None:
    """The bot is at work all the while: it sets its clocks, and whatever is due goes out."""
    town.people("amira", "ben", "chidi", "dora", "ewan", "femi", "iris")
    await revive(town.process.office.store, town.clock())
    for each in (moment - SECOND, moment):  # what came due before came before
        town.clock.now = max(each, town.clock.now)
        await town.delivers()


async def asked_in(town: Town, month: str = "2026-12") -> dict[str, RotaTest]:
    """Handle -> what is written down of them."""
    async with town.reading() as tx:
        handles = {person.id: person.handle for person in await tx.people.everybody()}
        return {handles[each.person_id]: each for each in await tx.rota_tests.of(month)}


def seen(town: Town, handle: str, title: str = ASKED) -> int:
    """How often this stands in their messages."""
    return town.person(handle).all().count(f"# {title}")


async def test_on_the_first_working_day_whoever_a_real_alarm_would_reach_is_asked_once(town: Town) -> None:
    async with town.changing() as tx:
        dora = next(each.id for each in await tx.people.everybody() if each.handle == "dora")
        await tx.rota.add(Shift("chair", dora, DECEMBER + 5 * DAY, DECEMBER + 6 * DAY), by="test")

    await waits_until(town, DECEMBER - SECOND)
    early = await asked_in(town)
    await waits_until(town, DECEMBER)
    await waits_until(town, DECEMBER + timedelta(hours=5))

    assert (early, sorted(await asked_in(town))) == ({}, ["ben", "chidi", "dora"])
    assert [seen(town, each) for each in ("ben", "chidi", "dora", "amira", "ewan")] == [1, 1, 1, 0, 0]
    await town.person("ben").reads("999", "This is a test. Nothing has happened, and nobody waits for you.")


async def test_who_has_a_shift_is_asked_and_not_everybody_who_could_have_one(town: Town) -> None:
    await town.changes("femi", capabilities=["may_approve", "safeguarding_lead"])
    async with town.changing() as tx:
        ben = next(each.id for each in await tx.people.everybody() if each.handle == "ben")
        await tx.rota.add(Shift("safeguarding_lead", ben, DECEMBER, DECEMBER + DAY), by="test")

    await waits_until(town, DECEMBER)

    assert sorted(await asked_in(town)) == ["ben", "chidi"]


@EVERYWHERE
async def test_one_press_and_it_is_done_on_every_product(town: Town) -> None:
    ben = town.person("ben")
    await waits_until(town, DECEMBER)
    await ben.sees(ASKED)

    await ben.presses("I got this")

    await ben.sees("Thank you. Our messages reach you.")
    assert (await asked_in(town))["ben"].pressed_at is not None
    assert "rota test seen" in await town.ledger_kinds()


async def test_a_day_later_leads_and_administrators_read_who_did_not_press_and_nobody_else(town: Town) -> None:
    ben = town.person("ben")
    await waits_until(town, DECEMBER)
    await ben.presses("I got this")
    await ben.sees("Thank you.")

    await waits_until(town, DECEMBER + DAY + timedelta(minutes=1))

    told = {each: seen(town, each, MISSED) for each in ("amira", "ben", "chidi", "dora", "ewan", "iris")}
    assert told == {"amira": 0, "ben": 1, "chidi": 0, "dora": 1, "ewan": 1, "iris": 0}
    await town.person("ewan").reads("1 of 2 people on the rota pressed within a day.", "Chidi Lowe", "07700 900103")


async def test_where_everybody_pressed_nobody_is_told_of_anything(town: Town) -> None:
    ben, chidi = town.people("ben", "chidi")
    await waits_until(town, DECEMBER)
    for each in (ben, chidi):
        await each.presses("I got this")
        await each.sees("Thank you.")

    await waits_until(town, DECEMBER + 2 * DAY)

    assert [seen(town, each, MISSED) for each in ("ben", "dora", "ewan")] == [0, 0, 0]


async def test_the_digest_says_how_many_and_names_nobody(town: Town) -> None:
    ben, dora = town.people("ben", "dora")
    await waits_until(town, DECEMBER)
    await ben.presses("I got this")
    await ben.sees("Thank you.")

    await waits_until(town, datetime(2026, 12, 7, 9, tzinfo=UTC))
    await dora.presses("All the numbers")
    await dora.reads("Answered the monthly rota test in a day: 1 of 2")
    first = (await last_digest(town))["rota_silent"]
    await waits_until(town, datetime(2026, 12, 14, 9, tzinfo=UTC))

    await dora.reads("Ask the safeguarding lead: 1 person on the rota did not answer the monthly test.")
    assert (first, (await last_digest(town))["rota_silent"]) == (1, 0)


async def test_a_test_is_told_in_the_week_in_which_its_day_ends_and_in_no_other(town: Town) -> None:
    await waits_until(town, DECEMBER)
    before, ends, after = DECEMBER + 23 * timedelta(hours=1), DECEMBER + 25 * timedelta(hours=1), DECEMBER + 7 * DAY

    async with town.reading() as tx:
        told = [await told_of(tx, *each) for each in ((DECEMBER - DAY, before), (before, ends), (ends, after))]

    assert told == [(0, 0), (2, 2), (0, 0)]


async def last_digest(town: Town) -> dict[str, int]:
    async with town.reading() as tx:
        written = await tx.digests.last()
        assert written is not None
        return dict(written.figures)


@ONE_ENGINE
async def test_a_press_after_the_day_is_kept_and_does_not_count(town: Town) -> None:
    ben = town.person("ben")
    await waits_until(town, DECEMBER)
    town.clock.passes(hours=25)

    await ben.presses("I got this")

    await ben.sees("It came later than a day.")
    await waits_until(town, DECEMBER + 2 * DAY)
    await town.person("ewan").reads("0 of 2 people on the rota pressed within a day.", "Ben Carver")


@ONE_ENGINE
async def test_a_second_press_changes_nothing_and_a_forged_one_is_refused(town: Town) -> None:
    await waits_until(town, DECEMBER)
    pressed = {"m": "2026-12"}
    await town.hears(Event("", town.who(town.person("ben")), "rota.seen", carry=pressed))
    first = (await asked_in(town))["ben"]

    again = await town.hears(Event("", town.who(town.person("ben")), "rota.seen", carry=pressed))
    others = await town.hears(Event("", town.who(town.person("amira")), "rota.seen", carry=pressed))
    nothing = await town.hears(Event("", town.who(town.person("ben")), "rota.seen", carry={"m": "' OR 1=1"}))

    assert "Thank you. Our messages reach you." in repr(again)
    assert [("This test is not yours" in repr(each)) for each in (others, nothing)] == [True, True]
    assert (await asked_in(town))["ben"] == first


async def test_two_who_ring_at_once_ask_everybody_once(town: Town) -> None:
    await waits_until(town, DECEMBER - SECOND)
    town.clock.now = DECEMBER

    async def rings() -> None:
        async with town.changing() as tx:
            await ring(tx, town.books, {"timer": "rota_test", "month": "2026-12"})

    await asyncio.gather(*(rings() for _ in range(5)))
    await town.delivers()

    assert (seen(town, "ben"), (await town.ledger_kinds()).count("rota test sent")) == (1, 1)


async def test_a_machine_that_was_off_over_the_new_year_asks_once_when_it_is_back(town: Town) -> None:
    await waits_until(town, DECEMBER)

    await waits_until(town, datetime(2027, 3, 10, 11, tzinfo=UTC))
    await town.restarts()
    await waits_until(town, datetime(2027, 3, 10, 12, tzinfo=UTC))

    assert sorted(await asked_in(town, "2027-03")) == ["ben", "chidi"]
    assert [await asked_in(town, month) for month in ("2027-01", "2027-02")] == [{}, {}]
    assert seen(town, "ben") == 2


@ONE_ENGINE
async def test_a_machine_that_comes_back_at_night_wakes_nobody_for_a_test(town: Town) -> None:
    await waits_until(town, DECEMBER - SECOND)

    await waits_until(town, datetime(2026, 12, 3, 2, 30, tzinfo=UTC))
    at_night = await asked_in(town)
    await waits_until(town, datetime(2026, 12, 3, 8, 0, 5, tzinfo=UTC))

    assert (at_night, sorted(await asked_in(town))) == ({}, ["ben", "chidi"])


@ONE_ENGINE
async def test_in_january_the_first_working_day_is_after_the_holiday(town: Town) -> None:
    await waits_until(town, DECEMBER)

    await waits_until(town, datetime(2027, 1, 4, 8, 59, 59, tzinfo=UTC))  # the 1st is a holiday, and then a weekend
    early = await asked_in(town, "2027-01")
    await waits_until(town, datetime(2027, 1, 4, 9, 0, 1, tzinfo=UTC))

    assert (early, len(await asked_in(town, "2027-01"))) == ({}, 2)


@ONE_ENGINE
async def test_nobody_is_asked_who_has_left(town: Town) -> None:
    await town.changes("chidi", active=False)

    await waits_until(town, DECEMBER)

    assert sorted(await asked_in(town)) == ["ben"]


@ONE_ENGINE
async def test_a_test_that_would_arrive_at_night_does_not(town: Town) -> None:
    town.people("ben", "femi")
    town.clock.now = DECEMBER
    async with town.changing() as tx:
        await ring(tx, town.books, {"timer": "rota_test", "month": "2026-12"})

    town.clock.now = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)  # the product was away until then
    await town.delivers()

    assert (await asked_in(town)).keys() >= {"ben"}
    assert (seen(town, "ben"), seen(town, "femi")) == (0, 0)


@ONE_ENGINE
async def test_who_did_not_answer_is_not_told_at_night(town: Town) -> None:
    await waits_until(town, DECEMBER)
    town.clock.now = datetime(2026, 12, 3, 3, 0, tzinfo=UTC)
    await town.delivers()
    night = seen(town, "ben", MISSED)

    town.clock.now = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
    await town.delivers()

    assert (night, seen(town, "ben", MISSED)) == (0, 1)


@ONE_ENGINE
async def test_a_machine_that_comes_back_on_the_eve_of_the_next_test_asks_once(town: Town) -> None:
    await waits_until(town, DECEMBER - SECOND)
    town.clock.now = datetime(2027, 1, 4, 8, 30, tzinfo=UTC)  # the first working day of January, before nine
    await town.delivers()

    await waits_until(town, datetime(2027, 1, 4, 9, 0, tzinfo=UTC))

    assert seen(town, "ben") == 1
    assert not await asked_in(town)
    assert "ben" in await asked_in(town, "2027-01")
