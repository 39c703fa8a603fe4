"""Whoever the worry may be about is never told, asked or rung, whatever came before; somebody else is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.conversations import stories
from tests.conversations.around import (
    A_CHILD_AND_TERROR,
    NOT_LISTED,
    WOULD_SAY,
    YES_NOW,
    keeps_out,
    pressed_by_mistake,
    rings_999,
    sends_a_worry,
    tells_one_lead,
)
from tests.conversations.resident import Ticked
from tests.conversations.town import ONE_ENGINE, Town

BENS_NUMBER = "07700 900102"
CHIDIS_NUMBER = "07700 900103"
IRIS_NUMBER = "07700 900109"
EWANS_NUMBER = "07700 900105"

A_LEAK: stories.Story = {
    **stories.NOTHING,
    stories.NEEDS: Ticked(("Something went to the wrong place",)),
    "Could this mistake get someone hurt?": "Yes",
}


async def charity_has(town: Town, numbers: Mapping[str, str]) -> None:
    """The charity's own numbers, as an administrator enters them."""
    async with town.changing() as tx:
        now = await tx.organisations.current()
        settings = {**now.settings, "numbers": {**now.settings["numbers"], **numbers}}
        await tx.organisations.change(now.name, settings)


# A new consultation of somebody who has kept people out


@ONE_ENGINE
async def test_whoever_is_out_hears_nothing_when_it_gets_worse_and_the_old_first_card_is_pressed(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    first = amira.card()
    await amira.answers(stories.about("The safeguarding lead"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills(WOULD_SAY, "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "Ben Carver")
    await amira.submits()
    await amira.sees("Write down what was done")
    await town.delivers()

    await amira.presses(YES_NOW, on=first)
    await amira.reads("Chidi Lowe is asked to ring you.")
    await town.delivers()

    assert ben.got_nothing()
    await chidi.reads("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_whoever_is_out_hears_nothing_when_words_of_danger_are_typed(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await sends_a_worry(amira, "A worker or volunteer", named="Ben Carver")
    await town.delivers()

    await amira.types("he has a knife")
    await amira.sees("[Yes, someone is in danger]")
    await amira.presses("Yes, someone is in danger")
    await amira.reads("Chidi Lowe is asked to ring you.")
    await town.delivers()

    assert ben.got_nothing()
    await chidi.reads("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_a_trustee_who_may_be_the_one_hears_nothing_of_a_new_consultation(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await sends_a_worry(amira, "The chair or a trustee")
    await town.delivers()

    await amira.types("he has a knife")
    await amira.sees("[Yes, someone is in danger]")
    await amira.presses("Yes, someone is in danger")
    await amira.reads("Ben Carver is asked to ring you.")
    await town.delivers()

    assert chidi.got_nothing()
    await ben.reads("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_a_new_consultation_says_whom_it_keeps_out_as_another_does(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD)
    await keeps_out(amira, "Ben Carver")

    await amira.commands()
    await amira.sees("# Carry on or start?")
    await amira.presses("Start a new one")

    await amira.sees(f"# {stories.FIRST}", "Who is kept out of your other open cases is kept out here too.")


# Somebody who was told turns out to be the one


@ONE_ENGINE
async def test_where_the_lead_who_was_told_turns_out_to_be_the_one_the_chair_is_told(town: Town) -> None:
    amira, ben, dora = town.people("amira", "ben", "dora")
    await tells_one_lead(amira)
    await amira.sees("Ben Carver has been told.")
    await town.delivers()

    await keeps_out(amira, "Ben Carver")
    await town.delivers()

    await amira.sees("Dora Finch has been told. Nobody may stop or delay it.")
    await dora.sees("# Please ring your colleague")
    await ben.sees("Nothing is needed from you here.")


@ONE_ENGINE
async def test_where_both_on_duty_are_out_in_an_emergency_the_chair_is_told(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.begins()
    await amira.presses(YES_NOW)
    await amira.sees("[Pressed by mistake]")
    await town.delivers()

    await keeps_out(amira, "Ben Carver", "Chidi Lowe")
    await town.delivers()

    await amira.sees("Dora Finch is asked to ring you.")
    await dora.sees("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_where_an_answer_puts_those_on_duty_out_the_next_in_line_is_told_of_the_emergency(town: Town) -> None:
    amira, ben, dora = town.people("amira", "ben", "dora")
    await rings_999(amira)
    await keeps_out(amira, "Chidi Lowe")
    await town.delivers()
    assert dora.got_nothing()

    await amira.answers(stories.about("The safeguarding lead"), until="Could any of this be part of it?")
    await town.delivers()

    await dora.reads("Amira Osei has rung 999.")
    await ben.sees("Nothing is needed from you here.")


@ONE_ENGINE
async def test_an_emergency_is_told_once_to_those_who_stay_on_duty(town: Town) -> None:
    amira, chidi = town.people("amira", "chidi")
    await rings_999(amira)
    await town.delivers()

    await keeps_out(amira, "Ben Carver")
    await town.delivers()

    assert len(chidi.account.messages()) == 1


# Whom to ring instead


@pytest.mark.parametrize("own", [{}, {"safeguarding_lead": BENS_NUMBER}])
@ONE_ENGINE
async def test_nobody_is_sent_to_the_one_it_is_about_and_the_card_says_whom_to_ring(
    town: Town, own: Mapping[str, str]
) -> None:
    amira = town.person("amira")
    await charity_has(town, own)

    await sends_a_worry(amira, "A worker or volunteer", named="Ben Carver")

    await amira.sees("Do not ring the safeguarding lead: they may be part of it. Ring Dora Finch.", "07700 900104")
    assert BENS_NUMBER not in amira.screen()


@pytest.mark.parametrize(("about", "instead"), [("The chair or a trustee", BENS_NUMBER), ("Not sure", IRIS_NUMBER)])
@ONE_ENGINE
async def test_no_trustee_is_rung_where_it_may_be_a_trustee_but_somebody_else_is(
    town: Town, about: str, instead: str
) -> None:
    amira = town.person("amira")
    await charity_has(town, {"on_call_trustee": CHIDIS_NUMBER})

    await amira.begins()
    await amira.answers(stories.about(about, stories.A_CHILD_WITHIN_HOURS))
    await amira.presses("More help")

    await amira.sees("# More help", instead, "Instead of: On-call trustee")
    assert CHIDIS_NUMBER not in amira.screen()


@ONE_ENGINE
async def test_an_approver_is_not_given_the_number_of_whoever_is_out(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await charity_has(town, {"data_protection_lead": EWANS_NUMBER})
    await amira.sends(A_LEAK, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?", EWANS_NUMBER)

    await keeps_out(amira, "Ewan Marsh")
    await town.delivers()

    await femi.sees("# Do you agree?", "Instead of: Data-protection lead")
    assert EWANS_NUMBER not in femi.all()


# Whoever heard before


@ONE_ENGINE
async def test_once_nobody_may_be_tipped_off_only_the_lead_goes_on_reading_of_the_emergency(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await rings_999(amira)
    await town.delivers()
    await chidi.sees("Amira Osei has rung 999.")

    await amira.answers(A_CHILD_AND_TERROR)
    await town.delivers()

    await chidi.sees("Nothing is needed from you here.")
    assert "Amira" not in chidi.all()
    await ben.sees("Amira Osei has rung 999.")


@ONE_ENGINE
async def test_a_trustee_told_of_a_slip_reads_nothing_more_once_the_worry_is_about_a_trustee(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await pressed_by_mistake(amira, town)
    await town.delivers()
    await chidi.sees("Ring them to be sure.")

    await amira.answers(stories.about("The chair or a trustee"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills(WOULD_SAY, "A worry about how a child is treated.")
    await amira.chooses("Who is it about", NOT_LISTED)
    await amira.submits()
    await amira.sees("Write down what was done")
    await town.delivers()

    await chidi.sees("Nothing is needed from you here.")
    assert "Amira" not in chidi.screen()
    await ben.reads("# Do you agree?")


@ONE_ENGINE
async def test_once_nobody_may_be_tipped_off_nobody_else_is_to_be_rung_because_our_message_failed(town: Town) -> None:
    amira, _ = town.people("amira", "ben")  # Chidi Lowe has no account in this workspace
    await rings_999(amira)
    await town.delivers()

    await amira.answers(A_CHILD_AND_TERROR)
    await amira.asks_for_agreement()
    await town.delivers()

    await amira.sees("Write down what was done")
    assert "Chidi Lowe" not in amira.screen()


# Second opinions


@ONE_ENGINE
async def test_who_said_no_is_not_asked_again_when_the_second_opinion_is_kept_out(town: Town) -> None:
    amira, ben, _, femi = town.people("amira", "ben", "chidi", "femi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.says_no()
    await ben.sees("Ben Carver said no to this")
    await town.delivers()
    await amira.sees("Ben Carver said no. That is not the end: Chidi Lowe can still agree.")

    await keeps_out(amira, "Chidi Lowe")
    await town.delivers()

    await amira.sees("Ben Carver said no. That is not the end:")
    assert "Ring Ben Carver" not in amira.screen()
    await femi.sees("# Do you agree?", "Somebody has said no to this.")
    await ben.sees("Already decided")


async def test_a_no_of_somebody_who_must_not_know_does_not_stand(town: Town) -> None:
    amira, dora, ben = town.people("amira", "dora", "ben")
    await amira.begins()
    await amira.answers(stories.A_REQUEST)
    await amira.sees("[Ask for agreement]")
    await amira.asks_for_agreement(of="Dora Finch")
    await town.delivers()
    await dora.says_no()
    await dora.sees("Dora Finch said no to this")
    await town.delivers()
    await amira.sees("Dora Finch said no, so nothing goes out for now.")

    await keeps_out(amira, "Dora Finch")
    await town.delivers()

    await amira.sees("Waiting for Ben Carver or Chidi Lowe to agree.")
    assert "Dora Finch" not in amira.screen()
    await ben.reads("# Do you agree?")


@ONE_ENGINE
async def test_after_a_no_that_does_not_stand_a_second_one_is_the_first(town: Town) -> None:
    amira, femi, ben, chidi = town.people("amira", "femi", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.says_no()
    await femi.sees("said no to this")
    await town.delivers()
    await ben.says_no()
    await ben.sees("Ben Carver said no to this")
    await town.delivers()
    await amira.sees("Femi Adair and Ben Carver said no.")

    await keeps_out(amira, "Femi Adair")
    await town.delivers()

    await amira.sees("Ben Carver said no. That is not the end: Chidi Lowe can still agree.")
    await chidi.reads("# Do you agree?")


@ONE_ENGINE
async def test_a_trustees_yes_from_before_the_worry_about_a_trustee_does_not_stand(town: Town) -> None:
    amira, chidi = town.people("amira", "chidi")
    await amira.begins()
    await amira.answers(stories.A_REQUEST)
    await amira.sees("[Ask for agreement]")
    await amira.asks_for_agreement(of="Chidi Lowe")
    await town.delivers()
    await chidi.agrees()
    await chidi.sees("Already decided")
    await town.delivers()
    await amira.sees("Chidi Lowe agreed")
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")
    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes(stories.DANGERS)
    await amira.sees("[Next]")
    await amira.fills_in(Ticked((stories.ONE_OF_US,)))
    await amira.answers(stories.about("The chair or a trustee", {**stories.A_REQUEST, stories.DANGERS: Ticked()}))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills(WOULD_SAY, "We are worried and ask for advice.")
    await amira.chooses("Who is it about", NOT_LISTED)
    await amira.submits()

    await amira.sees("Waiting for")
    assert "Chidi Lowe agreed" not in amira.screen()


# An account that is somebody else's now


@ONE_ENGINE
async def test_an_account_that_moved_to_somebody_else_gets_no_card_of_the_one_it_was_sent_to(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")
    async with town.changing() as tx:
        hana = next(person for person in await tx.people.everybody() if person.handle == "hana")
        channel, tenant, user = town.account(femi)
        await tx.people.connect(hana.id, channel=channel, tenant=tenant, user=user)

    await keeps_out(amira, "Hana Reed")
    await town.delivers()

    await femi.sees("Nothing is needed from you here.")
    assert "# Do you agree?" not in femi.all()
    assert len(femi.account.messages()) == 1


@ONE_ENGINE
async def test_a_workers_account_that_moved_shows_nothing_of_their_consultation(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    async with town.changing() as tx:
        hana = next(person for person in await tx.people.everybody() if person.handle == "hana")
        channel, tenant, user = town.account(amira)
        await tx.people.connect(hana.id, channel=channel, tenant=tenant, user=user)

    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()

    await amira.sees("Nothing is needed from you here.")
    assert "agreed" not in amira.screen()


# While nobody may be tipped off


@ONE_ENGINE
async def test_the_reminder_names_only_the_lead_while_nobody_may_be_tipped_off(town: Town) -> None:
    amira = town.person("amira")
    await rings_999(amira)
    await amira.answers(A_CHILD_AND_TERROR)
    await amira.sees("[Ask for agreement]")
    town.clock.passes(hours=1, minutes=1)
    await town.delivers()

    await amira.reads("# How are you? And one thing", "Ring Ben Carver")
    assert "someone you trust" not in amira.all()


@ONE_ENGINE
async def test_while_nobody_may_be_tipped_off_and_the_lead_is_out_no_colleague_is_suggested(town: Town) -> None:
    amira = town.person("amira")
    await rings_999(amira)
    await keeps_out(amira, "Ben Carver", "Dora Finch", "Iris Vale")
    await amira.answers(A_CHILD_AND_TERROR)
    await amira.asks_for_agreement()
    await town.delivers()

    for words in ("a colleague", "someone you trust", "or a trustee"):
        assert words not in amira.all()
