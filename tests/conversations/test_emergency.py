"""Danger now: the card that needs nothing, who is told of it, and what is asked an hour later."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import CHECKED, NOT_RECORDED, Resident
from tests.conversations.sides import EVERY_PRODUCT, EVERYWHERE, SLACKS_OWN
from tests.conversations.town import ONE_ENGINE, Town

NOW, UNSURE = "Yes, now", "Not sure"


async def rings(person: Resident, label: str = NOW) -> None:
    await person.begins()
    await person.presses(label)
    await person.sees("# Ring 999 now", "Are you safe?", "[I have rung 999]", "[Pressed by mistake]")


@EVERY_PRODUCT
async def test_yes_brings_999_and_the_words_to_say_at_once(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()

    await amira.presses(NOW)

    await amira.sees("# Ring 999 now", "Are you safe?", "1. If you are not safe, get away first.", "Say to them")
    assert amira.screen().startswith("Someone in danger now? Ring 999.")


@ONE_ENGINE
async def test_not_sure_counts_as_yes(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()

    await amira.presses(UNSURE)

    await amira.sees("# Ring 999 now", "Not sure counts as yes.")


@EVERYWHERE
async def test_the_card_comes_while_the_database_is_away_and_says_that_nothing_is_recorded(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()

    async with town.without_its_database():
        answer = await amira.presses(NOW)
        await amira.reads("# Ring 999 now")
        await amira.sees(NOT_RECORDED, "[Press again]", "999")

    assert answer.status == 200
    assert "Are you safe?" in amira.all()
    assert (await town.case()).version == 1


@EVERYWHERE
async def test_what_was_not_recorded_is_recorded_by_pressing_again(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    card = amira.card()
    async with town.without_its_database():
        await amira.presses(NOW)
        await amira.sees(NOT_RECORDED)

    await amira.presses(NOW, on=card)
    await amira.reads("[I have rung 999]")
    await town.delivers()

    await ben.sees("Amira Osei was told to ring 999.")


@SLACKS_OWN
async def test_words_behind_the_command_bring_it_in_the_answer_itself_with_no_database(town: Town) -> None:
    amira = town.person("amira")

    async with town.without_its_database():
        answer = await amira.commands("he has taken an overdose")
        assert "Are you safe?" in str(answer.body)
        await amira.sees(NOT_RECORDED)

    assert answer.status == 200


@EVERYWHERE
async def test_the_safeguarding_lead_and_the_trustee_on_call_are_told_with_no_content_and_nobody_else(
    town: Town,
) -> None:
    amira, ben, chidi, *others = town.people("amira", "ben", "chidi", "dora", "ewan", "femi", "hana", "iris", "grace")

    await rings(amira)
    await town.delivers()

    for told in (ben, chidi):
        await told.sees("Amira Osei was told to ring 999.", "Please ring Amira Osei now: 07700 900101.")
        assert "[" not in told.screen()
    assert [person for person in others if not person.got_nothing()] == []
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")


@EVERY_PRODUCT
async def test_whoever_must_not_know_hears_nothing_more_and_cannot_agree(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await rings(amira)
    await town.delivers()
    await amira.presses("Someone must not know")
    await amira.sees("# Who must not know")
    await amira.ticks("Ben Carver")
    await amira.submits()
    await amira.sees("Noted.")
    await town.delivers()
    await ben.sees("Nothing is needed from you here.")
    assert "999" not in ben.screen().split("# ")[1]

    await amira.presses("I have rung 999")
    await amira.answers({**stories.A_CHILD, stories.FIRST: NOW})
    await amira.sees("# What we suggest")
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")

    assert "Chidi Lowe" in amira.screen()
    assert "Ben Carver" not in amira.screen()
    await amira.fills("What exactly would you say?", "A child is hurt.")
    await amira.submits()
    await amira.sees("Waiting for Chidi Lowe to agree")
    await town.delivers()
    assert len(ben.account.messages()) == 1
    assert "# Do you agree?" in chidi.all()


@EVERY_PRODUCT
async def test_i_have_rung_goes_on_with_the_checklist(town: Town) -> None:
    amira = town.person("amira")
    await rings(amira)

    await amira.presses("I have rung 999")

    await amira.sees("# Could any of these be true?")


@ONE_ENGINE
async def test_i_have_rung_is_taken_from_the_first_card_too_which_came_before_anything_was_recorded(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.presses(NOW)
    await amira.sees("# Ring 999 now")
    case = await town.case()
    carry = {"c": case.id, "v": "1", "q": "call_made", "a": "done", "e": "yes"}
    await amira.sees("[Pressed by mistake]")

    await amira.presses("Press", on=amira.forges("answer", **carry))

    await amira.sees("# Could any of these be true?")


async def test_i_have_rung_records_the_emergency_that_could_not_be_recorded(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    async with town.without_its_database():
        await amira.presses(NOW)
        await amira.sees(NOT_RECORDED)
    first_card = next(each for each in amira.account.messages() if "Are you safe?" in str(each.blocks))

    await amira.presses("I have rung 999", on=first_card)
    await amira.reads("# Could any of these be true?")
    await town.delivers()

    await ben.sees("Amira Osei has rung 999.")
    assert "emergency card shown" in await town.ledger_kinds()


@EVERY_PRODUCT
async def test_pressed_by_mistake_goes_back_to_the_question(town: Town) -> None:
    amira = town.person("amira")
    await rings(amira)

    await amira.presses("Pressed by mistake")
    await amira.sees("# Could someone die", "[Yes, now (your answer)]")
    await amira.presses("No")

    await amira.sees("# Could any of these be true?")


@EVERY_PRODUCT
async def test_after_an_hour_with_nothing_written_down_the_worker_is_reminded_gently(town: Town) -> None:
    amira = town.person("amira")
    await rings(amira)
    await amira.presses("I have rung 999")
    await amira.sees("# Could any of these be true?")
    town.clock.passes(minutes=59)
    await town.delivers()
    assert "How are you?" not in amira.all()

    town.clock.passes(minutes=1)
    await town.delivers()

    await amira.sees("# How are you? And one thing", "[Write it down]")


@ONE_ENGINE
async def test_nobody_is_reminded_of_what_is_written_down_already(town: Town) -> None:
    amira, _, _ = town.people("amira", "ben", "chidi")
    await rings(amira)
    await amira.presses("I have rung 999")
    await amira.sees("# Could any of these be true?")
    await town.delivers()
    town.clock.passes(hours=1)
    await town.delivers()
    await amira.sees("# How are you? And one thing")
    await amira.presses("Write it down")
    await amira.sees("# What was done")
    await amira.chooses("Who was told?", "Emergency services")
    await amira.fills("When?", "02:20")
    await amira.fills("What was said or done?", "Ambulance came.")
    await amira.submits()
    await amira.sees("Your card then shows whether your form was taken.")
    await amira.closes()
    await amira.reads("Kept in the record.")
    await town.delivers()
    assert "Thank you. It is written down." in amira.all()

    town.clock.passes(hours=2)
    await town.delivers()

    assert amira.all().count("Thank you. It is written down.") == 1
    assert (await town.ledger_kinds()).count("reminded") == 1


@ONE_ENGINE
async def test_nobody_is_reminded_of_what_was_pressed_by_mistake(town: Town) -> None:
    amira = town.person("amira")
    await rings(amira)
    await amira.presses("Pressed by mistake")
    await amira.sees("[Yes, now (your answer)]")
    await amira.presses("No")
    await amira.sees("# Could any of these be true?")

    town.clock.passes(hours=1)
    await town.delivers()

    assert "How are you?" not in amira.all()


@EVERY_PRODUCT
async def test_an_emergency_pressed_on_a_card_of_yesterday_is_taken(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    yesterday = amira.card()
    await amira.answers(stories.A_CHILD)

    await amira.presses(NOW, on=yesterday)
    await amira.sees("# Ring 999 now", "[I have rung 999]")
    await town.delivers()

    await ben.sees("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_an_emergency_after_sending_is_taken_as_a_new_consultation(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    first_card = amira.card()
    await amira.answers(stories.A_CHILD)
    await amira.asks_for_agreement(of="Femi Adair")
    town.clock.passes(minutes=5)

    await amira.presses(UNSURE, on=first_card)
    await amira.reads("[I have rung 999]")
    await town.delivers()

    await ben.sees("Amira Osei was told to ring 999.")
    assert [case.state for case in await town.cases()] == ["sent", "asking"]


@ONE_ENGINE
async def test_within_hours_opens_the_lane_for_today_and_never_999_alone(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()

    await amira.answers(stories.A_CHILD_WITHIN_HOURS)

    await amira.sees(
        "# What we suggest",
        "Danger now: Act within hours, and be ready to ring 999",
        "Ring the lead named here now.",
        "A child at risk: Tell children's social care today",
    )
    assert "# Ring 999 now" not in amira.screen()
    assert CHECKED not in amira.screen()


@ONE_ENGINE
async def test_within_hours_tells_the_lead_as_the_card_says(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD_WITHIN_HOURS)
    await amira.sees("Danger now: ")

    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()

    await femi.sees("# Do you agree?")
    await ben.sees("Please ring Amira Osei now")
