"""Slack, with slack-bolt. The SDK is imported only when Slack is configured: it costs a second and 40 MiB."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels import Channel, Faulty
from bot.channels.slack import settings


def configure(environment: Mapping[str, str]) -> Channel | Faulty | None:
    """The channel, or what is wrong with its settings, or None when none of them is set."""
    match settings.read(environment):
        case None:
            return None
        case settings.Settings() as read:
            from bot.channels.slack.app import SlackChannel

            return SlackChannel(read)
        case faults:
            return Faulty("slack", faults)
