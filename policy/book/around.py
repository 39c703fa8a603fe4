"""Who agrees, who hears, who is kept out, and the world outside: clauses, law, contacts, trustees' notes, checks.

The one rule to keep: whatever can go stale carries the day it was last checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from policy.book.asking import When
from policy.book.proofs import Safe

Moment = Literal["none", "before", "parallel", "to_close"]
Effect = Literal["none", "warn", "block"]
Action = Literal["ask", "block", "warn", "prompt", "record", "remind", "show", "route"]
Reading = Literal["reading", "departure"]


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
    """A body or a person an outcome may reach, and the contacts through which.

    `hears_in_silence` False: somebody who could be tipped off, or tip off. No outcome reaches them while the book is
    silenced, whatever it lists.
    """

    id: str
    title: str
    contacts: tuple[str, ...] = ()
    capability: str = ""  # a body inside the charity: whoever holds this capability
    hears_in_silence: bool = True


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
