"""What one open lane comes to: outcome, approval, who may hear, how soon, and every word of guidance that holds.

The one rule to keep: a verdict says what the book says for these facts and adds nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policy.book import SENDING, Approval, Basis, Clock, Guide, Lane, Outcome, Rule, Talk
from policy.index import Index, Opens
from policy.tables import TRUE


@dataclass(frozen=True, slots=True)
class Verdict:
    """One open lane. `recipients`, `contacts`, `clauses`, `law`, `blocks`, `warnings` are ids of the book.

    `clock`, `talk` and `basis` are what holds for these facts (the outcome's own may differ). `settled`: no answer
    still to come can change the lane's outcome or approval. `blocks` and `warnings` are empty until the decision
    has nothing left to ask.
    """

    lane: Lane
    rule: Rule
    outcome: Outcome
    approval: Approval | None
    recipients: tuple[str, ...]
    clock: Clock
    talk: Talk
    basis: Basis
    show: tuple[Guide, ...]
    never: tuple[Guide, ...]
    steps: tuple[Guide, ...]
    words: tuple[Guide, ...]
    contacts: tuple[str, ...]
    clauses: tuple[str, ...]
    law: tuple[str, ...]
    blocks: tuple[str, ...]
    warnings: tuple[str, ...]
    settled: bool


def verdict_of(
    index: Index, opens: Opens, row: int, outcome: Outcome, plain: Sequence[int], *, settled: bool, checked: bool
) -> Verdict:
    """The verdict of an open lane's rule `row`, from masks of at most one value each. Remembered."""
    key = (row, settled, checked, index.verdict_key(opens, row, outcome)(plain))
    found: Verdict | None = opens.verdicts.get(key)
    if found is None:
        rule = opens.lane.rules[row]
        found = _verdict(index, opens.lane, rule, outcome, plain, settled=settled, checked=checked)
        if len(opens.verdicts) >= 10_000:
            opens.verdicts.clear()
        opens.verdicts[key] = found
    return found


def _verdict(
    index: Index, lane: Lane, rule: Rule, outcome: Outcome, plain: Sequence[int], *, settled: bool, checked: bool
) -> Verdict:
    book = index.book
    recipients = _recipients(index, lane, outcome, plain)
    silenced = index.silenced is not None and index.silenced.read(plain)[0] == TRUE
    hastened = index.hastened is not None and index.hastened.read(plain)[0] == TRUE
    required = outcome.required_when is not None and index.gate(outcome.required_when).read(plain)[0] == TRUE
    contacts = [*outcome.contacts, *(contact for name in recipients for contact in book.recipients[name].contacts)]
    blocks, warnings = _checks(index, lane, outcome, plain) if checked else ((), ())
    return Verdict(
        lane=lane,
        rule=rule,
        outcome=outcome,
        approval=book.approvals[rule.approval] if rule.approval else None,
        recipients=recipients,
        clock="today" if hastened and lane.protective and outcome.clock == "routine" else outcome.clock,
        talk="none" if silenced else outcome.talk,
        basis="required" if required else outcome.basis,
        show=_that_hold(index, lane.show, plain),
        never=_that_hold(index, lane.never, plain),
        steps=_that_hold(index, outcome.steps, plain),
        words=_that_hold(index, outcome.words, plain),
        contacts=_once(contacts),
        clauses=_once((*lane.clauses, *outcome.clauses)),
        law=_once((*lane.law, *outcome.law)),
        blocks=blocks,
        warnings=warnings,
        settled=settled,
    )


def _recipients(index: Index, lane: Lane, outcome: Outcome, plain: Sequence[int]) -> tuple[str, ...]:
    found: list[str] = []
    for name in outcome.recipients:
        at = index.number.get(name)
        if at is None:
            found.append(name)
        elif value := index.value_of[at].get(plain[at]):
            found.append(value)
    if outcome.sends in SENDING:
        found += [item.recipient for item in lane.adds if index.gate(item.when).read(plain)[0] == TRUE]
    return _once(found)


def _checks(
    index: Index, lane: Lane, outcome: Outcome, plain: Sequence[int]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if lane.immediate or outcome.sends not in SENDING:
        return (), ()
    blocks: list[str] = []
    warnings: list[str] = []
    for check, gate in index.checks:
        if gate.read(plain)[0] == TRUE:
            match check.protective if lane.protective else check.other:
                case "block":
                    blocks.append(check.id)
                case "warn":
                    warnings.append(check.id)
                case "none":
                    pass
    return tuple(blocks), tuple(warnings)


def _that_hold(index: Index, guides: tuple[Guide, ...], plain: Sequence[int]) -> tuple[Guide, ...]:
    return tuple(guide for guide in guides if index.gate(guide.when).read(plain)[0] == TRUE)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
