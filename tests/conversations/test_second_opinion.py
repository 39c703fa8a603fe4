"""A no outside the lanes that protect somebody: one second opinion, from no lower standing; asking again is visible."""

from __future__ import annotations

from sqlalchemy import select

from storage.tables import decisions
from tests.conversations import stories
from tests.conversations.resident import Resident, Ticked
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.town import ONE_ENGINE, Town

WAY_IN = "Ask for a second opinion"

A_VISIT: stories.Story = {
    stories.FIRST: "No",
    stories.DANGERS: Ticked(),
    stories.NEEDS: Ticked(("Someone may need a warning or to be told",)),
    "A little more about it": {
        "Who should be told?": "A service that will visit",
        "Does the person whose information it is agree?": "They refuse",
    },
    "Would waiting to ask or talk make things worse for anyone?": "No",
}
"""A1, in a lane that protects nobody: any other worker or trustee may agree."""


async def verdicts(town: Town) -> list[str]:
    """Every decision that was ever made, oldest first."""
    async with town.reading() as tx:
        rows = await tx.connection.execute(select(decisions.c.verdict).order_by(decisions.c.at))
        return [row.verdict for row in rows]


NAMES = {"dora": "Dora Finch", "femi": "Femi Adair", "ewan": "Ewan Marsh"}


async def is_refused(town: Town, amira: Resident, by: Resident, story: stories.Story = stories.A_REQUEST) -> None:
    """Amira has asked, and somebody has said no."""
    await amira.sends(story, of=NAMES[by.account.name])
    await town.delivers()
    await by.says_no("They can ask the client.")
    await by.reads("said no to this")
    await town.delivers()
    await amira.sees("said no, so nothing goes out for now.")


async def test_a_no_offers_one_second_opinion_and_its_yes_counts_beside_the_first_answer(town: Town) -> None:
    amira, dora, ben, chidi = town.people("amira", "dora", "ben", "chidi")
    await is_refused(town, amira, dora)
    await amira.sees(f"[{WAY_IN}]", "Ben Carver or Chidi Lowe", "Protect: 020 3117 2520", "[Read the reasons]")
    old = amira.card()
    assert ben.got_nothing()
    town.clock.passes(minutes=5)

    await amira.presses(WAY_IN)
    await amira.sees("Asked. The first answer stays in the record.", "Waiting for a second opinion from Ben Carver or")
    await amira.presses(WAY_IN, on=old)
    await amira.sees("This has moved on since your card was drawn.")
    await town.delivers()
    await chidi.sees("You give a second opinion", "Dora Finch said no at 02:14 on 20 November.")
    await chidi.presses("Read what was written")
    await chidi.reads("They can ask the client.")
    await chidi.closes()
    await chidi.agrees("It is lawful, and it is little.")
    await chidi.sees("Chidi Lowe agreed to this")
    await town.delivers()

    await amira.sees("Chidi Lowe agreed at 02:19")
    assert await verdicts(town) == ["declined", "approved"]
    assert (await town.ledger_kinds()).count("second opinion asked") == 1
    assert "[Approve]" not in ben.all()


async def test_after_a_second_no_there_is_no_third(town: Town) -> None:
    amira, dora, chidi = town.people("amira", "dora", "chidi")
    await is_refused(town, amira, dora)
    first = (await town.case()).version
    await amira.presses(WAY_IN)
    await amira.sees("Asked.")
    await town.delivers()
    await chidi.says_no("Not without asking them.")
    await chidi.reads("said no to this")
    await town.delivers()

    await amira.sees("Chidi Lowe said no, so nothing goes out", "Two people have said no. We ask nobody a third time.")
    assert WAY_IN not in amira.screen()
    before = await town.state()
    case = await town.case()
    async with town.reading() as tx:
        *_, last = await tx.approvals.of(case.id)
    await amira.presses("Press", on=amira.forges("second", c=case.id, v=str(case.version), r=last.id))
    await amira.sees("There is no second opinion to ask for here.")
    await amira.presses("Take back and change")
    await amira.sees("[Ask for agreement]")
    await amira.asks_for_agreement()
    await town.delivers()

    await amira.sees("Two people have said no.")
    assert (await town.state())["approval_requests"] == before["approval_requests"]  # type: ignore[index]
    assert case.version > first


@ONE_ENGINE
async def test_whoever_is_of_lower_standing_is_neither_asked_nor_written_down_after_a_trustees_no(town: Town) -> None:
    amira, dora, femi, ewan = town.people("amira", "dora", "femi", "ewan")
    await is_refused(town, amira, dora, A_VISIT)
    await amira.presses(WAY_IN)
    await amira.sees("Asked.")

    await amira.presses("They agreed by phone")
    await amira.sees("# They agreed by phone")
    offered = amira.screen()
    await amira.closes()
    await time_goes_on(town, hours=3)

    assert "Femi Adair" not in offered
    assert "Joan Tully" not in offered
    assert "Iris Vale" in offered
    assert femi.got_nothing()
    await ewan.reads("# Do you agree?")


@ONE_ENGINE
async def test_a_second_opinion_is_refused_from_somebody_who_is_only_a_worker_by_now(town: Town) -> None:
    amira, dora, ben = town.people("amira", "dora", "ben")
    await is_refused(town, amira, dora, A_VISIT)
    await amira.presses(WAY_IN)
    await amira.sees("Asked.")
    await town.delivers()
    await town.changes("ben", capabilities=("may_approve",))

    await ben.presses("Approve")

    await ben.reads("Your role cannot give a second opinion here.")
    assert await verdicts(town) == ["declined"]


@ONE_ENGINE
async def test_a_workers_no_can_be_answered_by_anybody_who_may_decide(town: Town) -> None:
    amira, femi, joan = town.people("amira", "femi", "joan")
    await is_refused(town, amira, femi, A_VISIT)
    await amira.presses(WAY_IN)
    await amira.sees("Asked.")

    await amira.presses("They agreed by phone")

    await amira.sees("# They agreed by phone", "Joan Tully")
    assert joan.got_nothing()


@ONE_ENGINE
async def test_where_only_one_person_may_decide_a_no_says_so_and_whom_to_talk_to(town: Town) -> None:
    town.clock.passes(hours=8)
    amira, ewan = town.people("amira", "ewan")

    await is_refused(town, amira, ewan, stories.A_COURT_ORDER)

    await amira.sees("Nobody else here may decide this.", "Protect: 020 3117 2520")
    assert WAY_IN not in amira.screen()


@ONE_ENGINE
async def test_in_a_lane_that_protects_a_no_goes_on_by_itself_and_needs_no_button(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await femi.says_no("Let us speak to the school first.")
    await femi.reads("said no to this")
    await town.delivers()

    await amira.sees("You can also ring the council, 111 or 101 without a name, now.")
    assert WAY_IN not in amira.all()
    await ben.sees("Take care", "Femi Adair said no at 02:14 on 20 November.")


@ONE_ENGINE
async def test_asking_somebody_else_after_taking_it_back_is_on_their_card(town: Town) -> None:
    amira, dora, iris = town.people("amira", "dora", "iris")
    await amira.sends(stories.A_REQUEST, of="Dora Finch")
    await amira.presses("Take back and change")
    await amira.sees("[Ask for agreement]")
    town.clock.passes(minutes=2)

    await amira.asks_for_agreement(of="Iris Vale")
    await town.delivers()

    await iris.sees("Asked 2 times. Dora Finch was asked at 02:14 on 20 November, and it was taken back or changed.")
    assert "Asked 2 times" not in dora.all()


@ONE_ENGINE
async def test_whoever_turned_out_to_be_out_is_not_named_in_what_was_asked_before(town: Town) -> None:
    amira, dora, iris = town.people("amira", "dora", "iris")
    await is_refused(town, amira, dora)
    await amira.presses("Take back and change")
    await amira.sees("[Ask for agreement]")
    await amira.presses("Someone must not know")
    await amira.sees("# Who must not know")
    await amira.chooses("Who must not know?", "Dora Finch")
    await amira.submits()
    await amira.sees("Noted.")

    await amira.asks_for_agreement(of="Iris Vale")
    await town.delivers()

    await iris.sees("Somebody said no at 02:14 on 20 November.")
    assert "Dora Finch" not in iris.all()
