"""A practice: it says so wherever anything of it is read, wakes nobody, is chased by nobody, and ends in a week."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pypdf
import pytest

from bot.consultation import OPEN
from bot.organisation.charity import charity_of
from bot.picture import look
from bot.practice import SAID, SAID_AFTER_STEPS
from bot.record.exporting import FORMATS, paged, written
from bot.record.reading import may_have
from bot.reviving import revive
from storage.records import Consultation
from tests.conversations import stories
from tests.conversations.resident import Answer, Resident
from tests.conversations.sides import EVERY_PRODUCT, EVERYWHERE, MESSENGERS, SLACKS_OWN
from tests.conversations.test_board import sees_the_board
from tests.conversations.test_keeping import bell_rings, stands
from tests.conversations.test_phone_lost import says_the_phone_is_lost
from tests.conversations.test_step_up import PIN, sets_a_pin
from tests.conversations.town import ONE_ENGINE, Town

NOW = "Yes, now"
FIRST = f"# Practice: {stories.FIRST}"
REAL = "This is real: start now"
DAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # the Friday whose night the town begins in
WEEK = timedelta(days=7)


async def practises(person: Resident) -> None:
    await person.opens_home()
    await person.presses("Practise")
    person.goes_to_messages()
    await person.sees(FIRST)


def rehearsed(story: stories.Story) -> dict[str, Answer]:
    """The same answers, to the titles as they read in a practice."""
    return {f"Practice: {title}": answer for title, answer in story.items()}


async def asks(person: Resident, story: stories.Story = stories.A_CHILD, *, of: str = "Femi Adair") -> None:
    """From Home to the card that waits."""
    await practises(person)
    await person.answers(rehearsed(story))
    await person.presses("Ask for agreement")
    await person.sees("Before it is sent", "This is a practice.")
    await person.ticks(of)
    await person.fills("What exactly would you say?", "We ask for advice.")
    await person.submits()
    await person.sees("# Practice: ", "Write down what was done")


async def agrees(person: Resident) -> None:
    await person.presses("Approve")
    await person.sees("Your decision", "This is a practice.")
    await person.fills("Why do you agree?", "The risk is clear.")
    await person.ticks("We talked this over, by phone or face to face")
    await person.submits()
    await person.sees("Already decided")


async def the_practice(town: Town) -> Consultation:
    [case] = [case for case in await town.cases() if case.practice]
    return case


# What it says


@EVERYWHERE
async def test_anybody_begins_one_from_home_and_its_card_says_so_before_anything_else(town: Town) -> None:
    hana = town.person("hana")

    await practises(hana)

    first, title, said, *_ = [line for line in hana.screen().splitlines() if line]
    assert first.startswith("Someone in danger now? Ring 999.")
    assert title == FIRST
    assert "This is a practice. Nobody is in danger, and nothing is shared." in said
    assert "If this is real, ring 999." in said
    case = await town.case()
    assert case.practice
    assert re.fullmatch(r"PRACTICE-2026-\d{4}", case.reference)
    assert await town.ledger_kinds() == ["practice opened"]


@MESSENGERS
@pytest.mark.parametrize("word", ["practise", "Practice", "drill"])
async def test_it_begins_by_one_word_too(town: Town, word: str) -> None:
    amira = town.person("amira")

    await amira.types(word)

    await amira.sees(FIRST, "This is a practice.")


@EVERY_PRODUCT
async def test_in_waking_hours_the_lane_of_an_emergency_tells_whom_it_would_and_every_card_says_practice(
    town: Town,
) -> None:
    amira, ben, chidi, femi = town.people("amira", "ben", "chidi", "femi")
    town.clock.now = DAY

    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("# Practice: Ring 999 now", SAID_AFTER_STEPS, "Are you safe?", "[I have rung 999]")
    await town.delivers()

    for told in (ben, chidi):
        await told.sees("# Practice: Please ring your colleague", SAID, "Amira Osei was told to ring 999.")
    assert femi.got_nothing()
    await amira.reads("Ben Carver and Chidi Lowe are asked to ring you.")


@EVERY_PRODUCT
async def test_on_the_999_card_the_steps_come_first_and_then_what_to_do_if_it_is_real(town: Town) -> None:
    amira = town.person("amira")
    town.clock.now = DAY

    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("# Practice: Ring 999 now", SAID_AFTER_STEPS)

    read = amira.screen()
    order = (
        "Someone in danger now? Ring 999.",
        "# Practice: Ring 999 now",
        "Ring 999 or 112.",
        "Say to them",
        "If this is real, ring 999 now.",
        "This is a practice: nobody is in danger",
        REAL,
        "I have rung 999",
    )
    assert [read.index(each) for each in order] == sorted(read.index(each) for each in order)


@EVERY_PRODUCT
async def test_whoever_is_asked_to_agree_reads_it_on_the_card_and_in_the_form(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY
    await asks(amira)
    await town.delivers()

    await femi.sees("# Practice: Do you agree?", SAID)
    await agrees(femi)
    await town.delivers()

    await femi.sees("# Practice: Case PRACTICE", "Already decided")
    await amira.reads("# Practice: What to do now")
    unmarked = [line for line in (amira.all() + femi.all()).splitlines() if re.match("# (?!Practice|Confer)", line)]
    assert unmarked == []


@EVERY_PRODUCT
async def test_the_pin_that_is_asked_in_a_practice_says_so_and_so_does_what_opens_after_it(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY
    await sets_a_pin(femi)
    await asks(amira)
    await town.delivers()
    await femi.sees("# Practice: Do you agree?")
    town.clock.passes(minutes=11)

    await femi.presses("Approve")
    await femi.sees("# Practice: Your PIN", "This is a practice.", "No PIN is needed for that.")
    await femi.fills("Your PIN", PIN)
    await femi.submits()

    await femi.sees("# Practice: Your decision", "This is a practice.")


@EVERY_PRODUCT
async def test_words_typed_in_a_form_of_a_practice_that_bring_the_999_card_are_taken_in_earnest(town: Town) -> None:
    amira = town.person("amira")
    await practises(amira)
    await amira.answers(rehearsed(stories.A_CHILD))
    await amira.presses("Ask for agreement")
    await amira.sees("Before it is sent", "This is a practice.")
    await amira.ticks("Femi Adair")
    await amira.fills("What exactly would you say?", "The ambulance is on its way.")

    await amira.submits()

    await amira.reads("# Ring 999 now", "What you typed may mean someone is in danger.")
    assert SAID not in amira.screen()
    await amira.presses("Yes, someone is in danger")
    await amira.reads("[I have rung 999]", "Someone must not know")
    async with town.reading() as tx:
        own = await tx.cases.of(await town.id_of("amira"), OPEN)
    assert sorted(case.practice for case in own) == [False, True]


@SLACKS_OWN
async def test_a_notification_says_practice_first(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY

    await asks(amira)
    await town.delivers()

    assert {each.text.split(".")[0] for person in (amira, femi) for each in person.account.messages()} == {"PRACTICE"}


@EVERY_PRODUCT
async def test_the_999_card_of_a_practice_says_so_while_the_database_is_away_too(town: Town) -> None:
    amira = town.person("amira")
    await practises(amira)

    async with town.without_its_database():
        await amira.presses(NOW)
        await amira.reads("# Practice: Ring 999 now", SAID_AFTER_STEPS)
        await amira.sees("# Practice: Not recorded yet")


@EVERY_PRODUCT
async def test_a_card_that_is_too_old_says_practice_with_the_reason(town: Town) -> None:
    amira = town.person("amira")
    await practises(amira)
    old = amira.card()
    await amira.presses("No")
    await amira.sees(f"# Practice: {stories.DANGERS}")

    await amira.presses("Not now, but within hours", on=old)

    await amira.sees("This has moved on", f"# Practice: {stories.DANGERS}")


# In earnest


@EVERYWHERE
async def test_this_is_real_begins_another_one_at_once_and_nothing_of_the_practice_comes_below_it(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("# Practice: Ring 999 now")

    await amira.presses(REAL)
    await amira.sees(f"# {stories.FIRST}")
    await town.delivers()

    assert "practice" not in amira.screen().lower()
    assert ben.got_nothing()
    practice, real = await town.cases()
    assert (practice.practice, practice.version, real.practice) == (True, 2, False)
    assert not real.reference.startswith("PRACTICE")
    await amira.presses(NOW)
    await amira.sees("# Ring 999 now")
    await town.delivers()
    await ben.sees("# Please ring your colleague", "Amira Osei was told to ring 999.")
    assert "ractice" not in ben.screen()


@EVERY_PRODUCT
async def test_whoever_is_asked_in_a_practice_begins_in_earnest_from_their_card_too(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY
    await asks(amira)
    await town.delivers()

    await femi.presses(REAL)

    await femi.sees(f"# {stories.FIRST}")
    assert [case.practice for case in await town.cases()] == [True, False]


@ONE_ENGINE
async def test_a_yes_pressed_on_a_practice_that_has_ended_begins_another_practice(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    town.clock.now = DAY
    await practises(amira)
    old = amira.card()
    await amira.presses("No")
    await amira.sees(f"# Practice: {stories.DANGERS}")
    await amira.answers(rehearsed(stories.NOTHING))
    await amira.sees("[Stop]")
    await amira.presses("Stop")
    await amira.sees("Ended. It is gone after")

    await amira.presses(NOW, on=old)

    await amira.sees("# Practice: Ring 999 now")  # at once: it is written down a moment after

    await town.until(lambda: _are(town, 2))
    assert [case.practice for case in await town.cases()] == [True, True]
    assert ben.got_nothing()


@ONE_ENGINE
async def test_whoever_begins_in_earnest_is_not_offered_their_practice(town: Town) -> None:
    amira = town.person("amira")
    await practises(amira)

    await amira.commands()

    await amira.sees(f"# {stories.FIRST}")
    assert "PRACTICE" not in amira.screen()


@EVERY_PRODUCT
async def test_whom_somebody_kept_out_of_a_practice_hears_of_a_real_danger(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("# Practice: Ring 999 now")
    await amira.presses("Someone must not know")
    await amira.sees("Who must not know")
    await amira.chooses("Who must not know?", "Ben Carver")
    await amira.submits()
    await amira.sees("Noted.")

    await amira.presses(REAL)
    await amira.sees(f"# {stories.FIRST}")
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    await town.delivers()

    await ben.sees("Amira Osei was told to ring 999.")


@ONE_ENGINE
async def test_a_practice_a_minute_ago_keeps_no_alarm_of_a_locked_account_back(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("# Practice: Ring 999 now")
    old = amira.card()
    await says_the_phone_is_lost(femi, "Amira Osei")
    await town.delivers()
    await amira.reads("# Practice: ", "Someone is in danger")

    await amira.presses("I have rung 999", on=old)
    await amira.presses("Someone is in danger")
    await amira.reads("We tell the people on duty that someone is in danger.")
    await town.delivers()

    assert [case.practice for case in await town.cases()] == [True, False]
    await ben.reads("was told to ring 999")


# By night


@EVERYWHERE
async def test_at_night_nobody_is_told_and_the_worker_reads_who_would_have_been(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await practises(amira)

    await amira.presses(NOW)
    await amira.sees("A practice wakes nobody: nobody was told.")
    await town.delivers()
    town.clock.now = DAY
    await town.delivers()

    await amira.sees("If this were real, we would ask Ben Carver and Chidi Lowe to ring you.")
    assert (ben.got_nothing(), chidi.got_nothing()) == (True, True)


@EVERYWHERE
async def test_whoever_is_asked_at_night_is_written_to_in_waking_hours_and_the_ladder_waits_too(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await asks(amira)
    await town.delivers()
    await amira.sees("at 08:00", "At 08:15 we also ask Ben Carver.")
    town.clock.passes(hours=1)  # in earnest the leads would have been called by now
    await town.delivers()
    asleep = femi.got_nothing(), ben.got_nothing()

    town.clock.now = DAY.replace(hour=8)
    await town.delivers()

    assert asleep == (True, True)
    await femi.sees("# Practice: Do you agree?")


@ONE_ENGINE
async def test_a_lead_whom_nobody_asks_is_told_of_a_lane_in_the_morning_and_the_card_says_so(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await practises(amira)
    await amira.answers(rehearsed(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE))
    await amira.presses("Go on with this")
    await amira.sees("Before it is sent")
    await amira.fills("What exactly would you say?", "Only what was said.")
    await amira.submits()
    await amira.sees("A practice wakes nobody: Ben Carver is told at 08:00")
    await town.delivers()
    asleep = ben.got_nothing()

    town.clock.now = DAY.replace(hour=8)
    await town.delivers()

    assert asleep
    await ben.sees("# Practice: Please ring your colleague")


@ONE_ENGINE
@pytest.mark.parametrize(("hour", "new"), [(10, 1), (21, 0)])
async def test_an_answer_in_the_night_wakes_the_worker_no_more_than_a_question_wakes_anybody(
    town: Town, hour: int, new: int
) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY
    await asks(amira)
    await town.delivers()
    before = stands(amira)
    town.clock.now = DAY.replace(hour=hour, minute=5)

    await agrees(femi)
    await town.delivers()

    assert stands(amira) == before + new
    await amira.sees("# Practice: What to do now")


@MESSENGERS
async def test_what_a_product_takes_only_after_hours_is_not_sent_at_night_nor_in_the_morning(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    town.clock.now = DAY.replace(hour=19, minute=58)
    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    town.takes_no_message(status=500, times=2)
    await town.delivers()
    town.takes_messages_again()

    town.clock.passes(minutes=10)
    await town.delivers()
    asleep = ben.got_nothing(), chidi.got_nothing()
    town.clock.now = DAY + timedelta(days=3)  # Monday, in waking hours
    await town.delivers()

    assert asleep == (True, True)
    assert (ben.got_nothing(), chidi.got_nothing()) == (True, True)


# Nobody is chased


@ONE_ENGINE
async def test_after_a_yes_nobody_is_asked_to_write_down_what_was_done_whoever_set_a_timer(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY
    await asks(amira)
    await town.delivers()
    await femi.sees("# Practice: Do you agree?")
    await agrees(femi)
    await town.delivers()
    await amira.reads("# Practice: What to do now")
    async with town.changing() as tx:
        await tx.follow_ups.chase((await the_practice(town)).id, town.clock.now, 1)

    for _ in range(6):
        town.clock.passes(hours=12)
        await town.delivers()

    assert {"asked to write it down", "not written down: leads told"}.isdisjoint(await town.ledger_kinds())
    assert "Please write it down" not in amira.all()


@EVERYWHERE
async def test_it_goes_up_its_ladder_to_the_leads_once_and_then_nobody_hears_of_it_again(town: Town) -> None:
    everybody = town.people("amira", "ben", "chidi", "dora", "ewan", "femi", "iris")
    amira, ben = everybody[:2]
    town.clock.now = DAY
    await asks(amira)
    await town.delivers()
    for _ in range(2):
        town.clock.passes(minutes=15)
        await town.delivers()
    await ben.reads("Nobody has decided this since 10:00")
    heard = [person.all().count("# Practice: ") for person in everybody]

    for _ in range(4):
        town.clock.passes(hours=24)
        await revive(town.process.office.store, town.clock())
        await bell_rings(town)

    assert [person.all().count("# Practice: ") for person in everybody] == heard
    kinds = await town.ledger_kinds()
    assert kinds.count("leads called") == 1
    assert {"timer revived", "reminded", "second look asked for", "not written down: leads told"}.isdisjoint(kinds)


@ONE_ENGINE
async def test_a_no_in_a_practice_calls_for_no_second_look(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY
    await asks(amira)
    await town.delivers()
    await femi.presses("Decline")
    await femi.sees("# Practice: Your decision")
    await femi.fills("Why not?", "There is another way.")
    await femi.ticks("We talked this over, by phone or face to face")
    await femi.submits()
    await femi.sees("Already decided")

    for _ in range(3):
        town.clock.passes(hours=24)
        await town.delivers()

    case = await the_practice(town)
    async with town.reading() as tx:
        charity = charity_of(await tx.organisations.current())
        picture = await look(tx, town.books[case.book_id], charity, case)
    kinds = await town.ledger_kinds()
    assert "declined" in kinds
    assert picture.looks == ()
    assert {"second look asked for", "asked to write it down"}.isdisjoint(kinds)


@EVERY_PRODUCT
async def test_it_stands_on_no_board_and_in_no_list_of_what_waits(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    town.clock.now = DAY
    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("# Practice: Ring 999 now")
    await town.delivers()

    board = await sees_the_board(ben)

    assert "Nothing is open that you can see." in board
    assert "PRACTICE" not in board


@ONE_ENGINE
async def test_home_keeps_it_apart_and_opens_it_again(town: Town) -> None:
    amira = town.person("amira")
    await practises(amira)
    case = await town.case()

    await amira.opens_home()

    screen = amira.screen()
    assert "You have none open." in screen
    assert screen.index("Try the checklist") < screen.index(f"{case.reference}, still asking")
    await amira.presses("Open")
    amira.goes_to_messages()
    await amira.sees(FIRST)


# Its end


@EVERYWHERE
@pytest.mark.parametrize("held", [False, True])
async def test_after_seven_days_it_is_gone_whatever_its_state_and_its_messages_too(town: Town, held: bool) -> None:
    amira, femi = town.people("amira", "femi")
    town.clock.now = DAY
    await asks(amira)
    await town.delivers()
    case = await town.case()
    if held:
        async with town.changing() as tx:
            await tx.holds.put(case.id, "police", None)

    town.clock.now = DAY + WEEK - timedelta(minutes=1)
    await town.delivers()
    before = await town.cases()
    town.clock.passes(minutes=2)
    await town.delivers()

    assert [each.id for each in before] == [case.id]
    assert await town.cases() == []
    assert "PRACTICE" not in amira.all() + femi.all()
    assert (await town.ledger_kinds())[-1] == "destroyed"


@ONE_ENGINE
async def test_the_bell_ends_one_whose_own_timer_is_gone(town: Town) -> None:
    amira = town.person("amira")
    await practises(amira)
    case = await town.case()
    async with town.changing() as tx:
        await tx.outbox.cancel(f"destroy:{case.id}")
    town.clock.now += WEEK

    await bell_rings(town)

    assert await town.cases() == []


# Papers


@EVERY_PRODUCT
async def test_it_keeps_its_own_reference(town: Town) -> None:
    amira = town.person("amira")
    await practises(amira)
    case = await town.case()
    await amira.presses("No")
    await amira.sees(f"# Practice: {stories.DANGERS}")
    await amira.presses("My answers")
    await amira.sees("# Practice: Your answers")
    shown = amira.screen()

    await amira.presses("Press", on=amira.forges("name", c=case.id))

    await amira.reads("A practice keeps its own reference.")
    assert "Use our own reference" not in shown


async def test_a_paper_of_it_says_on_every_page_and_first_that_it_is_no_evidence(town: Town) -> None:
    amira = town.person("amira")
    town.clock.now = DAY
    await asks(amira)
    case, ben = await town.case(), await town.id_of("ben")

    async with town.reading() as tx:
        charity = charity_of(await tx.organisations.current())
        picture = await look(tx, town.books[case.book_id], charity, case)
        person = (await tx.people.get([ben]))[ben]
        found = await paged(tx, charity, [picture], case.reference, "record", person)
        allowed = [kind for kind in ("note", "record", "access", "sheet") if may_have(picture, person, kind)]
    files = {form: written(found, form) for form in FORMATS}

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files["pdf"])).pages]
    assert len(pages) > 1
    assert all(f"PRACTICE, no evidence: {case.reference}" in page for page in pages)
    assert files["md"].decode().startswith("# Practice: Decision record\n")
    assert "This is a practice." in files["md"].decode().split("\n\n")[2]
    assert b'"practice": true' in files["json"]
    assert allowed == ["note", "record"]


async def _are(town: Town, cases: int) -> bool:
    return len(await town.cases()) == cases
