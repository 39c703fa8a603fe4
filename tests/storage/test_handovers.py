"""Handing over, closed accounts and what somebody was given: kept in order, and one organisation's own."""

from __future__ import annotations

import asyncio
import json

import pytest

from storage.records import Address, Conflict, Grant, Handover
from tests.storage.charity import NOW, SECOND, Charity, found


async def test_a_consultation_that_is_handed_over_is_the_others_and_its_history_stays(charity: Charity) -> None:
    async with charity.begin() as tx:
        given = await tx.handovers.record(charity.case, charity.colleague.id, by=charity.worker.id, why="off_shift")
    async with charity.begin(NOW + SECOND) as tx:
        await tx.handovers.record(given, charity.worker.id, by=None, why="leaves")

    async with charity.read() as tx:
        case, history = await tx.cases.get(charity.case.id), await tx.handovers.of(charity.case.id)
        notes = [json.loads(entry.body)["kind"] for entry in await tx.ledger.entries()]

    assert case.requester_id == charity.worker.id
    assert history == [
        Handover(charity.worker.id, charity.colleague.id, charity.worker.id, "off_shift", NOW),
        Handover(charity.colleague.id, charity.worker.id, None, "leaves", NOW + SECOND),
    ]
    assert notes[-2:] == ["handed over", "handed over"]


async def test_of_two_who_hand_the_same_one_over_at_once_one_does(charity: Charity) -> None:
    async def hands(to: str) -> str:
        try:
            async with charity.begin() as tx:
                await tx.handovers.record(charity.case, to, by=charity.worker.id, why="off_shift")
        except Conflict:
            return "late"
        return "done"

    said = await asyncio.gather(hands(charity.colleague.id), hands(charity.trustee.id))

    assert sorted(said) == ["done", "late"]
    async with charity.read() as tx:
        [only] = await tx.handovers.of(charity.case.id)
        assert (await tx.cases.get(charity.case.id)).requester_id == only.to_id


async def test_nobody_hands_over_what_is_another_organisations(charity: Charity) -> None:
    other = await found(charity.store, "Another")

    with pytest.raises(Conflict):
        async with other.begin() as tx:
            await tx.handovers.record(charity.case, other.worker.id, by=None, why="leaves")

    async with other.read() as tx:
        assert await tx.handovers.of(charity.case.id) == []


async def test_a_closed_account_is_no_account_until_it_is_open_again(charity: Charity) -> None:
    theirs = (charity.id, "trustee")
    async with charity.begin() as tx:
        news = [await tx.people.close("web", *theirs) for _ in range(2)]
    async with charity.read() as tx:
        reached, shut = await tx.people.accounts([charity.trustee.id]), await tx.people.closed()
        known = await tx.people.by_account("web", *theirs)

    async with charity.begin() as tx:
        await tx.people.reopen("web", *theirs)
        again, none = await tx.people.accounts([charity.trustee.id]), await tx.people.closed()

    assert news == [True, False]
    assert reached == none == []
    assert [account.user for account in shut] == [account.user for account in again] == ["trustee"]
    assert known == charity.trustee


async def test_another_organisation_closes_takes_and_reads_nothing_of_ours(charity: Charity) -> None:
    other = await found(charity.store, "Another")
    ours = Address(charity.worker.id, "web", charity.id, "worker", "")

    async with other.begin() as tx:
        did = [await tx.people.close("web", charity.id, "worker"), await tx.people.disconnect(ours)]
        await tx.people.grant(other.worker.id, ["may_approve"], by=other.trustee.id)

    assert did == [False, False]
    async with charity.read() as tx:
        assert [each.user for each in await tx.people.accounts([charity.worker.id])] == ["worker"]
        assert await tx.people.granted(NOW - SECOND) == []
    async with other.read() as tx:
        assert await tx.people.granted(NOW) == [Grant(other.worker.id, "may_approve", other.trustee.id, NOW)]
        assert await tx.people.granted(NOW + SECOND) == []
