"""What is wrong with the first entry of a ledger that does not follow: changed, removed, inserted, or out of its place.

The rule to keep: what is said is what the hashes show. Two stories that they cannot tell apart are one sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.chains import Chain, Link
from storage.links import link

How = Literal["changed", "removed", "inserted", "reordered", "truncated", "forked", "replaced"]

_FAR = 10_000  # numbers on either side at which an entry is looked for that stands under another one


@dataclass(frozen=True, slots=True)
class Fault:
    """The number of the first entry that is wrong, how, and a sentence for somebody who never saw a ledger."""

    sequence: int
    how: How
    words: str


async def diagnosed(chain: Chain, organisation_id: str, good: int, before: bytes, wrong: Link, *, known: int) -> Fault:
    """`good`: the number of the last entry that follows, `before` its hash; `wrong`: the one that comes next.

    `known`: the last number that an anchor holds fast.
    """
    due = good + 1
    if not _sound(wrong):
        return _changed(due, "what stands there was not written by Confer")
    if wrong.sequence < due:
        words = f"A second entry with the number {wrong.sequence:,} was inserted."
        return Fault(wrong.sequence, "inserted", words)
    found = [each for each in await chain.written_after(organisation_id, before) if _sound(each)]
    moved = next((each for each in found if _is(each, organisation_id, due)), None)
    if wrong.sequence > due:
        if moved is not None:
            return Fault(due, "reordered", f"Entry {due:,} was moved: it now has the number {moved.sequence:,}.")
        return _removed(due, wrong.sequence - 1)
    if moved is not None:
        return await _displaced(chain, organisation_id, wrong, moved)
    if wrong.previous == before:
        return await _itself(chain, organisation_id, wrong)
    if _is(wrong, organisation_id, due, previous=before):
        return _changed(due, f"its link to entry {good:,} was altered" if good else "its link was altered")
    if _is(wrong, organisation_id, due):
        return _other_before(good, due, known)
    return await _elsewhere(chain, organisation_id, wrong)


async def _elsewhere(chain: Chain, organisation_id: str, wrong: Link) -> Fault:
    """Nothing is left of the entry that belongs here. What stands here is ours under another number, or not."""
    due, home = wrong.sequence, await _home(chain, organisation_id, wrong)
    if home is None:
        return _changed(due, "neither what it says nor its link fits its hash")
    if len(await chain.hashed(organisation_id, wrong.hash)) > 1:
        if await chain.following(organisation_id, due) is None:
            return Fault(due, "inserted", f"A copy of entry {home:,} was added at the end, as number {due:,}.")
        return _changed(due, f"a copy of entry {home:,} was put in its place")
    if home < due:
        words = f"What was written as number {home:,} now stands as number {due:,}: something was inserted before it."
        return Fault(home, "inserted", words)
    removed = _removed(due, home - 1)
    return Fault(due, "removed", f"{removed.words} Those after were given new numbers, to hide it.")


async def _itself(chain: Chain, organisation_id: str, wrong: Link) -> Fault:
    """It has the right link and the wrong hash: which of what it says and its hash was altered, the next one knows."""
    after = await chain.following(organisation_id, wrong.sequence)
    made = link(wrong.previous, organisation_id, wrong.sequence, wrong.at, wrong.body)
    if after is not None and after.previous == made:
        return _changed(wrong.sequence, "its hash was altered")
    return _changed(wrong.sequence, "what it says, or its time, was altered after it was written")


async def _displaced(chain: Chain, organisation_id: str, wrong: Link, moved: Link) -> Fault:
    """The entry that belongs here stands elsewhere. What stands here is one of ours in the wrong place, or is not."""
    due, home = wrong.sequence, await _home(chain, organisation_id, wrong)
    copies = await chain.hashed(organisation_id, wrong.hash)
    elsewhere = f"The entry that was written as number {due:,} now has the number {moved.sequence:,}"
    if home is not None and home > due and len(copies) == 1:
        return Fault(due, "reordered", f"{elsewhere}, and number {due:,} is what was written as number {home:,}.")
    what = f"a copy of entry {home:,}" if home is not None else "an entry that was never written here"
    return Fault(due, "inserted", f"At number {due:,} {what} was inserted. {elsewhere}.")


def _other_before(good: int, due: int, known: int) -> Fault:
    """This one is whole, and was written after another entry than the one that stands before it."""
    if good and good > known:
        return _changed(good, f"it was given a new hash, but entry {due:,} still names the old one")
    if not good:
        return _changed(due, "it names an entry before it, and it is the first")
    return _changed(due, f"it was written anew, and does not name entry {good:,}")


async def _home(chain: Chain, organisation_id: str, wrong: Link) -> int | None:
    """The number that this entry was written under: the only one that its hash fits. None where there is none."""
    reach = min(_FAR, 2 * await chain.last(organisation_id) + 100)
    around = range(max(1, wrong.sequence - reach), wrong.sequence + reach)
    return next((number for number in around if _is(wrong, organisation_id, number)), None)


def _is(entry: Link, organisation_id: str, number: int, *, previous: bytes | None = None) -> bool:
    """Whether this is the entry that was written under this number (after `previous`, else after what it names)."""
    before = entry.previous if previous is None else previous
    return bool(link(before, organisation_id, number, entry.at, entry.body) == entry.hash)


def _sound(entry: Link) -> bool:
    numbers = isinstance(entry.sequence, int) and isinstance(entry.at, int)
    return numbers and all(isinstance(each, bytes) for each in (entry.body, entry.previous, entry.hash))


def _removed(first: int, last: int) -> Fault:
    words = f"Entry {first:,} was removed." if first == last else f"Entries {first:,} to {last:,} were removed."
    return Fault(first, "removed", words)


def _changed(sequence: int, how: str) -> Fault:
    return Fault(sequence, "changed", f"Entry {sequence:,} was changed: {how}.")
