"""People no message of ours reaches: the worker is told so, never that they were asked or told."""

from __future__ import annotations

from sqlalchemy import delete

from storage.tables import addresses
from tests.conversations import stories
from tests.conversations.town import ONE_ENGINE, Town

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

    town.workspace.fails("chat.postMessage", error="user_not_found", times=2)
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
