"""The running bot and its anchors: an older or other record is said aloud at the start, and the bot runs on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.engine import make_url

from bot.alarms import Alarms
from bot.app import now, open_office
from bot.evidence.anchoring import anchor_every_day, anchor_now, heads
from bot.settings import read_settings
from bot.team.importing import import_charity
from storage.anchors import Anchor, append_anchors, read_anchors
from storage.records import Person
from storage.sealing import Keyring, new_key
from storage.store import Store
from storage.tables import organisations
from tests.bot.conftest import CHARITY
from tests.bot.processes import until, until_soon
from tests.bot.test_health import health, served
from tests.storage.charity import behind, unguarded

KEYS = Keyring.parse(new_key("test"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "anchors"


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url, KEYS)
    await import_charity(store, CHARITY, now())
    yield store
    await store.close()


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Path]:
    """A file that keeps whoever opens it, as one does on a disk of another machine that is gone."""
    os.mkfifo(path := tmp_path / "hanging")
    yield path
    with contextlib.suppress(OSError):  # nobody waits
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))  # whoever still waits reads an empty file


async def note(store: Store) -> None:
    async with store.begin(now()) as tx:
        tx.bind((await tx.organisations.all())[0].id)
        tx.note("pressed")


async def lead(store: Store, *capabilities: str) -> Person:
    async with store.read(now()) as tx:
        id = (await tx.organisations.all())[0].id
    return Person("p", id, "amira", "Amira", "worker", frozenset(capabilities), active=True)


async def test_at_each_start_an_anchor_is_added_where_there_is_something_new(store: Store, file: Path) -> None:
    alarms = Alarms()
    for _ in range(2):
        await anchor_now(store, file, alarms, now())
    await note(store)

    await anchor_now(store, file, alarms, now())

    assert [each.sequence for each in read_anchors(file)] == [1, 2]
    assert alarms.about() == []


async def test_a_record_that_is_older_than_its_anchor_is_said_aloud_and_gets_no_new_one(
    store: Store, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await note(store)
    await anchor_now(store, file, Alarms(), now())
    await behind(store, *unguarded(store, "DELETE FROM ledger WHERE sequence = 2"))
    kept, alarms = read_anchors(file), Alarms()

    with caplog.at_level(logging.ERROR):
        await anchor_now(store, file, alarms, now())

    [notice] = alarms.blocks(await lead(store, "data_protection_lead"))
    assert alarms.about() == ["ledger"]
    assert "The record is older than it was. It ends with entry 1, and on " in str(notice)
    assert "Has an old copy been put back?" in caplog.text
    assert alarms.blocks(await lead(store, "may_approve")) == []
    assert read_anchors(file) == kept


async def test_a_record_that_was_written_anew_is_said_aloud(store: Store, file: Path) -> None:
    await anchor_now(store, file, Alarms(), now())
    await behind(store, *unguarded(store, "UPDATE ledger SET hash = previous WHERE sequence = 1"))
    alarms = Alarms()

    await anchor_now(store, file, alarms, now())

    [notice] = alarms.blocks(await lead(store, "safeguarding_lead"))
    assert "The record is not the one that was here on " in str(notice)


async def test_another_database_is_said_aloud(store: Store, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    append_anchors(file, [Anchor("the-one-before", 12, "ab" * 32, now())])
    alarms = Alarms()

    await anchor_now(store, file, alarms, now())

    assert alarms.about() == ["ledger"]
    assert "Another database may have been put in its place." in caplog.text


@pytest.mark.parametrize("why", ["not a file of anchors", "a folder", "nowhere"])
async def test_a_file_that_cannot_be_used_is_said_and_stops_nothing(
    store: Store, tmp_path: Path, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "anchors"
    match why:
        case "a folder":
            path.mkdir()
        case "nowhere":
            path = tmp_path / "nowhere" / "anchors"
        case _:
            path.write_text("hunter2\n")
    alarms = Alarms()

    await anchor_now(store, path, alarms, now())

    assert alarms.about() == ["anchors"]
    assert "The file of the ledger's anchors cannot be" in caplog.text
    assert "hunter2" not in caplog.text


async def test_a_file_that_never_answers_is_said_after_a_while(store: Store, hanging: Path) -> None:
    alarms = Alarms()

    await anchor_now(store, hanging, alarms, now(), within=0.05)

    [notice] = alarms.blocks(await lead(store, "administrator"))
    assert "cannot be read: it did not answer within 0.05 seconds." in str(notice)


async def test_the_bot_starts_and_answers_while_the_file_never_does(database_url: str, hanging: Path) -> None:
    own = {"DATABASE_URL": database_url, "CONFER_KEYS": new_key("test"), "CONFER_ANCHORS": str(hanging)}
    office = await open_office(read_settings(own))

    async with asyncio.timeout(20), served(office) as client:
        well = await health(client)

    assert well[0] == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_told_to_end_as_the_file_answers_it_ends(store: Store, hanging: Path) -> None:
    def reading() -> list[threading.Thread]:
        return [each for each in threading.enumerate() if each.name == "anchors"]

    before = set(reading())
    keeping = asyncio.create_task(anchor_every_day(store, hanging, Alarms(), now))
    await until(lambda: set(reading()) - before)
    [thread] = set(reading()) - before
    os.close(os.open(hanging, os.O_WRONLY))
    thread.join(10)  # its answer waits for the loop, which stands still here

    keeping.cancel()

    done, _ = await asyncio.wait([keeping], timeout=10)
    assert done == {keeping}


async def test_any_fault_on_the_way_is_an_alarm(store: Store, file: Path) -> None:
    alarms = Alarms()

    def broken() -> datetime:
        raise ArithmeticError

    keeping = asyncio.create_task(anchor_every_day(store, file, alarms, broken))
    await until(alarms.about)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)

    assert alarms.about() == ["anchors"]


async def test_while_the_database_is_out_of_reach_nothing_is_said_to_be_looked_at(tmp_path: Path, file: Path) -> None:
    gone, alarms = Store(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'confer.db'}", KEYS), Alarms()

    looked = await anchor_now(gone, file, alarms, now())
    await gone.close()

    assert (looked, alarms.about(), kept(file)) == (False, [], None)


LOSES: dict[str, Callable[[Path], object]] = {
    "emptied": lambda file: file.write_text(""),
    "removed": lambda file: file.unlink(),
    "of another charity": lambda file: file.write_text(Anchor("another", 12, "ab" * 32, now()).line()),
}


def kept(file: Path) -> str | None:
    """What stands in it; None where there is no file."""
    return file.read_text() if file.exists() else None


@pytest.mark.parametrize("how", list(LOSES))
async def test_a_file_that_lost_its_anchors_is_said_and_gets_none_until_somebody_has_looked(
    store: Store, file: Path, how: str
) -> None:
    alarms, later = Alarms(), now() + timedelta(days=2)
    await anchor_now(store, file, Alarms(), now())
    LOSES[how](file)
    before = kept(file)

    await anchor_now(store, file, alarms, later)

    said, left = alarms.blocks(await lead(store, "data_protection_lead")), kept(file)
    append_anchors(file, await heads(store, later))  # `ledger anchor FILE`
    await anchor_now(store, file, alarms, later)
    assert "The file of the ledger's anchors holds none of this charity, whose record began on " in str(said)
    assert left == before
    assert "anchors" not in alarms.about()


async def test_an_alarm_is_over_when_the_record_is_right_again(store: Store, file: Path) -> None:
    alarms = Alarms()
    (file.parent / "nowhere").mkdir()
    await anchor_now(store, file.parent / "nowhere", alarms, now())
    before = alarms.about()

    await anchor_now(store, file, alarms, now())

    assert (before, alarms.about()) == (["anchors"], [])


async def test_once_a_day_it_looks_again(store: Store, file: Path) -> None:
    moments = iter(now() + timedelta(days=day) for day in range(100_000))
    keeping = asyncio.create_task(anchor_every_day(store, file, Alarms(), lambda: next(moments), every=0.001))
    await until(lambda: file.exists() and len(read_anchors(file)) == 1)
    await note(store)

    await until(lambda: len(read_anchors(file)) == 2)
    keeping.cancel()

    assert await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_backup_put_back_is_said_by_the_health_of_the_bot_which_runs(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "anchors"
    path, backup = Path(str(make_url(database_url).database)), tmp_path / "backup.db"
    own = {"DATABASE_URL": database_url, "CONFER_KEYS": new_key("test"), "CONFER_ANCHORS": str(file)}
    office = await open_office(read_settings(own))
    await import_charity(office.store, CHARITY, now())
    await office.store.close()
    shutil.copy(path, backup)
    office = await open_office(read_settings(own))
    await note(office.store)
    async with served(office) as client:
        await until(lambda: read_anchors(file))
        well = await health(client)
    for each in path.parent.glob("confer.db*"):
        each.unlink()
    shutil.copy(backup, path)

    async with served(await open_office(read_settings(own))) as client:

        async def said() -> bool:
            return await health(client) == (200, {"database": "ok", "letters": {}, "alarms": ["ledger"]})

        await until_soon(said)

    assert "alarms" not in well[1]


async def test_a_key_that_is_missing_for_some_records_is_an_alarm_and_the_bot_runs(database_url: str) -> None:
    old, new = new_key("2025"), new_key("2026")
    before = Store(database_url, Keyring.parse(old))
    async with before.begin(now()) as tx:
        tx.bind((await tx.organisations.add("Harbour House", {})).id)
        worker = await tx.people.put(handle="w", name="W", role="worker", capabilities=[])
        await tx.cases.open(worker.id, reference="CASE-1", book_id="justus", book_version="1")
    await before.close()
    after = Store(database_url, Keyring.parse(f"{new},{old}"))
    async with after.begin(now()) as tx:
        [charity] = await tx.organisations.all()
        wrapped = after.keys.new_data_key(f"confer|{charity.id}")
        await tx.connection.execute(update(organisations).values(canary=wrapped))
    await after.close()

    office = await open_office(read_settings({"DATABASE_URL": database_url, "CONFER_KEYS": new}))
    await office.store.close()

    [notice] = office.alarms.blocks(Person("p", charity.id, "a", "A", "worker", frozenset({"administrator"}), True))
    assert "1 records need the key '2025', which CONFER_KEYS does not have." in str(notice)


async def test_a_wrapped_key_that_was_changed_is_an_alarm_and_the_bot_starts(database_url: str) -> None:
    own = {"DATABASE_URL": database_url, "CONFER_KEYS": new_key("2026")}
    before = Store(database_url, read_settings(own).keys)
    async with before.begin(now()) as tx:
        tx.bind((await tx.organisations.add("Harbour House", {})).id)
        worker = await tx.people.put(handle="w", name="W", role="worker", capabilities=[])
        await tx.cases.open(worker.id, reference="CASE-1", book_id="justus", book_version="1")
    await behind(before, "UPDATE consultations SET data_key = :changed", changed=b"hunter2")
    await before.close()

    office = await open_office(read_settings(own))
    notices = str(office.alarms.blocks(await lead(office.store, "administrator")))
    await office.store.close()

    assert "1 records do not say which key they need, so they were changed." in notices
    assert "hunter2" not in notices


async def test_a_fault_while_the_keys_are_counted_is_an_alarm_and_the_bot_starts(database_url: str) -> None:
    own = {"DATABASE_URL": database_url, "CONFER_KEYS": new_key("2026")}
    before = Store(database_url, KEYS)
    await behind(before, "DROP TABLE factors")
    await before.close()

    office = await open_office(read_settings(own), upgrade=False)
    await office.store.close()

    assert office.alarms.about() == ["keys"]
