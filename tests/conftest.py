"""What every test may ask for: a real PostgreSQL, and a fresh empty database on each engine."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings
from sqlalchemy.engine import URL, make_url

from tests import postgres

# The same examples on every machine and at every run: a red test is red for everybody. To look further afield,
# HYPOTHESIS_PROFILE=explore. No deadline: a busy machine is no fault of the code.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a database on a running server whose user may create others. Fails, never skips, without one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        return
    try:
        with postgres.running(postgres.installed() or postgres.packaged()) as url:
            yield url
    except postgres.NoServer as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh, empty database, once on each engine; gone afterwards."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'confer.db'}"
        return
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"confer_test_{secrets.token_hex(6)}"
    # template0 and not template1: nothing anybody put into the server's own template can leak into a test.
    await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        # FORCE: a test that was cut short may have left a connection, and must not fail the next one.
        await _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(server: URL, statement: str) -> None:
    connection = await asyncpg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
