"""A phone in the wrong hands: hide one card, lock a colleague out, let them in again; and 999 stays open to all."""

from __future__ import annotations

import pytest

from bot.events import Event
from bot.organisation.tables import CharityError
from bot.team.rescue import unlocked
from bot.telling import refresh
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE
from tests.conversations.town import ONE_ENGINE, Town
from tests.slack.workspace.server import Message

LOCKED = "# This account is locked"
WHY = "Somebody said that this phone is lost"


async def says_the_phone_is_lost(person: Resident, who: str) -> None:
    await person.opens_home()
    await person.presses("Phone lost")
    await person.sees("# Phone lost")
    await person.chooses("Whose phone is lost?", who)
    await person.submits()
    person.goes_to_messages()


@EVERYWHERE
async def test_a_locked_account_goes_small_decides_nothing_and_what_waited_for_it_goes_on(town: Town) -> None:
    amira, ben, femi, hana = town.people("amira", "ben", "femi", "hana")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.sees("# Do you agree?")
    old = femi.card()
    before = await town.state()

    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()

    await femi.reads(LOCKED, WHY)
    await femi.account.opens_home()
    await femi.sees(LOCKED)
    femi.goes_to_messages()
    assert "Do you agree?" not in femi.all()
    assert (await town.case()).reference not in femi.all()
    await ben.reads(
        "# A colleague is locked out", "Hana Reed said at 02:14 on 20 November that Femi Adair's phone is lost."
    )
    await ben.reads("# Do you agree?")
    changed = await town.state()
    await femi.presses("Approve", on=old)
    await femi.sees(LOCKED)
    assert await town.state() == changed != before
    kinds = await town.ledger_kinds()
    assert kinds.count("account locked") == 1
    assert "asked next" in kinds


@ONE_ENGINE
async def test_999_and_someone_is_in_danger_work_on_a_locked_account_and_show_nothing_of_a_case(town: Town) -> None:
    femi, ben, hana = town.people("femi", "ben", "hana")
    await femi.sends(stories.A_CHILD, of="Ewan Marsh")
    await town.delivers()
    sent = await town.case()
    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()
    await femi.sees(LOCKED)

    await femi.presses("Someone is in danger")
    await femi.sees("999", "We tell the people on duty that someone is in danger.")
    await town.delivers()

    await ben.reads("# Please ring your colleague", "Femi Adair was told to ring 999.", "do not trust the number")
    assert sent.reference not in femi.all()
    assert "Pressed by mistake" not in femi.all() + femi.screen()
    first, second = await town.cases()
    assert (first.version, first.answers) == (sent.version, sent.answers)
    assert second.requester_id == first.requester_id


@ONE_ENGINE
async def test_a_locked_account_that_types_a_cry_for_help_gets_the_emergency_card(town: Town) -> None:
    femi, hana = town.people("femi", "hana")
    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()

    await femi.types("he is going to kill her now")
    await femi.sees("999", "Yes, someone is in danger")
    await femi.presses("Yes, someone is in danger")

    await femi.sees("We tell the people on duty that someone is in danger.")
    # One is the message that they were locked out: nothing else pushed the emergency card away.
    assert femi.all().count(LOCKED) == 1


@ONE_ENGINE
async def test_pressing_danger_again_at_once_opens_no_second_case_and_still_shows_999(town: Town) -> None:
    femi, hana = town.people("femi", "hana")
    await says_the_phone_is_lost(hana, "Femi Adair")
    await town.delivers()
    await femi.sees(LOCKED)
    alarm = femi.card()
    await femi.presses("Someone is in danger", on=alarm)
    await femi.sees("We tell the people on duty")

    await femi.presses("Someone is in danger", on=alarm)
    await femi.sees("We tell the people on duty")

    assert len(await town.cases()) == 1
    town.clock.passes(minutes=11)
    await femi.presses("Someone is in danger", on=alarm)
    await town.until(lambda: _has(town, 2))


async def _has(town: Town, count: int) -> bool:
    return len(await town.cases()) == count


@ONE_ENGINE
async def test_an_administrator_lets_them_in_again_and_their_cards_come_back(town: Town) -> None:
    amira, ben, ewan, femi, hana = town.people("amira", "ben", "ewan", "femi", "hana")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()
    await femi.reads(LOCKED)

    await ewan.presses("Let Femi in again")
    await ewan.reads("Femi Adair is in again.")
    await town.delivers()

    await femi.reads("# You are in again", "# Do you agree?")
    await ben.reads("# Femi Adair is in again", "Ewan Marsh has let Femi Adair in again.")
    await femi.presses("Approve", on=_card_with(femi, "Do you agree?"))
    await femi.sees("# Your decision")
    assert (await town.ledger_kinds()).count("account unlocked") == 1


def _card_with(person: Resident, words: str) -> Message:
    return next(m for m in person.account.messages() if words in str(m.blocks))


@ONE_ENGINE
async def test_only_an_administrator_lets_somebody_in(town: Town) -> None:
    ben, hana = town.people("ben", "hana")
    await says_the_phone_is_lost(hana, "Femi Adair")
    await town.delivers()
    await ben.reads("# A colleague is locked out")

    assert "Let Femi in again" not in ben.all()
    event = Event("", town.who(ben), "unlock", carry={"p": await town.id_of("femi")})
    await town.hears(event)

    assert "account unlocked" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_whoever_locked_out_three_colleagues_locks_out_no_fourth(town: Town) -> None:
    hana = town.person("hana")
    for name in ("Femi Adair", "Amira Osei", "Iris Vale"):
        await says_the_phone_is_lost(hana, name)
        await hana.reads(f"{name} is locked out.")

    await says_the_phone_is_lost(hana, "Ben Carver")

    await hana.sees("You have locked out 3 colleagues.")
    assert (await town.ledger_kinds()).count("account locked") == 3


@ONE_ENGINE
async def test_the_leads_read_what_nobody_can_agree_to_any_more(town: Town) -> None:
    chidi, hana = town.people("chidi", "hana")

    await says_the_phone_is_lost(hana, "Ewan Marsh")
    await hana.reads("Ewan Marsh is locked out.")
    await town.delivers()

    await chidi.reads("Ewan Marsh's phone is lost.", "nobody could get AO")


@ONE_ENGINE
async def test_a_hidden_card_shows_its_reference_only_through_every_redraw_until_it_is_opened(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    case = await town.case()
    reference = case.reference

    await amira.presses("Hide this")
    await amira.sees(f"# Case {reference}", "Hidden. Nothing has changed.", "999")
    await femi.presses("Hide this")
    await femi.sees(f"# Case {reference}", "Hidden. Nothing has changed.", "999")
    await femi.opens_home()
    await femi.presses(f"Decide {reference}")
    femi.goes_to_messages()
    await femi.sees("# Do you agree?")
    await femi.agrees()
    await town.delivers()

    await amira.reads("Hidden. Nothing has changed.", "You can go on now: open your card, it says how.")
    assert "Tell children's social care" not in amira.all()
    await amira.presses("Open")
    await amira.sees("# What to do now")
    async with town.changing() as tx:
        await refresh(tx, await tx.cases.get(case.id))
    await town.delivers()
    assert "# What to do now" in amira.screen()


@ONE_ENGINE
async def test_somebody_may_lock_out_their_own_account_and_is_let_in_from_the_command_line(town: Town) -> None:
    ben, hana = town.people("ben", "hana")
    await says_the_phone_is_lost(hana, "Hana Reed: my own phone")
    await hana.reads(LOCKED)
    await town.delivers()
    await ben.reads("Hana Reed said at 02:14 on 20 November that Hana Reed's phone is lost.")

    said = await unlocked(town.process.office.store, "hana", town.clock())
    await town.delivers()

    assert said == "Hana Reed is in again."
    await hana.reads("# You are in again", "Whoever keeps the roster has let you in again.")
    await hana.opens_home()
    with pytest.raises(CharityError, match="nobody on the roster"):
        await unlocked(town.process.office.store, "nobody", town.clock())


# What others read while the worker is locked out

FEMI = "07700 900106"
LOST = "Somebody said that Femi Adair's phone is lost. Find them another way, and do not trust the number."


@ONE_ENGINE
async def test_nobody_is_told_to_ring_a_lost_phone_and_every_copy_says_so_until_they_are_in_again(town: Town) -> None:
    femi, ben, ewan, hana = town.people("femi", "ben", "ewan", "hana")
    await femi.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await ben.sees("# Do you agree?", FEMI)

    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()

    await ben.reads(LOST, "Talk to them first, another way.")
    assert FEMI not in ben.all()
    await ben.presses("Approve", on=_card_with(ben, "Do you agree?"))
    await ben.sees("# Your decision", LOST)
    await ben.closes()
    await ben.presses("Ask", on=_card_with(ben, "Do you agree?"))
    await ben.sees("# Ask the worker", LOST)
    assert FEMI not in ben.screen()
    await ben.closes()
    town.clock.passes(minutes=31)
    await town.delivers()
    town.clock.passes(minutes=31)
    await town.delivers()
    await ben.reads("Nobody has decided this since", "Please find the worker now, another way")
    await ben.opens_home()
    await ben.presses("Everything open")
    ben.goes_to_messages()
    await ben.sees("# Everything open")
    await ben.presses("Open")
    await ben.sees("# Case", LOST, "Femi Adair")
    assert FEMI not in ben.screen()
    ben.goes_to_messages()
    assert FEMI not in ben.all()
    await ewan.presses("Let Femi in again", on=_card_with(ewan, "Let Femi in again"))
    await ewan.reads("Femi Adair is in again.")
    await town.delivers()
    assert FEMI in ben.all()


@ONE_ENGINE
async def test_a_word_of_999_that_carries_its_unrecorded_yes_is_an_alarm_of_a_locked_account(town: Town) -> None:
    femi, ben, hana = town.people("femi", "ben", "hana")
    await femi.sends(stories.A_CHILD, of="Ewan Marsh")
    text = town.books[(await town.case()).book_id].emergency
    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()
    before = len(await town.cases())
    rung = {"c": (await town.case()).id, "v": "1", "q": text.called, "a": "yes", "e": text.values[0]}

    await femi.presses("Press", on=femi.forges("answer", **rung))
    await femi.sees("We tell the people on duty that someone is in danger.")
    await town.delivers()

    await ben.reads("# Please ring your colleague", "Femi Adair was told to ring 999.", LOST)
    assert FEMI not in ben.all()
    assert len(await town.cases()) == before + 1


@ONE_ENGINE
async def test_where_no_administrator_is_left_the_safeguarding_lead_lets_them_in(town: Town) -> None:
    ben, chidi, ewan, hana = town.people("ben", "chidi", "ewan", "hana")
    await says_the_phone_is_lost(hana, "Ewan Marsh")
    await hana.reads("Ewan Marsh is locked out.")
    await town.delivers()
    await ewan.reads(LOCKED, "To unlock it, ring your safeguarding lead.", "07700 900102")
    assert "can unlock it" not in ewan.all()
    await chidi.reads("Ben Carver can let them in again. No administrator is left who could.")
    assert "Let Ewan in again" not in chidi.all()

    await ben.presses("Let Ewan in again", on=_card_with(ben, "Let Ewan in again"))
    await ben.reads("Ewan Marsh is in again.")
    await town.delivers()

    await ewan.reads("# You are in again")
    assert (await town.ledger_kinds()).count("account unlocked") == 1


@ONE_ENGINE
async def test_the_lead_who_locked_the_only_administrator_does_not_let_them_in(town: Town) -> None:
    ben, chidi = town.people("ben", "chidi")
    await says_the_phone_is_lost(ben, "Ewan Marsh")
    await ben.reads("Ewan Marsh is locked out.")
    await town.delivers()
    await chidi.reads("Nobody here can let them in again. Whoever runs the bot can: python -m bot people unlock.")

    await town.hears(Event("", town.who(ben), "unlock", carry={"p": await town.id_of("ewan")}))

    await ben.opens_home()
    await ben.sees("Locked out: phone lost")
    assert "Let Ewan in again" not in ben.screen()
    assert "account unlocked" not in await town.ledger_kinds()


@ONE_ENGINE
async def test_the_leads_are_asked_to_check_what_the_lost_phone_did_before_the_lock(town: Town) -> None:
    amira, ben, femi, hana = town.people("amira", "ben", "femi", "hana")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await femi.reads("Already decided")
    reference = (await town.case()).reference

    await says_the_phone_is_lost(hana, "Femi Adair")
    await hana.reads("Femi Adair is locked out.")
    await town.delivers()

    await ben.reads("Check now what was asked, agreed or refused from Femi Adair's account today.")
    assert reference not in str(_card_with(ben, "Check now").blocks)


@ONE_ENGINE
async def test_a_question_to_the_worker_can_be_hidden_and_opened_again(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Ask")
    await femi.sees("# Ask the worker")
    await femi.fills("What do you want to know?", "Since when?")
    await femi.submits()
    await femi.reads("You asked Amira Osei something")
    await town.delivers()
    await amira.reads("# Somebody asks you something")

    await amira.presses("Hide this", on=_card_with(amira, "Somebody asks you something"))
    await amira.sees("Hidden. Nothing has changed.", "999")
    assert "Somebody asks you something" not in amira.all()
    async with town.changing() as tx:
        await refresh(tx, await tx.cases.get((await town.case()).id))
    await town.delivers()
    assert "Somebody asks you something" not in amira.all()
    await amira.presses("Open", on=_card_with(amira, "Hidden. Nothing has changed."))

    await amira.sees("# Somebody asks you something", "[Read it and answer]")
