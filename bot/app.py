"""The one place that wires settings, books, the store and the channels together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.books import read_books
from bot.channels import Channel, Time, Timed, Troubled, discover
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.evidence.anchoring import anchor_every_day
from bot.evidence.keys_words import look_for_keys
from bot.record.door import papers
from bot.reporting.handing_out import digests
from bot.reviving import revive_at_start, revive_every_hour
from bot.settings import Settings, SettingsError, book_folders, read_settings
from bot.turn import Office
from storage.grants import may_change_ledger
from storage.migrating import NotOurs, migrate, pending
from storage.records import from_micros
from storage.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

_HEALTH_WITHIN = 5.0  # seconds; whoever asks has a limit of their own, and wants to hear which part does not answer

_NOT_OURS = (
    "the role in DATABASE_URL may not change the tables. As their owner run: python -m bot db upgrade. Then start as "
    "this role with --no-migrate (docs/keys-and-ledger.md, The role)"
)


def now() -> datetime:
    return datetime.now(UTC)


async def open_office(settings: Settings, *, upgrade: bool = True, clock: Callable[[], datetime] = now) -> Office:
    """The store, migrated and with the right keys, and the books. Raises SettingsError."""
    books = read_books(settings.books)
    if upgrade:
        await upgraded(settings.database_url)
    else:
        await must_be_new(settings.database_url)
    store = Store(settings.database_url, settings.keys)
    async with store.read(clock()) as tx:
        locked = await tx.organisations.check_keys()
        charities = await tx.organisations.all()
        if store.postgresql and await may_change_ledger(tx):
            log.info("the bot's role could change the ledger but for its triggers: docs/keys-and-ledger.md, The role")
    if locked:
        await store.close()
        raise SettingsError([f"CONFER_KEYS does not open the records of {name}: {why}" for name, why in locked])
    # Where nobody is known yet, the charity's own book speaks: a typed cry for help is answered before the database.
    own = {book: books[book] for charity in charities if (book := charity.settings.get("book")) in books}
    office = Office(store, own | books, clock, anchors=settings.anchors, address=settings.address)
    await look_for_keys(store, office.alarms, clock())
    return office


async def upgraded(url: str) -> None:
    """Bring the database to the newest form. Raises SettingsError, StoreUnavailable."""
    try:
        await migrate(url)
    except NotOurs as refused:
        raise SettingsError([_NOT_OURS]) from refused


async def must_be_new(url: str) -> None:
    """Raises SettingsError where the database is older than this program; StoreUnavailable."""
    if await pending(url):
        raise SettingsError(["the database is older than this program; run: python -m bot db upgrade"])


def channels_of(environment: Mapping[str, str]) -> list[Channel]:
    """The channels that are configured. Raises SettingsError with every fault of every half-configured one."""
    channels, faulty = discover(environment)
    if faulty:
        raise SettingsError([f"{channel.channel}: {fault}" for channel in faulty for fault in channel.faults])
    return channels


def ready(environment: Mapping[str, str]) -> tuple[Settings, list[Channel]]:
    """The settings and at least one channel. Raises SettingsError with everything that is wrong, books included."""
    faults: list[str] = []
    settings, channels = None, []
    try:
        settings = read_settings(environment)
    except SettingsError as wrong:
        faults += wrong.faults
    try:
        channels = channels_of(environment)
        if not channels:
            faults.append("no channel is configured (see README.md), so nobody could reach the bot")
    except SettingsError as wrong:
        faults += wrong.faults
    if settings is not None and not faults:
        return settings, channels
    try:
        read_books(book_folders(environment))
    except SettingsError as wrong:
        faults += [fault for fault in wrong.faults if fault not in faults]
    raise SettingsError(faults)


Trial = Callable[[Dispatcher, Delivery, str], Time]
"""The time of a trial, for the channel of this name."""


@asynccontextmanager
async def running(
    office: Office, channels: Sequence[Channel], *, serve: bool = True, trial: Trial | None = None
) -> AsyncIterator[web.Application]:
    """Channels started and letters being sent; the application to serve, if anything is to be served.

    `trial`: nothing here is real, and whoever tries it out may let time pass.
    """
    dispatcher = Dispatcher(office)
    delivery = Delivery(office, channels, dispatcher)
    for channel in channels:
        if trial is not None and isinstance(channel, Timed):
            channel.takes(trial(dispatcher, delivery, channel.name))
    app = web.Application(client_max_size=2**20)
    if serve:
        app.add_routes([web.get("/healthz", _health(office, delivery, channels)), *papers(office), *digests(office)])
        for channel in channels:
            channel.mount(app, dispatcher)
    for channel in channels:
        await channel.start(dispatcher)
    await revive_at_start(office.store, office.clock())
    sending = asyncio.create_task(delivery.run(), name="sending")
    reviving = asyncio.create_task(revive_every_hour(office.store, office.clock), name="reviving")
    anchors = anchor_every_day(office.store, office.anchors, office.alarms, office.clock, anchored=office.anchored)
    anchoring = asyncio.create_task(anchors, name="anchoring")
    try:
        yield app
    finally:
        # First the letters that are under way, while the channels can still carry them; presses are answered meanwhile.
        # Then the answers that were promised, and last the note of which of them arrived.
        delivery.stop()
        reviving.cancel()
        anchoring.cancel()
        # Even where one has ended badly, the store is closed.
        await asyncio.gather(sending, reviving, anchoring, return_exceptions=True)
        for channel in channels:
            await channel.stop()
        await delivery.settle_answers()
        await office.store.close()


async def serve(
    office: Office,
    channels: Sequence[Channel],
    *,
    host: str,
    port: int,
    ready: Callable[[int], None],
    trial: Trial | None = None,
) -> None:
    """Serve until the process is told to stop (SIGTERM, SIGINT), then finish what was promised.

    Where a channel is `loopback_only`, nobody but this machine is served, whatever `host` says. `trial`: see `running`.
    """
    if any(getattr(channel, "loopback_only", False) for channel in channels):
        host = "127.0.0.1"
    async with running(office, channels, trial=trial) as app:
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        try:
            _settle()
            ready(runner.addresses[0][1])
            await told_to_stop()
        finally:
            await runner.cleanup()


async def work(office: Office, channels: Sequence[Channel]) -> None:
    """Send letters and timers, and listen on sockets, without serving anything."""
    async with running(office, channels, serve=False):
        _settle()
        await told_to_stop()


def _settle() -> None:
    """What is in memory by now, books and libraries, stays: the collector of garbage leaves it out from here on.

    As shipped it looks at the newest objects after every 700, and now and then at all: a tenth of a press's CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def told_to_stop() -> None:
    """Wait for SIGTERM or SIGINT."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopping.set)
    await stopping.wait()


def _health(
    office: Office, delivery: Delivery, channels: Sequence[Channel]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def health(_: web.Request) -> web.Response:
        now = office.clock()
        try:
            async with office.store.read(now, within=_HEALTH_WITHIN) as tx:
                counts = await tx.outbox.counts()
                due = await tx.outbox.next_due()
                broken = await tx.walks.broken()
        except StoreUnavailable:
            return web.json_response({"database": "out of reach"}, status=503)
        about = sorted({*office.alarms.about(), *(["ledger"] if broken else [])})
        alarms: dict[str, Any] = {"alarms": about} if about else {}
        if trouble := delivery.trouble(now, None if due is None else from_micros(due)):
            return web.json_response({"database": "ok", "letters": counts, "sending": trouble, **alarms}, status=503)
        mute = {each.name: said for each in channels if isinstance(each, Troubled) and (said := each.trouble())}
        if mute:
            return web.json_response({"database": "ok", "letters": counts, "channels": mute, **alarms}, status=503)
        return web.json_response({"database": "ok", "letters": counts, **alarms})

    return health
