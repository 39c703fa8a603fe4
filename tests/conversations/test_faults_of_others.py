"""What approval bots elsewhere get wrong, each tried here. Those tried in other files stand in docs/reliability.md."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.events import Event
from bot.organisation.charity import NEEDED_CAPABILITIES
from bot.organisation.tables import CharityError
from bot.team.colleagues import changed
from tests.conversations import stories
from tests.conversations.resident import TALKED
from tests.conversations.town import ONE_ENGINE, Town

ANYBODY = ("amira", "chidi", "dora", "ewan", "hana", "joan")
AGREED = {"reason": ("The risk is clear.",), "talked": ("yes",)}


@ONE_ENGINE
@pytest.mark.parametrize(
    "action", ["approve.confirm", "decline.confirm", "withdraw", "stop", "bar.confirm", "pass.confirm"]
)
async def test_nobody_in_the_workspace_can_discard_or_decide_what_they_were_not_asked(town: Town, action: str) -> None:
    amira, *_ = town.people("amira", "femi", *ANYBODY)
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    case = await town.case()
    async with town.reading() as tx:
        [request] = await tx.approvals.of(case.id)
    carry = {"c": case.id, "v": str(case.version), "r": request.id, "f": request.fingerprint}
    before = await town.state()

    for handle in ANYBODY[1:]:
        who = town.who(town.person(handle))
        await town.hears(
            Event(f"{action} of {handle}", who, action, carry=carry, fields={**AGREED, "why": ("off_duty",)})
        )

    assert await town.state() == before
    assert (await town.case()).state == "sent"


async def test_who_was_refused_stands_in_the_ledger_with_what_they_tried_and_nothing_they_wrote(town: Town) -> None:
    amira, _, dora = town.people("amira", "femi", "dora")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    case = await town.case()
    async with town.reading() as tx:
        [request] = await tx.approvals.of(case.id)
    carry = {"c": case.id, "r": request.id, "f": request.fingerprint}

    await town.hears(Event("forged", town.who(dora), "approve.confirm", carry=carry, fields=AGREED))
    await town.hears(Event("lost", town.who(dora), "approve.confirm", carry={"r": "no such", "c": "he did it"}))

    refused = [line for line in await town.ledger() if line["kind"] == "refused"]
    tried = {"action": "approve.confirm", "kind": "refused", "person": await town.id_of("dora")}
    assert refused == [{**tried, "consultation": case.id}, tried]
    assert await town.remembers("The risk is clear.", "he did it") == []


async def test_the_same_press_in_two_processes_is_one_decision(town: Town) -> None:
    """No guard against double clicks that lives in one process can hold here."""
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()
    await femi.presses("Approve")
    await femi.sees("# Your decision", TALKED)
    event = Event("one press", town.who(femi), "approve.confirm", carry=femi.carried(), fields=AGREED)
    first = town.process.dispatcher
    await town.dies()
    second = town.process.dispatcher

    await asyncio.gather(*(each.handle(replace(event)) for each in (first, second, first, second)))

    assert (await town.ledger_kinds()).count("approved") == 1


async def test_silence_is_no_answer_however_long_it_lasts(town: Town) -> None:
    amira, femi = town.people("amira", "femi")
    await amira.sends(stories.A_CHILD, of="Femi Adair")
    await town.delivers()

    for minutes in (1, 30, 60, 24 * 60, 7 * 24 * 60):
        town.clock.passes(minutes=minutes)
        await town.delivers()

    async with town.reading() as tx:
        [request] = await tx.approvals.of((await town.case()).id)
    assert request.state == "pending"
    await femi.agrees()
    await town.delivers()
    await amira.reads("Femi Adair agreed at")


@ONE_ENGINE
async def test_a_roster_in_which_one_person_would_have_to_agree_with_themselves_is_refused(town: Town) -> None:
    store, books = town.process.office.store, town.books
    assert "safeguarding_lead" in NEEDED_CAPABILITIES
    refused = ""

    for handle in ("amira", "femi", "joan", "ben", "ewan"):
        try:
            await changed(store, books, handle, {"capabilities": ""}, town.clock())
        except CharityError as why:
            refused = str(why)
            break

    async with town.reading() as tx:
        able = [
            p.handle for p in await tx.people.everybody() if p.active and p.role == "worker" and p.can("may_approve")
        ]
    assert "nobody could get A2" in refused
    assert len(able) == 2


@ONE_ENGINE
async def test_reading_the_message_or_being_in_the_channel_decides_nothing(town: Town) -> None:
    """Femi may approve, is a member of everything, and was not asked."""
    amira, dora, femi = town.people("amira", "dora", "femi")
    await amira.sends(stories.A_CHILD, of="Dora Finch")
    await town.delivers()
    await dora.presses("Approve")
    await dora.sees("# Your decision", TALKED)
    theirs = dora.carried()
    before = await town.state()

    for place in ("shared", "private"):
        said = Event(place, town.who(femi), "approve.confirm", carry=theirs, fields=AGREED, place=place)
        await town.hears(said)

    assert await town.state() == before
