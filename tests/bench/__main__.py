"""`make bench`: every server on every engine at every number of connections, over and over in turning order.

Nothing here fails for being slow. A press that is lost, or a server in trouble, ends it at once and says so.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from tests import postgres
from tests.bench import machine, report
from tests.bench.load import Order
from tests.bench.processes import ROOT, Failed, free_port, load, process
from tests.bench.servers import NAMES, TITLES, Name, check, counted, server

PAGE = ROOT / "docs" / "performance.md"
CONNECTIONS = (1, 16)

Database = Callable[[], str]  # the URL of a new, empty one


@dataclass(frozen=True, slots=True)
class Size:
    """Presses by number of connections, all people together; a tenth more are made first, to warm up."""

    repetitions: int
    presses: dict[int, int]


FULL = Size(3, {1: 300, 16: 1600})
QUICK = Size(1, {1: 100, 16: 480})


def main() -> int:
    """0 measured, 1 something failed (and nothing was written)."""
    chosen = _arguments()
    size = QUICK if chosen.quick else FULL
    size = Size(chosen.repetitions or size.repetitions, size.presses)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="confer-bench-") as folder:
            text = _measured(Path(folder), size, tuple(chosen.only or NAMES))
    except (Failed, postgres.NoServer) as trouble:
        print(f"\nThe bench stopped, and nothing was written. {trouble}", file=sys.stderr)
        return 1
    print(f"\n{text}\n{time.monotonic() - began:.0f} seconds in all.")
    if chosen.quick or chosen.only:
        print(f"A part only, so {PAGE.name} stays as it is.")
    else:
        report.write(PAGE, text)
        print(f"Written to docs/{PAGE.name}.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure a press beside bare Bolt.")
    parser.add_argument("--quick", action="store_true", help="a short look: once, fewer presses, nothing written")
    parser.add_argument("--repetitions", type=int, help="how often everything is measured (3; with --quick 1)")
    parser.add_argument("--only", action="append", choices=NAMES, help="this server only, without ratios")
    return parser.parse_args()


def _measured(folder: Path, size: Size, names: Sequence[Name]) -> str:
    found: dict[report.Case, list[report.Figures]] = {}
    with (
        postgres.running(postgres.installed() or postgres.packaged(), settings={}) as url,
        _slack(folder) as slack,
    ):
        engines: dict[str, Database] = {"SQLite": _files(folder), "PostgreSQL": _databases(url)}
        about = machine.described(folder, asyncio.run(_version(url)))
        for repetition in range(size.repetitions):
            # Another one goes first each time, so that nobody always has the warm machine, or the tired one.
            turn = repetition % len(names)
            for engine in list(engines)[:: -1 if repetition % 2 else 1]:
                for name in [*names[turn:], *names[:turn]]:
                    runs = _one(name, engines[engine](), slack, folder, size)
                    for connections, figures in runs:
                        found.setdefault((engine, connections, name), []).append(figures)
                        print(f"{repetition + 1}: {engine}, {connections} connections, {TITLES[name]}: {figures}")
    presses = " and ".join(f"{made} presses over {each} connections" for each, made in size.presses.items())
    return report.tables(found, about, f"{size.repetitions} repetitions in turning order, each {presses}.")


def _one(name: Name, database: str, slack: str, folder: Path, size: Size) -> list[tuple[int, report.Figures]]:
    """Start one server, press at every number of connections, stop it, and ask its database what it has."""
    people = [f"U{number:04d}" for number in range(1, sum(CONNECTIONS) + 1)]
    runs, made = [], 0
    with server(name, database, slack, tuple(people), folder) as started:
        before = counted(name, database)
        for connections in CONNECTIONS:
            some, people = people[:connections], people[connections:]
            presses = size.presses[connections] // connections
            warmup = max(presses // 10, 5)
            order = Order(name == "ours", started.port, slack, started.pid, tuple(some), warmup, presses)
            run = load(order, TITLES[name], started.log)
            made += run.made
            runs.append((connections, report.Figures.of(run)))
    check(name, before, counted(name, database), made)
    return runs


@contextmanager
def _slack(folder: Path) -> Iterator[str]:
    port = free_port()
    with process("the Slack stub", ["-m", "tests.bench.stub", str(port)], port, folder / "stub.log", {}):
        yield f"http://127.0.0.1:{port}"


def _files(folder: Path) -> Database:
    numbers = count(1)
    return lambda: f"sqlite+aiosqlite:///{folder / f'bench{next(numbers)}.db'}"


def _databases(url: str) -> Database:
    numbers = count(1)

    def new() -> str:
        name = f"bench{next(numbers)}"
        asyncio.run(_execute(url, f"CREATE DATABASE {name} TEMPLATE template0"))
        return make_url(url).set(database=name).render_as_string(hide_password=False)

    return new


async def _version(url: str) -> str:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
