"""The second person: who is asked, who may not decide, and what a yes or a no then does."""

from __future__ import annotations

import pytest

from tests.conversations import stories
from tests.conversations.resident import CHECKED, TALKED, Resident
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


async def test_a_court_order_goes_to_the_data_protection_lead(town: Town) -> None:
    amira, ewan = town.people("amira", "ewan")

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


# Who may not decide


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


@ONE_ENGINE
async def test_a_yes_needs_the_word_that_it_was_talked_over_and_a_reason(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    form = femi.open_form()
    for block in form.view["blocks"]:
        if block["type"] == "input":
            block["optional"] = True  # as if Slack itself had asked for nothing

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
        await second.sees("Somebody has said no to this. You are the second opinion; the first yes stands.")
    await chidi.agrees("It cannot wait.")
    await chidi.sees("Chidi Lowe agreed to this")
    await town.delivers()
    await amira.sees("# What to do now", "Chidi Lowe agreed at 02:14")


async def test_two_noes_are_recorded_and_the_worker_still_reads_whom_to_ring(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.says_no()
    await femi.sees("said no to this")
    await town.delivers()

    await ben.says_no("Not yet.")
    await ben.sees("Ben Carver said no to this")
    await town.delivers()

    await amira.sees("Ben Carver said no too.", "You can still ring the council, 111 or 101 without a name, now.")
    assert (await town.ledger_kinds()).count("declined") == 2
    assert (await town.ledger_kinds()).count("second opinion asked") == 1


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


async def test_what_was_taken_back_cannot_be_agreed_to(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    old = femi.card()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    await amira.presses("Take back and change")
    await amira.sees("Taken back. Nobody can agree to it any more.")
    await town.delivers()
    before = await town.state()

    await femi.fills("Why do you agree?", "I think so.")
    await femi.ticks(TALKED)
    await femi.submits()
    await femi.sees("The worker took this back. Nothing is needed from you.")
    await femi.presses("Approve", on=old)
    await femi.sees("The worker took this back.")

    assert await town.state() == before


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
