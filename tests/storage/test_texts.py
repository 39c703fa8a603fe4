"""Free text in the database: sealed wherever one looks, opened with the right key in the right row only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from storage.records import NotFound
from storage.sealing import CannotOpen, Keyring, new_key
from storage.store import Store
from tests.storage.charity import NOW, SECOND, Charity, behind, found, rows

MARK = "marigold-in-the-clear"


async def anywhere(store: Store, mark: str) -> list[str]:
    """Where in the database this text can be read: in which tables, and for SQLite in which files too."""
    async with store.reader.connect() as connection:
        tables = await connection.run_sync(lambda each: inspect(each).get_table_names())
    found = []
    for table in tables:
        for row in await rows(store, f'SELECT * FROM "{table}"'):  # noqa: S608  (the database's own names)
            values: list[Any] = [each if isinstance(each, bytes) else str(each).encode() for each in row]
            if any(mark.encode() in each for each in values):
                found.append(table)
    if not store.postgresql:
        path = Path(str(make_url(store.url).database))
        files = [each for each in path.parent.iterdir() if each.name.startswith(path.name)]
        for each in files:
            if mark.encode() in await asyncio.to_thread(each.read_bytes):
                found.append(each.name.removeprefix(path.name) or "file")
    return found


async def test_kept_words_can_be_read_again(charity: Charity) -> None:
    id = await charity.say("She said: “ring my sister” – 2 a.m. 🌧")

    async with charity.read() as tx:
        assert await tx.texts.open(id) == "She said: “ring my sister” – 2 a.m. 🌧"


async def test_kept_words_stand_nowhere_in_the_clear(charity: Charity) -> None:
    await charity.say(f"They told us: {MARK}.")

    assert await anywhere(charity.store, MARK) == []


async def test_the_search_above_finds_what_does_stand_in_the_clear(store: Store) -> None:
    await found(store, MARK)

    places = await anywhere(store, MARK)

    assert {"organisations", "people"} <= set(places)
    assert store.postgresql or "-wal" in places


async def test_the_envelopes_of_a_consultation_come_oldest_first_without_the_words(charity: Charity) -> None:
    async with charity.begin(NOW + SECOND) as tx:
        late = await tx.texts.keep(charity.case.id, charity.worker.id, "done", MARK, about="child")
    early = await charity.say(MARK)

    async with charity.read() as tx:
        envelopes = await tx.texts.of(charity.case.id)

    assert [(each.id, each.kind, each.about, each.at) for each in envelopes] == [
        (early, "reason", "", NOW),
        (late, "done", "child", NOW + SECOND),
    ]
    assert MARK not in repr(envelopes)


async def test_words_that_were_moved_to_another_row_do_not_open(charity: Charity) -> None:
    first, second = await charity.say("first"), await charity.say("second")
    move = "UPDATE texts SET sealed = (SELECT t.sealed FROM texts t WHERE t.id = :first) WHERE id = :second"
    await behind(charity.store, move, first=first, second=second)

    async with charity.read() as tx:
        assert await tx.texts.open(first) == "first"
        with pytest.raises(CannotOpen):
            await tx.texts.open(second)


async def test_a_key_that_was_moved_to_another_consultation_does_not_open(charity: Charity) -> None:
    async with charity.begin() as tx:
        case = await tx.cases.open(charity.worker.id, reference="CASE-2", book_id="justus", book_version="1")
    move = "UPDATE consultations SET data_key = (SELECT c.data_key FROM consultations c WHERE c.id = :a) WHERE id = :b"
    await behind(charity.store, move, a=charity.case.id, b=case.id)

    async with charity.read() as tx:
        with pytest.raises(CannotOpen):
            await tx.cases.data_key(case.id)


async def test_destroying_the_key_of_a_consultation_destroys_its_words(charity: Charity) -> None:
    id = await charity.say("They asked us to.")
    await behind(charity.store, "UPDATE consultations SET data_key = NULL")

    async with charity.read() as tx:
        with pytest.raises(NotFound):
            await tx.texts.open(id)
        assert await tx.ledger.faults() == []


async def test_every_consultation_has_a_key_of_its_own(charity: Charity) -> None:
    async with charity.begin() as tx:
        case = await tx.cases.open(charity.worker.id, reference="CASE-2", book_id="justus", book_version="1")

    async with charity.read() as tx:
        assert await tx.cases.data_key(case.id) != await tx.cases.data_key(charity.case.id)


async def test_after_a_rotation_old_records_open_and_new_ones_take_the_new_key(migrated_url: str) -> None:
    old, new = new_key("2025"), new_key("2026")
    before = Store(migrated_url, Keyring.parse(old))
    charity = await found(before, "Harbour House")
    id = await charity.say("They asked us to.")
    await before.close()

    after = Store(migrated_url, Keyring.parse(f"{new},{old}"))
    async with after.begin(NOW) as tx:
        tx.bind(charity.id)
        words, locked = await tx.texts.open(id), await tx.organisations.check_keys()
        await tx.cases.open(charity.worker.id, reference="CASE-2", book_id="justus", book_version="1")
    names = await rows(after, "SELECT data_key FROM consultations ORDER BY reference")
    await after.close()

    assert (words, locked) == ("They asked us to.", [])
    assert [bytes(row.data_key).partition(b"\0")[0] for row in names] == [b"2025", b"2026"]


async def test_a_key_that_went_missing_is_reported_by_the_names_of_the_charities(migrated_url: str) -> None:
    old, new = new_key("2025"), new_key("2026")
    before = Store(migrated_url, Keyring.parse(old))
    charity = await found(before, "Harbour House")
    id = await charity.say("They asked us to.")
    await before.close()
    after = Store(migrated_url, Keyring.parse(new))
    await found(after, "Bramble Trust")

    async with after.read(NOW) as tx:
        tx.bind(charity.id)
        locked = await tx.organisations.check_keys()
        with pytest.raises(CannotOpen):
            await tx.texts.open(id)
    await after.close()

    assert locked == [("Harbour House", "the key '2025' that this was sealed under is not in CONFER_KEYS")]


async def test_a_zero_character_is_left_out_of_kept_words(charity: Charity) -> None:
    id = await charity.say("ring\0 my sister\0")

    async with charity.read() as tx:
        assert await tx.texts.open(id) == "ring my sister"


async def test_words_for_a_consultation_that_is_not_there_are_refused(charity: Charity) -> None:
    async with charity.begin() as tx:
        with pytest.raises(NotFound):
            await tx.texts.keep("no-such-case", charity.worker.id, "reason", "They asked us to.")
