"""The machine a bench ran on, in words that tell two machines apart and say nothing of whose they are."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("slack-bolt", "slack-sdk", "aiohttp", "SQLAlchemy", "aiosqlite", "asyncpg")


def described(folder: Path, postgresql: str) -> list[tuple[str, str]]:
    """(what, value) rows. `folder`: where the databases lie; `postgresql`: what the server says it is."""
    return [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
        ("PostgreSQL", f"{postgresql}, as shipped (fsync and synchronous_commit on), on a socket"),
        ("SQLite", f"{sqlite3.sqlite_version}, WAL, synchronous FULL"),
        ("fsync of 4 KiB where the databases lie", f"{fsync_cost(folder) * 1e6:.0f} µs (median of 100)"),
        ("load average as the bench began", f"{os.getloadavg()[0]:.1f}"),
    ]


def fsync_cost(folder: Path, times: int = 100) -> float:
    """Seconds for one 4 KiB append and its fsync: what a commit cannot be quicker than."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(times):
            begun = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
