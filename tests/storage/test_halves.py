"""A ledger verified by two processes, on both engines: it says what one walk says, and one walk says what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from storage.anchors import Anchor
from storage.chains import Chain, chain_in
from storage.halves import Halves
from storage.ledger_file import ledger_in
from storage.verifying import Verified, verified
from tests.storage.charity import NOW, SECOND, Charity, behind, unguarded

ENTRIES = 47  # after the seven of setting it up


class Watched:
    """A chain that remembers whether anybody asked it for everything."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self.wholes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def pages(
        self, organisation_id: str, *, after: int | None = None, upto: int | None = None
    ) -> AsyncIterator[Sequence[Any]]:
        self.wholes += after is None and upto is None
        return self._chain.pages(organisation_id, after=after, upto=upto)


@pytest.fixture
async def anchors(charity: Charity) -> list[Anchor]:
    """Anchors of a ledger of fifty-odd entries: one in its first half, one in its second, one at its end."""
    found = []
    for _ in range(ENTRIES):
        async with charity.begin(NOW + SECOND) as tx:
            tx.note("pressed")
        async with charity.read() as tx:
            sequence, digest = await tx.ledger.head()
        found.append(Anchor(charity.id, sequence, digest, NOW))
    return [found[5], found[-9], found[-1]]


async def both(charity: Charity, anchors: Sequence[Anchor]) -> tuple[Verified, Verified, int]:
    """What the halves find, what one walk finds, and how often the halves asked for the whole chain."""
    async with charity.store.read(NOW) as tx:
        chain = Watched(chain_in(tx, page=7))
        halves = await Halves(charity.store.url, many=10)(chain, charity.id, anchors, founded=True)
        return halves, await verified(chain_in(tx), charity.id, anchors, founded=True), chain.wholes


async def tampers(charity: Charity, statement: str) -> None:
    await behind(charity.store, *unguarded(charity.store, statement))


async def test_two_halves_that_fit_are_the_whole_with_every_anchor_passed_once(
    charity: Charity, other: Charity, anchors: list[Anchor]
) -> None:
    theirs = Anchor(other.id, 1, "00", NOW)

    halves, one_walk, wholes = await both(charity, [*anchors, theirs])

    assert halves == one_walk
    assert (halves.fault, halves.entries, halves.passed, wholes) == (None, 7 + ENTRIES, 3, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET at = at + 1 WHERE sequence = 3",
        "UPDATE ledger SET at = at + 1 WHERE sequence = 50",
        "DELETE FROM ledger WHERE sequence = 28",
        "DELETE FROM ledger WHERE sequence = 29",
        "DELETE FROM ledger WHERE sequence >= 40",
        "UPDATE ledger SET hash = previous WHERE sequence = 29",
        "UPDATE ledger SET sequence = -3 WHERE sequence = 3",
    ],
)
async def test_what_one_walk_finds_wrong_two_halves_find_in_the_same_place(
    charity: Charity, anchors: list[Anchor], statement: str
) -> None:
    await tampers(charity, statement)

    halves, one_walk, wholes = await both(charity, anchors)

    assert one_walk.fault is not None
    assert (halves, wholes) == (one_walk, 1)


async def test_a_short_ledger_is_left_to_one_walk(charity: Charity) -> None:
    async with charity.store.read(NOW) as tx:
        chain = Watched(chain_in(tx))
        found = await Halves(charity.store.url)(chain, charity.id, founded=True)

    assert (found.fault, found.entries, chain.wholes) == (None, 7, 1)


async def test_where_the_other_process_cannot_open_the_database_one_walk_does_it_all(
    charity: Charity, anchors: list[Anchor], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with charity.store.read(NOW) as tx:
        chain = Watched(chain_in(tx))
        found = await Halves(tmp_path / "nothing here.db", many=10)(chain, charity.id, anchors, founded=True)

    assert (found.fault, found.passed, chain.wholes) == (None, 3, 1)
    assert "the second process did not come to its end" in caplog.text


async def test_a_plain_file_is_walked_in_halves_without_the_storage_layer(
    charity: Charity, anchors: list[Anchor]
) -> None:
    if charity.store.postgresql:
        pytest.skip("a file is SQLite's")
    file = Path(charity.store.url.partition("///")[2])

    with ledger_in(file) as (chain, _):
        watched = Watched(chain)
        found = await Halves(file, many=10)(watched, charity.id, anchors, founded=True)

    assert (found.fault, found.passed, watched.wholes) == (None, 3, 0)
