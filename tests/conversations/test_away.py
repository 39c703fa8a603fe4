"""Who is reached: on shift first, nobody who is away while somebody else is here, and always somebody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.cards import Aside, Correct, Show
from bot.events import Event
from bot.team.colleagues import changed
from storage.records import Shift
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.test_approval import asked, may_be_asked
from tests.conversations.town import NIGHT, ONE_ENGINE, Town

MONDAY = "Next Monday: Monday 23 November, 08:00"  # it is Friday 20 November, 02:14


async def goes_away(person: Resident, until: str = MONDAY, *, stand_in: str = "") -> None:
    """From the home page, to the home page that says so."""
    await person.opens_home()
    await person.presses("I am away")
    await person.sees("# I am away")
    await person.chooses("Until when?", until)
    if stand_in:
        await person.chooses("Who stands in for you?", stand_in)
    await person.submits()
    await person.opens_home()
    await person.sees("You are away until", "[I am back]")


async def is_away(town: Town, *handles: str, stand_in: str = "") -> None:
    """As an administrator notes it: for ten days."""
    ids = {handle: await town.id_of(handle) for handle in (*handles, *filter(None, (stand_in,)))}
    async with town.changing() as tx:
        for handle in handles:
            until = tx.now + timedelta(days=10)
            await tx.rota.away(ids[handle], until=until, stand_in=ids.get(stand_in), by="command line")


async def is_on_shift(town: Town, handle: str, duty: str, *, hours: float = 6) -> None:
    id = await town.id_of(handle)
    async with town.changing() as tx:
        until = tx.now + timedelta(hours=hours)
        await tx.rota.replace([Shift(duty, id, tx.now, until)], since=tx.now)


async def leaves(town: Town, handle: str) -> str:
    """What `people set ID --active no` does, and says."""
    office = town.process.office
    return await changed(office.store, office.books, handle, {"active": "no"}, town.clock())


# Going away and coming back


@ONE_ENGINE
async def test_somebody_says_until_when_they_are_away_and_who_stands_in_and_is_back_with_one_press(town: Town) -> None:
    ben = town.person("ben")

    await goes_away(ben, stand_in="Femi Adair")
    await ben.sees(
        "You are away until 08:00 on Monday 23 November. Femi Adair stands in, but not as safeguarding lead."
    )
    await ben.presses("I am back")

    await ben.reads("Welcome back. You are asked again.", "[I am away]")
    assert [kind for kind in await town.ledger_kinds() if kind in ("away", "back")] == ["away", "back"]


@ONE_ENGINE
async def test_a_stand_in_reads_for_whom_until_when_and_what_is_not_theirs(town: Town) -> None:
    ben, femi = town.people("ben", "femi")

    await goes_away(ben, stand_in="Femi Adair")
    await town.delivers()

    await femi.reads("# You stand in for a colleague", "Ben Carver is away until 08:00 on Monday 23 November.")
    await femi.reads("You are not asked as safeguarding lead: others with that duty are.")


@ONE_ENGINE
async def test_whoever_is_away_until_tonight_is_back_at_eight_without_a_press(town: Town) -> None:
    ben = town.person("ben")
    await goes_away(ben, "Tonight, 20:00")

    town.clock.passes(hours=18)
    await ben.opens_home()

    await ben.sees("[I am away]")


@ONE_ENGINE
async def test_another_day_has_to_be_named(town: Town) -> None:
    ben = town.person("ben")
    await ben.opens_home()
    await ben.presses("I am away")
    await ben.sees("# I am away")
    await ben.chooses("Until when?", "Another day")

    await ben.submits()
    await ben.sees("Please choose a day of the list.")
    await ben.chooses("Which other day are you back?", "Wednesday 2 December, 08:00")
    await ben.submits()

    await ben.opens_home()
    await ben.sees("You are away until 08:00 on Wednesday 2 December.")


@ONE_ENGINE
async def test_a_form_of_this_afternoon_cannot_say_tonight_at_night(town: Town) -> None:
    ben = town.person("ben")
    await ben.opens_home()
    await ben.presses("I am away")
    await ben.sees("# I am away")
    await ben.chooses("Until when?", "Tonight, 20:00")
    town.clock.passes(hours=19)

    await ben.submits()

    await ben.sees("This evening has come already.")


@ONE_ENGINE
async def test_whoever_has_no_duty_has_nothing_to_be_away_from(town: Town) -> None:
    hana = town.person("hana")

    await hana.opens_home()

    assert "I am away" not in hana.screen()


# Who is asked


@ONE_ENGINE
async def test_who_is_away_is_not_asked_and_their_stand_in_is(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await is_away(town, "ben", stand_in="femi")

    await amira.sends(stories.A_CHILD)
    await town.delivers()

    assert await asked(town) == {"chidi", "femi"}
    await femi.sees("# Do you agree?")


@ONE_ENGINE
async def test_a_stand_in_may_only_give_what_their_own_role_allows(town: Town) -> None:
    amira = town.person("amira")
    await is_away(town, "ben", stand_in="femi")

    await amira.sends(stories.HEARD_OF_A_WEAPON)

    assert await asked(town) == {"chidi"}


@ONE_ENGINE
@pytest.mark.parametrize("loop", ["ben", "chidi"])
async def test_stand_ins_that_go_round_in_a_circle_end_with_somebody_else(loop: str, town: Town) -> None:
    amira = town.person("amira")
    await is_away(town, "ben", stand_in=loop)
    await is_away(town, "chidi", stand_in="ben")

    await amira.sends(stories.A_CHILD)

    assert await asked(town) == {"dora", "ewan", "femi", "iris", "joan"}


@ONE_ENGINE
async def test_whoever_is_on_shift_is_asked_first(town: Town) -> None:
    amira = town.person("amira")
    await town.changes("ewan", capabilities=["may_approve", "safeguarding_lead"])
    await is_on_shift(town, "ewan", "safeguarding_lead")

    await amira.sends(stories.A_CHILD)

    assert await asked(town) == {"chidi", "ewan"}


@ONE_ENGINE
async def test_in_a_hole_of_the_rota_those_with_the_duty_are_asked(town: Town) -> None:
    amira = town.person("amira")
    await town.changes("ewan", capabilities=["may_approve", "safeguarding_lead"])
    await is_on_shift(town, "ewan", "safeguarding_lead")
    town.clock.passes(hours=7)

    await amira.sends(stories.A_CHILD)

    assert await asked(town) == {"ben", "chidi", "ewan"}


@ONE_ENGINE
async def test_the_worker_may_still_choose_somebody_who_is_away(town: Town) -> None:
    amira = town.person("amira")
    await is_away(town, "ben")

    await amira.sends(stories.A_CHILD, of="Ben Carver")

    assert await asked(town) == {"ben"}


# Before sending


@ONE_ENGINE
async def test_before_sending_the_worker_reads_who_will_decide_and_who_is_away(town: Town) -> None:
    amira = town.person("amira")
    await is_away(town, "ben", stand_in="femi")
    await is_on_shift(town, "chidi", "on_call_trustee")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.sees("We will ask Chidi Lowe (trustee, on call, on shift now) or Femi Adair (worker).")
    offered = await may_be_asked(amira)

    await amira.sees(
        "If you tick nobody, we ask Chidi Lowe or Femi Adair.",
        "Away until 02:14 on Monday 30 November; Femi Adair stands in",
    )
    assert "Ben" in offered


@ONE_ENGINE
async def test_where_everybody_is_away_the_form_says_so_with_the_numbers_and_all_are_asked(town: Town) -> None:
    amira = town.person("amira")
    await is_away(town, "ben", "chidi", "dora", "ewan", "femi", "iris", "joan")
    await amira.begins()
    await amira.answers(stories.A_CHILD)

    await amira.sees("Nobody who can decide this can be reached by a message now. Please ring.", "07700 900102")
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent", "Nobody who can decide this can be reached by a message now.")
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.submits()
    await amira.sees("Waiting for Ben Carver or Chidi Lowe to agree.", "Ben Carver is away until")

    assert await asked(town) == {"ben", "chidi"}


@ONE_ENGINE
async def test_before_it_is_said_whom_it_is_about_nobodys_number_is_shown_and_afterwards_theirs_is_not(
    town: Town,
) -> None:
    amira = town.person("amira")
    await is_away(town, "ben", "chidi", "dora", "ewan", "femi", "iris", "joan")
    await amira.begins()
    await amira.answers(stories.about("Not sure"))

    await amira.sees("Nobody who can decide this can be reached by a message now. First say who it is about")
    await amira.sees("Never ring somebody it may be about.")
    card = amira.screen()
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent", "First say who it is about", "Never ring somebody it may be about.")
    form = amira.screen()
    await amira.fills("What exactly would you say?", "A worry about how a child is treated.")
    await amira.chooses("Who is it about", "Ben Carver, worker, safeguarding lead")
    await amira.submits()
    await amira.sees("Waiting for")

    assert "07700 9001" not in card + form
    assert "Please ring" not in card + form
    assert "07700 9001" in amira.screen()
    assert "07700 900102" not in amira.screen()


# What is open already


@ONE_ENGINE
async def test_what_waits_only_for_somebody_who_goes_away_goes_to_the_stand_in_at_once(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()

    await goes_away(ben, stand_in="Femi Adair")
    await town.delivers()

    await femi.reads("# Do you agree?")
    await amira.sees("Waiting for Femi Adair to agree. Ring Femi Adair now.", "Ben Carver is away until")
    assert (await town.ledger_kinds())[-2:] == ["away", "asked next"]


@ONE_ENGINE
async def test_what_waits_for_somebody_else_too_stays_where_it_is(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()

    await goes_away(ben, stand_in="Femi Adair")
    await town.delivers()

    assert await asked(town) == {"ben", "chidi"}
    assert "# Do you agree?" not in femi.all()


@ONE_ENGINE
async def test_whoever_is_away_still_decides_with_a_press(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()
    await is_away(town, "ben", stand_in="femi")

    await ben.agrees()
    await town.delivers()

    await amira.sees("Ben Carver agreed")


async def test_somebody_who_leaves_between_the_asking_and_their_press_decides_nothing_and_another_is_asked(
    town: Town,
) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    card = femi.card()

    said = await leaves(town, "femi")
    await town.delivers()
    await femi.presses("Approve", on=card)

    assert said == "Femi Adair has left. If anything of theirs was open, the lead has it now."
    await femi.reads("You are not on this charity's list of active people")
    await ben.sees("# Do you agree?")
    await amira.sees("Waiting for Ben Carver or Chidi Lowe to agree.")


@ONE_ENGINE
async def test_what_a_leaver_had_open_is_the_leads_from_now_on_and_somebody_else_is_asked(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD, of="Ben Carver")
    await town.delivers()

    said = await leaves(town, "amira")
    await town.delivers()

    assert said == "Amira Osei has left. If anything of theirs was open, the lead has it now."
    await ben.reads("# This is yours now", "Amira Osei has left the charity, so this is yours now.")
    await chidi.sees("# Do you agree?")
    await amira.reads("Nothing is needed from you here.")


@ONE_ENGINE
async def test_where_the_only_one_who_was_told_leaves_the_next_in_line_is_told(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    await amira.begins()
    await amira.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)
    await amira.presses("Go on with this")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", "Only what was said.")
    await amira.submits()
    await amira.sees("Ben Carver has been told.")
    await town.delivers()

    await leaves(town, "ben")
    await town.delivers()

    await dora.sees("Please ring Amira Osei now")
    await amira.sees("Dora Finch has been told.")


# In danger


@ONE_ENGINE
async def test_in_an_emergency_whoever_is_here_of_those_on_duty_is_told(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await is_away(town, "ben")

    await amira.begins()
    await amira.presses("Yes, now")
    await amira.sees("Chidi Lowe is asked to ring you.")
    await town.delivers()

    await chidi.sees("Please ring Amira Osei now")
    assert ben.got_nothing()


@ONE_ENGINE
async def test_in_an_emergency_with_all_on_duty_away_they_are_told_and_so_is_the_chair(town: Town) -> None:
    amira, ben, chidi, dora = town.people("amira", "ben", "chidi", "dora")
    await is_away(town, "ben", "chidi")

    await amira.begins()
    await amira.presses("Yes, now")
    await amira.sees("Ben Carver, Chidi Lowe and Dora Finch are asked to ring you.")
    await town.delivers()

    for person in (ben, chidi, dora):
        await person.sees("Please ring Amira Osei now")


@ONE_ENGINE
async def test_what_somebody_was_told_still_stands_when_they_go_away_afterwards(town: Town) -> None:
    amira, ben = town.people("amira", "ben")
    await amira.begins()
    await amira.presses("Yes, now")
    await amira.sees("Ben Carver and Chidi Lowe are asked to ring you.")
    await town.delivers()
    await is_away(town, "ben")

    await amira.presses("I have rung 999")
    await town.delivers()

    await ben.sees("Amira Osei has rung 999.", "Please ring Amira Osei now")


@ONE_ENGINE
async def test_being_away_keeps_nobody_out_of_the_next_consultation(town: Town) -> None:
    amira = town.person("amira")
    await is_away(town, "ben")
    await amira.sends(stories.A_CHILD)

    await amira.commands()
    await amira.sees("# Carry on or start?")
    await amira.presses("Start a new one")

    await amira.sees(f"# {stories.FIRST}")
    assert "Kept out" not in amira.screen()


# Who is on call?


@ONE_ENGINE
@pytest.mark.parametrize("words", ["Who is on call now?", "on call", "who's on call"])
async def test_who_is_on_call_is_answered_in_chat_with_duty_number_and_hour(words: str, town: Town) -> None:
    hana = town.person("hana")
    await is_on_shift(town, "chidi", "on_call_trustee")
    await is_away(town, "ben")

    await hana.types(words)

    await hana.sees(
        "# Who is on call now",
        "Chidi Lowe",
        "On call until 08:14 on Friday 20 November",
        "Away until 02:14 on Monday 30 November, and nobody else has this duty",
        "07700 900102",
        "999",
    )


@ONE_ENGINE
async def test_who_is_on_call_says_nothing_of_any_case(town: Town) -> None:
    amira, hana = town.people("amira", "hana")
    await amira.sends(stories.A_CHILD)
    reference = (await town.case()).reference

    await hana.opens_home()
    await hana.presses("Who is on call?")
    await hana.reads("# Who is on call now", "Ben Carver", "Not on the rota now: reached because it is their duty")

    assert reference not in hana.all() + hana.screen()


# What a forger would send


@ONE_ENGINE
async def test_nobody_stands_in_who_shares_no_duty(town: Town) -> None:
    ben = town.person("ben")
    hana = await town.id_of("hana")
    async with town.reading() as tx:
        before = await tx.rota.absent()

    reply = await town.hears(
        Event("forged-1", town.who(ben), "away.confirm", fields={"until": ("2026-11-23",), "stand_in": (hana,)})
    )

    assert isinstance(reply, Aside | Show)
    async with town.reading() as tx:
        assert await tx.rota.absent() == before == {}


@ONE_ENGINE
@pytest.mark.parametrize("day", ["2020-01-01", "2126-01-01", "soon", ""])
async def test_no_day_is_taken_that_is_not_on_the_list(day: str, town: Town) -> None:
    event = Event("forged-2", town.who(town.person("ben")), "away.confirm", fields={"until": (day,)})

    assert isinstance(await town.hears(event), Correct)
    async with town.reading() as tx:
        assert await tx.rota.absent() == {}


def test_the_town_is_at_the_hour_these_words_rest_on() -> None:
    assert datetime(2026, 11, 20, 2, 14, tzinfo=UTC) == NIGHT
