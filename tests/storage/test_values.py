"""What goes in comes out the same on both engines, and what does not belong is refused by the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.records import from_micros, to_micros
from storage.store import Store, Transaction
from storage.urls import database_url
from tests.storage.charity import Charity, behind


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones()))  # noqa: DTZ001  (the zone is added)
def test_a_time_comes_back_as_the_same_moment(moment: datetime) -> None:
    back = from_micros(to_micros(moment))

    assert back == moment.astimezone(UTC)
    assert back.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_micros(datetime(2026, 11, 22, 9, 30))  # noqa: DTZ001  (that is what is refused)


async def test_a_transaction_at_a_time_without_a_zone_writes_nothing(charity: Charity) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        async with charity.begin(datetime(2026, 11, 22, 9, 30)) as tx:  # noqa: DTZ001  (that is what is refused)
            await tx.cases.advance(charity.case)

    async with charity.read() as tx:
        assert (await tx.cases.get(charity.case.id)).version == 1


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 9, 30, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 9, 30, 0, 999_999, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=ZoneInfo("Europe/London")),  # the second half past one that night
        datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2262, 4, 12, tzinfo=UTC),
    ],
)
async def test_times_keep_their_microseconds_in_the_database(charity: Charity, moment: datetime) -> None:
    async with charity.begin(moment) as tx:
        await tx.cases.advance(charity.case)
        tx.note("pressed")

    async with charity.read() as tx:
        changed = (await tx.cases.get(charity.case.id)).changed_at
        entry = (await tx.ledger.entries())[-1]
        assert await tx.ledger.faults() == []
    assert (changed, changed.tzinfo, entry.at) == (moment.astimezone(UTC), UTC, moment.astimezone(UTC))


Write = Callable[[Transaction, Charity, str], Awaitable[object]]
LENGTHS: dict[str, tuple[int, Write]] = {
    "a reference": (
        40,
        lambda tx, it, text: tx.cases.open(it.worker.id, reference=text, book_id="justus", book_version="1"),
    ),
    "a new reference": (40, lambda tx, it, text: tx.cases.name(it.case.id, text)),
    "an answer": (60, lambda tx, it, text: tx.cases.record_answers(it.case, {"danger": text})),
    "a person's name": (
        200,
        lambda tx, it, text: tx.people.put(handle="new", name=text, role="worker", capabilities=()),
    ),
    "a charity's name": (200, lambda tx, it, text: tx.organisations.change(text, {})),
}


@pytest.mark.parametrize("what", LENGTHS)
async def test_the_database_refuses_what_is_too_long_and_counts_characters(charity: Charity, what: str) -> None:
    longest, write = LENGTHS[what]
    async with charity.begin() as tx:
        await write(tx, charity, "é" * longest)

    with pytest.raises(IntegrityError):
        async with charity.begin() as tx:
            await write(tx, charity, "é" * (longest + 1))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE people SET role = 'owner'",
        "UPDATE consultations SET state = 'lost'",
        "UPDATE consultations SET requester_id = 'nobody'",
        "UPDATE consultations SET organisation_id = 'nobody'",
        "UPDATE consultations SET reference = NULL",
        "UPDATE consultations SET version = 'three'",
        "DELETE FROM people",
    ],
)
async def test_the_database_refuses_what_cannot_be(charity: Charity, change: str) -> None:
    with pytest.raises(DBAPIError):
        await behind(charity.store, change)

    async with charity.read() as tx:
        assert await tx.cases.get(charity.case.id) == charity.case


async def test_letters_of_any_script_come_back_as_they_were(charity: Charity) -> None:
    name = "Zażółć 李 עברית ‘quoted’ 🌧 O'Neill; DROP TABLE people --"
    async with charity.begin() as tx:
        person = await tx.people.put(handle="new", name=name, role="worker", capabilities=())

    async with charity.read() as tx:
        assert (await tx.people.get([person.id]))[person.id].name == name


async def test_sqlite_writes_ahead_and_fully_and_forgets_what_is_deleted(store: Store) -> None:
    if store.postgresql:
        async with store.writer.connect() as connection:
            levels = [(await connection.exec_driver_sql("SHOW transaction_isolation")).scalar()]
        assert levels == ["read committed"]
        return
    found: dict[str, list[object]] = {}
    for engine in (store.writer, store.reader):
        async with engine.connect() as connection:
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "query_only"):
                value = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
                found.setdefault(name, []).append(value)

    assert found == {
        "journal_mode": ["wal", "wal"],
        "synchronous": [2, 2],
        "foreign_keys": [1, 1],
        "secure_delete": [1, 1],
        "query_only": [0, 1],
    }


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///confer.db", "sqlite+aiosqlite:///confer.db"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql+asyncpg:///d?host=/run", "postgresql+asyncpg:///d?host=%2Frun"),
    ],
)
def test_an_address_of_a_database_gets_the_driver_we_use(given: str, used: str) -> None:
    assert database_url(given) == used


@pytest.mark.parametrize("given", ["", "nonsense", "mysql://u:hunter2@h/d", "://hunter2", "hunter2@h"])
def test_an_address_we_cannot_use_is_refused_without_being_repeated(given: str) -> None:
    with pytest.raises(ValueError, match=r"address|must begin") as refused:
        database_url(given)

    assert "hunter2" not in str(refused.value)
