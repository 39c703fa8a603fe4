"""`python -m tests.reliability.machine`: run it, and say what was broken, as a line of JSON for whoever started it.

The rule to keep: it ends with 1 where anything was broken.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import secrets
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial

from tests.reliability.machine.running import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.machine", description=__doc__)
    parser.add_argument("--steps", type=int, default=2000, help="of all processes together")
    parser.add_argument("--seed", type=int, help="the same seed does the same; without one, another every time")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--shrink", action="store_true", help="look for a short way to the fault: takes minutes")
    asked = parser.parse_args()
    first = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    each = partial(run, asked.steps // asked.processes, shrinks=asked.shrink)
    seeds = range(first, first + asked.processes)
    if asked.processes == 1:
        runs = [each(first)]
    else:
        with ProcessPoolExecutor(asked.processes, multiprocessing.get_context("spawn")) as pool:
            runs = list(pool.map(each, seeds))
    worst = next((found for found in runs if found.broken), runs[0])
    counted: Counter[str] = Counter()
    for found in runs:
        counted.update(found.counted)
    all_of_it = replace(worst, steps=worst.steps if worst.broken else sum(r.steps for r in runs), counted=dict(counted))
    sys.stdout.write(json.dumps({"seed": first, **asdict(all_of_it)}) + "\n")
    return 1 if worst.broken else 0


if __name__ == "__main__":
    sys.exit(main())
