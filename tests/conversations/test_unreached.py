"""People no message of ours reaches: the worker is told so, never that they were asked or told."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import delete, select

from bot.deciding.unreached import not_reached_in_time, workers_own
from storage.tables import addresses, jobs
from tests.conversations import stories
from tests.conversations.town import ONE_ENGINE, Town
from tests.storage.charity import blocked

NOW = "Yes, now"


async def has_no_account(town: Town, handle: str) -> None:
    person = await town.id_of(handle)
    async with town.changing() as tx:
        await tx.connection.execute(delete(addresses).where(addresses.c.person_id == person))


@ONE_ENGINE
async def test_in_an_emergency_whoever_has_no_account_is_named_as_somebody_to_ring(town: Town) -> None:
    await has_no_account(town, "ben")
    amira = town.person("amira")
    await amira.begins()

    await amira.presses(NOW)

    await amira.sees("Chidi Lowe is asked to ring you.")
    await amira.sees("No message reaches Ben Carver. Ring Ben Carver (07700 900102).")


@ONE_ENGINE
async def test_where_nobody_on_duty_can_be_reached_nobody_is_said_to_be_asked(town: Town) -> None:
    await has_no_account(town, "ben")
    await has_no_account(town, "chidi")
    amira = town.person("amira")
    await amira.begins()

    await amira.presses(NOW)

    await amira.sees("Nobody here could be asked to ring you.", "Ben Carver", "07700 900102")
    assert "is asked to ring you" not in amira.screen()


@ONE_ENGINE
async def test_a_message_that_slack_sent_back_is_no_message_on_the_emergency_card_either(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")

    town.refuses_messages(times=2)
    await town.delivers()

    await amira.sees("Nobody here could be asked to ring you.")


@ONE_ENGINE
async def test_a_lead_with_no_account_is_never_said_to_have_been_told(town: Town) -> None:
    await has_no_account(town, "ben")
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)
    await amira.presses("Go on with this")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "Only what was said, in the same words.")
    await amira.submits()

    await amira.sees("Nobody here could be told.", "Nobody may stop or delay it.", "07700 900102")
    assert "Ben Carver has been told" not in amira.screen()


# Slack says "later", for as long as anybody cares to ask

LATER = 60.0  # seconds; Slack names them, and then says the same again


async def slack_says_later(town: Town) -> None:
    """Every new message is put off; what stands already can be edited."""
    await town.settles()
    town.takes_no_message(retry_after=LATER, times=100)
    await town.delivers()


async def minutes_pass(town: Town, minutes: int) -> None:
    for _ in range(minutes):
        town.clock.passes(minutes=1, seconds=1)
        await town.delivers()


@ONE_ENGINE
async def test_in_an_emergency_whoever_slack_keeps_waiting_is_soon_somebody_to_ring(town: Town) -> None:
    amira, _, _ = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    await slack_says_later(town)

    await minutes_pass(town, 2)
    early = amira.screen()
    await minutes_pass(town, 2)

    assert "are asked to ring you" in early
    await amira.sees("Nobody here could be asked to ring you.", "Ben Carver (07700 900102)")


async def test_the_worker_is_alerted_by_a_message_of_its_own_and_told_when_it_arrived(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    await town.settles()
    town.takes_no_message(retry_after=300.0, times=2)
    await town.delivers()
    await minutes_pass(town, 4)
    await amira.reads("# Please ring them yourself", "Our message did not reach Ben Carver and Chidi Lowe.")
    await amira.reads("Nobody here could be asked to ring you.")
    assert ben.got_nothing()

    await town.restarts()  # the process keeps to Slack's five minutes by a clock that no test can move
    await minutes_pass(town, 8)

    await amira.reads("Our message has arrived by now, or is not needed any more.")
    await amira.reads("Ben Carver and Chidi Lowe are asked to ring you.")
    await ben.sees("Please ring Amira Osei now")
    await chidi.sees("Please ring Amira Osei now")


@pytest.mark.parametrize("charity_url", ["postgresql"], indirect=True)
async def test_an_alarm_that_waits_for_its_first_letter_holds_no_other_that_a_press_may_need(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    await town.settles()
    town.clock.passes(minutes=4)
    case = await town.case()
    async with town.changing() as tx:
        for number in range(12):
            await tx.people.connect(case.requester_id, channel="paper", tenant="t", user=f"{number}")

    async def alarm() -> None:
        async with town.changing() as tx:
            await not_reached_in_time(tx, town.books, {"case": case.id})

    await alarm()
    async with town.reading() as tx:
        own = [f"card:{post.id}" for post in await workers_own(tx, case)]
    first, *others = sorted(own, key=str.encode)
    lock = select(jobs.c.id).where(jobs.c.key == first).with_for_update()
    free = select(jobs.c.id).where(jobs.c.key.in_(others)).with_for_update(nowait=True)

    async with town.changing() as somebody:
        await somebody.connection.execute(lock)
        waiting = asyncio.create_task(alarm())
        await blocked(town.process.office.store)
        async with town.changing() as press:
            found = (await press.connection.execute(free)).all()
    await waiting

    assert len(found) == len(others) == 13


@ONE_ENGINE
async def test_the_message_names_those_who_have_nothing_with_their_numbers(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    await town.settles()
    town.takes_no_message(retry_after=600.0)
    await town.delivers()

    await minutes_pass(town, 4)

    late, other = ("Ben Carver", "Chidi Lowe") if ben.got_nothing() else ("Chidi Lowe", "Ben Carver")
    await amira.reads("# Please ring them yourself", f"Our message did not reach {late}. Please ring.", "07700 900")
    assert f"did not reach {other}" not in amira.all()
    assert (await town.ledger_kinds()).count("not reached in time") == 1


@ONE_ENGINE
async def test_whoever_is_asked_about_something_for_today_counts_as_not_reached_too(town: Town) -> None:
    amira, _ = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await slack_says_later(town)

    await minutes_pass(town, 4)

    await amira.sees("Our message did not reach Femi Adair. Please ring.")


@ONE_ENGINE
async def test_what_can_wait_days_may_wait_for_slack(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")
    await amira.sends(stories.A_REQUEST_THAT_CAN_WAIT, of="Ewan Marsh")
    await slack_says_later(town)

    await minutes_pass(town, 4)

    assert ewan.got_nothing()
    assert "did not reach" not in amira.all()


@ONE_ENGINE
async def test_whoever_was_reached_in_time_is_nothing_to_alert_anybody_about(town: Town) -> None:
    amira, _, _ = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    await town.delivers()
    before = len(amira.account.messages())

    await minutes_pass(town, 4)

    assert len(amira.account.messages()) == before
    assert "not reached in time" not in await town.ledger_kinds()
