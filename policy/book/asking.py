"""What is asked and what follows from it: conditions, screens, questions, flags, derived facts.

The one rule to keep: a condition is rows of facts with their allowed values, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Row = Mapping[str, frozenset[str]]
"""A conjunction: every named fact must hold one of its allowed values."""

When = tuple[Row, ...]
"""Rows joined by "or". The empty tuple means "always"."""

ScreenKind = Literal["choice", "ticks", "form"]
Stage = Literal["decide", "send"]
Part = Literal["why", "danger", "person", "agreement"]
"""Where whoever decides reads an answer: the reasons, the danger in waiting, what the person knows, or their yes."""

SENDS_FACT = "sends"
"""The one built-in fact: yes when an open lane, other than an immediate one, would let something leave."""


@dataclass(frozen=True, slots=True)
class Option:
    """One fixed answer: the value that is kept, and the words a person reads."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Screen:
    """One submission, hence one press. A `ticks` screen has a tick for each of its questions."""

    id: str
    ask: str
    kind: ScreenKind
    why: str = ""
    stage: Stage = "decide"


@dataclass(frozen=True, slots=True)
class Band:
    """A span of days before today that a date falls into; `within_days` None is "any older date". `label`: on a card.

    `setting` names a charity setting (a whole number of days) that replaces `within_days`.
    """

    value: str
    within_days: int | None = None
    setting: str = ""
    label: str = ""


def _ago(band: Band) -> str:
    return "Longer ago" if band.within_days is None else f"In the last {band.within_days} days"


@dataclass(frozen=True, slots=True)
class Question:
    """Asks for one fact of the same id, on one screen, when one of the rows in `when` is true."""

    id: str
    screen: str
    ask: str
    options: tuple[Option, ...]
    when: When = ()
    clauses: tuple[str, ...] = ()
    help: str = ""
    bands: tuple[Band, ...] = ()  # not empty: the answer is an ISO date, the fact is a band's value
    keep: bool = False  # a field of the decision record: asked even where it changes nothing
    forgets: tuple[str, ...] = ()  # questions whose answers were about the old answer to this one: asked again
    part: Part = "why"

    @property
    def choices(self) -> tuple[Option, ...]:
        """What can be picked on a card: the options, or for a date one choice for each of its bands."""
        return self.options or tuple(Option(band.value, band.label or _ago(band)) for band in self.bands)


@dataclass(frozen=True, slots=True)
class Flag:
    """A fact that is given, not asked: a charity setting or a dated law flag."""

    id: str
    values: tuple[str, ...]
    default: str
    title: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class DerivedRow:
    when: When
    value: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A first-match table over other facts; always has a value (`otherwise` when no row is true).

    `title` and `labels` (value -> words) are for people who read the book. With yes and no the title is a statement.
    """

    id: str
    rows: tuple[DerivedRow, ...]
    otherwise: str = "no"
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*(row.value for row in self.rows), self.otherwise]))
