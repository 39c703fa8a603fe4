"""The three servers, how each is prepared and started, and how its database proves that every press was applied."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.team.importing import import_charity, import_people
from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.bench.pressed import Base
from tests.bench.processes import ROOT, Failed, free_port, process
from tests.bench.slack import SECRET, TEAM, TOKEN

Name = Literal["bare", "tuned", "ours"]
NAMES: tuple[Name, ...] = ("bare", "tuned", "ours")
TITLES = {"bare": "(a) bare Bolt", "tuned": "(b) tuned Bolt", "ours": "(c) Confer"}

_CHARITY = ROOT / "bot" / "trial" / "charity.toml"
_PEOPLE = """
[[person]]
id = "lead"
name = "Invented Lead"
role = "worker"
capabilities = ["may_approve", "safeguarding_lead"]

[[person]]
id = "trustee"
name = "Invented Trustee"
role = "trustee"
capabilities = ["may_approve", "on_call_trustee"]
"""
_WORKER = """
[[person]]
id = "worker-{user}"
name = "Invented Worker {user}"
role = "worker"
capabilities = []
accounts = [{{channel = "slack", tenant = "{team}", user = "{user}"}}]
"""

# What there is more of after a press than before it, and by how much for each one.
_PRESSED = "SELECT count(*) FROM pressed"
_OURS = {
    "versions moved on": "SELECT coalesce(sum(version - 1), 0) FROM consultations",
    "deliveries taken": "SELECT count(*) - (SELECT count(*) FROM consultations) FROM deliveries",
    "lines in the ledger": "SELECT count(*) - (SELECT count(*) FROM consultations) FROM ledger",
}


@dataclass(frozen=True, slots=True)
class Started:
    name: Name
    port: int
    pid: int
    log: Path


@contextmanager
def server(name: Name, database: str, slack: str, people: tuple[str, ...], folder: Path) -> Iterator[Started]:
    """A server on this empty database. Raises Failed."""
    port, log = free_port(), folder / "server.log"
    if name == "ours":
        key = new_key("bench")
        asyncio.run(_prepare_ours(database, key, people))
        own = {
            "DATABASE_URL": database,
            "CONFER_KEYS": key,
            "CONFER_LOCAL": "1",
            "PORT": str(port),
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack}/api/",
        }
        arguments = ["-m", "bot", "web"]
    else:
        asyncio.run(_prepare_table(database))
        own = {}
        arguments = ["-m", f"tests.bench.{name}", str(port), database, f"{slack}/api/"]
    with process(TITLES[name], arguments, port, log, own) as pid:
        yield Started(name, port, pid, log)


def counted(name: Name, database: str) -> dict[str, int]:
    """What every press makes one more of, by name. To be asked before the first press and after the server's end."""
    return asyncio.run(_counted(database, {"rows": _PRESSED} if name != "ours" else _OURS))


def check(name: Name, before: dict[str, int], after: dict[str, int], made: int) -> None:
    """Every press was applied, once. Raises Failed."""
    wrong = [f"{after[what] - count} {what}" for what, count in before.items() if after[what] - count != made]
    if wrong:
        raise Failed(f"{TITLES[name]}: {made} presses, but {', '.join(wrong)}")


async def _prepare_table(database: str) -> None:
    engine = create_async_engine(database, poolclass=NullPool)
    async with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            await connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # stays in the file; FULL is as shipped
        await connection.run_sync(Base.metadata.create_all)
        await connection.commit()
    await engine.dispose()


async def _prepare_ours(database: str, key: str, people: tuple[str, ...]) -> None:
    await migrate(database)
    store = Store(database, Keyring.parse(key))
    now = datetime.now(UTC)
    await import_charity(store, _CHARITY.read_text(encoding="utf-8"), now)
    workers = (_WORKER.format(user=user, team=TEAM) for user in people)
    await import_people(store, "".join([_PEOPLE, *workers]), now)
    await store.close()


async def _counted(database: str, queries: dict[str, str]) -> dict[str, int]:
    engine = create_async_engine(database, poolclass=NullPool)
    async with engine.connect() as connection:
        found = {name: int(await connection.scalar(text(query)) or 0) for name, query in queries.items()}
    await engine.dispose()
    return found
