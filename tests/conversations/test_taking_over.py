"""Taking a consultation over, and giving it away: nobody it may be about gets it, and nobody's is lost on the way."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.around import PLAN, TERROR, rings_999
from tests.conversations.resident import NONE, Ticked
from tests.conversations.test_away import leaves
from tests.conversations.test_handing_over import hands_over
from tests.conversations.test_unheld import alarm_of
from tests.conversations.town import ONE_ENGINE, Town

pytestmark = ONE_ENGINE

TERROR_ALONE: stories.Story = {
    stories.FIRST: "No",
    stories.DANGERS: Ticked((TERROR,)),
    stories.NEEDS: NONE,
    "Is there a plan, an act, a wanted person or money? Or only views?": PLAN,
}


async def test_a_trustee_with_an_old_board_does_not_take_over_a_worry_about_a_trustee(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")
    await town.changes("ewan", role="trustee")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    case = await town.case()
    await ewan.types("home")
    await ewan.sees("# Confer")
    await ewan.presses("Everything open")
    await ewan.sees(case.reference)
    await ewan.presses("Open")
    await ewan.sees("[Take it over]")
    old = ewan.card()
    await amira.presses("Take back and change")
    await amira.sees("Taken back")
    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes(stories.DANGERS)
    await amira.sees("You can change this.")
    await amira.ticks(stories.ONE_OF_US)
    await amira.presses("Next")
    await amira.presses("The chair or a trustee")
    await amira.sees("# What we suggest")

    await ewan.presses("Take it over", on=old)

    await ewan.reads("Nothing is needed from you here.")
    assert (await town.case()).requester_id == await town.id_of("amira")


async def test_before_the_worker_says_whom_it_is_about_no_colleague_finds_it_on_the_board(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")
    await rings_999(amira)
    await amira.answers(stories.about("A worker or volunteer"))
    case = await town.case()
    await town.delivers()

    await ewan.types("home")
    await ewan.sees("# Confer")
    await ewan.presses("Everything open")
    await ewan.sees("# Everything open")

    assert case.reference not in ewan.screen()


async def test_where_its_one_message_is_refused_the_lead_hears_that_nobody_can_act(town: Town) -> None:
    amira, ben, femi, chidi = town.people("amira", "ben", "femi", "chidi")
    await amira.sends(stories.A_CHILD, of="Chidi Lowe")
    await town.delivers()
    await chidi.agrees()
    await town.delivers()
    await hands_over(amira, "Femi Adair")
    town.refuses_messages(times=1)
    await town.delivers()
    assert femi.got_nothing()

    town.clock.passes(hours=1)
    await town.delivers()

    await ben.reads("our message that it is theirs now has not reached them")


async def test_look_again_of_a_worker_who_has_left_is_the_leads_own_to_do(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    case = await town.case()
    await amira.presses("Press", on=amira.forges("stop", c=case.id, v=str(case.version)))

    async def stopped() -> bool:
        return (await town.case()).state == "withdrawn"

    await town.until(stopped)
    await leaves(town, "amira")
    await town.delivers()
    town.clock.passes(hours=12)
    await town.delivers()

    await ben.presses("Read it and answer")
    await ben.sees("# Second look")
    await ben.chooses("What do you say?", "Look again: I ask the worker to open it once more")
    await ben.fills("What did you find?", "Look again.")
    await ben.submits()
    await town.delivers()

    assert (await town.case()).requester_id == await town.id_of("ben")


async def test_in_silence_the_lead_reads_before_taking_it_over_who_would_be_told(town: Town) -> None:
    amira, ben, dora = town.people("amira", "ben", "dora")
    await amira.begins()
    await amira.answers(TERROR_ALONE)
    await amira.presses("Go on with this")
    await amira.sees("# Before it is sent")
    if "What exactly would you say?" in amira.screen():
        await amira.fills("What exactly would you say?", "What was said.")
    await amira.submits()
    await amira.sees("Write down what was done")
    await town.delivers()
    await leaves(town, "amira")
    await town.delivers()

    await ben.presses("Take it over", on=alarm_of(ben))

    await ben.sees("# Take this over", "If you take it over, we also have to tell Dora Finch.")
    assert dora.got_nothing()
