"""How often each reader wants the weekly digest.

The rule to keep: nobody is left out by a row in here alone; whose choice counts is worked out when a digest is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.direct import Direct
from storage.records import from_micros, to_micros
from storage.tables import digest_choices
from storage.work import Work

CHOICES = Direct(select(digest_choices).where(digest_choices.c.organisation_id == bindparam("org")))

Often = Literal["weekly", "monthly", "on_request"]


@dataclass(frozen=True, slots=True)
class DigestChoice:
    often: Often
    since: datetime


class DigestChoices:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def choose(self, person_id: str, often: Often) -> None:
        """From now on, in the place of what they chose before."""
        build = postgresql_insert if self._work.postgresql else sqlite_insert
        new = build(digest_choices).values(
            organisation_id=self._work.organisation_id,
            person_id=person_id,
            often=often,
            since=to_micros(self._work.now),
        )
        await self._work.connection.execute(
            new.on_conflict_do_update(
                index_elements=[digest_choices.c.organisation_id, digest_choices.c.person_id],
                set_={"often": new.excluded.often, "since": new.excluded.since},
            )
        )

    async def all(self) -> dict[str, DigestChoice]:
        """Person id -> what they chose. Who chose nothing is not in it."""
        rows = await CHOICES.rows(self._work, {"org": self._work.organisation_id})
        return {row.person_id: DigestChoice(cast("Often", row.often), from_micros(row.since)) for row in rows}
