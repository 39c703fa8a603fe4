"""Turning the keys: everything under the newest, nothing lost on the way, and nothing destroyed comes back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage.rekeying import Tally, missing_keys, rewrapped, tally
from storage.sealing import CannotOpen, Keyring, new_key, wrapped_by
from storage.store import Store
from tests.storage.charity import NOW, Charity, behind, blocked, found, rows

OLD, NEW = new_key("2025"), new_key("2026")
WORDS = "They asked us to."
QUESTION = "Who is told at night?"


class Stopped(Exception):
    """The program was killed."""


async def filled(url: str, *, cases: int = 5) -> Charity:
    """A charity whose every record is under the old key; its store has both, the newest first."""
    before = Store(url, Keyring.parse(OLD))
    charity = await found(before, "Harbour House")
    await charity.say(WORDS)
    async with charity.begin() as tx:
        for number in range(cases):
            await tx.cases.open(charity.worker.id, reference=f"MORE-{number}", book_id="justus", book_version="1")
        for person in (charity.worker, charity.trustee):
            await tx.factors.keep(person.id, "totp", f"secret of {person.handle}", proven=True)
        await tx.enquiries.ask(charity.trustee.id, "2026-W47", QUESTION)
    await before.close()
    return replace(charity, store=Store(url, Keyring.parse(f"{NEW},{OLD}")))


async def names(store: Store) -> set[str]:
    """The keys that wrap anything, as the tables themselves say."""
    wrapped = await rows(store, "SELECT data_key AS key FROM consultations WHERE data_key IS NOT NULL")
    wrapped += await rows(store, "SELECT data_key AS key FROM enquiries")
    wrapped += await rows(store, "SELECT canary AS key FROM organisations")
    factors = await rows(store, "SELECT sealed FROM factors")
    return {wrapped_by(bytes(each.key)) for each in wrapped} | {wrapped_by(bytes(each.sealed)[2:]) for each in factors}


async def opens(charity: Charity, keys: str) -> tuple[list[str], list[tuple[str, str]]]:
    """What the texts and secrets say with these keys alone, and which charities are locked."""
    store = Store(charity.store.url, Keyring.parse(keys))
    async with store.read(NOW) as tx:
        tx.bind(charity.id)
        words = [await tx.texts.open(each.id) for each in await tx.texts.of(charity.case.id)]
        words += [await tx.factors.secret(each.id, "totp") for each in (charity.worker, charity.trustee)]
        words += [(await tx.enquiries.open(each.id))[0] for each in await tx.enquiries.waiting()]
        locked = await tx.organisations.check_keys()
    await store.close()
    return words, locked


async def test_everything_is_wrapped_by_the_newest_key_and_opens_with_it_alone(migrated_url: str) -> None:
    charity = await filled(migrated_url)

    moved = await rewrapped(charity.store, lambda: NOW, batch=2)

    assert moved == {"consultation": 6, "factor": 2, "enquiry": 1, "charity": 1}
    assert await names(charity.store) == {"2026"}
    assert await opens(charity, NEW) == ([WORDS, "secret of worker", "secret of trustee", QUESTION], [])
    async with charity.read() as tx:
        assert await tx.ledger.faults() == []
    await charity.store.close()


async def test_a_second_time_there_is_nothing_to_do(migrated_url: str) -> None:
    charity = await filled(migrated_url)
    await rewrapped(charity.store, lambda: NOW)
    before = await rows(charity.store, "SELECT * FROM ledger")

    moved = await rewrapped(charity.store, lambda: NOW)

    assert sum(moved.values()) == 0
    assert await rows(charity.store, "SELECT * FROM ledger") == before
    await charity.store.close()


@pytest.mark.parametrize("after", range(1, 6))
async def test_killed_after_any_batch_everything_opens_and_another_run_does_the_rest(
    migrated_url: str, after: int
) -> None:
    charity, batches = await filled(migrated_url), []

    def killed(_: int) -> None:
        batches.append(1)
        if len(batches) == after:
            raise Stopped

    with pytest.raises(Stopped):
        await rewrapped(charity.store, lambda: NOW, batch=2, done=killed)
    between = await names(charity.store), await opens(charity, f"{NEW},{OLD}")
    await rewrapped(charity.store, lambda: NOW, batch=2)

    words = [WORDS, "secret of worker", "secret of trustee", QUESTION]
    assert between == ({"2025", "2026"}, (words, [])) if after < 5 else ({"2026"}, (words, []))
    assert await opens(charity, NEW) == (words, [])
    await charity.store.close()


async def test_whoever_stops_half_way_and_takes_the_old_key_away_is_told_at_the_start(migrated_url: str) -> None:
    charity = await filled(migrated_url)
    with pytest.raises(Stopped):
        await rewrapped(charity.store, lambda: NOW, batch=2, done=stop)
    alone = Store(charity.store.url, Keyring.parse(NEW))

    async with alone.read(NOW) as tx:
        locked, missing = await tx.organisations.check_keys(), await missing_keys(tx)

    assert locked == [("Harbour House", "the key '2025' that this was sealed under is not in CONFER_KEYS")]
    assert missing == {"2025": 8}
    await alone.close()
    await charity.store.close()


async def test_beside_people_who_write_and_read_nothing_is_lost(migrated_url: str) -> None:
    charity = await filled(migrated_url, cases=30)
    wrong: list[str] = []

    async def works(number: int) -> None:
        for each in range(5):
            said = await charity.say(f"{number}-{each}")
            async with charity.read() as tx:
                wrong.extend([] if await tx.texts.open(said) == f"{number}-{each}" else [said])

    await asyncio.gather(rewrapped(charity.store, lambda: NOW, batch=3), *(works(number) for number in range(5)))

    await rewrapped(charity.store, lambda: NOW)
    words, locked = await opens(charity, NEW)
    assert (len(words), locked, wrong) == (1 + 25 + 3, [], [])
    await charity.store.close()


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_what_somebody_holds_is_left_for_the_next_run_and_nobody_waits(migrated_url: str) -> None:
    charity = await filled(migrated_url)
    other = Store(charity.store.url, charity.store.keys)

    async with other.begin(NOW) as tx:
        await tx.connection.exec_driver_sql("UPDATE consultations SET version = version WHERE reference = 'CASE-1'")
        first = await rewrapped(charity.store, lambda: NOW)
    second = await rewrapped(charity.store, lambda: NOW)

    assert (first["consultation"], second["consultation"]) == (5, 1)
    await other.close()
    await charity.store.close()


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_a_key_that_is_destroyed_at_the_same_moment_stays_destroyed(migrated_url: str) -> None:
    charity = await filled(migrated_url, cases=0)
    other = Store(charity.store.url, charity.store.keys)

    async with other.begin(NOW) as tx:
        await tx.connection.exec_driver_sql("LOCK TABLE consultations IN ACCESS EXCLUSIVE MODE")
        turning = asyncio.create_task(rewrapped(charity.store, lambda: NOW))
        await blocked(charity.store)
        await tx.connection.exec_driver_sql("UPDATE consultations SET data_key = NULL")
    moved = await turning

    assert moved["consultation"] == 0
    assert [each.data_key for each in await rows(charity.store, "SELECT data_key FROM consultations")] == [None]
    await other.close()
    await charity.store.close()


async def test_what_does_not_open_is_left_as_it_is_and_counted(migrated_url: str) -> None:
    charity = await filled(migrated_url, cases=1)
    for reference, key in (("LOST", new_key("2024")), ("WRONG", new_key("2025"))):
        other = replace(charity, store=Store(charity.store.url, Keyring.parse(key)))
        async with other.begin() as tx:
            await tx.cases.open(charity.worker.id, reference=reference, book_id="justus", book_version="1")
        await other.store.close()
    query = "SELECT reference, data_key FROM consultations WHERE reference IN ('LOST', 'WRONG') ORDER BY reference"
    before = await rows(charity.store, query)

    moved = await rewrapped(charity.store, lambda: NOW)

    counted = await tally(charity.store, NOW)
    assert moved["consultation"] == 2
    assert await rows(charity.store, query) == before
    assert {name: dict(each.closed) for name, each in counted.items()} == {
        "2024": {"missing": 1},
        "2025": {"wrong": 1},
        "2026": {},
    }
    await charity.store.close()


async def test_the_count_names_every_key_and_what_it_wraps(migrated_url: str) -> None:
    charity = await filled(migrated_url)
    async with charity.begin() as tx:
        await tx.cases.open(charity.worker.id, reference="NEW", book_id="justus", book_version="1")
    await behind(charity.store, "UPDATE consultations SET data_key = NULL WHERE reference = 'MORE-1'")

    counted = await tally(charity.store, NOW)

    assert {name: dict(each.wraps) for name, each in counted.items()} == {
        "2025": {"consultation": 5, "factor": 2, "enquiry": 1, "charity": 1},
        "2026": {"consultation": 1},
    }
    assert all(each == Tally(each.wraps) for each in counted.values())
    async with charity.read() as tx:
        assert await missing_keys(tx) == {}
    await charity.store.close()


async def test_a_value_that_names_no_key_is_counted_as_changed_and_stops_nobody(migrated_url: str) -> None:
    charity = await filled(migrated_url)
    update = "UPDATE consultations SET data_key = :value WHERE reference = :reference"
    await behind(charity.store, update, value=b"no end", reference="MORE-1")
    await behind(charity.store, update, value=b"", reference="MORE-2")
    await behind(charity.store, "UPDATE factors SET sealed = :value", value=b"\0\2ab")

    moved = await rewrapped(charity.store, lambda: NOW)

    async with charity.read() as tx:
        missing = await missing_keys(tx)
    counted = (await tally(charity.store, NOW))[""]
    assert (moved["consultation"], missing) == (4, {"": 4})
    assert (counted.wraps, counted.closed) == ({"consultation": 2, "factor": 2}, {"altered": 4})
    await charity.store.close()


def test_a_data_key_that_was_wrapped_anew_is_the_same_key() -> None:
    both = Keyring.parse(f"{NEW},{OLD}")
    before = Keyring.parse(OLD).new_data_key("here")

    after = both.rewrap(before, "here")

    assert both.unwrap(after, "here") == both.unwrap(before, "here")
    assert both.rewrap(after, "here") is after
    with pytest.raises(CannotOpen):
        Keyring.parse(NEW).rewrap(before, "here")


def stop(_: int) -> None:
    raise Stopped
