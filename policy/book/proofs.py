"""What a book must come to: invariants over every answer set, and worked examples.

The one rule to keep: they are read beside the rules and never by the walk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from policy.book.asking import When

Scope = Literal["always", "decided"]
Safe = Literal["", "yes", "partly", "no"]


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
    Or what the exclusions that hold come to: `excluded` (capabilities) and `careful` (base roles), both "none" where
    empty, and `ask_who` (yes or no).

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
