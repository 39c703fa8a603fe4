"""A request that nobody answers: who is asked and called at which step, and what everybody reads meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update

from bot.reviving import revive, revive_every_hour
from storage.records import Shift, from_micros
from storage.tables import addresses, jobs, rungs
from tests.conversations import stories
from tests.conversations.around import keeps_out, tells_one_lead
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_away import is_away
from tests.conversations.town import ONE_ENGINE, Town

ASKED = "Femi Adair was asked at 02:14."


async def time_goes_on(town: Town, **time: float) -> None:
    """Everything that comes due in this time is done at its moment."""
    until = town.clock.now + timedelta(**time)
    await town.delivers()
    while True:
        async with town.reading() as tx:
            due = await tx.outbox.next_due()
        if due is None or from_micros(due) > until:
            break
        town.clock.now = max(town.clock.now, from_micros(due))
        await town.delivers()
    town.clock.now = max(town.clock.now, until)


async def steps(town: Town) -> list[str]:
    """Every step that was taken, with its time in London."""
    async with town.reading() as tx:
        found = await tx.connection.execute(select(rungs.c.kind, rungs.c.at).order_by(rungs.c.at, rungs.c.step))
        return [f"{row.kind} {from_micros(row.at):%a %H:%M}" for row in found]


async def next_time(town: Town) -> datetime | None:
    """When the ladder of the only request goes on."""
    async with town.reading() as tx:
        row = (
            await tx.connection.execute(select(jobs.c.run_at).where(jobs.c.key.like("ladder:%"), jobs.c.state == "due"))
        ).one_or_none()
        return from_micros(row.run_at) if row else None


async def takes_the_timer_away(town: Town) -> None:
    async with town.changing() as tx:
        await tx.connection.execute(delete(jobs).where(jobs.c.key.like("ladder:%")))


# Step by step


@ONE_ENGINE
async def test_the_worker_reads_who_was_asked_and_who_will_be_and_when(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")

    await amira.sends(stories.A_CHILD, of="Femi Adair")

    leads = "Ben Carver (worker, safeguarding lead) and Chidi Lowe (trustee, on call)"
    await amira.sees(f"{ASKED} At 02:29 we also ask Ben Carver. At 02:44 we turn to {leads}.")
    assert await steps(town) == ["asked Fri 02:14"]
    assert ben.got_nothing()
    assert chidi.got_nothing()


async def test_after_a_quarter_of_an_hour_the_next_one_is_asked_and_the_first_one_again(town: Town) -> None:
    amira, ben, chidi, femi = town.people("amira", "ben", "chidi", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await time_goes_on(town, minutes=16)

    await ben.sees("# Do you agree?", "[Approve]")
    await femi.reads("This went on in a newer message.")
    await amira.sees(f"{ASKED} Ben Carver was asked at 02:29.", "Ring one of them now.", "07700 900102")
    assert len(femi.account.messages()) == 2
    assert chidi.got_nothing()
    assert "asked next" in await town.ledger_kinds()


@ONE_ENGINE
async def test_after_half_an_hour_the_leads_have_the_request_and_everybodys_number(town: Town) -> None:
    amira, ben, chidi, _ = town.people("amira", "ben", "chidi", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await time_goes_on(town, minutes=31)

    for lead in (ben, chidi):
        await lead.reads("# Do you agree?", "[Approve]", "Nobody has decided this since 02:14 on 20 November.")
        await lead.reads("Amira Osei: 07700 900101", "Femi Adair: 07700 900106")
    assert await steps(town) == ["asked Fri 02:14", "next Fri 02:29", "leads Fri 02:44"]
    assert (await town.ledger_kinds())[-2:] == ["asked next", "leads called"]


@ONE_ENGINE
async def test_then_the_choice_is_the_workers_with_the_facts_and_the_numbers(town: Town) -> None:
    amira, _, _, _ = town.people("amira", "ben", "chidi", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await time_goes_on(town, minutes=20)
    before = amira.all()

    await time_goes_on(town, minutes=11)

    assert "the choice is yours" not in before
    await amira.reads("# Please ring them yourself")
    for words in ("If you reach nobody, the choice is yours", "Who would hear: Children's social care at the council"):
        await amira.reads(words)
    await amira.reads("Chidi Lowe: 07700 900103", "Children's social care (Northtown): 01632 960101")
    assert "may not" not in amira.all().lower()


@ONE_ENGINE
@SLACKS_OWN
async def test_where_no_message_reaches_anybody_who_was_asked_the_worker_does_not_wait_to_read_so(town: Town) -> None:
    async with town.changing() as tx:
        await tx.connection.execute(delete(addresses).where(addresses.c.user == "U0FEMI"))
    amira, _, _ = town.people("amira", "ben", "chidi")

    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await amira.sees("Nobody has answered yet.", "the choice is yours", "Ben Carver: 07700 900102")
    await amira.sees("We could not reach Femi Adair.")
    assert "Femi Adair was asked" not in amira.screen()


@ONE_ENGINE
async def test_a_lead_who_may_not_decide_gets_the_numbers_and_nothing_of_the_content(town: Town) -> None:
    amira, ben, chidi, ewan = town.people("amira", "ben", "chidi", "ewan")
    await amira.sends(stories.A_COURT_ORDER, of="Ewan Marsh")

    await time_goes_on(town, minutes=31)

    await ben.sees("# Please ring your colleague", "Nobody has decided this since 02:14", "Ewan Marsh: 07700 900105")
    assert "court" not in ben.all().lower()
    assert "[Approve]" not in ben.all() + chidi.all()
    await ewan.sees("[Approve]")


@ONE_ENGINE
async def test_whoever_is_away_is_not_woken_and_whoever_of_the_leads_is_here_is_told(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await is_away(town, "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await time_goes_on(town, minutes=31)

    assert ben.got_nothing()
    await chidi.reads("[Approve]", "Nobody has decided this since 02:14")
    await amira.reads("Chidi Lowe (trustee, on call) was told at 02:44 that nobody has answered.")


@ONE_ENGINE
async def test_whoever_must_not_know_is_on_nobodys_ladder(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await keeps_out(amira, "Ben Carver")

    await time_goes_on(town, minutes=62)

    assert ben.got_nothing()
    assert "Ben Carver" not in amira.screen()
    assert len(await steps(town)) == 4


# Night and day


@ONE_ENGINE
async def test_what_can_wait_wakes_nobody_and_goes_up_in_the_morning(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    await amira.sends(stories.A_REQUEST_THAT_CAN_WAIT, of="Ewan Marsh")

    await time_goes_on(town, hours=5)
    night, got = await steps(town), len(ewan.account.messages())
    await time_goes_on(town, hours=4)

    assert (night, got) == ([], 0)
    assert await steps(town) == ["asked Fri 08:00", "reminded Fri 09:00"]
    assert len(ewan.account.messages()) == 2
    assert ben.got_nothing()


@ONE_ENGINE
async def test_a_step_that_comes_late_at_night_waits_for_the_morning_too(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_REQUEST_THAT_CAN_WAIT, of="Ewan Marsh")
    await town.delivers()

    town.clock.passes(hours=20)  # it was down all day, and it is 22:14 on Friday
    await town.delivers()

    assert await steps(town) == []
    assert await next_time(town) == datetime(2026, 11, 23, 8, tzinfo=UTC)


@ONE_ENGINE
async def test_what_is_urgent_by_now_goes_up_at_the_pace_of_what_is_urgent(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    before = await next_time(town)
    hour = 3_600_000_000  # as if it could have waited when it was asked
    async with town.changing() as tx:
        await tx.connection.execute(update(rungs).values(next_at=rungs.c.next_at + hour))
        timer = update(jobs).where(jobs.c.key.like("ladder:%"))
        await tx.connection.execute(timer.values(run_at=jobs.c.run_at + hour))

    await keeps_out(amira, "Ewan Marsh")  # any change looks at it anew

    assert await next_time(town) == before


@ONE_ENGINE
async def test_a_paper_with_a_date_of_its_own_is_written_at_once_by_night_too(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")

    await amira.sends(stories.A_COURT_ORDER, of="Ewan Marsh")
    await town.delivers()

    await ewan.sees("[Approve]")
    assert await steps(town) == ["asked Fri 02:14"]
    assert "can wait" not in amira.screen()


# What was done, and nothing else


@ONE_ENGINE
async def test_where_there_is_nobody_to_ask_again_it_goes_to_the_leads_at_once(town: Town) -> None:
    amira, _, _, ewan = town.people("amira", "ben", "chidi", "ewan")
    await is_away(town, "ewan")
    await amira.sends(stories.A_COURT_ORDER)
    await town.delivers()
    before = len(ewan.account.messages())

    await time_goes_on(town, minutes=16)

    assert await steps(town) == ["asked Fri 02:14", "skipped Fri 02:29", "leads Fri 02:29"]
    assert len(ewan.account.messages()) == before
    assert "nobody to ask" in await town.ledger_kinds()
    assert "asked again" not in amira.all()


@ONE_ENGINE
async def test_the_worker_reads_who_was_told_then_and_not_who_would_be_now(town: Town) -> None:
    amira, _, _, ewan, _ = town.people("amira", "ben", "chidi", "ewan", "femi")
    await town.changes("ewan", capabilities=("may_approve", "safeguarding_lead"))
    ben, later = await town.id_of("ben"), await town.id_of("ewan")
    async with town.changing() as tx:
        change, end = tx.now + timedelta(minutes=35), tx.now + timedelta(hours=8)
        duty = "safeguarding_lead"
        await tx.rota.replace([Shift(duty, ben, tx.now, change), Shift(duty, later, change, end)], since=tx.now)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await time_goes_on(town, minutes=31)
    town.clock.passes(minutes=9)

    await keeps_out(amira, "Iris Vale")  # any change draws it anew, and Ewan is on shift now

    await amira.reads("Ben Carver (worker, safeguarding lead) and Chidi Lowe (trustee, on call) were told at 02:44")
    assert ewan.got_nothing()


# The end of it


async def test_a_request_that_is_settled_climbs_no_more(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await town.delivers()
    await amira.sees("Femi Adair agreed at")

    await time_goes_on(town, hours=2)

    assert await steps(town) == ["asked Fri 02:14"]
    assert ben.got_nothing()
    assert await next_time(town) is None


@ONE_ENGINE
async def test_what_was_taken_back_climbs_no_more(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await amira.presses("Take back and change")
    await amira.sees("[Ask for agreement]")

    await time_goes_on(town, hours=2)

    assert await steps(town) == ["asked Fri 02:14"]
    assert ben.got_nothing()


@ONE_ENGINE
async def test_the_message_to_the_worker_says_so_once_somebody_has_answered(town: Town) -> None:
    amira, _, _, femi = town.people("amira", "ben", "chidi", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await time_goes_on(town, minutes=31)
    await femi.agrees()

    await town.delivers()

    await amira.reads("Somebody has answered, or it is not needed any more.")
    assert "the choice is yours" not in amira.all()


@ONE_ENGINE
async def test_what_nobody_may_stop_has_no_ladder(town: Town) -> None:
    await tells_one_lead(town.person("amira"))

    await time_goes_on(town, hours=2)

    assert await steps(town) == []
    assert await next_time(town) is None


@ONE_ENGINE
async def test_a_week_later_a_named_human_holds_it_and_a_next_time_is_set(town: Town) -> None:
    amira, ben, chidi, _ = town.people("amira", "ben", "chidi", "ewan")
    await amira.sends(stories.A_REQUEST_THAT_CAN_WAIT, of="Ewan Marsh")

    await time_goes_on(town, days=7)

    assert (await steps(town))[3:] == [f"leads {day} 09:00" for day in ("Mon", "Tue", "Wed", "Thu")]
    assert await next_time(town) == datetime(2026, 11, 27, 9, tzinfo=UTC)
    await amira.reads("Ben Carver (worker, safeguarding lead) and Chidi Lowe (trustee, on call) were told at 09:00")
    for lead in (ben, chidi):
        await lead.reads("Nobody has decided this since 02:14 on 20 November.", "Amira Osei: 07700 900101")


# Timers that are lost


@ONE_ENGINE
async def test_a_timer_that_died_is_promised_anew_while_the_process_runs(town: Town) -> None:
    await town.person("amira").sends(stories.A_CHILD, of="Femi Adair")
    await takes_the_timer_away(town)

    hourly = asyncio.create_task(revive_every_hour(town.process.office.store, town.clock, every=0.01))

    async def stands() -> bool:
        return await next_time(town) is not None

    await town.until(stands)
    hourly.cancel()
    await asyncio.gather(hourly, return_exceptions=True)


async def test_a_timer_that_died_is_promised_anew_at_the_start_and_the_ladder_goes_on(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await takes_the_timer_away(town)
    await time_goes_on(town, hours=1)
    lost = await steps(town)

    revived = [await revive(town.process.office.store, town.clock()) for _ in range(2)]
    await time_goes_on(town, minutes=1)

    assert (lost, revived) == (["asked Fri 02:14"], [1, 0])
    assert await steps(town) == ["asked Fri 02:14", "next Fri 03:14", "leads Fri 03:14"]
    await ben.reads("[Approve]")  # the old card may be shrunk after the new one has come
    assert "timer revived" in await town.ledger_kinds()


@ONE_ENGINE
async def test_a_request_from_before_there_were_ladders_gets_one_at_the_start(town: Town) -> None:
    amira, _ = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await takes_the_timer_away(town)
    async with town.changing() as tx:
        await tx.connection.execute(delete(rungs))

    await revive(town.process.office.store, town.clock())
    await town.delivers()

    assert await steps(town) == ["asked Fri 02:14"]
    await amira.sees(ASKED)


@ONE_ENGINE
async def test_a_start_takes_no_timer_from_a_ladder_that_stands(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    before = await next_time(town)

    assert await revive(town.process.office.store, town.clock()) == 0
    assert await next_time(town) == before
