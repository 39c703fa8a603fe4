"""Books that somebody broke: the second book with one slip each, and pieces of the first, by a seeded generator.

Most ways of breaking are sure: whatever they touch, the book is wrong. The others may by chance change nothing that
matters; whoever counts broken books leaves those out.
"""

from __future__ import annotations

import copy
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.policy.wrecks.structure import STRUCTURAL
from tests.policy.wrecks.text import JUSTUS, KETTLE, TEXTUAL
from tests.policy.wrecks.toml import written

__all__ = ["JUSTUS", "KETTLE", "WAYS", "Wreck", "wrecks", "written"]

WAYS = frozenset(name for name, _, _ in (*STRUCTURAL, *TEXTUAL))


@dataclass(frozen=True, slots=True)
class Wreck:
    """`sure`: it cannot be a good book by chance."""

    way: str
    data: bytes
    sure: bool


def wrecks(seed: int) -> Iterator[Wreck]:
    """Wrecks without end, the same for the same seed, each way in its turn."""
    chance = random.Random(seed)
    book = tomllib.loads(KETTLE)
    while True:
        for name, structural, sure in STRUCTURAL:
            broken = copy.deepcopy(book)
            structural(broken, chance)
            yield Wreck(name, written(broken).encode(), sure)
        for name, textual, sure in TEXTUAL:
            yield Wreck(name, textual(chance), sure)
