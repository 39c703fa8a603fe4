"""One sender for each message: the latest card wins, also over the second try of an older one."""

from __future__ import annotations

import asyncio

from bot.channels import DeliveryError
from bot.channels.slack.screens import Screens

KEY = ("T", "D", "1.2")


class Slack:
    """Takes cards, and refuses the first of them."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.refused = asyncio.Event()

    async def shows(self, card: str) -> None:
        if not self.refused.is_set():
            self.refused.set()
            raise DeliveryError("internal_error", after=0.01)
        self.shown.append(card)


async def test_a_card_that_slack_refused_once_is_shown_at_the_second_try() -> None:
    slack, screens = Slack(), Screens()

    screens.show(KEY, lambda: slack.shows("answer"))
    await screens.drain(5)

    assert slack.shown == ["answer"]


async def test_a_second_try_is_dropped_when_a_letter_has_drawn_a_newer_card_meanwhile() -> None:
    slack, screens = Slack(), Screens()
    screens.show(KEY, lambda: slack.shows("older answer"))
    await slack.refused.wait()

    async with screens.alone(KEY):
        await slack.shows("letter")
    await screens.drain(5)

    assert slack.shown == ["letter"]


async def test_a_second_try_gives_way_to_a_newer_answer() -> None:
    slack, screens = Slack(), Screens()
    screens.show(KEY, lambda: slack.shows("older answer"))
    await slack.refused.wait()

    screens.show(KEY, lambda: slack.shows("newer answer"))
    await screens.drain(5)

    assert slack.shown == ["newer answer"]
