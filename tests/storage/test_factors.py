"""Factors, locks, night tests and hidden copies: sealed, counted once, never deleted, and one organisation's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.records import NotFound
from storage.sealing import CannotOpen, Keyring, new_key
from storage.store import Store
from tests.storage.charity import NOW, SECOND, Charity, behind, blocked, rows

SECRET = "JBSWY3DPEHPK3PXP"
QUARTER = timedelta(minutes=15)


async def keep(charity: Charity, *, proven: bool = True) -> None:
    async with charity.begin() as tx:
        await tx.factors.keep(charity.colleague.id, "totp", SECRET, proven=proven)


async def guess(charity: Charity) -> int:
    async with charity.begin() as tx:
        factor = await tx.factors.wrong(charity.colleague.id, "totp", limit=5, closed_for=QUARTER)
        return factor.failures


async def test_a_secret_is_kept_sealed_and_opens_with_our_keys_only(charity: Charity, migrated_url: str) -> None:
    await keep(charity)
    stranger = Store(migrated_url, Keyring.parse(new_key("2026")))

    async with charity.read() as tx:
        assert await tx.factors.secret(charity.colleague.id, "totp") == SECRET
    async with stranger.read(NOW) as tx:
        tx.bind(charity.id)
        with pytest.raises(CannotOpen):
            await tx.factors.secret(charity.colleague.id, "totp")

    await stranger.close()
    [row] = await rows(charity.store, "SELECT sealed FROM factors")
    assert SECRET.encode() not in row.sealed


async def test_a_secret_moved_to_somebody_else_does_not_open(charity: Charity) -> None:
    await keep(charity)
    await behind(charity.store, "UPDATE factors SET person_id = :id", id=charity.trustee.id)

    async with charity.read() as tx:
        with pytest.raises(CannotOpen):
            await tx.factors.secret(charity.trustee.id, "totp")


async def test_another_organisation_sees_nothing_of_it(charity: Charity, other: Charity) -> None:
    await keep(charity)
    async with charity.begin() as tx:
        await tx.locks.lock(charity.colleague.id, by=charity.worker.id)
        await tx.night_tests.add(charity.colleague.id)

    async with other.begin() as tx:
        assert await tx.factors.of(charity.colleague.id, "totp") is None
        assert await tx.factors.proven("totp") == frozenset()
        assert await tx.locks.open() == []
        assert not await tx.locks.lift(charity.colleague.id, by=other.trustee.id)
        assert await tx.night_tests.newest() == {}
        assert not await tx.factors.drop(charity.colleague.id, "totp")
        with pytest.raises(NotFound):
            await tx.factors.secret(charity.colleague.id, "totp")


async def test_it_counts_from_the_first_right_code_on(charity: Charity) -> None:
    await keep(charity, proven=False)

    async with charity.read() as tx:
        assert await tx.factors.proven("totp") == frozenset()
    async with charity.begin() as tx:
        await tx.factors.right(charity.colleague.id, "totp", "59")
    async with charity.begin(NOW + SECOND) as tx:
        await tx.factors.right(charity.colleague.id, "totp", "60")

    async with charity.read() as tx:
        factor = await tx.factors.of(charity.colleague.id, "totp")
        assert await tx.factors.proven("totp") == {charity.colleague.id}
    assert factor is not None
    assert (factor.proven_at, factor.used) == (NOW, "60")


async def test_the_fifth_wrong_code_closes_it_and_a_right_one_begins_to_count_anew(charity: Charity) -> None:
    await keep(charity)

    assert [await guess(charity) for _ in range(4)] == [1, 2, 3, 4]
    async with charity.begin() as tx:
        await tx.factors.right(charity.colleague.id, "totp", "59")
    assert [await guess(charity) for _ in range(5)] == [1, 2, 3, 4, 5]

    async with charity.read() as tx:
        factor = await tx.factors.of(charity.colleague.id, "totp")
    assert factor is not None
    assert factor.closed_until == NOW + QUARTER


async def test_wrong_codes_at_once_in_two_processes_are_all_counted(charity: Charity, twin: Charity) -> None:
    await keep(charity)

    counted = await asyncio.gather(*(guess(each) for each in (charity, twin, charity, twin)))

    assert sorted(counted) == [1, 2, 3, 4]


async def test_two_who_lock_somebody_out_at_once_make_one_lock(charity: Charity, twin: Charity) -> None:
    async def lock(of: Charity, by: str) -> bool:
        async with of.begin() as tx:
            await tx.people.hold([charity.colleague.id], to_change=True)
            return await tx.locks.lock(charity.colleague.id, by=by) is not None

    made = await asyncio.gather(lock(charity, charity.worker.id), lock(twin, charity.trustee.id))

    assert sorted(made) == [False, True]
    assert len(await rows(charity.store, "SELECT 1 FROM locks")) == 1


async def test_a_lock_shows_wherever_the_person_is_read_and_is_lifted_never_deleted(charity: Charity) -> None:
    colleague = charity.colleague
    async with charity.begin() as tx:
        await tx.locks.lock(colleague.id, by=charity.worker.id)

    async with charity.begin() as tx:
        everybody = {each.id: each.locked for each in await tx.people.everybody()}
        assert everybody == {charity.worker.id: False, charity.trustee.id: False, colleague.id: True}
        assert (await tx.people.get([colleague.id]))[colleague.id].locked
        assert (await tx.people.hold([colleague.id]))[colleague.id].locked
        arrived = await tx.arrivals.of("web", charity.id, "colleague", delivery="", case_id="")
        assert arrived.person is not None
        assert arrived.person.locked
        assert await tx.locks.lift(colleague.id, by=None)
        assert not await tx.locks.lift(colleague.id, by=None)
    async with charity.read() as tx:
        assert not (await tx.people.get([colleague.id]))[colleague.id].locked
    [row] = await rows(charity.store, "SELECT locked_by, lifted_at FROM locks")
    assert row.locked_by == charity.worker.id
    assert row.lifted_at is not None


async def test_whoever_asks_somebody_while_they_are_locked_out_sees_the_lock(charity: Charity, twin: Charity) -> None:
    locking = asyncio.Event()

    async def lock() -> None:
        async with charity.begin() as tx:
            await tx.people.hold([charity.colleague.id], to_change=True)
            locking.set()
            if charity.store.postgresql:  # SQLite lets nobody else begin
                await blocked(charity.store)
            await tx.locks.lock(charity.colleague.id, by=charity.worker.id)

    async def ask() -> bool:
        await asyncio.wait_for(locking.wait(), 30)
        async with twin.begin() as tx:
            held = await tx.people.hold([charity.colleague.id])
            return held[charity.colleague.id].locked

    _, locked = await asyncio.gather(lock(), ask())

    assert locked


async def test_a_night_test_is_confirmed_once_by_its_own_person(charity: Charity) -> None:
    async with charity.begin() as tx:
        test = await tx.night_tests.add(charity.colleague.id)
    async with charity.begin(NOW + SECOND) as tx:
        assert not await tx.night_tests.seen(test.id, charity.worker.id)
        assert await tx.night_tests.seen(test.id, charity.colleague.id)
        assert not await tx.night_tests.seen(test.id, charity.colleague.id)

    async with charity.read() as tx:
        newest = (await tx.night_tests.newest())[charity.colleague.id]
    assert (newest.sent_at, newest.seen_at) == (NOW, NOW + SECOND)


async def test_one_copy_is_hidden_and_no_other(charity: Charity) -> None:
    async with charity.begin() as tx:
        mine = await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker))
        other = await tx.posts.ensure(charity.case.id, "approval", charity.account(charity.colleague))
        await tx.posts.hide(mine.id, hidden=True)

    async with charity.begin() as tx:
        hidden = {post.kind: post.hidden for post in await tx.posts.of(charity.case.id)}
        assert hidden == {"checklist": True, "approval": False}
        assert (await tx.posts.ensure(charity.case.id, "checklist", charity.account(charity.worker))).hidden
        await tx.posts.hide(mine.id, hidden=False)
        assert not (await tx.posts.get(mine.id)).hidden
        assert not (await tx.posts.get(other.id)).hidden
