"""A reader of the digest asks the safeguarding lead: who reads it, who answers, and where there is nobody to ask."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from bot.events import Event
from bot.reviving import revive
from storage.enquiries import KEPT, Enquiry
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE
from tests.conversations.test_digest import MONDAY, waits_until
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_second_look import message
from tests.conversations.town import ONE_ENGINE, Town

QUESTION = "Why did so many say no this week?"
ANSWER = "Most of them were asked of the wrong person."


async def asks(person: Resident, words: str = QUESTION) -> None:
    await person.presses("Ask the safeguarding lead")
    await person.sees("# Ask the lead", "Name nobody: no client, no colleague, no case.")
    await person.fills("What do you want to know?", words)
    await person.submits()


async def answers(lead: Resident, words: str = ANSWER) -> None:
    await lead.presses("Read and answer", on=message(lead, "# A question for you"))
    await lead.sees("# Your answer")
    await lead.fills("Your answer", words)
    await lead.submits()


async def waiting(town: Town) -> list[Enquiry]:
    async with town.reading() as tx:
        return await tx.enquiries.waiting()


@EVERYWHERE
async def test_a_trustee_asks_a_lead_answers_and_the_answer_comes_back(town: Town) -> None:
    iris, ben = town.people("iris", "ben")
    await waits_until(town, MONDAY)

    await asks(iris)
    await iris.reads("# Your question is sent", "Ben Carver can read it now.")
    await town.delivers()
    await ben.reads("# A question for you", "Iris Vale (trustee")
    await ben.presses("Read and answer")
    await ben.sees("# Your answer", QUESTION)
    await ben.fills("Your answer", ANSWER)
    await ben.submits()
    await ben.reads("Your answer is sent. Thank you.")
    await iris.closes()
    await town.delivers()
    await iris.sees("# You have an answer")
    await iris.presses("Read the answer")

    await iris.sees("# What was answered", QUESTION, ANSWER, "Ben Carver answered at")


async def test_no_message_and_no_line_of_the_ledger_holds_the_words(town: Town) -> None:
    iris, ben = town.people("iris", "ben")
    await waits_until(town, MONDAY)
    await asks(iris)
    await iris.reads("# Your question is sent")
    await town.delivers()
    await ben.reads("# A question for you")
    await answers(ben)
    await ben.reads("Your answer is sent.")
    await town.delivers()

    lines = [each for each in await town.ledger() if "enquiry" in each]
    [id] = {each["enquiry"] for each in lines}
    assert [each["kind"] for each in lines] == ["asked the lead", "read", "answered the reader"]
    assert (QUESTION in repr(lines), ANSWER in repr(lines)) == (False, False)
    assert (QUESTION in ben.all(), ANSWER in iris.all(), id == "") == (False, False, False)
    assert await town.remembers("so many say no", "wrong person") == []


@ONE_ENGINE
async def test_it_stands_with_the_leads_until_one_answers_and_the_first_answer_stands(town: Town) -> None:
    await town.changes("femi", capabilities=["may_approve", "safeguarding_lead"])
    iris, ben, femi = town.people("iris", "ben", "femi")
    await waits_until(town, MONDAY)
    await asks(iris)
    await iris.reads("# Your question is sent")
    await town.delivers()
    for lead in (ben, femi):
        await lead.opens_home()
        await lead.sees("Questions about the digest", "Iris Vale, since")
        lead.goes_to_messages()

    await ben.presses("Read and answer", on=message(ben, "# A question for you"))
    await ben.sees("# Your answer")
    await answers(femi)
    await femi.reads("Your answer is sent.")
    await ben.fills("Your answer", "Mine came later.")
    await ben.submits()

    await ben.reads("Femi Adair has answered this.")
    await ben.closes()
    for lead in (ben, femi):
        await lead.opens_home()
        shown = partial(lead.screen)
        await lead.account.workspace.until(lambda shown=shown: "Questions about the digest" not in shown())  # type: ignore[misc]
    assert await waiting(town) == []


@ONE_ENGINE
async def test_what_nobody_answered_stands_in_the_message_of_each_day(town: Town) -> None:
    iris, ben = town.people("iris", "ben")
    await waits_until(town, MONDAY)
    await asks(iris)
    await iris.reads("# Your question is sent")
    await town.delivers()

    await time_goes_on(town, days=2, hours=1)  # Tuesday and Wednesday, ten past nine

    listed = [
        each for each in ben.account.messages() if "Somebody asks you about the weekly digest." in str(each.blocks)
    ]
    assert len(listed) == 2
    await answers(ben)
    await ben.reads("Your answer is sent.")
    await time_goes_on(town, days=2)
    again = [
        each for each in ben.account.messages() if "Somebody asks you about the weekly digest." in str(each.blocks)
    ]
    assert len(again) == 2


@ONE_ENGINE
async def test_what_looks_like_somebody_is_refused_and_not_kept(town: Town) -> None:
    iris = town.person("iris")
    await waits_until(town, MONDAY)

    await asks(iris, "Was it AB123456C again?")

    await iris.sees("This has a National Insurance number in it.")
    assert await waiting(town) == []


@ONE_ENGINE
async def test_where_there_is_no_other_lead_it_says_whom_to_ring(town: Town) -> None:
    iris = town.person("iris")
    await waits_until(town, MONDAY)
    await town.changes("iris", capabilities=["may_approve", "safeguarding_lead"])
    await town.changes("ben", capabilities=["may_approve"])

    await iris.presses("Ask the safeguarding lead", on=message(iris, "The week: look at this"))

    await iris.reads("# Please ring instead", "Dora Finch", "07700 900104")


@ONE_ENGINE
async def test_a_lead_we_cannot_write_to_is_rung_and_administrators_are_told_once(town: Town) -> None:
    iris, ewan = town.people("iris", "ewan")
    await waits_until(town, MONDAY)
    async with town.changing() as tx:
        [account] = await tx.people.accounts([await town.id_of("ben")])
        await tx.people.close(account.channel, account.tenant, account.user)

    for _ in range(2):
        await iris.presses("Ask the safeguarding lead", on=message(iris, "The week: look at this"))
        await iris.reads("# Please ring instead", "Ben Carver", "07700 900102")
        await iris.closes()  # on Teams it stands in the digest's place
        await town.delivers()

    assert len(told_to_put_right(ewan)) == 1
    assert ("Ben Carver" in told_to_put_right(ewan)[0], "Iris" in told_to_put_right(ewan)[0]) == (True, False)


def told_to_put_right(person: Resident) -> list[str]:
    cards = [str(each.blocks) for each in person.account.messages()]
    return [each for each in cards if "No safeguarding lead gets our messages" in each]


@ONE_ENGINE
async def test_a_question_whose_letter_reaches_no_lead_is_told_to_the_asker_and_administrators_at_once(
    town: Town,
) -> None:
    iris, ewan, _ = town.person("iris"), town.person("ewan"), town.person("ben", deleted=True)
    await town.hears(Event("", town.who(iris), "enquiry.confirm", fields={"question": (QUESTION,)}))
    await town.delivers()

    await iris.sees("# Please ring instead", "Ben Carver", "07700 900102", "We have asked Ewan Marsh")
    assert len(told_to_put_right(ewan)) == 1
    await time_goes_on(town, days=2, hours=1)
    assert len(told_to_put_right(ewan)) == 1
    assert "no lead reached" in await town.ledger_kinds()


@ONE_ENGINE
async def test_a_question_that_is_with_another_lead_too_is_with_somebody(town: Town) -> None:
    await town.changes("femi", capabilities=["may_approve", "safeguarding_lead"])
    iris, ewan, femi, _ = *town.people("iris", "ewan", "femi"), town.person("ben", deleted=True)
    await town.hears(Event("", town.who(iris), "enquiry.confirm", fields={"question": (QUESTION,)}))
    await town.delivers()

    await femi.reads("# A question for you")
    assert told_to_put_right(ewan) == []


@ONE_ENGINE
async def test_a_question_that_waits_when_the_last_lead_is_locked_out_is_told_too(town: Town) -> None:
    iris, ewan, ben = town.people("iris", "ewan", "ben")
    await waits_until(town, MONDAY)
    await asks(iris)
    await iris.reads("# Your question is sent")
    await town.delivers()
    await ben.reads("# A question for you")
    locking = Event("", town.who(ewan), "lost.confirm", fields={"who": (await town.id_of("ben"),)})
    await town.hears(locking)
    await town.delivers()

    await iris.reads("# Please ring instead", "Dora Finch", "07700 900104")
    assert len(told_to_put_right(ewan)) == 1


@ONE_ENGINE
async def test_nobody_else_asks_reads_or_answers(town: Town) -> None:
    amira, iris, dora, ben = town.people("amira", "iris", "dora", "ben")
    await waits_until(town, MONDAY)
    await asks(iris)
    await iris.reads("# Your question is sent")
    [enquiry] = await waiting(town)
    carry = {"q": enquiry.id}

    said = []
    for person, action in (
        (amira, "enquiry"),
        (amira, "enquiry.read"),
        (dora, "enquiry.read"),
        (dora, "enquiry.answer.confirm"),
        (dora, "enquiry.answered"),
        (ben, "enquiry.answered"),
        (iris, "enquiry.read"),
    ):
        fields = {"answer": (ANSWER,), "question": (QUESTION,)}
        said.append(repr(await town.hears(Event("", town.who(person), action, carry=carry, fields=fields))))

    assert [each for each in said if QUESTION in each] == []
    assert "Only trustees and leads ask" in said[0]
    assert all("Only a safeguarding lead answers this" in each for each in (*said[1:4], said[6]))
    assert all("This answer is for whoever asked" in each for each in said[4:6])
    assert [each.id for each in await waiting(town)] == [enquiry.id]


@ONE_ENGINE
async def test_question_and_answer_are_destroyed_some_time_after(town: Town) -> None:
    iris, ben = town.people("iris", "ben")
    await waits_until(town, MONDAY)
    await asks(iris)
    await iris.reads("# Your question is sent")
    [enquiry] = await waiting(town)
    await town.delivers()
    await answers(ben)
    await ben.reads("Your answer is sent.")
    await town.delivers()

    town.clock.now += KEPT + timedelta(days=2)
    await revive(town.process.office.store, town.clock())
    await town.delivers()

    await iris.presses("Read the answer", on=message(iris, "# You have an answer"))
    await iris.reads("it is not kept any more")
    reply = await town.hears(Event("", town.who(ben), "enquiry.read", carry={"q": enquiry.id}))
    assert "is not kept any more" in repr(reply)
