"""Which key wraps what, in words: `keys rotate`, `keys check`, and what a bot says at its start of missing ones.

The rule to keep: a key is named, never shown; and nobody is told to take a key away that anything still needs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.alarms import Alarms
from bot.trace import place_of
from storage.rekeying import KINDS, REWRAPPED, Kind, Tally, missing_keys, rewrapped, tally
from storage.scrubbing import scrub
from storage.sealing import Keyring
from storage.store import Store, StoreUnavailable

log = logging.getLogger(__name__)

_MANY: Mapping[Kind, tuple[str, str]] = {
    "consultation": ("consultation", "consultations"),
    "factor": ("second factor or PIN", "second factors and PINs"),
    "enquiry": ("question about a digest", "questions about digests"),
    "charity": ("charity", "charities"),
}

_NOT_LOST = "Nothing is lost while a copy of the right key, or a backup, is kept anywhere."


async def rotate(store: Store, clock: Callable[[], datetime], *, done: Callable[[int], None]) -> tuple[list[str], bool]:
    """Wrap everything anew under the newest key, and clean away what the old ones had wrapped.

    Sentences, and whether nothing is left under another key, not even in the pages of the database.
    """
    count = await rewrapped(store, clock, done=done)
    moved = sum(count.values())
    lines = [f"{moved:,} were wrapped anew under the key {store.keys.newest!r}. What they seal was not touched."]
    try:
        await scrub(store, REWRAPPED)  # also where nothing moved: the run before may have been stopped just here
        clean = True
        lines.append("The pages of the database are cleaned of what the old key had wrapped.")
    except StoreUnavailable:
        clean = False
        lines.append("What the old key had wrapped still lies in the pages: the database is busy. Run this again.")
    found = await tally(store, clock())
    left = {name: each for name, each in found.items() if name != store.keys.newest}
    if not left:
        lines.append("Nothing needs another key now. Keep the old key with the backups for as long as you keep those.")
        return lines, clean
    lines += [_line(store.keys, name, each) for name, each in left.items()]
    busy = any(_opens(each) for each in left.values())
    if busy:
        lines.append(
            "Some still stand under an older key, because somebody was using them or a process still runs with the "
            "old keys. Restart every process with the new CONFER_KEYS, and run this again."
        )
    return lines, False


async def look_for_keys(store: Store, alarms: Alarms, now: datetime) -> None:
    """Say which keys are missing that something needs. Whatever goes wrong in here is said too, and stops nothing."""
    try:
        async with store.read(now) as tx:
            missing = await missing_keys(tx)
    except Exception as bug:
        log.error("nobody knows whether a key is missing: %s", place_of(bug))
        alarms.say("keys", f"Nobody knows whether everything can be read: {type(bug).__name__} while we looked.")
        return
    said = [_missing(name, number) for name, number in missing.items()]
    if said:
        alarms.say("keys", f"Some of what was written cannot be read: {'; '.join(said)}. {_NOT_LOST}")


async def check(store: Store, now: datetime) -> tuple[list[str], bool]:
    """A line a key, newest first; and whether everything opens."""
    found = await tally(store, now)
    ours = [name for name, _ in store.keys.keys]
    lines = [_line(store.keys, name, found.get(name, Tally())) for name in ours]
    lines += [_line(store.keys, name, each) for name, each in sorted(found.items()) if name not in ours]
    good = not any(each.closed for each in found.values())
    old = [name for name in ours[1:] if name in found]
    if good and old:
        lines.append("Everything opens. To need only the newest key, run: python -m bot keys rotate")
    elif good and len(ours) > 1:
        lines.append(
            "Everything opens with the newest key alone. The others can be taken away, and kept with the backups."
        )
    elif good:
        lines.append("Everything opens.")
    else:
        lines.append(
            "Not everything opens. Nothing is lost while a copy of the right key is kept anywhere: put it back behind "
            "the newest, and start Confer again."
        )
    return lines, good


def _missing(name: str, number: int) -> str:
    if not name:
        return f"{number:,} records do not say which key they need, so they were changed"
    return f"{number:,} records need the key {name!r}, which CONFER_KEYS does not have"


def _line(keys: Keyring, name: str, each: Tally) -> str:
    wraps = ", ".join(_count(kind, each.wraps[kind]) for kind in KINDS if each.wraps[kind]) or "nothing"
    newest = " (newest)" if name == keys.newest else ""
    if not name:
        return f"Without the name of any key: {wraps}. None of them opens: they were changed."
    said = f"{name}{newest}: wraps {wraps}."
    if each.closed["missing"]:
        return f"{said} THIS KEY IS MISSING from CONFER_KEYS: none of them opens."
    if each.closed:
        which = f"{sum(each.closed.values()):,} of them do not open" if _opens(each) else "None of them opens"
        return f"{said} {which}: another key of the same name made them, or they were changed."
    return said


def _opens(each: Tally) -> bool:
    return sum(each.closed.values()) < sum(each.wraps.values())


def _count(kind: Kind, number: int) -> str:
    return f"{number:,} {_MANY[kind][number != 1]}"
