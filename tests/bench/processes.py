"""The processes of a bench: the stub, and one server at a time, each with a fresh database. What fails says why."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.bench.load import Measured, Order

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60.0  # seconds: importing everything takes two on an idle machine
LOAD_WITHIN = 600.0  # seconds


class Failed(Exception):
    """A process of the bench did not do what it is for; the message holds the end of what it said."""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def process(name: str, arguments: list[str], port: int, log: Path, own: Mapping[str, str]) -> Iterator[int]:
    """`python ARGUMENTS` until the block ends, which it must survive; its id, once its port answers. Raises Failed."""
    with log.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_environment(own),
            start_new_session=True,  # Ctrl-C is for the bench, which then stops it
        )
    try:
        deadline = time.monotonic() + READY_WITHIN
        while not _answers(port):
            if running.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{name} did not start:\n{_end(log)}")
            time.sleep(0.02)
        yield running.pid
        if running.poll() is not None:
            raise Failed(f"{name} ended by itself:\n{_end(log)}")
    finally:
        running.terminate()
        try:
            running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
    if troubles := [line for line in log.read_text(errors="replace").splitlines() if "ERROR" in line]:
        raise Failed(f"{name} had trouble:\n{chr(10).join(troubles[:5])}")


def load(order: Order, name: str, log: Path) -> Measured:
    """Press as ordered, in a process of its own. Raises Failed."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            cwd=ROOT,
            input=json.dumps(asdict(order)),
            capture_output=True,
            text=True,
            env=_environment({}),
            timeout=LOAD_WITHIN,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"pressing on {name} took more than {LOAD_WITHIN:.0f} seconds") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()[-5:]
        raise Failed(f"pressing on {name} failed:\n{chr(10).join(said)}\nThe server said:\n{_end(log)}")
    return Measured(**json.loads(done.stdout))


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Nothing of whoever runs the bench gets in: a real token in their shell must not be used here."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ} | dict(own)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _end(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
