"""A database that is away is said to be away, by one exception and without its address; when it is back, we go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from storage.migrating import migrate, pending
from storage.sealing import Keyring
from storage.store import Store, StoreUnavailable, reachable
from tests.storage.charity import NOW, Charity

AWAY = ["not there", "no way there", "not ours"]


@pytest.fixture(params=AWAY)
def away_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """The URL of a database that cannot be used: it is missing, what it lies in is missing, or we are not let in."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        (tmp_path / "garbage.db").write_bytes(b"hunter2 is not a database. " * 1000)
        paths = {"not there": "missing/hunter2.db", "no way there": ".", "not ours": "garbage.db"}
        return url.set(database=str(tmp_path / paths[str(request.param)])).render_as_string(hide_password=False)
    match request.param:
        case "not there":
            url = url.set(database="hunter2")
        case "no way there":
            url = url.update_query_dict({"host": str(tmp_path / "hunter2")}).set(host=None)
        case _:
            url = url.update_query_dict({"user": "hunter2"})
    return url.render_as_string(hide_password=False)


async def backend(store: Store) -> int:
    """The process of the PostgreSQL server that serves the one connection of this store."""
    async with store.writer.connect() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def end(store: Store, process: int) -> None:
    async with store.writer.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})


async def test_a_database_that_is_away_is_said_to_be_away(away_url: str, keys: Keyring) -> None:
    store = Store(away_url, keys)

    with pytest.raises(StoreUnavailable) as writing:
        async with store.begin(NOW) as tx:
            await tx.organisations.all()
    with pytest.raises(StoreUnavailable) as reading:
        async with store.read(NOW) as tx:
            await tx.organisations.all()
    answers = await reachable(store)
    await store.close()

    assert answers is False
    assert "hunter2" not in f"{writing.value} {reading.value}"


async def test_migrating_a_database_that_is_away_says_so_too(away_url: str) -> None:
    with pytest.raises(StoreUnavailable) as migrating:
        await migrate(away_url)
    with pytest.raises(StoreUnavailable) as looking:
        await pending(away_url)

    assert "hunter2" not in f"{migrating.value} {looking.value}"


async def test_a_database_that_is_there_answers(store: Store) -> None:
    assert await reachable(store)


async def test_a_mistake_of_ours_is_not_called_an_outage(charity: Charity) -> None:
    with pytest.raises(IntegrityError):
        async with charity.begin() as tx:
            await tx.cases.name(charity.case.id, "x" * 41)


async def test_a_connection_lost_while_writing_leaves_nothing_and_the_next_one_works(
    charity: Charity,
) -> None:
    if not charity.store.postgresql:
        return  # a file has no connection to lose

    async def press() -> None:
        async with charity.begin() as tx:
            await tx.cases.record_answers(charity.case, {"danger": "yes"})
            process = (await tx.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await end(charity.store, process)
            await tx.cases.get(charity.case.id)

    with pytest.raises(StoreUnavailable):
        await press()

    async with charity.begin() as tx:
        assert (await tx.cases.get(charity.case.id)).values == {}


async def test_a_connection_lost_while_reading_is_said_and_the_next_one_works(charity: Charity) -> None:
    if not charity.store.postgresql:
        return

    async def look() -> None:
        async with charity.read() as tx:
            process = (await tx.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await end(charity.store, process)
            await tx.cases.get(charity.case.id)

    with pytest.raises(StoreUnavailable):
        await look()

    async with charity.read() as tx:
        assert await tx.cases.get(charity.case.id) == charity.case


async def test_after_a_restart_of_the_server_at_most_one_event_is_refused(charity: Charity, store: Store) -> None:
    if not store.postgresql:
        return
    process = await backend(store)
    helper = Store(store.url, store.keys)
    await end(helper, process)
    await helper.close()
    refused = 0

    for _ in range(3):
        try:
            async with charity.begin() as tx:
                await tx.cases.get(charity.case.id)
        except StoreUnavailable:
            refused += 1

    assert refused <= 1


async def test_of_two_transactions_in_each_others_way_one_is_told_to_begin_again(charity: Charity) -> None:
    if not charity.store.postgresql:
        return  # one writer at a time is in nobody's way
    lock = text("SELECT id FROM people WHERE handle = :handle FOR UPDATE")
    both = asyncio.Barrier(2)

    async def takes(*handles: str) -> None:
        async with charity.begin() as tx:
            await tx.connection.execute(lock, {"handle": handles[0]})
            await both.wait()
            await tx.connection.execute(lock, {"handle": handles[1]})

    ended = await asyncio.gather(takes("worker", "trustee"), takes("trustee", "worker"), return_exceptions=True)

    assert sorted(type(each).__name__ for each in ended) == ["GaveWay", "NoneType"]


async def test_what_the_server_did_not_commit_is_never_taken_for_kept_on_postgresql(charity: Charity) -> None:
    if not charity.store.postgresql:
        return  # there a statement that failed takes nothing else with it

    async def pressed() -> None:
        async with charity.begin() as tx:
            await tx.cases.record_answers(charity.case, {"danger": "no"})
            with pytest.raises(IntegrityError):
                await tx.connection.execute(text("INSERT INTO organisations DEFAULT VALUES"))

    with pytest.raises(StoreUnavailable):
        await pressed()

    async with charity.begin() as tx:
        assert (await tx.cases.get(charity.case.id)).values == {}
