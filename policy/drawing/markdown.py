"""Markdown as GitHub shows it: escaping, anchors, tables, and conditions laid out to be read.

The one rule to keep: words of the book never become markup; everything that comes from a book passes `escaped`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from policy.book import When
from policy.drawing.plain import Marks, Plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")
_LINE_START = re.compile(r"^(\d*)([-+.)])(?=\s)")  # would begin a list


def escaped(words: str) -> str:
    """Words that are shown exactly as they stand, in running text and in a table's cell."""
    flat = " ".join(words.split()).replace("&", "&amp;")
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", flat))


def anchored(kind: str, id: str) -> str:
    """The place that `link` leads to."""
    return f'<a id="{_place(kind, id)}"></a>'


def _place(kind: str, id: str) -> str:
    # A bracket in a clause's id would end the link, and a space would break it.
    return f"{kind}-{re.sub(r'[^A-Za-z0-9_.-]', '_', id)}"


def link(words: str, kind: str, id: str) -> str:
    return f"[{escaped(words)}](#{_place(kind, id)})"


MARKS = Marks(
    question=lambda words, id: f"*{link(words, 'q', id)}*",
    answer=lambda words: f"**{escaped(words)}**",
    fact=lambda words, id: link(words, "f", id),
    lane=lambda words, id: link(words, "lane", id),
)
UNLINKED = Marks(
    question=lambda words, _: f"*{escaped(words)}*",
    answer=lambda words: f"**{escaped(words)}**",
    fact=lambda words, _: escaped(words),
    lane=lambda words, _: escaped(words),
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; the cells are Markdown already."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(cell or '–' for cell in row)} |" for row in rows),
        "",
    ]


def numbered(lines: Iterable[str]) -> list[str]:
    return [*(f"{at}. {line}" for at, line in enumerate(lines, 1)), ""]


def bullets(lines: Iterable[str]) -> list[str]:
    return [*(f"- {line}" for line in lines), ""]


def listed(plain: Plain, when: When) -> str:
    """A condition for a table's cell: a line for each term, and a line for each other way it can be true."""
    if not when:
        return "In every other case"
    common, rest = plain.parts(when)
    lines = "<br>and ".join(common)
    if not rest:
        return lines
    others = [" and ".join(terms) for terms in rest]
    if not common:
        return "<br>**or** ".join(others)
    return f"{lines}<br>and one of these:<br>• " + "<br>• ".join(others)
