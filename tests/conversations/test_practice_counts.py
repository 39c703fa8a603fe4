"""A practice in every figure: none changes by one. Played whole, and late in everything, beside real ones."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from bot.organisation.charity import charity_of
from bot.reporting.annual_command import gathered
from bot.reporting.annual_files import FORM, written
from bot.reporting.timers import draft
from tests.conversations import stories
from tests.conversations.resident import Resident
from tests.conversations.test_digest import MONDAY
from tests.conversations.test_practice import DAY, NOW, agrees, asks, practises, rehearsed
from tests.conversations.town import Town

LATER = MONDAY + timedelta(days=21)
"""When everything is counted: what can be late is late by then, and a practice that nobody destroyed still stands."""


class _Undone(Exception):
    """Nothing of what was counted is kept."""


async def figures(town: Town) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Everything that the digest, the annual return and its file would say then; but the length of the ledger."""
    found: dict[str, Any] = {}
    store = town.process.office.store
    async with store.read(LATER) as tx:
        [organisation] = await tx.organisations.all()
    try:
        async with store.begin(LATER) as tx:
            tx.bind(organisation.id)
            write = await draft(tx, town.books, {"timer": "digest", "week": "2026-W47"})
            await write(tx)
            last = await tx.digests.last()
            assert last is not None
            found = {**last.figures, "entry": 0, "head": "", "unchecked": 0, "since": last.since, "until": last.until}
            raise _Undone
    except _Undone:
        pass
    async with store.read(LATER) as tx:
        tx.bind(organisation.id)
        paper = await gathered(tx, town.url, town.books, charity_of(organisation), 2026, None)
    paper = replace(paper, proof=replace(paper.proof, entries=0, head=""))
    return found, asdict(replace(paper, zone=None)), {FORM: written(paper, "json")}  # type: ignore[arg-type]


async def plays_it_whole(town: Town, amira: Resident, femi: Resident) -> None:
    """An emergency ticked, a request asked and agreed to, what was done written down and finished, and closed."""
    await practises(amira)
    await amira.presses(NOW)
    await amira.sees("[I have rung 999]")
    await town.delivers()
    await amira.presses("I have rung 999")
    await amira.sees(f"# Practice: {stories.DANGERS}")
    await amira.answers(rehearsed({**stories.A_CHILD, stories.FIRST: NOW}))
    await amira.presses("Ask for agreement")
    await amira.sees("Before it is sent")
    await amira.ticks("Femi Adair")
    await amira.fills("What exactly would you say?", "A child is hurt.")
    await amira.submits()
    await amira.sees("Write down what was done")
    await town.delivers()
    await agrees(femi)
    await town.delivers()
    await amira.sees("# Practice: What to do now")
    await amira.presses("Write down what was done")
    await amira.sees("Write down each of them by itself.")
    await amira.presses("Danger now")
    await amira.sees("# Practice: What was done")
    await amira.chooses("Did you ring 999? Which service?", "Police")
    await amira.fills("What was said or done?", "Only what was said.")
    await amira.submits()
    await amira.sees("Kept in the record.")
    await amira.presses("Write down what was done")
    await amira.sees("# Practice: What was done")
    await amira.chooses("Who was told?", "Children's social care at the council")
    await amira.chooses("How did you tell them?", "By telephone")
    await amira.chooses("How did you make sure who it was?", "I rang a number that I found myself")
    await amira.fills("What was said or done?", "Only what was said.")
    await amira.submits()
    await amira.sees("[Finish the record]")
    await amira.finishes()
    await amira.sees("[Close]")
    await amira.presses("Close")
    await amira.sees("Ended. It is gone after")


async def gives_up(town: Town) -> list[str]:
    """Whatever is due about a practice is given up: no letter of it arrives, every timer of it fails. Their kinds."""
    async with town.changing() as tx:
        about: set[str] = set()
        for id in await tx.retention.practices(opened_by=tx.now):
            about |= {
                id,
                *(post.id for post in await tx.posts.of(id)),
                *(each.id for each in await tx.approvals.of(id)),
            }
        due = await tx.outbox.claim(limit=1000, busy=[], channels=list(town.sides), timers=True)
        mine = [job for job in due if not about.isdisjoint(job.payload.values())]
        for job in mine:
            await tx.outbox.bury(job)
        return sorted(job.payload.get("timer", job.kind) for job in mine)


async def test_a_practice_played_whole_and_late_in_everything_changes_no_figure_of_the_digest_or_the_year(
    town: Town,
) -> None:
    amira, femi, hana = town.people("amira", "femi", "hana")
    town.people("ben", "chidi", "dora", "ewan", "iris")
    town.clock.now = DAY
    await amira.sends(stories.A_CHILD, of="Femi Adair")  # real, and waits
    await town.delivers()
    before = await figures(town)

    await plays_it_whole(town, hana, femi)
    await asks(hana)  # a second one, which nobody answers until the leads were called
    for _ in range(2):
        town.clock.passes(minutes=15)
    await practises(hana)
    await hana.presses(NOW)
    await hana.sees("# Practice: Ring 999 now")
    lost = await gives_up(town)
    after = await figures(town)

    assert {"letter", "ladder", "not_reached"} <= set(lost)
    assert before[0]["opened"] == before[0]["waiting"] == 1
    assert after == before
    assert (await town.ledger_kinds()).count("practice opened") == 3
