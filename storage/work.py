"""The unit of work as the nouns of the store see it. The one rule to keep: it serves one organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sealing import Keyring


class Work(Protocol):
    """What `storage.store.Transaction` gives to the nouns; they never see one another through it."""

    connection: AsyncConnection
    driver: Any
    keys: Keyring
    now: datetime
    postgresql: bool
    ahead: dict[Any, tuple[list[Any], list[Any]]] | None
    """In a snapshot: question -> the values it was asked with ahead, and its rows (`storage.ahead`). Else None."""

    @property
    def organisation_id(self) -> str:
        """The organisation every query is bound to. RuntimeError while there is none."""

    def bind(self, organisation_id: str) -> None:
        """Bind to an organisation, once."""

    def note(self, kind: str, **ids: str) -> None:
        """Write a ledger entry as the last step of the transaction: ids and kinds only."""
