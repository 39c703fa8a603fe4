"""People, their accounts, and the charity's settings, as they are imported, changed and found again."""

from __future__ import annotations

import json

from storage.records import Address
from storage.store import Store
from tests.storage.charity import NOW, SECOND, Charity, found


async def kinds(charity: Charity) -> list[str]:
    async with charity.read() as tx:
        return [json.loads(entry.body)["kind"] for entry in await tx.ledger.entries()]


async def test_a_person_is_found_by_the_account_they_speak_from(charity: Charity) -> None:
    async with charity.store.read(NOW) as tx:
        person = await tx.people.by_account("web", charity.id, "trustee")

        assert person == charity.trustee
        assert tx.organisation_id == charity.id
    assert person.capabilities == {"approve", "chair"}
    assert (person.can("chair"), person.can("administrator")) == (True, False)


async def test_a_stranger_is_nobody_and_binds_nothing(charity: Charity) -> None:
    async with charity.store.read(NOW) as tx:
        people = [
            await tx.people.by_account("web", charity.id, "stranger"),
            await tx.people.by_account("web", "another workspace", "worker"),
            await tx.people.by_account("slack", charity.id, "worker"),
        ]

        assert (people, tx.organisation) == ([None, None, None], "")


async def test_the_same_handle_is_the_same_person_changed(charity: Charity) -> None:
    async with charity.begin() as tx:
        changed = await tx.people.put(
            handle="worker", name="W. Renamed", role="trustee", capabilities=["b", "a", "b"], telephone="01632 960001"
        )

        everybody = await tx.people.everybody()

    assert changed.id == charity.worker.id
    assert (changed.name, changed.role, changed.telephone) == ("W. Renamed", "trustee", "01632 960001")
    assert changed.capabilities == {"a", "b"}
    assert (len(everybody), changed in everybody) == (3, True)
    assert (await kinds(charity))[-1] == "person changed"


async def test_a_changed_person_keeps_their_accounts(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.people.put(handle="worker", name="W. Renamed", role="worker", capabilities=())

        assert await tx.people.accounts([charity.worker.id]) == [
            Address(charity.worker.id, "web", charity.id, "worker", "")
        ]


async def test_whoever_left_stays_listed_as_not_active(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.people.put(handle="worker", name="Worker", role="worker", capabilities=(), active=False)

    async with charity.read() as tx:
        everybody = {person.id: person.active for person in await tx.people.everybody()}
        spoken = await tx.people.by_account("web", charity.id, "worker")
        got = await tx.people.get([charity.worker.id])
    assert everybody == {charity.worker.id: False, charity.trustee.id: True, charity.colleague.id: True}
    assert spoken is not None
    assert (spoken.active, got[charity.worker.id].active) == (False, False)


async def test_everybody_is_listed_by_name(charity: Charity) -> None:
    async with charity.read() as tx:
        names = [person.name for person in await tx.people.everybody()]

    assert names == [f"{each} of Harbour House" for each in ("Colleague", "Trustee", "Worker")]


async def test_people_are_got_by_their_ids(charity: Charity) -> None:
    async with charity.read() as tx:
        assert await tx.people.get([charity.worker.id, "nobody"]) == {charity.worker.id: charity.worker}
        assert await tx.people.get([]) == {}


async def test_a_person_may_have_accounts_on_several_channels(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.people.connect(charity.worker.id, channel="slack", tenant="T1", user="U1", conversation="D1")

        accounts = await tx.people.accounts([charity.worker.id])
        everybodys = await tx.people.accounts()

    assert {(each.channel, each.conversation) for each in accounts} == {("web", ""), ("slack", "D1")}
    assert (len(everybodys), await kinds(charity)) == (4, [*(await kinds(charity))[:-1], "account connected"])


async def test_an_account_belongs_to_one_person_the_last_one_it_was_given_to(charity: Charity) -> None:
    async with charity.begin() as tx:
        await tx.people.connect(charity.colleague.id, channel="web", tenant=charity.id, user="worker")

    async with charity.read() as tx:
        assert await tx.people.by_account("web", charity.id, "worker") == charity.colleague
        assert await tx.people.accounts([charity.worker.id]) == []


async def test_a_charity_and_its_settings_come_back_as_they_were_given(store: Store) -> None:
    settings = {"numbers": {"out of hours": "01632 960002"}, "waits": [1, 2], "name": "Tŷ Croeso", "on": True}
    async with store.begin(NOW) as tx:
        organisation = await tx.organisations.add("Tŷ Croeso", settings)

    async with store.read(NOW) as tx:
        tx.bind(organisation.id)

        assert await tx.organisations.current() == organisation
        assert await tx.organisations.all() == [organisation]
    assert organisation.settings == settings


async def test_charities_are_listed_in_the_order_they_came(store: Store) -> None:
    first = await found(store, "Zebra House")
    async with store.begin(NOW + SECOND) as tx:
        second = await tx.organisations.add("Acorn House", {})

    async with store.read(NOW) as tx:
        assert [each.id for each in await tx.organisations.all()] == [first.id, second.id]


async def test_a_change_of_settings_replaces_them_all_and_is_in_the_ledger(charity: Charity, other: Charity) -> None:
    before = await kinds(other)
    async with charity.begin() as tx:
        await tx.organisations.change("Harbour House (new)", {"nation": "Wales"})

    async with charity.read() as tx:
        now = await tx.organisations.current()
    assert (now.name, now.settings) == ("Harbour House (new)", {"nation": "Wales"})
    assert (await kinds(charity))[-1] == "charity settings changed"
    assert await kinds(other) == before


async def test_whoever_had_the_same_account_one_after_the_other_is_one_human_also_over_a_third(
    charity: Charity,
) -> None:
    worker, colleague, trustee = charity.worker.id, charity.colleague.id, charity.trustee.id
    async with charity.begin() as tx:
        await tx.people.disconnect(charity.account(charity.worker))
        await tx.people.connect(colleague, channel="web", tenant=charity.id, user="worker")
        await tx.people.connect(trustee, channel="web", tenant=charity.id, user="colleague")

        assert await tx.people.one_human() == {
            worker: {colleague, trustee},
            colleague: {worker, trustee},
            trustee: {worker, colleague},
        }

        await tx.people.apart(trustee, channel="web", tenant=charity.id, user="colleague", by="command line")

        assert await tx.people.one_human() == {worker: {colleague}, colleague: {worker}}
