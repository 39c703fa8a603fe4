"""After 999: what was done is asked for until it is written down; somebody else reads it by the next working day."""

from __future__ import annotations

from sqlalchemy import delete

from bot.reviving import revive
from storage.tables import jobs
from tests.conversations.around import TERROR, pressed_by_mistake, rings_999
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_second_look import message
from tests.conversations.town import ONE_ENGINE, Town

REMINDED = "# How are you? And one thing"
NOT_YET = "# Not yet written down"
LOOK = "# Please take a second look"


async def writes_down(worker: Resident, town: Town, what: str = "They sent somebody at once.") -> None:
    """The form behind the reminder: when, which service, their reference, what was said."""
    await worker.presses("Write it down")
    await worker.sees("# What was done", "When?", "Did you ring 999? Which service?", "Which reference did they give?")
    await worker.chooses("Who was told?", "Emergency services")
    await worker.ticks("Ambulance")
    await worker.fills("When?", "02:20")
    await worker.fills("Which reference did they give?", "log 0417")
    await worker.fills("What was said or done?", what)
    await worker.submits()
    await worker.reads("Kept in the record.")
    await town.delivers()


async def reads_and_answers(
    lead: Resident, answer: str = "I have read it. Nothing more is needed", found: str = "It was done well."
) -> None:
    """The form of a second look, filled in and submitted."""
    await lead.reads(LOOK)
    await lead.presses("Read what was done", on=message(lead, LOOK))
    await lead.sees("# Second look")
    await lead.chooses("What do you say?", answer)
    await lead.fills("What did you find?", found)
    await lead.submits()


async def an_emergency_with_a_reminder(town: Town) -> Resident:
    """Rung at 02:14 on a Friday, and nothing written down by 03:15."""
    amira, _, _ = town.people("amira", "ben", "chidi")
    await rings_999(amira)
    await town.delivers()
    await time_goes_on(town, minutes=61)
    await amira.sees(REMINDED)
    return amira


async def test_at_the_end_of_the_day_the_leads_are_told_to_ring_and_then_every_morning(town: Town) -> None:
    others = town.people("dora", "ewan", "femi")
    amira = await an_emergency_with_a_reminder(town)
    ben, chidi = town.people("ben", "chidi")
    await time_goes_on(town, hours=14)  # 17:15
    before = (ben.all() + chidi.all()).count(NOT_YET)

    await time_goes_on(town, hours=1)

    for lead in (ben, chidi):
        await lead.reads(NOT_YET, "Please ring Amira Osei: 07700 900101.", "says nothing about the case")
    assert before == 0
    assert amira.all().count("This went on in a newer message.") == 1
    assert [person for person in others if not person.got_nothing()] == []
    times = (await town.ledger_kinds()).count("not written down: leads told")
    await time_goes_on(town, days=2)  # Saturday and Sunday, 09:00
    assert (await town.ledger_kinds()).count("not written down: leads told") == times + 2
    assert "child" not in (ben.all() + chidi.all()).lower()


@ONE_ENGINE
async def test_an_emergency_of_the_afternoon_is_asked_about_the_same_evening(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    town.clock.passes(hours=15)  # 17:14
    await rings_999(amira)
    await time_goes_on(town, hours=3)  # 20:14
    before = ben.all()

    await time_goes_on(town, hours=1)

    assert NOT_YET not in before
    await ben.reads(NOT_YET)


@ONE_ENGINE
async def test_an_emergency_at_night_is_asked_about_in_the_morning_and_wakes_nobody(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    town.clock.passes(hours=18, minutes=30)  # 20:44: the first reminder is at 21:44
    await rings_999(amira)
    await time_goes_on(town, hours=11)  # 07:44 on Saturday
    night = ben.all()

    await time_goes_on(town, hours=2)

    assert NOT_YET not in night
    await ben.reads(NOT_YET)


async def test_what_is_written_down_ends_the_asking_and_brings_the_leads_the_second_look(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    ben, chidi = town.people("ben", "chidi")
    await time_goes_on(town, hours=15)
    await ben.reads(NOT_YET)

    await writes_down(amira, town)

    await ben.reads("It is written down, or not needed any more.", LOOK, "An emergency: what was done")
    await ben.reads("by 12:00 on Monday 23 November")  # the next working day
    await chidi.reads(LOOK)
    said = (await town.ledger_kinds()).count("reminded")
    await time_goes_on(town, days=2)
    assert (await town.ledger_kinds()).count("reminded") == said
    assert "log 0417" not in ben.all() + chidi.all()


async def test_the_lead_reads_what_was_done_behind_the_button_and_the_look_is_done_once(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    ben, chidi = town.people("ben", "chidi")
    await writes_down(amira, town, "Zebra crossing at dawn.")
    await chidi.reads(LOOK)
    old = message(chidi, LOOK)

    await ben.reads(LOOK)
    await ben.presses("Read what was done", on=message(ben, LOOK))
    await ben.sees("# Second look", "Emergency services, told at 02:20 on 20 November.")
    await ben.sees("Called: Ambulance. Their reference: log 0417. Zebra crossing at dawn.")
    await ben.closes()
    await reads_and_answers(ben)
    await ben.reads("Ben Carver has looked at this, 03:15 on 20 November.")
    await town.delivers()

    await chidi.reads("Ben Carver has looked at this")
    await chidi.presses("Read what was done", on=old)
    await chidi.sees("Somebody has looked at this already.")
    before = len(ben.account.messages())
    await time_goes_on(town, days=7)
    assert len(ben.account.messages()) == before
    assert "Zebra" not in amira.all() + ben.all() + str(await town.ledger())
    assert await town.remembers("zebra", "done well") == []
    assert (await town.ledger_kinds()).count("second look") == 1


@EVERYWHERE
async def test_a_service_that_is_ticked_is_no_typed_word_so_the_form_stays_with_it_until_it_is_right(
    town: Town,
) -> None:
    amira, ben = await an_emergency_with_a_reminder(town), town.person("ben")
    await amira.presses("Write it down")
    await amira.sees("# What was done")
    await amira.chooses("Who was told?", "Emergency services")
    await amira.ticks("Ambulance")
    await amira.fills("When?", "half past something")
    await amira.fills("What was said or done?", "They sent somebody at once.")
    await amira.submits()
    await amira.sees("# What was done", "We could not read that.")
    assert "What you typed may mean" not in amira.all() + amira.screen()

    await amira.fills("When?", "02:20")
    await amira.submits()
    await amira.reads("Kept in the record.")

    await town.delivers()

    assert "What you typed may mean" not in amira.all()
    await ben.reads(LOOK)
    await ben.presses("Read what was done", on=message(ben, LOOK))
    await ben.sees("Called: Ambulance. They sent somebody at once.")


@EVERYWHERE
async def test_the_same_word_typed_into_that_form_brings_the_emergency_card(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    await amira.presses("Write it down")
    await amira.sees("# What was done")
    await amira.chooses("Who was told?", "Emergency services")
    await amira.ticks("Ambulance")
    await amira.fills("When?", "02:20")
    await amira.fills("What was said or done?", "ambulance")

    await amira.submits()

    await amira.sees("# Ring 999 now", "What you typed may mean someone is in danger.")


async def test_a_look_nobody_takes_is_asked_for_again_each_working_morning(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    ben, chidi = town.people("ben", "chidi")
    await writes_down(amira, town)
    written = [len(lead.account.messages()) for lead in (ben, chidi)]

    await time_goes_on(town, days=6)  # to Thursday: Monday noon, Tuesday, Wednesday at 09:00, Thursday not yet

    assert [len(lead.account.messages()) for lead in (ben, chidi)] == [each + 3 for each in written]
    await ben.reads(LOOK)


@ONE_ENGINE
async def test_a_lead_may_review_what_nobody_ever_writes_down(town: Town) -> None:
    await an_emergency_with_a_reminder(town)
    ben = town.person("ben")
    await time_goes_on(town, days=4)
    await ben.reads("# Please take a second look")
    await ben.opens_home()
    await ben.sees("# Confer", "Second looks")
    await ben.presses(f"Look at {(await town.case()).reference}")

    await ben.sees("# Second look", "Nothing is written down yet. Ring Amira Osei on 07700 900101.")
    await ben.chooses("What do you say?", "I have read it. Nothing more is needed")
    await ben.fills("What did you find?", "I rang. The ambulance came.")
    await ben.submits()
    await town.until(lambda: _kind(town, "second look"))
    asked = (await town.ledger_kinds()).count("not written down: leads told")
    await time_goes_on(town, days=4)

    assert (await town.ledger_kinds()).count("not written down: leads told") == asked


async def _kind(town: Town, kind: str) -> bool:
    return kind in await town.ledger_kinds()


@ONE_ENGINE
async def test_neither_the_worker_nor_whoever_is_kept_out_nor_anybody_else_takes_the_look(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    ben, femi = town.people("ben", "femi")
    await writes_down(amira, town)
    await ben.reads(LOOK)
    case = await town.case()
    press = {"c": case.id, "k": "emergency"}
    await femi.types("home")
    await femi.sees("# Confer")
    async with town.changing() as tx:
        await tx.cases.bar(case.id, [await town.id_of("ben")])
    before = await town.state()

    for person, words in (
        (femi, "You have not been asked to look at this one"),
        (amira, "This is your own request."),
        (ben, "Nothing is needed from you here."),
    ):
        await person.presses("Press", on=person.forges("look", **press))
        await person.sees(words)
        forged = person.forges("look.confirm", **press, v=str(case.version), answer="agree")
        await person.presses("Press", on=forged)

    assert await town.state() == before


@ONE_ENGINE
async def test_while_nobody_may_be_tipped_off_only_the_one_lead_reviews(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await rings_999(amira)
    await amira.ticks(TERROR)
    await amira.presses("Next")
    await amira.sees("Is any of this why you are here?")
    await town.delivers()
    knew = len(chidi.account.messages())

    await time_goes_on(town, days=4)

    await ben.reads(NOT_YET, LOOK)
    assert len(chidi.account.messages()) == knew
    assert LOOK not in chidi.all()
    assert NOT_YET not in chidi.all()


@ONE_ENGINE
async def test_a_yes_that_became_a_no_is_not_asked_about_and_a_lead_makes_sure_of_it(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    await pressed_by_mistake(amira, town)

    await time_goes_on(town, days=4)

    assert REMINDED not in amira.all()
    await reads_and_answers(
        ben, "It was pressed by mistake: I asked the worker, and nobody is in danger", "I rang: a slip."
    )
    await town.until(lambda: _kind(town, "second look: by mistake"))
    got = len(ben.account.messages())
    await time_goes_on(town, days=5)
    assert len(ben.account.messages()) == got


@ONE_ENGINE
async def test_nobody_reads_that_it_is_written_down_where_nothing_is(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    case = await town.case()

    await amira.presses("Press", on=amira.forges("answer", c=case.id, v=str(case.version), q="life_now", a="no"))
    await town.delivers()

    await amira.reads("Nothing is needed here any more.")
    assert "It is written down" not in amira.all()


@ONE_ENGINE
async def test_a_second_danger_after_the_review_is_asked_about_and_reviewed_anew(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    ben = town.person("ben")
    await writes_down(amira, town)
    await reads_and_answers(ben)
    await ben.reads("Ben Carver has looked at this")
    case = await town.case()

    await amira.presses("Press", on=amira.forges("answer", c=case.id, v=str(case.version), q="life_now", a="yes"))
    await amira.reads("[I have rung 999]")
    await time_goes_on(town, minutes=61)

    await amira.reads(REMINDED)
    async with town.reading() as tx:
        [again] = [each for each in await tx.looks.of(case.id) if each.kind == "emergency"]
    assert again.done_at is None


@ONE_ENGINE
async def test_timers_that_are_lost_come_back_at_the_start(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    ben = town.person("ben")
    async with town.changing() as tx:
        await tx.connection.execute(delete(jobs))

    revived = [await revive(town.process.office.store, town.clock()) for _ in range(2)]
    await time_goes_on(town, hours=16)

    assert revived == [2, 0]
    await ben.reads(NOT_YET)
    await amira.reads(REMINDED)
    await ben.reads(LOOK)


@ONE_ENGINE
async def test_what_was_done_can_be_written_down_after_the_checklist_was_put_aside(town: Town) -> None:
    amira = await an_emergency_with_a_reminder(town)
    await amira.opens_home()
    await amira.presses("Open")
    amira.goes_to_messages()
    await amira.sees("# Could any of these be true?")
    await amira.presses("Pause")
    await amira.sees("Paused.")
    await town.delivers()

    case = await town.case()
    await amira.presses("Press", on=amira.forges("record", c=case.id, v=str(case.version)))
    await amira.sees("# What was done")
    await amira.chooses("Who was told?", "Emergency services")
    await amira.fills("When?", "02:20")
    await amira.fills("What was said or done?", "They came.")
    await amira.submits()
    await amira.sees("Paused. Your answers are kept.")

    await town.delivers()
    await amira.reads("Thank you. It is written down.")
