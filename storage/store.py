"""The store: two engines and one way to write. Only `Store.begin` commits, once, at the end of one event.

SQLite has one writer connection at a time, with BEGIN IMMEDIATE, WAL and synchronous FULL; a second, read-only
engine serves reads. PostgreSQL runs at READ COMMITTED, where decisions are compare-and-set updates.
Never await anything but the database inside `begin`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import engines, one_trip
from storage.access import Access
from storage.approvals import Approvals
from storage.arrivals import Arrivals
from storage.bases import Bases
from storage.cases import Cases
from storage.confirmations import Confirmations
from storage.deliveries import Deliveries
from storage.digest_choices import DigestChoices
from storage.digests import Digests
from storage.direct import Ended, close_on, open_on, raw_of
from storage.drafts import Drafts
from storage.enquiries import Enquiries
from storage.factors import PersonalFactors
from storage.figures import Figures
from storage.follow_ups import FollowUps
from storage.handouts import DigestLinks, Handouts
from storage.handovers import Handovers
from storage.holds import Holds
from storage.ladders import Ladders
from storage.ledger import Ledger
from storage.locks import Locks
from storage.looks import Looks
from storage.night import NightTests
from storage.organisations import Organisations
from storage.outbox import WAKE, Outbox
from storage.people import People
from storage.posts import Posts
from storage.reminders import Reminders
from storage.retention import Retention
from storage.rota import Rota
from storage.rota_tests import RotaTests
from storage.sealing import Keyring
from storage.spoken import SpokenAgreements
from storage.steps import Steps
from storage.texts import Texts
from storage.walks import Walks

_GRACE = 0.25  # seconds after a bound in which a connection may still be given back in good order
_LOOK = one_trip.PATIENCE
_TRY_AGAIN = {"40P01", "40001"}  # PostgreSQL: deadlock_detected, serialization_failure


class StoreUnavailable(Exception):
    """The database cannot be reached, is locked, or gave way to another transaction.

    Nothing was written, but for one case: whoever was cut off in the middle of the commit cannot know.
    """


class GaveWay(StoreUnavailable):
    """Two transactions stood in each other's way and this one was ended. Begun again at once, it will likely pass."""


@dataclass
class Transaction:
    """One unit of work. Bound to one organisation before anything else is asked of it."""

    connection: AsyncConnection
    driver: Any  # the driver's own connection, for `storage.direct`
    keys: Keyring
    now: datetime
    postgresql: bool
    organisation: str = ""
    ahead: dict[Any, tuple[list[Any], list[Any]]] | None = None
    _notes: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def organisation_id(self) -> str:
        """The organisation every query is bound to. RuntimeError while there is none."""
        if not self.organisation:
            raise RuntimeError("no organisation: bind the transaction before using it")
        return self.organisation

    def bind(self, organisation_id: str) -> None:
        """Bind to an organisation, once; another one afterwards is a programming error."""
        if self.organisation not in ("", organisation_id):
            raise RuntimeError("a transaction serves one organisation")
        self.organisation = organisation_id

    @cached_property
    def organisations(self) -> Organisations:
        return Organisations(self)

    @cached_property
    def people(self) -> People:
        return People(self)

    @cached_property
    def cases(self) -> Cases:
        return Cases(self)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self)

    @cached_property
    def texts(self) -> Texts:
        return Texts(self, self.cases)

    @cached_property
    def posts(self) -> Posts:
        return Posts(self)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self)

    @cached_property
    def arrivals(self) -> Arrivals:
        return Arrivals(self, self.people, self.deliveries, self.cases, self.factors)

    @cached_property
    def steps(self) -> Steps:
        return Steps(self, self.cases, self.outbox)

    @cached_property
    def ladders(self) -> Ladders:
        return Ladders(self, self.outbox)

    @cached_property
    def spoken(self) -> SpokenAgreements:
        return SpokenAgreements(self, self.approvals)

    @cached_property
    def handouts(self) -> Handouts:
        return Handouts(self)

    @cached_property
    def digest_links(self) -> DigestLinks:
        return DigestLinks(self)

    @cached_property
    def handovers(self) -> Handovers:
        return Handovers(self)

    @cached_property
    def looks(self) -> Looks:
        return Looks(self, self.outbox)

    @cached_property
    def confirmations(self) -> Confirmations:
        return Confirmations(self)

    @cached_property
    def follow_ups(self) -> FollowUps:
        return FollowUps(self, self.outbox)

    @cached_property
    def bases(self) -> Bases:
        return Bases(self)

    @cached_property
    def rota(self) -> Rota:
        return Rota(self)

    @cached_property
    def factors(self) -> PersonalFactors:
        return PersonalFactors(self)

    @cached_property
    def locks(self) -> Locks:
        return Locks(self)

    @cached_property
    def night_tests(self) -> NightTests:
        return NightTests(self)

    @cached_property
    def rota_tests(self) -> RotaTests:
        return RotaTests(self)

    @cached_property
    def access(self) -> Access:
        return Access(self)

    @cached_property
    def holds(self) -> Holds:
        return Holds(self)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self)

    @cached_property
    def figures(self) -> Figures:
        return Figures(self)

    @cached_property
    def digest_choices(self) -> DigestChoices:
        return DigestChoices(self)

    @cached_property
    def enquiries(self) -> Enquiries:
        return Enquiries(self)

    @cached_property
    def reminders(self) -> Reminders:
        return Reminders(self)

    @cached_property
    def digests(self) -> Digests:
        return Digests(self, self.outbox)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self)

    @cached_property
    def walks(self) -> Walks:
        return Walks(self, self.outbox)

    def note(self, kind: str, **ids: str) -> None:
        """Write a ledger entry as the last step of this transaction: ids and kinds only, never guessable text."""
        self._notes.append((kind, ids))

    async def seal_notes(self) -> None:
        if self._notes:
            await self.ledger.append(self._notes)
            self._notes.clear()

    def closing_words(self) -> str:
        """The same on PostgreSQL, as a statement that the commit is sent with; "" where nothing was noted."""
        return self.ledger.appending(self._notes) if self._notes else ""


class Store:
    """Opened once a process; closed at the end."""

    def __init__(self, url: str, keys: Keyring) -> None:
        self.url = url
        self.keys = keys
        self.postgresql = make_url(url).get_backend_name() == "postgresql"
        self._writing = asyncio.Lock()
        self.due = asyncio.Event()
        """Set after a commit that left a letter or timer due in this process."""
        if self.postgresql:
            self.writer = engines.postgresql(url)
            # The same connections; one statement an answer would not be one moment at READ COMMITTED.
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        else:
            self.writer = engines.sqlite(url, writes=True)
            self.reader = engines.sqlite(url, writes=False)

    @asynccontextmanager
    async def begin(self, now: datetime, *, within: float | None = None) -> AsyncIterator[Transaction]:
        """One transaction, committed when the block ends, rolled back when it raises.

        `now` is what every time written in it will say. `within` is the bound of everything in seconds: the wait for
        our turn, the connection, the block and the commit; without it only the way in is bounded, by ten seconds.
        Raises StoreUnavailable when the database is out of reach or the bound is over, at most a quarter of a second
        later. A commit that was cut off may have happened.
        """
        # SQLite takes one writer at a time anyway: queueing here is fair, queueing there is a lottery of sleeps.
        turn: AbstractAsyncContextManager[Any] = nullcontext() if self.postgresql else self._writing
        async with _bounded(within) as limit, turn, _entered(self.writer, limit, within) as (connection, driver):
            transaction = Transaction(connection, driver, self.keys, now, self.postgresql)
            yield transaction
            # Whatever does not come this far is rolled back as its connection is given back.
            if self.postgresql:
                await close_on(connection, transaction.closing_words())
            else:
                await transaction.seal_notes()
                await connection.commit()
        if "outbox" in transaction.__dict__ and transaction.outbox.woken:
            self.due.set()

    @asynccontextmanager
    async def read(self, now: datetime, *, within: float | None = None) -> AsyncIterator[Transaction]:
        """One snapshot to read from, in which nothing can be written. `within` as in `begin`; raises as it does."""
        async with _bounded(within) as limit, _entered(self.reader, limit, within) as (connection, driver):
            yield Transaction(connection, driver, self.keys, now, self.postgresql, ahead={})

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """While inside, another process's commit that left something due sets `due` here too (PostgreSQL only).

        A lost connection only costs the wake-up: whoever waits on `due` looks by himself every second anyway.
        """
        if not self.postgresql:
            yield
            return
        async with _reaching(self.reader) as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.add_listener(WAKE, lambda *_: self.due.set())
            try:
                yield
            finally:
                await connection.invalidate()  # it listens: it must not go back to the pool

    async def close(self) -> None:
        await self.writer.dispose()
        if not self.postgresql:
            await self.reader.dispose()


@asynccontextmanager
async def _bounded(within: float | None) -> AsyncIterator[asyncio.Timeout]:
    """A bound in seconds for all that is done in here. Raises StoreUnavailable when it is over."""
    try:
        async with asyncio.timeout(engines.TIMEOUT if within is None else within) as limit:
            yield limit
    except TimeoutError as over:
        raise StoreUnavailable(type(over).__name__) from over


@asynccontextmanager
async def _reaching(engine: AsyncEngine, until: float | None = None) -> AsyncIterator[AsyncConnection]:
    """A connection, given back at the end; torn off where that is not done soon after `until`, by the loop's clock.

    Raises StoreUnavailable when none is to be had, it is lost on the way, or another transaction goes first.
    """
    connection, guard = engine.connect(), None
    connected = False
    try:
        await connection.start()
        connected = True
        try:
            if until is not None and engine.dialect.name == "postgresql":
                # The driver takes leave of a server politely; of one that does not answer, it would wait for seconds.
                driver = raw_of(connection).driver_connection
                guard = asyncio.get_running_loop().call_at(until + _GRACE, driver.terminate)
            yield connection
        finally:
            if not connection.closed:  # what was committed has been given back
                await connection.__aexit__(None, None, None)
    except (OperationalError, InterfaceError, PoolTimeout, OSError, TimeoutError) as trouble:
        raise StoreUnavailable(type(trouble).__name__) from trouble
    except DBAPIError as trouble:
        if connected and getattr(trouble.orig, "sqlstate", "") in _TRY_AGAIN:
            raise GaveWay(type(trouble).__name__) from trouble
        # Before there is a connection, any fault: "starting up" and "no such database" have no class of their own.
        if not connected or trouble.connection_invalidated:
            raise StoreUnavailable(type(trouble).__name__) from trouble
        raise
    finally:
        if guard is not None:
            guard.cancel()


@asynccontextmanager
async def _entered(
    engine: AsyncEngine, limit: asyncio.Timeout, within: float | None
) -> AsyncIterator[tuple[AsyncConnection, Any]]:
    """A connection and its driver, in a transaction that has begun for both. `limit` ends here where `within` is None.

    A connection that the server ended while it lay in the pool shows at its BEGIN: then the next one, and no press is
    lost to it. Raises as `_reaching` does.
    """
    async with AsyncExitStack() as stack:

        async def entered() -> tuple[AsyncConnection, Any]:
            connection = await stack.enter_async_context(_reaching(engine, within and limit.when()))
            if engine.dialect.name == "postgresql":
                return connection, await open_on(connection)
            await _begin(connection, limit)
            return connection, raw_of(connection).driver_connection

        for _ in range(engines.POOLED):
            try:
                found = await entered()
                break
            except Ended:
                await stack.aclose()
        else:
            found = await entered()
        if within is None:
            limit.reschedule(None)
        yield found


async def _begin(connection: AsyncConnection, limit: asyncio.Timeout) -> None:
    """A transaction begins. SQLite cannot be stopped while it waits for a lock, so it is asked to in steps."""
    while True:
        try:
            await connection.begin()
            return
        except OperationalError as trouble:
            until = limit.when()
            code = getattr(trouble.orig, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
            last = until is not None and asyncio.get_running_loop().time() + _LOOK > until
            if code != sqlite3.SQLITE_BUSY or last:
                raise


async def reachable(store: Store) -> bool:
    """Whether the database answers at all."""
    try:
        async with _reaching(store.reader) as connection:
            await connection.execute(text("SELECT 1"))
    except (StoreUnavailable, DBAPIError):
        return False
    return True
