"""Walking the ledger from its first entry to its last, and past every anchor; the first fault ends the walk.

The rule to keep: what is named is the first entry that is wrong, and an anchor in front of it is asked before it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from storage.anchors import Anchor, moment_of, newest
from storage.chains import Chain, Link
from storage.diagnosing import Fault, diagnosed
from storage.links import BEGINNING, DOMAIN


@dataclass(frozen=True, slots=True)
class Verified:
    """How far a chain was found right: its entries, the head there, the anchors passed; and what is first wrong."""

    organisation_id: str
    entries: int
    head: tuple[int, str]
    passed: int
    last_at: int | None  # when the last right entry was written, microseconds since 1970 UTC
    fault: Fault | None


class Good(NamedTuple):
    """An entry up to which everything fits: its number and its hash."""

    sequence: int
    hash: bytes

    @property
    def head(self) -> tuple[int, str]:
        return (self.sequence, self.hash.hex()) if self.sequence else (0, "")


START = Good(0, BEGINNING)


async def verified(
    chain: Chain, organisation_id: str, anchors: Sequence[Anchor] = (), *, founded: bool = False
) -> Verified:
    """Walk one charity's chain to its end or its first fault. `anchors` of other charities are left out.

    `founded`: the charity is there, and setting it up was the first entry.
    """
    found = await walked(chain.pages(organisation_id), chain, organisation_id, anchors)
    if founded and found.fault is None and not found.entries:
        return replace(found, fault=Fault(1, "truncated", "It has no entries at all: the whole ledger was removed."))
    return found


async def walked(
    pages: AsyncIterator[Sequence[Any]],
    chain: Chain,
    organisation_id: str,
    anchors: Sequence[Anchor],
    good: Good = START,
) -> Verified:
    """These pages of a chain, which follow on `good`, to their end or the first fault.

    Only of a walk from START may the fault be told to a person: no other one has asked every anchor.
    """
    own = (each for each in anchors if each.organisation_id == organisation_id and each.sequence > good.sequence)
    ahead = sorted(own, key=lambda each: each.sequence)
    passed, last_at = 0, None
    known = 0  # the last number that an anchor holds fast

    def stopped(fault: Fault | None) -> Verified:
        return Verified(organisation_id, good.sequence, good.head, passed, last_at, fault)

    async for page in pages:
        begins = good.sequence
        good, fits = followed(organisation_id, page, good)
        last_at = page[fits - 1][1] if fits else last_at
        while ahead and ahead[0].sequence <= good.sequence:
            anchor = ahead.pop(0)
            if not page[anchor.sequence - begins - 1][4].hex().startswith(anchor.hash):
                good = Good(anchor.sequence, page[anchor.sequence - begins - 1][4])
                return stopped(_forked(anchor, known))
            passed, known = passed + 1, anchor.sequence
        if fits < len(page):
            wrong = Link(*page[fits])
            return stopped(await diagnosed(chain, organisation_id, good.sequence, good.hash, wrong, known=known))
    return stopped(_cut(good.sequence, ahead[-1]) if ahead else None)


class Walk(Protocol):
    """A way to verify one chain: `verified`, or one that comes to the same."""

    def __call__(
        self, chain: Chain, organisation_id: str, anchors: Sequence[Anchor] = (), *, founded: bool = False
    ) -> Awaitable[Verified]: ...


async def all_verified(
    chain: Chain, organisations: Sequence[str], anchors: Sequence[Anchor] = (), *, walk: Walk = verified
) -> list[Verified]:
    """Every chain there is, those of these charities first; and every charity that only the anchors know."""
    found = [await walk(chain, each, anchors, founded=True) for each in organisations]
    known = set(organisations)
    for each in await chain.whose():
        if each not in known:
            words = "It has entries here, and there is no such charity in this database."
            found.append(Verified(each, 0, (0, ""), 0, None, Fault(1, "inserted", words)))
    for each, anchor in newest(anchors).items():
        if each not in known:
            words = (
                f"The anchor of {moment_of(anchor.at)} names entry {anchor.sequence:,} of a charity that this database "
                "does not have: another database was put in its place."
            )
            found.append(Verified(each, 0, (0, ""), 0, None, Fault(anchor.sequence, "replaced", words)))
    return found


def followed(organisation_id: str, rows: Sequence[Any], good: Good) -> tuple[Good, int]:
    """The last of these entries that follows, and how many do. `storage.links.link`, in one line: it runs a million
    times.
    """
    sha256, whose = hashlib.sha256, organisation_id.encode()
    sequence, previous = good
    fits = 0
    try:
        for number, at, body, before, digest in rows:
            line = b"%b%b%b\0%d\0%d\0%b" % (DOMAIN, previous, whose, number, at, sha256(body).digest())
            if number != sequence + 1 or before != previous or sha256(line).digest() != digest:
                break
            sequence, previous = number, digest
            fits += 1
    except TypeError:
        pass  # words where a number or bytes belong: this entry was not written by us
    return Good(sequence, previous), fits


def _forked(anchor: Anchor, known: int) -> Fault:
    since = f"after entry {known}, which is still the same, and " if known else ""
    words = (
        f"Entry {anchor.sequence} is not the one that the anchor of {moment_of(anchor.at)} names. The entries fit one "
        f"another, so somebody wrote the ledger anew, {since}at or before entry {anchor.sequence}."
    )
    return Fault(anchor.sequence, "forked", words)


def _cut(last: int, anchor: Anchor) -> Fault:
    missing = anchor.sequence - last
    lost = "one entry is" if missing == 1 else f"{missing:,} entries are"
    words = (
        f"It ends with entry {last:,}, but the anchor of {moment_of(anchor.at)} names entry {anchor.sequence:,}. At "
        f"least {lost} missing from its end: they were removed, or an older copy of the database was put in its place."
    )
    return Fault(last + 1, "truncated", words)
