"""The outbox: what was promised is done by one of us at a time, once it is due, and nothing of it vanishes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from storage.outbox import ATTEMPTS, LEASE, WAKE
from storage.records import Job, Post, to_micros
from storage.sealing import Keyring
from storage.store import Store
from tests.storage.charity import NOW, SECOND, Charity, blocked, rows

HOUR = timedelta(hours=1)


async def promise(
    charity: Charity, key: str, *, lane: str = "", kind: str = "letter", run_at: datetime | None = None
) -> str:
    async with charity.begin() as tx:
        id, _ = await tx.outbox.put(kind, key, {"post": key}, lane=lane, run_at=run_at)
        return id


async def claim(
    store: Store,
    now: datetime = NOW,
    *,
    limit: int = 100,
    busy: Sequence[str] = (),
    channels: Sequence[str] | None = None,
) -> list[Job]:
    """Claimed as a sender does it: bound to nobody."""
    async with store.begin(now) as tx:
        return await tx.outbox.claim(limit=limit, busy=busy, channels=channels)


async def settle(store: Store, *jobs: Job) -> None:
    async with store.begin(NOW) as tx:
        await tx.outbox.done([(job.id, job.token) for job in jobs])


async def states(store: Store) -> dict[str, str]:
    return {row.key: row.state for row in await rows(store, "SELECT key, state FROM jobs")}


async def copy(charity: Charity, *, message: str = "") -> Post:
    """A copy of the worker's checklist."""
    async with charity.begin() as tx:
        return await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker), message=message)


@pytest.fixture
async def second(migrated_url: str, keys: Keyring) -> AsyncIterator[Store]:
    """Another process on the same database."""
    store = Store(migrated_url, keys)
    yield store
    await store.close()


async def test_what_is_due_is_claimed_with_what_it_needs(charity: Charity) -> None:
    id = await promise(charity, "card:1", lane="web/T1/worker")

    (job,) = await claim(charity.store)

    assert (job.id, job.organisation_id, job.kind, job.key) == (id, charity.id, "letter", "card:1")
    assert (job.lane, job.payload, job.attempts) == ("web/T1/worker", {"post": "card:1"}, 1)
    assert job.token


async def test_what_is_not_yet_due_waits(charity: Charity) -> None:
    await promise(charity, "later", run_at=NOW + HOUR)

    early, late = (
        await claim(charity.store, NOW + HOUR - timedelta(microseconds=1)),
        await claim(charity.store, NOW + HOUR),
    )

    assert (early, [job.key for job in late]) == ([], ["later"])


async def test_what_is_claimed_is_claimed_by_nobody_else(charity: Charity, second: Store) -> None:
    await promise(charity, "card:1")

    first, then = await claim(charity.store), await claim(second, NOW + LEASE - SECOND)

    assert (len(first), then) == (1, [])


async def test_no_more_is_claimed_than_was_asked_for_and_the_oldest_first(charity: Charity) -> None:
    for number in range(5):
        await promise(charity, f"timer:{number}", run_at=NOW - number * SECOND)

    jobs = await claim(charity.store, limit=2)

    assert {job.key for job in jobs} == {"timer:4", "timer:3"}


async def test_one_letter_of_a_lane_is_claimed_at_a_time_and_lanes_do_not_wait_for_each_other(
    charity: Charity,
) -> None:
    for lane in ("a", "b"):
        await promise(charity, f"{lane}:late", lane=lane, run_at=NOW - SECOND)
        await promise(charity, f"{lane}:early", lane=lane, run_at=NOW - 2 * SECOND)

    jobs = await claim(charity.store)

    assert {job.key for job in jobs} == {"a:early", "b:early"}


async def test_a_letter_and_a_timer_of_one_lane_are_not_claimed_together(charity: Charity) -> None:
    await promise(charity, "card:1", lane="a")
    await promise(charity, "reminder", lane="a", kind="timer")

    assert len(await claim(charity.store)) == 1


async def test_what_has_no_lane_does_not_wait_for_one_another(charity: Charity) -> None:
    for number in range(3):
        await promise(charity, f"timer:{number}")

    assert len(await claim(charity.store)) == 3


async def test_a_lane_that_is_busy_here_is_passed_over(charity: Charity) -> None:
    await promise(charity, "a:1", lane="a")
    await promise(charity, "b:1", lane="b")

    jobs = await claim(charity.store, busy=["a"])

    assert [job.key for job in jobs] == ["b:1"]


async def test_whoever_has_its_hands_full_leaves_timers_to_others_and_takes_letters(charity: Charity) -> None:
    await promise(charity, "a letter", lane="web/t/u")
    await promise(charity, "a timer", kind="timer")

    async with charity.store.begin(NOW) as tx:
        taken = await tx.outbox.claim(limit=9, timers=False)

    assert [job.key for job in taken] == ["a letter"]
    assert [job.key for job in await claim(charity.store)] == ["a timer"]


async def test_only_letters_of_ones_own_channels_are_claimed_and_timers_whatever_their_lane(charity: Charity) -> None:
    for key, lane in (("mine", "web/T/1"), ("theirs", "webster/T/1"), ("pattern", "we_/T/1"), ("capital", "WEB/T/1")):
        await promise(charity, key, lane=lane)
    await promise(charity, "timer", kind="timer")
    await promise(charity, "timer in a lane", kind="timer", lane="slate/T/1")

    timers = await claim(charity.store, channels=[])
    letters = await claim(charity.store, channels=["web", "we%"])

    assert {job.key for job in timers} == {"timer", "timer in a lane"}
    assert [job.key for job in letters] == ["mine"]


async def test_a_lane_that_was_told_to_slow_down_is_passed_over_until_then_by_everybody(
    charity: Charity, second: Store
) -> None:
    await promise(charity, "a:1", lane="a")
    await promise(charity, "b:1", lane="b")
    async with charity.store.begin(NOW) as tx:
        await tx.outbox.pause("a", NOW + 10 * SECOND, charity.id)
        await tx.outbox.pause("a", NOW + 30 * SECOND, charity.id)

    during, after = await claim(second, NOW + 29 * SECOND), await claim(second, NOW + 30 * SECOND)

    assert ([job.key for job in during], [job.key for job in after]) == (["b:1"], ["a:1"])


async def test_after_the_lease_somebody_else_takes_over_and_the_first_can_settle_nothing(
    charity: Charity, second: Store
) -> None:
    await promise(charity, "card:1")
    (first,) = await claim(charity.store)

    (then,) = await claim(second, NOW + LEASE)
    async with charity.store.begin(NOW + LEASE) as tx:
        await tx.outbox.done([(first.id, first.token)])
        buried = await tx.outbox.bury(first)
        again = await tx.outbox.again(first, after=0)
        dead = await tx.outbox.again(replace(first, attempts=ATTEMPTS))

    assert (buried, again, dead) == (False, "", "")
    assert (then.id, then.attempts) == (first.id, 2)
    assert then.token != first.token
    assert await states(charity.store) == {"card:1": "due"}
    assert await claim(charity.store, NOW + LEASE + SECOND) == []
    await settle(second, then)
    assert await states(charity.store) == {"card:1": "done"}


async def test_newer_news_for_a_card_that_is_being_sent_stays_due(charity: Charity) -> None:
    id = await promise(charity, "card:1")
    (sending,) = await claim(charity.store)

    same = await promise(charity, "card:1")
    await settle(charity.store, sending)

    (job,) = await claim(charity.store)
    assert same == id == job.id
    assert (job.attempts, job.token != sending.token) == (1, True)


async def test_a_second_letter_to_the_same_card_takes_the_place_of_the_first(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.outbox.put("letter", "card:1", {"post": "old"}, lane="a", run_at=NOW + HOUR)
        await tx.outbox.put("letter", "card:1", {"post": "new"}, lane="b")

    (job,) = await claim(charity.store)

    assert (job.payload, job.lane) == ({"post": "new"}, "b")
    assert len(await rows(charity.store, "SELECT * FROM jobs")) == 1


async def test_what_is_done_keeps_its_key_and_nothing_else(charity: Charity) -> None:
    await promise(charity, "card:1")
    await settle(charity.store, *await claim(charity.store))

    (row,) = await rows(charity.store, "SELECT key, payload, state, token FROM jobs")

    assert tuple(row) == ("card:1", "{}", "done", "")
    assert await claim(charity.store, NOW + 10 * HOUR) == []


async def test_news_after_a_card_was_sent_is_sent_too(charity: Charity) -> None:
    await promise(charity, "card:1")
    await settle(charity.store, *await claim(charity.store))

    await promise(charity, "card:1")

    assert [job.payload for job in await claim(charity.store)] == [{"post": "card:1"}]


async def test_what_failed_is_tried_again_after_a_wait_that_grows(charity: Charity) -> None:
    await promise(charity, "card:1")
    now, waits = NOW, []
    for _ in range(5):
        (job,) = await claim(charity.store, now)
        async with charity.store.begin(now) as tx:
            await tx.outbox.again(job)
            due = await tx.outbox.next_due()
        assert due is not None
        (row,) = await rows(charity.store, "SELECT run_at, token FROM jobs")
        waits.append(timedelta(microseconds=row.run_at) - (now - datetime.fromisoformat("1970-01-01T00:00:00Z")))
        assert (row.token, await claim(charity.store, now + waits[-1] - SECOND)) == ("", [])
        now += waits[-1]

    assert waits == [wait * SECOND for wait in (5, 10, 20, 40, 80)]


async def test_after_the_last_attempt_it_is_dead_and_stays_to_be_seen(charity: Charity) -> None:
    await promise(charity, "card:1")
    now, states_seen = NOW, []
    for _ in range(ATTEMPTS):
        (job,) = await claim(charity.store, now)
        async with charity.store.begin(now) as tx:
            states_seen.append(await tx.outbox.again(job))
        (row,) = await rows(charity.store, "SELECT run_at FROM jobs")
        now = datetime.fromisoformat("1970-01-01T00:00:00Z") + timedelta(microseconds=row.run_at)

    assert states_seen == ["due"] * (ATTEMPTS - 1) + ["dead"]
    assert await claim(charity.store, now + 100 * HOUR) == []
    assert await states(charity.store) == {"card:1": "dead"}
    # A product that is away for a day loses nobody's letter.
    assert 24 * HOUR < now - NOW < 48 * HOUR


async def test_a_timer_that_was_given_up_gets_one_more_try_and_a_letter_gets_none(charity: Charity) -> None:
    for kind in ("timer", "letter"):
        await promise(charity, kind, kind=kind)
        (job,) = await claim(charity.store)
        async with charity.store.begin(NOW) as tx:
            await tx.outbox.bury(job)

    async with charity.begin() as tx:
        revived = await tx.outbox.revive_timers()
    (again,) = await claim(charity.store)
    async with charity.store.begin(NOW) as tx:
        state = await tx.outbox.again(again)

    assert (revived, again.key, state) == (["timer"], "timer", "dead")


async def test_being_told_to_slow_down_is_no_attempt(charity: Charity) -> None:
    await promise(charity, "card:1")
    now = NOW
    for _ in range(ATTEMPTS + 2):
        (job,) = await claim(charity.store, now)
        async with charity.store.begin(now) as tx:
            state = await tx.outbox.again(job, after=30, counts=False)
        assert (state, await claim(charity.store, now + 29 * SECOND)) == ("due", [])
        now += 30 * SECOND

    (job,) = await claim(charity.store, now)
    assert job.attempts == 1


async def test_what_can_never_arrive_is_buried_and_counted(charity: Charity) -> None:
    await promise(charity, "gone")
    await promise(charity, "sent")
    await promise(charity, "waiting", run_at=NOW + HOUR)
    jobs = {job.key: job for job in await claim(charity.store)}

    async with charity.store.begin(NOW) as tx:
        await tx.outbox.bury(jobs["gone"])
        await tx.outbox.done([(jobs["sent"].id, jobs["sent"].token)])
        counts = await tx.outbox.counts()

    assert counts == {"dead": 1, "due": 1}
    assert await states(charity.store) == {"gone": "dead", "sent": "done", "waiting": "due"}
    assert [job.key for job in await claim(charity.store, NOW + 10 * HOUR)] == ["waiting"]


async def test_settling_nothing_or_what_nobody_holds_changes_nothing(charity: Charity) -> None:
    await promise(charity, "card:1")
    await claim(charity.store)

    async with charity.store.begin(NOW) as tx:
        await tx.outbox.done([])
        await tx.outbox.done([("no-such-job", "no-such-token")])

    assert await states(charity.store) == {"card:1": "due"}


async def test_several_are_settled_at_once_each_by_its_own_token(charity: Charity) -> None:
    for number in range(3):
        await promise(charity, f"timer:{number}")
    jobs = {job.key: job for job in await claim(charity.store)}
    await promise(charity, "timer:1")  # newer news, which the second token does not hold

    await settle(charity.store, *jobs.values())

    assert await states(charity.store) == {"timer:0": "done", "timer:1": "due", "timer:2": "done"}


async def test_a_timer_that_was_taken_back_does_not_ring(charity: Charity) -> None:
    await promise(charity, "reminder", kind="timer", run_at=NOW + HOUR)
    await promise(charity, "other", kind="timer", run_at=NOW + HOUR)

    async with charity.begin() as tx:
        await tx.outbox.cancel("reminder")
        await tx.outbox.cancel("never there")

    assert [job.key for job in await claim(charity.store, NOW + HOUR)] == ["other"]


async def test_the_next_time_something_is_due_is_known(charity: Charity) -> None:
    async with charity.read() as tx:
        nothing = await tx.outbox.next_due()
    await promise(charity, "later", run_at=NOW + HOUR)
    await promise(charity, "sooner", run_at=NOW + SECOND)

    async with charity.read() as tx:
        due = await tx.outbox.next_due()

    (row,) = await rows(charity.store, "SELECT run_at FROM jobs WHERE key = 'sooner'")
    assert (nothing, due) == (None, row.run_at)


async def test_what_is_held_is_nobody_elses_until_the_lease_ends(charity: Charity, second: Store) -> None:
    async with charity.begin() as tx:
        _, token = await tx.outbox.put("letter", "card:1", {"post": "1"}, held=True)

    during, after = await claim(second, NOW + LEASE - SECOND), await claim(second, NOW + LEASE)

    assert token
    assert (during, [job.key for job in after]) == ([], ["card:1"])


async def test_what_is_held_is_settled_by_its_holder(charity: Charity) -> None:
    async with charity.begin() as tx:
        id, token = await tx.outbox.put("letter", "card:1", {"post": "1"}, held=True)

    async with charity.store.begin(NOW) as tx:
        await tx.outbox.done([(id, token)])

    assert await states(charity.store) == {"card:1": "done"}


async def test_a_letter_wakes_this_process_after_the_commit_and_a_held_one_does_not(charity: Charity) -> None:
    woken = []
    async with charity.begin() as tx:
        await tx.outbox.put("letter", "held", {"post": "1"}, held=True)
    woken.append(charity.store.due.is_set())

    async with charity.begin() as tx:
        await tx.outbox.put("letter", "card:1", {"post": "1"})
        woken.append(charity.store.due.is_set())
    woken.append(charity.store.due.is_set())

    assert woken == [False, False, True]


async def test_a_letter_wakes_other_processes_on_postgresql_after_the_commit(charity: Charity, second: Store) -> None:
    if not second.postgresql:
        return  # one process has the file; the test above is the whole story there
    heard = asyncio.Event()
    async with second.reader.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.add_listener(WAKE, lambda *_: heard.set())

        await promise(charity, "card:1")

        await asyncio.wait_for(heard.wait(), 30)
        await driver.reset()


async def test_a_sender_on_postgresql_does_not_wait_for_another_that_is_still_claiming(
    charity: Charity, second: Store
) -> None:
    if not second.postgresql:
        return  # SQLite has one writer at a time: there a claim waits for the one before, and is short
    await promise(charity, "first", run_at=NOW - SECOND)
    await promise(charity, "then")

    async with charity.store.begin(NOW) as tx:
        mine = await tx.outbox.claim(limit=1)
        theirs = await claim(second)

    assert ([job.key for job in mine], [job.key for job in theirs]) == (["first"], ["then"])


async def test_two_processes_never_claim_the_same(charity: Charity, second: Store) -> None:
    async with charity.begin() as tx:
        for number in range(200):
            await tx.outbox.put("timer", f"timer:{number}", {"n": str(number)}, lane=f"lane {number % 150}")
    claimed: list[Job] = []

    async def work(store: Store) -> None:
        # A lane's second letter comes when its first is settled; a round may find all it wanted locked.
        while len(claimed) < 200:
            jobs = await claim(store, limit=7)
            claimed.extend(jobs)
            await settle(store, *jobs)

    await asyncio.wait_for(asyncio.gather(*(work(each) for each in (charity.store, second) * 3)), 30)

    assert sorted(job.key for job in claimed) == sorted(f"timer:{number}" for number in range(200))
    assert {job.attempts for job in claimed} == {1}


async def test_a_letter_to_a_copy_has_its_key_and_lane_from_where_the_copy_is(charity: Charity) -> None:
    post = await copy(charity)

    async with charity.begin() as tx:
        id, token = await tx.outbox.letter(post)

    (job,) = await claim(charity.store)
    assert (job.id, token, job.kind, job.key) == (id, "", "letter", f"card:{post.id}")
    assert (job.lane, job.payload) == (f"web/{charity.id}/worker", {"post": post.id})


async def test_letters_to_several_copies_are_one_each_and_due_now(charity: Charity) -> None:
    async with charity.begin() as tx:
        posts = [
            await tx.posts.ensure(charity.case.id, kind, charity.account(person))
            for kind, person in (("told", charity.trustee), ("told", charity.colleague), ("approval", charity.trustee))
        ]

    async with charity.begin() as tx:
        await tx.outbox.letter(posts[1], held=True)
        await tx.outbox.letters([*posts, posts[0]])
        await tx.outbox.letters([])

    kept = await rows(charity.store, "SELECT * FROM jobs")
    assert {row.key for row in kept} == {f"card:{post.id}" for post in posts}
    assert {(row.run_at, row.token, row.state, row.kind) for row in kept} == {(to_micros(NOW), "", "due", "letter")}
    assert {row.lane for row in kept} == {f"web/{charity.id}/{name}" for name in ("trustee", "colleague")}


async def test_who_was_promised_anew_what_never_went_counts_as_late_from_then_on(charity: Charity) -> None:
    later = NOW + timedelta(hours=1)
    told = charity.account(charity.trustee)
    async with charity.begin() as tx:
        post = await tx.posts.ensure(charity.case.id, "told", told)
        await tx.outbox.letters([post])
    (job,) = await claim(charity.store)
    await settle(charity.store, job)  # overtaken: there was nothing to tell any more

    async with charity.begin(later) as tx:
        await tx.outbox.letters([await tx.posts.ensure(charity.case.id, "told", told)])

    async with charity.read() as tx:
        assert await tx.outbox.late(charity.case.id, before=later - timedelta(seconds=1)) == []
        assert await tx.outbox.late(charity.case.id, before=later) == [(charity.trustee.id, "told")]


async def test_a_refresh_promises_every_copy_and_holds_the_one_that_was_pressed(charity: Charity) -> None:
    async with charity.begin() as tx:
        pressed = await tx.posts.ensure(charity.case.id, "approval", charity.account(charity.trustee), message="m1")
        same_account = await tx.posts.ensure(charity.case.id, "told", charity.account(charity.trustee), message="m1")
        elsewhere = await tx.posts.ensure(charity.case.id, "approval", charity.account(charity.colleague), message="m1")
        case = await tx.cases.open(charity.worker.id, reference="CASE-2", book_id="justus", book_version="1")
        await tx.posts.ensure(case.id, "approval", charity.account(charity.trustee), message="m1")

    async with charity.begin() as tx:
        held = await tx.outbox.refresh(
            charity.case.id, pressed=("web", charity.id, "trustee"), kind="approval", message="m1"
        )

    kept = {row.key: row for row in await rows(charity.store, "SELECT * FROM jobs")}
    jobs = await claim(charity.store)
    ((id, token, post_id),) = held
    assert (post_id, id, token) == (
        pressed.id,
        kept[f"card:{pressed.id}"].id,
        kept[f"card:{pressed.id}"].token,
    )
    assert {job.payload["post"] for job in jobs} == {same_account.id, elsewhere.id}
    assert {job.lane for job in jobs} == {f"web/{charity.id}/trustee", f"web/{charity.id}/colleague"}
    assert len({row.id for row in kept.values()}) == 3


async def test_a_refresh_from_a_card_that_stands_elsewhere_holds_nothing(charity: Charity) -> None:
    post = await copy(charity, message="m1")

    async with charity.begin() as tx:
        held = [
            await tx.outbox.refresh(
                charity.case.id, pressed=("web", charity.id, "worker"), kind="checklist", message=message
            )
            for message in ("m2", "")
        ]

    assert held == [[], []]
    assert [job.payload for job in await claim(charity.store)] == [{"post": post.id}]


async def test_a_copy_that_was_never_sent_is_not_held_by_a_press_without_a_message(charity: Charity) -> None:
    post = await copy(charity)

    async with charity.begin() as tx:
        held = await tx.outbox.refresh(
            charity.case.id, pressed=("web", charity.id, "worker"), kind="checklist", message=""
        )

    assert held == []
    assert [job.payload["post"] for job in await claim(charity.store)] == [post.id]


async def test_a_refresh_while_a_card_is_being_sent_leaves_it_due(charity: Charity) -> None:
    post = await copy(charity, message="m1")
    async with charity.begin() as tx:
        id, _ = await tx.outbox.letter(post)
    (sending,) = await claim(charity.store)

    async with charity.begin() as tx:
        await tx.outbox.refresh(charity.case.id, pressed=("web", "T", "nobody"), kind="checklist", message="m1")
    await settle(charity.store, sending)

    (job,) = await claim(charity.store)
    assert (job.id, job.attempts) == (id, 1)


@pytest.mark.parametrize("work", ["refresh", "letters", "hold", "done"])
async def test_letters_are_taken_in_one_order_so_that_nobody_locks_anybody_out(
    work: str, charity: Charity, second: Store
) -> None:
    """Whoever waits for the first letter of many holds none of the others yet."""
    if not charity.store.postgresql:
        return  # one writer at a time cannot lock another out
    async with charity.begin() as tx:
        for number in range(40):
            account = replace(charity.account(charity.trustee), user=f"{number}")
            await tx.posts.ensure(charity.case.id, "told", account, message="m1")
        await tx.outbox.refresh(charity.case.id, pressed=("", "", ""), kind="", message="")
        copies = sorted(await tx.posts.of(charity.case.id), key=lambda post: post.id.encode(), reverse=True)
    jobs = {job.key: job for job in await claim(charity.store)}
    first = min(jobs, key=str.encode)
    lock = text("SELECT id FROM jobs WHERE key = :first FOR UPDATE")
    others = text("SELECT id FROM jobs WHERE key <> :first FOR UPDATE NOWAIT")

    async def waits() -> None:
        async with charity.begin() as tx:
            if work == "refresh":
                await tx.outbox.refresh(charity.case.id, pressed=("", "", ""), kind="", message="")
            elif work == "letters":
                await tx.outbox.letters(copies)
            elif work == "hold":
                await tx.outbox.hold(copies)
            else:
                await tx.outbox.done([(job.id, job.token) for job in jobs.values()])

    async with second.begin(NOW) as tx:
        await tx.connection.execute(lock, {"first": first})
        waiting = asyncio.create_task(waits())
        await blocked(charity.store)
        async with charity.begin() as third:
            free = (await third.connection.execute(others, {"first": first})).all()
    await waiting

    assert len(free) == 39
    assert set((await states(charity.store)).values()) == {"done" if work == "done" else "due"}


async def test_what_lies_in_the_outbox_is_ids_only(charity: Charity) -> None:
    post = await copy(charity, message="m1")
    await charity.say("They asked us to.")
    async with charity.begin() as tx:
        await tx.cases.record_answers(charity.case, {"danger": "yes"})
        await tx.outbox.letter(post)
        await tx.outbox.refresh(charity.case.id, pressed=("", "", ""), kind="checklist", message="")

    (row,) = await rows(charity.store, "SELECT payload FROM jobs")

    assert json.loads(row.payload) == {"post": post.id}
