"""One editor for each message on somebody's screen: never two updates of it at once, and the latest card wins.

An update has no version, so two that are sent together may arrive in either order, and the older one would stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bot.channels import DeliveryError, Gone

log = logging.getLogger(__name__)

TRIES = 5
FIRST_PAUSE = 0.5  # seconds, doubled at each try where the connector names no time of its own

T = TypeVar("T")
Key = tuple[str, ...]
Send = Callable[[], Awaitable[None]]
GivenUp = Callable[[], None]


class _Screen:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.idle = asyncio.Event()  # no answer is on its way
        self.waiting: tuple[Send, GivenUp] | None = None
        self.busy = False
        self.letters = 0  # updates of this message that were not answers

    def tries_again(self, answer: tuple[Send, GivenUp], letters: int) -> None:
        """Unless a newer answer waits by now, or a letter has drawn a newer card meanwhile: then this one is over."""
        if self.waiting is None and self.letters == letters:
            self.waiting = answer


class Editing:
    """Keys name a message: (tenant, conversation, message). What was begun is kept until it is done."""

    def __init__(self) -> None:
        self._screens: WeakValueDictionary[Key, _Screen] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopped = False

    def spawn(self, work: Awaitable[T]) -> asyncio.Task[T | None]:
        """Do `work` beside the request, and finish it before we stop. None where Teams would not do it."""

        async def done() -> T | None:
            try:
                return await work
            except DeliveryError as error:
                log.warning("Teams: could not be shown: %s", str(error))
                return None

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Teams: a task failed: %s", type(error).__name__)  # its text can hold what was said

    def show(self, key: Key, send: Send, given_up: GivenUp = lambda: None) -> None:
        """Send when what is being sent to this message is through; what waited before is dropped.

        given_up: called where it could not be shown in the end, and no newer one takes its place.
        """
        screen = self._screens.setdefault(key, _Screen())
        screen.waiting = send, given_up
        if not screen.busy:
            screen.busy = True
            screen.idle.clear()
            self.spawn(self._send(screen))

    @asynccontextmanager
    async def alone(self, key: Key) -> AsyncIterator[None]:
        """No other update of this message while inside."""
        screen = self._screens.setdefault(key, _Screen())
        async with screen.lock:
            screen.letters += 1
            yield

    async def _send(self, screen: _Screen) -> None:
        tries = 0
        try:
            while (answer := screen.waiting) is not None:
                send, given_up = answer
                screen.waiting = None
                letters = screen.letters
                try:
                    async with screen.lock:
                        await send()
                    tries = 0
                except Gone as gone:
                    log.info("Teams: the message is not there any more: %s", str(gone))
                except DeliveryError as error:
                    tries += 1
                    if tries < TRIES:
                        await asyncio.sleep(pause_after(error, tries))
                        screen.tries_again(answer, letters)
                    if screen.waiting is None:
                        given_up()
                    if tries >= TRIES:
                        raise
        finally:
            # Whatever went wrong with one card, the one that came after it is still shown.
            screen.busy = screen.waiting is not None and not self._stopped
            if screen.busy:
                self.spawn(self._send(screen))
            else:
                screen.idle.set()

    async def settled(self, key: Key, seconds: float) -> None:
        """Wait until nothing is on its way to this message, at most so long.

        What an answer shows in its place for a while, such as a form, would be wiped off by an update that comes later.
        """
        screen = self._screens.get(key)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                if screen is not None and screen.busy:
                    await screen.idle.wait()
                if screen is not None:
                    async with screen.lock:
                        return

    async def drain(self, seconds: float) -> None:
        """Wait for what was promised, at most so long; then give up on it."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(set(self._tasks), timeout=left)
        self._stopped = True
        for task in set(self._tasks):
            log.warning("Teams: stopped before a card could be shown")
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def pause_after(error: DeliveryError, tries: int) -> float:
    """Seconds until the next try: as many as Teams asks for, else longer each time."""
    return FIRST_PAUSE * 2 ** (tries - 1) if error.after is None else error.after
