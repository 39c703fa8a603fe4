"""For which outcomes a charity wants a second factor at approval, and whether it wants a PIN; read from its file.

The rule to keep: nothing in here stands before 999, a no, or what nobody may stop; and a setting that leaves somebody
without a way to agree is said aloud.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.roster import allowed
from policy.book import Approval, Book
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person

_MINUTES = 10
_LONGEST = 24 * 60


@dataclass(frozen=True, slots=True)
class StepUp:
    """`outcomes`: ids of the book; `codes`: of approvals. Agreeing to any of these takes a second factor."""

    outcomes: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.codes)


@dataclass(frozen=True, slots=True)
class PinRule:
    """`demanded`: of everybody, not only of whoever wants one. `lasts`: how long one that was given is good for."""

    demanded: bool = False
    lasts: timedelta = timedelta(minutes=_MINUTES)


def demanded(book: Book, rule: StepUp, request: ApprovalRequest) -> bool:
    """Whether agreeing to this takes the six digits: never in an emergency's lane, nor where nobody may say no."""
    immediate = any(lane.immediate for lane in book.lanes if lane.id == request.lane)
    return _takes(rule, request.outcome, book.approvals.get(request.code), immediate)


def would_take(rule: StepUp, verdict: Verdict) -> bool:
    """The same of a proposal, before anybody is asked."""
    return _takes(rule, verdict.outcome.id, verdict.approval, verdict.lane.immediate)


def unprepared(book: Book, rule: StepUp, people: Collection[Person], enrolled: Collection[str]) -> list[str]:
    """A sentence for each code that too few could give, because they have no second factor yet."""
    found = []
    for code in _codes(book, rule):
        approval = book.approvals[code]
        able = [person for person in people if person.active and not person.locked and allowed(approval, person)]
        ready = [person.name for person in able if person.id in enrolled]
        needs = approval.count + bool(approval.roles)  # whoever asks cannot be the one who agrees
        if len(ready) < needs:
            have = "too few have" if len(ready) > 1 else f"only {ready[0]} has" if ready else "nobody has"
            found.append(
                f"{code} ({approval.title}) takes a second factor, and {have} set one up. "
                "On the home page: Your second factor."
            )
    return found


def unknown(book: Book, rule: StepUp) -> list[str]:
    """What a file names that is not in the book, or where a code is never asked; a sentence each."""
    outcomes, codes = sorted(rule.outcomes - set(book.outcomes)), sorted(rule.codes - set(book.approvals))
    faults = [f"[step_up] outcomes: {book.id} has no outcome {id!r}" for id in outcomes]
    faults += [f"[step_up] codes: {book.id} has no approval {code!r}" for code in codes]
    for code in sorted(rule.codes & set(book.approvals)):
        if not _may_be(book.approvals[code]):
            faults.append(f"[step_up] codes: nobody agrees to {code}, so it can take no second factor")
    for id in sorted(rule.outcomes & set(book.outcomes)):
        if not _codes(book, StepUp(outcomes=frozenset({id}))):
            faults.append(f"[step_up] outcomes: nobody agrees to {id}, so it can take no second factor")
    return faults


def read_step_up(table: Any, faults: list[str]) -> dict[str, list[str]]:
    """The table [step_up] of a charity file, as it is kept."""
    if not isinstance(table, dict):
        faults.append("[step_up] must be a table")
        return {}
    faults += [f"[step_up] {key}: we know outcomes and codes" for key in sorted(set(table) - {"outcomes", "codes"})]
    kept: dict[str, list[str]] = {}
    for key in ("outcomes", "codes"):
        named = table.get(key, [])
        if not isinstance(named, list) or not all(isinstance(each, str) and each for each in named):
            faults.append(f"[step_up] {key}: must be a list of ids in quotation marks")
        else:
            kept[key] = sorted(set(named))
    return kept


def read_pin(table: Any, faults: list[str]) -> dict[str, Any]:
    """The table [pin] of a charity file, as it is kept."""
    if not isinstance(table, dict):
        faults.append("[pin] must be a table")
        return {}
    faults += [f"[pin] {key}: we know demanded and minutes" for key in sorted(set(table) - {"demanded", "minutes"})]
    needed, minutes = table.get("demanded", False), table.get("minutes", _MINUTES)
    if not isinstance(needed, bool):
        faults.append("[pin] demanded: must be true or false")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= _LONGEST:
        faults.append(f"[pin] minutes: must be a whole number from 1 to {_LONGEST}")
    return {"demanded": needed, "minutes": minutes}


def step_up_of(kept: Mapping[str, Any]) -> StepUp:
    return StepUp(frozenset(kept.get("outcomes", ())), frozenset(kept.get("codes", ())))


def pin_of(kept: Mapping[str, Any]) -> PinRule:
    return PinRule(bool(kept.get("demanded", False)), timedelta(minutes=kept.get("minutes", _MINUTES)))


def _codes(book: Book, rule: StepUp) -> list[str]:
    """The approval codes that these settings touch."""
    rows = [row for lane in book.lanes if not lane.immediate for row in lane.rules]
    named = {row.approval for row in rows if row.outcome in rule.outcomes} | rule.codes
    return [code for code, approval in book.approvals.items() if code in named and _may_be(approval)]


def _takes(rule: StepUp, outcome: str, approval: Approval | None, immediate: bool) -> bool:
    named = outcome in rule.outcomes or (approval is not None and approval.code in rule.codes)
    return named and _may_be(approval) and not immediate


def _may_be(approval: Approval | None) -> bool:
    return approval is not None and approval.veto and approval.moment != "none" and approval.count > 0
