"""Who is around a case: nobody reads of another lane, nobody who may be the subject is asked, told or rung."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, PLAN, keeps_out
from tests.conversations.sides import NOT_IN_THE_SANDBOX
from tests.conversations.town import ONE_ENGINE, Town


@ONE_ENGINE
async def test_who_is_asked_about_the_child_reads_nothing_of_the_terrorism_beside_it(town: Town) -> None:
    amira, femi = town.people("amira", "femi")

    await amira.sends(A_CHILD_AND_TERROR, of="Femi Adair")
    await town.delivers()

    await femi.sees("# Do you agree?", stories.CHILD)
    assert "terror" not in femi.all().lower()
    assert PLAN not in femi.all()


@ONE_ENGINE
async def test_while_terrorism_silences_the_case_only_its_one_lead_is_asked_or_told(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")

    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()

    assert not ben.got_nothing()
    assert chidi.got_nothing()


@ONE_ENGINE
async def test_whoever_is_asked_about_a_crime_does_not_read_that_a_colleague_is_the_worry(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.about("A worker or volunteer"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.ticks("Femi Adair")
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "They are not on this list, or I do not know")
    await amira.submits()
    await amira.sees("Waiting for Femi Adair")
    await town.delivers()

    await femi.sees("# Do you agree?")
    assert "one of our own people" not in femi.all()
    assert "A worker or volunteer" not in femi.all()


async def test_keeping_it_from_whoever_was_asked_asks_somebody_else_at_once(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await keeps_out(amira, "Femi Adair")
    await town.delivers()

    await amira.sees("Waiting for Ben Carver or Chidi Lowe")
    await ben.sees("# Do you agree?")
    await femi.sees("Nothing is needed from you here.")
    await femi.opens_home()
    assert "Waiting for you" not in femi.all()


@ONE_ENGINE
async def test_a_yes_of_somebody_who_must_not_know_does_not_count(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("Femi Adair agreed")

    await keeps_out(amira, "Femi Adair")

    await amira.sees("Waiting for Ben Carver or Chidi Lowe")
    assert "Femi Adair agreed" not in amira.screen()


@ONE_ENGINE
async def test_where_the_only_lead_may_be_the_one_the_chair_is_told_and_nobody_is_sent_to_the_lead(town: Town) -> None:
    amira, ben, dora = town.people("amira", "ben", "dora")
    await amira.begins()
    await amira.answers(stories.about("A worker or volunteer"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "Ben Carver")
    await amira.submits()
    await amira.sees("Dora Finch is asked to ring you about this.")
    await town.delivers()

    assert "07700 900102" not in amira.all()
    assert ben.got_nothing()
    await dora.sees("# Please ring your colleague")


@ONE_ENGINE
async def test_a_worry_about_a_trustee_asks_no_trustee_who_was_not_named(town: Town) -> None:
    amira, chidi = town.people("amira", "chidi")
    await amira.begins()
    await amira.answers(stories.about("The chair or a trustee"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "They are not on this list, or I do not know")
    await amira.submits()
    await amira.sees("Waiting for Ben Carver to agree. Ring Ben Carver now.")
    await town.delivers()

    assert chidi.got_nothing()


@ONE_ENGINE
async def test_a_trustee_who_asks_is_not_the_first_of_two_workers(town: Town) -> None:
    ben, chidi, femi = town.people("ben", "chidi", "femi")
    await chidi.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()

    await chidi.sees("Waiting for")
    assert "Femi Adair agreed" not in chidi.screen()
    await town.delivers()
    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()
    await chidi.sees("Ben Carver agreed at")


@ONE_ENGINE
async def test_asking_again_is_a_new_message_that_rings_and_the_old_one_shrinks(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")
    await town.delivers()

    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()

    await femi.reads("# Do you agree?", "This went on in a newer message.")
    assert len(femi.account.messages()) == 2
    assert femi.all().count("# Do you agree?") == 1


@ONE_ENGINE
async def test_a_form_that_was_not_kept_says_so_beside_the_emergency_card(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await femi.fills("Why do you agree?", "He has a knife, AB123456C")
    await femi.ticks("We talked this over, by phone or face to face")
    await femi.submits()
    await town.settles()

    await femi.closes()
    femi.goes_to_messages()
    await femi.reads("Your form was not kept", "National Insurance number")
    assert "approved" not in await town.ledger_kinds()
    assert await town.remembers("AB123456C") == []


@ONE_ENGINE
@NOT_IN_THE_SANDBOX
async def test_who_our_message_did_not_reach_is_named_with_their_number(town: Town) -> None:
    amira = town.person("amira")

    await amira.sends(stories.A_CHILD, of="Femi Adair")  # Femi has no account in this workspace
    await town.delivers()

    await amira.sees("Our message did not reach Femi Adair. Please ring.", "07700 900106")
