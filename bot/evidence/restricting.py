"""`db restrict`: a PostgreSQL role for the bot that can only read and add to the ledger. The sentences around it."""

from __future__ import annotations

from bot.settings import SettingsError
from storage.grants import CannotRestrict, restrict


async def restricted(url: str, role: str) -> tuple[list[str], bool]:
    """What was done. Raises SettingsError with why it cannot be."""
    try:
        await restrict(url, role)
    except CannotRestrict as why:
        raise SettingsError([str(why)]) from why
    return [
        f"The role {role!r} may run the bot now. In the ledger it can read and add, and change or remove nothing.",
        "Put it into DATABASE_URL, and start with `web --no-migrate`: only the owner can run `db upgrade`.",
    ], True
