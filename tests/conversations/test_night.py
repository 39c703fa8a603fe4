"""The test at night: on the lock screen like a real alarm, inside a test; and who leads sees who never tested."""

from __future__ import annotations

from bot.events import Event
from tests.conversations.resident import Resident
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.town import ONE_ENGINE, Town

ALARM = "Urgent: please ring the duty worker"


async def plans(person: Resident, when: str) -> None:
    await person.opens_home()
    await person.presses("Test the night alarm")
    await person.sees("# Test the night alarm")
    await person.chooses("When?", when)
    await person.submits()
    person.goes_to_messages()
    await person.reads("The test comes at")


@SLACKS_OWN
async def test_the_alarm_comes_at_its_minute_reads_like_a_real_one_and_is_confirmed(town: Town) -> None:
    ben, femi = town.people("ben", "femi")
    await plans(femi, "In one minute")
    await town.delivers()
    assert "This is only a test" not in femi.all()

    town.clock.passes(minutes=1)
    await town.delivers()
    await femi.reads("# This is only a test", "Nothing has happened.", "999")
    [alarm] = [each for each in femi.account.messages() if "only a test" in str(each.blocks)]
    assert alarm.text == ALARM
    town.clock.passes(minutes=2)
    await femi.presses("It got through", on=alarm)
    await femi.reads("# The alarm reaches you")

    await ben.opens_home()
    await ben.presses("Who has tested it?")
    await ben.reads(
        "Femi Adair: got through after 2 minutes, sent at 02:15 on 20 November", "Chidi Lowe: has never tested it"
    )
    kinds = await town.ledger_kinds()
    assert [kind for kind in kinds if kind.startswith("night test")] == [
        "night test planned",
        "night test sent",
        "night test seen",
    ]


@ONE_ENGINE
async def test_at_night_is_the_next_two_o_clock_of_the_charity(town: Town) -> None:
    ben, femi = town.people("ben", "femi")

    await plans(femi, "At night: 02:00 on Saturday 21 November")
    town.clock.passes(hours=23, minutes=44)
    await town.delivers()
    assert "only a test" not in femi.all()
    town.clock.passes(minutes=3)
    await town.delivers()

    await femi.reads("# This is only a test")
    await ben.opens_home()
    await ben.presses("Who has tested it?")
    await ben.reads("Femi Adair: sent at 02:01 on 21 November, not confirmed")


@ONE_ENGINE
async def test_nobody_confirms_the_test_of_another_and_only_leads_read_the_list(town: Town) -> None:
    femi, amira = town.people("femi", "amira")
    await plans(femi, "In one minute")
    town.clock.passes(minutes=1)
    await town.delivers()
    async with town.reading() as tx:
        [test] = (await tx.night_tests.newest()).values()

    await town.hears(Event("", town.who(amira), "night.seen", carry={"t": test.id}))
    await town.hears(Event("", town.who(amira), "night.list"))

    async with town.reading() as tx:
        [after] = (await tx.night_tests.newest()).values()
    assert after.seen_at is None
    await amira.opens_home()
    assert "Who has tested it?" not in amira.screen()
