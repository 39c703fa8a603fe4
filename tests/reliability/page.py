"""The mutation check as a page, and as the lines that are printed.

The one rule to keep: all but the line that says how long it took is the same each time for the same book and seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from policy.book import Book
from policy.drawing.markdown import bullets, escaped, table
from tests.reliability.judging import Judged

WANTED = 97
"""Of a hundred mutants that change a lane and can be read at all, proof and examples have to catch so many."""

PEOPLE = 100
"""Of a hundred mutants that change who is kept out and no lane, so many have to be caught, and by the proof."""

_LESS = "Only guidance, or only a card while answers are missing: they are not in the score."
_SHARED = (
    "Each rule stands twice: in a table, and as a promise written from the other end. So a slip in one of the two is "
    "caught; a misreading of the policy that both share is not, and no number here says anything about that."
)
_COLUMNS: Sequence[tuple[str, Callable[[Judged], bool]]] = (
    ("changed a lane", lambda one: True),
    ("refused when read", lambda one: bool(one.reader)),
    ("proof alone", lambda one: bool(one.proof and not one.example)),
    ("examples alone", lambda one: bool(one.example and not one.proof)),
    ("both", lambda one: bool(one.proof and one.example)),
    ("survived", lambda one: not one.caught),
)


def score(judged: Iterable[Judged]) -> float:
    """Of a hundred mutants that change a lane, how many proof and examples caught.

    What the reader refuses is left out on both sides: neither of the two had to see it.
    """
    counted = [one.caught for one in judged if one.change == "lane" and not one.reader]
    return 100 * sum(counted) / len(counted) if counted else 100.0


def kept_out(judged: Iterable[Judged]) -> tuple[int, int]:
    """Of the mutants that change only who is kept out and can be read: how many there are, and were caught."""
    counted = [one.caught for one in judged if one.change == "people" and not one.reader]
    return len(counted), sum(counted)


def passed(judged: Sequence[Judged]) -> bool:
    """Enough were caught, whoever must be kept out is, and the solver never saw less than an example."""
    people, caught = kept_out(judged)
    every = 100 * caught >= PEOPLE * people
    return score(judged) >= WANTED and every and not any(one.wrong for one in judged)


def summary(judged: Sequence[Judged]) -> list[str]:
    """The score in plain lines."""
    lanes = [one for one in judged if one.change == "lane"]
    refused = sum(bool(one.reader) for one in lanes)
    read, caught = len(lanes) - refused, sum(one.caught for one in lanes) - refused
    words = [one for one in judged if one.change in ("guidance", "underway")]
    people, found = kept_out(judged)
    lines = [
        f"{len(judged)} mutants were tried; {len(lanes)} of them change how a lane ends for some answers.",
        f"{refused} of these {len(lanes)} are refused when read, and are not in the score.",
        f"Of the other {read}, proof and examples caught {caught}: {score(judged):.1f} of 100 (wanted: {WANTED}).",
        f"{people} more change only who is kept out; {found} of them were caught (wanted: all of them).",
        f"{len(words)} change less than that; {sum(one.caught for one in words)} of them were caught. {_LESS}",
        f"{sum(one.change == 'nothing' for one in judged)} change nothing, for any answers, and do not count.",
    ]
    return [*lines, *(f"MISTAKE IN THIS CHECK: {one.what}: {one.wrong}" for one in judged if one.wrong)]


def page(book: Book, seed: str, judged: Sequence[Judged], took: str) -> str:
    """The whole page, in Markdown."""
    lanes = [one for one in judged if one.change == "lane"]
    titles = {lane.id: lane.title for lane in book.lanes}
    made = (
        "Made by `make reliability`; do not edit. "
        f"The book is `{book.id}`, version {escaped(book.version)}; the seed is `{escaped(seed)}`."
    )
    how = (
        "One thing in the book is broken at a time, as somebody's slip could break it. Before anything tries to catch "
        "it, a solver looks whether it changes any lane, for any finished answers: the book and its broken copy stand "
        "side by side in one formula. Nothing is sampled there. Then three things may catch it: the reader refuses "
        "the book; the proof finds a broken invariant or a part that nothing reaches; an example comes out otherwise."
    )
    lines = [
        f"# What is caught when “{escaped(book.title)}” is broken",
        "",
        made,
        "",
        how,
        "",
        _SHARED,
        "",
        *bullets(summary(judged)),
        f"It took {took}.",
        "",
        "## By kind",
        "",
        *_counted("Kind", lanes, lambda one: one.kind),
        "## By lane",
        "",
        *_counted("Lane", lanes, lambda one: titles.get(one.lane, "no lane of its own")),
        "## Survivors",
        "",
        *_survivors([one for one in lanes if not one.caught], "None."),
        "## What changes no lane, and was not caught",
        "",
        *_survivors([one for one in judged if one.change not in ("lane", "nothing") and not one.caught], "Nothing."),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _counted(head: str, judged: Sequence[Judged], group: Callable[[Judged], str]) -> list[str]:
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(group(one), []).append(one)
    groups = dict(sorted(groups.items()))
    rows = [
        [escaped(name) if found is not judged else "**all**", *(str(sum(map(test, found))) for _, test in _COLUMNS)]
        for name, found in (*groups.items(), ("all", judged))
    ]
    return table((head, *(name for name, _ in _COLUMNS)), rows)


def _survivors(judged: Sequence[Judged], none: str) -> list[str]:
    if not judged:
        return [none, ""]
    lines = []
    for one in judged:
        lines += [f"- **{escaped(one.kind)}**: {escaped(one.what)}", f"  - {escaped(one.shows)}"]
    return [*lines, ""]
