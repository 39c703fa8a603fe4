"""The command line as a test uses it, and charities that are invented from top to bottom."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from storage.sealing import new_key
from tests.databases import copied

BOOK = Path(__file__).parents[2] / "policy" / "books" / "justus.toml"

CHARITY = """
[charity]
name = "The Invented Harbour"
book = "justus"
nation = "england"
timezone = "Europe/London"
reference_prefix = "IH"

[numbers]
crisis_team = "01632 960111, day and night"

[areas.northtown]
council_children = "01632 960101, day and night"
council_adults = "01632 960103, day and night"
"""


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def faults(self) -> list[str]:
        return self.err.splitlines()


Command = Callable[..., Said]


@pytest.fixture
def confer(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run one command in this process: `confer("book", "check", path, stdin=..., environment={...})`."""

    def run(*arguments: object, stdin: object = "", environment: Mapping[str, str] | None = None) -> Said:
        typed = stdin if isinstance(stdin, bytes) else str(stdin).encode()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))
            capsys.readouterr()
            try:
                code = main([str(argument) for argument in arguments], environment or {})
            except SystemExit as ended:  # argparse's own way to end
                code = int(ended.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh database in the newest form with nothing in it, once on each engine; gone afterwards."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "confer.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'confer.db'}"
        return
    template = request.getfixturevalue("migrated_template")
    async with copied(request.getfixturevalue("postgres_url"), template) as url:
        yield url


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    """Settings for a database of its own, on each engine."""
    return {"DATABASE_URL": database_url, "CONFER_KEYS": new_key("test")}


def ask(**request: object) -> str:
    """The JSON that `book assess` reads."""
    return json.dumps(request)
