"""The nouns of a book: one charity's whole policy as data.

Nothing here decides anything (`policy.walk` does) and nothing here reads a file (`policy.reading` does).
The one rule to keep: every noun is a frozen value, and every reference between nouns is by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.book.around import (
    Action,
    Approval,
    Check,
    Clause,
    Contact,
    Effect,
    Exclusion,
    LawNote,
    Moment,
    Note,
    Reading,
    Recipient,
)
from policy.book.asking import (
    SENDS_FACT,
    Band,
    Derived,
    DerivedRow,
    Flag,
    Option,
    Part,
    Question,
    Row,
    Screen,
    ScreenKind,
    Stage,
    When,
)
from policy.book.keeping import Copying, Form, Keeping
from policy.book.lanes import (
    CLOSED,
    SENDING,
    SILENCE,
    Addition,
    Basis,
    Clock,
    Guide,
    Lane,
    Outcome,
    Precedent,
    Rule,
    Sends,
    Talk,
    Until,
    WhatIf,
)
from policy.book.proofs import Example, Invariant, Safe, Scope

__all__ = [
    "CLOSED",
    "SENDING",
    "SENDS_FACT",
    "SILENCE",
    "Action",
    "Addition",
    "Approval",
    "Band",
    "Basis",
    "Book",
    "Check",
    "Clause",
    "Clock",
    "Contact",
    "Copying",
    "Derived",
    "DerivedRow",
    "Effect",
    "EmergencyText",
    "Example",
    "Exclusion",
    "Flag",
    "Form",
    "Guide",
    "Invariant",
    "Keeping",
    "Lane",
    "LawNote",
    "Moment",
    "Note",
    "Option",
    "Outcome",
    "Part",
    "Precedent",
    "Question",
    "Reading",
    "Recipient",
    "Row",
    "Rule",
    "Safe",
    "Scope",
    "Screen",
    "ScreenKind",
    "Sends",
    "Stage",
    "Talk",
    "Until",
    "WhatIf",
    "When",
]


@dataclass(frozen=True, slots=True)
class EmergencyText:
    """Everything the emergency card says. It must make sense with no database, no network and nobody to ask."""

    line: str  # stands on every card
    question: str  # the question whose `values` bring the card
    values: tuple[str, ...]
    called: str  # the question that is asked once the card is shown
    title: str
    first: str  # "Are you safe?"
    steps: tuple[str, ...]
    say: tuple[str, ...]
    contacts: tuple[str, ...]
    after: str


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Book:
    """The whole policy. A book is itself and no other: what is remembered about it is kept by identity."""

    id: str
    title: str
    version: str
    charity: str
    emergency: EmergencyText
    screens: tuple[Screen, ...]
    questions: tuple[Question, ...]
    flags: tuple[Flag, ...]
    derived: tuple[Derived, ...]
    lanes: tuple[Lane, ...]
    outcomes: Mapping[str, Outcome]
    approvals: Mapping[str, Approval]
    recipients: Mapping[str, Recipient]
    contacts: Mapping[str, Contact]
    clauses: Mapping[str, Clause]
    law: Mapping[str, LawNote]
    checks: tuple[Check, ...]
    invariants: tuple[Invariant, ...]
    examples: tuple[Example, ...]
    quiet: Mapping[str, str]
    silenced: When | None = None  # while true: nobody is talked to, in any lane; only `lead` is told
    silence: str = ""  # while silenced, this stands in place of every "whether to tell the person"
    what_if: WhatIf | None = None
    hastened: When | None = None  # while true: routine reads today in protective lanes
    exclusions: tuple[Exclusion, ...] = ()
    stop_until: Mapping[str, str] = field(default_factory=dict)  # fact = value: nothing more is asked while it is so
    lead: str = "lead"  # the fact that names who inside is told
    notes: Mapping[str, Note] = field(default_factory=dict)
    speak_up: tuple[str, ...] = ()  # contacts outside, for somebody who was told no and thinks it wrong
    form: Form = field(default_factory=Form)  # where the record answers the regulator's form from
    copying: Copying = field(default_factory=Copying)  # what stands in a copy for the person
    keeping: Keeping = field(default_factory=Keeping)  # what is kept longest, and what holds a record back

    def question(self, id: str) -> Question:
        """The question of that id; KeyError when there is none."""
        for question in self.questions:
            if question.id == id:
                return question
        raise KeyError(id)
