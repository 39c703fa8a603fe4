"""Socket Mode: the line we open to Slack, and the watch over it.

After one refused ticket slack_sdk's client tries the same ticket for ever and holds its own lock while it does;
so a line that has been down too long is thrown away whole, and a new one asks for a new ticket.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.channels.slack.wire import Wire

log = logging.getLogger(__name__)

DOWN = 60.0  # seconds without a connection before a new line is opened
LOOK = 5.0  # seconds between looks


class Line:
    def __init__(
        self,
        bolt: AsyncApp,
        app_token: str,
        wire: Wire,
        quiet: logging.Logger,
        *,
        down: float = DOWN,
        look: float = LOOK,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`down` and `look` in seconds."""
        self._bolt = bolt
        self._app_token = app_token
        self._wire = wire
        self._quiet = quiet
        self._down = down
        self._look = look
        self._now = now
        self._keeper: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            await self._one_line()
            log.warning("Slack: no connection for %d seconds; asking for a new one", self._down)

    async def _one_line(self) -> None:
        """Returns when the line has been down for too long."""
        handler = AsyncSocketModeHandler(
            self._bolt, app_token=self._app_token, web_client=self._wire.client, logger=self._quiet, ping_interval=5
        )
        connecting: asyncio.Task[None] = asyncio.create_task(handler.client.connect())  # type: ignore[no-untyped-call]
        seen = self._now()
        try:
            while self._now() - seen < self._down:
                await asyncio.sleep(self._look)
                if await handler.client.is_connected():
                    seen = self._now()
        finally:
            await _hang_up(handler, connecting)


async def _hang_up(handler: AsyncSocketModeHandler, connecting: asyncio.Task[None]) -> None:
    client = handler.client
    connecting.cancel()
    try:
        async with asyncio.timeout(5):
            await client.close()  # type: ignore[no-untyped-call]
    except Exception as error:  # whatever a broken connection does on closing, it is given up
        log.info("Slack: a connection could not be closed cleanly: %s", type(error).__name__)
    tasks = [connecting, client.message_processor, client.current_session_monitor, client.message_receiver]
    left = [task for task in tasks if task is not None]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
