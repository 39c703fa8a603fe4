"""A second charity with a book of its own, pressed through the real bot: no line of Python knows its policy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity, import_people
from policy.book import Book
from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.conversations.resident import NONE, Answer, Resident, Ticked
from tests.conversations.sides import opened
from tests.conversations.stories import Story
from tests.conversations.town import Clock, Town

TRIAL = SHIPPED_BOOKS.parent.parent / "bot" / "trial"

FIRST = "Could someone die or be badly hurt right now?"
NOTICED = "What did you see or hear?"
HURT = "Someone may hurt, frighten or steal from them"
CHILD = "A child may be harmed"
ONE_OF_US = "The worry is about one of us"

WISH: Mapping[str, str] = {
    "Do they want us to tell": "They said no",
    "Can they think this choice": "Yes",
    "Could somebody be pressing": "Not sure",
    "Could anybody else be hurt": "No",
}


def noticed(*ticked: str, **more: Answer) -> Story:
    return {FIRST: "No", NOTICED: Ticked(ticked) if ticked else NONE, **more}


@pytest.fixture
async def town(tmp_path: Path, books: Mapping[str, Book]) -> AsyncIterator[Town]:
    """The bot with the second charity and nobody else, as `try --book kettle` sets it up, but on Slack."""
    url, keys = f"sqlite+aiosqlite:///{tmp_path / 'confer.db'}", Keyring.parse(new_key("second"))
    people = (TRIAL / "kettle-people.toml").read_text(encoding="utf-8")
    people = re.sub(
        r'channel = "web", tenant = "trial", user = "\d-(\w+)"',
        lambda found: f'channel = "slack", tenant = "T0INVENTED", user = "U0{found[1].upper()}"',
        people,
    )
    await migrate(url)
    store = Store(url, keys)
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    await import_charity(store, (TRIAL / "kettle-charity.toml").read_text(encoding="utf-8"), moment)
    await import_people(store, people, moment)
    await store.close()
    own_first = {"kettle": books["kettle"], **books}  # as `open_office` has them
    async with opened(["slack"]) as sides, Town(sides, url, keys, own_first, Clock()) as town:
        yield town
        assert await town.ledger_faults() == []


async def begins(person: Resident) -> None:
    await person.commands()
    await person.sees(f"# {FIRST}", "Someone in danger now? Ring 999. You need nobody's leave.")


async def test_an_older_person_at_risk_reaches_the_council_through_the_manager(town: Town) -> None:
    maud, grace, tomasz, olu = town.people("maud", "grace", "tomasz", "olu")

    await begins(maud)
    await maud.answers({**noticed(HURT), "What does the person want?": WISH})
    await maud.sees("# What we suggest", "Tell adult social care today", "Talk with the visiting manager")
    await maud.asks_for_agreement("Somebody in the house takes the money and stands in the door.")
    await maud.sees("# Waiting for a second person", "Grace Ito", "Tomasz Reed")
    await town.delivers()
    await grace.sees("# Do you agree?", "Maud Ellery asks you to decide")
    await grace.agrees("I know the house.")
    await town.delivers()

    await maud.sees("# What to do now", "Grace Ito agreed", "Ring adult social care at the council", "01632 960204")
    assert olu.got_nothing()
    assert not tomasz.got_nothing()


async def test_a_child_is_passed_on_at_once_and_the_manager_is_only_told(town: Town) -> None:
    maud, grace, tomasz, winnie = town.people("maud", "grace", "tomasz", "winnie")

    await begins(maud)
    await maud.answers(noticed(CHILD))
    await maud.presses("Go on with this")
    await maud.sees("# Before it is sent")
    await maud.fills("What exactly would you say?", "What the child said, in the same words.")
    await maud.submits()
    await maud.sees("Grace Ito has been told. Nobody may stop or delay it.", "01632 960202")
    await town.delivers()

    await grace.sees("# Please ring your colleague")
    assert grace.account.labels() == []
    assert tomasz.got_nothing()
    assert winnie.got_nothing()


async def test_danger_now_brings_this_books_999_card_and_asks_nobody(town: Town) -> None:
    maud, grace, tomasz = town.people("maud", "grace", "tomasz")

    await begins(maud)
    await maud.presses("Not sure")
    await maud.sees("# Ring 999 now", "Unlock the front door.", "18000 by Relay UK")
    await maud.presses("I have rung 999")
    await maud.sees(f"# {NOTICED}")
    await town.delivers()

    for person in (grace, tomasz):
        await person.sees("# Please ring your colleague")


async def test_words_that_are_typed_bring_this_books_999_card_and_not_the_other_charitys(town: Town) -> None:
    maud = town.person("maud")

    await begins(maud)
    await maud.types("he is not breathing help")

    await maud.reads("Someone in danger now? Ring 999. You need nobody's leave.", "Unlock the front door.")
    assert "Don't wait for this bot" not in maud.all()


async def test_a_worry_about_the_manager_goes_round_the_manager(town: Town) -> None:
    maud, grace, tomasz = town.people("maud", "grace", "tomasz")

    await begins(maud)
    await maud.answers(
        {
            **noticed(HURT, ONE_OF_US),
            "Who is the worry about? (Their role, not their name.)": "The visiting manager",
            "What does the person want?": {**WISH, "Do they want us to tell": "They said yes"},
        }
    )
    await maud.presses("Ask for agreement")
    await maud.sees("# Before it is sent")
    offered = maud.screen().split("Who will you talk to?")[1].split("What exactly would you say?")[0]
    await maud.fills("What exactly would you say?", "Money is missing after a visit.")
    await maud.ticks("They are not on this list, or I do not know")
    await maud.submits()
    await maud.sees("# Waiting for a second person")
    await town.delivers()

    assert "Grace" not in offered
    assert grace.got_nothing()
    await tomasz.reads("# Do you agree?")


async def test_the_police_are_the_chairs_to_answer_and_nothing_leaves(town: Town) -> None:
    maud, grace, winnie = town.people("maud", "grace", "winnie")

    await begins(maud)
    await maud.answers(
        {**noticed("Somebody asks us about a person we visit"), "Who is asking?": "The police"},
    )
    await maud.sees("Say nothing, and hand it to the chair")
    await maud.presses("Go on with this")
    await maud.sees("Winnie Hart is asked to ring you about this.")
    await town.delivers()

    await winnie.sees("# Please ring your colleague")
    assert grace.got_nothing()


async def test_a_chat_stays_between_two_people(town: Town) -> None:
    maud = town.person("maud")

    await begins(maud)
    await maud.answers(noticed())
    await maud.sees("Keep it to yourself", "Tell nobody, and write nothing down but the visit.", "Rules kettle 1.")
    await maud.presses("Go on with this")
    await maud.finishes()
    await maud.sees("Kept in the record.")
    await maud.presses("Close")

    await maud.sees("Closed. The record is kept.")
