"""`book prove`: proves one book, prints what holds and what does not, and writes the page about it.

The rule to keep: the proving is all in `policy.proving`; here are the file, the clock and the printing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.bookshelf.bookwork import BadInput
from policy.proving import SolverMissing, prove
from policy.proving.page import page, report
from policy.reading import BookError, read_file


def prove_book(path: Path, *, write: Path | None, out: Callable[[str], None]) -> int:
    """0 when everything is proved, 1 when the book has faults or something is broken. Raises BadInput."""
    try:
        book = read_file(path.read_bytes(), path.name)
    except OSError as wrong:
        raise BadInput(f"{path} cannot be read: {wrong.strerror}") from wrong
    except BookError as wrong:
        for fault in wrong.faults:
            out(str(fault))
        return 1
    began = time.perf_counter()
    try:
        proof = prove(book)
    except SolverMissing as wrong:
        raise BadInput(str(wrong)) from wrong
    took = f"{time.perf_counter() - began:.1f} seconds{_memory()}"
    for line in report(proof, path.name):
        out(line)
    out(f"It took {took}.")
    if write is not None:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(page(proof, took), encoding="utf-8")
        out(f"Written to {write}")
    return 0 if proof.holds else 1


def _memory() -> str:
    """The most memory this process has had, where the system says so."""
    if sys.platform == "win32":
        return ""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f" and {most // (1024 * 1024 if sys.platform == 'darwin' else 1024)} MiB of memory"
