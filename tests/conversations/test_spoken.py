"""They agreed by phone: it counts at once, and whoever gave it says so in their own account, or a lead is told."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import update

from bot.books import NotHere
from bot.reviving import revive
from bot.spoken import not_confirmed_in_time
from storage.tables import jobs
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, keeps_out
from tests.conversations.resident import TALKED, Answer, Resident
from tests.conversations.sides import EVERYWHERE, SLACKS_OWN
from tests.conversations.town import ONE_ENGINE, Town

WORDS = "Yes, ring them tonight."


async def opens_the_form(worker: Resident) -> None:
    await worker.presses("They agreed by phone")
    await worker.sees("# They agreed by phone", "Who agreed?")


async def writes_down(worker: Resident, who: str, words: str = WORDS) -> None:
    """The form behind the button, filled in and submitted."""
    await opens_the_form(worker)
    await worker.chooses("Who agreed?", who)
    await worker.fills("What did they say?", words)
    await worker.submits()


async def agreed_by_phone(town: Town, worker: Resident, who: str, story: stories.Story) -> None:
    """The worker asked this colleague, wrote down their yes on the telephone, and everybody has heard of it."""
    await worker.sends(story, of=who)
    await writes_down(worker, who)
    await worker.sees(f"{who} agreed by phone")
    await town.delivers()


def offered(worker: Resident) -> set[str]:
    """Whom the open form offers, by first name."""
    lists = [block["element"]["options"] for block in worker.open_form().view["blocks"] if _is_list(block)]
    return {option["text"]["text"].split()[0] for options in lists for option in options}


def chosen_becomes(worker: Resident, id: str) -> None:
    """Every choice of the open form is this person, as a forger would have it."""
    for block in worker.open_form().view["blocks"]:
        if _is_list(block):
            for option in block["element"]["options"]:
                option["value"] = id


def _is_list(block: dict[str, object]) -> bool:
    element = block.get("element")
    return isinstance(element, dict) and element.get("type") in ("radio_buttons", "static_select")


# It counts at once


async def test_what_was_agreed_by_phone_counts_at_once_and_says_whose_word_it_is(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await writes_down(amira, "Femi Adair")

    await amira.sees("# What to do now", "Femi Adair agreed by phone at 02:14", "written down by Amira Osei")
    await amira.sees("Femi Adair confirms by 12:00 on Saturday 21 November.")
    await town.delivers()
    await femi.reads(
        "# Did you agree?", "Amira Osei writes that you agreed by phone at 02:14 on 20 November. Is that so?"
    )
    assert (await town.ledger_kinds()).count("agreed by phone") == 1


@ONE_ENGINE
async def test_the_number_to_ring_stands_above_the_button(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")

    await amira.sees("Femi Adair: 07700 900106")

    assert amira.screen().index("07700 900106") < amira.screen().index("[They agreed by phone]")


@ONE_ENGINE
@SLACKS_OWN
async def test_a_second_worker_may_agree_by_phone_and_a_trustee_may_not(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await opens_the_form(amira)

    assert offered(amira) == {"Ben", "Ewan", "Femi", "Joan"}
    await amira.closes()
    await writes_down(amira, "Ewan Marsh")

    await amira.sees("Ewan Marsh agreed by phone at 02:14")


@ONE_ENGINE
@SLACKS_OWN
async def test_where_the_first_is_a_trustee_one_on_the_phone_is_not_two_workers(town: Town) -> None:
    chidi = town.person("chidi")
    await chidi.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()

    await writes_down(chidi, "Femi Adair")

    await chidi.sees("# Waiting for a second person", "They agreed by phone")
    await opens_the_form(chidi)
    assert "Femi" not in offered(chidi)


@ONE_ENGINE
async def test_where_the_first_is_a_trustee_two_workers_on_the_phone_are_enough(town: Town) -> None:
    chidi = town.person("chidi")
    await chidi.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await writes_down(chidi, "Femi Adair")
    await chidi.sees("# Waiting for a second person", "They agreed by phone")

    await writes_down(chidi, "Ewan Marsh")

    await chidi.sees("# What to do now", "Ewan Marsh agreed by phone at 02:14")
    assert (await town.ledger_kinds()).count("agreed by phone") == 2


@EVERYWHERE
async def test_whoever_confirms_it_settles_it(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await agreed_by_phone(town, amira, "Femi Adair", stories.A_CHILD)

    await femi.presses("Yes, I agreed")
    await femi.sees("Thank you. Your answer is in the record.")
    town.clock.passes(days=2)
    await town.delivers()

    await amira.reads("Femi Adair has confirmed it.")
    assert "# Please ring two colleagues" not in ben.all()
    assert (await town.ledger_kinds()).count("agreement confirmed") == 1


# It does not stand


@EVERYWHERE
async def test_i_did_not_takes_the_agreement_away_asks_again_and_tells_the_lead(town: Town) -> None:
    amira, ben, chidi, femi = town.people("amira", "ben", "chidi", "femi")
    await agreed_by_phone(town, amira, "Femi Adair", stories.A_CHILD)

    await femi.presses("No, I did not")
    await femi.sees("Thank you. Your answer is in the record.")
    await town.delivers()

    await amira.reads("# Read this first", "Femi Adair says they did not agree by phone. It no longer counts.")
    await amira.opens_home()
    await amira.presses("Open")
    amira.goes_to_messages()
    await amira.sees("# Waiting for a second person", "Femi Adair says they did not agree by phone.")
    await ben.reads("# Please ring two colleagues", "Femi Adair says: I did not agree", "07700 900101")
    await chidi.sees("# Do you agree?")
    assert (await town.ledger_kinds()).count("agreement denied") == 1


@ONE_ENGINE
@SLACKS_OWN
async def test_whoever_said_i_did_not_is_never_written_down_again(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await agreed_by_phone(town, amira, "Femi Adair", stories.A_CHILD)
    await femi.presses("No, I did not")
    await femi.sees("Thank you.")
    await town.delivers()
    await amira.sees("# Waiting for a second person")

    await opens_the_form(amira)

    assert "Femi" not in offered(amira)


@ONE_ENGINE
async def test_a_denied_agreement_of_two_workers_is_asked_again_of_a_worker(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await agreed_by_phone(town, amira, "Femi Adair", stories.A_KILLING_ADMITTED)

    await femi.presses("No, I did not")
    await femi.sees("Thank you.")

    async with town.reading() as tx:
        [_, again] = await tx.approvals.of((await town.case()).id)
        roles = {person.role for person in await tx.people.everybody() if person.id in again.asked}
    assert (again.state, roles) == ("pending", {"worker"})


@ONE_ENGINE
async def test_no_answer_by_noon_of_the_next_day_tells_the_lead_and_takes_nothing_away(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await writes_down(amira, "Femi Adair")
    await amira.sees("Femi Adair agreed by phone")
    town.clock.passes(hours=33)  # 11:14 on the next day
    await town.delivers()
    assert "# Please ring two colleagues" not in ben.all()

    town.clock.passes(hours=1)
    await town.delivers()

    await ben.reads("# Please ring two colleagues", "Femi Adair has not confirmed it.")
    assert "child" not in ben.all().lower()
    await amira.sees("# What to do now")
    await femi.presses("Yes, I agreed")
    await femi.sees("Thank you.")
    await town.delivers()
    await ben.reads("Nothing is needed from you here.")


@ONE_ENGINE
async def test_a_timer_that_was_given_up_meanwhile_still_tells_the_lead(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "femi")
    await agreed_by_phone(town, amira, "Femi Adair", stories.A_CHILD)
    async with town.changing() as tx:
        await tx.connection.execute(update(jobs).where(jobs.c.key.like("spoken:%")).values(state="dead"))
    town.clock.passes(hours=34)
    await town.delivers()
    before = ben.all()

    await revive(town.process.office.store, town.clock())
    await town.delivers()

    assert "# Please ring two colleagues" not in before
    await ben.reads("# Please ring two colleagues", "Femi Adair has not confirmed it.")


@ONE_ENGINE
async def test_a_lead_who_did_not_agree_is_not_the_one_who_is_told_of_it(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await agreed_by_phone(town, amira, "Ben Carver", stories.A_CHILD)

    await ben.presses("No, I did not")
    await ben.sees("Thank you.")
    await town.delivers()

    await chidi.reads("# Please ring two colleagues", "Ben Carver says: I did not agree")
    assert "# Please ring two colleagues" not in ben.all()


@ONE_ENGINE
async def test_what_has_still_to_be_confirmed_waits_on_the_home_page(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Dora Finch")
    await writes_down(amira, "Femi Adair")
    await amira.sees("Femi Adair agreed by phone")
    await town.delivers()
    reference = (await town.case()).reference

    await femi.opens_home()
    await femi.presses(f"Did you agree? {reference}")
    femi.goes_to_messages()
    await femi.sees("# Did you agree?")
    await femi.presses("Yes, I agreed")
    await femi.sees("Thank you.")

    home = await town.process.dispatcher.home(town.who(femi))
    assert "Did you agree?" not in repr(home)


async def test_the_second_answer_of_the_same_person_changes_nothing(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await agreed_by_phone(town, amira, "Femi Adair", stories.A_CHILD)
    await femi.sees("# Did you agree?")
    old = femi.card()
    await femi.presses("Yes, I agreed")
    await femi.sees("Thank you.")
    before = await town.state()

    await femi.presses("No, I did not", on=old)

    await femi.sees("Thank you.")
    assert await town.state() == before


# Who cannot be written down, and where


@ONE_ENGINE
@pytest.mark.parametrize("who", ["amira", "dora", "hana", "grace", "nobody"])
@SLACKS_OWN
async def test_a_form_that_carries_somebody_who_may_not_agree_is_refused(town: Town, who: str) -> None:
    """Themselves, a trustee as the second worker, somebody who may not approve, a leaver, and no person at all."""
    amira = town.person("amira")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await opens_the_form(amira)
    before = await town.state()
    chosen_becomes(amira, who if who == "nobody" else await town.id_of(who))
    await amira.chooses("Who agreed?", "Femi Adair")
    await amira.fills("What did they say?", WORDS)

    await amira.submits()

    await amira.reads("They cannot agree to this one. Choose somebody of the list.")
    assert await town.state() == before


@ONE_ENGINE
@SLACKS_OWN
async def test_nobody_it_may_be_about_can_be_written_down(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await amira.presses("Someone must not know")
    await amira.sees("# Who must not know")
    await amira.ticks("Dora Finch")
    await amira.submits()
    await amira.sees("Noted.")
    await opens_the_form(amira)
    before = await town.state()
    assert "Dora" not in offered(amira)
    chosen_becomes(amira, await town.id_of("dora"))

    await amira.chooses("Who agreed?", "Femi Adair")
    await amira.fills("What did they say?", WORDS)
    await amira.submits()

    await amira.reads("They cannot agree to this one.")
    assert await town.state() == before


@ONE_ENGINE
@pytest.mark.parametrize("story", [stories.A_COURT_ORDER, stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE])
async def test_an_order_and_what_nobody_may_stop_have_no_such_button(town: Town, story: dict[str, Answer]) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(story)

    await amira.presses("Go on with this" if story is stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE else "Ask for agreement")
    await amira.sees("# Before it is sent")
    if "What exactly would you say?" in amira.screen():
        await amira.fills("What exactly would you say?", "What the paper asks for.")
    await amira.submits()
    await amira.sees("Write down what was done")

    assert "They agreed by phone" not in amira.screen()


@ONE_ENGINE
async def test_an_order_of_a_court_is_not_agreed_by_phone_whatever_the_press_carries(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_COURT_ORDER)
    case = await town.case()
    async with town.reading() as tx:
        [request] = await tx.approvals.of(case.id)
    before = await town.state()

    carried = {"c": case.id, "v": str(case.version), "r": request.id, "f": request.fingerprint}
    await amira.presses("Press", on=amira.forges("spoken", **carried))

    await amira.sees("This one cannot be agreed by phone.")
    assert await town.state() == before


@ONE_ENGINE
async def test_only_the_worker_whose_consultation_it_is_writes_it_down(town: Town) -> None:
    amira, femi, joan = town.people("amira", "femi", "ewan")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await opens_the_form(amira)
    before = await town.state()

    await femi.presses("Press", on=femi.forges("spoken", **amira.carried()))

    await femi.sees("This is somebody else's consultation.")
    assert await town.state() == before
    assert joan.got_nothing()


@ONE_ENGINE
async def test_nobody_confirms_for_another(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await writes_down(amira, "Femi Adair")
    await amira.sees("Femi Adair agreed by phone")
    await ben.types("home")
    await ben.sees("# Confer")
    async with town.reading() as tx:
        [request] = await tx.approvals.of((await town.case()).id)
    before = await town.state()

    await ben.presses("Press", on=ben.forges("spoken.no", c=request.consultation_id, r=request.id))
    await ben.sees("This was not written down as agreed by you.")
    await amira.presses("Press", on=amira.forges("spoken.yes", c=request.consultation_id, r=request.id))
    await amira.sees("This is your own request. Somebody else has to decide it.")

    assert await town.state() == before


async def test_what_has_changed_since_the_form_was_opened_is_not_agreed_to(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await opens_the_form(amira)
    before = await town.state()
    amira.rewrites(f="0" * 64)

    await amira.chooses("Who agreed?", "Femi Adair")
    await amira.fills("What did they say?", WORDS)
    await amira.submits()

    await amira.reads("What is proposed has changed since you opened this.")
    assert await town.state() == before


async def test_whoever_pressed_a_moment_earlier_was_first(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await opens_the_form(amira)
    await femi.says_no("Ring the school first.")
    await femi.sees("Femi Adair said no to this")

    await amira.chooses("Who agreed?", "Dora Finch")
    await amira.fills("What did they say?", WORDS)
    await amira.submits()

    await amira.reads("This was decided or taken back a moment ago.")
    assert "agreed by phone" not in await town.ledger_kinds()


async def test_what_was_said_stays_sealed_and_out_of_messages_and_logs(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await writes_down(amira, "Femi Adair", "Zebra crossing at dawn.")
    await amira.sees("Femi Adair agreed by phone")
    await town.delivers()
    await femi.sees("# Did you agree?")

    assert "Zebra" not in amira.all() + femi.all() + str(await town.ledger())
    assert not [record for record in caplog.records if "zebra" in record.getMessage().lower() and "bot" in record.name]
    assert await town.remembers("zebra") == []
    await amira.presses("Read the reasons")
    await amira.sees("Zebra crossing at dawn.")


# When it was said, and who hears that it was denied


@ONE_ENGINE
async def test_the_time_of_the_call_is_what_the_worker_says_and_never_before_they_were_asked(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    town.clock.passes(minutes=40)
    await opens_the_form(amira)
    assert "02:54" in amira.screen()
    await amira.chooses("Who agreed?", "Femi Adair")
    await amira.fills("What did they say?", WORDS)
    for typed, said in (
        ("soon", "Write the time like this: 14:05."),
        ("03:30", "That is still to come."),
        ("02:13", "They were asked at 02:14 on 20 November. A yes from before that does not count."),
        ("23:50 yesterday", "They were asked at 02:14 on 20 November."),
    ):
        await amira.fills("When did they agree?", typed)
        await amira.submits()
        await amira.sees(said)

    await amira.fills("When did they agree?", "02:20")
    await amira.submits()

    await amira.sees("Femi Adair agreed by phone at 02:20 on 20 November, written down by Amira Osei")
    async with town.reading() as tx:
        [decision] = (await tx.approvals.decisions((await town.case()).id)).values()
    assert f"{decision.at:%H:%M}" == "02:54"


@ONE_ENGINE
@pytest.mark.parametrize("left", [True, False])
async def test_while_it_is_silenced_whoever_is_really_told_of_a_denial_is_named_and_nobody_else(
    town: Town, left: bool
) -> None:
    amira, ben, chidi, dora, iris = town.people("amira", "ben", "chidi", "dora", "iris")
    await amira.begins()
    await amira.answers(A_CHILD_AND_TERROR)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("Terrorism or extremism: what exactly would you say?", "What was said.")
    await amira.fills("A child at risk: what exactly would you say?", "What was seen.")
    await amira.submits()
    await amira.sees("Write down what was done")
    if not left:
        await keeps_out(amira, "Dora Finch", "Iris Vale")
    await writes_down(amira, "Ben Carver")
    await amira.sees("Ben Carver agreed by phone at")
    await town.delivers()

    await ben.presses("No, I did not")
    await ben.reads("Your answer is in the record")
    await town.delivers()

    told = "Dora Finch is asked to ring you." if left else "Nobody here could be told."
    await amira.reads("# Read this first", f"What has already gone out stays in the record. {told}")
    assert dora.got_nothing() is not left
    assert chidi.got_nothing()
    assert iris.got_nothing()
    assert "A lead is told" not in amira.all()
    assert ("nobody to tell" in await town.ledger_kinds()) is not left


@ONE_ENGINE
async def test_a_process_without_the_book_leaves_the_timer_of_a_yes_by_phone_to_another(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await writes_down(amira, "Femi Adair")
    await amira.sees("Femi Adair agreed by phone")
    case = await town.case()
    async with town.changing() as tx:
        [request] = await tx.approvals.of(case.id)

        with pytest.raises(NotHere):
            await not_confirmed_in_time(tx, {}, {"timer": "spoken", "case": case.id, "request": request.id})


@ONE_ENGINE
@SLACKS_OWN
async def test_whoever_types_a_no_while_the_worker_writes_down_their_yes_is_asked_and_not_told_that_they_agreed(
    town: Town,
) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Decline")
    await femi.sees("# Your decision")
    await femi.fills("Why not?", "There is another way.")
    await femi.ticks(TALKED)
    form = femi.submission()
    await writes_down(amira, "Femi Adair")
    await amira.sees("Femi Adair agreed by phone")

    await town.workspace.send("interactive", {**form, "trigger_id": town.workspace.trigger(form["user"]["id"])})
    await femi.reads("Your answer was not written down", "Amira Osei writes that you agreed by phone at 02:14")
    await femi.closes()
    await femi.presses("No, I did not")
    await femi.reads("Thank you.")
    await town.delivers()

    await ben.reads("Femi Adair says: I did not agree")
    assert "agreement denied" in await town.ledger_kinds()
    await town.workspace.send("interactive", {**form, "trigger_id": town.workspace.trigger(form["user"]["id"])})
    await femi.reads("Femi Adair says: I did not agree.")
