"""What of a breakdown is told: no cell under five, and none that could be worked out from what is told beside it.

The rule to keep, in one paragraph. A week's breakdown is told once, as it stood when its digest was written, and is
never counted anew; weeks do not overlap, so the difference of two digests says nothing that each does not say alone. A
cell of fewer than five is hidden, a nought too. The total is told, and whoever reads may know that the cells add up to
it, and this rule: so the hidden ones must leave room. Where only one is hidden, or they come to more than two each on
average, no cell is told at all. Then for each small number there is another that reads the same: among the hidden, one
can be moved to another that is not full; and where none is told, one can be moved to or from a large one. Where
something told comes near to the sum of some of the cells, as "shared" does for the outcomes that send, these are a
breakdown of their own. Several weeks are compared by whole totals, never by ground or outcome; a longer period may only
add up what its weeks have told ("at least"). What is always told, the emergencies, is no cell. What is hidden is not
kept with the digest either.
"""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 5
"""A breakdown tells no smaller number."""

ROOM = 2
"""The most that hidden cells may come to, each on average: then none of them is full for certain."""


def told(cells: Mapping[str, int]) -> dict[str, int]:
    """The cells that are told; whatever is not among them is hidden. `cells`: every one there is, also the noughts."""
    hidden = [number for number in cells.values() if number < LEAST]
    if len(hidden) == 1 or sum(hidden) > ROOM * len(hidden):
        return {}  # three times four, of twelve: whoever can add would know each of them
    return {name: number for name, number in cells.items() if number >= LEAST}


def at_least(weeks: list[Mapping[str, int]]) -> dict[str, int]:
    """What several weeks come to, at least: the sum of what each of them told."""
    found: dict[str, int] = {}
    for week in weeks:
        for name, number in week.items():
            found[name] = found.get(name, 0) + number
    return found
