"""Bounds: whoever can wait only so long is told in time that it did not work, and does not hinder the next one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from storage.sealing import Keyring
from storage.store import Store, StoreUnavailable
from tests.databases import execute
from tests.storage.charity import NOW, Charity

WITHIN = 0.8  # seconds
ALLOWED = WITHIN + 4.0  # a busy machine is no fault of the code; one caller after the other would take far longer
CROWD = 30  # more than there are connections

Work = Callable[[], Coroutine[Any, Any, None]]


@pytest.fixture
async def second(migrated_url: str, keys: Keyring) -> AsyncIterator[Store]:
    """Another process on the same database."""
    store = Store(migrated_url, keys)
    yield store
    await store.close()


@asynccontextmanager
async def locked(store: Store) -> AsyncIterator[None]:
    """Somebody else holds what every press wants, for as long as this lasts."""
    async with store.begin(NOW) as tx:
        if store.postgresql:
            await tx.connection.execute(text("LOCK TABLE consultations IN ACCESS EXCLUSIVE MODE"))
        yield


async def seconds(work: Work) -> float:
    """How long it took to say that it cannot be done; fails where it could."""
    started = asyncio.get_running_loop().time()
    with pytest.raises(StoreUnavailable):
        await work()
    return asyncio.get_running_loop().time() - started


def pressing(charity: Charity, value: str, within: float | None = WITHIN) -> Work:
    async def press() -> None:
        async with charity.store.begin(NOW, within=within) as tx:
            tx.bind(charity.id)
            await tx.cases.record_answers(charity.case, {"danger": value})

    return press


def looking(charity: Charity) -> Work:
    async def look() -> None:
        async with charity.store.read(NOW, within=WITHIN) as tx:
            tx.bind(charity.id)
            await tx.cases.get(charity.case.id)

    return look


async def answers(charity: Charity) -> dict[str, str]:
    async with charity.read() as tx:
        return (await tx.cases.get(charity.case.id)).values


async def test_of_many_who_wait_for_a_locked_database_each_is_told_within_its_own_bound(
    charity: Charity, second: Store
) -> None:
    async with locked(second):
        waits = await asyncio.gather(*(seconds(pressing(charity, "yes")) for _ in range(CROWD)))

    assert max(waits) < ALLOWED
    assert await answers(charity) == {}


async def test_when_the_database_is_free_again_the_next_ones_work(charity: Charity, second: Store) -> None:
    async with locked(second):
        await asyncio.gather(*(seconds(pressing(charity, "yes")) for _ in range(CROWD)))

    await asyncio.gather(*(pressing(charity, "no", within=10)() for _ in range(CROWD)))

    assert await answers(charity) == {"danger": "no"}


async def test_whoever_has_more_time_is_served_when_the_lock_is_gone(charity: Charity, second: Store) -> None:
    async with locked(second):
        patient = asyncio.create_task(pressing(charity, "no", within=20)())
        hasty = await asyncio.gather(*(seconds(pressing(charity, "yes")) for _ in range(5)))

    await patient

    assert max(hasty) < ALLOWED
    assert await answers(charity) == {"danger": "no"}


async def test_whoever_names_no_bound_waits_for_the_lock(charity: Charity, second: Store) -> None:
    async with locked(second):
        patient = asyncio.create_task(pressing(charity, "no", within=None)())
        await seconds(pressing(charity, "yes"))

    await patient

    assert await answers(charity) == {"danger": "no"}


async def test_one_process_that_holds_the_turn_too_long_holds_up_nobody_beyond_their_bound(charity: Charity) -> None:
    async with locked(charity.store):
        waits = await asyncio.gather(*(seconds(pressing(charity, "yes")) for _ in range(CROWD)))

    assert max(waits) < ALLOWED
    assert await answers(charity) == {}


async def test_a_block_that_outlasts_its_bound_is_cut_off_and_has_written_nothing(charity: Charity) -> None:
    async def press() -> None:
        async with charity.store.begin(NOW, within=WITHIN) as tx:
            tx.bind(charity.id)
            await tx.cases.record_answers(charity.case, {"danger": "yes"})
            await asyncio.Event().wait()

    taken = await seconds(press)

    assert taken < ALLOWED
    assert await answers(charity) == {}
    await pressing(charity, "no")()
    assert await answers(charity) == {"danger": "no"}


async def test_readers_too_are_told_within_their_bound(charity: Charity) -> None:
    """More of them than there are connections, all of which are taken."""
    async with AsyncExitStack() as taken:
        for _ in range(20 if charity.store.postgresql else 4):
            tx = await taken.enter_async_context(charity.read())
            await tx.cases.get(charity.case.id)

        waits = await asyncio.gather(*(seconds(looking(charity)) for _ in range(CROWD)))

    assert max(waits) < ALLOWED
    await looking(charity)()


# One moment


async def test_what_is_read_is_one_moment_whatever_others_write_meanwhile(charity: Charity, second: Store) -> None:
    async with charity.read() as tx:
        before = (await tx.cases.get(charity.case.id)).values
        async with second.begin(NOW) as writing:
            writing.bind(charity.id)
            await writing.cases.record_answers(charity.case, {"danger": "yes"})
        after = (await tx.cases.get(charity.case.id)).values

    assert (before, after) == ({}, {})
    assert await answers(charity) == {"danger": "yes"}


async def test_whoever_writes_after_a_read_sees_what_others_wrote_meanwhile(charity: Charity, second: Store) -> None:
    """The connections are the same on PostgreSQL; a reader's isolation must not stay on them."""
    await looking(charity)()

    async with charity.begin() as tx:
        level = "read committed"
        if charity.store.postgresql:
            level = (await tx.connection.execute(text("SHOW transaction_isolation"))).scalar_one()
        await tx.cases.record_answers(charity.case, {"danger": "yes"})

    assert level == "read committed"


# PostgreSQL's own troubles


@dataclass(frozen=True, slots=True)
class Line:
    """A network between a store and its server. Set `dark`, and it swallows everything; `half`, and it passes every
    word on, but never that somebody hung up. `hung_up` is set when somebody has.
    """

    dark: asyncio.Event
    half: asyncio.Event
    hung_up: asyncio.Event


@pytest.fixture
async def far(migrated_server: str, keys: Keyring) -> AsyncIterator[tuple[Store, Line]]:
    """A store behind a network of its own."""
    url, line = make_url(migrated_server), Line(asyncio.Event(), asyncio.Event(), asyncio.Event())
    writers: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if line.dark.is_set():
                    await asyncio.Event().wait()
                writer.write(data)
        line.hung_up.set()
        if not line.half.is_set():
            writer.close()

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        socket = url.query.get("host")
        there = (
            await asyncio.open_unix_connection(f"{socket}/.s.PGSQL.{url.query.get('port', url.port or 5432)}")
            if socket
            else await asyncio.open_connection(url.host, url.port or 5432)
        )
        writers.extend((writer, there[1]))
        with suppress(asyncio.CancelledError):
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))

    server = await asyncio.start_server(passed_on, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = url.set(host="127.0.0.1", port=port).difference_update_query(["host", "port"])
    store = Store(through.render_as_string(hide_password=False), keys)
    yield store, line
    await store.close()
    server.close()
    for writer in writers:
        writer.close()


async def test_a_server_that_falls_silent_is_given_up_within_the_bound(far: tuple[Store, Line]) -> None:
    store, line = far
    async with store.begin(NOW) as tx:
        await tx.organisations.all()
    line.dark.set()

    async def press() -> None:
        async with store.begin(NOW, within=WITHIN) as tx:
            await tx.organisations.all()

    once = await seconds(press)  # on a connection that was there
    anew = await asyncio.gather(*(seconds(press) for _ in range(5)))  # on new ones
    line.dark.clear()
    async with store.begin(NOW) as tx:
        await tx.organisations.all()

    assert once < ALLOWED
    assert max(anew) < ALLOWED


@pytest.mark.parametrize("writes", [True, False], ids=["writing", "reading"])
async def test_a_connection_that_the_server_is_just_ending_costs_nobody_their_press(
    far: tuple[Store, Line], migrated_server: str, writes: bool
) -> None:
    """Its last word is here and the line is still open, as it is for some thousandths of a second on a busy server."""
    store, line = far
    opened = store.begin if writes else store.read
    async with opened(NOW) as tx:
        process = (await tx.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    line.half.set()
    await execute(make_url(migrated_server), f"SELECT pg_terminate_backend({process})")
    await line.hung_up.wait()
    line.half.clear()

    async with opened(NOW) as tx:
        other = (await tx.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()

    assert other != process


async def test_two_who_lock_each_other_out_are_told_that_it_can_be_tried_again(charity: Charity, second: Store) -> None:
    if not charity.store.postgresql:
        return  # one writer at a time cannot
    met = asyncio.Barrier(2)
    case = charity.case.id

    async def press(store: Store, first: str, then: str) -> str:
        try:
            async with store.begin(NOW) as tx:
                tx.bind(charity.id)
                for handle in (first, then):
                    await tx.people.put(handle=handle, name=f"{handle} {case}", role="worker", capabilities=[])
                    if handle == first:
                        await met.wait()
        except StoreUnavailable:
            return "unavailable"
        return "written"

    ended = await asyncio.gather(press(charity.store, "worker", "trustee"), press(second, "trustee", "worker"))

    assert sorted(ended) == ["unavailable", "written"]
