"""A danger was ticked and nobody outside was told, or somebody said no: a lead reads it the next day, may reopen it."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import pytest
from sqlalchemy import delete

from bot.reviving import revive
from storage.tables import jobs
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, keeps_out, sends_a_worry
from tests.conversations.resident import Resident, Ticked
from tests.conversations.sides import on
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.town import ONE_ENGINE, Town
from tests.slack.workspace.server import Message

LOOK = "# Please take a second look"
AGREE = "I agree with this"
AGAIN = "Look again: I ask the worker to open it once more"


def message(person: Resident, words: str) -> Message:
    """The newest message with these words, wherever it stands: another one may have been drawn anew after it."""
    found = [each for each in person.account.messages() if words.removeprefix("# ") in str(each.blocks)]
    return copy.deepcopy(found[-1])


def replaced(story: stories.Story, **changed: Mapping[str, str]) -> stories.Story:
    """The same story, with other answers on some screens; a screen by its place among the nested ones."""
    found = dict(story)
    for title, answers in changed.items():
        screen = next(each for each in story if each.lower().startswith(title.replace("_", " ")))
        before = story[screen]
        assert isinstance(before, Mapping)
        found[screen] = {**before, **answers}
    return found


TALK_FIRST = replaced(
    stories.A_KILLING_ADMITTED,
    what_do_you_know_so_far={"Would waiting to ask or talk make things worse": "No"},
    what_do_you_know_about_it={"Is anyone else still at risk": "No"},
    before_anyone={"Have you asked them to report it themselves?": "Not yet"},
)
"""A very serious crime, and nothing goes out: first they are asked to report it themselves."""


async def keeps_it_to_themselves(worker: Resident) -> None:
    """The worker goes on with a plan that tells nobody."""
    await worker.begins()
    await worker.answers(TALK_FIRST)
    await worker.sees("# What we suggest")
    await worker.presses("Go on with this")
    await worker.sees("# What to do now")


async def looks_and_says(lead: Resident, answer: str, found: str = "It is right to talk first.") -> None:
    await lead.reads(LOOK)
    await lead.presses("Read it and answer", on=message(lead, LOOK))
    await lead.sees("# Second look")
    await lead.chooses("What do you say?", answer)
    await lead.fills("What did you find?", found)
    await lead.submits()


async def test_a_lead_reads_the_fixed_answers_the_next_morning_and_agrees(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await keeps_it_to_themselves(amira)
    await time_goes_on(town, hours=6)
    assert ben.got_nothing()

    await time_goes_on(town, hours=1)  # 09:14 on Friday

    await ben.sees(LOOK, "A danger was ticked, and nobody outside was told", "by 12:00 on Saturday 21 November")
    assert "killing" not in ben.all().lower()
    await ben.presses("Read it and answer")
    await ben.sees("# Second look", "Which crime is it? Choose the worst that fits. Killing or very bad injury")
    await ben.sees("Have you asked them to report it themselves? Not yet")
    await ben.closes()
    await looks_and_says(ben, AGREE)
    await ben.sees("Ben Carver has looked at this, 09:14 on 20 November.")
    got = [len(each.account.messages()) for each in (ben, chidi)]
    await time_goes_on(town, days=5)
    assert [len(each.account.messages()) for each in (ben, chidi)] == got
    await chidi.reads("Ben Carver has looked at this")
    kinds = await town.ledger_kinds()
    assert [kinds.count(each) for each in ("second look asked for", "second look")] == [1, 1]


@on("slack", "teams", engines=True)
async def test_look_again_opens_it_to_the_worker_and_it_comes_back_until_somebody_agrees(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    await keeps_it_to_themselves(amira)
    await time_goes_on(town, hours=7)

    await looks_and_says(ben, AGAIN, "Ask them today, with me.")
    await town.delivers()

    await amira.reads("# Please look again", "You did nothing wrong")
    assert (await town.case()).state == "asking"
    assert "Ask them today" not in amira.all() + ben.all() + str(await town.ledger())
    assert await town.remembers("with me.") == []
    await amira.presses("Read why", on=message(amira, "# Please look again"))
    await amira.sees("Ask them today, with me.")
    await amira.closes()
    await amira.presses("Open it", on=message(amira, "# Please look again"))
    await amira.sees("# What we suggest")
    await amira.presses("Go on with this")
    await amira.sees("# What to do now")
    await time_goes_on(town, days=1)  # Saturday, 09:14
    await ben.reads(LOOK)
    await looks_and_says(ben, AGREE)
    await ben.reads("Ben Carver has looked at this")
    assert (await town.ledger_kinds()).count("asked to look again") == 1


async def test_a_look_that_is_late_is_asked_for_again_at_noon_and_each_working_morning(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await keeps_it_to_themselves(amira)

    await time_goes_on(town, days=4, hours=7)  # Friday and Saturday at noon, Monday, Tuesday at 09:00

    assert [len(lead.account.messages()) for lead in (ben, chidi)] == [4, 4]
    await ben.reads("This went on in a newer message.")


@ONE_ENGINE
@pytest.mark.parametrize("how", ["stopped", "left", "closed"])
async def test_nobody_told_is_nobody_told_however_it_ended(town: Town, how: str) -> None:
    """Stopped after one tick; left at the proposal; agreed to, and then closed with nobody told."""
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.begins()
    if how == "stopped":
        await amira.presses("No")
        await amira.sees("# Could any of these be true?")
        await amira.fills_in(Ticked((stories.CHILD,)))
        await amira.presses("My answers")
        await amira.sees("# Your answers")
        await amira.presses("Go back to the checklist")
        case = await town.case()
        await amira.presses("Press", on=amira.forges("stop", c=case.id, v=str(case.version)))
        await amira.sees("Stopped.")
    else:
        await amira.answers(stories.A_CHILD)
        await amira.sees("# What we suggest")
    if how == "closed":
        await amira.asks_for_agreement(of="Femi Adair")
        await town.delivers()
        await femi.agrees()
        await femi.sees("Already decided")
        await town.delivers()
        await amira.sees("Femi Adair agreed")
        await amira.writes_down("Nobody outside was told", "I decided to wait.")
        await amira.sees("Kept in the record.")
        await amira.finishes()
        await amira.sees("Kept in the record.", "[Close]")
        case = await town.case()
        await amira.presses("Press", on=amira.forges("close", c=case.id, v=str(case.version)))
        await amira.sees("Closed.")

    await time_goes_on(town, hours=7)

    await ben.sees(LOOK, "nobody outside was told")
    await ben.presses("Read it and answer")
    await ben.sees("# Second look")
    expected = {"stopped": "A child may be harmed, or was", "left": "A child at risk", "closed": "I decided to wait."}
    await ben.sees(expected[how])


@ONE_ENGINE
async def test_what_was_sent_after_all_needs_no_look(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.sees("# What we suggest")
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("Femi Adair agreed")

    await time_goes_on(town, days=3)

    assert LOOK not in ben.all()
    async with town.reading() as tx:
        assert await tx.looks.of((await town.case()).id) == []


@ONE_ENGINE
async def test_a_no_is_read_by_a_lead_who_did_not_say_it(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.says_no("Ring the school first.")
    await ben.sees("Ben Carver said no")

    await time_goes_on(town, hours=8)

    await chidi.reads(LOOK, "Somebody said no")
    assert LOOK not in ben.all()
    case = await town.case()
    before = await town.state()
    await ben.presses("Press", on=ben.forges("look", c=case.id, k="declined"))
    await ben.sees("You have not been asked to look at this one")
    assert await town.state() == before


@ONE_ENGINE
async def test_an_agreement_by_phone_is_read_with_the_words_that_were_written_down(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await amira.presses("They agreed by phone")
    await amira.sees("# They agreed by phone")
    await amira.chooses("Who agreed?", "Femi Adair")
    await amira.fills("What did they say?", "Yes, ring them tonight.")
    await amira.submits()
    await amira.sees("Femi Adair agreed by phone")

    await time_goes_on(town, hours=7)

    await ben.sees(LOOK, "Somebody agreed by phone")
    await ben.presses("Read it and answer")
    await ben.sees("Femi Adair has not confirmed it", "Yes, ring them tonight.", "We are worried and ask for advice.")


@ONE_ENGINE
async def test_a_lead_it_may_be_about_is_never_the_one_who_looks(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.answers(TALK_FIRST)
    await amira.sees("# What we suggest")
    await keeps_out(amira, "Ben Carver")
    await amira.presses("Go on with this")
    await amira.sees("# What to do now")

    await time_goes_on(town, days=2)

    await chidi.reads(LOOK)
    assert ben.got_nothing()


@ONE_ENGINE
async def test_a_lead_who_asked_is_read_by_somebody_else(town: Town) -> None:
    ben, chidi = town.people("ben", "chidi")
    await keeps_it_to_themselves(ben)

    await time_goes_on(town, hours=8)

    await chidi.sees(LOOK)
    assert LOOK not in ben.all()


@ONE_ENGINE
async def test_what_has_changed_since_it_was_opened_is_read_again_before_it_is_agreed_to(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    await keeps_it_to_themselves(amira)
    await time_goes_on(town, hours=7)
    await ben.presses("Read it and answer")
    await ben.sees("# Second look")
    await amira.presses("Take back and change", on=message(amira, "Take back and change"))
    await amira.sees("[Go on with this]")
    before = await town.state()

    await ben.chooses("What do you say?", AGREE)
    await ben.fills("What did you find?", "Good.")
    await ben.submits()

    await ben.reads("This has changed since you opened it.")
    assert await town.state() == before


async def test_of_two_leads_at_once_one_look_counts(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await keeps_it_to_themselves(amira)
    await time_goes_on(town, hours=7)
    for lead in (ben, chidi):
        await lead.presses("Read it and answer")
        await lead.sees("# Second look")
        await lead.chooses("What do you say?", AGREE)
        await lead.fills("What did you find?", "Good.")

    await ben.submits()
    await ben.sees("Ben Carver has looked at this")
    await chidi.submits()

    await chidi.reads("Somebody has looked at this already.")
    assert (await town.ledger_kinds()).count("second look") == 1


@ONE_ENGINE
async def test_a_timer_that_is_lost_comes_back_at_the_start_and_looks_the_next_morning(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    await keeps_it_to_themselves(amira)
    async with town.changing() as tx:
        await tx.connection.execute(delete(jobs))

    revived = [await revive(town.process.office.store, town.clock()) for _ in range(2)]
    await time_goes_on(town, hours=7)

    assert revived == [2, 0]  # the look, and the asking for what is to be written
    await ben.sees(LOOK)


@ONE_ENGINE
async def test_a_worry_about_one_of_us_is_not_read_by_those_it_may_be_about(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await sends_a_worry(amira, "The safeguarding lead", of="Femi Adair")
    case = await town.case()
    await amira.presses("Take back and change")
    await amira.sees("[Ask for agreement]")
    await amira.presses("Press", on=amira.forges("stop", c=case.id, v=str((await town.case()).version)))
    await amira.sees("Stopped.")

    await time_goes_on(town, days=2)

    assert LOOK not in ben.all()
    await chidi.reads(LOOK)


async def _ticks_a_danger(worker: Resident) -> None:
    await worker.begins()
    await worker.presses("No")
    await worker.sees("# Could any of these be true?")
    await worker.fills_in(Ticked((stories.CHILD,)))
    await worker.presses("My answers")
    await worker.sees("# Your answers")
    await worker.presses("Go back to the checklist")


@ONE_ENGINE
async def test_a_look_that_was_asked_for_again_is_not_lost_while_the_worker_does_nothing(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await _ticks_a_danger(amira)
    case = await town.case()
    await amira.presses("Press", on=amira.forges("stop", c=case.id, v=str(case.version)))
    await amira.sees("Stopped.")
    await time_goes_on(town, hours=7)
    await looks_and_says(ben, AGAIN, "Ring them.")
    await town.delivers()
    await amira.reads("# Please look again")
    before = (await town.ledger_kinds()).count("second look asked for")

    await time_goes_on(town, days=5)

    assert (await town.ledger_kinds()).count("second look asked for") > before
    async with town.reading() as tx:
        [look] = await tx.looks.of(case.id)
    assert look.done_at is None


@ONE_ENGINE
async def test_a_danger_that_was_ticked_and_left_there_comes_to_the_worker_and_then_to_a_lead(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await _ticks_a_danger(amira)

    await time_goes_on(town, hours=7)  # 09:14
    await amira.reads("# Your checklist waits", "You ticked a danger and did not come to the end.")
    assert LOOK not in ben.all()
    await time_goes_on(town, days=1, hours=3)  # noon of the next day

    await ben.reads(LOOK, "A danger was ticked, and nobody outside was told")


@ONE_ENGINE
async def test_after_the_one_lead_said_no_in_silence_the_chair_is_asked_and_the_lead_is_left_alone(town: Town) -> None:
    amira, ben, dora, chidi = town.people("amira", "ben", "dora", "chidi")
    await amira.begins()
    await amira.answers(A_CHILD_AND_TERROR)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    for field in (line for line in amira.screen().splitlines() if "what exactly would you say?" in line.lower()):
        await amira.fills(field.rstrip(":"), "What was seen.")
    await amira.submits()
    await amira.sees("Write down what was done")
    await town.delivers()
    await ben.says_no("Not yet.")
    await town.delivers()

    await time_goes_on(town, hours=10)

    await dora.reads("# Do you agree?", LOOK)
    assert LOOK not in ben.all()
    assert "Nobody has decided this since" not in ben.all()
    assert chidi.got_nothing()
