"""The second person: who is asked, who may not decide, and what a yes or a no then does."""

from __future__ import annotations

import pytest

from tests.conversations import stories
from tests.conversations.around import keeps_out, sends_a_worry
from tests.conversations.resident import CHECKED, TALKED, Resident
from tests.conversations.sides import EVERY_PRODUCT, SLACKS_OWN
from tests.conversations.town import ONE_ENGINE, Town


async def asked(town: Town) -> set[str]:
    """Who has a request that waits for them, by their id in the roster."""
    async with town.reading() as tx:
        return {person.handle for person in await tx.people.everybody() if await tx.approvals.asked_of(person.id)}


async def may_be_asked(person: Resident) -> set[str]:
    """Whom the form before sending offers, by first name."""
    await person.presses("Ask for agreement")
    await person.sees("# Before it is sent")
    offered = person.screen().split("Who will you talk to?")[1].split("What exactly would you say?")[0]
    return {line.split()[2] for line in offered.splitlines() if "( )" in line}


# Who is asked


@ONE_ENGINE
async def test_one_worker_or_trustee_who_is_on_duty_is_asked_about_a_child(town: Town) -> None:
    amira = town.person("amira")

    await amira.sends(stories.A_CHILD)

    assert await asked(town) == {"ben", "chidi"}


@ONE_ENGINE
async def test_anybody_who_may_agree_can_be_chosen_and_nobody_else(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    offered = await may_be_asked(amira)

    assert offered == {"Ben", "Chidi", "Dora", "Ewan", "Femi", "Iris", "Joan"}


@ONE_ENGINE
async def test_a_lead_or_a_trustee_has_to_agree_to_a_report_that_is_only_allowed(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.HEARD_OF_A_WEAPON)

    offered = await may_be_asked(amira)

    assert offered == {"Ben", "Chidi", "Dora", "Ewan", "Iris"}


@ONE_ENGINE
async def test_the_second_of_two_workers_is_never_a_trustee(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(stories.A_KILLING_ADMITTED)

    offered = await may_be_asked(amira)

    assert offered == {"Ben", "Ewan", "Femi", "Joan"}


@ONE_ENGINE
async def test_a_report_nobody_may_stop_tells_a_lead_who_has_no_button(town: Town) -> None:
    amira, ben, *others = town.people("amira", "ben", "chidi", "dora", "ewan", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)
    await amira.presses("Go on with this")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "Only what was said, in the same words.")
    await amira.submits()
    await amira.sees("has been told. Nobody may stop or delay it.")
    await town.delivers()

    await ben.sees("# Please ring your colleague", "Please ring Amira Osei now: 07700 900101.")
    assert ben.account.labels() == []
    assert [person for person in others if not person.got_nothing()] == []


@ONE_ENGINE
async def test_a_court_order_goes_to_the_data_protection_lead(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")
    town.clock.passes(hours=8)  # by day: it can wait for that

    await amira.sends(stories.A_COURT_ORDER)
    await town.delivers()

    assert await asked(town) == {"ewan"}
    await ewan.sees("# Do you agree?")
    assert len(ewan.account.messages()) == 1


@ONE_ENGINE
async def test_nobody_on_the_roster_who_can_decide_is_said_and_people_are_named_to_ring(town: Town) -> None:
    ewan = town.person("ewan")

    await ewan.begins()
    await ewan.answers(stories.A_COURT_ORDER)
    await ewan.presses("Ask for agreement")
    await ewan.sees(
        "Nobody on the roster can decide this. Ring Ben Carver (07700 900102) or Chidi Lowe (07700 900103)."
    )


# The thirty-second card


@ONE_ENGINE
@SLACKS_OWN
async def test_the_card_says_what_why_to_whom_the_danger_what_they_know_their_yes_and_the_clock(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")

    card = femi.screen()

    in_order = (
        "Amira Osei asks you to decide. Ring them first.",
        "Amira Osei: 07700 900101",
        "Crime or threat: Two workers tell the police today",
        "Someone says they did a very serious crime",
        "Why:",
        "Which crime is it? Choose the worst that fits. Killing or very bad injury",
        "Who would hear: Police",
        "The danger in waiting: Could someone die or be badly hurt right now, or within hours? No.",
        "Is anyone else still at risk of serious harm from it? Yes.",
        "What the person knows: Have you asked them to report it themselves? It would put someone at risk.",
        "Their yes: This does not need their yes. The law lets us.",
        "By when: Today, within 4 hours. If nobody decides, we ask Ben Carver at 02:29.",
        "[Approve]  [Decline]  [Ask]\n[I can't decide this]  [Read what they would say]",
        "Police, not an emergency: 101",
    )
    assert [line for line in in_order if line not in card] == []
    assert [card.index(line) for line in in_order] == sorted(card.index(line) for line in in_order)


@ONE_ENGINE
async def test_the_card_says_that_nobody_was_asked_and_where_their_yes_stands(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.sends(stories.A_REQUEST, of="Dora Finch")
    await town.delivers()

    await dora.sees("What the person knows: Not asked here. Ask Amira Osei.")
    await dora.sees("Their yes: This does not need their yes.", "What did the person say to this sharing? I have not")


@ONE_ENGINE
async def test_beside_a_lane_that_is_not_for_everybody_the_clock_names_nobody(town: Town) -> None:
    """Whom it goes on to could tell who is out of it."""
    amira, femi = town.people("amira", "femi")
    await sends_a_worry(amira, "The safeguarding lead", of="Femi Adair")
    await town.delivers()

    await femi.sees("# Do you agree?")

    assert "If nobody decides, we ask somebody else at" in femi.screen()
    assert "Chidi" not in femi.screen()


@ONE_ENGINE
async def test_the_card_opened_from_home_says_since_when_nobody_has_decided(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    town.clock.passes(minutes=31)
    await town.delivers()
    town.clock.passes(minutes=31)
    await town.delivers()

    await ben.opens_home()
    await ben.presses(f"Decide {(await town.case()).reference}")
    ben.goes_to_messages()

    await ben.sees("# Do you agree?", "Nobody has decided this since 02:14 on 20 November.")


# Who may not decide


@EVERY_PRODUCT
async def test_nobody_agrees_to_their_own_whatever_their_form_carries(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    before = await town.state()

    await amira.presses("Press", on=amira.forges("approve", **femi.carried()))
    await amira.sees("This is your own request. Somebody else has to decide it.")
    amira.takes_the_form_of(femi)
    await amira.fills("Why do you agree?", "I think so.")
    await amira.ticks(TALKED)
    await amira.submits()

    await amira.sees("This is your own request. Somebody else has to decide it.")
    assert await town.state() == before


@EVERY_PRODUCT
async def test_who_was_not_asked_cannot_decide(town: Town) -> None:
    amira, femi, dora = town.people("amira", "femi", "dora")
    await dora.types("home")
    await dora.sees("# Confer")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    before = await town.state()

    await dora.presses("Press", on=dora.forges("approve", **femi.carried()))
    await dora.sees("You have not been asked about this one, so it stays closed to you.")
    dora.takes_the_form_of(femi)
    await dora.fills("Why do you agree?", "I think so.")
    await dora.ticks(TALKED)
    await dora.submits()

    await dora.sees("You have not been asked about this one")
    assert await town.state() == before


@ONE_ENGINE
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"active": False}, "We do not know you yet"),
        ({"capabilities": ()}, "Your role cannot decide this one."),
    ],
)
async def test_somebody_who_lost_their_place_since_they_were_asked_cannot_decide(
    town: Town, change: dict[str, object], words: str
) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await town.changes("femi", **change)
    before = await town.state()

    await femi.fills("Why do you agree?", "I think so.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.reads(words)
    assert await town.state() == before


@ONE_ENGINE
async def test_a_worker_who_became_a_trustee_is_no_longer_the_second_worker(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await town.changes("femi", role="trustee")

    await femi.fills("Why do you agree?", "I think so.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.reads("Your role cannot decide this one.")
    assert "approved" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_whoever_is_named_as_the_one_it_is_about_is_not_asked_nor_told(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.begins()
    await amira.answers(stories.about("A worker or volunteer"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "Ben Carver")
    await amira.submits()
    await amira.sees("Waiting for Chidi Lowe")
    await town.delivers()

    assert ben.got_nothing()
    await chidi.sees("# Do you agree?")


@ONE_ENGINE
async def test_a_worry_about_the_safeguarding_lead_passes_them_by_without_anybody_being_named(town: Town) -> None:
    amira, ben, dora = town.people("amira", "ben", "dora")
    await amira.begins()
    await amira.answers(stories.about("The safeguarding lead"))
    await amira.sees("Tell the chair today")
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    assert "Ben Carver" not in amira.screen().split("Who is it about")[0]
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "They are not on this list, or I do not know")
    await amira.submits()
    await amira.sees("Waiting for")
    await town.delivers()

    assert ben.got_nothing()
    await dora.sees("# Please ring your colleague")


@ONE_ENGINE
async def test_a_worry_about_a_trustee_passes_the_chair_by(town: Town) -> None:
    amira, dora, iris = town.people("amira", "dora", "iris")
    await amira.begins()
    await amira.answers(stories.about("The chair or a trustee"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    assert "Dora Finch" not in amira.screen().split("Who is it about")[0]
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "They are not on this list, or I do not know")
    await amira.submits()
    await amira.sees("Waiting for")
    await town.delivers()

    assert dora.got_nothing()
    await iris.sees("# Please ring your colleague")


@ONE_ENGINE
@SLACKS_OWN
async def test_somebody_kept_out_after_they_were_asked_can_decide_nothing(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await amira.presses("Someone must not know")
    await amira.sees("# Who must not know")
    await amira.ticks("Femi Adair")
    await amira.submits()
    await amira.sees("Noted.")
    await town.delivers()

    await femi.fills("Why do you agree?", "I think so.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.reads("Nothing is needed from you here.")
    assert "approved" not in await town.ledger_kinds()
    assert "child" not in femi.all().lower()


# A yes and a no


@EVERY_PRODUCT
async def test_a_yes_needs_the_word_that_it_was_talked_over_and_a_reason(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    femi.leaves_empty()

    await femi.submits()

    await femi.sees("Please write a few words here.", "Talk to the worker first, then tick this.")
    assert "approved" not in await town.ledger_kinds()
    assert CHECKED in femi.screen()


async def test_a_no_in_a_lane_that_protects_goes_to_the_lead_and_the_trustee_together(town: Town) -> None:
    amira, femi, ben, chidi = town.people("amira", "femi", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await femi.says_no("Let us speak to the school first.")
    await femi.sees("Femi Adair said no to this")
    await town.delivers()

    await amira.sees("Femi Adair said no. That is not the end", "ring the council, 111 or 101 without a name, now.")
    for second in (ben, chidi):
        await second.sees("Somebody has said no to this. You give a second opinion. If you say yes, it may go.")
    await chidi.agrees("It cannot wait.")
    await chidi.sees("Chidi Lowe agreed to this")
    await town.delivers()
    await amira.sees("# What to do now", "Chidi Lowe agreed at 02:14")


@ONE_ENGINE
async def test_all_their_noes_are_recorded_and_the_worker_still_reads_whom_to_ring(town: Town) -> None:
    amira, femi, ben, chidi = town.people("amira", "femi", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.says_no()
    await femi.sees("said no to this")
    await town.delivers()

    await chidi.says_no("Not so.")
    await chidi.reads("Chidi Lowe said no to this")
    await town.delivers()
    await ben.says_no("Not yet.")
    await ben.reads("Ben Carver said no to this")
    await town.delivers()

    await amira.sees("Ben Carver said no too.", "You can still ring the council, 111 or 101 without a name, now.")
    assert (await town.ledger_kinds()).count("declined") == 3
    assert (await town.ledger_kinds()).count("second opinion asked") == 2


@ONE_ENGINE
async def test_a_no_elsewhere_stops_it(town: Town) -> None:
    amira, dora, *others = town.people("amira", "dora", "ben", "chidi", "iris")
    await amira.sends(stories.A_REQUEST, of="Dora Finch")
    await town.delivers()

    await dora.says_no("They can ask the client.")
    await dora.sees("Dora Finch said no to this")
    await town.delivers()

    await amira.sees("# Somebody said no. Read this", "Dora Finch said no, so nothing goes out for now.")
    assert [person for person in others if not person.got_nothing()] == []


async def test_whoever_presses_later_reads_who_decided_and_when(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    still_open = chidi.card()
    await ben.agrees()
    await ben.sees("Already decided")
    town.clock.passes(minutes=7)

    await chidi.presses("Decline", on=still_open)

    await chidi.sees("Already decided: Ben Carver agreed to this at 02:14 on 20 November.")
    assert (await town.ledger_kinds()).count("declined") == 0


@SLACKS_OWN
async def test_every_copy_of_the_card_changes_when_it_is_decided(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()

    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()

    for person in (ben, chidi):
        [card] = person.account.messages()
        await person.sees("Already decided: Ben Carver agreed to this")
        assert "[Approve]" not in person.all()
        assert card.edits == 1


# Taken back and changed


@SLACKS_OWN
async def test_what_was_taken_back_cannot_be_agreed_to(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    old = femi.card()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await amira.presses("Take back and change")
    await amira.sees("Taken back. Change your answers, then send again.")
    await town.delivers()
    before = await town.state()

    await femi.fills("Why do you agree?", "I think so.")
    await femi.ticks(TALKED)
    await femi.submits()
    await femi.sees("The worker took this back. Nothing is needed from you.")
    await femi.presses("Approve", on=old)
    await femi.sees("The worker took this back.")

    assert await town.state() == before


@ONE_ENGINE
async def test_a_changed_answer_sent_again_is_a_new_request(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    old = femi.card()
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")
    await amira.presses("My answers")
    await amira.sees("# Your answers")
    await amira.changes(stories.NEAR)
    await amira.sees("You can change this.")
    await amira.fills_in({"How old is the person who was harmed, now?": "Not born yet"})
    await amira.sees("# What we suggest")
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()
    await femi.reads("# Do you agree?", "Not born yet")

    await femi.presses("Approve", on=old)
    await femi.sees("The worker took this back.")
    assert "approved" not in await town.ledger_kinds()
    await femi.agrees()
    await femi.sees("Already decided: Femi Adair agreed")

    assert (await town.ledger_kinds()).count("approved") == 1


# Forged


async def test_a_decision_on_something_else_than_was_shown_is_refused(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    before = await town.state()
    femi.rewrites(f="0" * 64)

    await femi.fills("Why do you agree?", "I think so.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.reads("What is proposed has changed since you opened this.")
    assert await town.state() == before


@ONE_ENGINE
async def test_a_request_that_is_not_there_is_refused(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    before = await town.state()

    await femi.presses("Press", on=femi.forges("approve", c="none", r="none", f="none"))

    await femi.sees("We cannot find this request.")
    assert await town.state() == before


@ONE_ENGINE
@SLACKS_OWN
async def test_naming_somebody_who_is_not_on_the_roster_is_refused(town: Town) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await amira.presses("Someone must not know")
    await amira.sees("# Who must not know")
    before = await town.state()
    for block in amira.open_form().view["blocks"]:
        if block["type"] == "input":
            block["element"]["options"][0]["value"] = "not-a-person"

    await amira.ticks("Ben Carver")
    await amira.submits()

    await amira.reads("Somebody on that list is not on the roster.")
    assert await town.state() == before


async def test_a_form_with_an_old_version_is_refused(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "A worry.")
    amira.rewrites(v="2")
    before = await town.state()

    await amira.submits()
    await amira.sees("This has moved on since your card was drawn.")
    await town.delivers()

    assert femi.got_nothing()
    assert await town.state() == before


# What the worker hears of it


@ONE_ENGINE
@pytest.mark.parametrize("yes", [True, False])
@SLACKS_OWN
async def test_every_yes_and_every_no_reaches_the_worker_as_a_new_message(town: Town, yes: bool) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.sends(stories.A_CHILD if yes else stories.A_REQUEST, of="Dora Finch")
    await town.delivers()
    before = {message.ts for message in amira.account.messages()}

    await (dora.agrees() if yes else dora.says_no())
    await dora.reads("Dora Finch agreed to this" if yes else "Dora Finch said no to this")
    await town.delivers()

    [new] = [message for message in amira.account.messages() if message.ts not in before]
    said = str(new.blocks)
    assert new.text.startswith("Confer: please open this now")
    assert ("You can go on now" if yes else "Dora Finch said no, so nothing goes out for now.") in said
    await amira.presses("Open your card", on=new)
    await amira.sees("# What to do now" if yes else "# Somebody said no. Read this", "[Write down what was done]")


@ONE_ENGINE
async def test_the_no_of_one_of_two_who_were_asked_together_does_not_answer_for_the_other(town: Town) -> None:
    amira, femi, ben, chidi = town.people("amira", "femi", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.says_no()
    await femi.reads("said no to this")
    await town.delivers()

    await chidi.says_no()
    await chidi.reads("said no to this")
    await town.delivers()

    await amira.sees("Femi Adair and Chidi Lowe said no. That is not the end: Ben Carver can still agree.")
    async with town.reading() as tx:
        *_, last = await tx.approvals.of((await town.case()).id)
        assert (last.state, await tx.ladders.of(last.consultation_id) != {}) == ("pending", True)
        assert last.asked == {await town.id_of("ben")}
    await ben.reads("2 people have said no to this. Yours counts all the same. If you say yes, it may go.")
    await ben.agrees("It cannot wait.")
    await ben.reads("Ben Carver agreed to this")
    await town.delivers()
    await amira.sees("# What to do now", "Ben Carver agreed at 02:14")


@ONE_ENGINE
async def test_after_the_last_no_the_card_asks_for_danger_again_and_no_longer_whom_to_ask(town: Town) -> None:
    amira, femi, ben, chidi = town.people("amira", "femi", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    assert "Ring one of the people who are asked to agree" in amira.screen()
    for person in (femi, chidi, ben):
        await person.says_no()
        await person.reads("said no to this")
        await town.delivers()
    await amira.sees("Ben Carver said no too.", "[Is somebody in danger now?]")
    assert "Ring one of the people who are asked to agree" not in amira.screen()

    await amira.presses("Is somebody in danger now?")
    await amira.sees("# Could someone die or be badly hurt right now, or within hours?")
    await amira.presses("No (your answer)")
    await amira.sees("# Somebody said no. Read this", "[Is somebody in danger now?]")
    await amira.presses("Is somebody in danger now?")
    await amira.sees("# Could someone die or be badly hurt right now, or within hours?")
    await amira.presses("Yes, now")
    await amira.sees("# Ring 999 now")


@ONE_ENGINE
async def test_a_yes_to_what_was_changed_since_says_to_both_that_it_no_longer_counts(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.reads("agreed to this")
    await town.delivers()
    await amira.presses("Take back and change")
    await amira.sees("[Ask for agreement]")

    await amira.asks_for_agreement("Something else entirely.", of="Joan Tully")
    await town.delivers()

    await femi.reads("You agreed at 02:14 on 20 November. The plan was changed since, so it no longer counts.")
    await amira.sees("Femi Adair agreed at 02:14 on 20 November. You changed the plan since, so that yes no longer")


@ONE_ENGINE
async def test_keeping_out_somebody_whose_no_stands_is_read_by_a_lead_at_once(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(stories.A_REQUEST, of="Dora Finch")
    dora = town.person("dora")
    await town.delivers()
    await dora.says_no()
    await dora.reads("said no to this")
    await town.delivers()
    assert "# Please take a second look" not in ben.all()

    await keeps_out(amira, "Dora Finch")
    await town.delivers()

    await ben.reads("# Please take a second look", "[Read it and answer]")
    assert femi.got_nothing()
