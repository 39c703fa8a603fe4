"""Fifty people's presses in one moment: one decision."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

from tests.conversations import stories
from tests.conversations.resident import NOT_RECORDED, TALKED
from tests.conversations.town import Town

EVERYBODY = {
    "ben": "Ben Carver",
    "chidi": "Chidi Lowe",
    "dora": "Dora Finch",
    "ewan": "Ewan Marsh",
    "iris": "Iris Vale",
}


async def test_fifty_presses_in_one_moment_are_one_decision(town: Town) -> None:
    amira, *asked = town.people("amira", *EVERYBODY)
    await amira.begins()
    await amira.answers(stories.A_REQUEST)
    await amira.presses("Ask for agreement")
    await amira.sees("# Before it is sent")
    for label in EVERYBODY.values():
        await amira.ticks(label)
    await amira.fills("What exactly would you say?", "What they asked, and no more.")
    await amira.submits()
    await amira.sees("# Waiting for a second person")
    await town.delivers()
    forms: list[dict[str, Any]] = []
    for number, person in enumerate(asked):
        yes = number % 2 == 0
        await person.presses("Approve" if yes else "Decline")
        await person.sees("# Your decision")
        await person.fills("Why do you agree?" if yes else "Why not?", "So I see it.")
        await person.ticks(TALKED)
        forms.append(person.submission())
    presses = [copy.deepcopy(forms[number % len(forms)]) for number in range(50)]
    for press in presses:
        press["trigger_id"] = town.workspace.trigger(press["user"]["id"])

    answers = await asyncio.gather(*(town.workspace.send("interactive", press) for press in presses))
    for person in asked:
        await person.closes()
        await person.sees("Already decided: ")
    await town.delivers()

    assert {answer.status for answer in answers} == {200}
    assert [answer for answer in answers if NOT_RECORDED in str(answer.body)] == []
    kinds = await town.ledger_kinds()
    assert kinds.count("approved") + kinds.count("declined") == 1
    read = {line for person in asked for line in person.screen().splitlines() if line.startswith("Already decided: ")}
    assert len(read) == 1
