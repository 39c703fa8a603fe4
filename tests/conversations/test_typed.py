"""What is typed: words of danger are heard wherever they stand, and what could name somebody is kept nowhere."""

from __future__ import annotations

import logging

import pytest

from tests.conversations import stories
from tests.conversations.resident import CHECKED, TALKED
from tests.conversations.sides import EVERY_PRODUCT, EVERYWHERE, SLACKS_OWN, on
from tests.conversations.town import ONE_ENGINE, Town

OVERDOSE = "he has taken an overdose"
NHS = "943 476 5919"
NAMED = "My client is Walter Quill, born 03/04/1961"


async def nowhere(town: Town, caplog: pytest.LogCaptureFixture, *words: str) -> None:
    """Not in the database, nor its files, nor what the bot says to anybody, nor any log."""
    assert await town.remembers(*words) == []
    for word in words:
        assert word.lower() not in caplog.text.lower()
        assert [each for each in town.said() if word.lower() in each.lower()] == []


@on("slack", "teams", engines=True)
async def test_words_of_danger_bring_the_emergency_card_and_are_not_kept(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    amira = town.person("amira")

    await amira.types(OVERDOSE)

    await amira.sees("# Ring 999 now", "What you typed may mean someone is in danger.", "[Yes, someone is in danger]")
    assert await town.cases() == []
    await nowhere(town, caplog, "overdose")
    await town.restarts()
    assert len(amira.account.messages()) == 1  # nothing came after it that could push it away


@ONE_ENGINE
async def test_words_of_danger_are_heard_in_the_middle_of_any_question(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD, until="How do we know?")

    await amira.types(OVERDOSE)

    await amira.sees("# Ring 999 now")


@EVERY_PRODUCT
async def test_yes_on_that_card_opens_a_consultation_that_begins_with_it(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.types(OVERDOSE)
    await amira.sees("# Ring 999 now")

    await amira.presses("Yes, someone is in danger")
    await amira.sees("[I have rung 999]")
    await town.delivers()

    await ben.sees("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_no_on_that_card_goes_to_the_checklist(town: Town) -> None:
    amira = town.person("amira")
    await amira.types(OVERDOSE)
    await amira.sees("# Ring 999 now")

    await amira.presses("No. Take me to the checklist")

    await amira.sees(f"# {stories.FIRST}")


@EVERYWHERE
@pytest.mark.parametrize(("text", "word"), [(f"her NHS number is {NHS}", NHS), (NAMED, "Quill")])
async def test_a_name_or_number_typed_to_the_bot_is_kept_nowhere(
    town: Town, caplog: pytest.LogCaptureFixture, text: str, word: str
) -> None:
    caplog.set_level(logging.DEBUG)
    amira = town.person("amira")

    await amira.types(text)

    await amira.sees("Please delete your message, and use the case reference instead.", "The chat itself keeps it.")
    await nowhere(town, caplog, word)


@SLACKS_OWN
async def test_what_stands_behind_the_command_is_kept_nowhere(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    amira = town.person("amira")

    await amira.commands(NAMED)

    await amira.sees("Please do not type anything behind the command.", f"# {stories.FIRST}")
    await nowhere(town, caplog, "Quill")


@EVERYWHERE
async def test_a_sure_identifier_in_a_form_is_refused_and_kept_nowhere(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", f"The child with {NHS}.")
    await amira.ticks(CHECKED)

    await amira.submits()

    await amira.sees("This has an NHS number in it. Use the case reference. We did not keep it.")
    assert (await town.case()).state == "asking"
    await nowhere(town, caplog, NHS)


@EVERY_PRODUCT
async def test_a_likely_name_in_a_form_needs_the_tick_that_it_was_checked(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "It began at Saint Botolph last week.")
    await amira.submits()
    await amira.sees("This may have a name in it.")
    assert (await town.case()).state == "asking"

    await amira.ticks(CHECKED)
    await amira.submits()

    await amira.sees("# Waiting for a second person")
    assert await town.remembers("Botolph") == []


@ONE_ENGINE
async def test_the_reason_of_the_one_who_decides_is_looked_at_too(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()

    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await femi.fills("Why do you agree?", "Ring the mother on 07700 900461.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.sees("This has a telephone number in it.")
    assert "approved" not in await town.ledger_kinds()
    await nowhere(town, caplog, "900461")


@EVERY_PRODUCT
async def test_words_of_danger_in_a_form_turn_it_into_the_emergency_card(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "She is unconscious now")

    answer = await amira.submits()

    assert "Are you safe?" in str(answer.body)
    await amira.reads("# Waiting for a second person")  # what was sent was sent
    await amira.reads("# Ring 999 now")  # and yet this is not gone


@EVERY_PRODUCT
async def test_typed_words_are_read_by_the_asker_and_those_who_are_asked_and_each_reading_is_recorded(
    town: Town,
) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement("Bruises in two places.")
    await town.delivers()

    await ben.presses("Read what they would say")
    await ben.sees("# What was written", "Bruises in two places.")
    await ben.closes()
    assert (await town.ledger())[-1]["kind"] == "read"
    assert (await town.ledger())[-1]["person"] == await town.id_of("ben")

    still_open = chidi.card()
    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()
    await chidi.presses("Read what they would say", on=still_open)
    await chidi.sees("This has been decided, so it is closed to you now.")
    await town.restarts()
    assert "Bruises" not in chidi.screen()
    await amira.presses("Read the reasons")
    await amira.sees("# What was written", "Bruises in two places.", "The risk is clear.")


@ONE_ENGINE
async def test_somebody_who_was_never_asked_reads_nothing(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await dora.types("home")
    await dora.sees("# Confer")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement("Bruises in two places.")

    await dora.presses("Press", on=dora.forges("read", c=(await town.case()).id))

    await dora.sees("You have not been asked about this one, so it stays closed to you.")
    assert "Bruises" not in dora.all()
    assert "read" not in await town.ledger_kinds()
