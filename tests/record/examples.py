"""The example papers of docs/examples/, of one invented consultation: `python -m tests.record.examples`.

The rule to keep: people, case and words are invented, and every word of a paper comes out of the bot as it runs.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from bot.books import read_books
from bot.picture import Picture, look
from bot.record import access
from bot.record.exporting import COMMAND_LINE, FORMATS, Paged, noted, paged, written
from bot.record.reading import Paper
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import bound, import_charity, import_people
from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store, Transaction
from tests.conversations import stories
from tests.conversations.sides import ROSTER, opened
from tests.conversations.town import Clock, Town

FOLDER = Path(__file__).parents[2] / "docs" / "examples"

REFERENCE = "HP-2026-118"
NAMES: dict[Paper, str] = {
    "note": "case-note",
    "record": "decision-record",
    "access": "subject-access-copy",
    "sheet": "subject-access-sheet",
}
_ASKED = stories.A_CHILD[stories.NEAR]
_CHARITY = SHIPPED_BOOKS.parent.parent / "bot" / "trial" / "charity.toml"
_SAFE_TO_TELL = (
    {stories.NEAR: {**_ASKED, "Is there a parent or carer": "Yes", "Is it safe and possible": "Yes"}}
    if isinstance(_ASKED, Mapping)
    else {}
)
_KEYS = Keyring.parse(new_key("examples"))


async def tell(town: Town) -> None:
    """A child at risk: asked, asked back, agreed, told to the council, corrected, followed up and closed."""
    amira, femi = town.people("amira", "femi")
    await amira.begins()
    await amira.presses("No")
    await amira.sees("[My answers]")
    await amira.presses("My answers")
    await amira.presses("Use our own reference")
    await amira.sees("# Case reference")
    await amira.fills("Your own case reference", REFERENCE)
    await amira.submits()
    await amira.sees("The case has your reference now.")
    await amira.answers({**stories.A_CHILD, **_SAFE_TO_TELL})
    await amira.asks_for_agreement(
        "A child in a family we visit has bruises that do not fit what we were told. We ask for advice.",
        of="Femi Adair",
    )
    await town.delivers()
    town.clock.passes(minutes=4)
    await _asks_back(town)
    town.clock.passes(minutes=6)
    await femi.agrees("Two visits, two marks, no explanation. The risk is clear, and only what is needed goes out.")
    await femi.sees("Already decided")
    await town.delivers()
    town.clock.passes(minutes=9)
    await amira.sees("# What to do now")
    await amira.fills_in(stories.THE_WAY)
    await amira.sees("Can nobody else hear?")
    await amira.fills_in("Yes")
    await amira.writes_down(
        "Children's social care at the council",
        "They take it on and ring back by nine. We keep visiting.",
        when="now",
        role="duty social worker",
        given="log 0417",
    )
    await amira.sees("Kept in the record.")
    town.clock.passes(minutes=20)
    await amira.presses("Correct what was written")
    await amira.sees("# Correct it")
    await amira.fills("What is right?", "They ring back by ten, not by nine.")
    await amira.submits()
    await amira.sees("Corrected.")
    town.clock.passes(hours=7)
    why = "They were glad that somebody asked."
    await amira.finishes("Yes, afterwards", why=why, basis="I saw or heard it myself")
    await amira.sees("Kept in the record.")
    await amira.presses("Close")
    await amira.sees("Closed. The record is kept.")
    await town.delivers()


async def _asks_back(town: Town) -> None:
    """What the two forms keep, without the messages they bring: the story goes on on the first cards."""
    case = await town.case()
    async with town.changing() as tx:
        [request] = await tx.approvals.of(case.id)
        people = {each.handle: each.id for each in await tx.people.everybody()}
        asked = "Did the child say anything, or is it what you saw?"
        id = await tx.texts.keep(case.id, people["femi"], "question", asked, about=request.id)
        tx.note("asked back", person=people["femi"], consultation=case.id, text=id)
    town.clock.passes(minutes=3)
    async with town.changing() as tx:
        said = "Both: I saw the marks on two visits, and the child would not say how."
        reply = await tx.texts.keep(case.id, people["amira"], "reply", said, about=id)
        tx.note("answered back", person=people["amira"], consultation=case.id, text=reply)


async def papers(town: Town) -> dict[Paper, Paged]:
    """Every paper of the only consultation, for the data-protection lead, after somebody asked to see it."""
    async with town.changing() as tx:
        charity = await bound(tx)
        await access.opened(tx, charity, REFERENCE, date(2026, 11, 20), None)
    made: dict[Paper, Paged] = {}
    for paper in NAMES:
        async with town.changing() as tx:
            charity = await bound(tx)
            pictures = await _pictures(tx, town)
            ewan = next(each for each in await tx.people.everybody() if each.handle == "ewan")
            made[paper] = await paged(tx, charity, pictures, REFERENCE, paper, ewan)
            noted(tx, pictures, ewan, paper, "pdf", by=COMMAND_LINE)
    return made


async def _pictures(tx: Transaction, town: Town) -> Sequence[Picture]:
    charity = await bound(tx)
    found = [await tx.cases.get(case.id) for case in await tx.cases.on_reference(REFERENCE)]
    return [await look(tx, town.books[case.book_id], charity, case) for case in found]


async def make(folder: Path) -> list[Path]:
    """Write all of them, and give their paths."""
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite+aiosqlite:///{Path(place) / 'confer.db'}"
        await migrate(url)
        store = Store(url, _KEYS)
        moment = datetime(2026, 1, 5, tzinfo=UTC)
        await import_charity(store, _CHARITY.read_text(encoding="utf-8"), moment)
        await import_people(store, ROSTER.read_text(encoding="utf-8"), moment)
        await store.close()
        async with opened(["slack"]) as sides, Town(sides, url, _KEYS, read_books([SHIPPED_BOOKS]), Clock()) as town:
            await tell(town)
            made = await papers(town)
    paths = []
    for paper, found in made.items():
        for format in FORMATS:
            path = folder / f"{NAMES[paper]}.{format}"
            path.write_bytes(written(found, format))
            paths.append(path)
    return paths


if __name__ == "__main__":
    for path in asyncio.run(make(FOLDER)):
        sys.stdout.write(f"{path}\n")
