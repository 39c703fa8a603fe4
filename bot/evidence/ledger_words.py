"""`ledger verify` and `ledger anchor`: what a walk of the chains came to, for a trustee who never saw a ledger.

The rule to keep: right or wrong stands first, then where, then how; and what was not looked at is said too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bad_input import BadInput
from storage.anchors import Anchor, AnchorsUnreadable, append_anchors, moment_of, read_anchors
from storage.chains import Chain, chain_in
from storage.halves import Halves
from storage.ledger_file import ledger_in
from storage.links import SHORT, short_head
from storage.records import from_micros
from storage.verifying import Verified, Walk, all_verified

if TYPE_CHECKING:
    from storage.store import Store

_HEAD = re.compile(rf"(\d{{1,18}})-([0-9a-f]{{{SHORT},64}})")
_ADVICE = (
    "Do not change or delete anything now. Keep a copy of the database and of the anchors, and tell your "
    "data-protection lead. docs/keys-and-ledger.md says what to do next."
)
_EMPTY = (
    "{} no anchor. Was it emptied, moved or replaced? Look for a copy of it. If there never was one, begin it: "
    "python -m bot ledger anchor FILE"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ledger is held against: what each file holds, heads as cards show them; `whose`: one id or name, or ""."""

    named: Mapping[Path, Sequence[Anchor]]
    heads: Sequence[str]
    whose: str
    now: datetime


async def verify_file(file: Path, asked: Asked) -> tuple[list[str], bool]:
    """`verify`, of the SQLite database in this file. Raises BadInput, StoreUnavailable."""
    with ledger_in(file) as (chain, names):
        return await _verify(chain, names, asked, Halves(file))


async def verify(store: Store, asked: Asked) -> tuple[list[str], bool]:
    """Sentences, and whether every chain is right and every file that was named says something of it.

    Raises BadInput, StoreUnavailable.
    """
    async with store.read(asked.now) as tx:
        names = {each.id: each.name for each in await tx.organisations.all()}
        return await _verify(chain_in(tx), names, asked, Halves(store.url))


async def _verify(chain: Chain, names: Mapping[str, str], asked: Asked, walk: Walk) -> tuple[list[str], bool]:
    named, chosen = asked.named, _chosen(names, asked.whose)
    anchors = [anchor for held in named.values() for anchor in held]
    anchors += [_shown(each, chosen, asked.now) for each in asked.heads]
    if asked.whose:
        found = [await walk(chain, chosen[0], anchors, founded=True)]
    else:
        found = await all_verified(chain, chosen, anchors, walk=walk)
    if not found:
        return ["There is no charity in this database, and no ledger."], True
    lines = [_said(each, names, bool(anchors)) for each in found]
    silent = [_EMPTY.format(f"{file} holds") for file, held in named.items() if not held]
    if named and not silent:
        # A file that still speaks of one charity may have lost the lines of another.
        known = {anchor.organisation_id for anchor in anchors}
        unknown = [names[id] for id in chosen if id not in known]
        silent = [_EMPTY.format(f"{', '.join(map(str, named))}: of {name} there is") for name in unknown]
    good = not silent and all(each.fault is None for each in found)
    return lines if good else [*lines, *silent, _ADVICE], good


async def anchor(store: Store, file: Path | None, now: datetime) -> tuple[list[str], bool]:
    """The line of each charity's head, added to the file where one is given."""
    from bot.evidence.anchoring import heads  # it belongs to the running bot, and reads all that one needs

    found = await heads(store, now)
    if file is not None:
        append_anchors(file, found)
    lines = [each.line().rstrip("\n") for each in found] or ["No ledger has any entry yet."]
    return [*lines, f"Added to {file}."] if file is not None and found else lines, True


def anchors_of(files: Sequence[Path]) -> dict[Path, list[Anchor]]:
    """What each of these files holds. Raises BadInput."""
    found: dict[Path, list[Anchor]] = {}
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file}: there is no such file of anchors")
        try:
            found[file] = read_anchors(file)
        except (OSError, AnchorsUnreadable) as wrong:
            why = wrong.strerror if isinstance(wrong, OSError) else wrong
            raise BadInput(f"{file} cannot be read as anchors: {why}") from wrong
    return found


def _chosen(names: Mapping[str, str], whose: str) -> list[str]:
    if not whose:
        return list(names)
    found = [id for id, name in names.items() if whose in (id, name)]
    if len(found) != 1:
        raise BadInput(f"{whose!r} is no charity here. There is: {', '.join(sorted(names.values())) or 'none'}")
    return found


def _shown(head: str, chosen: Sequence[str], now: datetime) -> Anchor:
    """A head as somebody read it on a card."""
    matched = _HEAD.fullmatch(head.strip().lower())
    if matched is None or not int(matched[1]):
        raise BadInput(f"{head!r} is not the head of a ledger, such as 123-9f2c1a77b0d4e05b")
    if len(chosen) != 1:
        raise BadInput("there are several charities here: say whose head it is, with --organisation")
    return Anchor(chosen[0], int(matched[1]), matched[2], now)


def _said(found: Verified, names: Mapping[str, str], anchored: bool) -> str:
    name = names.get(found.organisation_id, found.organisation_id)
    if found.fault is None:
        passed = f" It passes through {found.passed:,} {'anchor' if found.passed == 1 else 'anchors'}."
        if not anchored:
            passed = " No anchors were given, so nobody can say whether its end was cut off or all of it written anew."
        many = "1 entry, and it is right" if found.entries == 1 else f"{found.entries:,} entries, all right"
        return f"{name}: {many}.{passed} Its head is {short_head(found.head)}."
    last = ""
    if found.entries and found.last_at is not None and found.fault.sequence == found.entries + 1:
        last = f" The last right entry is {found.entries:,}, of {moment_of(from_micros(found.last_at))}."
    return f"{name}: WRONG ({found.fault.how}). {found.fault.words}{last}"
