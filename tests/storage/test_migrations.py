"""Migrations: they end in the form the tables describe, whoever runs them, how often, and over whatever is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, LargeBinary, MetaData, Text, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import storage
from storage.migrating import migrate, pending
from storage.sealing import Keyring
from storage.store import Store
from storage.tables import metadata

Found = TypeVar("Found")

TRIGGERS = {
    "sqlite": {"ledger_no_update", "ledger_no_delete", "ledger_no_replace", "practice_stays"},
    # A: always, also in a session that says it is a replica
    "postgresql": {("ledger_no_change", "A"), ("practice_no_change", "A")},
}
GUARDED = {"ledger_no_change": "ledger", "practice_no_change": "consultations"}
# What the checks allow, where any text would not do.
ALLOWED = {
    ("people", "role"): "worker",
    ("consultations", "state"): "asking",
    ("approval_requests", "state"): "pending",
    ("spoken", "answer"): "yes",
    ("decisions", "verdict"): "approved",
    ("jobs", "state"): "due",
    ("confirmations", "what"): "there",
    ("looks", "kind"): "emergency",
    ("handovers", "why"): "leaves",
    ("factors", "kind"): "totp",
    ("bases", "basis"): "seen",
    ("follow_ups", "kind"): "told",
    ("holds", "why"): "police",
    ("digest_choices", "often"): "weekly",
}


async def with_connection(url: str, do: Callable[[Connection], Found]) -> Found:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(do)
    finally:
        await engine.dispose()


def scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def triggers(connection: Connection) -> set[Any]:
    if connection.dialect.name == "sqlite":
        return set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))
    found = connection.execute(text("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"))
    return {(name, enabled.decode() if isinstance(enabled, bytes) else enabled) for name, enabled in found}


def contents(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as it is now."""
    here = MetaData()
    here.reflect(connection)
    return {
        table.name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=repr)
        for table in here.sorted_tables
    }


def fill(connection: Connection) -> None:
    """One row in every table that has none, as the tables are at this revision."""
    here = MetaData()
    here.reflect(connection)
    for table in here.sorted_tables:
        if table.name == "alembic_version" or connection.execute(select(table)).first():
            continue
        values: dict[str, Any] = {}
        for column in table.columns:
            if (table.name, column.name) in ALLOWED:
                values[column.name] = ALLOWED[table.name, column.name]
            elif isinstance(column.type, LargeBinary):
                values[column.name] = b"kept"
            else:
                values[column.name] = "kept" if isinstance(column.type, Text) else 1
        connection.execute(table.insert().values(values))


async def test_an_empty_database_gets_exactly_the_form_the_tables_describe(database_url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    await migrate(database_url)

    assert await with_connection(database_url, differences) == []


async def test_every_check_key_and_foreign_key_has_its_name_in_the_database(database_url: str) -> None:
    def found(connection: Connection) -> dict[str, set[str | None]]:
        see = inspect(connection)
        return {
            table: {
                see.get_pk_constraint(table)["name"],
                *(each["name"] for each in see.get_foreign_keys(table)),
                *(each["name"] for each in see.get_unique_constraints(table)),
                *(each["name"] for each in see.get_check_constraints(table)),
            }
            for table in metadata.tables
        }

    await migrate(database_url)

    described = {
        name: {str(constraint.name) for constraint in table.constraints} for name, table in metadata.tables.items()
    }
    assert any(isinstance(each, CheckConstraint) for each in metadata.tables["consultations"].constraints)
    assert await with_connection(database_url, found) == described


async def test_the_ledger_is_guarded_once_the_tables_are_there(database_url: str) -> None:
    await migrate(database_url)

    found = await with_connection(database_url, triggers)

    assert found == TRIGGERS[database_url.partition("+")[0]]


async def test_tables_on_sqlite_refuse_a_value_of_another_type(database_url: str) -> None:
    await migrate(database_url)

    def put_words_in_a_number(connection: Connection) -> None:
        connection.execute(text("INSERT INTO pauses (lane, organisation_id, until) VALUES ('a', 'b', 'noon')"))

    with pytest.raises(DBAPIError):
        await with_connection(database_url, put_words_in_a_number)


async def test_a_database_is_behind_until_it_was_migrated(database_url: str) -> None:
    before = await pending(database_url)

    await migrate(database_url)

    assert (before, await pending(database_url)) == (True, False)


async def test_a_database_at_another_revision_is_behind(database_url: str) -> None:
    await migrate(database_url)
    await with_connection(database_url, lambda each: each.execute(text("UPDATE alembic_version SET version_num = '0'")))

    assert await pending(database_url)


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    await migrate(database_url)
    await with_connection(database_url, fill)
    before = await with_connection(database_url, contents)

    await migrate(database_url)

    assert await with_connection(database_url, contents) == before


async def test_six_processes_may_start_on_an_empty_database_at_once(database_url: str) -> None:
    outcomes = await asyncio.gather(*(migrate(database_url) for _ in range(6)), return_exceptions=True)

    assert outcomes == [None] * 6
    assert not await pending(database_url)


async def test_every_row_and_trigger_outlives_all_migrations_from_the_first(database_url: str) -> None:
    revisions = [each.revision for each in ScriptDirectory.from_config(scripts()).walk_revisions()][::-1]
    kept: dict[str, list[dict[str, Any]]] = {}
    for revision in revisions:

        def step(connection: Connection, revision: str = revision) -> dict[str, list[dict[str, Any]]]:
            config = scripts()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            fill(connection)
            return contents(connection)

        kept |= await with_connection(database_url, step)
    assert all(kept.values())

    await migrate(database_url)

    now = await with_connection(database_url, contents)
    assert {table: len(rows) for table, rows in now.items()} == {table: len(rows) for table, rows in kept.items()}
    for table, rows in kept.items():
        for old, new in zip(rows, now[table], strict=True):
            assert table == "alembic_version" or old.items() <= new.items()
    assert await with_connection(database_url, triggers) == TRIGGERS[database_url.partition("+")[0]]


async def test_whoever_was_asked_before_times_were_kept_was_asked_first_and_when_the_request_was_opened(
    database_url: str, keys: Keyring
) -> None:
    def as_it_was(connection: Connection) -> None:
        config = scripts()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        fill(connection)

    await with_connection(database_url, as_it_was)

    await migrate(database_url)

    asked = (await with_connection(database_url, contents))["asked"]
    store = Store(database_url, keys)
    async with store.read(datetime.now(UTC)) as tx:
        tx.bind("kept")
        request = await tx.approvals.get("kept")
    await store.close()
    new = {name: value for name, value in asked[0].items() if not name.endswith("_id")}
    assert new == {"how": "first", "at": 0, "passed_at": None, "passed_why": ""}
    assert (request.asked_at, request.passed) == ({"kept": request.opened_at}, frozenset())


async def test_triggers_that_went_missing_come_back_at_the_next_start(database_url: str) -> None:
    await migrate(database_url)
    engine = database_url.partition("+")[0]

    def lose(connection: Connection) -> None:
        for trigger in triggers(connection):
            name = trigger if engine == "sqlite" else f"{trigger[0]} ON {GUARDED[trigger[0]]}"
            connection.execute(text(f"DROP TRIGGER {name}"))

    await with_connection(database_url, lose)

    await migrate(database_url)

    assert await with_connection(database_url, triggers) == TRIGGERS[engine]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whoever_reads_the_ledger_is_not_waited_for_where_nothing_is_missing(database_url: str) -> None:
    await migrate(database_url)

    async with reads_the_ledger(database_url), asyncio.timeout(60):
        await migrate(database_url)

    assert await with_connection(database_url, triggers) == TRIGGERS["postgresql"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_trigger_that_cannot_be_put_back_now_is_said_and_put_back_later(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await migrate(database_url)
    loosened = text("ALTER TABLE ledger DISABLE TRIGGER ledger_no_change")
    await with_connection(database_url, lambda each: each.execute(loosened))

    async with reads_the_ledger(database_url), asyncio.timeout(60):
        await migrate(database_url)

    assert "the ledger's trigger is missing or off, and could not be put back" in caplog.text
    await migrate(database_url)
    assert await with_connection(database_url, triggers) == TRIGGERS["postgresql"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "loosened",
    [
        """CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RETURN NULL; END $$""",
        "ALTER TABLE ledger DISABLE TRIGGER ledger_no_change",
        """CREATE OR REPLACE TRIGGER ledger_no_change BEFORE DELETE ON ledger
           FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()""",
    ],
)
async def test_what_was_loosened_of_the_guard_is_tight_again(database_url: str, loosened: str) -> None:
    await migrate(database_url)
    await with_connection(database_url, lambda each: each.exec_driver_sql(loosened))

    await migrate(database_url)

    with pytest.raises(DBAPIError, match="the ledger is append-only"):
        await with_connection(database_url, lambda each: each.execute(text("UPDATE ledger SET at = 1")))


@asynccontextmanager
async def reads_the_ledger(url: str) -> AsyncIterator[None]:
    """Somebody is in it, as a backup or `ledger verify` is."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT count(*) FROM ledger"))
            yield
    finally:
        await engine.dispose()


async def test_a_migration_that_fails_half_way_leaves_nothing_and_can_be_run_again(database_url: str) -> None:
    await with_connection(database_url, lambda each: each.execute(text("CREATE TABLE texts (in_the_way integer)")))

    with pytest.raises(DBAPIError):
        await migrate(database_url)

    left = await with_connection(database_url, lambda each: inspect(each).get_table_names())
    await with_connection(database_url, lambda each: each.execute(text("DROP TABLE texts")))
    await migrate(database_url)
    assert left == ["texts"]
    assert not await pending(database_url)


async def test_rows_that_point_at_nothing_stop_a_migration(database_url: str) -> None:
    await migrate(database_url)
    orphan = text("INSERT INTO asked (organisation_id, request_id, person_id) VALUES ('gone', 'gone', 'gone')")
    if database_url.startswith("postgresql"):
        # PostgreSQL checks each row when it is written, whatever a migration does.
        with pytest.raises(DBAPIError):
            await with_connection(database_url, lambda each: each.execute(orphan))
        return
    await with_connection(database_url, lambda each: each.execute(orphan))

    with pytest.raises(RuntimeError, match="point at nothing; nothing was changed"):
        await migrate(database_url)
