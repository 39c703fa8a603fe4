"""What one open lane comes to: outcome, approval, who may hear, how soon, and every word of guidance that holds.

The one rule to keep: a verdict says what the book says for these facts and adds nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policy.book import SENDING, SILENCE, Approval, Basis, Book, Clock, Guide, Lane, Outcome, Rule, Talk
from policy.grounds import silences
from policy.walk.index import Index
from policy.walk.parts import Opens, Standing
from policy.walk.tables import HALF


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
    script: tuple[Guide, ...]
    words: tuple[Guide, ...]
    leave_out: tuple[Guide, ...]
    write_down: tuple[Guide, ...]
    tell: tuple[Guide, ...]
    out_of_hours: tuple[Guide, ...]
    after: tuple[Guide, ...]
    contacts: tuple[str, ...]
    clauses: tuple[str, ...]
    law: tuple[str, ...]
    blocks: tuple[str, ...]
    warnings: tuple[str, ...]
    settled: bool

    @property
    def guides(self) -> tuple[Guide, ...]:
        """Every piece of guidance that holds, the lane's own first."""
        said = (*self.show, *self.steps, *self.script, *self.words, *self.leave_out)
        return (*said, *self.write_down, *self.tell, *self.out_of_hours, *self.after)


def verdict_of(
    index: Index, opens: Opens, standing: Standing, outcome: Outcome, masks: Sequence[int], *, checked: bool
) -> Verdict:
    """The verdict of an open lane, from what the answers alone give; `outcome` is the lane's. Remembered."""
    row, settled = standing.row, standing.settled
    pick = opens.verdict_keys.get((row, checked)) or index.verdict_key(opens, row, outcome, checked=checked)
    key = (row, settled, checked, pick(masks))
    found: Verdict | None = opens.verdicts.get(key)
    if found is None:
        rule = opens.lane.rules[row]
        found = _verdict(index, opens.lane, rule, outcome, masks, settled=settled, checked=checked)
        if len(opens.verdicts) >= 10_000:
            opens.verdicts.clear()
        opens.verdicts[key] = found
    return found


def _verdict(
    index: Index, lane: Lane, rule: Rule, outcome: Outcome, masks: Sequence[int], *, settled: bool, checked: bool
) -> Verdict:
    book = index.book
    silenced = index.silenced is not None and index.silenced.read(masks)[2]
    recipients = _recipients(index, lane, outcome, masks, silenced=silenced)
    hastened = index.hastened is not None and index.hastened.read(masks)[2]
    required = outcome.required_when is not None and index.gate(outcome.required_when).read(masks)[2]
    contacts = [*outcome.contacts, *(contact for name in recipients for contact in book.recipients[name].contacts)]
    blocks, warnings = _checks(index, lane, outcome, masks) if checked else ((), ())
    return Verdict(
        lane=lane,
        rule=rule,
        outcome=outcome,
        approval=book.approvals[rule.approval] if rule.approval else None,
        recipients=recipients,
        clock="today" if hastened and lane.protective and outcome.clock == "routine" else outcome.clock,
        talk="none" if silenced else outcome.talk,
        basis="required" if required else outcome.basis,
        show=_that_hold(index, lane.show, masks),
        never=_that_hold(index, lane.never, masks),
        steps=_that_hold(index, outcome.steps, masks),
        script=_that_hold(index, outcome.script, masks),
        words=_that_hold(index, outcome.words, masks),
        leave_out=_that_hold(index, outcome.leave_out, masks),
        write_down=_that_hold(index, outcome.write_down, masks),
        tell=_silence(book) if silenced else _that_hold(index, outcome.tell, masks),
        out_of_hours=_that_hold(index, outcome.out_of_hours, masks),
        # Whom else to talk it over with: while nobody may know, only the lane of the silence itself may say.
        after=() if silenced and not silences(book, lane.id) else _that_hold(index, outcome.after, masks),
        contacts=_once(contacts),
        clauses=_once((*lane.clauses, *outcome.clauses)),
        law=_once((*lane.law, *outcome.law)),
        blocks=blocks,
        warnings=warnings,
        settled=settled,
    )


def _recipients(index: Index, lane: Lane, outcome: Outcome, masks: Sequence[int], *, silenced: bool) -> tuple[str, ...]:
    found: list[str] = []
    for name in outcome.recipients:
        at = index.number.get(name)
        if at is None:
            found.append(name)
        elif value := index.value_of[at].get(masks[at] >> HALF):
            found.append(value)
    if outcome.sends in SENDING:
        found += [item.recipient for item in lane.adds if index.gate(item.when).read(masks)[2]]
    if silenced:
        found = [name for name in found if index.book.recipients[name].hears_in_silence]
    return _once(found)


def _checks(
    index: Index, lane: Lane, outcome: Outcome, masks: Sequence[int]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if lane.immediate or outcome.sends not in SENDING:
        return (), ()
    blocks: list[str] = []
    warnings: list[str] = []
    for check, gate in index.checks:
        if gate.read(masks)[2]:
            match check.protective if lane.protective else check.other:
                case "block":
                    blocks.append(check.id)
                case "warn":
                    warnings.append(check.id)
                case "none":
                    pass
    return tuple(blocks), tuple(warnings)


def _silence(book: Book) -> tuple[Guide, ...]:
    """While nobody may know, no outcome has a say in whom to tell."""
    return (Guide(SILENCE, book.silence),) if book.silence else ()


def _that_hold(index: Index, guides: tuple[Guide, ...], masks: Sequence[int]) -> tuple[Guide, ...]:
    return tuple(guide for guide in guides if index.gate(guide.when).read(masks)[2])


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
