"""Before anything is sent: who decides, who comes after them and when, and what waits for the day."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete

from storage.tables import addresses
from tests.conversations import stories
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_away import is_away
from tests.conversations.test_ladder import next_time, steps, time_goes_on
from tests.conversations.town import ONE_ENGINE, Town

DAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@ONE_ENGINE
async def test_the_worker_reads_who_is_next_and_when_before_it_is_sent(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await is_away(town, "ben")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.sees("We will ask Chidi Lowe (trustee, on call)", "If you send it now and nobody answers: at 02:29 we")
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent", "If you tick nobody, send it now and nobody answers: at 02:29 we also ask")
    await amira.sees("At 02:44 we turn to Chidi Lowe (trustee, on call).")

    assert ben.got_nothing()
    assert chidi.got_nothing()


async def test_what_can_wait_is_sent_at_night_and_read_in_the_morning(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")
    await amira.begins()
    await amira.answers(stories.A_REQUEST_THAT_CAN_WAIT)
    await amira.sees("This can wait for the day, so Ben Carver and Chidi Lowe read it at 08:00.")
    await amira.sees("at 09:00 we ask again.")
    morning = "This can wait for the day, so Ewan Marsh reads it at 08:00. Ring them if it cannot wait"
    await amira.asks_for_agreement(of="Ewan Marsh")

    await amira.sees("Waiting for Ewan Marsh to agree.", morning, "Ewan Marsh: 07700 900105")
    await time_goes_on(town, hours=5)
    assert ewan.got_nothing()
    assert await steps(town) == []
    await time_goes_on(town, hours=1)

    await ewan.sees("# Do you agree?", "[Approve]")
    assert len(ewan.account.messages()) == 1
    assert await steps(town) == ["asked Fri 08:00"]
    await amira.sees("Ewan Marsh was asked at 08:00. At 09:00 we ask again.")


@ONE_ENGINE
async def test_what_can_wait_can_be_decided_at_night_all_the_same(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")
    await amira.sends(stories.A_REQUEST_THAT_CAN_WAIT, of="Ewan Marsh")
    await town.delivers()
    await ewan.opens_home()
    reference = (await town.case()).reference

    await ewan.presses(f"Decide {reference}")
    ewan.goes_to_messages()
    await ewan.agrees("The order is valid.")
    await ewan.reads("Already decided: Ewan Marsh agreed to this at 02:14")
    await time_goes_on(town, hours=12)

    await amira.reads("Ewan Marsh agreed at 02:14")
    assert await steps(town) == []
    assert await next_time(town) is None


@ONE_ENGINE
async def test_by_day_what_can_wait_is_written_at_once(town: Town) -> None:
    town.clock.now = DAY
    amira, ewan = town.people("amira", "ewan")

    await amira.sends(stories.A_REQUEST_THAT_CAN_WAIT, of="Ewan Marsh")
    await town.delivers()

    await ewan.sees("[Approve]")
    assert "This can wait" not in amira.all()


@ONE_ENGINE
@SLACKS_OWN
async def test_where_nobody_can_be_reached_the_card_says_so_with_the_numbers_and_no_times(town: Town) -> None:
    async with town.changing() as tx:
        await tx.connection.execute(delete(addresses).where(addresses.c.user.in_(["U0BEN", "U0CHIDI"])))
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.sees("Nobody who can decide this can be reached by a message now.", "Ben Carver: 07700 900102")
    assert "If you send it now" not in amira.screen()


@ONE_ENGINE
async def test_where_nobody_may_decide_the_card_says_so_before_the_form_does(town: Town) -> None:
    ewan = town.person("ewan")
    await ewan.begins()

    await ewan.answers(stories.A_COURT_ORDER)

    await ewan.sees("# What we suggest", "Nobody on the roster can decide this. Ring Ben Carver (07700 900102)")


@ONE_ENGINE
async def test_a_lane_that_nobody_can_decide_is_not_hidden_behind_one_that_somebody_can(town: Town) -> None:
    amira = town.person("amira")
    paper = {id: answer for id, answer in stories.A_COURT_ORDER.items() if id != stories.DANGERS}
    await is_away(town, "ewan")
    await amira.begins()

    await amira.answers({**stories.A_CHILD, **paper})

    nobody = "can be reached by a message now. Please ring."
    await amira.sees("Nobody who can decide “", nobody, "Ewan Marsh: 07700 900105", "We will ask Ben Carver")
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent", nobody, "Ewan Marsh: 07700 900105")
