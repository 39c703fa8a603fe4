"""The beginning of an event: who speaks, whether the delivery is new, which consultation it is about."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage.arrivals import Arrival
from tests.storage.charity import NOW, Charity, rows


async def arrive(charity: Charity, user: str = "worker", *, delivery: str = "press-1", case: str = "") -> Arrival:
    async with charity.store.begin(NOW) as tx:
        return await tx.arrivals.of("web", charity.id, user, delivery=delivery, case_id=case)


async def test_a_press_brings_its_person_and_its_consultation_with_every_answer(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.cases.record_answers(charity.case, {"danger": "no", "child": "unsure"})

    arrival = await arrive(charity, case=charity.case.id)

    async with charity.read() as tx:
        assert arrival == Arrival(charity.worker, True, await tx.cases.get(charity.case.id))
    assert arrival.case is not None
    assert arrival.case.values == {"danger": "no", "child": "unsure"}


async def test_a_consultation_without_an_answer_arrives_too(charity: Charity) -> None:
    assert (await arrive(charity, case=charity.case.id)).case == charity.case


async def test_an_event_about_no_consultation_or_one_that_is_gone_has_none(charity: Charity) -> None:
    assert (await arrive(charity)).case is None
    assert (await arrive(charity, delivery="press-2", case="gone")).case is None


async def test_the_consultation_of_another_organisation_never_arrives(charity: Charity, other: Charity) -> None:
    arrival = await arrive(charity, case=other.case.id)

    assert (arrival.person, arrival.case) == (charity.worker, None)


async def test_the_transaction_is_bound_to_the_organisation_of_the_account(charity: Charity) -> None:
    async with charity.store.begin(NOW) as tx:
        await tx.arrivals.of("web", charity.id, "worker", delivery="", case_id="")

        assert tx.organisation_id == charity.id


async def test_a_stranger_brings_nothing_and_leaves_nothing(charity: Charity) -> None:
    arrival = await arrive(charity, "stranger", case=charity.case.id)

    assert (arrival.person, arrival.case) == (None, None)
    assert await rows(charity.store, "SELECT * FROM deliveries") == []


async def test_the_delivery_of_somebody_who_left_is_not_taken(charity: Charity) -> None:
    gone = charity.worker
    async with charity.begin() as tx:
        await tx.people.put(
            handle=gone.handle, name=gone.name, role=gone.role, capabilities=gone.capabilities, active=False
        )

    arrival = await arrive(charity)

    assert arrival.person is not None
    assert not arrival.person.active
    assert await rows(charity.store, "SELECT * FROM deliveries") == []


async def test_the_same_delivery_is_first_once(charity: Charity) -> None:
    arrivals = [await arrive(charity) for _ in range(3)]

    assert [arrival.first for arrival in arrivals] == [True, False, False]
    assert len(await rows(charity.store, "SELECT * FROM deliveries")) == 1


async def test_of_ten_copies_that_arrive_at_once_one_is_first(charity: Charity) -> None:
    arrivals = await asyncio.gather(*(arrive(charity, case=charity.case.id) for _ in range(10)))

    assert sorted(arrival.first for arrival in arrivals) == [False] * 9 + [True]


async def test_an_event_without_a_delivery_takes_none_and_is_always_first(charity: Charity) -> None:
    arrivals = [await arrive(charity, delivery="") for _ in range(2)]

    assert [arrival.first for arrival in arrivals] == [True, True]
    assert await rows(charity.store, "SELECT * FROM deliveries") == []


async def test_a_pin_comes_with_the_event_and_is_another_one_once_it_was_changed(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.factors.keep(charity.worker.id, "pin", "kept", proven=True)
        await tx.factors.keep(charity.trustee.id, "pin", "kept", proven=False)
        kept = await tx.factors.of(charity.worker.id, "pin")

    async with charity.store.begin(NOW) as tx:
        await tx.arrivals.of("web", charity.id, "worker", delivery="", case_id=charity.case.id)
        arrived = await tx.factors.of(charity.worker.id, "pin")
        trustees = await tx.factors.of(charity.trustee.id, "pin")
        wrong = await tx.factors.wrong(charity.worker.id, "pin", limit=5, closed_for=timedelta(minutes=15))
        counted = await tx.factors.of(charity.worker.id, "pin")
        dropped = await tx.factors.drop(charity.worker.id, "pin")
        gone = await tx.factors.of(charity.worker.id, "pin")

    assert kept is not None
    assert arrived == kept
    assert trustees is not None
    assert trustees.proven_at is None
    assert (wrong.failures, counted and counted.failures, dropped, gone) == (1, 1, True, None)


async def test_whoever_has_no_pin_arrives_without_one(charity: Charity, other: Charity) -> None:
    async with other.begin() as tx:
        await tx.factors.keep(other.worker.id, "pin", "kept", proven=True)
    async with charity.begin() as tx:
        await tx.factors.keep(charity.worker.id, "totp", "kept", proven=True)

    async with charity.store.begin(NOW) as tx:
        await tx.arrivals.of("web", charity.id, "worker", delivery="", case_id="")

        assert await tx.factors.of(charity.worker.id, "pin") is None
