"""Who is a guest of the organisation and no member.

Asked of Teams at most once in ten minutes for each person, and never before an answer that somebody waits for in
danger. Whoever was a guest stays one until Teams says otherwise; where Teams says nothing we say that we do not know.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels import DeliveryError
from bot.channels.teams.connector import Connector
from bot.channels.teams.references import Reference
from bot.events import Who

log = logging.getLogger(__name__)

KEPT = 600.0  # seconds
UNKNOWN = 2.0  # seconds until we ask again, where Teams did not say
STILL = 86400.0  # seconds for which a member counts as one, where Teams does not say
MOST = 5000
LONGEST = 1.0  # seconds; the database has what is left


@dataclass(frozen=True, slots=True)
class _Heard:
    """guest: what Teams said last, at `said`; None where it never has. until: when it is asked again."""

    until: float
    said: float
    guest: bool | None


class Members:
    def __init__(self, connector: Connector, now: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._now = now
        self._known: OrderedDict[Who, _Heard] = OrderedDict()

    async def is_guest(self, who: Who, here: Reference) -> bool | None:
        """Asks Teams where need be, for a second at most. None where nobody can say."""
        heard = self._known.get(who, _Heard(float("-inf"), float("-inf"), None))
        if heard.until <= self._now():
            heard = await self._asked(who, here, heard)
            self._known[who] = heard
            self._known.move_to_end(who)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        if heard.guest is False and self._now() - heard.said > STILL:
            return None
        return heard.guest

    async def _asked(self, who: Who, here: Reference, before: _Heard) -> _Heard:
        try:
            async with asyncio.timeout(LONGEST):
                member = await self._connector.member(here, here.user or here.directory)
        except (DeliveryError, TimeoutError) as error:
            log.warning("Teams: could not ask whose account this is: %s", str(error) or "no answer in time")
            return replace(before, until=self._now() + UNKNOWN)
        return _Heard(self._now() + KEPT, self._now(), _is_guest(member, who.tenant))


def _is_guest(member: Mapping[str, Any], tenant: str) -> bool:
    """By what Teams says, and by how the directory names whoever was invited from outside.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context and
    https://learn.microsoft.com/entra/external-id/user-properties
    """
    roles = {str(member.get(name) or "").lower() for name in ("userRole", "role")}
    if roles & {"guest", "anonymous"}:
        return True
    home = str(member.get("tenantId") or tenant)
    return home.lower() != tenant.lower() or "#ext#" in str(member.get("userPrincipalName") or "").lower()
