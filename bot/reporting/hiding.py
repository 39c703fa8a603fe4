"""What of a breakdown is told: no cell under five, and none that could be worked out from what is told beside it.

The rule to keep, in one paragraph. A week's breakdown is told once, as it stood when its digest was written, and is
never counted anew; weeks do not overlap, so the difference of two digests says nothing that each does not say alone. A
cell of fewer than five is hidden, a nought too. The total is told, and whoever reads may know that the cells add up to
it, and this rule: so the hidden ones must leave room, below and above. Where all of them are noughts, the smallest of
the others is hidden with them: else the total less what is told says that each is nought, and so what everybody came
for. Where only one is hidden, or they come to more than two each on average, no cell is told at all. Then for each
small number, and each nought, there is another that reads the same: among the hidden, one can be moved to another that
is not full; and where none is told, one can be moved to or from a large one, or two can change places. Where something
told comes near to the sum of some of the cells, as "shared" does for the outcomes that send, these are a breakdown of
their own, whose total counts as told. Only a total of nought says of its cells what they are. Several weeks are
compared by whole totals, never by ground or outcome; a longer period may only add up what its weeks have told ("at
least"). What is always told, the emergencies, is no cell. What is hidden is not kept with the digest either.
"""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 5
"""A breakdown tells no smaller number."""

ROOM = 2
"""The most that hidden cells may come to, each on average: then none of them is full for certain."""


def told(cells: Mapping[str, int]) -> dict[str, int]:
    """The cells that are told; whatever is not among them is hidden. `cells`: every one there is, also the noughts."""
    hidden = {name for name, number in cells.items() if number < LEAST}
    if len(hidden) > 1 and len(hidden) < len(cells) and not any(cells[name] for name in hidden):
        hidden.add(min(cells.keys() - hidden, key=lambda name: (cells[name], name)))
    if len(hidden) == 1 or sum(cells[name] for name in hidden) > ROOM * len(hidden):
        return {}  # three times four, of twelve: whoever can add would know each of them
    return {name: number for name, number in cells.items() if name not in hidden}


def at_least(weeks: list[Mapping[str, int]]) -> dict[str, int]:
    """What several weeks come to, at least: the sum of what each of them told."""
    found: dict[str, int] = {}
    for week in weeks:
        for name, number in week.items():
            found[name] = found.get(name, 0) + number
    return found
