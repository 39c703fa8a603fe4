"""A long chain verified by two processes, each of which walks a half; what they find is what one walk would find.

The rule to keep: two halves may only say that everything fits. Anything else, and one walk from the first entry says
what is wrong: only it has asked every anchor on its way.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from storage.anchors import Anchor
from storage.chains import Chain, chain_in
from storage.ledger_file import ledger_in
from storage.verifying import Good, Verified, verified, walked

_LOG = logging.getLogger(__name__)

MANY = 100_000
"""Entries from which a second process is worth its start, which takes as long as some 50,000 entries."""

_FIRST = 0.55  # of the entries: the other process has to start before it walks the rest


class Halves:
    """A `storage.verifying.Walk` of chains in one database: a SQLite file, or the address of any."""

    def __init__(self, database: Path | str, *, many: int = MANY) -> None:
        self._database = database
        self._many = many

    async def __call__(
        self, chain: Chain, organisation_id: str, anchors: Sequence[Anchor] = (), *, founded: bool = False
    ) -> Verified:
        """As `verified`; raises as the database does that cannot be reached."""
        found = await self._fitting(chain, organisation_id, anchors)
        return found or await verified(chain, organisation_id, anchors, founded=founded)

    async def _fitting(self, chain: Chain, organisation_id: str, anchors: Sequence[Anchor]) -> Verified | None:
        """The whole chain, where each half fits; None where one does not, or where it is not worth two processes."""
        last = await chain.last(organisation_id)
        if last < self._many or (os.cpu_count() or 1) == 1:
            return None
        middle = await chain.following(organisation_id, int(last * _FIRST) - 1)
        if middle is None or type(middle.sequence) is not int or not isinstance(middle.hash, bytes):
            return None
        meeting = Good(middle.sequence, middle.hash)
        before = [each for each in anchors if each.sequence <= meeting.sequence]
        # Begun anew and not forked: a fork would share this process's connection.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
            rest = other.submit(_second, self._database, organisation_id, list(anchors), meeting)
            pages = chain.pages(organisation_id, upto=meeting.sequence)
            first = await walked(pages, chain, organisation_id, before)
            if first.fault or first.head != meeting.head:
                return None
            return _joined(first, await _come(rest))


def _joined(first: Verified, second: Verified | None) -> Verified | None:
    if second is None or second.fault:
        return None
    return Verified(
        first.organisation_id, second.entries, second.head, first.passed + second.passed, second.last_at, None
    )


async def _come(rest: Future[Verified]) -> Verified | None:
    try:
        return await asyncio.wrap_future(rest)
    except Exception:  # whatever befell it: killed, not let in, no process may be begun here
        _LOG.warning("the second process did not come to its end; one walks the whole ledger", exc_info=True)
        return None


def _second(database: Path | str, organisation_id: str, anchors: Sequence[Anchor], meeting: Good) -> Verified:
    """In the other process: everything after the entry where the halves meet."""

    async def walk() -> Verified:
        async with _opened(database) as chain:
            pages = chain.pages(organisation_id, after=meeting.sequence)
            return await walked(pages, chain, organisation_id, anchors, meeting)

    return asyncio.run(walk())


@asynccontextmanager
async def _opened(database: Path | str) -> AsyncIterator[Chain]:
    if isinstance(database, Path):
        with ledger_in(database) as (chain, _):
            yield chain
        return
    from storage.sealing import Keyring  # read only where a file is not enough: they bring the libraries
    from storage.store import Store

    store = Store(database, Keyring(()))
    try:
        async with store.read(datetime.now(UTC)) as work:
            yield chain_in(work)
    finally:
        await store.close()
