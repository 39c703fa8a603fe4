"""What every test may ask for: a real PostgreSQL, and a fresh database on each engine, empty or in the newest form."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url

from storage.migrating import migrate
from tests import postgres
from tests.databases import apart, copied, create, execute

# The same examples on every machine and at every run: a red test is red for everybody. To look further afield,
# HYPOTHESIS_PROFILE=explore. No deadline: a busy machine is no fault of the code.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--on",
        default="",
        choices=("slack", "teams", "web"),
        help="the product where people of a transcript are that does not name any; only these transcripts are run",
    )


def pytest_collection_finish() -> None:
    """Modules, books and the list of tests stay to the end, so the garbage collector need not go through them again and
    again, which takes a tenth of a run. What the tests themselves make it sees as ever, only less often: at the usual
    700 objects it comes dozens of times a second, and that takes another seventh.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a database on a running server whose user may create others. Fails, never skips, without one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        return
    try:
        with postgres.running(postgres.installed() or postgres.packaged(), data_in=postgres.memory()) as url:
            yield url
    except postgres.NoServer as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh, empty database, once on each engine; gone afterwards."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'confer.db'}"
        return
    async with copied(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in the newest form, to be copied: migrating anew for each test takes most of a test's time."""
    path = tmp_path_factory.mktemp("form") / "confer.db"
    apart(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database in the newest form, to be copied; nobody else may connect to it."""
    server, name = make_url(postgres_url), f"confer_form_{secrets.token_hex(6)}"
    apart(create(server, name))
    try:
        apart(migrate(server.set(database=name).render_as_string(hide_password=False)))
        yield name
    finally:
        apart(execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))
