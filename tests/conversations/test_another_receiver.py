"""Another receiver: who asks, who is told, which paper, or whose information changes, and all that rested on it."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import Resident, Ticked
from tests.conversations.town import ONE_ENGINE, Town

ASKED = "Who would hear it, and about whom?"
WHAT_THEY_SAID = "What did the person say to this sharing?"
WHO_ASKS = "Who is asking?"
AGAIN = "What was agreed or checked was about your old answer, so we ask it again."

_A_YES: stories.Story = {
    "Could they say yes?": {
        "Is there any reason to doubt": "No reason to doubt",
        "Who decided?": "They did (18 or over)",
        "Has each person it is about said yes?": "Yes",
        "Do they know who gets it": "Yes",
    },
    "How did they say yes?": {
        "Who was there": "Only them and me",
        "Was the yes for this receiver": "Yes, it fits and is recent",
        "Did they sign?": "Yes, signed",
    },
}

TO_HEALTH: stories.Story = {
    **stories.A_REQUEST,
    ASKED: {
        WHO_ASKS: "NHS or a doctor",
        "Could the asker, or someone close to them": "No",
        "What do they want?": "Information about someone",
        "Has the client died?": "No",
        "Whose information would go?": "The client's",
    },
    WHAT_THEY_SAID: {"Choose the one": "A clear yes to this"},
    **_A_YES,
}
"""They agreed, so nobody else has to."""

THEY_RANG: stories.Story = {
    "How will you tell them?": {
        **stories.THE_WAY,
        "How will you send or say it?": "They rang me",
        "Do you have a case reference?": "Yes",
    },
    "Is it the right person and a private place?": {"Have you checked": "Yes", "Can nobody else hear?": "Yes"},
}

A_PAPER: stories.Story = stories.A_COURT_ORDER

A_WARNING: stories.Story = {
    stories.FIRST: "No",
    stories.DANGERS: Ticked(),
    stories.NEEDS: Ticked(("Someone may need a warning or to be told",)),
    "A little more about it": {
        "Who should be told?": "A service that will visit",
        "Does the person whose information it is agree?": "They agree",
    },
    "Would waiting to ask or talk make things worse for anyone?": "No",
}

_FOR_ONE_RECEIVER = {"channel", "only_needed", "gender_history", "reason_ready", "identity_checked", "private_place"}


async def changes(person: Resident, screen: str) -> None:
    await person.presses("My answers")
    await person.sees("# Your answers")
    await person.changes(screen)
    await person.sees("You can change this.")


async def says_who_really_asks(person: Resident, who: str) -> None:
    """Another asker could be the one feared, whatever was said of the one before."""
    await person.chooses(WHO_ASKS, who)
    await person.presses("Next")
    await person.sees("# Could the asker, or someone close to them, be the one feared?")
    await person.sees("You changed “Who is asking?”.", AGAIN)
    await person.presses("No")


async def was_all_set(town: Town) -> Resident:
    """Agreed to by the client for the NHS, who rang; checked, and sent: it may go."""
    ewan = town.person("ewan")
    await ewan.begins()
    await ewan.answers(TO_HEALTH)
    await ewan.sees("# What we suggest")
    await ewan.presses("Go on with this")
    await ewan.sees("# Before it is sent")
    await ewan.fills("What exactly would you say?", "Only the date of the next visit.")
    await ewan.submits()
    await ewan.sees("How will you tell them?")
    for answer in THEY_RANG.values():
        await ewan.fills_in(answer)
    await ewan.sees("You can do this now. No colleague has to agree first.")
    return ewan


async def takes_back(person: Resident) -> None:
    await person.presses("Take back and change")
    await person.sees("Taken back.")


@ONE_ENGINE
async def test_another_asker_is_asked_about_as_if_nobody_had_agreed_or_checked_anything(town: Town) -> None:
    ewan = await was_all_set(town)
    await takes_back(ewan)
    await changes(ewan, ASKED)

    await says_who_really_asks(ewan, "Another organisation")

    await ewan.sees(f"# {WHAT_THEY_SAID}")
    kept = (await town.case()).values
    assert [id for id in kept if id.startswith("consent_") or id in _FOR_ONE_RECEIVER] == []
    assert "(x)" not in ewan.screen()
    await ewan.answers(TO_HEALTH)
    await ewan.presses("Go on with this")
    await ewan.sees("# Before it is sent")
    await ewan.fills("What exactly would you say?", "Only the date of the next visit.")
    await ewan.submits()
    await ewan.sees("First answer the last checks on this card.", "How will you tell them?")
    assert "You can do this now." not in ewan.screen()
    assert "(x)" not in ewan.screen()


@ONE_ENGINE
async def test_the_ledger_keeps_which_questions_are_asked_again_and_no_answer(town: Town) -> None:
    amira = town.person("amira")
    await amira.begins()
    await amira.answers(TO_HEALTH)
    before = set((await town.case()).values)
    await changes(amira, ASKED)
    await amira.chooses(WHO_ASKS, "Police")
    await amira.presses("Next")
    await amira.sees(AGAIN)

    entries = await town.ledger()

    [asked_again] = [entry["asked_again"] for entry in entries if "asked_again" in entry]
    assert asked_again
    assert set(asked_again.split()) == before - set((await town.case()).values)


@ONE_ENGINE
async def test_a_colleagues_yes_to_one_asker_is_no_yes_to_another(town: Town) -> None:
    ewan, ben = town.people("ewan", "ben")
    await ewan.sends(stories.A_REQUEST, of="Ben Carver")
    await town.delivers()
    await ben.agrees()
    await ben.sees("Already decided")
    await town.delivers()
    await ewan.sees("Ben Carver agreed")
    await takes_back(ewan)
    await changes(ewan, ASKED)
    await says_who_really_asks(ewan, "Prison")

    await ewan.answers({**stories.A_REQUEST, WHAT_THEY_SAID: {"Choose the one": "I have not asked"}})
    await ewan.asks_for_agreement(of="Ben Carver")

    await ewan.sees("Waiting for Ben Carver to agree.", "You changed the plan since, so that yes no longer counts.")
    assert "Ben Carver agreed at 02:14 on 20 November. Do this now." not in ewan.all()


@ONE_ENGINE
async def test_whose_information_it_is_decides_whose_yes_is_asked_for(town: Town) -> None:
    ewan = town.person("ewan")
    await ewan.begins()
    await ewan.answers(TO_HEALTH)
    await ewan.sees("# What we suggest")
    await changes(ewan, ASKED)

    await ewan.chooses("Whose information would go?", "Another person's")
    await ewan.presses("Next")

    await ewan.sees(f"# {WHAT_THEY_SAID}", "You changed “Whose information would go?”.", AGAIN)
    assert [id for id in (await town.case()).values if id.startswith("consent_")] == []


@ONE_ENGINE
async def test_two_changes_at_once_are_both_named(town: Town) -> None:
    ewan = town.person("ewan")
    await ewan.begins()
    await ewan.answers(TO_HEALTH)
    await ewan.sees("# What we suggest")
    await changes(ewan, ASKED)

    await ewan.chooses(WHO_ASKS, "Another organisation")
    await ewan.chooses("Whose information would go?", "Both")
    await ewan.presses("Next")

    await ewan.sees("You changed “Who is asking?” and “Whose information would go?”.")


@ONE_ENGINE
async def test_the_same_answer_again_takes_nothing_away_and_nothing_is_said_of_it(town: Town) -> None:
    ewan = await was_all_set(town)
    await takes_back(ewan)
    before = (await town.case()).values
    await changes(ewan, ASKED)

    await ewan.presses("Next")

    await ewan.sees("# What we suggest", "[Go on with this]")
    assert (await town.case()).values == before
    assert "so we ask it again" not in ewan.screen()


@ONE_ENGINE
async def test_another_one_who_is_told_is_agreed_to_anew(town: Town) -> None:
    ewan = town.person("ewan")
    await ewan.begins()
    await ewan.answers(A_WARNING)
    await ewan.sees("# What we suggest")
    await changes(ewan, "A little more about it")

    await ewan.chooses("Who should be told?", "A person who was threatened")
    await ewan.presses("Next")

    await ewan.sees("# Does the person whose information it is agree?", "You changed “Who should be told?”.", AGAIN)
    assert "tell_view" not in (await town.case()).values


@ONE_ENGINE
async def test_another_paper_is_checked_anew(town: Town) -> None:
    ewan = town.person("ewan")
    await ewan.begins()
    await ewan.answers(A_PAPER)
    await ewan.sees("# What we suggest")
    await changes(ewan, "What kind of paper is it?")

    await ewan.chooses("Choose the one", "Benefits office (DWP) notice")
    await ewan.presses("Next")

    await ewan.sees("# Have you checked it with the office that sent it?", "You changed “What kind of paper is it?”.")
    assert "paper_verified" not in (await town.case()).values


@ONE_ENGINE
async def test_whoever_asked_the_new_one_too_says_so_on_the_same_form(town: Town) -> None:
    ewan = town.person("ewan")
    await ewan.begins()
    await ewan.answers(A_WARNING)
    await ewan.sees("# What we suggest")
    await changes(ewan, "A little more about it")

    await ewan.chooses("Who should be told?", "A person who was threatened")
    await ewan.chooses("Does the person whose information it is agree?", "They refuse")
    await ewan.presses("Next")

    await ewan.sees("# What we suggest")
    assert (await town.case()).values["tell_view"] == "refuses"
