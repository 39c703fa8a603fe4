"""The nouns of a book: one charity's whole policy as data.

Nothing here decides anything (`policy.walk` does) and nothing here reads a file (`policy.reading` does).
The one rule to keep: every noun is a frozen value, and every reference between nouns is by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Row = Mapping[str, frozenset[str]]
"""A conjunction: every named fact must hold one of its allowed values."""

When = tuple[Row, ...]
"""Rows joined by "or". The empty tuple means "always"."""

ScreenKind = Literal["choice", "ticks", "form"]
Stage = Literal["decide", "send"]
Sends = Literal["named", "agreed", "unnamed", "inside", "nothing"]  # N, C, U, I, – of the decision note
Clock = Literal["now", "today", "routine", "by_return_date"]
Talk = Literal["first", "along", "none"]
Basis = Literal["required", "permitted", "none"]
Moment = Literal["none", "before", "parallel", "to_close"]
Effect = Literal["none", "warn", "block"]
Until = Literal["", "agreed"]
Scope = Literal["always", "decided"]
Action = Literal["ask", "block", "warn", "prompt", "record", "remind", "show", "route"]
Reading = Literal["reading", "departure"]
Safe = Literal["", "yes", "partly", "no"]

CLOSED = "none"
"""The outcome id of a rule that closes its lane on purpose."""

SENDING = frozenset({"named", "agreed", "unnamed"})
"""The values of `sends` with which something leaves the charity."""

SILENCE = "silence"
"""The id of the guide that stands in place of every "whether to tell the person" while the book is silenced."""

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


@dataclass(frozen=True, slots=True)
class Approval:
    """Who must agree, and when. `count` people besides the requester; `capabilities`: one of them is enough."""

    code: str
    title: str
    plain: str
    moment: Moment
    count: int = 0
    roles: tuple[str, ...] = ()  # base roles that may: worker, trustee
    capabilities: tuple[str, ...] = ()  # if not empty, one of these capabilities or roles is needed
    veto: bool = True  # False: they are told, and nobody may stop or delay it
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Who to ring. `setting` names the charity's own number; then `number` is the fall-back route.

    `by_area`: the charity has one number for each area, and `number` is the way for an area it has not entered.
    """

    id: str
    name: str
    number: str
    hours: str = ""
    use: str = ""
    setting: str = ""
    critical: bool = False
    checked_on: date | None = None
    recheck_days: int = 365
    by_area: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """A body an outcome may reach, and the contacts through which."""

    id: str
    title: str
    contacts: tuple[str, ...] = ()
    capability: str = ""  # a body inside the charity: whoever holds this capability


@dataclass(frozen=True, slots=True)
class Exclusion:
    """While a row of `when` is true, holders of these capabilities are not told and may not decide.

    `careful`: people of these base roles are told or asked only when the worker, or the outcome, names them.
    `ask_who`: the worker is also asked to name the people it is about.
    """

    id: str
    when: When
    capabilities: tuple[str, ...] = ()
    careful: tuple[str, ...] = ()
    ask_who: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the charity's policy, in our own words.

    Questions, lanes, rules, outcomes, guides, checks and the like name the clauses they carry (`policy.coverage`).
    """

    id: str
    title: str
    does: str = ""  # what the bot does about it
    actions: tuple[Action, ...] = ()
    here: str = ""  # what the program itself does about it, whatever the book says
    later: str = ""  # what is still to come, and with what; then the clause is open
    added: str = ""  # where it comes from, when the charity's own policy does not have it


@dataclass(frozen=True, slots=True)
class LawNote:
    """Law that a worker may be told about: `text` is what holds now, with the day it was last checked."""

    id: str
    text: str
    source: str = ""
    checked_on: date | None = None
    recheck_days: int = 365
    policy_says: str = ""  # in our own words; "" where the policy says nothing of it
    since: str = ""  # since when it holds
    safe: Safe = ""  # whether it is safe to follow the policy's own words
    clauses: tuple[str, ...] = ()
    started: str = ""  # what holds instead of `text` once a row of `started_when` is true
    started_when: When = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Where the policy is unclear (a reading was chosen) or is not followed to the letter (a departure)."""

    id: str
    plain: str
    kind: Reading
    needs_trustees: bool = False  # their decision is needed before anybody relies on it
    clauses: tuple[str, ...] = ()
    docs: str = ""  # where it is explained, as a path in the project


@dataclass(frozen=True, slots=True)
class Check:
    """A mechanics row: how something goes may be warned about or blocked; it never changes an outcome."""

    id: str
    when: When
    say: str
    protective: Effect
    other: Effect
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invariant:
    """What no answer set may ever do.

    kind "always": where a row of `when` is true, a row of `then` must be (if any is given), no row of `never` may be.
    kind "unmoved": changing or removing any of `facts`, where a row of `when` is true, changes no outcome, approval or
    recipient of `lanes`.
    kind "moved": `order` lists values of facts. When one of these facts goes from a value to a later one of its list,
    and a row of `when` was true before, then a row of `then` must be true afterwards, and no row of `never` may be.
    Terms are facts, or `LANE.outcome`, `LANE.approval`, `LANE.sends`, `LANE.talk`, `LANE.basis`, `LANE.clock`,
    `LANE.recipients`, `LANE.blocks`, `LANE.warnings`, `LANE.shows`, `LANE.never`, `LANE.tasks` (the last six are lists,
    and "none" where empty); LANE may be a lane's id, `any` or `protective`. A closed lane has outcome "closed".

    scope "always": it holds at every moment, whatever is still unanswered. scope "decided": only once every question
    that is asked has its answer, or the book says to stop asking.
    `guards`: ids of the lanes, rules, outcomes, questions, checks or facts it watches over, for the reader.
    """

    id: str
    plain: str
    kind: Literal["always", "unmoved", "moved"] = "always"
    when: When = ()
    then: When = ()
    never: When = ()
    facts: tuple[str, ...] = ()
    lanes: tuple[str, ...] = ()
    scope: Scope = "always"
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    guards: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case. An asked fact that is not listed takes the book's quiet value; all four must match exactly.

    `recipients`, `sends`, `clock`, `talk` and `basis` are looked at, and must match exactly, in the lanes that they
    name. `not_asked` are questions that must not be asked.
    """

    name: str
    facts: Mapping[str, str]
    lanes: Mapping[str, str]
    approvals: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    show: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # guide ids that must be there
    never: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # guide ids that must not be shown
    recipients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sends: Mapping[str, str] = field(default_factory=dict)
    clock: Mapping[str, str] = field(default_factory=dict)
    talk: Mapping[str, str] = field(default_factory=dict)
    basis: Mapping[str, str] = field(default_factory=dict)
    not_asked: tuple[str, ...] = ()
    note: str = ""


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

    def question(self, id: str) -> Question:
        """The question of that id; KeyError when there is none."""
        for question in self.questions:
            if question.id == id:
                return question
        raise KeyError(id)
