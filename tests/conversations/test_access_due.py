"""A request to see what we hold comes near its date: the data-protection lead hears of it each morning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.record import commands
from tests.conversations.resident import Resident
from tests.conversations.test_keeping import bell_rings
from tests.conversations.town import ONE_ENGINE, Town

CAME = date(2026, 11, 20)
TITLE = "Answer a request soon"


def reminders(person: Resident) -> int:
    return sum(TITLE in str(each.blocks) for each in person.account.messages())


async def asked(town: Town, reference: str = "JU-2026-0001") -> None:
    await commands.opened(town.process.office.store, town.clock(), reference, CAME)


async def on_the_day(town: Town, number: int) -> None:
    """The morning, so many days after it came."""
    town.clock.now = datetime(CAME.year, CAME.month, CAME.day, 9, tzinfo=UTC) + timedelta(days=number)
    await bell_rings(town)


async def test_from_the_twentieth_day_on_the_lead_reads_each_morning_by_when_to_answer(town: Town) -> None:
    ewan, dora, amira = town.people("ewan", "dora", "amira")
    await asked(town)

    await on_the_day(town, 19)
    assert reminders(ewan) == 0
    await on_the_day(town, 20)
    await ewan.reads("999", "# Answer a request soon", "JU-2026-0001: came 20 November 2026.", "Answer by Monday 21")
    await on_the_day(town, 21)

    assert [reminders(each) for each in (ewan, dora, amira)] == [2, 0, 0]
    assert (await town.ledger_kinds()).count("access reminded") == 2


@ONE_ENGINE
async def test_several_requests_are_one_message_and_one_past_its_day_is_late(town: Town) -> None:
    ewan = town.person("ewan")
    await asked(town)
    await asked(town, "JU-2026-0002")

    await on_the_day(town, 40)

    assert reminders(ewan) == 1
    await ewan.reads("JU-2026-0001", "JU-2026-0002", "This is late.")


@ONE_ENGINE
async def test_what_was_answered_is_not_asked_for_again(town: Town) -> None:
    ewan = town.person("ewan")
    await asked(town)
    await commands.answered(town.process.office.store, town.clock(), "JU-2026-0001")

    await on_the_day(town, 25)

    assert reminders(ewan) == 0


@ONE_ENGINE
async def test_where_nobody_leads_on_data_protection_the_chair_hears_of_it(town: Town) -> None:
    ewan, dora, chidi = town.people("ewan", "dora", "chidi")
    await asked(town)
    await town.changes("ewan", active=False)

    await on_the_day(town, 20)

    assert [reminders(each) for each in (ewan, dora, chidi)] == [0, 1, 0]
