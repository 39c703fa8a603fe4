"""The server the tests run on: it is real, it is told apart from the machine's, and its absence is never silent."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests import postgres


async def test_a_test_gets_an_empty_database_that_speaks_sql(database_url: str) -> None:
    engine = create_async_engine(database_url)

    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE kept (id integer)"))
        await connection.execute(text("INSERT INTO kept VALUES (1)"))
        kept = await connection.scalar(text("SELECT count(*) FROM kept"))
    await engine.dispose()

    assert kept == 1


def test_a_test_without_a_loop_may_have_a_database_too(database_url: str) -> None:
    assert make_url(database_url).get_driver_name() in {"aiosqlite", "asyncpg"}


async def test_the_server_in_the_wheel_starts_without_one_on_the_machine() -> None:
    before = time.monotonic()

    with postgres.running(postgres.packaged()) as url:
        ready = time.monotonic() - before
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        answer = await connection.fetchval("SELECT 1")
        await connection.close()

    assert answer == 1
    assert ready < postgres.READY_WITHIN


def test_the_server_leaves_nothing_behind() -> None:
    with postgres.running(postgres.installed() or postgres.packaged()) as url:
        folder = Path(str(make_url(url).query["host"]))
        assert (folder / "data").is_dir()

    assert not folder.exists()


def test_a_server_whose_files_lie_elsewhere_leaves_nothing_behind_there() -> None:
    with tempfile.TemporaryDirectory() as elsewhere:  # not pytest's folder, where no other user may go
        Path(elsewhere).chmod(0o755)

        with postgres.running(postgres.installed() or postgres.packaged(), data_in=Path(elsewhere)) as url:
            [files] = Path(elsewhere).iterdir()
            assert (files / "data" / "postmaster.pid").exists()
            assert not (Path(str(make_url(url).query["host"])) / "data").exists()

        assert list(Path(elsewhere).iterdir()) == []


def test_memory_is_used_only_where_there_is_room(tmp_path: Path) -> None:
    assert postgres.memory(tmp_path, room=1) == tmp_path
    assert postgres.memory(tmp_path, room=2**60) is None
    assert postgres.memory(tmp_path / "nowhere") is None


def test_no_server_anywhere_is_said_in_words_with_what_to_do() -> None:
    assert postgres.installed(Path("/nowhere")) is None
    assert postgres.packaged("a_package_that_is_not_there") is None

    with pytest.raises(postgres.NoServer, match="TEST_DATABASE_URL"), postgres.running(None):
        pass
