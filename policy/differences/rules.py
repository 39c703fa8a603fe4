"""Which rule of a lane in one version is which rule in another, though rules carry their place as their name.

The one rule to keep: every rule of both versions is in exactly one pair.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher

from policy.book import Lane, Rule, When

Pair = tuple[int | None, int | None]
"""The rule's place in the old lane and in the new one, from 0; None where it is not there."""


def same_when(one: When | None, other: When | None) -> bool:
    """Whether two conditions have the same rows, in whatever order."""
    if one is None or other is None:
        return one is other
    return canonical(one) == canonical(other)


def canonical(when: When) -> Hashable:
    return frozenset(frozenset(row.items()) for row in when)


def paired(old: Lane, new: Lane) -> list[Pair]:
    """By content first, in order; then moved; then by a name of their own; by condition; by what they come to."""
    one, other = list(old.rules), list(new.rules)
    pairs: dict[int, int] = {}
    blocks = SequenceMatcher(None, [_content(r) for r in one], [_content(r) for r in other], autojunk=False)
    for block in blocks.get_matching_blocks():
        pairs |= {block.a + at: block.b + at for at in range(block.size)}
    named_before = {at: rule.id for at, rule in enumerate(one) if rule.id != f"{old.id}.{at + 1}"}
    named_after = {at: rule.id for at, rule in enumerate(other) if rule.id != f"{new.id}.{at + 1}"}
    _match(pairs, one, other, lambda a, b: _content(a) == _content(b))
    for at, name in named_before.items():
        found = [place for place, given in named_after.items() if given == name and place not in pairs.values()]
        if at not in pairs and found:
            pairs[at] = found[0]
    _match(pairs, one, other, lambda a, b: same_when(a.when, b.when))
    _match(pairs, one, other, lambda a, b: a.outcome == b.outcome and a.approval == b.approval and _related(a, b))
    _match(pairs, one, other, lambda a, b: a.outcome == b.outcome and _related(a, b))
    found_pairs: list[Pair] = [(at, place) for at, place in sorted(pairs.items())]
    found_pairs += [(at, None) for at in range(len(one)) if at not in pairs]
    return found_pairs + [(None, place) for place in range(len(other)) if place not in pairs.values()]


def _content(rule: Rule) -> Hashable:
    return (canonical(rule.when), rule.outcome, rule.approval)


def _related(one: Rule, other: Rule) -> bool:
    """Whether two rules speak of one fact at least; else one is gone and the other is new."""
    return any(row.keys() & again.keys() for row in one.when for again in other.when)


def _match(pairs: dict[int, int], one: list[Rule], other: list[Rule], same: Callable[[Rule, Rule], bool]) -> None:
    taken = set(pairs.values())
    for at, rule in enumerate(one):
        if at in pairs:
            continue
        for place, candidate in enumerate(other):
            if place not in taken and same(rule, candidate):
                pairs[at] = place
                taken.add(place)
                break


def _longest(runs: list[list[int]]) -> list[int]:
    return max(runs, key=len) if runs else []


def moved(pairs: Sequence[Pair]) -> set[int]:
    """The old places of the rules that are read in another order than before, as few as will explain it."""
    kept = [(at, place) for at, place in pairs if at is not None and place is not None]
    best: list[list[int]] = []  # for each pair, the longest run of pairs up to it that keep their order
    for here, (_, place) in enumerate(kept):
        runs = [run for before, run in enumerate(best[:here]) if kept[before][1] < place]
        best.append([*_longest(runs), here])
    staying = set(_longest(best))
    return {at for here, (at, _) in enumerate(kept) if here not in staying}
