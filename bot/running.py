"""The commands that need the database and the channels: try, web, worker, new-key, db, charity, people.

The one rule to keep: the command line reads this module only when such a command runs, so that `book` is there at once.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import now, open_office, ready, serve, work
from bot.importing import import_charity, import_people
from bot.settings import Settings, read_settings
from bot.trying import try_out
from storage.migrating import migrate
from storage.sealing import new_key
from storage.store import Store, StoreUnavailable

Bring = Callable[[Store, str, datetime], Awaitable[str]]


def try_it(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    def say(port: int) -> None:
        print(f"\nConfer is running. Open http://localhost:{port}\nStop it with Ctrl-C.\n", flush=True)

    folder = chosen.data or Path(".confer-try") / chosen.book
    return _run(try_out(environment, folder=folder, port=chosen.port, ready=say, book=chosen.book))


def web(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings, channels = ready(environment)

    async def run() -> None:
        office = await open_office(settings, upgrade=not chosen.no_migrate)
        host = "127.0.0.1" if settings.local else "0.0.0.0"  # noqa: S104 - behind the host's own proxy, which speaks TLS
        await serve(
            office,
            channels,
            host=host,
            port=settings.port,
            ready=lambda port: print(f"listening on {port}", flush=True),
        )

    return _run(run())


def worker(_: argparse.Namespace, environment: Mapping[str, str]) -> int:
    settings, channels = ready(environment)

    async def run() -> None:
        await work(await open_office(settings, upgrade=False), channels)

    return _run(run())


def print_new_key(_: argparse.Namespace, __: Mapping[str, str]) -> int:
    print(new_key(f"k{now():%Y%m}"))
    return 0


def upgrade(_: argparse.Namespace, environment: Mapping[str, str]) -> int:
    async def run(settings: Settings) -> None:
        await migrate(settings.database_url)
        print("The database is up to date.")

    return _run(run(read_settings(environment)))


def bring_charity(text: str, environment: Mapping[str, str]) -> int:
    return _bring(import_charity, text, environment)


def bring_people(text: str, environment: Mapping[str, str]) -> int:
    return _bring(import_people, text, environment)


def _bring(bring: Bring, text: str, environment: Mapping[str, str]) -> int:
    async def run(settings: Settings) -> None:
        await migrate(settings.database_url)
        store = Store(settings.database_url, settings.keys)
        try:
            print(await bring(store, text, now()))
        finally:
            await store.close()

    return _run(run(read_settings(environment)))


def _run(work: Coroutine[Any, Any, None]) -> int:
    try:
        run_loop(work)
    except StoreUnavailable as trouble:
        print(f"- the database cannot be reached ({trouble}); look at DATABASE_URL", file=sys.stderr)
        return 2
    return 0


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on uvloop where it exists: it costs a fifth to a third less a press than Python's own loop."""
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(work)
    else:
        uvloop.run(work)
