"""Whoever has to decide asks the worker something: the answer comes back, and nothing else moves, waits or leaks."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.events import Event
from tests.conversations import stories
from tests.conversations.around import keeps_out
from tests.conversations.resident import Resident
from tests.conversations.sides import EVERYWHERE
from tests.conversations.test_moving_on import ON_POSTGRESQL, waits_for_another
from tests.conversations.test_reading import sends_both
from tests.conversations.town import ONE_ENGINE, Town

ASKED = "Was anybody else in the room?"
ANSWER = "Nobody. The door was open."


async def asks(person: Resident, words: str = ASKED, *, label: str = "Ask") -> None:
    """The form behind Ask, filled in and submitted."""
    await person.presses(label)
    await person.sees("# Ask the worker")
    await person.fills("What do you want to know?", words)
    await person.submits()


async def answers(town: Town, worker: Resident, words: str = ANSWER) -> None:
    """From either of the worker's two cards, which both have the button: whichever changed last."""
    await worker.presses("Read it and answer")
    await worker.sees("# Your answer")
    await worker.fills("Your answer", words)
    await worker.submits()
    await town.until(lambda: _answered(town))
    await town.delivers()


async def _answered(town: Town) -> bool:
    return "answered back" in await town.ledger_kinds()


async def _only_chidi(amira: Resident) -> bool:
    return "Chidi Lowe asks you" in amira.screen() and "Ben Carver asks you" not in amira.all()


async def question_of(town: Town, *, kind: str = "question") -> str:
    """The id of the newest text of this kind."""
    async with town.reading() as tx:
        return next(text.id for text in reversed(await tx.texts.of((await town.case()).id)) if text.kind == kind)


@EVERYWHERE
async def test_a_question_reaches_the_worker_and_the_answer_comes_back(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await asks(femi)
    await femi.sees("You asked Amira Osei something at 02:14. No answer yet. If it cannot wait, ring.")
    await town.delivers()
    await amira.reads("# Somebody asks you something", "Femi Adair asks you something before they decide.")
    await amira.presses("Read it and answer")
    await amira.sees(ASKED)
    await amira.closes()
    await answers(town, amira)
    await amira.reads("Your answer is sent. They decide next.")
    await town.delivers()

    await femi.reads("# You have an answer", "Amira Osei answered you at 02:14")
    await femi.presses("Read the answer")
    await femi.sees("# What was asked", ASKED, ANSWER)
    await femi.closes()
    await femi.opens_home()
    await femi.presses(f"Decide {(await town.case()).reference}")
    femi.goes_to_messages()
    await femi.sees("# Do you agree?", "Amira Osei has answered you.", "[Read what was written]")
    await femi.agrees()
    await femi.sees("Already decided: Femi Adair agreed")
    kinds = await town.ledger_kinds()
    assert [kind for kind in kinds if kind in ("asked back", "answered back", "approved")] == [
        "asked back",
        "answered back",
        "approved",
    ]


async def test_what_is_asked_and_answered_stays_sealed_and_out_of_messages_and_logs(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    await asks(femi, "Was the zebra crossing busy?")
    await femi.sees("You asked Amira Osei something")
    await town.delivers()
    await amira.reads("# Somebody asks you something")
    await answers(town, amira, "The zebra crossing was empty.")
    await amira.reads("Your answer is sent. They decide next.")
    await town.delivers()
    await femi.reads("# You have an answer")

    assert "zebra" not in (amira.all() + femi.all() + str(await town.ledger())).lower()
    assert not [record for record in caplog.records if "zebra" in record.getMessage().lower() and "bot" in record.name]
    assert await town.remembers("zebra") == []


@ONE_ENGINE
async def test_while_an_answer_is_waited_for_the_clock_runs_on_and_others_may_decide(town: Town) -> None:
    amira, ben, chidi, femi = town.people("amira", "ben", "chidi", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await asks(femi)
    await femi.sees("You asked Amira Osei something")

    town.clock.passes(minutes=15)
    await town.delivers()

    [someone] = [person for person in (ben, chidi) if not person.got_nothing()]
    await someone.agrees()
    await someone.sees("Already decided")
    await town.delivers()
    await amira.reads("No answer is needed from you here any more.")
    await femi.sees("Already decided")


@ONE_ENGINE
async def test_two_people_ask_and_each_reads_their_own_answer(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await asks(ben)
    await ben.sees("You asked Amira Osei something")
    await asks(chidi, "How did it come up?")
    await chidi.sees("You asked Amira Osei something")
    await town.delivers()

    await amira.sees("Ben Carver asks you something", "Chidi Lowe asks you something")
    await answers(town, amira)
    await town.until(lambda: _only_chidi(amira))

    await ben.reads("# You have an answer")
    assert "# You have an answer" not in chidi.all()
    await amira.presses("Read it and answer")
    await amira.sees("How did it come up?")


@ONE_ENGINE
async def test_nothing_is_asked_about_what_somebody_else_has_decided(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await ben.presses("Ask")
    await ben.sees("# Ask the worker")
    await chidi.agrees()
    await chidi.sees("Already decided")
    before = await town.state()

    await ben.fills("What do you want to know?", ASKED)
    await ben.submits()

    await ben.reads("Already decided: Chidi Lowe agreed to this")
    assert await town.state() == before


@ONE_ENGINE
async def test_only_the_worker_answers_and_only_once(town: Town) -> None:
    amira, femi, ben = town.people("amira", "femi", "ben")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await asks(femi)
    await femi.sees("You asked Amira Osei something")
    await town.delivers()
    await ben.types("home")
    await ben.sees("# Confer")
    carried = {"c": (await town.case()).id, "t": await question_of(town)}
    before = await town.state()

    for person in (ben, femi):
        await person.presses("Press", on=person.forges("reply", **carried))
        await person.sees("This is somebody else's consultation. Only they can answer it.")
        await person.presses("Press", on=person.forges("reply.confirm", **carried))
        await person.sees("This is somebody else's consultation. Only they can answer it.")
    assert await town.state() == before
    await amira.reads("# Somebody asks you something")
    old = amira.card()
    await answers(town, amira)
    await amira.reads("Your answer is sent. They decide next.")
    before = await town.state()
    await amira.presses("Read it and answer", on=old)

    await amira.sees("You have answered this already.")
    assert await town.state() == before


@ONE_ENGINE
async def test_a_question_about_what_was_taken_back_is_not_needed_any_more(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await asks(femi)
    await femi.sees("You asked Amira Osei something")
    await town.delivers()
    await amira.reads("# Somebody asks you something")
    await amira.presses("Read it and answer")
    await amira.sees("# Your answer")
    async with town.changing() as tx:
        await tx.approvals.withdraw((await town.case()).id)
    before = await town.state()

    await amira.fills("Your answer", ANSWER)
    await amira.submits()

    await amira.reads("This question is not needed any more")
    assert await town.state() == before


@ONE_ENGINE
async def test_whoever_asked_and_is_kept_out_since_gets_no_answer_and_is_read_by_no_other(town: Town) -> None:
    amira, ben, chidi = town.people("amira", "ben", "chidi")
    await amira.sends(stories.A_CHILD)
    await town.delivers()
    await asks(ben)
    await ben.sees("You asked Amira Osei something")
    await keeps_out(amira, "Ben Carver")
    await town.delivers()
    assert "asks you something" not in amira.screen()

    await ben.presses("Press", on=ben.forges("question.read", c=(await town.case()).id, t=await question_of(town)))
    await ben.sees("Nothing is needed from you here.")
    await chidi.presses("Read what they would say")

    await chidi.sees("# What was written", "We are worried and ask for advice.")
    assert ASKED not in chidi.screen() + ben.screen()


@ONE_ENGINE
async def test_what_is_asked_about_one_lane_is_not_read_by_those_asked_about_another(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await amira.sends(stories.A_CHILD_AND_A_WEAPON, of="Femi Adair")
    await town.delivers()
    await ben.sees("# Do you agree?", "Crime or threat")
    await asks(femi)
    await femi.sees("You asked Amira Osei something")
    await town.delivers()
    await answers(town, amira)
    carried = {"c": (await town.case()).id, "t": await question_of(town)}

    await ben.presses("Press", on=ben.forges("question.read", **carried))
    await ben.sees("it is not for you")
    await ben.presses("Read what they would say")

    await ben.sees("# What was written", "We are worried and ask for advice.")
    assert ASKED not in ben.screen()
    assert ANSWER not in ben.screen()
    await femi.presses("Read the answer")
    await femi.sees(ASKED, ANSWER)


@ONE_ENGINE
async def test_beside_a_lane_that_is_not_for_everybody_the_worker_is_told_to_keep_to_this_one(town: Town) -> None:
    amira, ben, femi = town.people("amira", "ben", "femi")
    await sends_both(amira)
    await town.delivers()
    await asks(femi)
    await femi.sees("You asked Amira Osei something")
    await town.delivers()

    await amira.presses("Read it and answer")

    await amira.sees("# Your answer", "Write nothing about your other worries.")
    assert "error" not in femi.all()  # of terrorism, by any letter
    await ben.presses("Press", on=ben.forges("question.read", c=(await town.case()).id, t=await question_of(town)))
    await ben.sees("it is not for you")


@ONE_ENGINE
async def test_whoever_was_not_asked_cannot_ask_and_reads_nothing(town: Town) -> None:
    amira, femi, dora = town.people("amira", "femi", "dora")
    await dora.types("home")
    await dora.sees("# Confer")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Ask")
    await femi.sees("# Ask the worker")
    before = await town.state()

    await dora.presses("Press", on=dora.forges("question", **femi.carried()))
    await dora.sees("You have not been asked about this one, so it stays closed to you.")
    dora.takes_the_form_of(femi)
    await dora.fills("What do you want to know?", ASKED)
    await dora.submits()

    await dora.sees("You have not been asked about this one")
    assert await town.state() == before
    await femi.fills("What do you want to know?", ASKED)
    await femi.submits()
    await femi.sees("You asked Amira Osei something")
    read = dora.forges("question.read", c=(await town.case()).id, t=await question_of(town))
    await dora.presses("Press", on=read)
    await dora.sees("You have not been asked about this one")


@ONE_ENGINE
async def test_a_question_is_about_exactly_what_was_shown(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Ask")
    await femi.sees("# Ask the worker")
    before = await town.state()
    femi.rewrites(f="0" * 64)

    await femi.fills("What do you want to know?", ASKED)
    await femi.submits()

    await femi.reads("What is proposed has changed since you opened this.")
    assert await town.state() == before


@ON_POSTGRESQL
async def test_an_answer_while_it_is_handed_to_somebody_else_is_not_kept(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await asks(femi)
    await femi.sees("You asked Amira Osei something")
    case, joan, carried = await town.case(), await town.id_of("joan"), {"t": await question_of(town)}
    answering = Event(
        "answers", town.who(amira), "reply.confirm", carry={"c": case.id, **carried}, fields={"reply": (ANSWER,)}
    )

    async with town.changing() as tx:
        [request] = await tx.approvals.of(case.id)
        await tx.approvals.hold(request.id)
        pressed = asyncio.create_task(town.hears(answering))
        await waits_for_another(town)
        await tx.handovers.record(case, joan, by=None, why="off_shift")
    await pressed

    assert "answered back" not in await town.ledger_kinds()
