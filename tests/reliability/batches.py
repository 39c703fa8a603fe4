"""A mutation check shared out: batches of mutants, judged by several processes at once.

The one rule to keep: a process gets the book's text and numbers, makes the mutants itself, and hands back words only.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from policy.reading import read
from tests.reliability.judging import Judge, Judged
from tests.reliability.mutants import chosen

BATCH = 20
"""So many mutants share a solver: it slows down as formulas gather in it."""


def judged(text: str, number: int, seed: str, processes: int) -> Iterator[list[Judged]]:
    """The first `number` mutants of the book in `text` (all, where there are fewer), a batch at a time, in order."""
    number = len(chosen(read(text), number, seed))
    batches = [range(at, min(at + BATCH, number)) for at in range(0, number, BATCH)]
    same = len(batches)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_batch, [text] * same, batches, [number] * same, [seed] * same)


def _batch(text: str, numbers: range, number: int, seed: str) -> list[Judged]:
    book = read(text)
    judge, taken = Judge(book), chosen(book, number, seed)
    return [judge.judge(at, taken[at]) for at in numbers]
