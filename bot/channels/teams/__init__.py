"""Microsoft Teams, on botbuilder-core with a wire of our own. The SDK is imported only when Teams is configured."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels import Channel, Faulty
from bot.channels.teams import settings


def configure(environment: Mapping[str, str]) -> Channel | Faulty | None:
    """The channel, or what is wrong with its settings, or None when it is not meant to run."""
    match settings.read(environment):
        case None:
            return None
        case settings.Settings() as read:
            from bot.channels.teams.app import TeamsChannel

            return TeamsChannel(read)
        case faults:
            return Faulty("teams", faults)
