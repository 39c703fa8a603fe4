"""Who is not a full member of the charity's own workspace, and who is not there at all any more.

A hint: the roster decides who may do what. Asked of Slack at most once in ten minutes for each person, and never
before an answer that somebody waits for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels import DeliveryError
from bot.channels.slack.wire import Wire
from bot.events import Who

log = logging.getLogger(__name__)

KEPT = 600.0  # seconds
MOST = 5000
LONGEST = 1.0  # seconds of Slack's three; the database has what is left


class Members:
    """`own_team` is the workspace the bot lives in, "" until it is known."""

    def __init__(self, wire: Wire, now: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._now = now
        self._known: dict[Who, tuple[float, bool, bool]] = {}  # until when, guest, closed
        self.own_team = ""

    def known_guest(self, who: Who) -> bool | None:
        """Without asking anybody; None where we do not know."""
        if self.own_team and who.tenant != self.own_team:
            return True
        until, guest, _ = self._known.get(who, (0.0, False, False))
        return guest if until > self._now() else None

    async def is_closed(self, who: Who) -> bool:
        """Whether this account has been deactivated. False where Slack does not answer.

        https://docs.slack.dev/reference/objects/user-object: `deleted`. A message to them is taken without an error:
        https://github.com/slackapi/python-slack-sdk/issues/1156.
        """
        if self._known.get(who, (0.0,))[0] <= self._now():
            await self._ask(who)
        until, _, closed = self._known.get(who, (0.0, False, False))
        return closed and until > self._now()

    async def is_guest(self, who: Who) -> bool:
        """Asks Slack where need be. False where Slack does not answer."""
        known = self.known_guest(who)
        return known if known is not None else await self._ask(who)

    async def _ask(self, who: Who) -> bool:
        try:
            async with asyncio.timeout(LONGEST):
                answer = await self._wire.call("users.info", who.tenant, user=who.user)
        except (DeliveryError, TimeoutError) as error:
            log.warning("Slack: could not ask whose account this is: %s", str(error) or "no answer in time")
            return False
        user = answer.get("user") or {}
        guest = _guest(user, who.tenant)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[who] = (self._now() + KEPT, guest, bool(user.get("deleted")))
        return guest


def _guest(user: Mapping[str, Any], team: str) -> bool:
    """https://docs.slack.dev/reference/objects/user-object"""
    marks = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger", "is_bot")
    return any(user.get(mark) for mark in marks) or user.get("team_id") not in (None, "", team)
