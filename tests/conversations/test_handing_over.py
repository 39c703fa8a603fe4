"""An open consultation changes hands: by name, to a lead, or because somebody has left; and one human is one person."""

from __future__ import annotations

import asyncio

import pytest

from bot.cards import Correct
from bot.events import Event
from bot.leads.handing import KIND
from bot.organisation.charity import CharityError, charity_of
from bot.picture import look
from bot.team import colleagues
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, keeps_out
from tests.conversations.resident import Resident
from tests.conversations.sides import NOT_IN_THE_SANDBOX, on
from tests.conversations.test_approval import asked
from tests.conversations.test_away import leaves
from tests.conversations.test_moving_on import ON_POSTGRESQL
from tests.conversations.town import ONE_ENGINE, Town

OFF = "I am going off shift"


async def hands_over(person: Resident, to: str, why: str = OFF) -> None:
    await person.presses("Hand over")
    await person.sees("# Hand over", "999")
    await person.chooses("Who takes it over?", to)
    await person.chooses("Why?", why)
    await person.submits()


async def takes_over(lead: Resident, town: Town) -> None:
    """As the button of the board does it."""
    case = await town.case()
    await lead.presses("Press", on=lead.forges("take_over", c=case.id))
    await lead.sees("# Take this over", "From then on the next steps are yours.")
    await lead.submits()


async def open_requests(town: Town) -> dict[str, set[str]]:
    """Lane -> whom a request waits for that has not been passed on, by their id in the roster."""
    async with town.reading() as tx:
        names = {person.id: person.handle for person in await tx.people.everybody()}
        case = await town.case()
        requests = await tx.approvals.of(case.id)
        return {r.lane: {names[id] for id in r.asked - r.passed} for r in requests if r.state == "pending"}


# A worker hands over by name


@on("slack", "teams", engines=True)
async def test_a_worker_who_goes_off_shift_hands_over_by_name_and_it_goes_on_with_the_other(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    old = amira.card()

    await hands_over(amira, "Femi Adair")
    await amira.sees("Femi Adair has this from you", "07700 900106")
    await town.delivers()

    await femi.sees("# This is yours now", "Amira Osei has handed this over to you. They are going off shift.")
    assert "child" not in femi.screen().lower()
    await femi.presses("Open it")
    await femi.sees("Waiting for Ben Carver or Chidi Lowe to agree.")
    await ben.sees("Femi Adair asks you to decide.")
    await ben.agrees()
    await town.delivers()
    await femi.sees("Ben Carver agreed")
    await amira.presses("Take back and change", on=old)
    await amira.reads("This is somebody else's consultation. Only they can answer it.")
    assert "handed over" in await town.ledger_kinds()


@on("slack", "teams")
async def test_what_said_that_it_is_yours_is_the_case_itself_once_it_was_opened_and_says_so_never_again(
    town: Town,
) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await hands_over(amira, "Femi Adair")
    await town.delivers()
    await femi.presses("Open it")
    await femi.sees("Waiting for Ben Carver to agree.")

    await town.delivers()
    await ben.agrees()
    await town.delivers()

    await femi.sees("# What to do now", "Ben Carver agreed")
    assert "This is yours now" not in femi.all()
    async with town.reading() as tx:
        places = [post.message for post in await tx.posts.of((await town.case()).id) if post.message]
    assert len(places) == len(set(places)), "two cards stand in one message"


@on("slack", "teams")
async def test_a_message_that_led_to_the_card_is_not_sent_again_for_having_been_followed(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    notice = next(each for each in amira.account.messages() if "Open your card" in str(each))

    await amira.presses("Open your card", on=notice)
    await amira.sees("Write down what was done")
    had = len(amira.account.messages())
    await town.delivers()

    assert len(amira.account.messages()) == had


@ONE_ENGINE
async def test_whoever_held_it_once_never_decides_on_it_and_may_still_know(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await hands_over(amira, "Femi Adair")
    await town.delivers()
    async with town.reading() as tx:
        case = await town.case()
        book = town.books[case.book_id]
        picture = await look(tx, book, charity_of(await tx.organisations.current()), case)
    around, people = picture.around, {person.handle: person for person in picture.around.everybody}

    assert around.why_not(people["amira"]) == "You asked for this yourself. Somebody else has to decide it."
    assert not around.is_out(people["amira"])
    [request] = [each for each in picture.requests if each.state == "pending"]
    await amira.presses("Press", on=amira.forges("approve", c=case.id, r=request.id, f=request.fingerprint))
    await amira.reads("You asked for this yourself. Somebody else has to decide it.")
    await femi.presses("Press", on=femi.forges("approve", c=case.id, r=request.id, f=request.fingerprint))
    await femi.reads("This is your own request. Somebody else has to decide it.")


@ONE_ENGINE
async def test_what_waited_only_for_whoever_takes_it_over_goes_on_to_others(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    town.person("femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await hands_over(amira, "Femi Adair")
    await town.delivers()

    assert await open_requests(town) == {"child": {"ben", "chidi"}}
    await ben.sees("# Do you agree?", "Femi Adair asks you to decide.")


@ONE_ENGINE
async def test_whoever_decided_on_it_is_out_or_is_away_is_not_offered_and_a_forger_gets_nothing(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    await keeps_out(amira, "Joan Tully")
    await amira.presses("Hand over")
    await amira.sees("# Hand over")

    offered = amira.screen()

    assert "Femi Adair" in offered
    for nobody in ("Ben Carver", "Joan Tully", "Chidi Lowe", "Grace Pell"):
        assert nobody not in offered
    case = await town.case()
    for nobody in ("ben", "joan", "chidi", "grace", "amira"):
        fields = {"to": (await town.id_of(nobody),), "why": ("off_shift",)}
        carried = {"c": case.id, "v": str(case.version)}
        reply = await town.hears(Event(nobody, town.who(amira), "hand_over.confirm", carry=carried, fields=fields))
        assert reply == Correct({"to": "They cannot take it over any more. Choose somebody of the list."})
    assert await town.case() == case


# A lead takes over


async def test_a_lead_takes_over_and_the_worker_is_told_in_a_message_of_its_own(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()

    await takes_over(ben, town)
    await ben.reads("This is yours now. The next steps are on this card.")
    await town.delivers()

    await amira.reads("Ben Carver has taken this over from you")
    assert await open_requests(town) == {"child": {"chidi"}}
    await chidi.sees("# Do you agree?", "Ben Carver asks you to decide.")


@ONE_ENGINE
@pytest.mark.parametrize("handle", ["femi", "chidi"])
async def test_nobody_but_a_lead_takes_a_consultation_over(handle: str, town: Town) -> None:
    amira, other = town.people("amira", handle)
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    case = await town.case()
    await other.types("home")
    await other.sees("# Confer")

    await other.presses("Press", on=other.forges("take_over.confirm", c=case.id, v=str(case.version)))

    await other.reads("Only a safeguarding or data-protection lead can take a consultation over.")
    assert await town.case() == case


@ONE_ENGINE
async def test_a_lead_who_decided_does_not_hold_what_they_agreed_to(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await ben.agrees()
    await town.delivers()
    case = await town.case()

    await ben.presses("Press", on=ben.forges("take_over", c=case.id))

    await ben.reads("You have decided on this one. Somebody else has to take it over.")


@ONE_ENGINE
async def test_while_silenced_no_other_lead_takes_it_over(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()
    case = await town.case()
    await ewan.types("home")
    await ewan.sees("# Confer")

    await ewan.presses("Press", on=ewan.forges("take_over", c=case.id))
    await ewan.reads("Nothing is needed from you here.")
    await takes_over(ben, town)
    await town.delivers()

    await amira.reads("Ben Carver has taken this over from you")
    assert await town.case() != case


# Somebody leaves


@ONE_ENGINE
async def test_a_leavers_case_never_goes_to_somebody_who_decided_on_it_or_must_not_know(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await ben.agrees()
    await keeps_out(amira, "Chidi Lowe")

    said = await leaves(town, "amira")

    case = await town.case()
    assert case.requester_id not in [await town.id_of(handle) for handle in ("amira", "ben", "chidi")]
    assert case.requester_id == await town.id_of("dora")
    assert said == "Amira Osei has left. If anything of theirs was open, the lead has it now."


# One human, several accounts


@ONE_ENGINE
async def test_nobody_agrees_from_a_second_account_to_what_they_asked_for_from_the_first(town: Town) -> None:
    amira, second = town.people("amira", "amira.teams")
    office = town.process.office
    account = town.account(second)
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    async with town.reading() as tx:
        [request] = await tx.approvals.of((await town.case()).id)
    carried = {"c": request.consultation_id, "r": request.id, "f": request.fingerprint}

    said = await colleagues.linked(office.store, office.books, "amira", account, town.clock())
    await second.types("home")
    await second.sees("# Confer")
    await second.presses("Press", on=second.forges("approve", **carried))

    assert said == f"Amira Osei can be reached on {account[0]} as {account[2]}."
    await second.reads("This is your own request. Somebody else has to decide it.")
    assert await asked(town) == {"ben"}


@NOT_IN_THE_SANDBOX
async def test_an_account_is_never_linked_away_from_somebody_else_and_taken_away_it_is_a_strangers(town: Town) -> None:
    ben = town.person("ben")
    office, clock = town.process.office, town.clock
    account = town.account(ben)

    with pytest.raises(Exception, match="this account is Ben Carver's; take it away from them first"):
        await colleagues.linked(office.store, office.books, "amira", account, clock())
    said = await colleagues.unlinked(office.store, office.books, "ben", account, clock())
    await ben.commands()

    assert said == f"{account[2]} on {account[0]} is not Ben Carver's any more."
    await ben.reads("You are not on this charity's list of active people")


async def test_what_waited_only_for_an_account_that_is_taken_away_goes_on_and_shows_nothing_there(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    office = town.process.office
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.sees("# Do you agree?")

    account = town.account(ben)
    said = await colleagues.unlinked(office.store, office.books, "ben", account, town.clock())
    await town.delivers()

    assert said.endswith("is not Ben Carver's any more.")
    await chidi.sees("# Do you agree?")
    await ben.sees("Nothing is needed from you here.")
    assert KIND not in ben.screen()


# At one moment


@ON_POSTGRESQL
async def test_whoever_agrees_at_the_moment_it_is_handed_to_them_does_one_of_the_two(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    case, id = await town.case(), await town.id_of("femi")
    async with town.reading() as tx:
        [request] = await tx.approvals.of(case.id)
    agreeing = Event(
        "agrees",
        town.who(femi),
        "approve.confirm",
        carry={"c": case.id, "r": request.id, "f": request.fingerprint},
        fields={"reason": ("The risk is clear.",), "talked": ("yes",)},
    )
    handing = Event(
        "hands",
        town.who(amira),
        "hand_over.confirm",
        carry={"c": case.id, "v": str(case.version)},
        fields={"to": (id,), "why": ("off_shift",)},
    )

    await asyncio.gather(town.hears(agreeing), town.hears(handing))

    async with town.reading() as tx:
        decided = {decision.person_id for decision in (await tx.approvals.decisions(case.id)).values()}
        holder = (await tx.cases.get(case.id)).requester_id
    assert decided in ({id}, set())
    assert (holder == id) == (not decided)


@ON_POSTGRESQL
async def test_two_who_each_send_one_of_the_last_two_away_from_the_roster_do_not_both_do_it(town: Town) -> None:
    office = town.process.office
    async with town.changing() as tx:
        for person in await tx.people.everybody():
            keeps = person.handle in ("ewan", "femi")
            await tx.people.put(
                handle=person.handle,
                name=person.name,
                role=person.role,
                capabilities=person.capabilities - (set() if keeps or person.role == "trustee" else {"may_approve"}),
                active=person.active,
            )

    async def leave(handle: str) -> str:
        try:
            return await colleagues.changed(office.store, office.books, handle, {"active": "no"}, town.clock())
        except CharityError as wrong:
            return f"refused: {wrong}"

    said = await asyncio.gather(leave("femi"), leave("ewan"))

    async with town.reading() as tx:
        left = [person.handle for person in await tx.people.everybody() if person.active and person.can("may_approve")]
    assert any(each.startswith("refused: nobody could get") for each in said)
    assert {"femi", "ewan"} & set(left)
