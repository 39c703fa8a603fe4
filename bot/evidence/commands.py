"""`ledger`, `keys` and `db restrict` on the command line: what they are given, and what they print.

The rule to keep: a ledger is verified without any key. A million entries take seconds, so nothing is read first that is
not needed for it: each command reads its own modules, and a SQLite file is opened without SQLAlchemy.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.looping import run
from bot.settings import anchors_file, read_database_url, read_settings

if TYPE_CHECKING:
    from storage.sealing import Keyring
    from storage.store import Store

Said = Coroutine[Any, Any, tuple[list[str], bool]]


def verify_ledger(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import ledger_words
    from storage.ledger_file import plain_file

    files = chosen.anchor or [file for file in (anchors_file(environment),) if file is not None]
    named = ledger_words.anchors_of(files)
    asked = ledger_words.Asked(named, chosen.head, chosen.organisation, _now())
    if file := plain_file(environment.get("DATABASE_URL", "")):
        return run(_printed(ledger_words.verify_file(file, asked)))
    return _told(read_database_url(environment), lambda store: ledger_words.verify(store, asked))


def anchor_ledger(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import ledger_words

    return _told(read_database_url(environment), lambda store: ledger_words.anchor(store, chosen.file, _now()))


def rotate_keys(_: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import keys_words

    def done(number: int) -> None:
        print(f"{number:,} wrapped anew", file=sys.stderr, flush=True)

    settings = read_settings(environment)
    return _told(settings.database_url, lambda store: keys_words.rotate(store, _now, done=done), settings.keys)


def check_keys(_: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import keys_words

    settings = read_settings(environment)
    return _told(settings.database_url, lambda store: keys_words.check(store, _now()), settings.keys)


def restrict_role(chosen: argparse.Namespace, environment: Mapping[str, str]) -> int:
    from bot.evidence import restricting

    return run(_printed(restricting.restricted(read_database_url(environment), chosen.role)))


def _told(url: str, said: Callable[[Store], Said], keys: Keyring | None = None) -> int:
    """`keys`: None where nothing sealed is read."""
    from storage.sealing import Keyring
    from storage.store import Store

    async def work() -> int:
        store = Store(url, Keyring(()) if keys is None else keys)
        try:
            return await _printed(said(store))
        finally:
            await store.close()

    return run(work())


async def _printed(found: Said) -> int:
    """Print the sentences; 0 where all is well, else 1."""
    lines, good = await found
    print("\n".join(lines))
    return 0 if good else 1


def _now() -> datetime:
    return datetime.now(UTC)
