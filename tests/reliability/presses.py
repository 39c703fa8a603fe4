"""A thousand presses by fifty people on twenty requests in one moment: on SQLite, and on PostgreSQL with two processes.

The rule to keep: whoever reads "not recorded yet, press again" presses again, as a person would, and that is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from bot.books import read_books
from bot.events import Who
from bot.settings import SHIPPED_BOOKS
from storage import tables
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests import postgres
from tests.reliability.crowd import bind, set_up
from tests.reliability.desk import Answer, Desk, Press
from tests.reliability.machine.running import ROOT

PEOPLE, REQUESTS = 50, 20


@dataclass
class Found:
    """All of one engine."""

    engine: str
    processes: int
    presses: int
    answers: list[Answer] = field(default_factory=list)
    decided: Mapping[str, int] = field(default_factory=dict)  # request -> decisions in the database
    faults: list[str] = field(default_factory=list)
    lines: int = 0

    @property
    def wrong(self) -> list[str]:
        """What must not be: empty when all is well."""
        found = [f"{len(self.answers)} of {self.presses} presses were answered"]
        found = found if len(self.answers) != self.presses else []
        counted = Counter(answer.request for answer in self.answers if not answer.said)
        if sorted(self.decided.values()) != [1] * len(self.decided):
            found.append(f"decisions a request: {sorted(self.decided.values())}")
        if dict(counted) != dict(self.decided):
            found.append("who was told that they decided, and what was decided, are not the same")
        if self.lines != len(self.decided):
            found.append(f"{self.lines} lines of the ledger for {len(self.decided)} decisions")
        return [*found, *self.faults]

    def refusals(self) -> Counter[str]:
        """Each sentence with how many read it; names and times left out."""
        plain = (re.sub(r"\w+ \w+(?= (agreed to|said no to) this)", "somebody", a.said) for a in self.answers if a.said)
        return Counter(re.sub(r"at \d\d:\d\d on [^.]*|at \d\d:\d\d", "at …", said) for said in plain)

    def quantile(self, part: float) -> float:
        """Seconds from the first press to the answer that said what came of it."""
        return sorted(answer.seconds for answer in self.answers)[int(part * (len(self.answers) - 1))]

    @property
    def again(self) -> int:
        return sum(answer.tries - 1 for answer in self.answers)


async def on(engine: str, url: str, processes: int, people: int = PEOPLE, requests: int = REQUESTS) -> Found:
    """Set up, press and count."""
    key = new_key("presses")
    presses = await set_up(url, key, people, requests)
    shares = [presses[number::processes] for number in range(processes)]
    answers = await asyncio.gather(*(_process(share) for share in await _started(shares, url, key)))
    found = Found(engine, processes, len(presses), [each for share in answers for each in share])
    store = Store(url, Keyring.parse(key))
    async with store.read(datetime.now(UTC)) as tx:
        await bind(tx)
        rows = await tx.connection.execute(
            select(tables.decisions.c.request_id, func.count()).group_by(tables.decisions.c.request_id)
        )
        counts = {row[0]: row[1] for row in rows}
        found.decided = {press.request: counts.get(press.request, 0) for press in presses}
        found.faults = await tx.ledger.faults()
        last = 0
        while page := await tx.ledger.entries(after=last):
            last = page[-1].sequence
            found.lines += sum(json.loads(entry.body)["kind"] in ("approved", "declined") for entry in page)
    await store.close()
    return found


async def _started(
    shares: Sequence[Sequence[Press]], url: str, key: str
) -> list[tuple[asyncio.subprocess.Process, bytes]]:
    """A process for each share, ready and waiting for the word."""
    started = []
    for share in shares:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.reliability.presses", "--work"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        assert process.stdin
        assert process.stdout
        work = {"url": url, "key": key, "presses": [asdict(press) for press in share]}
        process.stdin.write(json.dumps(work).encode() + b"\n")
        await process.stdin.drain()
        assert await process.stdout.readline() == b"ready\n"
        started.append((process, b"go\n"))
    return started


async def _process(started: tuple[asyncio.subprocess.Process, bytes]) -> list[Answer]:
    process, word = started
    said, _ = await process.communicate(word)
    return [Answer(**each) for each in json.loads(said)]


async def work() -> None:
    """What one of the processes does: everything at once, as soon as it hears the word."""
    logging.disable(logging.WARNING)
    given = json.loads(sys.stdin.readline())
    desk = Desk(given["url"], given["key"], read_books([SHIPPED_BOOKS]))
    await desk.dispatcher.home(Who("slack", "T0INVENTED", "U0WORKER"))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    done = await asyncio.gather(*(desk.presses(Press(**each)) for each in given["presses"]))
    await desk.store.close()
    sys.stdout.write(json.dumps([asdict(each) for each in done]))


async def both() -> AsyncIterator[Found]:
    """On SQLite in one process, then on PostgreSQL in two."""
    with tempfile.TemporaryDirectory(prefix="confer-presses-") as folder:
        yield await on("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'confer.db'}", 1)
    with postgres.running(postgres.installed() or postgres.packaged(), settings={}) as url:
        yield await on("PostgreSQL", url, 2)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.presses", description=__doc__)
    parser.add_argument("--work", action="store_true", help="be one of the processes")
    if parser.parse_args().work:
        asyncio.run(work())
        return 0
    return asyncio.run(_told())


async def _told() -> int:
    """1 where anything is wrong."""
    wrong = 0
    async for found in both():
        sys.stdout.write("\n".join([*told(found), *(f"WRONG: {why}" for why in found.wrong), ""]) + "\n")
        sys.stdout.flush()
        wrong += len(found.wrong)
    return 1 if wrong else 0


def told(found: Found) -> list[str]:
    """The figures in plain lines."""
    line = (
        f"{found.engine}, {found.processes} process{'es' if found.processes > 1 else ''}: {len(found.answers)} of "
        f"{found.presses} presses answered; {sum(found.decided.values())} decisions on {len(found.decided)} requests; "
        f"{found.again} times “not recorded yet” was read and pressed again; half were answered within "
        f"{found.quantile(0.5):.1f} s and 99 of 100 within {found.quantile(0.99):.1f} s of the first press."
    )
    return [line, *(f"{number} read: {said}" for said, number in found.refusals().most_common())]


if __name__ == "__main__":
    sys.exit(main())
