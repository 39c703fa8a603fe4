"""Reading a database's address. It may hold a password, so no fault ever repeats it."""

from __future__ import annotations

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def database_url(text: str) -> str:
    """The address with the async driver we use. ValueError says what is wrong."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # a port that is no number comes as a ValueError that quotes the address
        raise ValueError("cannot be read as an address of a database") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise ValueError("must begin with sqlite:// or postgresql://")
    return url.set(drivername=driver).render_as_string(hide_password=False)
