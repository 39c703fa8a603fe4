"""`make reliability`: breaks the book in hundreds of ways and says which of them nothing would have caught.

The one rule to keep: the same book, number and seed give the same page, but for the line that says how long it took.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from policy.reading import read
from tests.reliability.batches import judged as batches_of
from tests.reliability.judging import Judged
from tests.reliability.mutants import SEED
from tests.reliability.page import page, passed, summary

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "policy" / "books" / "justus.toml"
PAGE = ROOT / "docs" / "policy" / "mutations.md"
NUMBER = 600


def main() -> int:
    """0 when enough were caught, else 1."""
    asked = _arguments()
    began = time.monotonic()
    text = BOOK.read_text(encoding="utf-8")
    judged: list[Judged] = []
    for batch in batches_of(text, asked.number, asked.seed, asked.processes):
        judged += batch
        survive = sum(one.change == "lane" and not one.caught for one in judged)
        seconds = time.monotonic() - began
        print(f"  {len(judged)} tried, {survive} survive, {seconds:.0f} seconds", file=sys.stderr, flush=True)
    took = f"{time.monotonic() - began:.0f} seconds with {asked.processes} processes"
    for one in judged:
        if one.change in ("lane", "people") and not one.caught:
            print(f"SURVIVED  {one.kind}: {one.what}\n          {one.shows}")
    print("\n".join([*summary(judged), f"It took {took}."]))
    if asked.number == NUMBER and asked.seed == SEED:
        PAGE.write_text(page(read(text), asked.seed, judged, took), encoding="utf-8")
        print(f"Written to {PAGE.relative_to(ROOT)}.")
    else:
        print(f"Not the usual number and seed, so {PAGE.name} stays as it is.")
    return 0 if passed(judged) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.reliability", description="Break the book, and see who sees."
    )
    parser.add_argument("--number", type=int, default=NUMBER, help=f"how many mutants ({NUMBER})")
    parser.add_argument("--seed", default=SEED, help=f"which mutants ({SEED})")
    parser.add_argument("--processes", type=int, default=2, help="how many at once (2)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
