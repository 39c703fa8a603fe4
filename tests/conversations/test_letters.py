"""Letters: late where Slack is in trouble, once, and never lost with the process that promised them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.events import Event
from storage.outbox import LEASE
from storage.store import StoreUnavailable
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE, NOT_IN_THE_SANDBOX
from tests.conversations.town import ONE_ENGINE, Town


async def sends(amira: Resident) -> None:
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(of="Femi Adair")


async def test_slack_in_trouble_makes_a_letter_late_and_it_comes_once(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends(amira)
    town.takes_no_message(status=500, times=2)
    for _ in range(2):
        await town.delivers()
        assert femi.got_nothing()
        town.clock.passes(minutes=1)

    await town.delivers()

    await femi.sees("# Do you agree?")
    assert len(femi.account.messages()) == 1


@ONE_ENGINE
async def test_a_letter_that_slack_took_without_saying_so_is_not_sent_twice(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends(amira)
    town.workspace.fails("chat.postMessage", status=500, done_first=True)
    await town.delivers()
    town.clock.passes(minutes=1)

    await town.delivers()

    assert len(femi.account.messages()) == 1


@ONE_ENGINE
async def test_slack_asking_us_to_slow_down_is_obeyed_and_the_letter_comes_once(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends(amira)
    town.takes_no_message(retry_after=0.05)
    await town.delivers()
    assert femi.got_nothing()

    async def arrives() -> bool:
        town.clock.passes(seconds=1)
        await town.delivers()
        return not femi.got_nothing()

    await town.until(arrives)
    assert len(femi.account.messages()) == 1


@EVERYWHERE
async def test_a_process_that_dies_after_recording_and_before_sending_loses_no_letter(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends(amira)

    await town.dies()
    await town.delivers()

    await femi.sees("# Do you agree?")
    assert len(femi.account.messages()) == 1


async def test_a_process_that_dies_with_a_letter_in_its_hands_loses_none(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends(amira)
    async with town.changing() as tx:
        assert [job.kind for job in await tx.outbox.claim(limit=20)] == ["letter"]

    await town.dies()
    await town.delivers()
    assert femi.got_nothing()
    town.clock.passes(seconds=LEASE.total_seconds() + 1)
    await town.delivers()

    await femi.sees("# Do you agree?")


@NOT_IN_THE_SANDBOX
async def test_the_card_of_a_press_whose_process_died_comes_after_all(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await town.settles()
    case = await town.case()
    async with town.reading() as tx:
        [card] = await tx.posts.of(case.id)
    carry = {"c": case.id, "v": "1", "s": "life_now", "q": "life_now", "a": "no"}
    who = town.who(amira)

    await town.hears(Event("Ev-last", who, "answer", conversation=card.conversation, carry=carry, message=card.message))
    await town.dies()
    await town.delivers()
    await amira.sees(f"# {stories.FIRST}")
    town.clock.passes(seconds=LEASE.total_seconds() + 1)
    await town.delivers()

    await amira.sees(f"# {stories.DANGERS}")
    assert len([message for message in amira.account.messages() if not message.only_for]) == 1
    async with town.reading() as tx:
        assert [each.message for each in await tx.posts.of(case.id)] == [card.message]


@EVERYWHERE
async def test_the_reminder_survives_the_process_too(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.presses("Yes, now")
    await amira.sees("[I have rung 999]")

    await town.dies()
    town.clock.passes(hours=1)
    await town.delivers()

    await amira.reads("# How are you? And one thing")


@ONE_ENGINE
async def test_a_letter_to_somebody_slack_has_closed_is_given_up_and_recorded(town: Town) -> None:
    amira = town.person("amira")
    femi = town.person("femi", deleted=True)
    town.people("ben", "chidi", "dora", "ewan", "iris", "joan")  # of whom some are asked instead
    await sends(amira)

    await town.delivers()
    town.clock.passes(minutes=10)  # the ladder asks the next one after fifteen
    await town.delivers()

    assert femi.got_nothing()
    assert (await town.ledger_kinds()).count("letter undeliverable") == 1


@pytest.mark.parametrize("away", [timedelta(minutes=1), timedelta(days=1)])
async def test_letters_wait_for_the_database_and_for_whoever_sends_them(town: Town, away: timedelta) -> None:
    amira, femi = town.people("amira", "femi")
    await sends(amira)
    async with town.without_its_database():
        with pytest.raises(StoreUnavailable):
            await town.delivers()
    town.clock.passes(seconds=away.total_seconds())

    await town.delivers()

    await femi.sees("# Do you agree?")
