"""Going back, changing, pausing, coming back; old cards, the same delivery twice, and two presses at once."""

from __future__ import annotations

import asyncio

from tests.conversations import stories
from tests.conversations.resident import NONE, NOT_RECORDED, Ticked
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.town import ONE_ENGINE, Town


@ONE_ENGINE
async def test_a_changed_answer_keeps_the_later_ones_that_still_apply(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD, until=stories.NEAR)
    await amira.presses("My answers")
    await amira.sees("# Your answers", "How do we know? Another sign, or someone else")
    await amira.presses("Go back to the checklist")
    await amira.sees(f"# {stories.NEAR}")
    await amira.presses("Back")
    await amira.sees("# Could any of this be part of it?", "You can change this.")
    await amira.presses("Leave it as it is")
    await amira.sees(f"# {stories.NEAR}")
    await amira.answers(stories.A_CHILD)
    await amira.sees("# What we suggest")

    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes("How do we know?")
    await amira.sees("You can change this.", "[Another sign, or someone else (your answer)]")
    await amira.presses("We saw it, or pictures of it")

    await amira.sees("# What we suggest")
    values = (await town.case()).values
    assert (values["child_info"], values["child_age_now"]) == ("seen_or_images", "under_18")


@ONE_ENGINE
async def test_an_answer_hidden_by_a_change_counts_again_when_it_applies_again(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.sees("# What we suggest", "A child at risk: ")

    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes(stories.DANGERS)
    await amira.sees("(x) A child may be harmed, or was")
    await amira.ticks(stories.CHILD)
    await amira.presses("Next")
    await amira.sees("# What we suggest", "Keep it private")
    assert "A child at risk" not in amira.screen()

    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes(stories.DANGERS)
    await amira.sees("You can change this.")
    await amira.ticks(stories.CHILD)
    await amira.presses("Next")
    await amira.sees("# What we suggest", "A child at risk: Tell children's social care today")


@ONE_ENGINE
async def test_it_can_be_put_aside_and_taken_up_from_home(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD, until="How do we know?")
    await amira.presses("Pause")
    await amira.sees("Paused. Your answers are kept")
    assert "child" not in amira.all().lower()

    await amira.opens_home()
    await amira.sees(", paused")
    await amira.presses("Open")
    amira.goes_to_messages()

    await amira.sees("# How do we know?")
    assert (await town.case()).state == "asking"


@ONE_ENGINE
async def test_a_paused_one_is_carried_on_from_its_own_card(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.presses("No")
    await amira.sees("# Could any of these be true?")
    await amira.presses("Pause")
    await amira.sees("Paused.")

    await amira.presses("Carry on")

    await amira.sees("# Could any of these be true?")


@ONE_ENGINE
async def test_stopping_leaves_the_reference_and_tells_nobody(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.presses("Stop")
    await amira.sees("Stopped. Nothing was sent. The record is kept.")
    await town.delivers()

    assert ben.got_nothing()
    assert "child" not in amira.all().lower()


@ONE_ENGINE
@SLACKS_OWN
async def test_who_has_two_open_is_asked_which(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.commands()
    await amira.sees("# Carry on or start?")
    await amira.presses("Start a new one")
    await amira.sees(f"# {stories.FIRST}")
    await amira.commands()
    await amira.sees("# Carry on or start?")

    first, second = [case.reference for case in await town.cases()]

    await amira.sees(f"[Open {first}]  [Open {second}]  [Start a new one]")
    await amira.presses(f"Open {first}")
    await amira.sees(f"# {stories.FIRST}", first)


@ONE_ENGINE
async def test_an_old_card_says_that_things_have_moved_on_and_shows_where_they_are(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    old = amira.card()
    await amira.answers(stories.A_CHILD, until=stories.NEEDS)
    before = await town.state()

    await amira.presses("No", on=old)

    await amira.sees("This has moved on since your card was drawn.", f"# {stories.NEEDS}")
    assert await town.state() == before


async def test_two_presses_at_once_are_one_answer(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    card = amira.card()

    both = await asyncio.gather(amira.presses("No", on=card), amira.presses("No", on=card))
    await amira.sees(f"# {stories.DANGERS}")

    assert [answer.status for answer in both] == [200, 200]
    assert (await town.ledger_kinds()).count("answered") == 1
    assert (await town.case()).version == 2


async def test_the_same_press_delivered_twice_changes_nothing(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.commands()
    await amira.sees("# Carry on or start?")
    await amira.presses("Start a new one")
    await amira.sees(f"# {stories.FIRST}")
    assert len(await town.cases()) == 2
    before = await town.state()

    again = await town.workspace.send(*town.workspace.sent[-1])

    assert again.status == 200
    assert await town.state() == before


@SLACKS_OWN
async def test_a_message_that_slack_sends_again_after_a_500_is_answered_once(town: Town) -> None:
    amira = town.person("amira")
    event = {"type": "message", "user": amira.account.id, "text": "hello", "ts": "1.1", "channel": "D0AMIRA"}
    event["channel_type"] = "im"
    async with town.without_its_database():
        failed = await amira.account.happens(event, event_id="Ev1")
        await amira.sees(NOT_RECORDED)
    first = await amira.account.happens(event, event_id="Ev1", retry=1)
    await amira.sees(f"# {stories.FIRST}")

    second = await amira.account.happens(event, event_id="Ev1", retry=2)

    assert [answer.status for answer in (failed, first, second)] == [500, 200, 200]
    assert len(await town.cases()) == 1
    await town.restarts()
    assert amira.screen().count(f"# {stories.FIRST}") == 1


async def test_a_press_that_could_not_be_recorded_asks_for_another_and_gives_the_numbers(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()

    async with town.without_its_database():
        answer = await amira.presses("No")
        await amira.sees(NOT_RECORDED, "[Press again]", "999", "101")

    assert answer.status == 200
    assert (await town.case()).version == 1
    await amira.presses("Press again")
    await amira.reads(f"# {stories.DANGERS}")


@ONE_ENGINE
async def test_an_answer_to_somebody_elses_consultation_is_refused(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await femi.begins()
    hers = (await town.cases())[0]
    before = await town.state()

    await femi.presses("Press", on=femi.forges("answer", c=hers.id, v="1", s="life_now", q="life_now", a="no"))

    await femi.sees("This is somebody else's consultation.")
    assert hers.reference not in femi.screen()
    assert await town.state() == before


@ONE_ENGINE
async def test_an_answer_that_is_not_among_the_choices_is_refused(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    case = await town.case()
    before = await town.state()

    await amira.presses("Press", on=amira.forges("answer", c=case.id, v="1", s="life_now", q="life_now", a="maybe"))

    await amira.sees("That answer is not one of the choices.")
    assert await town.state() == before


@ONE_ENGINE
async def test_not_sure_is_kept_as_not_sure(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()

    await amira.answers({stories.FIRST: "No", stories.DANGERS: Ticked(unsure=(stories.CHILD,)), stories.NEEDS: NONE})

    await amira.sees("# How do we know?")
    assert (await town.case()).values["danger_child"] == "unsure"
