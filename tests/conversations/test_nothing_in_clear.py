"""Whatever anybody types, on any way in, stands nowhere as it is: not in a file of the database, not in a log.

The rule to keep: every form that keeps words has its own in here; a place that keeps another kind fails the last test.
"""

from __future__ import annotations

import logging
import re
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.organisation.charity import charity_of
from bot.picture import look
from bot.record.exporting import FORMATS, paged, written
from tests import disk
from tests.conversations import stories
from tests.conversations.resident import TALKED, Ticked
from tests.conversations.sides import NOT_IN_THE_SANDBOX, SLACKS_OWN, OnWeb, on
from tests.conversations.test_asking_back import answers, asks
from tests.conversations.test_digest import MONDAY, waits_until
from tests.conversations.test_enquiry import answers as answers_the_reader
from tests.conversations.test_enquiry import asks as asks_the_lead
from tests.conversations.test_going_further import REFER
from tests.conversations.test_ladder import time_goes_on
from tests.conversations.test_second_look import AGREE, keeps_it_to_themselves, looks_and_says, message
from tests.conversations.test_spoken import writes_down
from tests.conversations.test_two_workers import agreed_and_reported, says, tries_to_close
from tests.conversations.town import Town

COUNCIL = "Children's social care at the council"
A_CASE = "A child at risk: "
"""How the page of each case in here begins that was decided. No message of any kind has it."""

QUIET = ("aiohttp.access", "slack_bolt", "slack_sdk", "botbuilder", "botframework", "alembic", "sqlalchemy")
"""The loggers of others, of which the command line takes warnings only."""

KEPT = {
    "afterwards/disclosing.py": {"done", "correction"},
    "afterwards/finishing.py": {"told", "not_shared"},
    "afterwards/looking.py": {"look"},
    "afterwards/there.py": {"excused"},
    "asking_back.py": {"question", "reply"},
    "deciding/approvals.py": {"approved", "declined"},
    "leads/reopening.py": {"reopened"},
    "reporting/enquiring.py": {"a question about the digest", "its answer"},
    "sending.py": {"reason", "departure"},
    "spoken.py": {"spoken"},
}
"""Every module that keeps what somebody typed, and the kinds of it."""

KEEPS = re.compile(r"\.texts\.keep\(|\.enquiries\.(ask|answer)\(")


class Words:
    """Words that nobody else has ever written, each used once."""

    def __init__(self) -> None:
        self.used: list[str] = []

    def __call__(self) -> str:
        word = "".join(secrets.choice("bdfgklmnprtvz") + secrets.choice("aeiou") for _ in range(8))
        self.used.append(word)
        return f"about the {word} there"


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
async def hidden(
    town: Town,
    words: Words,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[None]:
    """At the end every word that was typed is looked for: on the disk, in the logs, on the console."""
    for name in QUIET:
        caplog.set_level(logging.WARNING, logger=name)
    caplog.set_level(logging.INFO)  # last: each of them turns the handler too
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield
    assert words.used, "nothing was typed"
    written_to = logging.Formatter()
    logged = [written_to.format(record) for when in ("setup", "call") for record in caplog.get_records(when)]
    console = capfd.readouterr()
    said = "\n".join([*logged, console.out, console.err])
    assert [word for word in words.used if word in said] == []
    assert await disk.standing(town.url, *words.used) == []
    assert list(temporary.iterdir()) == []
    kept = kept_over_a_restart(town)
    assert [word for word in (*words.used, A_CASE) if word in kept] == []


def kept_over_a_restart(town: Town) -> str:
    """The sandbox's own file of messages, where it has one."""
    files = [side.messages for side in town.sides.values() if isinstance(side, OnWeb) and side.messages.exists()]
    return "".join(file.read_text(encoding="utf-8") for file in files)


async def kinds(town: Town) -> set[str]:
    async with town.reading() as tx:
        return {each.kind for case in await town.cases() for each in await tx.texts.of(case.id)}


@on("slack", "web", engines=True)
@pytest.mark.usefixtures("hidden")
async def test_from_the_first_reason_to_the_case_that_is_opened_again(town: Town, words: Words) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.begins()
    await amira.answers({**stories.A_CHILD, stories.DANGERS: Ticked((), (stories.CHILD,))})
    await amira.presses("Go further than this")
    await amira.sees("# Go further")
    await amira.chooses("What do you want to do?", REFER)
    await amira.fills("Why?", words())
    await amira.submits()
    await amira.sees("Recorded. The plan has changed")
    await amira.asks_for_agreement(words(), of="Femi Adair")
    await town.delivers()
    await asks(femi, words())
    await femi.sees("You asked Amira Osei something")
    await town.delivers()
    await amira.reads("# Somebody asks you something")
    await answers(town, amira, words())
    await femi.reads("# You have an answer")
    card = message(femi, "Do you agree?")
    await femi.presses("Approve", on=card)
    await femi.sees("# Your decision")
    await femi.fills("Why do you agree?", words())
    await femi.ticks(TALKED)
    await femi.submits()
    await femi.reads("Already decided")
    await town.delivers()
    await amira.reads("# What to do now")

    own = message(amira, "Write down what was done")
    await amira.writes_down(COUNCIL, words(), on=own, role=words(), given=words())
    await amira.reads("Kept in the record.")
    await amira.presses("Correct what was written", on=message(amira, "Correct what was written"))
    await amira.sees("# Correct it")
    await amira.fills("What is right?", words())
    await amira.submits()
    await amira.reads("Corrected. What was written before stays beside it.")
    await amira.finishes(on=message(amira, "Finish the record"), why=words())
    await amira.reads("Kept in the record.", "[A letter for them]")
    await exports(town, words)
    await amira.presses("Close", on=message(amira, "A letter for them"))
    await amira.reads("Closed. The record is kept.")
    await town.delivers()
    await ben.opens_home()
    await ben.presses("Everything open")
    ben.goes_to_messages()
    await ben.sees("# Everything open")
    await ben.presses("Open")
    await ben.sees("[Open again]")
    await ben.presses("Open again")
    await ben.sees("# Open again", "Why do you open it again?")
    await ben.fills("Why do you open it again?", words())
    await ben.submits()
    await town.until(lambda: _noted(town, "reopened"))
    await town.delivers()
    await amira.presses("Open it", on=message(amira, "# Open again"))
    await amira.sees(A_CASE)

    assert await kinds(town) == {
        *("departure", "reason", "question", "reply", "approved", "done", "correction", "told", "reopened")
    }


@pytest.mark.usefixtures("hidden")
async def test_a_no_a_yes_by_telephone_and_why_nothing_was_shared(town: Town, words: Words) -> None:
    amira, femi, hana = town.people("amira", "femi", "hana")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.says_no(words())
    await femi.sees("Already decided")
    await hana.sends(stories.A_CHILD, of="Femi Adair")
    await writes_down(hana, "Femi Adair", words())
    await hana.sees("Femi Adair agreed by phone")
    joan = town.person("joan")
    await joan.begins()
    await joan.answers(stories.NOTHING)
    await joan.presses("Go on with this")
    await joan.sees("Write down why nothing was shared.")
    await joan.presses("Close")
    await joan.sees("# Decided not to share")
    await joan.fills_in_the_end(why=words())
    await joan.sees("Kept in the record.")
    await town.delivers()

    assert await kinds(town) == {"reason", "declined", "spoken", "not_shared"}


@pytest.mark.usefixtures("hidden")
async def test_what_a_lead_finds_the_next_morning(town: Town, words: Words) -> None:
    amira, ben, _ = town.people("amira", "ben", "chidi")
    await keeps_it_to_themselves(amira)
    await time_goes_on(town, hours=7)

    await looks_and_says(ben, AGREE, words())
    await ben.sees("Ben Carver has looked at this")

    assert "look" in await kinds(town)


@pytest.mark.usefixtures("hidden")
async def test_why_one_of_two_workers_cannot_confirm_it(town: Town, words: Words) -> None:
    amira, _ = await agreed_and_reported(town)
    ben = town.person("ben")
    await says(amira)
    await town.changes("femi", active=False)
    await tries_to_close(amira, town)
    await amira.reads("Femi Adair must still confirm")
    await town.delivers()
    await ben.reads("# Please ring two colleagues")

    await ben.presses("One of them cannot confirm it", on=message(ben, "Please ring two colleagues"))
    await ben.sees("# They cannot confirm")
    await ben.chooses("Who cannot confirm it?", "Femi Adair")
    await ben.fills("Why can they not confirm it?", words())
    await ben.submits()

    await town.until(lambda: _noted(town, "cannot confirm any more"))
    assert "excused" in await kinds(town)


@on("slack", "web", engines=True)
@pytest.mark.usefixtures("hidden")
async def test_what_a_trustee_asks_about_the_digest_and_what_the_lead_answers(town: Town, words: Words) -> None:
    iris, ben = town.people("iris", "ben")
    await waits_until(town, MONDAY)
    await asks_the_lead(iris, words())
    await iris.reads("# Your question is sent")
    await iris.closes()
    await town.delivers()
    await ben.reads("# A question for you")
    await answers_the_reader(ben, words())
    await ben.reads("Your answer is sent.")
    await town.delivers()
    await iris.presses("Read the answer", on=message(iris, "You have an answer"))
    await iris.sees("# What was answered", *words.used)
    assert "web" not in town.sides or "A question for you" in kept_over_a_restart(town)


@NOT_IN_THE_SANDBOX
@pytest.mark.usefixtures("hidden")
async def test_what_is_told_by_letters_that_never_arrive(town: Town, words: Words) -> None:
    amira, _ = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    town.refuses_messages(times=100)
    await amira.asks_for_agreement(words(), of="Femi Adair")

    await town.delivers()

    assert "letter undeliverable" in await town.ledger_kinds()


@SLACKS_OWN
@pytest.mark.usefixtures("hidden")
async def test_what_is_refused_or_fails_on_the_way(town: Town, words: Words, caplog: pytest.LogCaptureFixture) -> None:
    amira = town.person("amira")
    await amira.types(words())
    await amira.reads("# Please use the buttons")
    await amira.commands(words())
    await amira.reads("Please do not type anything behind the command.")
    await amira.answers(stories.A_CHILD)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    await amira.fills("What exactly would you say?", f"AB123456C {words()}")
    await amira.ticks("Femi Adair")
    await amira.submits()
    await amira.sees("This has a National Insurance number in it.")
    await amira.fills("What exactly would you say?", words())
    async with without_the_table(town, "texts"):
        await amira.submits()
        await town.until(lambda: _failed(caplog))

    assert await kinds(town) == set()
    assert (await town.case()).state == "asking"


async def test_the_search_itself_finds_what_does_stand_in_the_clear(town: Town, words: Words) -> None:
    words()
    [word] = words.used
    async with town.changing() as tx:
        await tx.organisations.change(f"The {word} charity", (await tx.organisations.current()).settings)

    found = await disk.standing(town.url, word)

    folders = {each.partition("/")[0] for each in found}
    assert folders == {"database"} or "pg_wal" in folders
    assert len(folders) == (2 if town.process.office.store.postgresql else 1)


def test_every_place_that_keeps_words_is_in_here() -> None:
    bot = Path(__file__).parents[2] / "bot"

    found = {str(file.relative_to(bot)) for file in bot.rglob("*.py") if KEEPS.search(file.read_text())}

    assert found == set(KEPT)


async def _noted(town: Town, kind: str) -> bool:
    return kind in await town.ledger_kinds()


async def _failed(caplog: pytest.LogCaptureFixture) -> bool:
    return "a handler failed on" in caplog.text or "not recorded" in caplog.text


@asynccontextmanager
async def without_the_table(town: Town, name: str) -> AsyncIterator[None]:
    """A fault of ours in the middle of the transaction that holds what was typed."""
    store = town.process.office.store
    for way in ("{0} RENAME TO {0}_away", "{0}_away RENAME TO {0}"):
        async with store.writer.begin() as connection:
            await connection.execute(text(f"ALTER TABLE {way.format(name)}"))
        if "_away RENAME" not in way:
            yield


async def exports(town: Town, words: Words) -> None:
    """The full record, in every form, as the one who may have it gets it. What was typed stands in it."""
    case = await town.case()
    async with town.reading() as tx:
        charity = charity_of(await tx.organisations.current())
        person = next(each for each in await tx.people.everybody() if each.handle == "ewan")
        picture = await look(tx, town.books[case.book_id], charity, case)
        found = await paged(tx, charity, [picture], case.reference, "record", person)
        made = {each: written(found, each) for each in FORMATS}
    assert [word for word in words.used if word.encode() not in made["json"]] == []
