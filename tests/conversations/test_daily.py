"""The one quiet message a day: everything of somebody's that is due, once, and what can be put off and what cannot."""

from __future__ import annotations

from datetime import UTC, datetime

from bot import messages
from bot.events import Event
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE
from tests.conversations.test_chasing import LEAD, THE_END, asked
from tests.conversations.test_following_through import agreed, told
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_second_look import message
from tests.conversations.town import ONE_ENGINE, Town

LIST = "# What waits for you"
NINE = datetime(2026, 11, 20, 9, 10, tzinfo=UTC)  # on Friday, as the town begins


async def nothing_to_share(town: Town, times: int = 2) -> Resident:
    """Consultations of Amira's in which nothing goes out: each has a record to finish."""
    amira = town.person("amira")
    for number in range(times):
        await amira.begins() if not number else await begins_another(amira)
        await amira.answers(stories.NOTHING)
        await amira.presses("Go on with this")
        await amira.sees("Write down why nothing was shared.")
    return amira


async def begins_another(person: Resident) -> None:
    await person.commands()
    await person.sees("# Carry on or start?")
    await person.presses("Start a new one")
    await person.sees("# Could someone die or be badly hurt right now, or within hours?")


def lists(person: Resident) -> int:
    return person.all().count(LIST)


def quiet_ones(person: Resident) -> int:
    """Every message that asks for something to be written, whatever its form."""
    return lists(person) + person.all().count(THE_END) + person.all().count("# Please write it down")


async def puts_off(person: Resident, until: str, *, label: str = "Not now", on: object = None) -> None:
    await person.presses(label, on=on)
    await person.sees("# Put it off", "This stops only our message to you.")
    offered = [line.strip()[4:] for line in person.screen().splitlines() if line.strip().startswith("( ) ")]
    if "Which one?" in person.screen():
        await person.chooses("Which one?", next(each for each in offered if "-2026-" in each))
    await person.chooses("Why?", "Something else is more urgent")
    await person.chooses("Until when?", next(each for each in offered if each.startswith(until)))
    await person.submits()
    await person.reads("# Put off")
    await person.closes()


async def test_what_is_due_comes_once_a_day_with_all_of_it_and_each_has_its_button(town: Town) -> None:
    amira = await nothing_to_share(town)
    references = [case.reference for case in await town.cases()]

    await time_goes_on(town, hours=6, minutes=50)  # 09:04: asked for, and not yet written to
    early = quiet_ones(amira)
    await time_goes_on(town, minutes=10)

    assert (early, quiet_ones(amira), lists(amira)) == (0, 1, 1)
    await amira.reads("999", *(f"{each}: The last part of the record is not written yet" for each in references))
    assert references[0] not in "".join(each.text for each in amira.account.messages() if "What waits" in each.text)
    await time_goes_on(town, hours=14)  # once more at the end of the day it is due, and waits for Monday
    assert quiet_ones(amira) == 1
    await time_goes_on(town, days=2, hours=12)
    assert quiet_ones(amira) == 2
    assert await asked(town) == ["asked to write it down"] * 4


async def test_after_days_without_a_machine_one_list_comes_and_not_at_night(town: Town) -> None:
    amira = await nothing_to_share(town)
    await time_goes_on(town, hours=6, minutes=50)  # it is promised for ten past nine on Friday

    town.clock.now = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)  # and the machine is off until Thursday night
    await town.restarts()
    await town.delivers()
    night = quiet_ones(amira)
    await time_goes_on(town, hours=7)

    assert (night, quiet_ones(amira)) == (0, 1)


@ONE_ENGINE
async def test_whoever_lost_their_phone_since_it_was_promised_gets_no_list(town: Town) -> None:
    amira = await nothing_to_share(town)
    await time_goes_on(town, hours=6, minutes=50)
    async with town.changing() as tx:
        [worker] = [each for each in await tx.people.everybody() if each.handle == "amira"]
        await messages.send(tx, "daily", [worker])
        await tx.locks.lock(worker.id, by=worker.id)

    await town.delivers()

    assert lists(amira) == 0


@ONE_ENGINE
async def test_one_thing_alone_is_a_message_that_follows_its_case(town: Town) -> None:
    amira = await nothing_to_share(town, times=1)
    await time_goes_on(town, hours=7)
    [asked_for] = [each for each in amira.all().splitlines() if each == THE_END]

    await amira.finishes(on=message(amira, "Finish the record"))
    await amira.sees("Kept in the record.")
    await time_goes_on(town, days=3, hours=1)

    assert (asked_for, lists(amira)) == (THE_END, 0)
    await amira.reads("# It can be closed")


@ONE_ENGINE
async def test_nothing_due_any_more_is_no_message(town: Town) -> None:
    amira = await nothing_to_share(town, times=1)
    await time_goes_on(town, hours=6, minutes=50)  # it is promised for ten past nine

    await amira.finishes()
    await amira.sees("Kept in the record.")
    await amira.presses("Close")
    await amira.sees("Closed.")
    await time_goes_on(town, hours=6)

    assert (quiet_ones(amira), await asked(town)) == (0, [])


@ONE_ENGINE
async def test_what_cannot_wait_comes_at_once_by_itself_and_at_night(town: Town) -> None:
    amira = await agreed(town)  # a child, now

    await time_goes_on(town, minutes=65)  # 03:19

    await amira.reads("# Please write it down")
    assert lists(amira) == 0


@EVERYWHERE
async def test_what_is_pressed_in_the_list_comes_below_and_the_list_stays(town: Town) -> None:
    amira = await nothing_to_share(town)
    first = (await town.cases())[0].reference
    await time_goes_on(town, hours=7)
    await amira.sees(LIST)

    await amira.presses("Open")
    await amira.reads(f"{first} is in a new message.")
    await town.delivers()

    await amira.sees("Write down why nothing was shared.")
    assert lists(amira) == 1


@ONE_ENGINE
async def test_a_list_that_is_out_of_date_says_so_and_changes_nothing(town: Town) -> None:
    amira = await nothing_to_share(town)
    await time_goes_on(town, hours=7)
    femi, [case, _] = town.person("femi"), await town.cases()
    carry = {"c": case.id, "k": "checklist"}

    forged = await town.hears(Event("", town.who(femi), "due.open", carry=carry))
    other = await town.hears(Event("", town.who(amira), "due.open", carry={**carry, "k": "approval"}))

    assert "does not wait for you any more" in repr(forged)
    assert "does not wait for you any more" in repr(other)
    assert case.reference not in repr(forged)


@ONE_ENGINE
async def test_what_is_put_off_is_not_asked_for_until_then_and_the_leads_see_it(town: Town) -> None:
    amira, ben = await nothing_to_share(town, times=1), town.person("ben")
    await time_goes_on(town, hours=7)

    await puts_off(amira, "Next week: Friday 27 November")
    await time_goes_on(town, days=6)  # to Thursday
    before = len(await asked(town))
    await ben.opens_home()
    await ben.presses("Everything open")
    ben.goes_to_messages()
    await ben.sees("# Everything open")
    await ben.presses("Open")
    await ben.sees("Amira Osei put our reminder off until 08:00 on Friday 27 November", "more urgent")
    await time_goes_on(town, days=1)

    assert (before, len(await asked(town))) == (1, 2)
    assert (await town.ledger_kinds()).count("put off") == 1


@ONE_ENGINE
async def test_of_several_the_one_that_was_put_off_is_left_out(town: Town) -> None:
    amira = await nothing_to_share(town)
    first, second = [case.reference for case in await town.cases()]
    await time_goes_on(town, hours=7)

    await puts_off(amira, "In three days", label="Put something off", on=message(amira, LIST))
    before = lists(amira)  # on Teams the form stood in the list's place, and nobody can read there what stood before
    await time_goes_on(town, days=3)  # Monday morning comes after it: put off until eight on Monday

    assert lists(amira) == before + 1
    await puts_off(amira, "Next week", label="Put something off", on=message(amira, LIST))
    before = lists(amira)
    await time_goes_on(town, days=1)
    assert lists(amira) == before
    await amira.reads(THE_END)
    newest = message(amira, THE_END)
    assert (first in repr(newest), second in repr(newest)) == (False, True)


async def test_putting_it_off_never_stops_or_delays_what_the_lead_is_told(town: Town) -> None:
    amira, ben = await agreed(town), town.person("ben")
    await told(amira, town)  # somebody outside knows; the record is not finished
    await time_goes_on(town, hours=7, minutes=5)
    await amira.reads(THE_END)

    await puts_off(amira, "Next week", on=message(amira, THE_END))
    before = LEAD in ben.all()
    await time_goes_on(town, hours=9)  # 18:19: the end of the day

    assert before is False
    await ben.reads(LEAD, "Please ring Amira Osei: 07700 900101.")
    await time_goes_on(town, days=3)  # and from then on the worker is asked again
    assert (await asked(town)).count("asked to write it down") == 2
    await amira.presses("Not now", on=message(amira, THE_END))
    await amira.reads("Your lead was told that this is not written down.")


@ONE_ENGINE
async def test_nothing_of_danger_and_nothing_that_was_agreed_can_be_put_off(town: Town) -> None:
    amira = await agreed(town)
    await time_goes_on(town, minutes=65)
    case = await town.case()

    alone = await town.hears(Event("", town.who(amira), "due.later", carry={"c": case.id}))
    whole = await town.hears(Event("", town.who(amira), "due.later"))
    fields = {"which": (case.id,), "why": ("busy",), "until": ("week",)}
    forged = await town.hears(Event("", town.who(amira), "due.later.confirm", carry={"c": case.id}, fields=fields))
    others = await town.hears(Event("", town.who(town.person("femi")), "due.later", carry={"c": case.id}))

    assert "Not now" not in amira.all()
    assert "Somebody may be in danger. This cannot be put off." in repr(alone)
    assert "Nothing of yours can be put off." in repr(whole)
    assert "This cannot be put off" in repr(forged)
    assert "Nothing of yours can be put off." in repr(others)
    assert "put off" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_an_emergency_asks_for_itself_and_cannot_be_put_off(town: Town) -> None:
    amira = town.person("amira")
    await amira.commands()
    await amira.answers({stories.FIRST: "Yes, now"})
    await town.delivers()

    await time_goes_on(town, minutes=61)

    await amira.reads("# How are you? And one thing")
    case = await town.case()
    reply = await town.hears(Event("", town.who(amira), "due.later", carry={"c": case.id}))
    assert "Nothing of yours can be put off." in repr(reply)
