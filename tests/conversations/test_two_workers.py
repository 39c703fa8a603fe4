"""Two workers report a very serious crime together: each says so in their own account before the case is closed."""

from __future__ import annotations

from sqlalchemy import delete

from bot.reviving import revive
from bot.together import LEAD
from storage.records import RequestState
from storage.tables import jobs
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_second_look import TALK_FIRST, message, replaced
from tests.conversations.town import ONE_ENGINE, Town

THERE = "# Were you there?"
POLICE = "# Have the police been told?"
I_WAS = "I was there when it was reported"
THANKS = "Thank you. Your answer is in the record."

THEY_REPORT_IT = replaced(
    TALK_FIRST, before_anyone={"Have you asked them to report it themselves?": "Yes, they will report it"}
)
"""They promise to tell the police themselves: A2, and two workers ask the police whether it was done."""


async def reports(worker: Resident, town: Town, *, told: str = "Police") -> None:
    """The worker writes down that it was reported."""
    card = message(worker, "Write down what was done")
    await worker.writes_down(told, "We both spoke to the officer.", on=card, given="log 0417")
    await worker.reads("Kept in the record.", "[Finish the record]")
    await worker.finishes(on=message(worker, "Finish the record"))
    await town.until(lambda: _reviewed(town))
    await town.delivers()


async def _reviewed(town: Town) -> bool:
    return "followed up" in await town.ledger_kinds()


async def tries_to_close(worker: Resident, town: Town) -> None:
    """On the card of the consultation, so that no message of its own is overwritten by the answer."""
    case = await town.case()
    cards = [each for each in worker.account.messages() if "Write down what was done" in str(each.blocks)]
    at = cards[-1] if cards else None
    await worker.presses("Press", on=worker.forges("close", at=at, c=case.id, v=str(case.version)))


async def says(person: Resident, label: str = I_WAS, *, title: str = THERE) -> None:
    await person.reads(title)
    await person.presses(label, on=message(person, title))
    await person.reads(THANKS)


async def agreed_and_reported(town: Town) -> tuple[Resident, Resident]:
    """Amira asked, Femi agreed, and the police were told."""
    amira, femi, _, _ = town.people("amira", "femi", "ben", "chidi")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await amira.sees("Femi Adair agreed")
    await reports(amira, town)
    return amira, femi


async def test_it_closes_when_each_of_two_workers_has_said_so_in_their_own_account(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    await femi.reads(THERE, "Amira Osei writes that this was reported.")
    await tries_to_close(amira, town)
    await amira.reads("Amira Osei and Femi Adair must still confirm that they were there when it was reported")
    await town.delivers()

    await says(amira)
    await tries_to_close(amira, town)
    await amira.reads("Two workers do this together. Femi Adair must still confirm")
    assert (await town.case()).state == "sent"
    await town.delivers()
    await says(femi)
    await tries_to_close(amira, town)

    await amira.reads("Closed. The record is kept.")
    assert (await town.ledger_kinds()).count("confirmed there") == 2
    assert "two have confirmed" in await town.ledger_kinds()


@ONE_ENGINE
async def test_one_worker_who_presses_twice_is_one_worker(town: Town) -> None:
    amira, _ = await agreed_and_reported(town)
    await amira.reads(THERE)
    old = message(amira, THERE)
    await says(amira)

    await amira.presses(I_WAS, on=old)
    await amira.reads(THANKS)
    await tries_to_close(amira, town)

    await amira.reads("Femi Adair must still confirm")
    assert (await town.ledger_kinds()).count("confirmed there") == 1


@ONE_ENGINE
async def test_nobody_else_says_it_and_a_trustee_is_never_one_of_the_two(town: Town) -> None:
    amira, _ = await agreed_and_reported(town)
    dora, ewan = town.people("dora", "ewan")
    case = await town.case()
    async with town.reading() as tx:
        before = await tx.confirmations.of(case.id)

    for person, words in ((dora, "Only a worker can be one of the two."), (ewan, "You have not been asked about this")):
        await person.types("home")
        await person.sees("# Confer")
        await person.presses("Press", on=person.forges("there.yes", c=case.id, l="crime"))
        await person.sees(words)

    async with town.reading() as tx:
        assert await tx.confirmations.of(case.id) == before == []
    await tries_to_close(amira, town)
    await amira.reads("must still confirm")


@ONE_ENGINE
async def test_where_a_trustee_asked_two_workers_were_there(town: Town) -> None:
    chidi, femi, *_ = town.people("chidi", "femi", "ben", "ewan")
    await chidi.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await town.until(lambda: _state(town, "approved", 1))
    await town.delivers()
    async with town.reading() as tx:
        second = next(each for each in await tx.approvals.of((await town.case()).id) if each.state == "pending")
        asked = [each.handle for each in await tx.people.everybody() if each.id in second.asked]
    other = town.person(asked[0])
    await other.reads("# Do you agree?")
    await other.presses("Approve", on=message(other, "# Do you agree?"))
    await other.sees("# Your decision")
    await other.fills("Why do you agree?", "It has to be told.")
    await other.ticks("We talked this over, by phone or face to face")
    await other.submits()
    await town.until(lambda: _state(town, "approved", 2))
    await town.delivers()
    await chidi.sees("# What to do now")

    await reports(chidi, town)

    await tries_to_close(chidi, town)
    await chidi.reads("must still confirm that they were there")
    assert THERE not in chidi.all()
    await says(femi)
    await says(other)
    await tries_to_close(chidi, town)
    await chidi.reads("Closed. The record is kept.")


async def _state(town: Town, state: RequestState, count: int) -> bool:
    async with town.reading() as tx:
        return [each.state for each in await tx.approvals.of((await town.case()).id)].count(state) == count


async def test_a_worker_who_leaves_is_replaced_by_another_who_was_there(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    ewan = town.person("ewan")
    await says(amira)
    await town.changes("femi", active=False)
    await tries_to_close(amira, town)
    await amira.reads("Femi Adair must still confirm")
    await town.delivers()

    case = await town.case()
    await amira.presses("Press", on=amira.forges("there.other", c=case.id, l="crime"))
    await amira.sees("# Somebody else was there")
    await amira.chooses("Who was there with you?", "Ewan Marsh")
    await amira.submits()
    await amira.reads(THANKS)
    await town.delivers()

    await ewan.reads(THERE)
    assert "killing" not in ewan.all().lower()
    await says(ewan)
    await tries_to_close(amira, town)
    await amira.reads("Closed. The record is kept.")
    assert THANKS not in femi.all()


async def test_a_lead_writes_down_why_one_of_them_cannot_and_then_it_closes(town: Town) -> None:
    amira, _ = await agreed_and_reported(town)
    ben = town.person("ben")
    await says(amira)
    await town.changes("femi", active=False)
    await tries_to_close(amira, town)
    await amira.reads("Femi Adair must still confirm")
    await town.delivers()
    await ben.reads("# Please ring two colleagues", "Femi Adair: 07700 900106")
    assert "crime" not in ben.all().lower()

    await ben.presses("One of them cannot confirm it", on=message(ben, "Please ring two colleagues"))
    await ben.sees("# They cannot confirm")
    await ben.chooses("Who cannot confirm it?", "Femi Adair")
    await ben.fills("Why can they not confirm it?", "She left us this week.")
    await ben.submits()

    await town.until(lambda: _excused(town))
    await tries_to_close(amira, town)
    await amira.reads("Closed. The record is kept.")
    assert await town.remembers("left us this week") == []
    assert "left us" not in str(await town.ledger()) + ben.all()


async def _excused(town: Town) -> bool:
    return "cannot confirm any more" in await town.ledger_kinds()


@ONE_ENGINE
async def test_only_a_lead_who_is_none_of_the_two_writes_that_down(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()
    await reports(amira, town)
    case = await town.case()
    await femi.types("home")
    await femi.sees("# Confer")

    for person, words in (
        (ben, "You are one of the two."),
        (femi, "Only a lead can write this down."),
        (amira, "This is your own request."),
    ):
        await person.presses("Press", on=person.forges("there.excuse", c=case.id, l="crime"))
        await person.reads(words)

    assert not await _excused(town)


@ONE_ENGINE
async def test_a_day_later_both_are_asked_again_and_the_leads_are_told_every_working_morning(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    ben = town.person("ben")
    await says(amira)
    got = len(femi.account.messages())
    async with town.changing() as tx:  # the timer is lost, and comes back
        await tx.connection.execute(delete(jobs))
    assert await revive(town.process.office.store, town.clock()) == 2  # with the asking for what is to be written

    await time_goes_on(town, days=5)

    assert len(femi.account.messages()) > got + 2
    await ben.reads("# Please ring two colleagues")
    await says(femi)
    await town.delivers()
    asked = len(femi.account.messages())
    await time_goes_on(town, days=5)
    assert len(femi.account.messages()) == asked


@ONE_ENGINE
async def test_nobody_has_to_have_been_there_where_nobody_was_told(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.sees("Already decided")
    await town.delivers()
    await reports(amira, town, told="Nobody outside was told")

    await tries_to_close(amira, town)

    await amira.reads("Closed. The record is kept.")
    assert THERE not in femi.all()


async def test_a_promise_to_report_themselves_closes_when_two_workers_have_it_from_the_police(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(THEY_REPORT_IT, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.reads("Already decided")
    await town.delivers()
    for worker in (amira, femi):
        await worker.reads(POLICE, "within 24 hours")
    await reports(amira, town)

    await says(amira, "The police confirm it", title=POLICE)
    await tries_to_close(amira, town)
    await amira.reads("Femi Adair must still confirm that the police have it")
    await time_goes_on(town, days=1)
    await femi.reads("Not done after 24 hours? Two of you report it.")
    await ben.reads("# Please ring two colleagues")
    await says(femi, "The police confirm it", title=POLICE)
    await tries_to_close(amira, town)

    await amira.reads("Closed. The record is kept.")
    assert (await town.ledger_kinds()).count("confirmed police") == 2


@ONE_ENGINE
async def test_whoever_takes_the_case_over_was_not_there_and_closes_it_on_the_word_of_the_two(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    ewan = town.person("ewan")
    await amira.presses("Hand over", on=message(amira, "Write down what was done"))
    await amira.sees("# Hand over")
    await amira.chooses("Who takes it over?", "Ewan Marsh")
    await amira.chooses("Why?", "I am going off shift")
    await amira.submits()
    await town.delivers()
    await ewan.reads("Case")

    await tries_to_close(ewan, town)
    await ewan.reads("Amira Osei and Femi Adair must still confirm")
    await town.delivers()
    for worker in (amira, femi):
        await says(worker)
    await tries_to_close(ewan, town)

    await ewan.reads("Closed. The record is kept.")
    assert THERE not in ewan.all()


@ONE_ENGINE
async def test_whoever_was_excused_reads_no_thanks_and_their_true_word_is_taken(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    ben = town.person("ben")
    await says(amira)
    await femi.reads(THERE)

    await _writes_off(ben, town, "Femi Adair")
    await town.delivers()

    assert THANKS not in femi.all()
    await says(femi)
    assert (await town.ledger_kinds()).count("confirmed there") == 2


@ONE_ENGINE
async def test_a_lead_excuses_one_for_a_lane_and_one_true_word_is_needed(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    ben = town.person("ben")
    case = await town.case()
    await _writes_off(ben, town, "Femi Adair")
    await town.delivers()

    await ben.presses("Press", on=ben.forges("there.excuse", c=case.id, l="crime"))
    await ben.reads("Nobody more can be left out of this one.")
    await tries_to_close(amira, town)
    await amira.reads("Amira Osei must still confirm")
    assert (await town.case()).state == "sent"
    await town.delivers()
    await says(amira)
    await tries_to_close(amira, town)
    await amira.reads("Closed. The record is kept.")
    assert THANKS not in femi.all()


@ONE_ENGINE
async def test_nobody_is_excused_from_asking_the_police(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(THEY_REPORT_IT, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.reads("Already decided")
    await town.delivers()
    await reports(amira, town)
    await says(amira, "The police confirm it", title=POLICE)
    await ben.types("home")
    await ben.sees("# Confer")

    await ben.presses("Press", on=ben.forges("there.excuse", c=(await town.case()).id, l="crime"))

    await ben.reads("Nobody more can be left out of this one.")
    await amira.reads("[Somebody else asks the police]")


@ONE_ENGINE
async def test_where_only_one_worker_is_left_a_lead_is_told_and_pressing_close_again_sends_nothing(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    ben = town.person("ben")
    await says(amira)
    await town.changes("femi", role="trustee")
    await town.delivers()
    await tries_to_close(amira, town)
    await amira.reads("a second worker must still confirm", "Ben Carver and Chidi Lowe are told. Ring them.")
    await town.delivers()
    await ben.reads("# Please ring two colleagues")
    assert "asked again" not in amira.all()
    await amira.reads(THANKS, "[Somebody else was there]")
    got = [len(each.account.messages()) for each in (amira, femi, ben)]

    await tries_to_close(amira, town)
    await town.delivers()

    assert [len(each.account.messages()) for each in (amira, femi, ben)] == got


@ONE_ENGINE
async def test_a_lead_whose_message_about_it_was_deleted_has_none_and_is_told_anew(town: Town) -> None:
    amira, _ = await agreed_and_reported(town)
    ben = town.person("ben")
    await says(amira)
    await town.changes("femi", role="trustee")
    await town.delivers()
    await tries_to_close(amira, town)
    await amira.reads("Ben Carver and Chidi Lowe are told. Ring them.")
    await town.delivers()
    async with town.changing() as tx:  # as when it was closed for a month, and a lead has opened it again since
        for copy in await tx.posts.of((await town.case()).id):
            if copy.kind == LEAD and copy.message:
                await town.erases(copy)
                await tx.retention.erased(copy.id)
    assert ben.account.messages() == []

    await tries_to_close(amira, town)
    await town.delivers()

    await ben.reads("# Please ring two colleagues")


@ONE_ENGINE
async def test_nobody_is_told_to_ring_whoever_was_put_out_of_the_case(town: Town) -> None:
    amira, femi = await agreed_and_reported(town)
    ewan, ben = town.people("ewan", "ben")
    await says(femi)
    await amira.presses("Hand over", on=message(amira, "Write down what was done"))
    await amira.sees("# Hand over")
    await amira.chooses("Who takes it over?", "Ewan Marsh")
    await amira.chooses("Why?", "I am going off shift")
    await amira.submits()
    await town.delivers()
    async with town.changing() as tx:
        await tx.cases.bar((await town.case()).id, [await town.id_of("amira")])

    await time_goes_on(town, days=2)

    await ben.reads("# Please ring two colleagues")
    assert "07700 900101" not in str(message(ben, "Please ring two colleagues").blocks)
    await _writes_off(ben, town, "There is no second worker to ask")
    await town.until(lambda: _excused(town))
    await tries_to_close(ewan, town)
    await ewan.reads("Closed. The record is kept.")


async def _writes_off(lead: Resident, town: Town, who: str) -> None:
    await lead.types("home")
    await lead.sees("# Confer")
    await lead.presses("Press", on=lead.forges("there.excuse", c=(await town.case()).id, l="crime"))
    await lead.sees("# They cannot confirm")
    await lead.chooses("Who cannot confirm it?", who)
    await lead.fills("Why can they not confirm it?", "They are ill.")
    await lead.submits()
    await town.until(lambda: _excused(town))
