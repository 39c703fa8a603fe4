"""The ledger walked by the running bot: what is new each day, all of it each week; and who hears that it is not whole.

The rule to keep: nobody waits for it. It reads in one transaction and writes in another, and who is told is told once.
"""

from __future__ import annotations

import logging

from bot import messages
from bot.alarms import TOLD
from bot.cards import Block, Card, Notice, Points, Say
from bot.messages import Scene
from bot.turn import Office, Turn
from bot.wording import until
from storage.chains import chain_in
from storage.pieces import PAGE, How, Mark, Wrong, walk_on
from storage.records import Job, Person
from storage.store import Transaction
from storage.walks import PAUSE

log = logging.getLogger(__name__)

BROKEN = "ledger_broken"
"""The kind of the message: the ledger was found not whole."""

_WARNED = frozenset({"administrator", "data_protection_lead"})

_FOUND: dict[How, str] = {
    "changed": "Entry {} was changed.",
    "removed": "Entry {} is missing.",
    "truncated": "From entry {} on the end is missing. Has an old copy been put back?",
    "forked": "Entry {} is not the one that was there. Somebody may have written the record anew.",
}


async def walk(office: Office, job: Job) -> None:
    """One piece of this charity's ledger, and the promise of the next. Raises StoreUnavailable."""
    anchor = office.anchored.get(job.organisation_id)  # before the snapshot: a newer one may lie behind its end
    async with office.store.read(office.clock()) as tx:
        tx.bind(job.organisation_id)
        before = await tx.walks.get()
        begun = before.begun(tx.now)
        marks = [begun.mark, *([Mark(anchor.sequence, anchor.hash)] if anchor else [])]
        piece = await walk_on(chain_in(tx, page=PAGE), job.organisation_id, begun.place, marks)
    async with office.store.begin(office.clock()) as tx:
        tx.bind(job.organisation_id)
        anchored_at = anchor.at if anchor else before.anchored_at if office.anchors else None
        after = begun.after(piece, tx.now, anchored_at)
        if await tx.walks.put(after, before=before):
            if after.wrong and (before.wrong is None or after.wrong.sequence < before.wrong.sequence):
                await _tell(tx, after.wrong)
            ended = piece.ended or piece.wrong is not None
            await tx.walks.goes_on(tx.walks.next_day() if ended else tx.now + PAUSE)
        await tx.outbox.done([(job.id, job.token)])


async def card(scene: Scene) -> Card | None:
    """For whoever looks after the record; None for whoever does not any more."""
    person, how = scene.person, scene.about["how"]
    if person.locked or not person.capabilities & _WARNED or how not in _FOUND:
        return None
    blocks: list[Block] = [
        Notice("The ledger is not whole. Do not rely on the record.", "warning"),
        Say(_FOUND[how].format(f"{int(scene.about['entry']):,}")),
        Points(
            (
                "Change nothing and delete nothing.",
                "Tell whoever looks after Confer now. They copy the database, and run: python -m bot ledger verify",
                "The data-protection lead: a record that was altered or lost is a breach to assess within 72 hours.",
            )
        ),
        Say("Is somebody in danger? Do what you would do anyway. Confer goes on working."),
    ]
    return scene.card("The record was altered, or a part is lost", blocks, summary="Confer: please open this today")


async def home_blocks(turn: Turn) -> list[Block]:
    """For those who lead, as long as it is so."""
    if not turn.person.capabilities & TOLD:
        return []
    found = await turn.tx.walks.get()
    if found.wrong is None or found.wrong_at is None:
        return []
    since, what = until(found.wrong_at, turn.charity), _FOUND[found.wrong.how].format(f"{found.wrong.sequence:,}")
    said = f"The ledger is not whole: do not rely on the record. {what} Found at {since}."
    return [Notice(f"{said} Please tell whoever looks after Confer today.", "warning")]


async def _tell(tx: Transaction, wrong: Wrong) -> None:
    log.error("ledger: it is not whole at entry %d (%s); run: python -m bot ledger verify", *wrong)
    people = [each for each in await tx.people.everybody() if _warned(each)]
    await messages.send(tx, BROKEN, people, entry=str(wrong.sequence), how=wrong.how)


def _warned(person: Person) -> bool:
    return person.active and not person.locked and bool(person.capabilities & _WARNED)
