"""`python -m tests.bench.teams`: stock CloudAdapter and our whole stored turn in one run, and a slow login service.

Nothing here fails for being slow. A press that is lost, or a server in trouble, ends it at once and says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from bot.team.importing import import_charity, import_people
from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests import postgres
from tests.bench import machine, report
from tests.bench.__main__ import Database, _databases, _files, _slack, _version
from tests.bench.load import Lost, Order
from tests.bench.processes import ROOT, Failed, free_port, load, process
from tests.bench.slack import SECRET, TEAM, TOKEN
from tests.bench.teams.people import Presser
from tests.bench.teams.service import Service
from tests.teams.connector import Connector

BEGIN, END = "<!-- bench of teams: begin -->", "<!-- bench of teams: end -->"
PAGE = ROOT / "docs" / "performance.md"
STOCK = {"answer": "(a) stock, answers only", "update": "(b) stock, answers and updates"}
OURS = "(c) Confer"
SLOW = 0.2  # seconds a slow login service takes
SHORT = 1.0  # seconds after which the connector takes a token no longer: one is always being fetched
_CHARITY = ROOT / "bot" / "trial" / "charity.toml"


@dataclass(frozen=True, slots=True)
class Size:
    """Presses by number of connections, all people together; a tenth more are made first. `slack`: Slack's presses."""

    repetitions: int
    presses: dict[int, int]
    slack: int


FULL = Size(3, {1: 300, 16: 1600}, 800)
QUICK = Size(1, {1: 60, 16: 320}, 160)


@dataclass(frozen=True, slots=True)
class Run:
    """Presses a second, milliseconds to the whole answer, CPU of the server in µs a press."""

    rate: float
    p50: float
    p99: float
    cpu: float


Case = tuple[str, int, str]  # engine, connections, server


def main() -> int:
    """0 measured, 1 something failed (and nothing was written)."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.teams", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short look: once, fewer presses, nothing written")
    parser.add_argument("--only", choices=["presses", "login"], help="one half")
    chosen = parser.parse_args()
    size = QUICK if chosen.quick else FULL
    began = time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="confer-bench-") as folder,
            postgres.running(postgres.installed() or postgres.packaged(), settings={}) as url,
        ):
            about = machine.described(Path(folder), asyncio.run(_version(url)))
            text = _measured(Path(folder), url, size, chosen.only or "")
    except (Failed, Lost, AssertionError, postgres.NoServer) as trouble:
        print(f"\nThe bench stopped, and nothing was written. {trouble}", file=sys.stderr)
        return 1
    text += "\n" + "\n".join(
        ("The machine:\n", "| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in about))
    )
    print(f"\n{text}\n{time.monotonic() - began:.0f} seconds in all.")
    if not chosen.quick and not chosen.only:
        _write(text)
    return 0


def _measured(folder: Path, url: str, size: Size, only: str) -> str:
    engines: dict[str, Database] = {"SQLite": _files(folder), "PostgreSQL": _databases(url)}
    found: dict[Case, list[Run]] = {}
    logins: dict[str, list[float]] = {}
    for repetition in range(size.repetitions):
        for engine in list(engines)[:: -1 if repetition % 2 else 1] if only != "login" else ():
            database = engines[engine]()
            for connections, run in uvloop.run(_ours(database, folder, size)):
                _note(found, (engine, connections, OURS), run)
        for how, name in STOCK.items() if only != "login" else ():
            for connections, run in uvloop.run(_stock(how, folder, size)):
                _note(found, ("none", connections, name), run)
        if only != "presses":
            with _slack(folder) as slack:
                for takes in (0.0, SLOW)[:: -1 if repetition % 2 else 1]:
                    p99 = uvloop.run(_beside_a_login(engines["PostgreSQL"](), folder, slack, takes, size))
                    print(f"login takes {takes * 1000:.0f} ms: Slack's p99 {p99:.1f} ms", flush=True)
                    logins.setdefault(f"{takes * 1000:.0f} ms", []).append(p99)
    return _tables(found, logins, size)


def _note(found: dict[Case, list[Run]], case: Case, run: Run) -> None:
    found.setdefault(case, []).append(run)
    print(*case, {name: round(value, 1) for name, value in asdict(run).items()}, flush=True)


# The servers


async def _ours(database: str, folder: Path, size: Size) -> list[tuple[int, Run]]:
    async with Service() as connector, _confer(database, connector, folder, connections=sum(size.presses)) as us:
        port, pid = us
        handles, runs = iter(range(1, 100)), []
        for connections, presses in size.presses.items():
            pressers = [Presser(connector, connector.person(f"p{next(handles)}"), port) for _ in range(connections)]
            for each in pressers:
                await each.sits_down(await each.opens_a_consultation())
            runs.append((connections, await _pressed(pressers, presses, pid)))
        return runs


async def _stock(how: str, folder: Path, size: Size) -> list[tuple[int, Run]]:
    async with Service() as connector:
        connector.tokens[""] = math.inf  # it shows none
        # As large as ours in mid-consultation: it is ours, drawn once.
        path, port = folder / "card.json", free_port()
        path.write_text(json.dumps(_card()), encoding="utf-8")
        arguments = ["-m", "tests.bench.teams.stock", str(port), str(path), how]
        async with _running(process(STOCK[how], arguments, port, folder / "stock.log", {})) as pid:
            runs = []
            for connections, presses in size.presses.items():
                people = [connector.person(f"s{at}") for at in range(connections)]
                pressers = [Presser(connector, each, port, signed=False) for each in people]
                for each in pressers:
                    message = connector.store(each.person.conversation.id, {"type": "message"}, "28:stock")
                    await each.sits_down({"confer": {"c": {"v": "1"}}}, message=message.id)
                runs.append((connections, await _pressed(pressers, presses, pid)))
            return runs


@asynccontextmanager
async def _confer(
    database: str, connector: Connector, folder: Path, *, connections: int, slack: str = "", slackers: int = 0
) -> AsyncIterator[tuple[int, int]]:
    """`python -m bot web` with everybody on its roster: its port and its process."""
    port, key = free_port(), new_key("bench")
    teams = [connector.person(f"p{at}") for at in range(1, connections + 1)]
    accounts = [("teams", connector.tenant, each.object_id) for each in teams]
    accounts += [("slack", TEAM, f"U{at:04d}") for at in range(1, slackers + 1)]
    await _prepared(database, key, accounts)
    own = {"DATABASE_URL": database, "CONFER_KEYS": key, "PORT": str(port), **connector.environment()}
    if slack:
        own |= {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{slack}/api/"}
    connector.connect(f"http://127.0.0.1:{port}")
    async with _running(process(OURS, ["-m", "bot", "web"], port, folder / "server.log", own)) as pid:
        yield port, pid


async def _beside_a_login(database: str, folder: Path, slack: str, takes: float, size: Size) -> float:
    """Slack's p99 of press → 200 in ms, while Teams presses go on and each token is of use for a second only."""
    async with Service() as connector:
        connector.delays["token"] = takes
        async with _confer(database, connector, folder, connections=4, slack=slack, slackers=4) as (port, pid):
            pressers = [Presser(connector, connector.person(f"p{at}"), port) for at in range(1, 5)]
            for each in pressers:
                await each.sits_down(await each.opens_a_consultation())
            beside = [asyncio.create_task(_without_end(each)) for each in pressers]
            beside.append(asyncio.create_task(_forgetting(connector)))
            people = tuple(f"U{at:04d}" for at in range(1, 5))
            order = Order(True, port, slack, pid, people, 10, size.slack // 4)
            try:
                done = await asyncio.to_thread(load, order, "Confer on Slack", folder / "server.log")
            finally:
                for task in beside:
                    task.cancel()
                ends = await asyncio.gather(*beside, return_exceptions=True)
            if lost := [end for end in ends if isinstance(end, Lost)]:
                raise lost[0]
            return report.percentile(done.answered, 99) / 1e6


async def _without_end(presser: Presser) -> None:
    while True:
        await presser.press()
        await asyncio.sleep(0.1)  # somebody who reads; four of them are 40 presses a second at most


async def _forgetting(connector: Connector) -> None:
    while True:
        await asyncio.sleep(SHORT)
        connector.tokens.clear()


# How it is measured


async def _pressed(pressers: Sequence[Presser], presses: int, pid: int) -> Run:
    each = presses // len(pressers)
    await asyncio.gather(*(one.keeps_pressing(max(each // 10, 5), measured=False) for one in pressers))
    cpu, begun = _cpu(pid), time.monotonic()
    await asyncio.gather(*(one.keeps_pressing(each, measured=True) for one in pressers))
    seconds, used = time.monotonic() - begun, _cpu(pid) - cpu
    for one in pressers:
        await one.leaves()
    taken = [time for one in pressers for time in one.answered]
    p50, p99 = (report.percentile(taken, percent) / 1e6 for percent in (50, 99))
    return Run(len(taken) / seconds, p50, p99, used / len(taken) * 1e6)


def _cpu(pid: int) -> float:
    """Seconds of processor time that this process has used, in all its threads; proc_pid_stat(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def _running(started: AbstractContextManager[int]) -> AsyncIterator[int]:
    """A process of the bench, waited for beside the loop in which the connector answers it."""
    pid = await asyncio.to_thread(started.__enter__)
    try:
        yield pid
    except BaseException as wrong:
        await asyncio.to_thread(started.__exit__, type(wrong), wrong, wrong.__traceback__)
        raise
    else:
        await asyncio.to_thread(started.__exit__, None, None, None)


async def _prepared(database: str, key: str, accounts: Sequence[tuple[str, str, str]]) -> None:
    await migrate(database)
    store = Store(database, Keyring.parse(key))
    now = datetime.now(UTC)
    people = [_person("lead", "worker", ["may_approve", "safeguarding_lead"])]
    people.append(_person("trustee", "trustee", ["may_approve", "on_call_trustee"]))
    people += [_person(f"worker-{at}", "worker", [], account) for at, account in enumerate(accounts)]
    await import_charity(store, _CHARITY.read_text(encoding="utf-8"), now)
    await import_people(store, "\n".join(people), now)
    await store.close()


def _person(id: str, role: str, duties: Sequence[str], account: tuple[str, str, str] | None = None) -> str:
    lines = ["[[person]]", f'id = "{id}"', f'name = "Invented {id}"', f'role = "{role}"', f"capabilities = {duties}"]
    if account:
        channel, tenant, user = account
        lines.append(f'accounts = [{{channel = "{channel}", tenant = "{tenant}", user = "{user}"}}]')
    return "\n".join(lines)


def _card() -> dict[str, object]:
    """A card for the stock bot: as long as Confer's in mid-consultation, 8 kB, with ten buttons."""
    words = "Could someone die or be badly hurt right now, or within hours? Not sure counts as yes. " * 3
    carry = {"c": "AAAAAAAAAAAA", "v": "benchversion", "s": "life_now", "q": "life_now"}
    actions = [
        {
            "type": "Action.Execute",
            "title": f"Answer {at}",
            "verb": "answer",
            "data": {"confer": {"a": "answer", "c": {**carry, "a": str(at)}}},
            "fallback": {
                "type": "Action.Submit",
                "title": f"Answer {at}",
                "data": {"confer": {"a": "answer", "c": {**carry, "a": str(at)}}},
            },
        }
        for at in range(10)
    ]
    body: list[object] = [{"type": "TextBlock", "text": words, "wrap": True} for _ in range(6)]
    body += [{"type": "ActionSet", "actions": actions[:5]}, {"type": "ActionSet", "actions": actions[5:]}]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body, "speak": words, "fallbackText": words}


# What is written


def _tables(found: dict[Case, list[Run]], logins: dict[str, list[float]], size: Size) -> str:
    each = " and ".join(f"{made} presses over {n} connections" for n, made in size.presses.items())
    lines = [f"{size.repetitions} repetitions, each {each}. Times in ms, CPU of the server in µs a press.\n"]
    if found:
        lines += [
            "| storage | conns | server | presses/s | press → new card, p50 | p99 | CPU | rate to (a)'s | to (b)'s |",
            "|---|--:|---|--:|--:|--:|--:|--:|--:|",
        ]
    for engine, connections, name in sorted(found, key=lambda case: (case[1], case[0] != "none", case[0])):
        runs = found[engine, connections, name]
        cells = [str(report.Middle.of(getattr(run, what) for run in runs)) for what in ("rate", "p50", "p99", "cpu")]
        rate = statistics.median(run.rate for run in runs)
        for stock in STOCK.values():
            cells.append(f"{rate / statistics.median(run.rate for run in found['none', connections, stock]):.1f}")
        lines.append(f"| {engine} | {connections} | {name} | {' | '.join(cells)} |")
    if logins:
        lines += [
            "\nSlack's presses in the same process, beside presses on Teams whose tokens are of use for a second:\n",
            "| the login service takes | Slack: press → 200, p99 |",
            "|---|--:|",
            *(f"| {takes} | {report.Middle.of(values)} |" for takes, values in sorted(logins.items())),
        ]
    return "\n".join(lines) + "\n"


def _write(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has lost its markers {BEGIN} and {END}")
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
    print(f"Written to docs/{PAGE.name}.")


if __name__ == "__main__":
    sys.exit(main())
