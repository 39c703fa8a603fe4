"""The bot as a process of its own: started, waited for by what it says, stopped or killed."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[2]
STARTED = re.compile(r"listening on (\d+)|http://localhost:(\d+)")
START_WITHIN = 30.0  # seconds, on a machine that does a lot else


@dataclass
class Process:
    """A running bot. `port` is where it listens."""

    process: asyncio.subprocess.Process
    output: BinaryIO
    port: int = 0

    def said(self) -> str:
        self.output.seek(0)
        return self.output.read().decode()

    async def kill(self) -> None:
        """SIGKILL: no chance to finish anything."""
        self.process.kill()
        await self.process.wait()

    async def stop(self, seconds: float) -> int:
        """SIGTERM, and the exit code; fails where it takes longer."""
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), seconds)


@asynccontextmanager
async def running(*arguments: str, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """`python -m bot ARGUMENTS`, listening; gone afterwards."""
    # No setting of this machine's own: one forgotten token, and the test would test something else.
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with tempfile.TemporaryFile() as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-m", "bot", *arguments),
            cwd=ROOT,
            env={**plain, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        bot = Process(process, output)
        try:
            await until(lambda: STARTED.search(bot.said()) or process.returncode is not None, START_WITHIN)
            found = STARTED.search(bot.said())
            assert found, f"it ended with {process.returncode}:\n{bot.said()}"
            bot.port = int(found[1] or found[2])
            yield bot
        finally:
            if process.returncode is None:
                await bot.kill()


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Look every so often until it is so; fails at the deadline."""

    async def looked() -> object:
        return condition()

    await until_soon(looked, seconds)


async def until_soon(condition: Callable[[], Awaitable[object]], seconds: float = 30.0) -> None:
    """The same for what has to be asked for."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)
