"""The team, in chat: an administrator keeps the list, sees no consultation, and gives nobody a say in silence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.actions import ACTIONS
from bot.events import Event
from storage.records import Person
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_away import MONDAY
from tests.conversations.town import ONE_ENGINE, Town


async def opens_the_team(ewan: Resident) -> None:
    await ewan.opens_home()
    await ewan.presses("The team")
    ewan.goes_to_messages()
    await ewan.sees("# The team")


async def about(ewan: Resident, name: str, button: str, form: str) -> None:
    """From the list, which stays where it is once it was opened."""
    ewan.goes_to_messages()
    if ewan.title() != "The team":
        await opens_the_team(ewan)
    await ewan.chooses("Whom is it about?", name)
    await ewan.presses(button)
    await ewan.sees(f"# {form}", "999")


async def known(town: Town, name: str) -> Person:
    async with town.reading() as tx:
        return next(each for each in await tx.people.everybody() if each.name == name)


@SLACKS_OWN
async def test_an_administrator_adds_a_colleague_who_can_begin_at_once_and_the_lead_reads_who_gave_them_a_say(
    town: Town,
) -> None:
    ben, ewan, zoe = town.people("ben", "ewan", "zoe")
    await opens_the_team(ewan)
    await ewan.presses("Add a colleague")
    await ewan.sees("# Add a colleague")
    await ewan.fills("Name", "Zoe Hart")
    await ewan.ticks("Approver")
    await ewan.fills("Their id there", zoe.account.id)
    await ewan.submits()
    await ewan.sees("Zoe Hart is on the list.", "Zoe Hart: worker, approver, on ")

    await zoe.begins()
    await ben.opens_home()

    await ben.sees("Ewan Marsh gave Zoe Hart: approver", "Ewan Marsh gave Zoe Hart: one more account")
    person = await known(town, "Zoe Hart")
    assert person.handle == "zoe.hart"
    assert person.role == "worker"
    assert person.capabilities == {"may_approve"}
    async with town.reading() as tx:
        bodies = b"".join(entry.body for entry in await tx.ledger.entries())
    assert f'"by":"{await town.id_of("ewan")}"'.encode() in bodies.replace(b'": "', b'":"')


@ONE_ENGINE
async def test_whoever_gives_themselves_a_say_is_read_about_by_the_safeguarding_lead(town: Town) -> None:
    await town.changes("ewan", capabilities=["administrator"])
    await town.changes("femi", capabilities=["may_approve", "data_protection_lead"])
    ben, ewan = town.people("ben", "ewan")
    await about(ewan, "Ewan Marsh", "Change", "Change a colleague")

    await ewan.ticks("Approver")
    await ewan.submits()
    await ewan.sees("Ewan Marsh is changed.")
    await town.delivers()
    await ben.sees("# The list of people has changed", "gave themselves: approver", "07700 900105")
    await ben.opens_home()

    await ben.sees("Ewan Marsh gave themselves: approver")
    assert "given" in await town.ledger_kinds()


async def test_whoever_has_left_is_out_at_once_and_what_waited_for_them_or_was_theirs_goes_on(town: Town) -> None:
    amira, ben, ewan, femi = town.people("amira", "ben", "ewan", "femi")
    await femi.sends(stories.A_CHILD, of="Amira Osei")
    await town.delivers()
    reference = (await town.case()).reference
    await about(ewan, "Femi Adair", "Change", "Change a colleague")

    await ewan.chooses("Are they still here?", "No, they have left")
    await ewan.submits()
    await ewan.sees("Femi Adair has left. If anything of theirs was open, the lead has it now.")
    await town.delivers()

    await ben.reads("# This is yours now", "Femi Adair has left the charity, so this is yours now.")
    await femi.commands()
    await femi.reads("You are not on this charity's list of active people")
    await amira.sees("Ben Carver asks you to decide.")
    assert reference not in ewan.all() + ewan.screen()


@ONE_ENGINE
async def test_a_change_that_leaves_an_approval_nobody_could_give_is_refused_and_says_why(town: Town) -> None:
    ewan = town.person("ewan")
    await about(ewan, "Ewan Marsh", "Change", "Change a colleague")

    await ewan.ticks("Approver")  # which takes the tick away
    await ewan.submits()

    await ewan.reads("Nothing was changed: nobody could get AO")
    assert "may_approve" in (await known(town, "Ewan Marsh")).capabilities


@ONE_ENGINE
async def test_nobody_writes_over_what_another_administrator_has_just_changed(town: Town) -> None:
    ewan = town.person("ewan")
    await about(ewan, "Femi Adair", "Change", "Change a colleague")
    await town.changes("femi", telephone="07700 900199")

    await ewan.fills("Name", "Femi Adair-Cole")
    await ewan.submits()

    await ewan.reads("Nothing was changed. Open the form again.")
    assert (await known(town, "Femi Adair")).telephone == "07700 900199"


async def test_somebody_is_sent_away_and_back_as_they_would_do_it_themselves(town: Town) -> None:
    amira, ben, ewan, femi = town.people("amira", "ben", "ewan", "femi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await about(ewan, "Ben Carver", "Away or back", "Away or back")
    await ewan.chooses("Until when are they away?", MONDAY)
    await ewan.chooses("Who stands in for them?", "Femi Adair, worker")

    await ewan.submits()
    await ewan.sees("Ben Carver is away until 08:00 on Monday 23 November.")
    await town.delivers()
    await femi.reads("# Do you agree?")
    await about(ewan, "Ben Carver", "Away or back", "Away or back")
    await ewan.chooses("Until when are they away?", "They are back now")
    await ewan.submits()

    await ewan.sees("Ben Carver is back.")
    await ben.opens_home()
    await ben.sees("[I am away]")


@ONE_ENGINE
async def test_somebody_is_put_on_call_and_never_beside_another_at_the_same_time(town: Town) -> None:
    ewan, hana = town.people("ewan", "hana")
    await about(ewan, "Chidi Lowe", "On call", "On call")
    await ewan.chooses("For what?", "On-call trustee")
    await ewan.chooses("From which day?", "Friday 20 November")
    await ewan.chooses("From what time?", "02:00")
    await ewan.chooses("For how long?", "8 hours")

    await ewan.submits()
    await ewan.sees("Chidi Lowe is on call as on-call trustee from 02:00 on Friday 20 November.")
    await hana.types("on call")
    await hana.sees("Chidi Lowe", "On call until 10:00 on Friday 20 November")
    await about(ewan, "Chidi Lowe", "On call", "On call")
    await ewan.chooses("For what?", "On-call trustee")
    await ewan.chooses("From which day?", "Friday 20 November")
    await ewan.chooses("From what time?", "06:00")
    await ewan.submits()

    await ewan.sees("somebody is on call for this at that time already")
    async with town.reading() as tx:
        [shift] = await tx.rota.on_call(until=datetime(2026, 12, 1, tzinfo=UTC))
    assert (shift.starts, shift.ends) == (
        datetime(2026, 11, 20, 2, tzinfo=UTC),
        datetime(2026, 11, 20, 10, tzinfo=UTC),
    )


@ONE_ENGINE
@SLACKS_OWN
async def test_a_second_account_is_linked_and_whose_it_is_and_the_lead_read_so(town: Town) -> None:
    amira, ben, ewan, second = town.people("amira", "ben", "ewan", "amira.tablet")
    await about(ewan, "Amira Osei", "Accounts", "Accounts")
    await ewan.fills("Their id there", second.account.id)

    await ewan.submits()
    await ewan.sees("The accounts of Amira Osei are changed.")
    await amira.opens_home()
    await amira.sees("Ewan Marsh gave Amira Osei: one more account")
    await ben.opens_home()
    await ben.sees("Ewan Marsh gave Amira Osei: one more account")
    await second.types("home")

    await second.sees("# Confer")


@ONE_ENGINE
async def test_the_list_and_every_form_show_nothing_of_any_case(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    reference = (await town.case()).reference
    seen = ""
    for button, form in (
        ("Change", "Change a colleague"),
        ("Away or back", "Away or back"),
        ("Accounts", "Accounts"),
    ):
        await about(ewan, "Amira Osei", button, form)
        seen += ewan.screen()
        await ewan.closes()

    await opens_the_team(ewan)
    seen += ewan.screen() + ewan.all()

    assert reference not in seen
    assert "Do you agree?" not in seen
    assert "Waiting for" not in seen
    assert not ben.got_nothing()


@ONE_ENGINE
async def test_nobody_but_an_administrator_can_do_any_of_it_whatever_is_forged(town: Town) -> None:
    ben, femi = town.people("ben", "femi")
    await ben.opens_home()
    await femi.opens_home()
    before = await town.ledger_kinds()
    said = {"p": await town.id_of("femi")}
    fields = {
        "who": (said["p"],),
        "name": ("Femi",),
        "role": ("trustee",),
        "capabilities": ("administrator",),
        "until": ("tonight",),
        "user": ("U0MINE",),
    }

    for action in (each for each in ACTIONS if each.startswith("team")):
        for person in (ben, femi):
            event = Event(f"{action}{person}", town.who(person), action, carry=said, fields=fields)
            reply = await town.hears(event)
            assert "Only an administrator can change the list of people." in str(reply), action

    assert "The team" not in ben.screen() + femi.screen()
    assert [kind for kind in await town.ledger_kinds() if kind != "refused"] == before


@ONE_ENGINE
@pytest.mark.parametrize("name", ["Ewan Marsh"])
async def test_the_last_administrator_stays_one(name: str, town: Town) -> None:
    ewan = town.person("ewan")
    await about(ewan, name, "Change", "Change a colleague")

    await ewan.ticks("Administrator")
    await ewan.submits()

    await ewan.reads("Nobody would be left who can change this list here.")
    assert "administrator" in (await known(town, name)).capabilities
