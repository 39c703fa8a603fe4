"""Which key wraps what, and wrapping all of it anew under the newest: data keys, secrets of factors, the known value.

The rule to keep: only the wrapping changes, a batch a transaction; what cannot be opened is left as it is and counted.
A key that was destroyed stays destroyed: rows are held before they are read, and only what is there is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Column, Select, Table, and_, select, text, tuple_, update

from storage.cases import key_place
from storage.enquiries import enquiry_place
from storage.factors import factor_place, put_together, taken_apart
from storage.organisations import canary_place
from storage.sealing import CannotOpen, Keyring, Why, wrapped_by
from storage.store import Store, Transaction
from storage.tables import consultations, enquiries, factors, organisations

Kind = Literal["consultation", "factor", "enquiry", "charity"]
KINDS: tuple[Kind, ...] = get_args(Kind)

BATCH = 500  # rows that are held for a few hundredths of a second

_CUT = {
    # Where no NUL stands, nothing: the value was changed, and must not end whoever only asks for names.
    True: "substring({0} from 1 for greatest(position('\\x00'::bytea in {0}) - 1, 0))",
    False: "coalesce(substr({0}, 1, max(instr({0}, x'00') - 1, 0)), x'')",
}
_SEALED = {True: "substring(sealed from 3)", False: "substr(sealed, 3)"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where wrapped keys lie: the column, the row's name, and how the wrapped key stands in the column."""

    table: Table
    column: Column[Any]
    row: tuple[Column[Any], ...]
    place: Callable[..., str]
    apart: Callable[[bytes], tuple[bytes, bytes]] = lambda value: (value, b"")
    together: Callable[[bytes, bytes], bytes] = lambda wrapped, _: wrapped


# The known value last: whoever is stopped half-way and takes the old key away is told at the next start.
_PLACES: Mapping[Kind, _Place] = {
    "consultation": _Place(consultations, consultations.c.data_key, (consultations.c.id,), key_place),
    "factor": _Place(
        factors,
        factors.c.sealed,
        (factors.c.person_id, factors.c.kind),
        factor_place,
        apart=taken_apart,
        together=put_together,
    ),
    "enquiry": _Place(enquiries, enquiries.c.data_key, (enquiries.c.id,), enquiry_place),
    "charity": _Place(organisations, organisations.c.canary, (organisations.c.id,), canary_place),
}


REWRAPPED = tuple(where.table.name for where in _PLACES.values())
"""The tables whose pages keep what an old key had wrapped, until they are written anew (`storage.scrubbing`)."""


@dataclass
class Tally:
    """Of one key: how many of each kind it wraps, and how many of them do not open, and why."""

    wraps: Counter[Kind] = field(default_factory=Counter)
    closed: Counter[Why] = field(default_factory=Counter)


async def tally(store: Store, now: datetime) -> dict[str, Tally]:
    """Every key that wraps anything, by name, in all charities. Raises StoreUnavailable."""
    found: dict[str, Tally] = {}
    async with store.read(now) as tx:
        for kind in KINDS:
            async for rows in _pages(tx, kind, BATCH):
                for name, place, wrapped in rows:
                    each = found.setdefault(name, Tally())
                    each.wraps[kind] += 1
                    if why := _closed(store.keys, wrapped, place):
                        each.closed[why] += 1
    return found


async def rewrapped(
    store: Store, clock: Callable[[], datetime], *, batch: int = BATCH, done: Callable[[int], None] | None = None
) -> Counter[Kind]:
    """Wrap everything that opens under the newest key; gives how many of each kind were not before.

    Beside a running bot: what somebody else holds just now is left for the next run. Stopped in the middle, another
    run does the rest. `done` hears of each batch, after its commit. Raises StoreUnavailable.
    """
    count: Counter[Kind] = Counter()
    async with store.read(clock()) as tx:
        charities = await tx.organisations.all()
    for kind in KINDS:
        for charity in charities:
            after: tuple[Any, ...] | None = None
            while True:
                async with store.begin(clock()) as tx:
                    tx.bind(charity.id)
                    rows = await _page(tx, kind, batch, after, charity.id, hold=True)
                    moved = await _move(tx, kind, rows)
                    if moved:
                        tx.note("keys wrapped anew", key=store.keys.newest, of=kind)
                count[kind] += moved
                if moved and done is not None:
                    done(moved)
                if len(rows) < batch:
                    break
                after = tuple(rows[-1][:-1])
    return count


async def missing_keys(tx: Transaction) -> dict[str, int]:
    """The names of the keys that something is wrapped by and that we do not have, with how many; at every start.

    The name is "" for what was changed so that it names none.
    """
    known, found = {name for name, _ in tx.keys.keys}, Counter[str]()
    for table, column, value in (
        ("consultations", "data_key", "data_key"),
        ("factors", "sealed", _SEALED[tx.postgresql]),
        ("enquiries", "data_key", "data_key"),
        ("organisations", "canary", "canary"),
    ):
        name = _CUT[tx.postgresql].format(value)
        query = f"SELECT {name} AS name, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"  # noqa: S608
        for row in await tx.connection.execute(text(query)):
            found[bytes(row.name or b"").decode(errors="replace")] += row[1]
    return {name: number for name, number in sorted(found.items()) if name not in known}


async def _move(tx: Transaction, kind: Kind, rows: Sequence[Sequence[Any]]) -> int:
    where, moved = _PLACES[kind], 0
    for *row, value in rows:
        wrapped, rest = where.apart(value)
        try:
            anew = tx.keys.rewrap(wrapped, where.place(*row))
        except CannotOpen:
            continue
        if anew != wrapped:
            only = and_(*(column == name for column, name in zip(where.row, row, strict=True)), where.column == value)
            changed = update(where.table).where(only).values({where.column: where.together(anew, rest)})
            moved += (await tx.connection.execute(changed)).rowcount
    return moved


async def _pages(tx: Transaction, kind: Kind, size: int) -> AsyncIterator[list[tuple[str, str, bytes]]]:
    """The name of the wrapping key, the place and the wrapped key of every row, of all charities."""
    where, after = _PLACES[kind], None
    while True:
        rows = await _page(tx, kind, size, after, None)
        found = [(where.apart(value)[0], where.place(*row)) for *row, value in rows]
        yield [(wrapped_by(wrapped), place, wrapped) for wrapped, place in found]
        if len(rows) < size:
            return
        after = tuple(rows[-1][:-1])


async def _page(
    tx: Transaction, kind: Kind, size: int, after: tuple[Any, ...] | None, charity: str | None, *, hold: bool = False
) -> list[Any]:
    where = _PLACES[kind]
    query: Select[Any] = select(*where.row, where.column).where(where.column.is_not(None))
    if charity is not None:
        whose = where.table.c.id if kind == "charity" else where.table.c.organisation_id
        query = query.where(whose == charity)
    if after is not None:
        query = query.where(tuple_(*where.row) > tuple_(*after))
    query = query.order_by(*where.row).limit(size)
    if hold:
        query = query.with_for_update(skip_locked=True)  # whoever is pressing goes first, and nobody waits for us
    return list((await tx.connection.execute(query)).all())


def _closed(keys: Keyring, wrapped: bytes, place: str) -> Why | None:
    try:
        keys.unwrap(wrapped, place)
    except CannotOpen as fault:
        return fault.why
    return None
