"""`python -m tests.reliability.tampering`: ledgers are tampered with at random, and `verify` has to say so every time.

The rule to keep: the entries lie in a SQLite table without a guard, and what reads them is what the command runs.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from storage.anchors import Anchor
from storage.chains import OnSQLite
from storage.links import BEGINNING, link
from storage.records import to_micros
from storage.verifying import Verified, all_verified

TIMES = 10_000
OURS, OTHERS = "hArBoUr-0001", "bRaMbLe-0002"

_EACH = 25  # tamperings with one ledger, before another one is made
_LONGEST = 60
_BEGAN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
# As somebody who owns the database can make it: no key that keeps a number from standing twice, and no trigger.
_TABLE = """CREATE TABLE ledger (organisation_id TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL,
    body BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL) STRICT"""

Row = tuple[int, int, bytes, bytes, bytes]


@dataclass
class Ledger:
    """The entries of one charity, which is tampered with; another one's lie beside it."""

    chance: random.Random
    rows: list[Row]
    beside: list[Row]
    anchors: list[Anchor] = field(default_factory=list)
    ours: str = OURS

    @property
    def last(self) -> int:
        return len(self.rows)

    def any(self, *, first: int = 1, last: int | None = None) -> int:
        """The number of one of the entries."""
        return self.chance.randint(first, self.last if last is None else last)

    def put(self, number: int, **columns: object) -> None:
        names = ("sequence", "at", "body", "previous", "hash")
        row = dict(zip(names, self.rows[number - 1], strict=True)) | columns
        self.rows[number - 1] = tuple(row[name] for name in names)  # type: ignore[assignment]

    def renumber(self, since: int = 1) -> None:
        """Whoever stands at a place has its number; the hashes stay."""
        for at in range(since - 1, self.last):
            self.put(at + 1, sequence=at + 1)

    def chain_anew(self, since: int, until: int | None = None) -> None:
        """As an owner does it who knows how hashes are made: nothing shows within the chain."""
        for at in range(since - 1, self.last if until is None else until):
            before = self.rows[at - 1][4] if at else BEGINNING
            _, moment, body, _, _ = self.rows[at]
            self.rows[at] = (at + 1, moment, body, before, link(before, self.ours, at + 1, moment, body))

    def anchor(self, number: int) -> None:
        row = self.rows[number - 1]
        self.anchors.append(Anchor(self.ours, number, row[4].hex(), _BEGAN + timedelta(hours=number)))


Tampering = Callable[[Ledger], set[int]]
"""Does it, and gives the numbers of which one has to be named; none where only the finding counts."""


def a_body(it: Ledger) -> set[int]:
    number = it.any()
    it.put(number, body=_flipped(it.chance, it.rows[number - 1][2]))
    return {number}


def a_time(it: Ledger) -> set[int]:
    number = it.any()
    it.put(number, at=it.rows[number - 1][1] + it.chance.choice((-1, 1, 60_000_000, -(10**12))))
    return {number}


def a_link(it: Ledger) -> set[int]:
    number = it.any()
    it.put(number, previous=_flipped(it.chance, it.rows[number - 1][3]))
    return {number}


def a_hash(it: Ledger) -> set[int]:
    number = it.any()
    it.put(number, hash=_flipped(it.chance, it.rows[number - 1][4]))
    return {number}


def a_number(it: Ledger) -> set[int]:
    number = it.any()
    new = it.chance.choice([each for each in (*range(-2, it.last + 4), 10**9) if each != number])
    it.put(number, sequence=new)
    return {number, new}


def a_charity(it: Ledger) -> set[int]:
    """One entry goes to the other charity's chain."""
    number = it.any()
    it.beside.append(it.rows.pop(number - 1))
    return set()


def a_row_with_its_hash(it: Ledger) -> set[int]:
    """Changed by somebody who makes its own hash right, and leaves those after it."""
    number = it.any(last=it.last - 1)
    it.put(number, body=b'{"kind":"approved"}')
    it.chain_anew(number, number)
    return {number}


def a_stretch_with_its_hashes(it: Ledger) -> set[int]:
    """The same, some entries further."""
    number = it.any(last=it.last - 1)
    it.put(number, at=it.rows[number - 1][1] + 1)
    until = it.any(first=number, last=it.last - 1)
    it.chain_anew(number, until)
    return {until}


def one_removed(it: Ledger) -> set[int]:
    number = it.any(last=it.last - 1)
    del it.rows[number - 1]
    return {number}


def some_removed(it: Ledger) -> set[int]:
    number = it.any(last=it.last - 1)
    del it.rows[number - 1 : it.any(first=number, last=it.last - 1)]
    return {number}


def removed_and_renumbered(it: Ledger) -> set[int]:
    number = it.any(last=it.last - 1)
    del it.rows[number - 1 : it.any(first=number, last=it.last - 1)]
    it.renumber(number)
    return {number}


def two_swapped(it: Ledger) -> set[int]:
    one, two = sorted(it.chance.sample(range(it.last), 2))
    it.rows[one], it.rows[two] = it.rows[two], it.rows[one]
    it.renumber()
    return {one + 1}


def two_bodies_swapped(it: Ledger) -> set[int]:
    one, two = sorted(it.chance.sample(range(1, it.last + 1), 2))
    first, second = it.rows[one - 1][2], it.rows[two - 1][2]
    it.put(one, body=second)
    it.put(two, body=first)
    return {one}


def shuffled(it: Ledger) -> set[int]:
    order = list(it.rows)
    while it.rows == order:
        it.chance.shuffle(it.rows)
    wrong = next(at for at, row in enumerate(it.rows) if row != order[at])
    it.renumber()
    return {wrong + 1}


def a_copy_with_the_same_number(it: Ledger) -> set[int]:
    number = it.any()
    it.rows.append(it.rows[number - 1])
    return {number}


def a_copy_at_the_end(it: Ledger) -> set[int]:
    it.rows.append(it.rows[it.any() - 1])
    it.renumber(it.last)
    return {it.last}


def a_copy_between(it: Ledger) -> set[int]:
    copied, place = it.rows[it.any() - 1], it.any()
    same = it.rows[place - 1] == copied  # beside itself: the second of the two is the one too many
    it.rows.insert(place - 1, copied)
    it.renumber(place)
    return {place + 1} if same else {place}


def a_copy_over_another(it: Ledger) -> set[int]:
    one, two = it.chance.sample(range(1, it.last + 1), 2)
    it.rows[two - 1] = it.rows[one - 1]
    it.put(two, sequence=two)
    return {two}


def one_of_the_others(it: Ledger) -> set[int]:
    place, other = it.any(), it.chance.choice(it.beside)
    it.rows.insert(place - 1, other)
    it.renumber(place)
    return {place}


def a_forged_one(it: Ledger) -> set[int]:
    """With the right link and the right hash; those after it are what they were, one number up."""
    place = it.any()
    it.rows.insert(place - 1, (place, it.rows[place - 1][1], b'{"kind":"approved"}', b"", b""))
    it.renumber(place)
    it.chain_anew(place, place)
    return {place, place + 1}


def the_end_cut_off(it: Ledger) -> set[int]:
    it.anchor(it.any())
    keep = it.chance.randint(0, it.anchors[0].sequence - 1)
    del it.rows[keep:]
    return {keep + 1}


def all_removed(it: Ledger) -> set[int]:
    it.rows.clear()
    return {1}


def another_database(it: Ledger) -> set[int]:
    """Right in itself, and of a charity that the anchors do not know."""
    it.anchor(it.any())
    it.ours = "sOmEbOdY-003"
    it.chain_anew(1)
    return {it.anchors[0].sequence}


def a_twin_database(it: Ledger) -> set[int]:
    """The same charity, and another history from its first entry on."""
    it.anchor(it.any())
    it.put(1, at=it.rows[0][1] + 1)
    it.chain_anew(1)
    return {it.anchors[0].sequence}


def chained_anew_after_a_change(it: Ledger) -> set[int]:
    number = it.any()
    _anchors(it, number)
    it.put(number, body=b'{"kind":"approved"}')
    it.chain_anew(number)
    return _first_anchor(it, number)


def chained_anew_after_a_removal(it: Ledger) -> set[int]:
    number = it.any(last=it.last - 1)
    _anchors(it, number, last=it.last - 1)
    del it.rows[number - 1]
    it.chain_anew(number)
    return _first_anchor(it, number)


def chained_anew_after_an_insertion(it: Ledger) -> set[int]:
    number = it.any()
    _anchors(it, number)
    it.rows.insert(number - 1, (number, it.rows[number - 1][1], b'{"kind":"approved"}', b"", b""))
    it.chain_anew(number)
    return _first_anchor(it, number)


def the_order_chained_anew(it: Ledger) -> set[int]:
    one, two = sorted(it.chance.sample(range(1, it.last + 1), 2))
    _anchors(it, one)
    it.rows[one - 1], it.rows[two - 1] = it.rows[two - 1], it.rows[one - 1]
    it.chain_anew(one)
    return _first_anchor(it, one)


def a_number_left_out_and_chained_anew(it: Ledger) -> set[int]:
    """Right but for the numbers: as if an entry had never been; no anchor is needed for it."""
    number = it.any()
    for at in range(number - 1, it.last):
        before = it.rows[at - 1][4] if at else BEGINNING
        _, moment, body, _, _ = it.rows[at]
        it.rows[at] = (at + 2, moment, body, before, link(before, it.ours, at + 2, moment, body))
    return {number}


def two_at_once(it: Ledger) -> set[int]:
    for each in it.chance.sample((a_body, a_time, a_hash, a_link), 2):
        each(it)
    return set()


ALL: tuple[Tampering, ...] = (
    a_body,
    a_time,
    a_link,
    a_hash,
    a_number,
    a_charity,
    a_row_with_its_hash,
    a_stretch_with_its_hashes,
    one_removed,
    some_removed,
    removed_and_renumbered,
    two_swapped,
    two_bodies_swapped,
    shuffled,
    a_copy_with_the_same_number,
    a_copy_at_the_end,
    a_copy_between,
    a_copy_over_another,
    one_of_the_others,
    a_forged_one,
    the_end_cut_off,
    all_removed,
    another_database,
    a_twin_database,
    chained_anew_after_a_change,
    chained_anew_after_a_removal,
    chained_anew_after_an_insertion,
    the_order_chained_anew,
    a_number_left_out_and_chained_anew,
    two_at_once,
)


@dataclass
class Outcome:
    """How often each was tried, and what went wrong: a tampering unseen or misplaced, a fault where there is none."""

    tried: Counter[str] = field(default_factory=Counter)
    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    untouched: int = 0
    wrong: list[str] = field(default_factory=list)


async def tampered(times: int, seed: str) -> Outcome:
    """`times` tamperings, each in turn, each with a ledger of any length; the untouched ledgers in between."""
    chance, outcome = random.Random(seed), Outcome()
    whole = _made(chance)
    for at in range(times):
        if at % _EACH == 0:
            whole = _made(chance)
            await _untouched(whole, outcome)
        tampering = ALL[at % len(ALL)]
        it = Ledger(chance, list(whole.rows), list(whole.beside))
        named = tampering(it)
        await _judge(tampering.__name__, it, named, outcome)
    return outcome


async def _judge(name: str, it: Ledger, named: set[int], outcome: Outcome) -> None:
    faults = [each.fault for each in await _verify(it) if each.fault is not None]
    outcome.tried[name] += 1
    if not faults:
        outcome.wrong.append(f"{name}: not seen, in a ledger of {it.last}")
        return
    outcome.said[name, faults[0].how] += 1
    if named and faults[0].sequence not in named:
        outcome.wrong.append(f"{name}: {sorted(named)} should be named, and it says: {faults[0].words}")


async def _untouched(whole: Ledger, outcome: Outcome) -> None:
    anchored = Ledger(whole.chance, whole.rows, whole.beside)
    for _ in range(3):
        anchored.anchor(anchored.any())
    for ledger in (whole, anchored):
        outcome.untouched += 1
        outcome.wrong += [f"untouched: {each.fault.words}" for each in await _verify(ledger) if each.fault]


async def _verify(it: Ledger) -> list[Verified]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(_TABLE)
        for whose, rows in ((it.ours, it.rows), (OTHERS, it.beside)):
            connection.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?)", [(whose, *row) for row in rows])
        return await all_verified(OnSQLite(connection), (it.ours, OTHERS), it.anchors)
    finally:
        connection.close()


def _made(chance: random.Random) -> Ledger:
    ours, others = (_chain(chance, whose, chance.randint(2, _LONGEST)) for whose in (OURS, OTHERS))
    return Ledger(chance, ours, others)


def _chain(chance: random.Random, whose: str, length: int) -> list[Row]:
    rows: list[Row] = []
    previous, at = BEGINNING, to_micros(_BEGAN)
    for number in range(1, length + 1):
        at += chance.randint(0, 10**9)
        body = f'{{"consultation":"{chance.getrandbits(64):x}","kind":"approved"}}'.encode()
        digest = link(previous, whose, number, at, body)
        rows.append((number, at, body, previous, digest))
        previous = digest
    return rows


def _flipped(chance: random.Random, value: bytes) -> bytes:
    """One bit another way; or shorter, longer, or gone."""
    at = chance.randrange(len(value))
    ways = (
        value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :],
        value[:at],
        value + b"\0",
        b"",
    )
    return chance.choices(ways, (7, 1, 1, 1))[0]


def _anchors(it: Ledger, number: int, *, last: int | None = None) -> None:
    """One at or behind this entry, and maybe some before it."""
    for _ in range(it.chance.randint(0, 2)):
        if number > 1:
            it.anchor(it.any(last=number - 1))
    it.anchor(it.any(first=number, last=last))


def _first_anchor(it: Ledger, number: int) -> set[int]:
    return {min(each.sequence for each in it.anchors if each.sequence >= number)}


def main() -> int:
    """0 where every tampering was found and nothing else was, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.tampering", description=main.__doc__)
    parser.add_argument("--times", type=int, default=TIMES, help=f"how many ({TIMES})")
    parser.add_argument("--seed", default="2026", help="which ones (2026)")
    asked = parser.parse_args()
    began = time.monotonic()
    outcome = asyncio.run(tampered(asked.times, asked.seed))
    for name, tried in sorted(outcome.tried.items()):
        said = ", ".join(f"{how} {n}" for (which, how), n in sorted(outcome.said.items()) if which == name)
        sys.stdout.write(f"{name.replace('_', ' '):34} {tried:5}   {said}\n")
    for each in outcome.wrong[:50]:
        sys.stdout.write(f"WRONG  {each}\n")
    total = sum(outcome.tried.values())
    sys.stdout.write(
        f"{total} tamperings, {outcome.untouched} untouched ledgers, {len(outcome.wrong)} wrong, "
        f"{time.monotonic() - began:.0f} seconds, seed {asked.seed}.\n"
    )
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
