"""What may wait, as the weekly digest may, stands behind whatever is urgent, and costs it nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from storage.records import Job
from tests.storage.charity import NOW, SECOND, Charity
from tests.storage.plans import explained, through

MANY = 1000


async def promise(charity: Charity, lanes: Sequence[str], *, patient: bool, late: int = 0) -> None:
    """A letter in each of these lanes, due since so many seconds."""
    async with charity.begin(NOW - late * SECOND) as tx:
        rows = [(f"message:{lane}:{patient}", {"message": "any"}, lane) for lane in lanes]
        await tx.outbox.put_all("letter", rows, patient=patient)


async def digests(charity: Charity) -> None:
    """A charity of this many readers has its digest, since a minute."""
    await promise(charity, [f"web/T1/reader-{number}" for number in range(MANY)], patient=True, late=60)


async def claim(charity: Charity, *, limit: int = 12, patient: bool = True) -> list[Job]:
    async with charity.store.begin(NOW) as tx:
        return await tx.outbox.claim(limit=limit, patient=patient)


async def test_an_urgent_letter_that_came_after_a_thousand_digests_is_in_the_next_batch(charity: Charity) -> None:
    await digests(charity)
    before = await claim(charity)
    await promise(charity, ["web/T1/lead"], patient=False)

    after = await claim(charity)

    assert [job.patient for job in before] == [True] * 12
    assert sorted((job.lane, job.patient) for job in after)[0] == ("web/T1/lead", False)
    assert len(after) == 12


async def test_an_urgent_letter_to_whoever_waits_for_a_digest_too_goes_before_it(charity: Charity) -> None:
    await promise(charity, ["web/T1/lead"], patient=True, late=60)
    await promise(charity, ["web/T1/lead"], patient=False)

    [job] = await claim(charity)

    assert not job.patient


async def test_the_timer_of_a_digest_stands_behind_a_timer_that_came_due_after_it(charity: Charity) -> None:
    async with charity.begin(NOW - 60 * SECOND) as tx:
        await tx.digests.arm("2026-W47", NOW - 60 * SECOND)
    async with charity.begin() as tx:
        await tx.outbox.put("timer", "ladder:1", {"timer": "ladder"})

    [first] = await claim(charity, limit=1)
    [second] = await claim(charity, limit=1)

    assert (first.key, second.payload["timer"]) == ("ladder:1", "digest")


async def test_the_digest_of_a_process_that_was_killed_comes_in_twenty_seconds_and_its_letter_in_sixty(
    charity: Charity,
) -> None:
    async with charity.begin() as tx:
        await tx.digests.arm("2026-W47", NOW)
    await promise(charity, ["web/T1/lead"], patient=True)
    held = [job.kind for job in await claim(charity)]

    async def taken_over(seconds: int) -> list[str]:
        async with charity.store.begin(NOW + seconds * SECOND) as tx:
            return [job.kind for job in await tx.outbox.claim(limit=12)]

    assert sorted(held) == ["letter", "timer"]
    assert [await taken_over(seconds) for seconds in (19, 20, 39, 59)] == [[], ["timer"], [], ["timer"]]
    assert await taken_over(60) == ["letter"]


async def test_whoever_has_its_hands_full_of_digests_takes_what_is_urgent_and_no_more_of_them(charity: Charity) -> None:
    await digests(charity)
    await promise(charity, ["web/T1/lead"], patient=False)

    taken, nothing = await claim(charity, patient=False), await claim(charity, patient=False)

    assert ([job.lane for job in taken], nothing) == (["web/T1/lead"], [])


async def test_what_is_promised_anew_under_a_key_is_as_patient_as_it_was_promised_last(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.outbox.put("letter", "message:1", {"message": "any"}, lane="a", patient=True)
    async with charity.begin() as tx:
        await tx.outbox.put("letter", "message:1", {"message": "any"}, lane="a")

    [job] = await claim(charity)

    assert not job.patient


async def test_the_next_time_something_is_due_is_known_whether_it_may_wait_or_not(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.outbox.put("timer", "ladder:1", {}, run_at=NOW + 2 * SECOND)
        await tx.digests.arm("2026-W47", NOW + SECOND)
    async with charity.read() as tx:
        first, then = await tx.outbox.next_due(), await tx.outbox.next_due(after=NOW + SECOND)

    assert first is not None
    assert then == first + 1_000_000


async def test_what_is_urgent_is_found_without_a_look_at_what_may_wait(charity: Charity) -> None:
    await digests(charity)
    walked: list[str] = []

    async with charity.store.begin(NOW) as tx:
        if tx.postgresql:
            await tx.connection.execute(text("ANALYZE jobs"))
            await tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        async with explained(tx, walked):
            await tx.outbox.claim(limit=12)
            await tx.outbox.next_due()

    by = [line for line in walked if "patient" in line and ("Cond" in line or "ix_jobs_due" in line)]
    assert len(by) >= 4, walked
    assert [line for line in through(walked) if "jobs" in line] == []
