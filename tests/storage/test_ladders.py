"""The ladder of a request: a step is taken once, whoever takes it, and its next time is promised with it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from storage.records import ApprovalRequest, Job, Rung, Rungs
from storage.store import Store
from tests.storage.charity import NOW, SECOND, Charity, rows

MINUTE = timedelta(minutes=1)


async def climb(
    charity: Charity, request: ApprovalRequest, step: int = 1, *, now: datetime = NOW, kind: Rungs = "asked"
) -> bool:
    """Take this step; the next one is due five minutes later."""
    async with charity.begin(now) as tx:
        return await tx.ladders.climb(request.id, step, kind, now + 5 * MINUTE)


async def claim(store: Store, now: datetime) -> list[Job]:
    async with store.begin(now) as tx:
        return await tx.outbox.claim(limit=10)


async def decline(charity: Charity, request: ApprovalRequest, text_id: str) -> None:
    async with charity.begin() as tx:
        await tx.approvals.settle(
            request.id, charity.trustee.id, verdict="declined", fingerprint=request.fingerprint, text_id=text_id
        )
        await tx.outbox.cancel(f"ladder:{request.id}")


async def test_a_step_is_kept_with_what_was_done_and_when_the_next_is_due(charity: Charity) -> None:
    request = await charity.ask()

    await climb(charity, request, 1, kind="asked")
    await climb(charity, request, 2, now=NOW + 5 * MINUTE, kind="next")

    async with charity.read() as tx:
        assert await tx.ladders.of(charity.case.id) == {
            request.id: [
                Rung(1, "asked", NOW, NOW + 5 * MINUTE),
                Rung(2, "next", NOW + 5 * MINUTE, NOW + 10 * MINUTE),
            ]
        }


async def test_each_request_of_a_consultation_has_a_ladder_of_its_own(charity: Charity) -> None:
    one, another, waiting = await charity.ask(), await charity.ask(), await charity.ask()

    taken = [await climb(charity, one), await climb(charity, another), await climb(charity, another, 2)]

    async with charity.read() as tx:
        found = await tx.ladders.of(charity.case.id)
    assert taken == [True, True, True]
    assert {id: [rung.step for rung in steps] for id, steps in found.items()} == {one.id: [1], another.id: [1, 2]}
    assert waiting.id not in found


async def test_a_step_promises_the_timer_of_the_next_one(charity: Charity) -> None:
    request = await charity.ask()

    await climb(charity, request, 2)

    early, (job,) = await claim(charity.store, NOW + 5 * MINUTE - SECOND), await claim(charity.store, NOW + 5 * MINUTE)
    assert (early, job.kind, job.lane) == ([], "timer", "")
    assert job.payload == {"timer": "ladder", "request": request.id, "step": "3"}


async def test_a_step_that_was_taken_is_not_taken_again_and_moves_no_timer(charity: Charity) -> None:
    request = await charity.ask()
    await climb(charity, request)

    again = await climb(charity, request, now=NOW + MINUTE, kind="leads")

    async with charity.read() as tx:
        steps = (await tx.ladders.of(charity.case.id))[request.id]
    assert (again, steps) == (False, [Rung(1, "asked", NOW, NOW + 5 * MINUTE)])
    assert len(await claim(charity.store, NOW + 5 * MINUTE)) == 1


async def test_two_processes_that_take_the_same_step_at_once_take_it_once(charity: Charity, twin: Charity) -> None:
    for _ in range(4):
        request = await charity.ask()

        taken = await asyncio.gather(*(climb(each, request) for each in (charity, twin) * 5))

        assert sorted(taken) == [False] * 9 + [True]
        async with charity.read() as tx:
            assert [rung.step for rung in (await tx.ladders.of(charity.case.id))[request.id]] == [1]


@pytest.mark.parametrize("state", ["declined", "withdrawn", "told"])
async def test_nobody_climbs_for_a_request_that_waits_for_nobody(charity: Charity, state: str) -> None:
    request, text_id = await charity.ask(), await charity.say("We talked it over.")
    async with charity.begin() as tx:
        if state == "told":
            request = await tx.approvals.ask(
                charity.case.id, lane="crime", outcome="share", code="AN", fingerprint="f", people=[], state="told"
            )
        elif state == "withdrawn":
            await tx.approvals.withdraw(charity.case.id)
    if state == "declined":
        await decline(charity, request, text_id)

    taken = await climb(charity, request)

    async with charity.read() as tx:
        assert (taken, await tx.ladders.of(charity.case.id)) == (False, {})
    assert await claim(charity.store, NOW + 5 * MINUTE) == []


async def test_a_step_and_a_decision_at_once_leave_no_timer_behind(charity: Charity, twin: Charity) -> None:
    text_id = await charity.say("We talked it over.")
    for _ in range(8):
        request = await charity.ask()

        await asyncio.gather(climb(twin, request), decline(charity, request, text_id))

        assert await rows(charity.store, "SELECT key FROM jobs WHERE key LIKE 'ladder:%'") == []


async def test_a_step_that_is_rolled_back_was_not_taken(charity: Charity) -> None:
    request = await charity.ask()
    with suppress(LookupError):
        async with charity.begin() as tx:
            await tx.ladders.climb(request.id, 1, "asked", NOW + MINUTE)
            raise LookupError

    assert await rows(charity.store, "SELECT key FROM jobs") == []
    assert await climb(charity, request)


async def test_a_timer_that_is_put_again_while_it_runs_outlives_the_settling_of_that_run(charity: Charity) -> None:
    request = await charity.ask()
    await climb(charity, request)
    (running,) = await claim(charity.store, NOW + 5 * MINUTE)

    # As a timer is rung: its effects, what it promises and its own end, in one transaction.
    async with charity.begin(NOW + 5 * MINUTE) as tx:
        await tx.ladders.climb(request.id, 2, "next", NOW + 10 * MINUTE)
        await tx.outbox.done([(running.id, running.token)])

    early, (after,) = (
        await claim(charity.store, NOW + 10 * MINUTE - SECOND),
        await claim(charity.store, NOW + 10 * MINUTE),
    )
    assert early == []
    assert (after.key, after.payload["step"], after.attempts) == (running.key, "3", 1)


async def test_a_timer_that_another_put_again_meanwhile_is_neither_closed_nor_tried_again_by_the_slow_one(
    charity: Charity,
) -> None:
    request = await charity.ask()
    await climb(charity, request)
    (slow,) = await claim(charity.store, NOW + 5 * MINUTE)
    await climb(charity, request, 2, now=NOW + 6 * MINUTE)  # somebody pressed "I cannot decide this"

    async with charity.begin(NOW + 6 * MINUTE) as tx:
        taken = await tx.ladders.climb(request.id, 2, "next", NOW + 20 * MINUTE)
        again = await tx.outbox.again(slow)
        await tx.outbox.done([(slow.id, slow.token)])

    (job,) = await claim(charity.store, NOW + 11 * MINUTE)
    assert (taken, again, job.payload["step"]) == (False, "", "3")


async def test_a_timer_that_did_not_climb_is_closed_by_its_settling(charity: Charity) -> None:
    request = await charity.ask()
    await climb(charity, request)
    (running,) = await claim(charity.store, NOW + 5 * MINUTE)

    async with charity.begin(NOW + 5 * MINUTE) as tx:
        await tx.outbox.done([(running.id, running.token)])

    assert await claim(charity.store, NOW + timedelta(days=1)) == []


async def test_what_waits_without_a_timer_is_found_with_the_step_that_it_is_for(
    charity: Charity, other: Charity
) -> None:
    never, lost, going, settled = [await charity.ask() for _ in range(4)]
    await other.ask()
    for request in (lost, going, settled):
        await climb(charity, request, 0)
        await climb(charity, request, 1, kind="next")
    await decline(charity, settled, await charity.say("No."))
    async with charity.begin() as tx:
        await tx.outbox.cancel(f"ladder:{lost.id}")

    async with charity.read() as tx:
        found = await tx.ladders.fallen()

    assert sorted(found) == sorted([(never.id, 0, NOW), (lost.id, 2, NOW + 5 * MINUTE)])
