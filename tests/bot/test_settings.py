"""The process's settings: every fault together, and no secret in any of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import SHIPPED_BOOKS, SettingsError, read_settings
from storage.sealing import new_key

GOOD = {"DATABASE_URL": "sqlite:///confer.db", "CONFER_KEYS": new_key("one")}


def faults(**environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    return caught.value.faults


def test_the_two_that_have_no_default_are_enough() -> None:
    settings = read_settings(GOOD)

    assert settings.database_url == "sqlite+aiosqlite:///confer.db"
    assert (settings.port, settings.local, settings.books) == (3000, False, (SHIPPED_BOOKS,))


def test_everything_can_be_said(tmp_path: Path) -> None:
    settings = read_settings(GOOD | {"PORT": "0", "CONFER_LOCAL": "1", "BOOKS_DIR": str(tmp_path)})

    assert (settings.port, settings.local, settings.books) == (0, True, (SHIPPED_BOOKS, tmp_path))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://confer.example.org/", "https://confer.example.org"),
        ("https://10.0.0.7:8443", "https://10.0.0.7:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_the_address_of_our_own_pages_is_kept_without_a_slash(said: str, kept: str) -> None:
    assert read_settings(GOOD | {"CONFER_ADDRESS": said}).address == kept


@pytest.mark.parametrize(
    "said", ["http://confer.example.org", "confer.example.org", "https://a.org/x?y", "https://a b"]
)
def test_an_address_over_which_papers_would_travel_open_or_nowhere_is_a_fault(said: str) -> None:
    assert faults(**GOOD, CONFER_ADDRESS=said) == [
        f"CONFER_ADDRESS must look like https://confer.example.org, not {said!r}"
    ]


def test_every_fault_is_told_together(tmp_path: Path) -> None:
    found = faults(PORT="70000", CONFER_LOCAL="yes", BOOKS_DIR=str(tmp_path / "nowhere"))

    assert found == [
        "DATABASE_URL is not set (for one machine: sqlite:///confer.db)",
        "CONFER_KEYS: at least one key is needed (make one with: python -m bot new-key)",
        "PORT must be a number from 0 to 65535, not '70000'",
        f"BOOKS_DIR: {tmp_path / 'nowhere'} is not a folder",
        "CONFER_LOCAL must be 1, 0 or not set",
    ]


@pytest.mark.parametrize("port", ["", "-1", "80.0", " 80", "65536", "²", "1" * 5000])
def test_a_port_that_is_none_is_a_fault_and_no_traceback(port: str) -> None:
    found = faults(**GOOD, PORT=port)

    assert found == [f"PORT must be a number from 0 to 65535, not {port!r}"]


@pytest.mark.parametrize(
    "address",
    [
        "mysql://user:hunter2@host/name",
        "postgresql//user:hunter2@host/name",
        "postgresql://user:hunter2@host:port/name",
        "postgresql://user:odd@hunter2:hunter2@host/name",
        "hunter2",
    ],
)
def test_the_password_in_an_address_is_never_repeated(address: str) -> None:
    found = faults(**GOOD | {"DATABASE_URL": address})

    assert len(found) == 1
    assert found[0].startswith("DATABASE_URL ")
    assert "hunter2" not in found[0]


@pytest.mark.parametrize(
    "keys",
    ["hunter2", "one:hunter2", ":", f"{new_key('one')},{new_key('one')}"],
    ids=["no name", "a password", "only a colon", "one name twice"],
)
def test_a_key_is_never_repeated(keys: str) -> None:
    found = faults(**GOOD | {"CONFER_KEYS": keys})

    assert len(found) == 1
    assert found[0].startswith("CONFER_KEYS: ")
    assert "hunter2" not in found[0]


def test_printing_the_settings_shows_no_key() -> None:
    key = GOOD["CONFER_KEYS"].partition(":")[2]

    assert key not in repr(read_settings(GOOD).keys)
