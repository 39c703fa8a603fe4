"""A chain walked in small pieces: from where it was found right to a little further on, or to its end.

The rule to keep: nobody waits for a piece. It stops after so many entries, and lets others in between every few. It
says where something is wrong; how exactly, a walk of `storage.verifying` says, which has looked at all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, NamedTuple

from storage.chains import Chain, Link
from storage.verifying import START, Good, followed

MOST = 2_000
"""Entries of one piece, which take some hundredths of a second."""

PAGE = 250
"""Entries between two moments in which others are let in: a thousandth of a second or two."""

How = Literal["changed", "removed", "truncated", "forked"]


class Mark(NamedTuple):
    """An entry that the chain has to pass through: its number, and how its hash begins, in hex."""

    sequence: int
    hash: str


class Wrong(NamedTuple):
    """The first entry that is wrong, as far as the piece looked, and how."""

    sequence: int
    how: How


@dataclass(frozen=True, slots=True)
class Piece:
    """`good`: how far it is right. `ended`: that is the end of the chain. `wrong`: what comes next is not."""

    good: Good
    ended: bool = False
    wrong: Wrong | None = None


async def walk_on(
    chain: Chain, organisation_id: str, start: Good, marks: Collection[Mark] = (), *, most: int = MOST
) -> Piece:
    """One piece from `start` on, of a charity that was set up, which is its first entry.

    `start`, and the marks up to it, are looked up; the others are passed, or lie behind the end, which was cut off.
    """
    behind = [mark for mark in marks if 0 < mark.sequence <= start.sequence]
    for mark in (*behind, Mark(start.sequence, start.hash.hex())) if start.sequence else behind:
        if wrong := await _gone(chain, organisation_id, mark):
            return Piece(start, wrong=wrong)
    ahead = [mark for mark in marks if mark.sequence > start.sequence]
    good, begins = start, start.sequence
    pages = chain.pages(organisation_id, after=start.sequence if start != START else None)
    async with aclosing(pages):  # type: ignore[type-var]  # each is a generator; left open it would hold the database
        async for page in pages:
            last = good.sequence
            good, fits = followed(organisation_id, page, good)
            for mark in (each for each in ahead if last < each.sequence <= good.sequence):
                if not page[mark.sequence - last - 1][4].hex().startswith(mark.hash):
                    return Piece(good, wrong=Wrong(mark.sequence, "forked"))
            if fits < len(page):
                return Piece(good, wrong=_wrong(good, Link(*page[fits])))
            if good.sequence - begins >= most:
                return Piece(good)
            await asyncio.sleep(0)
    if good == START or any(mark.sequence > good.sequence for mark in ahead):
        return Piece(good, wrong=Wrong(good.sequence + 1, "truncated"))
    return Piece(good, ended=True)


async def _gone(chain: Chain, organisation_id: str, mark: Mark) -> Wrong | None:
    """Why an entry that was seen once is not there any more; None where it is."""
    there = await chain.following(organisation_id, mark.sequence - 1)
    if there is None:
        return Wrong(await chain.last(organisation_id) + 1, "truncated")
    if there.sequence != mark.sequence:
        return Wrong(mark.sequence, "removed")
    same = isinstance(there.hash, bytes) and there.hash.hex().startswith(mark.hash)
    return None if same else Wrong(mark.sequence, "changed")


def _wrong(good: Good, found: Link) -> Wrong:
    due = good.sequence + 1
    missing = isinstance(found.sequence, int) and found.sequence > due
    return Wrong(due, "removed" if missing else "changed")
