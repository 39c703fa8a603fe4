"""One run of the machine: how many steps, with which seed, and what was broken, if anything was.

The rule to keep: the same number and seed do the same, as far as the machine's own threads let them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import re
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import get_state_machine_test

from bot.books import read_books
from bot.settings import SHIPPED_BOOKS
from bot.team.importing import import_charity, import_people
from storage.migrating import migrate
from storage.sealing import Keyring, new_key
from storage.store import Store
from tests.reliability.machine.beginning import World, world
from tests.reliability.machine.rules import Machine
from tests.reliability.machine.steps import Steps
from tests.reliability.machine.village import FRIDAY

STEPS = 50
"""Steps of one run; then the next one begins anew."""

ROOT = Path(__file__).parents[3]
CHARITY = ROOT / "bot" / "trial" / "charity.toml"
PEOPLE = ROOT / "tests" / "conversations" / "people.toml"


@dataclass(frozen=True, slots=True)
class Run:
    """`broken`: "" or what must never have been so; `told`: what happened, step by step. Easy to send to a parent."""

    steps: int
    broken: str
    told: str
    counted: dict[str, int]


def how(runs: int, *, shrinks: bool = False, derandomized: bool = False) -> settings:
    """The settings of so many runs of `STEPS` steps."""
    return settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        derandomize=derandomized,
        deadline=None,
        database=None,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


def run(steps: int, number: int, *, shrinks: bool = False) -> Run:
    """At least so many steps from this seed, or up to the first that is wrong."""
    Steps.counted = Counter()
    with tempfile.TemporaryDirectory(prefix="confer-machine-") as folder:
        Steps.world = begun(Path(folder))
        gc.collect()
        gc.freeze()  # the book and the program stay as they are: not looked through again at every hundredth press
        broken = told = ""
        while not broken and Steps.counted["steps"] < steps:
            left = -(-(steps - Steps.counted["steps"]) // STEPS)
            test = seed(number)(get_state_machine_test(Machine, settings=how(left, shrinks=shrinks)))
            number += 1_000_003
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    test()
            except AssertionError as wrong:
                broken, _, told = str(wrong).partition("\n")
            except Exception as bug:
                broken = f"{type(bug).__name__}: {bug}".partition("\n")[0]
                told = "".join(traceback.format_tb(bug.__traceback__)[-6:])
        gc.unfreeze()
    counted = dict(Steps.counted)
    return Run(counted.pop("steps", 0), re.sub(r"\x1b\[[0-9;]*m", "", broken), told, counted)


def begun(folder: Path) -> World:
    """A charity made in `folder`, as the transcripts have it."""
    file = folder / "confer.db"
    keys = Keyring.parse(new_key("machine"))
    asyncio.run(_made(f"sqlite+aiosqlite:///{file}", keys))
    return world(file, keys, read_books([SHIPPED_BOOKS]), folder)


async def _made(url: str, keys: Keyring) -> None:
    await migrate(url)
    store = Store(url, keys)
    await import_charity(store, CHARITY.read_text(encoding="utf-8"), FRIDAY)
    await import_people(store, PEOPLE.read_text(encoding="utf-8"), FRIDAY)
    await store.close()
