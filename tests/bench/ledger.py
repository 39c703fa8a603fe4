"""`python -m tests.bench.ledger`: how long a million entries take to verify, and what ledger and sealing cost a press.

The rule to keep: what is measured is the command itself in a process of its own, and presses through the dispatcher.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from bot.books import read_books
from bot.dispatch import Dispatcher
from bot.settings import SHIPPED_BOOKS
from storage import sealing, store
from storage.links import BEGINNING, link
from storage.migrating import migrate
from storage.records import to_micros
from storage.sealing import Keyring, new_key
from storage.store import Store, Transaction
from tests import postgres
from tests.reliability.crowd import set_up
from tests.reliability.desk import Desk, Press

ROOT = Path(__file__).parents[2]
ENTRIES, REQUESTS = 1_000_000, 60
SMALL = 150_000  # beside the many, to see that memory does not grow with them
AT_MOST = {"SQLite": 5.0, "PostgreSQL": 8.0}  # seconds for a million
APPENDING, SEALING = 20.0, 5.0  # percent of a press
_AT_ONCE = 20_000
_BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
_COLUMNS = ("organisation_id", "sequence", "at", "body", "previous", "hash")

# The command's own peak and that of the process it begins, said by itself: what its parent counts would include the
# memory it was born with.
_CHILD = (
    "import resource, sys; from bot.__main__ import main; code = main(['ledger', 'verify']); "
    "peaks = [resource.getrusage(each).ru_maxrss for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]; "
    "print('PEAK', sum(peaks)); sys.exit(code)"
)


def main() -> int:
    """0 where every figure holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ledger", description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES, help=f"how many ({ENTRIES:,})")
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"consultations that are asked ({REQUESTS})")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="confer-ledger-") as folder,
        postgres.running(postgres.installed() or postgres.packaged(), settings={}) as server,
    ):
        missed = [each for engine in AT_MOST for each in _on(engine, Path(folder), server, asked)]
    print("\n".join(missed) or "Every figure holds.")
    return 1 if missed else 0


def _on(engine: str, folder: Path, server: str, asked: argparse.Namespace) -> list[str]:
    """Prints the figures of one engine; gives those that do not hold."""
    missed = []
    peaks = {}
    for number in (SMALL, asked.entries):
        url = _database(engine, folder, server, f"ledger{number}")
        asyncio.run(_filled(url, number))
        seconds, within, peaks[number] = _verified(url)
        print(f"{engine}: {number:,} entries verified in {seconds:.1f} s, {within} MiB at most", flush=True)
        if number == ENTRIES and seconds > AT_MOST[engine]:
            missed.append(f"MISSED  {engine}: {seconds:.1f} s, and at most {AT_MOST[engine]:.0f} s was promised")
    if peaks[asked.entries] > peaks[SMALL] + 32 * 1024:
        missed.append(f"MISSED  {engine}: memory grows with the ledger")
    shares = asyncio.run(_shares(_database(engine, folder, server, "presses"), asked.requests))
    for what, presses, each, appending, sealed in shares:
        print(f"{engine}: {presses} {what}, {each:.1f} ms each; appending {appending:.1f} %, sealing {sealed:.1f} %")
        missed += [f"MISSED  {engine}, {what}: appending"] if appending > APPENDING else []
        missed += [f"MISSED  {engine}, {what}: sealing"] if sealed > SEALING else []
    return missed


def _database(engine: str, folder: Path, server: str, name: str) -> str:
    if engine == "SQLite":
        return f"sqlite+aiosqlite:///{folder / name}.db"
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE template0"))
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _filled(url: str, number: int) -> None:
    """A charity with so many entries, put in as a restored backup would be."""
    await migrate(url)
    store = Store(url, Keyring.parse(new_key("bench")))
    async with store.begin(_BEGAN) as tx:
        organisation = await tx.organisations.add("The Invented Harbour", {})
    async with store.begin(_BEGAN) as tx:
        tx.bind(organisation.id)
        sequence, head = await tx.ledger.head()
        for rows in _rows(organisation.id, sequence, bytes.fromhex(head) or BEGINNING, number - sequence):
            if store.postgresql:
                await tx.driver.copy_records_to_table("ledger", records=rows, columns=_COLUMNS)
            else:
                await tx.driver.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", rows)
    if store.postgresql:
        await _execute(url, "VACUUM ANALYZE ledger")
    await store.close()


def _rows(organisation_id: str, sequence: int, previous: bytes, number: int) -> Iterator[list[tuple[Any, ...]]]:
    """Bodies as they are: a kind and two or three ids."""
    rows: list[tuple[Any, ...]] = []
    for each in range(number):
        sequence += 1
        at = to_micros(_BEGAN) + each * 1_000_003
        body = f'{{"consultation":"c{each // 20:011x}","kind":"answered","person":"p{each % 97:011x}"}}'.encode()
        digest = link(previous, organisation_id, sequence, at, body)
        rows.append((organisation_id, sequence, at, body, previous, digest))
        previous = digest
        if len(rows) == _AT_ONCE or each + 1 == number:
            yield rows
            rows = []


def _verified(url: str) -> tuple[float, int, int]:
    """Seconds of the whole command, its peak in MiB, and the same in KiB. Raises where it finds anything wrong."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "CONFER_ANCHORS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    peak = re.search(r"^PEAK (\d+)$", done.stdout, re.MULTILINE)
    if done.returncode or peak is None:
        raise SystemExit(f"the command failed:\n{done.stdout}{done.stderr}")
    return seconds, int(peak[1]) // 1024, int(peak[1])


async def _shares(url: str, requests: int) -> list[tuple[str, int, float, float, float]]:
    """(what, presses, milliseconds each, appending's and sealing's percent) of a worker's presses, and of decisions."""
    key, spent = new_key("bench"), Counter[str]()
    with (
        _timed(Dispatcher, "handle", spent, "press"),
        _timed(Transaction, "seal_notes", spent, "append"),
        _timed(
            store, "close_on", spent, "append"
        ),  # on PostgreSQL it goes with the commit, and is not told apart from it
        _timed(sealing, "_seal", spent, "seal"),
        _timed(sealing, "_open", spent, "seal"),
    ):
        presses = await set_up(url, key, 2, requests)
        found = [_share("presses of a worker", spent)]
        spent.clear()
        await _decided(url, key, presses)
        found.append(_share("decisions with a reason", spent))
    return found


async def _decided(url: str, key: str, presses: list[Press]) -> None:

    desk, seen = Desk(url, key, read_books([SHIPPED_BOOKS]), within=60.0), set[str]()
    for press in presses:
        if press.request not in seen:
            seen.add(press.request)
            await desk.presses(press)
    await desk.store.close()


def _share(what: str, spent: Counter[str]) -> tuple[str, int, float, float, float]:
    whole, count = spent["press"], spent["press times"]
    return what, count, whole / count / 1e6, 100 * spent["append"] / whole, 100 * spent["seal"] / whole


@contextmanager
def _timed(owner: Any, name: str, spent: Counter[str], what: str) -> Iterator[None]:
    """Nanoseconds of every call, and their number, while inside."""
    before: Callable[..., Any] = getattr(owner, name)

    async def later(*given: Any, **named: Any) -> Any:
        began = time.perf_counter_ns()
        try:
            return await before(*given, **named)
        finally:
            spent[what] += time.perf_counter_ns() - began
            spent[f"{what} times"] += 1

    def at_once(*given: Any, **named: Any) -> Any:
        began = time.perf_counter_ns()
        try:
            return before(*given, **named)
        finally:
            spent[what] += time.perf_counter_ns() - began

    setattr(owner, name, later if inspect.iscoroutinefunction(before) else at_once)
    try:
        yield
    finally:
        setattr(owner, name, before)


if __name__ == "__main__":
    sys.exit(main())
