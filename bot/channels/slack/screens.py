"""One sender for each message on somebody's screen: never two edits of it at once, and the latest card wins.

chat.update has no hash, so two edits sent together may arrive in either order, and the older one would stay.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bot.channels import DeliveryError, Gone

log = logging.getLogger(__name__)

TRIES = 5
FIRST_PAUSE = 0.5  # seconds, doubled at each try where Slack names no time of its own

T = TypeVar("T")
Send = Callable[[], Awaitable[None]]
Still = Callable[[Send], Awaitable[bool]]


class _Screen:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting: Send | None = None
        self.busy = False
        self.letters = 0  # edits of this message that were not answers
        self.shown = 0  # cards that it was, and is, to show

    def tries_again(self, send: Send, letters: int) -> None:
        """Unless a newer answer waits by now, or a letter has drawn a newer card meanwhile: then this one is over."""
        if self.waiting is None and self.letters == letters:
            self.waiting = send


class Screens:
    """Keys name a message: (workspace, conversation, message). Tasks are kept until they are done."""

    def __init__(self) -> None:
        self._screens: WeakValueDictionary[tuple[str, ...], _Screen] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopped = False

    def spawn(self, work: Awaitable[T]) -> asyncio.Task[T | None]:
        """Do `work` beside the request, and finish it before we stop. None where Slack would not do it."""

        async def done() -> T | None:
            try:
                return await work
            except DeliveryError as error:
                log.warning("Slack: could not be shown: %s", error)
                return None

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Slack: a task failed: %s", type(error).__name__)  # its text can hold what was said

    def show(self, key: tuple[str, ...], send: Send) -> None:
        """Send when what is being sent to this message is through; what waited before is dropped."""
        screen = self._screens.setdefault(key, _Screen())
        screen.waiting = send
        screen.shown += 1
        if not screen.busy:
            screen.busy = True
            self.spawn(self._send(screen))

    @asynccontextmanager
    async def alone(self, key: tuple[str, ...]) -> AsyncIterator[None]:
        """No other edit of this message while inside."""
        screen = self._screens.setdefault(key, _Screen())
        async with screen.lock:
            screen.letters += 1
            screen.shown += 1
            yield

    def still(self, key: tuple[str, ...]) -> Still:
        """A way to send something to this message later, as long as it shows what it shows now: it says whether."""
        screen = self._screens.setdefault(key, _Screen())
        before = screen.shown if screen.waiting is None else -1

        async def unless_newer(send: Send) -> bool:
            async with screen.lock:
                if screen.shown != before:
                    return False
                await send()
            return True

        return unless_newer

    async def _send(self, screen: _Screen) -> None:
        tries = 0
        try:
            while (send := screen.waiting) is not None:
                screen.waiting = None
                letters = screen.letters
                try:
                    async with screen.lock:
                        await send()
                    tries = 0
                except Gone as gone:
                    log.info("Slack: the message is not there any more: %s", gone)
                except DeliveryError as error:
                    tries += 1
                    if tries >= TRIES:
                        raise
                    pause = FIRST_PAUSE * 2 ** (tries - 1) if error.after is None else error.after
                    await asyncio.sleep(pause)
                    screen.tries_again(send, letters)
        finally:
            # Whatever went wrong with one card, the one that came after it is still shown.
            screen.busy = screen.waiting is not None and not self._stopped
            if screen.busy:
                self.spawn(self._send(screen))

    async def drain(self, seconds: float) -> None:
        """Wait for what was promised, at most so long; then give up on it."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(set(self._tasks), timeout=left)
        self._stopped = True
        for task in set(self._tasks):
            log.warning("Slack: stopped before a card could be shown")
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
