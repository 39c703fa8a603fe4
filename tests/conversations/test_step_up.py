"""A second factor for the gravest, and a PIN: a code before a yes, never before a no, a notice, an emergency or 999."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import pyotp
import pytest

from bot.events import Event
from bot.organisation.charity import CharityError
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity
from bot.team.rescue import factor_reset
from tests.conversations import stories
from tests.conversations.resident import TALKED, Resident
from tests.conversations.sides import SLACKS_OWN, on
from tests.conversations.test_administering import opens_the_team
from tests.conversations.test_spoken import writes_down
from tests.conversations.town import ONE_ENGINE, Town
from tests.slack.workspace.server import Message

CHARITY = (SHIPPED_BOOKS.parent.parent / "bot" / "trial" / "charity.toml").read_text(encoding="utf-8")
A1 = '\n[step_up]\ncodes = ["A1"]\n'
SIX = "Your second factor: the six digits"
PIN = "246813"


async def demands(town: Town, more: str = A1) -> str:
    """The charity's file says so from now on; what the administrator reads."""
    said = await import_charity(town.process.office.store, CHARITY + more, town.clock(), town.books)
    town.clock.passes(seconds=6)  # what the dispatcher remembers of the charity
    return said


async def enrols(person: Resident, town: Town) -> tuple[pyotp.TOTP, list[str]]:
    """From the home page to a factor that counts; the app, and the recovery codes."""
    await person.opens_home()
    await person.presses("Your second factor")
    await person.sees("# Your second factor", "4. The six digits the app shows now")
    shown = person.screen()
    app = pyotp.TOTP(re.search(r"secret=([A-Z2-7]+)", shown)[1])  # type: ignore[index]
    recovery = re.findall(r"\b([2-9B-DF-HJKMNP-TV-XZ]{5} [2-9B-DF-HJKMNP-TV-XZ]{5})\b", shown)
    await person.fills("4. The six digits the app shows now", app.at(town.clock.now))
    await person.submits()
    person.goes_to_messages()
    await person.reads("Your second factor is set up.")
    town.clock.passes(seconds=30)
    return app, recovery


async def agrees_with(person: Resident, code: str) -> None:
    await person.presses("Approve", on=card_of(person, "Do you agree?"))
    await person.sees("# Your decision")
    await fills_in(person, code)


async def fills_in(person: Resident, code: str) -> None:
    await person.fills("Why do you agree?", "The risk is clear.")
    if f"[x] {TALKED}" not in person.screen() and f"(x) {TALKED}" not in person.screen():
        await person.ticks(TALKED)
    await person.fills(SIX, code)
    await person.submits()


def card_of(person: Resident, words: str) -> Message:
    return next(each for each in reversed(person.account.messages()) if words in str(each.blocks))


async def counts(town: Town) -> Mapping[str, int]:
    kinds = await town.ledger_kinds()
    return {kind: kinds.count(kind) for kind in kinds}


# A yes takes the code


@on("slack", "teams", engines=True)
async def test_a_yes_takes_the_six_digits_once_and_a_wrong_code_changes_nothing(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await demands(town)
    app, _ = await enrols(femi, town)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await agrees_with(femi, "000000" if app.at(town.clock.now) != "000000" else "111111")
    await femi.sees("That is not the right code. 4 tries left.")
    await town.delivers()
    assert "What to do now" not in amira.screen()
    await femi.fills(SIX, app.at(town.clock.now))
    await femi.submits()

    await femi.reads("Already decided: Femi Adair agreed to this")
    await town.delivers()
    await amira.sees("# What to do now")
    noted = await counts(town)
    assert (noted["wrong code"], noted["second factor given"], noted["approved"]) == (1, 1, 1)


@ONE_ENGINE
async def test_the_same_six_digits_do_not_count_twice(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await demands(town)
    app, _ = await enrols(femi, town)
    code = app.at(town.clock.now)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await agrees_with(femi, code)
    await femi.reads("Already decided")
    hana = town.person("hana")
    await hana.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await agrees_with(femi, code)

    await femi.sees("You used these six digits already.")
    assert (await counts(town))["approved"] == 1


async def test_after_five_wrong_codes_it_is_closed_says_until_when_and_a_no_still_goes(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await demands(town)
    app, _ = await enrols(femi, town)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    wrong = "000000" if "000000" not in {app.at(town.clock.now + timedelta(seconds=s)) for s in (-30, 0, 30)} else "7"
    await agrees_with(femi, wrong)
    for left in ("4 tries left", "3 tries left", "2 tries left", "1 try left"):
        await femi.sees(left)
        await femi.fills(SIX, wrong)
        await femi.submits()
    await femi.sees("Too many wrong codes. It opens again at", "ring Ben Carver (07700 900102)")
    await femi.fills(SIX, app.at(town.clock.now))
    await femi.submits()
    await femi.sees("Too many wrong codes.")
    await femi.closes()

    await femi.presses("Approve", on=card_of(femi, "Do you agree?"))
    await femi.reads("You can say no without a code.")
    await femi.presses("Decline", on=card_of(femi, "Do you agree?"))
    await femi.sees("# Your decision")
    assert SIX not in femi.screen()
    await femi.fills("Why not?", "There is another way.")
    await femi.ticks(TALKED)
    await femi.submits()
    await femi.reads("Already decided: Femi Adair said no to this")

    noted = await counts(town)
    assert (noted["wrong code"], noted["factor closed"], noted["declined"]) == (5, 1, 1)
    await femi.commands()
    await femi.sees("Could someone die or be badly hurt")
    await femi.presses("Yes, now")
    await femi.sees("999", "I have rung 999")


@ONE_ENGINE
async def test_it_opens_again_after_a_quarter_of_an_hour(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await demands(town)
    app, _ = await enrols(femi, town)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    id = await town.id_of("femi")
    async with town.changing() as tx:
        for _ in range(5):
            await tx.factors.wrong(id, "totp", limit=5, closed_for=timedelta(minutes=15))
    town.clock.passes(minutes=15, seconds=1)

    await agrees_with(femi, app.at(town.clock.now))

    await femi.reads("Already decided: Femi Adair agreed to this")


@ONE_ENGINE
async def test_whoever_has_none_reads_how_to_get_one_and_may_still_say_no(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await demands(town)
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    await amira.sees("Nobody can say yes yet: it takes a code from an app on their phone, and nobody has set that up.")
    await amira.asks_for_agreement(of="Femi Adair")
    await town.delivers()
    await femi.sees("To agree to this you need a second factor, and you have none yet.", "Your second factor")

    await femi.presses("Approve")
    await femi.reads("To agree to this you need a second factor, and you have none yet.")
    assert "Your decision" not in femi.screen()
    await femi.says_no()

    await femi.reads("Already decided: Femi Adair said no to this")


@ONE_ENGINE
async def test_a_recovery_code_works_once(town: Town) -> None:
    amira, femi, hana = town.people("amira", "femi", "hana")
    await demands(town)
    _, recovery = await enrols(femi, town)
    assert len(set(recovery)) == 8
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await agrees_with(femi, recovery[0].lower())
    await femi.reads("Already decided: Femi Adair agreed to this")
    await hana.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await agrees_with(femi, recovery[0])

    await femi.sees("That is not the right code.")
    assert (await counts(town))["recovery code used"] == 1
    assert await town.remembers(recovery[1], recovery[1].replace(" ", "")) == []


@ONE_ENGINE
async def test_what_was_agreed_by_phone_counts_and_its_confirmation_takes_the_code(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await demands(town)
    app, _ = await enrols(femi, town)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await writes_down(amira, "Femi Adair")
    await amira.sees("Femi Adair agreed by phone")
    await town.delivers()

    await femi.presses("Yes, I agreed", on=card_of(femi, "Did you agree?"))
    await femi.sees("# Yes, I agreed", SIX)
    await femi.fills(SIX, app.at(town.clock.now))
    await femi.submits()

    await femi.reads("Thank you. Your answer is in the record.")
    assert (await counts(town))["agreement confirmed"] == 1


@ONE_ENGINE
async def test_what_nobody_may_stop_goes_on_without_a_code(town: Town) -> None:
    amira = town.person("amira")
    await demands(town, '\n[step_up]\ncodes = ["A1", "A2"]\n')

    await amira.begins()
    await amira.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)
    await amira.presses("Go on with this")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "Only what was said, in the same words.")
    await amira.submits()

    await amira.sees("Nobody may stop or delay it.")


# The settings


@ONE_ENGINE
async def test_the_file_and_the_leads_home_page_say_when_nobody_could_agree(town: Town) -> None:
    ben, femi, amira = town.people("ben", "femi", "amira")

    said = await demands(town)

    assert "A1 " in said
    assert "nobody has set one up" in said
    await ben.opens_home()
    await ben.sees("takes a second factor, and nobody has set one up.")
    await enrols(femi, town)
    await town.delivers()
    await ben.reads("# A second factor was set up", "Femi Adair has set up a second factor.")
    await enrols(amira, town)
    await ben.opens_home()
    await ben.account.workspace.until(lambda: "takes a second factor" not in ben.screen(), "the warning stays")


@ONE_ENGINE
@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('\n[step_up]\ncodes = ["AN"]\n', "nobody agrees to AN"),
        ('\n[step_up]\ncodes = ["Q7"]\n', "no approval 'Q7'"),
        ('\n[step_up]\noutcomes = ["nonsense"]\n', "no outcome 'nonsense'"),
        ("\n[step_up]\noutcomes = 3\n", "must be a list"),
        ("\n[pin]\nminutes = 0\n", "from 1 to 1440"),
    ],
)
async def test_a_setting_that_means_nothing_is_refused(town: Town, more: str, why: str) -> None:
    with pytest.raises(CharityError, match=why):
        await demands(town, more)


# The PIN


async def sets_a_pin(person: Resident, pin: str = PIN) -> None:
    await person.opens_home()
    await person.presses("Your PIN")
    await person.sees("# Your PIN")
    await person.fills("A new PIN", pin)
    await person.fills("The same once more", pin)
    await person.submits()
    person.goes_to_messages()
    await person.reads("Your PIN is set.")


async def test_a_pin_is_asked_before_a_case_opens_or_is_decided_and_lasts_ten_minutes(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sets_a_pin(femi)
    town.clock.passes(minutes=11)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    reference = (await town.case()).reference

    await femi.opens_home()
    await femi.presses(f"Decide {reference}")
    await femi.sees("# Your PIN", "No PIN is needed for that.", "999")
    await femi.fills("Your PIN", "135792")
    await femi.submits()
    await femi.sees("That is not your PIN. 4 tries left.")
    await femi.fills("Your PIN", PIN)
    await femi.submits()
    femi.goes_to_messages()
    await femi.sees("# Do you agree?")
    await femi.agrees()

    await femi.reads("Already decided: Femi Adair agreed to this")
    town.clock.passes(minutes=11)
    await femi.opens_home()
    assert (await counts(town))["wrong code"] == 1
    assert await town.remembers(PIN) == []


@ONE_ENGINE
async def test_a_decision_asks_for_the_pin_and_then_opens_its_form(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await sets_a_pin(femi)
    town.clock.passes(minutes=11)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await femi.presses("Decline", on=card_of(femi, "Do you agree?"))
    await femi.sees("# Your PIN")
    await femi.fills("Your PIN", PIN)
    await femi.submits()
    await femi.sees("# Your decision", "Why not?")
    town.clock.passes(minutes=41)
    await femi.fills("Why not?", "There is another way.")
    await femi.ticks(TALKED)
    await femi.submits()

    await femi.sees("Your PIN is needed again.")
    assert "declined" not in await town.ledger_kinds()


@ONE_ENGINE
@SLACKS_OWN
async def test_nothing_of_an_emergency_waits_for_a_pin_not_even_a_closed_one(town: Town) -> None:
    ben, femi = town.people("ben", "femi")
    await sets_a_pin(femi)
    id = await town.id_of("femi")
    async with town.changing() as tx:
        for _ in range(5):
            await tx.factors.wrong(id, "pin", limit=5, closed_for=timedelta(minutes=15))

    await femi.begins()
    await femi.presses("No")
    await femi.reads("Too many wrong PINs. It opens again at", "999 needs no PIN.")
    await femi.presses("Yes, now", on=card_of(femi, "Yes, now"))
    await femi.sees("999", "[I have rung 999]")
    await town.until(lambda: _alarmed(town))
    await town.delivers()
    await ben.reads("# Please ring your colleague", "Femi Adair was told to ring 999.")
    await femi.presses("I have rung 999")
    await femi.sees("# Could any of these be true?")


async def _alarmed(town: Town) -> bool:
    return "emergency card shown" in await town.ledger_kinds()


@ONE_ENGINE
async def test_the_checklist_goes_on_after_the_pin_with_the_answer_that_was_pressed(town: Town) -> None:
    femi = town.person("femi")
    await sets_a_pin(femi)
    town.clock.passes(minutes=11)
    await femi.begins()

    await femi.presses("No")
    await femi.sees("# Your PIN")
    await femi.fills("Your PIN", PIN)
    await femi.submits()

    await femi.sees("# Could any of these be true?")
    town.clock.passes(minutes=11)
    await femi.answers({screen: answer for screen, answer in stories.A_CHILD.items() if screen != stories.FIRST})
    await femi.sees("[Ask for agreement]")  # no PIN in the middle of it, also where the answer is a no


@ONE_ENGINE
async def test_the_emergency_card_opens_from_the_home_page_without_a_pin(town: Town) -> None:
    femi = town.person("femi")
    await sets_a_pin(femi)
    town.clock.passes(minutes=11)
    await femi.begins()
    await femi.presses("Yes, now")
    await femi.sees("[I have rung 999]")

    await femi.opens_home()
    await femi.presses("Open")
    femi.goes_to_messages()

    await femi.sees("[I have rung 999]")
    assert "# Your PIN" not in femi.screen()


@ONE_ENGINE
async def test_within_hours_is_never_stopped_by_a_pin(town: Town) -> None:
    femi = town.person("femi")
    await sets_a_pin(femi)
    town.clock.passes(minutes=11)
    await femi.begins()

    await femi.presses("Not now, but within hours")

    await femi.sees("# Could any of these be true?")


@ONE_ENGINE
async def test_where_the_charity_demands_a_pin_it_is_set_first(town: Town) -> None:
    femi = town.person("femi")
    await demands(town, "\n[pin]\ndemanded = true\nminutes = 5\n")
    await femi.begins()

    await femi.presses("No")
    await femi.sees("# Your PIN", "Your charity asks everybody for a PIN.")
    await femi.fills("A new PIN", "123456")
    await femi.fills("The same once more", "123456")
    await femi.submits()
    await femi.sees("not in order such as 123456")
    await femi.fills("A new PIN", PIN)
    await femi.fills("The same once more", PIN)
    await femi.submits()

    await femi.sees("# Could any of these be true?")


@ONE_ENGINE
async def test_an_administrator_takes_a_lost_factor_and_pin_away_and_the_lead_is_told(town: Town) -> None:
    ben, femi = town.people("ben", "femi")
    await demands(town)
    await enrols(femi, town)
    await sets_a_pin(femi)

    said = await factor_reset(town.process.office.store, "femi", town.clock())
    await town.delivers()

    assert "Femi Adair has no second factor and no PIN any more." in said
    await ben.reads("# A second factor was taken away", "Femi Adair")
    await femi.reads("# Your second factor is gone")
    assert (await counts(town))["factor reset"] == 1


@ONE_ENGINE
async def test_the_pin_stands_before_a_word_by_phone_the_board_and_what_else_the_owner_does(town: Town) -> None:
    ben, femi = town.people("ben", "femi")
    await femi.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await sets_a_pin(femi)
    await sets_a_pin(ben)
    town.clock.passes(minutes=11)
    case = await town.case()

    await femi.presses("They agreed by phone", on=card_of(femi, "They agreed by phone"))
    await femi.sees("# Your PIN")
    assert "Who agreed?" not in femi.screen()
    await femi.fills("Your PIN", f"{PIN[:3]} {PIN[3:]}")
    await femi.submits()
    await femi.sees("# They agreed by phone", "Who agreed?")
    await femi.closes()
    town.clock.passes(minutes=11)
    for action in ("withdraw", "record", "depart", "bar", "close"):
        await femi.presses("Press", on=femi.forges(action, c=case.id, v=str(case.version)))
        await femi.sees("# Your PIN")
        await femi.closes()
    await ben.presses("Press", on=ben.forges("board"))
    await ben.sees("# Your PIN")
    assert case.reference not in ben.screen()


@ONE_ENGINE
async def test_what_was_done_about_a_danger_is_written_down_without_a_pin(town: Town) -> None:
    femi = town.person("femi")
    await sets_a_pin(femi)
    town.clock.passes(minutes=11)
    await femi.begins()
    await femi.presses("Yes, now")
    await femi.sees("[I have rung 999]")
    await femi.presses("I have rung 999")
    await femi.sees("# Could any of these be true?")
    case = await town.case()

    await femi.presses("Press", on=femi.forges("record", c=case.id, v=str(case.version)))

    await femi.sees("# What was done", "Did you ring 999?")
    assert "# Your PIN" not in femi.screen()


@ONE_ENGINE
async def test_after_the_pin_an_administrator_is_at_the_form_of_whoever_they_chose(town: Town) -> None:
    ewan = town.person("ewan")
    await sets_a_pin(ewan)
    await opens_the_team(ewan)
    town.clock.passes(minutes=11)
    edits = ewan.card().edits

    await ewan.presses("Change")
    await ewan.sees("# Your PIN")
    await ewan.fills("Your PIN", PIN)
    await ewan.submits()
    await ewan.closes()
    await ewan.account.workspace.until(lambda: ewan.card().edits > edits, "the card is not drawn again")
    await ewan.sees("# The team")  # nobody was chosen: the card again, to choose on
    town.clock.passes(minutes=11)
    await ewan.chooses("Whom is it about?", "Femi Adair")
    await ewan.presses("Change")
    await ewan.sees("# Your PIN")
    await ewan.fills("Your PIN", PIN)
    await ewan.submits()

    await ewan.sees("# Change a colleague", "Femi Adair")


@ONE_ENGINE
async def test_a_secret_that_nobody_proved_is_another_one_after_a_quarter_of_an_hour(town: Town) -> None:
    femi = town.person("femi")
    await demands(town)
    secrets = []

    for minutes in (1, 16, 0):
        await femi.opens_home()
        await femi.presses("Your second factor")
        await femi.sees("# Your second factor", "secret=")
        secrets.append(re.search(r"secret=([A-Z2-7]+)", femi.screen())[1])  # type: ignore[index]
        await femi.closes()
        femi.goes_to_messages()
        town.clock.passes(minutes=minutes)

    assert secrets[0] == secrets[1] != secrets[2]


@ONE_ENGINE
@pytest.mark.parametrize(("digits", "alarm"), [("999 123", False), ("112 233", False), ("999", True), ("112", True)])
async def test_six_digits_with_a_gap_are_a_code_and_999_alone_still_brings_the_card(
    town: Town, digits: str, alarm: bool
) -> None:
    amira, femi = town.people("amira", "femi")
    await demands(town)
    await enrols(femi, town)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await agrees_with(femi, digits)

    if alarm:
        await femi.reads("What you typed may mean someone is in danger.")
    else:
        await femi.sees("That is not the right code.")
        assert "may mean someone is in danger" not in femi.all() + femi.screen()


@ONE_ENGINE
async def test_an_administrator_takes_a_forgotten_pin_away_in_chat_and_nobody_takes_away_their_own(town: Town) -> None:
    ben, ewan, femi = town.people("ben", "ewan", "femi")
    await sets_a_pin(femi)
    await opens_the_team(ewan)
    await ewan.chooses("Whom is it about?", "Ewan Marsh")
    await ewan.presses("Take away a lost PIN")
    await ewan.reads("Another administrator has to take away your own")

    await opens_the_team(ewan)
    await ewan.chooses("Whom is it about?", "Femi Adair")
    await ewan.presses("Take away a lost PIN")
    await ewan.reads("Femi Adair has no second factor and no PIN any more.")
    await town.delivers()

    await ben.reads("Ewan Marsh has taken away Femi Adair's second factor and PIN.")
    await femi.reads("# Your second factor is gone")
    id = await town.id_of("femi")
    event = Event("", town.who(femi), "factor.reset", fields={"who": (await town.id_of("ewan"),)})
    assert "Only an administrator" in str(await town.hears(event))
    assert (await counts(town))["factor reset"] == 1
    async with town.reading() as tx:
        assert await tx.factors.of(id, "pin") is None
