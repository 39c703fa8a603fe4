"""`python -m tests.bench.digest`: a digest over a long history and over a short one, and many charities due at once.

The rule to keep: what is measured is the timer itself, on tables as they are, with the same week in each.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from bot.books import read_books
from bot.delivery import Delivery
from bot.looping import run_loop
from bot.organisation.charity import charity_of
from bot.reporting import timers, weeks
from bot.settings import SHIPPED_BOOKS
from bot.turn import Office
from storage import tables
from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests import postgres
from tests.bench.charities import copy
from tests.bench.history import fill

ROOT = Path(__file__).parents[2]
CASES, FEW, CHARITIES = 1_000_000, 1_000, 10_000
AT_MOST, WITHIN = 2.0, 60.0  # times as long as with few; seconds
ENGINES = ("SQLite", "PostgreSQL")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_SINCE = MONDAY - timedelta(days=7)
_TIMES = 31
_SETTINGS = {"book": "justus", "timezone": "Europe/London", "nation": "england", "reference_prefix": "IH"}
_READERS = (("lead", "worker", "safeguarding_lead"), ("chair", "trustee", "chair"), ("other", "trustee", ""))


def main() -> int:
    """0 where every figure holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.digest", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help=f"consultations of the long history ({CASES:,})")
    parser.add_argument("--charities", type=int, default=CHARITIES, help=f"due in the same minute ({CHARITIES:,})")
    parser.add_argument("--only", choices=("history", "charities"), help="one of the two")
    parser.add_argument("--send", metavar="URL", help=argparse.SUPPRESS)  # the child: sends until it is killed
    parser.add_argument("--key", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.send:
        run_loop(_sends(asked.send, asked.key))  # as the bot itself runs
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="confer-digest-") as folder,
        postgres.running(postgres.installed() or postgres.packaged(), settings={"shared_buffers": "256MB"}) as server,
    ):
        missed = []
        for engine in ENGINES:
            missed += _history(engine, Path(folder), server, asked.cases) if asked.only != "charities" else []
            missed += _at_once(engine, Path(folder), server, asked.charities) if asked.only != "history" else []
    print("\n".join(missed) or "Every figure holds.")
    return 1 if missed else 0


# A long history


def _history(engine: str, folder: Path, server: str, cases: int) -> list[str]:
    found = {}
    for number in (FEW, cases):
        url = _database(engine, folder, server, f"history{number}")
        found[number] = asyncio.run(_timed(url, number))
        print(f"{engine}: a digest over {number:,} consultations takes {found[number] * 1e3:.1f} ms", flush=True)
    times = found[cases] / found[FEW]
    print(f"{engine}: {times:.2f} times as long", flush=True)
    return [f"MISSED  {engine}: {times:.2f} times, and at most {AT_MOST:g} was promised"] if times > AT_MOST else []


async def _timed(url: str, cases: int) -> float:
    """Seconds of one digest, written, promised to its readers and taken back again: the middle of so many."""
    await migrate(url)
    store, books = Store(url, Keyring.parse(new_key("bench"))), read_books([SHIPPED_BOOKS])
    organisation = await _charity(store)
    await fill(store, organisation, cases, _SINCE)
    took = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        try:
            async with store.read(MONDAY) as tx:
                tx.bind(organisation)
                write = await timers.draft(tx, books, {"timer": "digest", "week": "2026-W48"})
            async with store.begin(MONDAY) as tx:
                tx.bind(organisation)
                await write(tx)
                assert await tx.digests.last() is not None
                raise _TakenBack
        except _TakenBack:
            took.append(time.perf_counter() - began)
    await store.close()
    return statistics.median(took)


class _TakenBack(Exception):
    pass


# Many at once


def _at_once(engine: str, folder: Path, server: str, charities: int) -> list[str]:
    """All of them, and then as many again, with one of the two processes killed in the middle and another begun."""
    missed = []
    for killed in (False, True):
        url, key = _database(engine, folder, server, f"charities{killed:d}"), new_key("bench")
        asyncio.run(_due(url, key, charities))
        seconds, letters, doubled = _rung(url, key, charities, kill=killed)
        how = ", one of them killed in the middle" if killed else ""
        found = f"{charities:,} charities, {letters:,} letters promised in {seconds:.1f} s by two processes{how}"
        print(f"{engine}: {found}; {doubled} twice", flush=True)
        if letters != charities * len(_READERS) or doubled:
            missed.append(f"MISSED  {engine}{how}: letters are missing, or are there twice")
        if seconds > WITHIN:
            missed.append(f"MISSED  {engine}{how}: {seconds:.0f} s, and {WITHIN:.0f} s was promised")
    return missed


def _rung(url: str, key: str, charities: int, *, kill: bool) -> tuple[float, int, int]:
    """Seconds until every digest is written, the letters that are promised, and how many of them twice."""
    began = time.perf_counter()
    children = [_child(url, key) for _ in range(2)]
    try:
        if kill:
            asyncio.run(_promised(url, key, charities // 2))
            children[0].kill()
            children.append(_child(url, key))
        letters, doubled = asyncio.run(_promised(url, key, charities))
    finally:
        for child in children:
            child.kill()
            child.wait()
    return time.perf_counter() - began, letters, doubled


def _child(url: str, key: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", __spec__.name, "--send", url, "--key", key], cwd=ROOT, stderr=subprocess.DEVNULL
    )


async def _sends(url: str, key: str) -> None:
    """A process that rings timers and has no channel, so that the letters stay to be counted."""
    began, started = time.monotonic(), MONDAY
    store = Store(url, Keyring.parse(key))
    books = read_books([SHIPPED_BOOKS])
    await Delivery(Office(store, books, lambda: started + timedelta(seconds=time.monotonic() - began)), []).run()


async def _due(url: str, key: str, charities: int) -> None:
    await migrate(url)
    store = Store(url, Keyring.parse(key))
    organisation = await _charity(store)
    async with store.begin(MONDAY - timedelta(days=1)) as tx:
        tx.bind(organisation)
        week = weeks.week_of(MONDAY, charity_of(await tx.organisations.current()).timezone)
        await tx.digests.arm(week, MONDAY)
    await copy(store, organisation, charities - 1)
    await store.close()


async def _promised(url: str, key: str, digests: int) -> tuple[int, int]:
    """Once so many digests are written: the letters there are, and how many are there twice."""
    store = Store(url, Keyring.parse(key))
    deadline = time.monotonic() + 600
    jobs = tables.jobs.c
    letters = select(jobs.organisation_id, jobs.lane).where(jobs.kind == "letter", jobs.state == "due")
    while time.monotonic() < deadline:
        async with store.reader.connect() as connection:
            if int(await connection.scalar(select(func.count()).select_from(tables.digests)) or 0) >= digests:
                rows = (await connection.execute(letters)).all()
                await store.close()
                return len(rows), len(rows) - len({tuple(row) for row in rows})
        await asyncio.sleep(0.2)
    raise SystemExit("the digests were not written in ten minutes")


async def _charity(store: Store) -> str:
    async with store.begin(MONDAY - timedelta(days=30)) as tx:
        organisation = await tx.organisations.add("Invented", _SETTINGS)
        for handle, role, capabilities in _READERS:
            person = await tx.people.put(
                handle=handle,
                name=handle.title(),
                role="trustee" if role == "trustee" else "worker",
                capabilities=capabilities.split(),
            )
            await tx.people.connect(person.id, channel="slack", tenant="T", user=f"U{handle}")
    return organisation.id


def _database(engine: str, folder: Path, server: str, name: str) -> str:
    if engine == "SQLite":
        return f"sqlite+aiosqlite:///{folder / name}.db"
    asyncio.run(_create(server, name))
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def _create(server: str, name: str) -> None:
    connection = await asyncpg.connect(server.replace("+asyncpg", ""))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
