"""Answers to what Teams may deliver again: 15 s apart, at most four times. The same delivery gets the same answer.

The rule to keep: what holds words that somebody typed is given once, and nothing is kept longer than it is asked for.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

AGAIN = 90.0  # seconds
MOST = 1000  # answers

Delivery = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it goes out: the same card as an object takes eight times the room, and every collection its time.

    body: JSON; None is a plain acknowledgement. typed: it holds what somebody typed.
    """

    status: int = 200
    body: bytes | None = None
    typed: bool = False


class Given:
    """`seconds`: for how long an answer is kept."""

    def __init__(self, seconds: float = AGAIN) -> None:
        self._seconds = seconds
        self._answers: OrderedDict[Delivery, tuple[float, asyncio.Task[Said]]] = OrderedDict()
        self._at_work: set[asyncio.Task[Said]] = set()
        self._sweeping: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._answers)

    async def once(self, delivery: Delivery, work: Callable[[], Coroutine[Any, Any, Said]]) -> Said:
        """The answer to this delivery. What comes again meanwhile, or soon after, waits for the same one.

        What has no id (its last part) cannot be known again.
        """
        if not delivery[-1]:
            return await work()
        if delivery in self._answers:
            return await asyncio.shield(self._answers[delivery][1])
        task = asyncio.create_task(work())
        self._answers[delivery] = (asyncio.get_running_loop().time() + self._seconds, task)
        self._at_work.add(task)
        task.add_done_callback(partial(self._done, delivery))
        while len(self._answers) > MOST:
            self._answers.popitem(last=False)
        if self._sweeping is None:
            self._sweep()
        return await asyncio.shield(task)

    async def finished(self, seconds: float) -> None:
        """Wait for what is under way, at most so long; keep nothing any more."""
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=seconds)
        self._answers.clear()
        if self._sweeping is not None:
            self._sweeping.cancel()

    def _done(self, delivery: Delivery, task: asyncio.Task[Said]) -> None:
        self._at_work.discard(task)
        # After a failure the next try may be taken.
        once = task.cancelled() or task.exception() is not None or task.result().status >= 500 or task.result().typed
        if once and self._answers.get(delivery, (0.0, None))[1] is task:
            del self._answers[delivery]

    def _sweep(self) -> None:
        """Forget what is too old, and look again when the next one is."""
        loop, self._sweeping = asyncio.get_running_loop(), None
        while self._answers and (oldest := next(iter(self._answers.values()))[0]) <= loop.time():
            self._answers.popitem(last=False)
        if self._answers:
            self._sweeping = loop.call_at(oldest, self._sweep)
