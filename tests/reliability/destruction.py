"""`python -m tests.reliability.destruction`: ten thousand records are destroyed, and the files searched afterwards.

The rule to keep: looked for are bytes in files, below SQL; and every tenth record is held, so that the search is seen
to find what is there, and nothing is destroyed that was not to be.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.engine import make_url

from storage import tables
from storage.migrating import migrate
from storage.records import NotFound, to_micros
from storage.scrubbing import scrub
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests import postgres
from tests.storage.charity import NOW, Charity, found

COUNT = 10_000
BATCH = 50
KEPT = 10  # every so-manyth is held
WINDOW = 12  # bytes by which something is known again; all that is looked for is random, or starts so


@dataclass
class Made:
    """What stood in the tables before: the first bytes of every secret thing -> what it was, by what becomes of it."""

    gone: dict[bytes, str] = field(default_factory=dict)
    kept: dict[bytes, str] = field(default_factory=dict)
    to_destroy: list[str] = field(default_factory=list)
    to_keep: list[str] = field(default_factory=list)


async def filled(charity: Charity, count: int) -> Made:
    """`count` closed records, each with a key, two sealed texts, answers, a request, a decision, copies and letters."""
    made = Made()
    for start in range(0, count, 500):
        rows: dict[str, list[dict[str, Any]]] = {}
        for number in range(start, min(start + 500, count)):
            _one(charity, made, rows, number)
        async with charity.begin() as tx:
            for table in tables.metadata.sorted_tables:
                if table.name in rows:
                    await tx.connection.execute(insert(table), rows[table.name])
            for id in made.to_keep[-(500 // KEPT) :]:
                await tx.holds.put(id, "other", None)
    return made


def _one(charity: Charity, made: Made, rows: dict[str, list[dict[str, Any]]], number: int) -> None:
    id, moment = secrets.token_urlsafe(9), to_micros(NOW)
    keep = number % KEPT == 0
    (made.to_keep if keep else made.to_destroy).append(id)
    known = made.kept if keep else made.gone
    owner = {"organisation_id": charity.id}
    about = {**owner, "consultation_id": id}

    def put(name: str, **values: Any) -> None:
        rows.setdefault(name, []).append(values)

    def plain(what: str) -> str:
        word = f"{secrets.token_hex(8)}-{what}"
        known[word.encode()[:WINDOW]] = what
        return word

    wrapped = charity.store.keys.new_data_key(f"consultations|data_key|{id}")
    known[wrapped.partition(b"\0")[2][:WINDOW]] = "wrapped key"
    key = charity.store.keys.unwrap(wrapped, f"consultations|data_key|{id}")
    times = {"opened_at": moment, "changed_at": moment, "closed_at": moment, "destroy_at": moment}
    book = {"book_id": "justus", "book_version": "1", "version": 1, "state": "closed", "kept_as": "adult"}
    case = {"id": id, "requester_id": charity.worker.id, "reference": plain("reference"), "data_key": wrapped}
    put("consultations", **case, **owner, **book, **times)
    texts = [secrets.token_urlsafe(9) for _ in range(2)]
    for each in texts:
        sealed = key.seal(plain("words")[:200], f"texts|sealed|{each}")
        known[sealed[:WINDOW]] = "sealed text"
        put("texts", id=each, person_id=charity.worker.id, kind="reason", about="", at=moment, sealed=sealed, **about)
    for question in range(3):
        put("answers", question_id=f"q{question}", value=plain("answer"), at=moment, **about)
    request, post = secrets.token_urlsafe(9), secrets.token_urlsafe(9)
    asked = {"lane": "child", "outcome": "share", "code": "A1", "state": "approved", "opened_at": moment}
    put("approval_requests", id=request, fingerprint=plain("fingerprint"), **asked, **about)
    decided = {"person_id": charity.trustee.id, "verdict": "approved", "text_id": texts[1], "at": moment}
    put("decisions", id=secrets.token_urlsafe(9), request_id=request, **decided, **owner)
    at = {"channel": "web", "tenant": charity.id, "user": "worker", "conversation": plain("conversation")}
    put(
        "posts",
        id=post,
        person_id=charity.worker.id,
        kind="checklist",
        message=plain("message"),
        at=moment,
        **at,
        **about,
    )
    job = {"lane": "", "run_at": moment, "token": "", "attempts": 0, "kind": "letter"}
    put("jobs", id=secrets.token_urlsafe(9), key=f"card:{post}", payload="{}", state="done", **job, **owner)
    due = f'{{"case": "{id}", "timer": "{plain("payload")}"}}'
    put("jobs", id=secrets.token_urlsafe(9), key=f"look:{id}:spoken", payload=due, state="due", **job, **owner)


async def seen(store: Store, folder: Path, known: dict[bytes, str]) -> dict[str, int]:
    """How many of these stand in the files, by what they were. What stands in two of them is one."""
    hits: set[bytes] = set()
    for held in _files(folder) if not store.postgresql else [each async for each in _relations(store)]:
        hits |= await asyncio.to_thread(_hits, held, known)
    return dict(Counter(known[each] for each in hits))


def _hits(held: bytes, known: dict[bytes, str]) -> set[bytes]:
    found: set[bytes] = set()
    for piece in re.split(rb"\0{24,}", held):  # wiped pages are zeros, and a file of them is long
        found |= {window for at in range(len(piece) - WINDOW + 1) if (window := piece[at : at + WINDOW]) in known}
    return found


def _files(folder: Path) -> Iterator[bytes]:
    for file in sorted(folder.iterdir()):
        yield file.read_bytes()


async def _relations(store: Store) -> AsyncIterator[bytes]:
    async with store.writer.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CHECKPOINT"))
        names = (
            "SELECT c.oid, pg_relation_filepath(c.oid) AS path, pg_relation_size(c.oid) AS size FROM pg_class c"
            " WHERE c.relkind IN ('r', 't', 'i')"
            " AND (c.relnamespace::regnamespace::text IN ('public', 'pg_toast') OR c.relname = 'pg_statistic')"
        )
        for row in (await connection.execute(text(names))).all():
            for start in range(0, row.size, 2**25):
                part = {"path": row.path, "start": start, "length": 2**25 + WINDOW}
                query = text("SELECT pg_read_binary_file(:path, :start, :length)")
                yield bytes((await connection.execute(query, part)).scalar_one())


async def _analysed(store: Store) -> None:
    """As the server does by itself sooner or later: it copies what stands in columns into tables of its own."""
    async with store.writer.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE"))


async def tried(store: Store, folder: Path, count: int) -> list[str]:
    """What went wrong, in words; none is good."""
    charity = await found(store, "The Invented Trust")
    began = time.monotonic()
    made = await filled(charity, count)
    print(f"  {count} records made in {time.monotonic() - began:.0f} s", flush=True)
    if store.postgresql:
        await _analysed(store)
    before = await seen(store, folder, made.gone)
    began = time.monotonic()
    for start in range(0, len(made.to_destroy), BATCH):
        async with charity.begin() as tx:
            # Those that are held stand among them: they must stay, whoever asks for their end.
            await tx.retention.destroy([*made.to_destroy[start : start + BATCH], *made.to_keep[:3]])
    took = time.monotonic() - began
    began = time.monotonic()
    await scrub(store)
    print(f"  {len(made.to_destroy)} destroyed in {took:.1f} s, pages cleaned in {time.monotonic() - began:.2f} s")
    after, kept = await seen(store, folder, made.gone), await seen(store, folder, made.kept)
    print(
        f"  found before: {before}\n  found after: {after or 'nothing'}\n  of those that are held: {kept}", flush=True
    )
    faults = [f"{number} of {what} are still in the files" for what, number in after.items()]
    faults += [] if before.get("wrapped key") == len(made.to_destroy) else ["the search did not see every key before"]
    faults += [] if kept.get("wrapped key") == len(made.to_keep) else ["a key of a held record is gone"]
    return faults + await _rows(charity, made)


async def _rows(charity: Charity, made: Made) -> list[str]:
    faults = []
    async with charity.read() as tx:
        for id in made.to_keep[:100]:
            words = await tx.texts.of(id)
            opened = [await tx.texts.open(each.id) for each in words]
            faults += [] if len(opened) == 2 and all(opened) else [f"{id} was held and does not open"]
        for id in made.to_destroy[:100]:
            try:
                await tx.cases.get(id)
                faults.append(f"{id} is still found")
            except NotFound:
                continue
        gone = await tx.connection.execute(
            select(tables.consultations.c.id).where(tables.consultations.c.destroyed_at.is_not(None))
        )
        faults += [] if len(gone.all()) == len(made.to_destroy) else ["not as many rows say that they were destroyed"]
        return faults + await tx.ledger.faults()


@asynccontextmanager
async def on(engine: str) -> AsyncIterator[tuple[Store, Path]]:
    keys = Keyring.parse(new_key("2026"))
    with tempfile.TemporaryDirectory() as folder:
        if engine == "sqlite":
            async with _opened(f"sqlite+aiosqlite:///{folder}/confer.db", keys) as store:
                yield store, Path(folder)
            return
        with postgres.running(postgres.installed() or postgres.packaged(), data_in=postgres.memory()) as server:
            url = make_url(server).render_as_string(hide_password=False)
            async with _opened(url, keys) as store:
                yield store, Path(folder)


@asynccontextmanager
async def _opened(url: str, keys: Keyring) -> AsyncIterator[Store]:
    await migrate(url)
    store = Store(url, keys)
    try:
        yield store
    finally:
        await store.close()


async def _run(engines: list[str], count: int) -> int:
    failed = 0
    for engine in engines:
        print(engine, flush=True)
        async with on(engine) as (store, folder):
            faults = await tried(store, folder, count)
        print("\n".join(f"  WRONG: {fault}" for fault in faults) or "  nothing is left", flush=True)
        failed += bool(faults)
    return failed


def main() -> int:
    """0 when nothing was left on any engine, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.destruction", description=(__doc__ or "")[:120])
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many records ({COUNT})")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append", help="default: both")
    asked = parser.parse_args()
    return min(asyncio.run(_run(asked.engine or ["sqlite", "postgresql"], asked.count)), 1)


if __name__ == "__main__":
    sys.exit(main())
