"""Whoever was asked or told is gone: who is instead, who never is, and two things that happen at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.consultation import _tell_of_emergency
from bot.deciding.requests import bring_up_to_date
from bot.events import Event
from bot.organisation.charity import charity_of
from bot.team import colleagues
from bot.turn import Turn
from storage.records import Shift
from tests.conversations import stories
from tests.conversations.around import A_CHILD_AND_TERROR, NOT_LISTED, keeps_out, sends_a_worry
from tests.conversations.resident import Resident
from tests.conversations.test_approval import asked
from tests.conversations.test_away import goes_away, is_away, is_on_shift, leaves
from tests.conversations.town import ONE_ENGINE, Town

ON_POSTGRESQL = pytest.mark.parametrize("charity_url", ["postgresql"], indirect=True)
"""Where two transactions can stand beside one another."""

NAMED = "Chidi Lowe, trustee, on call"
TRUSTEE = "The chair or a trustee"


# A role that is asked only by name


@ONE_ENGINE
async def test_a_stand_in_of_whom_the_worry_may_be_is_not_asked_by_default(town: Town) -> None:
    await town.changes("femi", role="trustee")
    amira, ben, chidi, femi = town.people("amira", "ben", "chidi", "femi")
    await sends_a_worry(amira, TRUSTEE, named=NOT_LISTED, of=NAMED)
    await town.delivers()
    before = await asked(town)

    await goes_away(chidi, stand_in="Femi Adair")
    await town.delivers()

    assert "# Do you agree?" not in femi.all()
    await ben.sees("# Do you agree?")
    assert await asked(town) - before == {"ben"}


@ONE_ENGINE
async def test_a_leavers_stand_in_of_whom_the_worry_may_be_is_not_asked_by_default(town: Town) -> None:
    await town.changes("femi", role="trustee")
    amira, femi = town.people("amira", "femi")
    await sends_a_worry(amira, TRUSTEE, named=NOT_LISTED, of=NAMED)
    await is_away(town, "ben", stand_in="femi")
    await is_away(town, "chidi", stand_in="femi")
    before = await asked(town)

    await leaves(town, "chidi")
    await town.delivers()

    assert femi.got_nothing()
    assert await asked(town) - before == {"ewan", "joan"}


@ONE_ENGINE
async def test_where_the_one_who_was_asked_leaves_no_trustee_is_asked_while_the_worry_may_be_about_one(
    town: Town,
) -> None:
    amira, chidi, dora = town.people("amira", "chidi", "dora")
    await sends_a_worry(amira, TRUSTEE)
    await town.delivers()
    before = await asked(town)

    await leaves(town, "ben")
    await town.delivers()

    assert await asked(town) - before == {"ewan", "femi", "joan"}
    assert chidi.got_nothing()
    assert dora.got_nothing()


# Somebody is here, and may not decide it any more


async def both_are_asked(amira: Resident, story: stories.Story, *names: str) -> None:
    await amira.begins()
    await amira.answers(story)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    for name in names:
        await amira.ticks(name)
    await amira.fills("What exactly would you say?", "We are worried and ask for advice.")
    if story is not stories.A_CHILD:
        await amira.chooses("Who is it about", NOT_LISTED)
    await amira.submits()
    await amira.sees("Write down what was done")


@ONE_ENGINE
async def test_whoever_lost_the_right_to_decide_has_no_button_and_nobody_is_sent_to_ring_them(town: Town) -> None:
    amira, ewan, femi = town.people("amira", "ewan", "femi")
    await both_are_asked(amira, stories.A_CHILD, "Femi Adair", "Ewan Marsh")
    await town.delivers()
    await femi.sees("[Approve]")
    await amira.sees("Waiting for Ewan Marsh or Femi Adair to agree.")

    office = town.process.office
    await colleagues.changed(office.store, office.books, "femi", {"capabilities": ""}, town.clock())
    await town.delivers()

    await femi.sees("Nothing is needed from you here any more.")
    assert "[Approve]" not in femi.screen()
    await amira.sees("Waiting for Ewan Marsh to agree.")
    await ewan.sees("[Approve]")


@ONE_ENGINE
async def test_whoever_takes_on_the_duty_that_the_worry_may_be_about_has_it_no_more_and_others_are_asked(
    town: Town,
) -> None:
    amira, femi = town.people("amira", "femi")
    await both_are_asked(amira, stories.about("The safeguarding lead"), "Femi Adair")
    await town.delivers()
    await femi.sees("[Approve]")

    office = town.process.office
    more = {"capabilities": "may_approve safeguarding_lead"}
    await colleagues.changed(office.store, office.books, "femi", more, town.clock())
    await town.delivers()

    assert "[Approve]" not in femi.screen()
    assert await asked(town) > {"femi"}


# The worker has another role


async def test_a_worker_who_becomes_a_trustee_needs_one_more_worker_who_is_asked_at_once(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_KILLING_ADMITTED, of="Femi Adair")
    await town.delivers()
    await femi.agrees()
    await town.delivers()
    await amira.sees("Femi Adair agreed")
    before = await asked(town)

    office = town.process.office
    await colleagues.changed(office.store, office.books, "amira", {"role": "trustee"}, town.clock())
    await town.delivers()

    others = await asked(town) - before
    assert others
    assert await roles(town, others) == {"worker"}
    await amira.sees("Waiting for")


async def roles(town: Town, handles: Collection[str]) -> set[str]:
    async with town.reading() as tx:
        return {each.role for each in await tx.people.everybody() if each.handle in handles}


# A silenced case


async def two_leads(town: Town) -> None:
    await town.changes("ewan", capabilities=["may_approve", "safeguarding_lead"])
    await is_on_shift(town, "ben", "safeguarding_lead", hours=1)


async def shift_of(town: Town, handle: str) -> None:
    """An hour later somebody else has the shift."""
    town.clock.passes(hours=2)
    id = await town.id_of(handle)
    async with town.changing() as tx:
        until = tx.now + timedelta(hours=5)
        await tx.rota.replace([Shift("safeguarding_lead", id, tx.now, until)], since=tx.now)


@ONE_ENGINE
async def test_while_silenced_the_next_shift_brings_nobody_new_in(town: Town) -> None:
    amira, ben, ewan = town.people("amira", "ben", "ewan")
    await two_leads(town)
    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()

    await shift_of(town, "ewan")
    await keeps_out(amira, "Hana Reed")
    await town.delivers()

    assert not ben.got_nothing()
    assert ewan.got_nothing()
    assert await asked(town) == {"ben"}


@ONE_ENGINE
async def test_while_silenced_a_lead_who_goes_away_is_still_the_only_one_who_knows(town: Town) -> None:
    amira, ben, dora, ewan = town.people("amira", "ben", "dora", "ewan")
    await two_leads(town)
    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()

    await goes_away(ben)
    await keeps_out(amira, "Hana Reed")
    await town.delivers()

    assert await asked(town) == {"ben"}
    assert dora.got_nothing()
    assert ewan.got_nothing()


@ONE_ENGINE
async def test_while_silenced_a_lead_who_is_away_is_asked_all_the_same_and_not_the_chair(town: Town) -> None:
    amira, ben, dora = town.people("amira", "ben", "dora")
    await is_away(town, "ben")

    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()

    assert not ben.got_nothing()
    assert dora.got_nothing()


@ONE_ENGINE
async def test_while_silenced_the_next_lead_is_asked_only_when_the_first_may_not_know_any_more(town: Town) -> None:
    amira, dora, ewan = town.people("amira", "dora", "ewan")
    await two_leads(town)
    await amira.sends(A_CHILD_AND_TERROR)
    await town.delivers()

    await leaves(town, "ben")
    await town.delivers()

    assert not ewan.got_nothing()
    assert dora.got_nothing()


# In danger


async def alarms(amira: Resident, *names: str) -> None:
    await amira.begins()
    await amira.presses("Yes, now")
    await amira.sees(f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} asked to ring you.")


@ONE_ENGINE
async def test_in_an_emergency_where_the_only_one_who_was_told_leaves_the_next_is_told_at_once(town: Town) -> None:
    amira, ben, dora = town.people("amira", "ben", "dora")
    await is_away(town, "chidi")
    await alarms(amira, "Ben Carver")
    await town.delivers()
    await leaves(town, "chidi")

    said = await leaves(town, "ben")
    await town.delivers()

    await dora.sees("Please ring Amira Osei now")
    await amira.sees("Dora Finch is asked to ring you.")
    assert "Ben Carver is asked" not in amira.screen()
    await ben.reads("Nothing is needed from you here.")
    assert said == "Ben Carver has left. If anything of theirs was open, the lead has it now."
    assert (await town.ledger_kinds())[-1] == "told next"


@ONE_ENGINE
async def test_in_an_emergency_the_worker_hears_when_the_next_one_has_nothing_after_three_minutes(town: Town) -> None:
    amira, _, dora = town.people("amira", "ben", "dora")
    await is_away(town, "chidi")
    await alarms(amira, "Ben Carver")
    await town.delivers()
    await leaves(town, "chidi")
    await leaves(town, "ben")
    town.takes_no_message(retry_after=60.0)

    await town.delivers()
    town.clock.passes(minutes=3, seconds=1)
    await town.delivers()

    assert dora.got_nothing()
    await amira.reads("Our message did not reach Dora Finch. Please ring.")


@ONE_ENGINE
async def test_in_an_emergency_a_leaver_is_on_the_workers_card_no_more_though_another_was_told(town: Town) -> None:
    amira, dora = town.people("amira", "dora")
    town.people("ben", "chidi")
    await alarms(amira, "Ben Carver", "Chidi Lowe")
    await town.delivers()

    await leaves(town, "ben")
    await town.delivers()

    await amira.sees("Chidi Lowe is asked to ring you.")
    assert dora.got_nothing()


# At one moment


@asynccontextmanager
async def pressing(town: Town, worker: Resident) -> AsyncIterator[Turn]:
    """The worker's own transaction, which is not over yet."""
    office = town.process.office
    async with office.store.begin(town.clock()) as tx:
        person = await tx.people.by_account(*town.account(worker))
        assert person is not None
        event = Event("at-once", town.who(worker), "send.confirm")
        yield Turn(tx, event, person, charity_of(await tx.organisations.current()), office.books["justus"], office)


async def goes(town: Town, handle: str, how: str) -> str:
    """By the command line."""
    office = town.process.office
    if how == "leaves":
        return await leaves(town, handle)
    day = (town.clock() + timedelta(days=3)).date()
    return await colleagues.away(office.store, office.books, handle, day, "", town.clock())


async def waits_for_another(town: Town) -> None:
    """Until one of the transactions stands behind another one's lock."""

    async def somebody_waits() -> bool:
        async with town.reading() as tx:
            rows = await tx.connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(rows.scalar_one())

    await town.until(somebody_waits)


async def others(town: Town, handle: str) -> Collection[str]:
    return await asked(town) - {handle}


@ON_POSTGRESQL
@pytest.mark.parametrize("how", ["leaves", "is away"])
async def test_what_is_sent_to_somebody_who_goes_at_that_moment_goes_on_to_others(how: str, town: Town) -> None:
    amira, _ = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    case = await town.case()
    femi = await town.id_of("femi")

    async with pressing(town, amira) as turn:
        sent = await turn.step(await turn.tx.cases.get(case.id), state="sent")
        await bring_up_to_date(turn, sent, (femi,))
        going = asyncio.create_task(goes(town, "femi", how))
        await waits_for_another(town)
    await going

    assert await others(town, "femi")


@ON_POSTGRESQL
@pytest.mark.parametrize("how", ["leaves", "is away"])
async def test_nobody_is_asked_alone_who_has_gone_while_the_worker_was_sending(how: str, town: Town) -> None:
    amira, _ = town.people("amira", "femi")
    await amira.begins()
    await amira.answers(stories.A_CHILD)
    case, femi, ben = await town.case(), await town.id_of("femi"), await town.id_of("ben")

    async def sends() -> None:
        async with pressing(town, amira) as turn:
            sent = await turn.step(await turn.tx.cases.get(case.id), state="sent")
            await bring_up_to_date(turn, sent, (femi,) if how == "leaves" else ())

    async with town.changing() as tx:
        gone = femi if how == "leaves" else ben
        [person] = (await tx.people.hold([gone], to_change=True)).values()
        sending = asyncio.create_task(sends())
        await waits_for_another(town)
        if how == "leaves":
            await tx.people.put(
                handle=person.handle,
                name=person.name,
                role=person.role,
                capabilities=person.capabilities,
                active=False,
            )
        else:
            await tx.rota.away(ben, until=tx.now + timedelta(days=1), stand_in=None, by="command line")
    await sending

    assert await asked(town) == ({"ben", "chidi"} if how == "leaves" else {"chidi"})


@ON_POSTGRESQL
async def test_an_emergency_told_to_somebody_who_leaves_at_that_moment_goes_on_to_the_next(town: Town) -> None:
    amira, _, dora = town.people("amira", "ben", "dora")
    await is_away(town, "chidi")
    await amira.begins()
    case = await town.case()

    async with pressing(town, amira) as turn:
        alarmed = await turn.step(await turn.tx.cases.get(case.id), {"life_now": "yes"})
        await _tell_of_emergency(turn, alarmed)
        going = asyncio.create_task(leaves(town, "ben"))
        await waits_for_another(town)
    await going
    await town.delivers()

    await dora.sees("Please ring Amira Osei now")
