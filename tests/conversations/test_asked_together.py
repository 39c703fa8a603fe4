"""Several people asked at once: what one of them does takes nothing from the others, and nothing goes to nobody."""

from __future__ import annotations

from dataclasses import replace

from tests.conversations import stories
from tests.conversations.around import sends_a_worry
from tests.conversations.resident import Resident
from tests.conversations.test_spoken import agreed_by_phone, opens_the_form
from tests.conversations.test_step_up import SIX, agrees_with, demands, enrols
from tests.conversations.town import ONE_ENGINE, Town

pytestmark = ONE_ENGINE


async def sends_to(worker: Resident, story: stories.Story, *names: str) -> None:
    await worker.begins()
    await worker.answers(story)
    await worker.presses("Ask for agreement")
    await worker.sees("# Before it is sent")
    for name in names:
        await worker.ticks(name)
    await worker.fills("What exactly would you say?", "We are worried.")
    await worker.submits()
    await worker.sees("Write down what was done")


async def closes_the_account_of(town: Town, handle: str) -> None:
    async with town.changing() as tx:
        [account] = await tx.people.accounts([await town.id_of(handle)])
        await tx.people.disconnect(account)


async def test_one_no_about_a_child_leaves_the_buttons_to_whoever_was_asked_with_them(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await sends_to(amira, stories.A_CHILD, "Femi Adair", "Ben Carver")
    await town.delivers()

    await ben.says_no()
    await town.delivers()
    await amira.sees("Ben Carver said no")
    await femi.agrees()
    await town.delivers()

    await amira.reads("Femi Adair agreed at")


async def test_a_yes_by_phone_from_before_a_colleagues_no_still_counts(town: Town) -> None:
    amira, _, ben = town.people("amira", "femi", "ben")
    await sends_to(amira, stories.A_CHILD, "Femi Adair", "Ben Carver")
    await town.delivers()
    town.clock.passes(minutes=4)
    await ben.says_no()
    await town.delivers()
    await amira.sees("Ben Carver said no")
    town.clock.passes(minutes=1)

    await opens_the_form(amira)
    await amira.chooses("Who agreed?", "Femi Adair")
    await amira.fills("When did they agree?", "02:15")
    await amira.fills("What did they say?", "Yes, ring.")
    await amira.submits()

    await amira.reads("Femi Adair agreed by phone")


async def test_after_the_first_of_two_workers_the_other_one_who_was_asked_is_still_asked(town: Town) -> None:
    chidi, femi, ewan = town.people("chidi", "femi", "ewan")
    await sends_to(chidi, stories.A_KILLING_ADMITTED, "Femi Adair", "Ewan Marsh")
    await town.delivers()

    await femi.agrees()
    await town.delivers()
    await ewan.agrees()
    await town.delivers()

    await chidi.reads("# What to do now")


async def test_a_question_asked_before_a_colleagues_no_is_still_answered_after_it(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await sends_to(amira, stories.A_CHILD, "Femi Adair", "Ben Carver")
    await town.delivers()
    await femi.presses("Ask")
    await femi.sees("What do you want to know?")
    await femi.fills("What do you want to know?", "Since when?")
    await femi.submits()
    await town.delivers()

    await ben.says_no()
    await town.delivers()

    await amira.sees("Ben Carver said no", "Femi Adair")
    await amira.presses("Read it and answer")
    await amira.sees("Since when?")


async def test_passing_it_on_asks_somebody_new_where_the_others_read_nothing_of_ours(town: Town) -> None:
    amira, femi, ben, _ = town.people("amira", "femi", "ben", "joan")
    await closes_the_account_of(town, "joan")
    await sends_to(amira, stories.A_CHILD, "Femi Adair", "Joan Tully")
    await town.delivers()

    await femi.presses("I can't decide this")
    await femi.chooses("Why can you not decide it?", "I am off duty, or cannot do this now")
    await femi.submits()
    await town.delivers()

    await ben.reads("# Do you agree?")
    assert "Joan Tully decides it now" not in femi.all()


async def test_that_somebody_did_not_agree_reaches_a_lead_who_reads_us(town: Town) -> None:
    amira, femi, chidi = town.people("amira", "femi", "chidi")
    await closes_the_account_of(town, "ben")
    await agreed_by_phone(town, amira, "Femi Adair", stories.A_CHILD)

    await femi.presses("No, I did not")
    await femi.sees("Thank you.")
    await town.delivers()

    await chidi.reads("# Please ring two colleagues", "Femi Adair says: I did not agree")


async def test_after_too_many_wrong_codes_nobody_is_sent_to_whom_it_is_about(town: Town) -> None:
    amira, femi, _ = town.people("amira", "femi", "ben")
    await demands(town)
    await enrols(femi, town)
    await sends_a_worry(amira, "The safeguarding lead", of="Femi Adair", named="Ben Carver")
    await town.delivers()
    await agrees_with(femi, "000000")
    for _ in range(4):
        await femi.fills(SIX, "000000")
        await femi.submits()

    await femi.sees("Too many wrong codes.", "If it cannot wait")
    assert "Ben Carver" not in femi.screen()
    assert "07700 900102" not in femi.screen()


async def test_a_new_version_of_the_book_takes_no_yes_and_no_request_away(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    [(id, book)] = [(id, book) for id, book in town.books.items() if id == (await town.case()).book_id]
    town.books = {**town.books, id: replace(book, version="2027.1.1")}
    await town.restarts()

    await femi.agrees()
    await town.delivers()

    await amira.reads("Femi Adair agreed at")
