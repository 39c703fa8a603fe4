"""What the answers come to: lanes with their rules, outcomes, and the guidance that both hold.

The one rule to keep: a lane never names another lane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policy.book.asking import When

Sends = Literal["named", "agreed", "unnamed", "inside", "nothing"]  # N, C, U, I, – of the decision note
Clock = Literal["now", "today", "routine", "by_return_date"]
Talk = Literal["first", "along", "none"]
Basis = Literal["required", "permitted", "none"]
Until = Literal["", "agreed"]

CLOSED = "none"
"""The outcome id of a rule that closes its lane on purpose."""

SENDING = frozenset({"named", "agreed", "unnamed"})
"""The values of `sends` with which something leaves the charity."""

SILENCE = "silence"
"""The id of the guide that stands in place of every "whether to tell the person" while the book is silenced."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One piece of guidance, shown when one of its rows is true.

    `until` "agreed": the step is how agreement is got, so it goes once somebody has agreed.
    """

    id: str
    say: str
    when: When = ()
    until: Until = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a lane. `approval` is the code needed before a name goes; "" needs none."""

    id: str
    when: When
    outcome: str
    approval: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Addition:
    """A recipient added to a lane whose outcome lets something leave."""

    recipient: str
    when: When


@dataclass(frozen=True, slots=True)
class Lane:
    """One way a case can open; an ordered first-match table. Lanes never see each other's outcomes."""

    id: str
    title: str
    rules: tuple[Rule, ...]
    protective: bool = False
    immediate: bool = False  # shown first and alone; nothing is ever checked, blocked or approved before it
    alone: bool = False  # opens only when no other lane is open
    show: tuple[Guide, ...] = ()
    never: tuple[Guide, ...] = ()
    adds: tuple[Addition, ...] = ()
    clauses: tuple[str, ...] = ()
    law: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Precedent:
    """A published case like this one, in one line, and where it can be read. Never an invented one."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How to ask for advice without a name: the words to read out, and what to do before, during and after."""

    say: str
    how: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a lane comes to. A recipient that is the id of a fact stands for that fact's value."""

    id: str
    title: str
    plain: str
    sends: Sends = "nothing"
    recipients: tuple[str, ...] = ()
    clock: Clock = "routine"
    talk: Talk = "none"
    basis: Basis = "none"
    required_when: When | None = None  # the law requires it only when one of these rows is true
    steps: tuple[Guide, ...] = ()  # what to do next, in order
    script: tuple[Guide, ...] = ()  # the words themselves, to read out or copy
    words: tuple[Guide, ...] = ()  # what to say, and no more
    leave_out: tuple[Guide, ...] = ()  # what not to say
    write_down: tuple[Guide, ...] = ()
    tell: tuple[Guide, ...] = ()  # whether to tell the person, and how; never shown while the book is silenced
    out_of_hours: tuple[Guide, ...] = ()
    after: tuple[Guide, ...] = ()  # a word for the worker; while silenced, only in the lane of the silence itself
    precedent: Precedent | None = None
    contacts: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    law: tuple[str, ...] = ()

    @property
    def guides(self) -> tuple[Guide, ...]:
        """Every piece of guidance, in the order it is shown."""
        said = (*self.steps, *self.script, *self.words, *self.leave_out)
        return (*said, *self.write_down, *self.tell, *self.out_of_hours, *self.after)
