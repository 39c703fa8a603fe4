"""Deliveries seen: the same one is never applied twice, because its id is taken in the transaction of its effect."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import to_micros
from storage.tables import deliveries
from storage.work import Work

_VALUES: dict[str, Any] = {name: bindparam(name) for name in ("channel", "tenant", "delivery", "organisation_id", "at")}


def _take(build: Any) -> Any:
    return build(deliveries).values(_VALUES).on_conflict_do_nothing().returning(deliveries.c.delivery)


_TAKE = Direct(_take(postgresql_insert), sqlite=_take(sqlite_insert))


class Deliveries:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def take(self, channel: str, tenant: str, delivery: str) -> bool:
        """True the first time, False for a repeated delivery."""
        taken = await _TAKE.rows(
            self._work,
            {
                "channel": channel,
                "tenant": tenant,
                "delivery": delivery,
                "organisation_id": self._work.organisation_id,
                "at": to_micros(self._work.now),
            },
        )
        return bool(taken)
