"""I can't decide this: it goes on to somebody else at once, costs nobody anything, and never stays with nobody."""

from __future__ import annotations

import pytest

from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR
from tests.conversations.resident import TALKED, Resident
from tests.conversations.sides import EVERYWHERE, SLACKS_OWN
from tests.conversations.test_approval import asked
from tests.conversations.test_away import goes_away
from tests.conversations.town import ONE_ENGINE, Town

OFF_DUTY = "I am off duty, or cannot do this now"
TOO_CLOSE = "I am too close to it"
NOT_SURE = "I am not sure that I may"
YOU_PASSED = "You passed this on."


async def passes_it_on(person: Resident, why: str = OFF_DUTY, *, label: str = "I can't decide this") -> None:
    """The form behind the button, filled in and submitted."""
    await person.presses(label)
    await person.sees("# I can't decide this", "The worker does not read why.")
    await person.chooses("Why can you not decide it?", why)
    await person.submits()
    await person.sees(YOU_PASSED)


async def barred(town: Town) -> set[str]:
    async with town.reading() as tx:
        out = await tx.cases.barred((await town.case()).id)
        return {person.handle for person in await tx.people.everybody() if person.id in out}


async def has_a_next_time(town: Town) -> bool:
    """Whether every request that waits has somebody or a lead to come, at a time."""
    async with town.reading() as tx:
        case = await town.case()
        taken = await tx.ladders.of(case.id)
        waiting = [request for request in await tx.approvals.of(case.id) if request.state == "pending"]
        return bool(waiting) and all(taken[request.id][-1].next_at > town.clock.now for request in waiting)


@EVERYWHERE
async def test_where_only_one_was_asked_the_next_one_is_asked_on_the_same_request(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await passes_it_on(femi)
    await femi.sees("You passed this on. Ben Carver decides it now. Nothing more is needed from you.")
    await town.delivers()

    await ben.sees("# Do you agree?")
    await amira.reads("# Somebody else decides", "Femi Adair cannot decide this. Ben Carver has been asked.")
    await amira.reads("Waiting for Ben Carver to agree. Ring Ben Carver now.")
    assert "off duty" not in amira.all()
    assert await asked(town) == {"ben", "femi"}
    assert await barred(town) == set()
    assert await has_a_next_time(town)
    assert (await town.ledger_kinds())[-2:] == ["passed on", "asked next"]
    await ben.agrees()
    await ben.sees("Already decided: Ben Carver agreed")


@ONE_ENGINE
async def test_where_another_was_asked_too_nobody_new_is(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()

    await passes_it_on(ben, NOT_SURE)
    await ben.sees("You passed this on. Chidi Lowe decides it now.")
    await town.delivers()

    assert await asked(town) == {"ben", "chidi"}
    await amira.reads("Ben Carver cannot decide this. Chidi Lowe has been asked.")
    await chidi.sees("# Do you agree?")


@ONE_ENGINE
async def test_whoever_passed_it_on_decides_it_no_more_and_is_not_asked_again(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    old = femi.card()
    await passes_it_on(femi)
    await town.delivers()
    before = await town.state()

    for label in ("Approve", "Decline", "Ask", "I can't decide this"):
        await femi.presses(label, on=old)
        await femi.sees("You passed this on. Ben Carver decides it now.")
    assert await town.state() == before
    await femi.opens_home()
    assert "[Decide" not in femi.screen()
    femi.goes_to_messages()
    sent = len(femi.account.messages())
    town.clock.passes(minutes=40)
    await town.delivers()

    await ben.reads("Nobody has decided this since 02:14")
    assert len(femi.account.messages()) == sent


@ONE_ENGINE
async def test_whoever_passed_while_their_form_was_open_decides_nothing(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision")
    async with town.changing() as tx:
        [request] = await tx.approvals.of((await town.case()).id)
        await tx.approvals.pass_on(request.id, await town.id_of("femi"), "off_duty")

    await femi.fills("Why do you agree?", "I think so.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.reads(YOU_PASSED)
    assert "approved" not in await town.ledger_kinds()


async def test_whoever_is_too_close_to_it_hears_nothing_more_and_nobody_reads_why(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()

    await passes_it_on(ben, TOO_CLOSE)
    await ben.sees("You passed this on. Nothing is needed from you here.")
    await town.delivers()

    assert await barred(town) == {"ben"}
    await amira.reads("Ben Carver cannot decide this. Chidi Lowe has been asked.")
    assert "close" not in amira.all().replace("Close", "").replace("disclose", "")  # a word that begins a checklist
    assert "child" not in ben.all().lower()
    sent = len(ben.account.messages())
    town.clock.passes(minutes=60)
    await town.delivers()
    assert len(ben.account.messages()) == sent
    await chidi.agrees()
    await chidi.sees("Already decided")
    await town.delivers()
    assert "Chidi" not in ben.screen()


@ONE_ENGINE
async def test_a_yes_in_another_lane_of_somebody_too_close_does_not_stand(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD_AND_A_WEAPON)
    await town.delivers()
    await ben.agrees(label="Approve (A child at risk)")
    await ben.sees("Crime or threat")
    await town.until(lambda: _approved(town))
    await town.delivers()

    await passes_it_on(ben, TOO_CLOSE)
    await town.delivers()

    await chidi.reads("[Approve (A child at risk)]", "[Approve (Crime or threat)]")
    await amira.reads("Waiting for Chidi Lowe")


async def _approved(town: Town) -> bool:
    return "approved" in await town.ledger_kinds()


@ONE_ENGINE
async def test_where_nobody_else_may_decide_it_the_leads_are_told_and_the_worker_reads_their_numbers(
    town: Town,
) -> None:
    amira, ben, chidi, ewan = town.people("amira", "ben", "chidi", "ewan")
    town.clock.passes(hours=8)  # 10:14 on a Friday
    await amira.sends(stories.A_COURT_ORDER)
    await town.delivers()

    await passes_it_on(ewan)
    await town.delivers()

    for lead in (ben, chidi):
        await lead.sees("# Please ring your colleague", "Amira Osei needs to talk to you today.")
        assert "[Approve]" not in lead.all()
    await amira.reads("Ewan Marsh cannot decide this. Nobody else here could be asked for now. Please ring:")
    await amira.reads("Ben Carver: 07700 900102", "Chidi Lowe: 07700 900103")
    assert "nobody to ask" in await town.ledger_kinds()
    assert await has_a_next_time(town)


@ONE_ENGINE
async def test_where_the_only_one_is_too_close_the_request_goes_on_all_the_same(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    town.clock.passes(hours=8)
    await amira.sends(stories.A_COURT_ORDER)
    await town.delivers()

    await passes_it_on(ewan, TOO_CLOSE)
    await town.delivers()

    await ben.sees("# Please ring your colleague")
    await amira.reads("Ewan Marsh cannot decide this. Nobody else here could be asked for now.")
    assert await has_a_next_time(town)
    sent = len(ewan.account.messages())
    town.clock.passes(days=4)
    await town.delivers()
    assert len(ewan.account.messages()) == sent


@ONE_ENGINE
async def test_while_silenced_passing_it_on_goes_to_the_next_in_line_alone(town: Town) -> None:
    amira, ben, dora, *others = town.people("amira", "ben", "dora", "femi", "chidi", "ewan", "iris")
    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()
    assert await asked(town) == {"ben"}

    await passes_it_on(ben)
    await town.delivers()

    await dora.sees("# Do you agree?")
    assert [person for person in others if not person.got_nothing()] == []
    assert await asked(town) == {"ben", "dora"}
    assert await has_a_next_time(town)


@ONE_ENGINE
async def test_the_one_who_is_away_is_passed_by(town: Town) -> None:
    amira, ben, chidi, dora = town.people("amira", "ben", "chidi", "dora")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await goes_away(chidi, stand_in="Dora Finch")
    await town.delivers()

    await passes_it_on(ben)
    await town.delivers()

    await dora.sees("# Do you agree?")


@ONE_ENGINE
@pytest.mark.parametrize("why", ["", "because"])
@SLACKS_OWN
async def test_a_reason_that_is_not_on_the_list_is_refused(town: Town, why: str) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("I can't decide this")
    await femi.sees("# I can't decide this")
    for block in femi.open_form().view["blocks"]:
        if block["type"] == "input":
            block["element"]["options"][0]["value"] = why
    before = await town.state()

    await femi.chooses("Why can you not decide it?", OFF_DUTY)
    await femi.submits()

    await femi.reads("Please choose one of the list.")
    assert await town.state() == before


@ONE_ENGINE
async def test_nobody_passes_on_what_they_were_not_asked(town: Town) -> None:
    amira, femi, dora = town.people("amira", "femi", "dora")
    await dora.types("home")
    await dora.sees("# Confer")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("I can't decide this")
    await femi.sees("# I can't decide this")
    before = await town.state()

    dora.takes_the_form_of(femi)
    await dora.chooses("Why can you not decide it?", OFF_DUTY)
    await dora.submits()

    await dora.sees("You have not been asked about this one, so it stays closed to you.")
    assert await town.state() == before


@ONE_ENGINE
async def test_the_worker_cannot_write_down_a_yes_on_the_phone_of_whoever_passed_it_on(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await passes_it_on(femi)
    await town.delivers()
    await amira.reads("Femi Adair cannot decide this.")
    await amira.opens_home()
    await amira.presses("Open")
    amira.goes_to_messages()
    await amira.sees("They agreed by phone")

    await amira.presses("They agreed by phone")
    await amira.sees("# They agreed by phone", "Dora Finch")

    assert "Femi" not in amira.screen()


@ONE_ENGINE
async def test_a_second_opinion_is_not_asked_of_whoever_passed_it_on(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await passes_it_on(ben)
    await town.delivers()
    before = len(ben.account.messages())

    await chidi.says_no("Not now.")
    await chidi.sees("Chidi Lowe said no to this")
    await town.delivers()

    async with town.reading() as tx:
        [*_, second] = await tx.approvals.of((await town.case()).id)
    assert second.second_of is not None
    assert await town.id_of("ben") not in second.asked
    assert "# Do you agree?" not in "".join(str(m.blocks) for m in ben.account.messages()[before:])
