"""What an approver can read: their own lane and nothing beside it, and exactly the words that were agreed to."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, TERROR, sends_a_worry
from tests.conversations.resident import Resident, Ticked
from tests.conversations.town import ONE_ENGINE, Town

READ = "Read what they would say"
OF_THE_CHILD = "A child at risk: what exactly would you say?"
OF_THE_TERROR = "Terrorism or extremism: what exactly would you say?"


async def sends_both(amira: Resident) -> None:
    """A child and terrorism; Femi Adair is asked about the child."""
    await amira.begins()
    await amira.answers(A_CHILD_AND_TERROR)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.ticks("Femi Adair")
    await amira.fills(OF_THE_CHILD, "A child came with bruises.")
    await amira.fills(OF_THE_TERROR, "Money goes to a banned group abroad.")
    await amira.submits()
    await amira.sees("Waiting for Femi Adair")


@ONE_ENGINE
async def test_who_is_asked_about_the_child_reads_what_would_be_said_of_the_child_alone(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends_both(amira)
    await town.delivers()

    await femi.presses(READ)

    await femi.sees("# What was written", "A child came with bruises.")
    assert "banned group" not in femi.screen()


@ONE_ENGINE
async def test_who_is_asked_about_the_child_does_not_read_what_was_done_about_the_terrorism(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends_both(amira)
    await town.delivers()
    await amira.presses("Write down what was done")
    await amira.sees("# What is this about?")
    await amira.presses("Terrorism or extremism")
    await amira.sees("# What was done")
    await amira.chooses("Who was told?", "Nobody outside was told")
    await amira.fills("What was said or done?", "Counter-terrorism officers told, reference 12.")
    await amira.submits()
    await amira.sees("Kept")
    await town.delivers()

    await femi.presses(READ)

    await femi.sees("# What was written", "A child came with bruises.")
    assert "officers" not in femi.screen()


@ONE_ENGINE
async def test_words_from_before_the_terrorism_was_known_are_shown_to_nobody_beside_it(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD_AND_A_WEAPON, of="Femi Adair")
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")
    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes(stories.DANGERS)
    await amira.sees("[Next]")
    await amira.fills_in(Ticked((stories.CRIME, TERROR)))
    await amira.answers(A_CHILD_AND_TERROR)
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()

    await femi.sees("# Do you agree?")
    assert READ not in femi.screen()
    await femi.presses("Press", on=femi.forges("read", c=(await town.case()).id))
    await femi.sees("Nothing has been written")
    assert "We are worried" not in femi.all()


@ONE_ENGINE
async def test_who_is_asked_about_one_lane_does_not_read_why_another_was_agreed(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD_AND_A_WEAPON, of="Femi Adair")
    await town.delivers()
    await ben.agrees("A blade was seen.")
    await ben.sees("Already decided")
    await town.delivers()

    await femi.presses(READ)

    await femi.sees("# What was written", "We are worried")
    assert "A blade was seen." not in femi.screen()


@ONE_ENGINE
async def test_an_approver_does_not_read_who_would_hear_only_because_it_is_one_of_us(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sends_a_worry(amira, "A worker or volunteer", of="Femi Adair")
    await town.delivers()

    await femi.sees("# Do you agree?", "Who would hear")
    assert "LADO" not in femi.all()
    assert "who works with children" not in femi.all()
    assert "LADO" in amira.screen()


async def test_a_yes_to_other_words_is_no_yes(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement("We ask for advice and give no address.", of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("Femi Adair agreed")
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")

    await amira.asks_for_agreement("Everything in the file.", of="Femi Adair")

    await amira.sees("Waiting for Femi Adair to agree.")
    await town.delivers()
    await femi.presses(READ)
    await femi.sees("Everything in the file.")
    assert "no address" not in femi.screen()


@ONE_ENGINE
async def test_a_yes_stands_where_the_same_words_are_sent_again(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")

    await amira.asks_for_agreement(of="Femi Adair")

    await amira.sees("Femi Adair agreed")
