"""The pages of a busy database are not cleaned at the cost of whoever presses a button (PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from storage.scrubbing import scrub
from storage.store import Store, StoreUnavailable
from tests.storage.charity import Charity, behind
from tests.storage.remains import remains
from tests.storage.test_retention import closed

pytestmark = pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)


@asynccontextmanager
async def backup(store: Store) -> AsyncIterator[None]:
    """Somebody reads the table of the consultations for as long as this lasts."""
    async with store.writer.connect() as connection:
        await connection.execute(text("SELECT count(*) FROM consultations"))
        yield
        await connection.rollback()


async def writes(charity: Charity) -> None:
    """As a press does, but it waits for at most half a second at any lock."""
    async with charity.begin() as tx:
        await tx.connection.execute(text("SET LOCAL lock_timeout = '500ms'"))
        await tx.connection.execute(text("UPDATE consultations SET version = version + 1"))


async def test_while_a_backup_runs_nobody_waits_behind_the_cleaning_which_gives_up(charity: Charity) -> None:
    written = 0
    async with backup(charity.store):
        cleaning = asyncio.create_task(scrub(charity.store, ["consultations"]))
        while not cleaning.done():
            await writes(charity)
            written += 1
            await asyncio.sleep(0.01)

        with pytest.raises(StoreUnavailable):
            await cleaning

    assert written > 10


async def test_it_finds_its_moment_although_somebody_is_in_the_table_all_the_time(charity: Charity) -> None:
    async def presses() -> None:
        async with charity.store.writer.connect() as connection:
            while not cleaning.done():
                await connection.execute(text("SELECT count(*), pg_sleep(0.02) FROM consultations"))
                await connection.rollback()

    cleaning = asyncio.create_task(scrub(charity.store, ["consultations"]))
    await asyncio.gather(*(presses() for _ in range(4)))

    await cleaning


async def test_what_somebodys_old_snapshot_still_sees_is_not_called_clean_and_goes_with_the_snapshot(
    charity: Charity,
) -> None:
    word = b"the word that was destroyed"
    await behind(charity.store, "UPDATE consultations SET reference = :word", word=word.decode())
    async with charity.store.reader.connect() as reading:
        await reading.execute(text("SELECT count(*) FROM people"))  # of another table: it holds no lock on this one
        await behind(charity.store, "UPDATE consultations SET reference = 'gone'")
        cleaning = asyncio.create_task(scrub(charity.store, ["consultations"]))
        await asyncio.sleep(0.5)

        assert not cleaning.done()
        assert await remains(charity.store, word) != []

    await cleaning
    assert await remains(charity.store, word) == []


async def test_the_planners_own_tables_get_nothing_of_what_is_said_of_people_and_no_key(charity: Charity) -> None:
    """ANALYZE copies what it finds in a column, and no destruction reaches it there."""
    await closed(charity)
    async with charity.store.writer.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE"))
        rows = await connection.execute(text("SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public'"))
        counted = {(row.tablename, row.attname) for row in rows}

    assert ("consultations", "state") in counted
    assert ("texts", "at") in counted
    assert (
        counted
        & {
            *(("consultations", "reference"), ("consultations", "data_key"), ("answers", "value"), ("texts", "sealed")),
            *(("posts", "message"), ("posts", "conversation"), ("jobs", "payload"), ("disclosures", "items")),
            *(("follow_ups", "answer"), ("approval_requests", "fingerprint"), ("bases", "basis")),
        }
        == set()
    )


async def test_it_looks_again_and_cleans_once_the_table_is_free(charity: Charity) -> None:
    async with backup(charity.store):
        cleaning = asyncio.create_task(scrub(charity.store, ["consultations"]))
        await asyncio.sleep(0.3)
        assert not cleaning.done()

    await cleaning
