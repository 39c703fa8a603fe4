"""The leads' board, and two consultations on one case reference: who sees what, and who must not notice anything."""

from __future__ import annotations

import pytest

from tests.conversations import stories
from tests.conversations.around import (
    A_CHILD_AND_TERROR,
    NOT_LISTED,
    WOULD_SAY,
    keeps_out,
    rings_999,
    sends_a_worry,
    tells_one_lead,
)
from tests.conversations.resident import Resident
from tests.conversations.test_away import goes_away, leaves
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_phone_lost import says_the_phone_is_lost
from tests.conversations.town import ONE_ENGINE, Town

NOTHING_OPEN = "Nothing is open that you can see."
TWO = "# Two on one case"


async def sees_the_board(lead: Resident) -> str:
    """From the home page; gives the board as it stands."""
    if lead.got_nothing() or "[Everything open]" not in lead.screen():
        await lead.opens_home()
    await lead.presses("Everything open")
    lead.goes_to_messages()
    await lead.sees("# Everything open")
    return lead.screen()


async def gives(person: Resident, reference: str) -> None:
    """The charity's own reference, before the first answer but one."""
    await person.begins()
    await person.presses("No")
    await person.sees("[My answers]")
    await person.presses("My answers")
    await person.presses("Use our own reference")
    await person.sees("# Case reference")
    await person.fills("Your own case reference", reference)
    await person.submits()
    await person.sees("The case has your reference now.", f"Case {reference} (")


async def sends_on(person: Resident, reference: str, story: stories.Story, *, of: str = "") -> None:
    await gives(person, reference)
    await person.answers(story)
    await person.asks_for_agreement(of=of)


async def references(town: Town) -> list[str]:
    return [case.reference for case in await town.cases()]


async def sends_silenced(person: Resident) -> None:
    """From the first screen to the card that waits: a tip-off would be a crime."""
    await person.answers(A_CHILD_AND_TERROR)
    await person.presses("Ask for agreement")
    await person.sees("# Before it is sent")
    for field in (line for line in person.screen().splitlines() if "what exactly would you say?" in line.lower()):
        await person.fills(field.rstrip(":"), "What was seen.")
    await person.submits()
    await person.sees("Write down what was done")


async def writes_it_down_and_closes(person: Resident) -> None:
    await person.writes_down("Children's social care at the council")
    await person.sees("Kept in the record.")
    await person.finishes()
    await person.sees("Kept in the record.", "[A letter for them]")
    await person.presses("Close")
    await person.sees("Closed. The record is kept.")


async def opens_again(lead: Resident) -> None:
    """From the board, where it is the only one."""
    await lead.presses("Open")
    await lead.sees("[Open again]")
    await lead.presses("Open again")
    await lead.sees("# Open again", "Why do you open it again?")
    await lead.fills("Why do you open it again?", "The council has no record of it.")
    await lead.submits()


async def ends(town: Town, *references: str) -> None:
    """They are closed, as if the worker had."""
    async with town.changing() as tx:
        for case in await town.cases():
            if case.reference in references:
                await tx.steps.take(case, {}, "closed", pressed=("", "", ""), kind="", message="")


# The board


async def test_the_board_has_everything_sent_by_danger_and_clock_and_no_content(town: Town) -> None:
    amira, femi, joan, hana, ben = town.people("amira", "femi", "joan", "hana", "ben")
    await amira.sends(stories.A_COURT_ORDER)
    await femi.sends(stories.A_CHILD, of="Joan Tully")
    await rings_999(hana)
    await joan.begins()
    court, child, danger, begun = await references(town)
    await town.delivers()

    board = await sees_the_board(ben)

    assert board.index(danger) < board.index(child) < board.index(court)
    for words in (
        f"{danger}: Hana Reed has rung 999.",
        f"{child}: Waits for an answer since 02:14 on 20 November. Held by Femi Adair. Asked: Joan Tully.",
        "Next: At 02:29 we also ask Ben Carver.",
        "By the date on the paper",
    ):
        assert words in board
    assert begun not in board
    for content in ("child", "court", "abuse", "council"):
        assert content not in board.lower()


@ONE_ENGINE
async def test_only_a_lead_sees_the_board_whatever_is_pressed(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    case = await town.case()
    await dora.opens_home()
    assert "Everything open" not in dora.screen()
    await dora.types("home")
    await dora.sees("# Confer")
    before = await town.state()

    for action in ("board", "board.open", "board.closed", "reopen", "reopen.confirm"):
        await dora.presses("Press", on=dora.forges(action, c=case.id, v=str(case.version)))
        await dora.sees("Only a safeguarding or data-protection lead sees the board.")

    assert await town.state() == before


@ONE_ENGINE
async def test_a_lead_who_must_not_know_sees_nothing_of_it_and_a_forged_press_says_no_more(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await keeps_out(amira, "Ben Carver")
    await town.delivers()
    case = await town.case()

    board = await sees_the_board(ben)
    await ben.presses("Press", on=ben.forges("board.open", c=case.id))
    await ben.sees("This is not on the board any more.")
    hidden = ben.screen()
    await ben.presses("Press", on=ben.forges("board.open", c="none"))
    await ben.sees("This is not on the board any more.")

    assert NOTHING_OPEN in board
    assert case.reference not in board + hidden + ben.all()
    assert case.reference in await sees_the_board(ewan)


@ONE_ENGINE
async def test_while_it_is_silenced_only_its_one_lead_has_it_on_the_board(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    await amira.begins()
    await sends_silenced(amira)
    await town.delivers()
    [reference] = await references(town)

    assert reference in await sees_the_board(ben)
    assert NOTHING_OPEN in await sees_the_board(ewan)


@ONE_ENGINE
async def test_what_a_lead_opens_says_where_it_stands_and_that_it_was_asked_more_than_once(town: Town) -> None:
    amira, dora, ben = town.people("amira", "dora", "ben")
    await amira.sends(stories.A_REQUEST, of="Dora Finch")
    await town.delivers()
    await dora.says_no("They can ask the client.")
    await dora.reads("said no to this")
    await town.delivers()
    await amira.presses("Ask for a second opinion")
    await amira.sees("Asked.")
    await sees_the_board(ben)

    await ben.sees("Asked more than once.")
    await ben.presses("Open")
    await ben.sees("Amira Osei: 07700 900101", "Dora Finch said no at 02:14 on 20 November.")

    assert "[Take it over]" in ben.screen()
    assert "They can ask" not in ben.all()
    assert "probation" not in ben.screen().lower()
    assert "board looked at" in await town.ledger_kinds()


async def test_a_closed_one_is_opened_again_with_its_history_and_the_worker_reads_who_and_why(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await tells_one_lead(amira)
    await writes_it_down_and_closes(amira)
    old, before = await town.case(), await town.ledger_kinds()
    await town.delivers()
    await sees_the_board(ben)
    await ben.sees("Closed last", f"{old.reference}: Closed")

    await ben.presses("Open")
    await ben.sees("[Open again]")
    stale = ben.card()
    await ben.presses("Back to the board")
    await ben.sees("# Everything open")
    await opens_again(ben)
    await ben.reads("Open again. Amira Osei is told.")
    await ben.presses("Open again", on=stale)
    await ben.sees("This is not closed.")
    await ben.presses("Press", on=ben.forges("board.closed"))
    await ben.sees("Nothing else is closed that you can see.")
    await town.delivers()

    await amira.reads(
        "# Open again", "Ben Carver opened this again at 02:14 on 20 November.", "Ben Carver: 07700 900102"
    )
    assert (await town.case()).state == "sent"
    assert (await town.ledger_kinds())[: len(before)] == before
    assert "reopened" in await town.ledger_kinds()
    assert "The council has no record" not in amira.all() + ben.all()


@ONE_ENGINE
async def test_a_lead_who_is_out_sees_the_same_board_whatever_becomes_of_the_case(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    boards = [await sees_the_board(ben)]

    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.sees("# What we suggest")
    await keeps_out(amira, "Ben Carver")
    boards.append(await sees_the_board(ben))
    await amira.asks_for_agreement(of="Femi Adair")
    boards.append(await sees_the_board(ben))
    await amira.presses("Take back and change")
    await amira.sees("Taken back.")
    boards.append(await sees_the_board(ben))

    assert len(set(boards)) == 1
    assert NOTHING_OPEN in boards[0]


@ONE_ENGINE
async def test_what_was_closed_is_counted_without_what_the_lead_may_not_see(town: Town) -> None:
    femi, ben = town.people("femi", "ben")
    await femi.begins()
    [mine] = await references(town)
    await ends(town, mine)
    await time_goes_on(town, hours=1)
    for person in town.people("amira", "chidi", "dora", "ewan", "hana", "joan"):
        await person.begins()
    hidden = set(await references(town)) - {mine}
    async with town.changing() as tx:
        for case in await town.cases():
            if case.reference != mine:
                await tx.cases.bar(case.id, {await town.id_of("ben")})
    await ends(town, *hidden)

    board = await sees_the_board(ben)

    assert len(hidden) == 6
    assert f"{mine}: Closed" in board
    assert "Closed earlier" not in board


@ONE_ENGINE
async def test_a_lead_whom_it_may_be_about_sees_only_what_they_were_asked_by_name(town: Town) -> None:
    amira, femi, chidi, ben = town.people("amira", "femi", "chidi", "ben")
    await town.changes("chidi", capabilities=["may_approve", "on_call_trustee", "safeguarding_lead"])

    await sends_a_worry(amira, "The chair or a trustee")
    await sends_a_worry(femi, "The chair or a trustee", of="Chidi Lowe")
    await town.delivers()
    unasked, asked = await town.cases()

    board = await sees_the_board(chidi)
    assert unasked.reference not in board
    assert asked.reference in board
    await chidi.presses("Press", on=chidi.forges("board.open", c=unasked.id))
    await chidi.sees("This is not on the board any more.")
    assert unasked.reference in await sees_the_board(ben)


@ONE_ENGINE
async def test_a_leavers_closed_one_that_is_opened_again_is_held_by_the_lead_who_opens_it(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await tells_one_lead(amira)
    await writes_it_down_and_closes(amira)
    await town.delivers()
    await leaves(town, "amira")
    await sees_the_board(ben)

    await opens_again(ben)
    await ben.reads("Open again. Amira Osei is not here, so this is yours now.")

    case = await town.case()
    assert (case.state, case.requester_id) == ("sent", await town.id_of("ben"))
    assert "is told" not in ben.screen()
    assert "handed over" in await town.ledger_kinds()
    await ben.presses("Take back and change")
    await ben.sees("Taken back.")


@ONE_ENGINE
async def test_opened_again_by_a_lead_who_agreed_to_it_a_lost_phones_case_goes_to_somebody_else(town: Town) -> None:
    amira, ben, chidi, hana = town.people("amira", "ben", "chidi", "hana")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    await amira.sees("Ben Carver agreed")
    await writes_it_down_and_closes(amira)
    await says_the_phone_is_lost(hana, "Amira Osei")
    await hana.reads("Amira Osei is locked out.")
    await town.delivers()
    await sees_the_board(ben)

    await opens_again(ben)
    await ben.reads("Open again. Chidi Lowe is told.")
    await town.delivers()

    await chidi.reads("# This is yours now", "Amira Osei cannot go on with this now, so it is yours.")
    assert (await town.case()).requester_id == await town.id_of("chidi")


@ONE_ENGINE
async def test_a_number_whose_phone_is_lost_stands_on_no_card_of_the_leads(town: Town) -> None:
    amira, femi, ben, hana = town.people("amira", "femi", "ben", "hana")
    await sends_on(amira, "HP-2026-118", stories.A_CHILD, of="Joan Tully")
    await sends_on(femi, "HP-2026-118", stories.A_REQUEST, of="Ewan Marsh")
    await says_the_phone_is_lost(hana, "Amira Osei")
    await hana.reads("Amira Osei is locked out.")
    await time_goes_on(town, hours=8)
    await ben.reads(TWO)
    [two] = [message for message in ben.account.messages() if "See whose it is" in str(message.blocks)]

    await ben.presses("See whose it is", on=two)
    await ben.reads("Amira Osei: phone lost: reach them another way", "Femi Adair: 07700 900106")
    for case in await town.cases():
        await ben.presses("Press", on=ben.forges("board.open", c=case.id))
        await ben.sees(f"# Case {case.reference}")
        assert "07700 900101" not in ben.screen()


# Two on one reference


async def test_two_on_one_reference_are_told_of_each_other_and_so_are_the_leads(town: Town) -> None:
    amira, femi, ben, ewan = town.people("amira", "femi", "ben", "ewan")
    await sends_on(amira, "HP-2026-118", stories.A_CHILD, of="Joan Tully")
    await gives(femi, "hp-2026-118")
    await femi.answers(stories.A_REQUEST)
    await time_goes_on(town, hours=8)
    first, second = await references(town)
    unsent = [each.all() for each in (amira, femi, ben, ewan)]

    await femi.asks_for_agreement(of="Ewan Marsh")
    await town.delivers()

    assert not any("Two on one case" in each for each in unsent)
    assert first != second
    assert first.startswith("HP-2026-118 (")
    for person in (amira, femi, ben, ewan):
        await person.reads(TWO)
    await amira.presses("See whose it is")
    await amira.sees(f"{second}: Femi Adair", "Femi Adair: 07700 900106")
    await ewan.presses("See whose it is")
    await ewan.sees(f"{first}: Amira Osei", f"{second}: Femi Adair")
    board = await sees_the_board(ben)
    assert first in board
    assert second in board


@ONE_ENGINE
async def test_a_worker_the_other_one_is_about_notices_nothing(town: Town) -> None:
    amira, femi, ben, joan = town.people("amira", "femi", "ben", "joan")
    await sends_on(femi, "HP-2026-118", stories.A_REQUEST, of="Ben Carver")
    await gives(amira, "HP-2026-118")
    await amira.answers(stories.about("A worker or volunteer"))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills(WOULD_SAY, "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "Femi Adair")
    await amira.submits()
    await amira.sees("Write down what was done")
    await time_goes_on(town, hours=8)
    other, mine = await town.cases()

    await ben.reads(TWO)
    assert "Two on one case" not in femi.all() + amira.all()
    await femi.presses("Press", on=femi.forges("beside", c=other.id))
    await femi.sees("Nothing is needed from you here any more.")
    assert mine.reference not in femi.all()
    await gives(joan, "HP-2026-118")
    assert "already" not in joan.all()


@ONE_ENGINE
@pytest.mark.parametrize(("other", "about"), [("femi", "A worker or volunteer"), ("chidi", "The chair or a trustee")])
async def test_nobody_is_told_of_a_worry_about_one_of_us_though_nobody_was_named(
    town: Town, other: str, about: str
) -> None:
    amira, ben, holder = town.people("amira", "ben", other)
    await sends_on(holder, "HP-2026-118", stories.A_REQUEST, of="Ben Carver")
    await gives(amira, "HP-2026-118")
    await amira.answers(stories.about(about))
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills(WOULD_SAY, "A worry about how a child is treated.")
    await amira.chooses("Who is it about", NOT_LISTED)
    await amira.submits()
    await amira.sees("Write down what was done")

    await time_goes_on(town, hours=8)
    theirs, mine = await town.cases()

    await ben.reads(TWO)
    assert "Two on one case" not in holder.all() + amira.all()
    await holder.presses("Press", on=holder.forges("beside", c=theirs.id))
    await holder.sees("Nothing is needed from you here any more.")
    assert mine.reference not in holder.all()


@ONE_ENGINE
async def test_while_one_of_the_two_is_silenced_a_lead_who_was_never_told_hears_of_none(town: Town) -> None:
    amira, femi, ben, joan = town.people("amira", "femi", "ben", "joan")
    await town.changes("joan", capabilities=["may_approve", "safeguarding_lead"])
    await goes_away(joan, "Tonight, 20:00")
    await sends_on(femi, "HP-2026-118", stories.A_REQUEST, of="Ben Carver")
    await gives(amira, "HP-2026-118")
    await sends_silenced(amira)

    await time_goes_on(town, hours=8)
    _, silenced = await town.cases()

    await ben.reads(TWO)
    assert "Two on one case" not in joan.all()
    assert silenced.reference not in await sees_the_board(joan)
    await joan.presses("Press", on=joan.forges("take_over", c=silenced.id))
    await joan.sees("Nothing is needed from you here.")
    assert silenced.reference not in joan.all()
    assert silenced.reference in await sees_the_board(ben)


@ONE_ENGINE
async def test_a_lead_who_is_out_of_one_of_the_two_is_told_of_none(town: Town) -> None:
    amira, femi, ben, ewan = town.people("amira", "femi", "ben", "ewan")
    await sends_on(amira, "HP-2026-118", stories.A_CHILD, of="Joan Tully")
    await keeps_out(amira, "Ben Carver")
    await sends_on(femi, "HP-2026-118", stories.A_REQUEST, of="Ewan Marsh")
    await time_goes_on(town, hours=8)
    hidden = (await references(town))[0]

    await ewan.reads(TWO)
    assert "Two on one case" not in ben.all()
    await sees_the_board(ben)
    await ben.presses("Open")
    await ben.sees("Held by Femi Adair")
    assert "On the same case reference" not in ben.screen()
    assert hidden not in ben.all()
