"""Whoever holds an open consultation is locked out, cut off or gone: its lead hears of it until somebody has it."""

from __future__ import annotations

from bot.leads.handing import may_hold
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.team import colleagues
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR
from tests.conversations.resident import Resident
from tests.conversations.test_approval import asked
from tests.conversations.test_away import leaves
from tests.conversations.test_handing_over import hands_over, takes_over
from tests.conversations.test_phone_lost import says_the_phone_is_lost
from tests.conversations.town import ONE_ENGINE, Town
from tests.slack.workspace.server import Message

NOBODY = "# Nobody can act on this"
LOCKED = "Femi Adair holds this. Nobody can act on it: the account is locked."


async def drawn(town: Town) -> Picture:
    async with town.reading() as tx:
        case = await town.case()
        return await look(tx, town.books[case.book_id], charity_of(await tx.organisations.current()), case)


async def femi_is_locked_out(town: Town) -> None:
    hana = town.person("hana")
    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()


def alarm_of(person: Resident) -> Message:
    return next(each for each in reversed(person.account.messages()) if "Nobody can act on this" in str(each.blocks))


async def test_the_lead_hears_each_hour_that_nobody_can_act_for_a_locked_worker_until_one_takes_it_over(
    town: Town,
) -> None:
    femi, ben, chidi = town.people("femi", "ben", "chidi")
    await femi.sends(stories.A_CHILD, of="Chidi Lowe")
    await town.delivers()

    await femi_is_locked_out(town)
    await ben.reads(NOBODY, LOCKED, "do not trust the number")
    first = len(ben.account.messages())
    town.clock.passes(hours=1, seconds=1)
    await town.delivers()

    assert len(ben.account.messages()) > first
    await ben.presses("Take it over", on=alarm_of(ben))
    await ben.sees("# Take this over", "Femi Adair's phone is lost.")
    assert "07700 900106" not in ben.screen()
    await ben.submits()
    await ben.reads("This is yours now.")
    await town.delivers()
    assert NOBODY not in ben.all()
    kinds = (await town.ledger_kinds()).count("nobody can act: lead told")
    town.clock.passes(days=2)
    await town.delivers()
    assert (await town.ledger_kinds()).count("nobody can act: lead told") == kinds == 2
    assert "Nobody can act" not in chidi.all()


@ONE_ENGINE
async def test_the_board_says_why_nobody_can_act_and_the_leads_card_goes_small_when_they_are_in_again(
    town: Town,
) -> None:
    femi, ben, ewan = town.people("femi", "ben", "ewan")
    await femi.sends(stories.A_CHILD, of="Chidi Lowe")
    await town.delivers()
    await femi_is_locked_out(town)
    await ben.reads(NOBODY)

    await ben.types("home")
    await ben.sees("# Confer")
    await ben.presses("Everything open")
    await ben.sees("Held by Femi Adair. Nobody can act on this: the account is locked.")
    await ewan.presses("Let Femi in again")
    await ewan.reads("Femi Adair is in again.")
    await town.delivers()

    assert NOBODY not in ben.all()


@ONE_ENGINE
async def test_the_lead_hears_that_nobody_can_act_when_the_workers_only_account_is_taken_away(town: Town) -> None:
    femi, ben = town.people("femi", "ben")
    office = town.process.office
    await femi.sends(stories.A_CHILD, of="Chidi Lowe")
    await town.delivers()

    account = town.account(femi)
    await colleagues.unlinked(office.store, office.books, "femi", account, town.clock())
    await town.delivers()

    await ben.reads(NOBODY, "Femi Adair holds this. Nobody can act on it: they have no open account.")


@ONE_ENGINE
async def test_a_locked_worker_is_not_offered_and_one_locked_out_after_the_form_was_opened_is_not_given_it(
    town: Town,
) -> None:
    amira = town.person("amira")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await amira.presses("Hand over")
    await amira.sees("# Hand over", "Femi Adair")
    await amira.chooses("Who takes it over?", "Femi Adair")
    await amira.chooses("Why?", "I am going off shift")
    await femi_is_locked_out(town)

    await amira.submits()

    await amira.sees("They cannot take it over any more.")
    case = await town.case()
    assert case.requester_id == await town.id_of("amira")
    people = {person.handle: person for person in (await drawn(town)).around.everybody}
    assert people["femi"] not in may_hold(await drawn(town))


@ONE_ENGINE
async def test_a_silenced_case_is_handed_to_nobody_who_does_not_know_of_it(town: Town) -> None:
    amira, _, femi = town.people("amira", "ben", "femi")
    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()

    offered = [person.handle for person in may_hold(await drawn(town))]

    assert offered == ["ben"]
    assert femi.got_nothing()


@ONE_ENGINE
async def test_a_lead_who_once_held_a_case_is_told_as_its_lead_and_does_not_decide_on_it(town: Town) -> None:
    amira, ben, _ = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Chidi Lowe")
    await town.delivers()
    await ben.types("home")
    await ben.sees("# Confer")
    await takes_over(ben, town)
    await ben.reads("This is yours now.")
    await town.delivers()

    await hands_over(ben, "Femi Adair")
    await ben.sees("Femi Adair has this from you")
    await town.delivers()

    around = (await drawn(town)).around
    lead = next(person for person in around.everybody if person.handle == "ben")
    assert lead in around.on_duty()
    assert lead in around.bound()
    assert lead in around.reached("safeguarding_lead")
    assert around.why_not(lead) == "You asked for this yourself. Somebody else has to decide it."


@ONE_ENGINE
async def test_a_leaver_of_a_silenced_case_brings_nobody_new_in_and_its_lead_chooses(town: Town) -> None:
    amira, ben, dora, ewan = town.people("amira", "ben", "dora", "ewan")
    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()

    await leaves(town, "amira")
    await town.delivers()

    await ben.reads(NOBODY, "Amira Osei holds this. Nobody can act on it: they have left the charity.")
    assert dora.got_nothing()
    assert ewan.got_nothing()
    assert await asked(town) == {"ben"}
    await ben.presses("Take it over", on=alarm_of(ben))
    await ben.sees("If you take it over, Dora Finch is asked instead, and so learns of it.")
