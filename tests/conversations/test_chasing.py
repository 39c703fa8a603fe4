"""Approved is not done: what is not written down is asked for, of the worker first, then of the lead, until it is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from bot.reviving import revive
from storage.tables import jobs
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.test_board import opens_again
from tests.conversations.test_following_through import agreed, followed, told, written
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_second_look import message
from tests.conversations.town import ONE_ENGINE, Town

ASKED = "# Please write it down"
THE_END = "# Please finish the record"
LEAD = "# Not all written down"


async def asked(town: Town) -> list[str]:
    return [
        kind for kind in await town.ledger_kinds() if kind in ("asked to write it down", "not written down: leads told")
    ]


async def test_it_is_asked_for_after_an_hour_at_the_end_of_the_day_and_then_each_day(town: Town) -> None:
    amira = await agreed(town)
    ben, dora, ewan = town.people("ben", "dora", "ewan")
    await time_goes_on(town, minutes=55)
    early = amira.all()

    await time_goes_on(town, minutes=10)  # 03:19

    assert ASKED not in early
    await amira.reads(ASKED, "What was done is not written down yet.")
    assert LEAD not in ben.all()
    await time_goes_on(town, hours=15)  # 18:19, the end of the day
    await ben.reads(LEAD, "Please ring Amira Osei: 07700 900101.", "says nothing about the case")
    assert "child" not in ben.all().lower()
    assert await asked(town) == ["asked to write it down"] * 2 + ["not written down: leads told"]
    await time_goes_on(town, days=2)  # a child does not wait for Monday
    assert (await asked(town)).count("not written down: leads told") == 3
    assert (dora.got_nothing(), ewan.got_nothing()) == (True, True)

    await amira.presses("Write down what was done", on=message(amira, ASKED))
    await amira.sees("# What was done")
    await amira.closes()
    await told(amira, town)
    await amira.finishes(on=message(amira, "Finish the record"))
    await amira.reads("[A letter for them]")
    await town.delivers()
    await ben.reads("It is written down, or not needed any more.")
    times = len(await asked(town))
    await time_goes_on(town, hours=6)
    assert len(await asked(town)) == times


@ONE_ENGINE
async def test_the_end_of_the_record_is_asked_for_by_day_and_the_way_leads_straight_to_it(town: Town) -> None:
    amira = await agreed(town)
    ben = town.person("ben")
    await told(amira, town)
    await time_goes_on(town, hours=6, minutes=30)  # 08:45 on Friday
    assert THE_END not in amira.all()

    await time_goes_on(town, minutes=30)

    await amira.reads(THE_END)
    assert LEAD not in ben.all()
    await time_goes_on(town, days=3)  # to Monday morning: nobody is rung on a Sunday for case notes
    assert (await asked(town)).count("not written down: leads told") == 2  # Friday at 18:00, Monday at 09:00
    await amira.presses("Finish the record", on=message(amira, THE_END))
    await amira.sees("# Finish the record")


@ONE_ENGINE
async def test_what_can_wait_for_the_day_wakes_nobody(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.NOTHING)
    await amira.presses("Go on with this")
    await amira.sees("Write down why nothing was shared.")

    await time_goes_on(town, hours=6)  # 08:14

    assert await asked(town) == []
    await time_goes_on(town, hours=1)
    assert await asked(town) == ["asked to write it down"]
    await time_goes_on(town, days=5)
    assert "not written down: leads told" not in await asked(town)  # nothing went out: that is the worker's to finish


@ONE_ENGINE
async def test_whoever_was_told_no_is_asked_to_write_that_down_and_never_to_do_it_now(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_REQUEST, of="Ben Carver")
    await town.delivers()
    await ben.says_no("There is no reason in writing.")
    await ben.sees("Already decided")
    await town.delivers()

    await time_goes_on(town, hours=8)  # 10:14: that nobody was told can wait for the day

    await amira.reads(ASKED, "Tell nobody now. Write down that nobody was told, and why.")
    assert "do it now" not in amira.all()


@ONE_ENGINE
async def test_what_may_be_done_only_now_is_asked_for_in_an_hour_whatever_was_asked_for_before(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    async with town.changing() as tx:  # as where all was written before, and was only to be closed
        await tx.follow_ups.chase((await town.case()).id, town.clock() + timedelta(days=6), 3)
    town.clock.passes(minutes=1)
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()

    await time_goes_on(town, minutes=70)

    await amira.reads(ASKED, "Not done yet? Then do it now")


@ONE_ENGINE
async def test_it_goes_with_the_case_and_outlives_the_process(town: Town) -> None:
    amira = await agreed(town)
    ewan = town.person("ewan")
    await amira.presses("Hand over")
    await amira.sees("# Hand over")
    await amira.chooses("Who takes it over?", "Ewan Marsh")
    await amira.chooses("Why?", "I am going off shift")
    await amira.submits()
    await ewan_has_it(town, ewan)
    await town.dies()
    before = amira.all().count(ASKED)

    await time_goes_on(town, minutes=70)

    await ewan.reads(ASKED)
    assert amira.all().count(ASKED) == before == 0


async def ewan_has_it(town: Town, ewan: Resident) -> None:
    async def theirs() -> bool:
        return (await town.case()).requester_id == await town.id_of("ewan")

    await town.until(theirs)
    await town.delivers()


@ONE_ENGINE
async def test_a_timer_that_is_lost_comes_back(town: Town) -> None:
    amira = await agreed(town)
    async with town.changing() as tx:
        await tx.connection.execute(delete(jobs))

    revived = [await revive(town.process.office.store, town.clock()) for _ in range(2)]
    await time_goes_on(town, days=4)

    assert revived == [1, 0]
    await amira.reads(ASKED)


@ONE_ENGINE
async def test_opened_again_a_new_word_to_somebody_asks_anew_and_the_history_stays(town: Town) -> None:
    amira = await agreed(town)
    ben = town.person("ben")
    await told(amira, town)
    await amira.finishes()
    await amira.sees("[A letter for them]")
    await amira.presses("Close")
    await amira.sees("Closed.")
    await ben.opens_home()
    await ben.presses("Everything open")
    ben.goes_to_messages()
    await ben.sees("# Everything open")
    await opens_again(ben)
    await ben.sees("Open again.")
    await town.delivers()
    await amira.reads("# Open again")
    await amira.presses("Open it", on=message(amira, "# Open again"))
    await amira.sees("[Write down what was done]", "[Close]")
    assert "Before this can be closed" not in amira.screen()

    town.clock.passes(minutes=5)
    await amira.writes_down("Police", "They asked for the log.")
    await amira.sees("Write down whether the person was told, or why not.", "whether the case notes are up to date")

    assert "the day on which you look at it again" not in amira.screen()
    assert [done.recipient for done in await written(town)] == ["council_children", "police"]
    assert len(await followed(town)) == 3
    assert await asked(town) == []
    await time_goes_on(town, hours=9)
    assert await asked(town) == ["asked to write it down"]


@ONE_ENGINE
async def test_nobody_is_asked_for_what_somebody_has_still_to_decide(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD_WITHIN_HOURS, of="Femi Adair")
    await town.delivers()

    await time_goes_on(town, hours=2)

    assert ASKED not in amira.all()  # nobody has decided yet: that has its own ladder
