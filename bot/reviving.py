"""Timers that died or never were: whatever still waits gets one anew, at the start and every hour.

The rule to keep: nothing waits without a time at which somebody hears of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from bot.afterwards.looking import REMINDER
from bot.keeping.sweeping import KEEP, arm
from bot.looks import evening, next_morning
from bot.organisation.charity import charity_of
from bot.reporting import timers as reporting
from bot.team import rota_test
from bot.trace import place_of
from storage.store import Store, StoreUnavailable, Transaction

log = logging.getLogger(__name__)


async def revive(store: Store, now: datetime) -> int:
    """Promise the timer of everything that waits and has none; gives how many. Raises StoreUnavailable."""
    found = 0
    async with store.read(now) as tx:
        organisations = await tx.organisations.all()
    for organisation in organisations:
        charity = charity_of(organisation)
        # The calendar takes a third of a second to read the first time: here, and not while somebody waits.
        charity.waking.waking(now)
        async with store.begin(now) as tx:
            tx.bind(organisation.id)
            found += await _requests(tx)
            found += await _looks(tx, next_morning(now, charity), evening(now, charity))
            found += await _follow_ups(tx, charity.waking.next_morning(now))
            found += await _the_rest(tx)
            if not await tx.retention.ringing(KEEP):
                await arm(tx, charity)
            await reporting.arm(tx, charity)
            await rota_test.arm(tx, charity)
            await tx.walks.arm()
    return found


async def revive_at_start(store: Store, now: datetime) -> None:
    """The same, where a database that is out of reach is no reason not to start."""
    try:
        found = await revive(store, now)
    except StoreUnavailable as trouble:
        log.warning("what waits without a timer was not looked for: %s", type(trouble).__name__)
    else:
        if found:
            log.warning("%d timers were promised anew", found)


async def revive_every_hour(store: Store, clock: Callable[[], datetime], *, every: float = 3600) -> None:
    """The same again, every so many seconds, for ever: a timer that dies must not wait for the next start."""
    while True:
        await asyncio.sleep(every)
        try:
            await revive_at_start(store, clock())
        except Exception as bug:
            log.error("what waits without a timer was not looked for: %s", place_of(bug))


async def _requests(tx: Transaction) -> int:
    """Requests that nobody has answered: their ladder goes on where it stopped."""
    fallen = await tx.ladders.fallen()
    for request_id, number, at in fallen:
        payload = {"timer": "ladder", "request": request_id, "step": str(number)}
        await tx.outbox.put("timer", f"ladder:{request_id}", payload, run_at=at)
        tx.note("timer revived", request=request_id)
    return len(fallen)


async def _looks(tx: Transaction, morning: datetime, evening: datetime) -> int:
    """Second looks that are open, and emergencies of which nobody has written down what was done."""
    fallen = await tx.looks.fallen()
    for id, kind in fallen:
        await tx.looks.again(id, kind, morning)
        tx.note("timer revived", consultation=id, look=kind)
    unread = await tx.looks.without_reminder(REMINDER)
    for id in unread:
        payload = {"timer": "emergency_record", "case": id, "late": "yes"}
        await tx.outbox.put("timer", f"{REMINDER}{id}", payload, run_at=evening)
    return len(fallen) + len(unread)


async def _follow_ups(tx: Transaction, morning: datetime) -> int:
    """What was sent, and is not closed: somebody asks for what is still to be written."""
    fallen = await tx.follow_ups.fallen()
    for id in fallen:
        await tx.follow_ups.chase(id, morning, 1)
        tx.note("timer revived", consultation=id)
    return len(fallen)


async def _the_rest(tx: Transaction) -> int:
    """Whatever other timer was tried so often that it was given up: once more, each hour."""
    given_up = await tx.outbox.revive_timers()
    for key in given_up:
        tx.note("timer revived", timer=key.partition(":")[0])
    return len(given_up)
