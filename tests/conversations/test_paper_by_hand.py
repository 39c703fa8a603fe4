"""Where no browser reaches the bot, whoever runs it makes the file: the chat says with which command."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from bot.cards import Open, Say
from bot.dispatch import Dispatcher
from bot.events import Event, Who
from bot.record.reading import PAPERS
from tests.conversations.sides import SLACKS_OWN
from tests.conversations.test_keeping import closed
from tests.conversations.town import ONE_ENGINE, Town

_COMMAND = re.compile(r"python -m bot record export .*")


async def commands_for(town: Town, user: str) -> list[str]:
    """The commands that stand in the form that this person gets."""
    office = replace(town.process.office, address="")
    event = Event("", Who("slack", "T0INVENTED", user), "paper", carry={"c": (await town.case()).id})
    reply = await Dispatcher(office).handle(event)
    assert isinstance(reply, Open)
    said = [block.text for block in reply.form.fields if isinstance(block, Say)]
    return [command for line in said for command in _COMMAND.findall(line)]


@ONE_ENGINE
@SLACKS_OWN
async def test_each_paper_that_a_lead_may_have_has_a_command_of_its_own(town: Town) -> None:
    await closed(town)
    async with town.changing() as tx:
        await tx.cases.name((await town.case()).id, "HP-118 (4K)")

    found = [shlex.split(command)[3:] for command in await commands_for(town, "U0EWAN")]

    assert found == [
        ["record", "export", named, "--kind", kind, "--for", "ewan", "--out", f"{kind}.pdf"]
        for kind, named in zip(PAPERS, ["HP-118 (4K)"] * 2 + ["HP-118"] * 2, strict=True)
    ]


@ONE_ENGINE
@SLACKS_OWN
async def test_a_worker_reads_the_one_for_their_note(town: Town) -> None:
    await closed(town)

    [command] = await commands_for(town, "U0AMIRA")

    assert "--kind note --for amira" in command
