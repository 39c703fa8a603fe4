"""What is not destroyed or deleted although its time seems to have come: it is open again, held, or was sent once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from bot import messages
from bot.keeping.cards import GONE
from bot.keeping.erasing import erase
from storage.tables import holds
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR
from tests.conversations.resident import Resident
from tests.conversations.test_board import sees_the_board
from tests.conversations.test_keeping import YEARS, bell_rings, closed, days_go_by, kept, left_half_way, stands
from tests.conversations.test_second_look import AGAIN, looks_and_says
from tests.conversations.town import ONE_ENGINE, Town


async def stopped(town: Town, story: stories.Story) -> Resident:
    """A danger was ticked and the checklist stopped, and its clock runs. Ben, a lead, was asked to look at it."""
    amira, _ = town.people("amira", "ben")
    await amira.begins()
    await amira.answers(story)
    await amira.sees("# What we suggest")
    await amira.presses("Stop")
    await amira.sees("Stopped.")
    await days_go_by(town, 1.5)
    return amira


def deleted(town: Town) -> int:
    """How often we have asked the product to delete a message."""
    return sum(side.deletions() for side in town.sides.values())


# In the place of a destroyed one


@ONE_ENGINE
async def test_a_checklist_begun_where_a_destroyed_one_stood_is_not_deleted_with_it(town: Town) -> None:
    amira = town.person("amira")
    await left_half_way(amira)
    await days_go_by(town, 2)
    await amira.sees("not finished")
    await amira.presses("Start a checklist")
    await amira.sees(f"# {stories.FIRST}")
    await amira.presses("Yes, now")
    await amira.sees("[I have rung 999]")

    await days_go_by(town, 31)

    assert deleted(town) == 0
    await amira.reads("I have rung 999")


@ONE_ENGINE
async def test_the_word_that_one_is_gone_does_not_come_over_a_checklist_begun_there(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await town.delivers()  # where its card stands is written down
    async with town.changing() as tx:
        [copy] = await tx.posts.of((await town.case()).id)
        assert copy.message
        await messages.instead(tx, GONE, copy)

    await town.delivers()

    await amira.sees(f"# {stories.FIRST}")
    assert "not finished" not in amira.all()


# Opened again


@ONE_ENGINE
async def test_a_stopped_one_that_a_lead_has_opened_again_has_no_clock_and_keeps_its_messages(town: Town) -> None:
    amira, ben = await stopped(town, stories.A_CHILD), town.person("ben")
    await looks_and_says(ben, AGAIN, "Please tell them.")
    await town.delivers()
    assert (await town.case()).state == "asking"
    there = stands(amira)

    clock = await kept(town)
    await days_go_by(town, 40)

    assert (clock.kept_as, clock.closed_at, clock.destroy_at) == ("", None, None)
    assert stands(amira) >= there


@ONE_ENGINE
async def test_a_deletion_promised_before_it_was_opened_again_is_not_done(town: Town) -> None:
    _, _, ben = await closed(town)
    await sees_the_board(ben)
    await ben.presses("Open")
    await ben.sees("[Back to the board]")
    await ben.presses("Open again")
    await ben.sees("# Open again")
    await ben.fills("Why do you open it again?", "The council has no record of it.")
    async with town.changing() as tx:
        for copy in await tx.retention.messages(town.clock.now):
            await erase(tx, copy)
    await ben.submits()
    await ben.sees("Open again.")

    await town.delivers()

    assert deleted(town) == 0


# Sent once


@ONE_ENGINE
async def test_what_was_sent_and_taken_back_is_not_destroyed_as_never_sent(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.NOTHING)
    await amira.sees("Keep it private")
    await amira.presses("Go on with this")
    await amira.sees("[Close]")
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")

    await days_go_by(town, 3)

    assert (await town.case()).state == "asking"


@ONE_ENGINE
async def test_a_danger_that_was_ticked_and_taken_away_again_is_no_draft(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers({stories.FIRST: "No", stories.DANGERS: stories.A_CHILD[stories.DANGERS]})
    await amira.sees(f"# {stories.NEEDS}")
    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes(stories.DANGERS)
    await amira.fills_in(stories.A_CHILD[stories.DANGERS])  # pressed once more, the tick is gone
    await town.delivers()
    await amira.presses("Pause")
    await amira.sees("Paused. Your answers are kept.")

    await days_go_by(town, 10)
    await days_go_by(town, 2)

    assert (await town.case()).values["danger_child"] == "no"


# Held


@ONE_ENGINE
async def test_no_message_of_a_held_record_is_deleted_until_the_hold_is_lifted(town: Town) -> None:
    amira, femi, _ = await closed(town)
    there = [stands(amira), stands(femi)]
    id = (await town.case()).id
    async with town.changing() as tx:
        await tx.holds.put(id, "police", None)

    await days_go_by(town, 31)
    held = [stands(amira), stands(femi)]
    async with town.changing() as tx:
        await tx.holds.lift(id, "police", None)
    await days_go_by(town, 1)

    assert held == there
    assert [stands(amira), stands(femi)] == [0, 0]


@ONE_ENGINE
async def test_what_the_rules_hold_is_held_before_anything_else_where_no_hold_was_put_yet(town: Town) -> None:
    await stopped(town, A_CHILD_AND_TERROR)
    async with town.changing() as tx:
        await tx.connection.execute(delete(holds))
        for look in await tx.looks.of((await town.case()).id):
            await tx.looks.drop((await town.case()).id, look.kind)

    await days_go_by(town, 26 * YEARS)

    async with town.reading() as tx:
        [hold] = await tx.holds.standing((await town.case()).id)
    assert (hold.why, hold.by_id) == ("terrorism", None)


@ONE_ENGINE
async def test_a_lead_who_is_told_that_a_stopped_one_comes_due_opens_and_holds_it(town: Town) -> None:
    await stopped(town, stories.A_CHILD)
    ben, end = town.person("ben"), (await kept(town)).destroy_at
    assert end is not None
    town.clock.now = end - timedelta(days=10)
    await sees_the_board(ben)
    await ben.presses("See them")
    await ben.sees("# Destroyed soon")

    await ben.presses("Open")
    await ben.sees("Then it is destroyed.")
    await ben.presses("Hold it")
    await ben.sees("# Hold it")
    await ben.chooses("Why must it be kept?", "Another reason")
    await ben.submits()

    await ben.sees("Held. It is not destroyed until a lead says that it may be.")


# Told in time


@ONE_ENGINE
async def test_a_warning_that_never_arrived_is_none(town: Town) -> None:
    amira = town.person("amira")
    await left_half_way(amira)
    await amira.presses("Pause")
    await amira.sees("Paused.")
    await town.delivers()
    town.takes_no_message(status=503, times=1000)
    for _ in range(4):
        await days_go_by(town, 3)
    assert (await town.case()).state == "paused"
    town.takes_messages_again()

    await bell_rings(town)
    await amira.reads("# Your checklist waits")
    await days_go_by(town, 1.1)

    assert await town.cases() == []
