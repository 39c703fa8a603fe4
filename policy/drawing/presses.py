"""The page that shows how many presses it takes, and how honest the cards are about it.

The one rule to keep: every figure is counted anew from the book and its examples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from policy.book import Book
from policy.drawing.markdown import escaped, table
from policy.presses import MOST_FOR_EMERGENCY, MOST_IN_ALL, MOST_TO_SENT, SO_FAR, TO_SEND, Way, most_in_all, ways

_LONGEST = 10

_HOW = """\
Written from version {version} of the book by `python -m bot book presses`. A press is one submission of a screen.
Sending counts as {sending}: the button of the proposal, and the form behind it. After {so_far} screens, what protects
somebody can be sent as it stands, and the rest is asked afterwards; the count takes that way where it is needed.
"""

_EVERY_WAY = """\
The last line holds for every way through the book, not only for the examples: a question waits for earlier screens
only, and what cannot matter any more never matters again, so no screen comes twice.
"""

_COLUMNS = """\
How many examples take how many presses. "Decided": no answer could change the decision any more. "Sent, due today":
every lane that is due today was sent. "The end": how it goes, and what is written down, too.
"""

_HONESTY = """\
Each card says "Step 3 of about 8", never less than the step itself. Over all cards of all examples that is {off_by:.2f}
presses off, and {on_average:+.2f} on average.
"""


def summary(book: Book, found: Sequence[Way]) -> list[str]:
    """Each limit beside what was counted, one sentence each."""
    return [f"{what}: {counted} (at most {limit})" for what, counted, limit in _limits(book, found)]


def too_long(book: Book, found: Sequence[Way]) -> list[str]:
    """The limits that are not kept, one sentence each."""
    return [
        f"{what}: {counted}, and {limit} is the most it may be"
        for what, counted, limit in _limits(book, found)
        if counted > limit
    ]


def _limits(book: Book, found: Sequence[Way]) -> list[tuple[str, int, int]]:
    return [
        ("To the 999 card", _most(way.emergency for way in found), MOST_FOR_EMERGENCY),
        ("To a sent request, where a lane is due today", _most(way.sent for way in found if way.today), MOST_TO_SENT),
        ("To the very end, the longest example", _most(way.whole for way in found), MOST_IN_ALL),
        ("To the very end, whatever anybody answers", most_in_all(book), MOST_IN_ALL),
    ]


def presses_page(book: Book) -> str:
    """Markdown."""
    found = ways(book)
    limits = [(what, str(counted), str(limit)) for what, counted, limit in _limits(book, found)]
    longest = sorted(found, key=lambda way: (-way.whole, way.example))[:_LONGEST]
    lines = [
        f"# Presses: {escaped(book.title)}",
        "",
        _HOW.format(version=escaped(book.version), sending=TO_SEND, so_far=SO_FAR),
        *table(("", "Presses", "At most"), limits),
        _EVERY_WAY,
        f"## The {len(found)} examples",
        "",
        _COLUMNS,
        *_distribution(found),
        "## How far along",
        "",
        *_honesty(found),
        f"## The {len(longest)} longest",
        "",
        *table(
            ("Example", "Decided", "Sent", "The end"),
            [(escaped(way.example), str(way.decided), str(way.sent or ""), str(way.whole)) for way in longest],
        ),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _distribution(found: Sequence[Way]) -> list[str]:
    columns = [
        Counter(way.decided for way in found),
        Counter(way.sent for way in found if way.today),
        Counter(way.whole for way in found),
    ]
    presses = range(1, max((number for column in columns for number in column), default=0) + 1)
    return table(
        ("Presses", "Decided", "Sent, due today", "The end"),
        [(str(number), *(str(column[number] or "") for column in columns)) for number in presses],
    )


def _honesty(found: Sequence[Way]) -> list[str]:
    """How far the "about" of each card is from what it came to."""
    off = [guess - way.decided for way in found for guess in way.guesses]
    if not off:
        return ["There are no examples to measure it on.", ""]
    by_step = [
        [way.guesses[step] - way.decided for way in found if step < len(way.guesses)]
        for step in range(max(len(way.guesses) for way in found))
    ]
    return [
        _HONESTY.format(off_by=_mean(map(abs, off)), on_average=_mean(off)),
        *table(
            ("Step", "Cards", "Off by", "On average"),
            [
                (str(step), str(len(these)), f"{_mean(map(abs, these)):.2f}", f"{_mean(these):+.2f}")
                for step, these in enumerate(by_step, 1)
            ],
        ),
    ]


def _mean(values: Iterable[int]) -> float:
    some = list(values)
    return sum(some) / len(some)


def _most(values: Iterable[int]) -> int:
    return max(values, default=0)
