"""The running bot's anchors: at the start and once a day the ledger is held against the file, then the file goes on.

The rule to keep: a ledger that does not pass through its anchors gets no new one, and neither does an older ledger of
which the file knows nothing, so that an emptied file shows. Nobody waits for any of it, least of all the start.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.alarms import Alarms
from bot.trace import place_of
from storage.anchors import Anchor, AnchorsUnreadable, append_anchors, moment_of, newest, read_anchors
from storage.store import Store, StoreUnavailable, Transaction

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
"""Between two looks. A ledger that is older than this without any anchor has lost its anchors."""

_AGAIN = 60.0  # seconds until it looks again where the database was out of reach
_WITHIN = 5.0  # seconds for the file; a disk of another machine may never answer

Given = TypeVar("Given")


async def anchor_now(
    store: Store,
    path: Path | None,
    alarms: Alarms,
    now: datetime,
    *,
    within: float = _WITHIN,
    anchored: dict[str, Anchor] | None = None,
) -> bool:
    """Hold every charity's ledger against the anchors, say what does not fit, and add one for each that does.

    `within`: seconds for each look at the file. `anchored` gets the newest of each charity. False: the database was out
    of reach, so nothing was looked at.
    """
    if path is None:
        return True
    anchors = await _of_the_file(lambda: read_anchors(path), "read", alarms, within)
    if anchors is None:
        return True
    try:
        new = await _compared(store, anchors, alarms, now)
    except StoreUnavailable as trouble:
        log.warning("the ledger was not held against its anchors: %s", type(trouble).__name__)
        return False
    if new and not anchors:
        log.warning("CONFER_ANCHORS: the file has no anchors yet; the first ones are written now")

    def added() -> bool:
        append_anchors(path, new)
        return True

    if await _of_the_file(added, "written", alarms, within):
        alarms.over("anchors")
        anchors += new
    if anchored is not None:
        anchored.update(newest(anchors))
    return True


async def anchor_every_day(
    store: Store,
    path: Path | None,
    alarms: Alarms,
    clock: Callable[[], datetime],
    *,
    every: float | None = None,
    anchored: dict[str, Anchor] | None = None,
) -> None:
    """The same now and again each day, for ever. `every`: seconds."""
    while True:
        looked = True
        try:
            looked = await anchor_now(store, path, alarms, clock(), anchored=anchored)
        except Exception as bug:
            log.error("the ledger was not held against its anchors: %s", place_of(bug))
            alarms.say("anchors", f"The record was not held against its anchors: {type(bug).__name__}.")
        pause = EVERY.total_seconds() if every is None else every
        await asyncio.sleep(pause if looked else min(pause, _AGAIN))


async def heads(store: Store, now: datetime) -> list[Anchor]:
    """Where each charity's ledger stands now; nothing of one that has none."""
    found = []
    async with store.read(now) as tx:
        for organisation in await tx.organisations.all():
            _turn_to(tx, organisation.id)
            sequence, digest = await tx.ledger.head()
            if sequence:
                found.append(Anchor(organisation.id, sequence, digest, now))
    return found


async def _of_the_file(work: Callable[[], Given], what: str, alarms: Alarms, within: float) -> Given | None:
    """What the file gives, in so many seconds; None where it does not, which is said.

    In a thread of its own that nobody waits for: one that a disk keeps for ever would keep the process from ending, and
    in the pool of the loop it would stand in the way of whoever looks up a name.
    """
    outcome: concurrent.futures.Future[Given] = concurrent.futures.Future()

    def run() -> None:
        outcome.set_running_or_notify_cancel()
        try:
            outcome.set_result(work())
        except BaseException as wrong:
            outcome.set_exception(wrong)

    threading.Thread(target=run, name="anchors", daemon=True).start()
    try:
        # Not `wait_for`: in Python 3.11 it swallows a cancellation that comes with the answer; the bot would not end.
        async with asyncio.timeout(within):
            return await asyncio.wrap_future(outcome)
    except TimeoutError:
        why: object = f"it did not answer within {within:g} seconds"
    except OSError as wrong:
        why = wrong.strerror
    except AnchorsUnreadable as wrong:
        why = wrong
    alarms.say("anchors", f"The file of the ledger's anchors cannot be {what}: {why}.")
    return None


async def _compared(store: Store, anchors: Sequence[Anchor], alarms: Alarms, now: datetime) -> list[Anchor]:
    """The anchors to add."""
    last, new = newest(anchors), []
    async with store.read(now) as tx:
        known = [organisation.id for organisation in await tx.organisations.all()]
        for id in known:
            _turn_to(tx, id)
            words = await _off(tx, [each for each in anchors if each.organisation_id == id])
            if words:
                alarms.say("ledger", words, id)
                continue
            alarms.over("ledger", id)
            if words := "" if id in last else await _emptied(tx, now):
                alarms.say("anchors", words, id)
                continue
            alarms.over("anchors", id)
            sequence, digest = await tx.ledger.head()
            if sequence and (id not in last or last[id].sequence < sequence):
                new.append(Anchor(id, sequence, digest, now))
    for id, anchor in last.items():
        if id not in known:
            words = f"The record of a charity that was here on {moment_of(anchor.at)} is not in this database."
            alarms.say("ledger", f"{words} Another database may have been put in its place.")
    return new


async def _emptied(tx: Transaction, now: datetime) -> str:
    """Why a file that holds no anchor of this charity gets none from us, in words; "" where its ledger is new."""
    began = await tx.ledger.began()
    if began is None or now - began < EVERY:
        return ""
    return (
        f"The file of the ledger's anchors holds none of this charity, whose record began on {moment_of(began)}. Was "
        "the file emptied, moved or replaced? None is added until somebody who has looked runs: "
        "python -m bot ledger anchor FILE"
    )


async def _off(tx: Transaction, anchors: Sequence[Anchor]) -> str:
    """Why this charity's ledger does not pass through these, in words; "" where it does."""
    head, _ = await tx.ledger.head()
    for anchor in sorted(anchors, key=lambda each: each.sequence):
        when = moment_of(anchor.at)
        if head < anchor.sequence:
            return (
                f"The record is older than it was. It ends with entry {head:,}, and on {when} it had entry "
                f"{anchor.sequence:,}. Has an old copy been put back? What was written in between is missing."
            )
        if not (await tx.ledger.hash_of(anchor.sequence)).startswith(anchor.hash):
            return (
                f"The record is not the one that was here on {when}: entry {anchor.sequence:,} is another one. "
                "Somebody may have changed it."
            )
    return ""


def _turn_to(tx: Transaction, organisation_id: str) -> None:
    tx.organisation = ""
    tx.bind(organisation_id)
