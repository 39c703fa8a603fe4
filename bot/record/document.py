"""A document before it is a file: headings, paragraphs, tables and what it says of itself, for every format alike.

The rule to keep: whatever it says stands here as real text, in reading order; a format only sets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

LANGUAGE = "en-GB"

Weight = Literal["plain", "strong", "small"]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 is a section, 2 a part of one."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    weight: Weight = "plain"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that somebody typed, as they typed them; `source` says who, when and what for."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Points:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are shares of the line; the first row is the header, and no cell is empty."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


Block = Heading | Say | Quote | Points | Table


@dataclass(frozen=True, slots=True)
class Document:
    """`mark` stands on every page beside its number: the case reference, and nothing that names a person."""

    title: str
    charity: str
    mark: str
    made_at: datetime
    blocks: tuple[Block, ...]

    def sections(self) -> Iterator[str]:
        return (block.text for block in self.blocks if isinstance(block, Heading) and block.level == 1)


def practised(document: Document) -> Document:
    """The same of a practice: its title, the foot of each page and its first words say so."""
    said = Say(
        "This is a practice. Nobody was in danger, and nothing was shared. It is no evidence of anything.", "strong"
    )
    mark = f"PRACTICE, no evidence: {document.mark}"
    return replace(document, title=f"Practice: {document.title}", mark=mark, blocks=(said, *document.blocks))


def rows(*pairs: tuple[str, str], header: tuple[str, str] = ("What", "What the record says")) -> Table:
    """A table of two columns; what has no words is left out."""
    kept = tuple((label, text) for label, text in pairs if text)
    return Table(header, kept, (3, 7))


def table(header: tuple[str, ...], widths: tuple[int, ...], lines: Sequence[Sequence[str]]) -> list[Block]:
    """A table, or nothing where there is no line. What is empty says so, for whoever hears it read out."""
    if not lines:
        return []
    return [Table(header, tuple(tuple(cell or "–" for cell in line) for line in lines), widths)]
