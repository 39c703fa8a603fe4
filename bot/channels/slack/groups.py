"""Who is in a Slack user group: for whoever brings the charity's people in from there.

The rule to keep: it only asks. https://docs.slack.dev/reference/methods/usergroups.users.list (scope usergroups:read).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.channels import DeliveryError, Kind, Member
from bot.channels.slack.wire import Wire
from bot.events import Who

TRIES = 5
LONGEST = 60.0  # seconds we wait where Slack asks for patience; it never asks for more than a minute


async def members(wire: Wire, group: str) -> list[Member]:
    """Everybody in the group with this id (S0123…). Raises DeliveryError with Slack's own word for what is wrong."""
    team = str((await _call(wire, "auth.test")).get("team_id") or "")
    listed = await _call(wire, "usergroups.users.list", usergroup=group)
    found = []
    for id in listed.get("users") or ():
        user = (await _call(wire, "users.info", user=str(id))).get("user") or {}
        profile = user.get("profile") or {}
        name = profile.get("real_name") or user.get("real_name") or user.get("name") or str(id)
        found.append(Member(Who("slack", team, str(id)), str(name), _kind(user, team)))
    return found


def _kind(user: Mapping[str, Any], team: str) -> Kind:
    """https://docs.slack.dev/reference/objects/user-object"""
    if user.get("deleted"):
        return "closed"
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return "bot"
    guest = user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
    return "guest" if guest or user.get("team_id") not in (None, "", team) else "member"


async def _call(wire: Wire, method: str, **said: Any) -> Mapping[str, Any]:
    """As `Wire.call`, but patient: nobody waits for this answer except whoever gave the command."""
    for _ in range(TRIES - 1):
        try:
            return await wire.call(method, **said)
        except DeliveryError as error:
            if error.after is None:
                raise
            await asyncio.sleep(min(error.after, LONGEST))
    return await wire.call(method, **said)
