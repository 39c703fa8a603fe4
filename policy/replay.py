"""One pass over a book's questions, derived facts and lanes, in two readings at once.

`sure` holds, for each fact, every value that is still possible; `plain` what the answers alone give, where a question
without an answer makes its terms false. The one rule to keep: `plain` is always one of the possibilities in `sure`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policy.answers import flag_bit, refuse_unknown_flags
from policy.book import SENDING, SENDS_FACT, Stage
from policy.index import Asks, Index, Works
from policy.tables import FALSE, NOTHING, TRUE
from policy.verdicts import Verdict, verdict_of


class Replay:
    """The state of one consultation, worked out from its answers. Used for one walk and thrown away."""

    __slots__ = (
        "_decide_left",
        "_given",
        "_index",
        "_lanes",
        "_live",
        "_need",
        "applies",
        "asked",
        "checked",
        "facts",
        "plain",
        "stopped",
        "sure",
        "waiting",
    )

    def __init__(self, index: Index, given: Mapping[int, int], flags: Mapping[str, str] | None = None) -> None:
        self._index = index
        self._given = given
        self.sure = index.nothing_yet.copy()
        self.plain = index.nothing_yet.copy()
        self.facts: dict[str, str] = {}  # what `plain` says, flags and derived facts among it
        self.applies = 0  # the questions that `plain` asks, as bits
        self.asked = 0  # of these, the ones that have an answer
        self.waiting = 0  # the questions that are surely asked and have no answer
        self._live = 0  # the facts that have, or may have, a value
        self._need: dict[int, int] = {}  # an unsure fact -> the facts that keep it unsure
        self._set_flags(flags or {})
        self._take(index.steps)
        self._lanes = self._open_lanes()
        plain = self.plain
        self.stopped = bool(index.stop) and all(plain[at] == bit for at, bit in index.stop)
        self._decide_left = self._left(send=False)
        self.checked = not self.stopped and not self._decide_left[0]
        if self.checked:
            self._mechanics()

    def _set_flags(self, flags: Mapping[str, str]) -> None:
        for name, at, default in self._index.flags:
            value = flags.get(name, default)
            self.sure[at] = self.plain[at] = flag_bit(self._index, at, name, value)
            self.facts[name] = value
            self._live |= 1 << at
        if flags:
            refuse_unknown_flags(self._index, flags)

    def _take(self, steps: Sequence[Asks | Works]) -> None:
        """Questions and derived facts, in their order. This is where the time goes, hence the local names."""
        index, sure, plain, facts, given = self._index, self.sure, self.plain, self.facts, self._given
        names, value_of, live = index.names, index.value_of, self._live
        for step in steps:
            if isinstance(step, Works):
                at, bits, table = step.fact, step.bits, step.table
                live |= 1 << at
                rows, need = table.read(sure) if live & table.any_fact else (step.untouched, 0)
                mask = bits[rows[0]]
                if len(rows) > 1:
                    for row in rows:
                        mask |= bits[row]
                    if mask & (mask - 1):
                        sure[at] = mask
                        self._need[at] = need
                        mask = plain[at] = bits[table.read(plain)[0][0]]
                        facts[names[at]] = value_of[at][mask]
                        continue
                sure[at] = plain[at] = mask
                facts[names[at]] = value_of[at][mask]
                continue
            gate = step.gate
            if live & gate.common != gate.common:
                continue
            reading, need = gate.read(sure)
            if reading == FALSE:
                continue
            live |= step.bits
            if reading == TRUE:
                self.applies |= step.bits
                for at in step.questions:
                    if at in given:
                        bit = sure[at] = plain[at] = given[at]
                        facts[names[at]] = value_of[at][bit]
                        self.asked |= 1 << at
                    else:
                        sure[at] = index.anything[at]
                        self.waiting |= 1 << at
                continue
            applies = gate.read(plain)[0] == TRUE
            if applies:
                self.applies |= step.bits
            for at in step.questions:
                self._need[at] = need
                sure[at] = given[at] | NOTHING if at in given else index.anything[at]
                if applies and at in given:
                    plain[at] = given[at]
                    facts[names[at]] = value_of[at][given[at]]
                    self.asked |= 1 << at
        self._live = live

    def _open_lanes(self) -> list[tuple[tuple[int, ...], int, int, bool]]:
        """For each lane: the rows it may still come to, what keeps it open, the row of `plain`, and "settled"."""
        sure, plain, live = self.sure, self.plain, self._live
        found: list[tuple[tuple[int, ...], int, int, bool]] = []
        may_open = must_open = is_open = False
        for opens in self._index.opens:
            table = opens.table
            if not live & table.any_fact:
                found.append(opens.untouched)
                rows, _, row, _ = opens.untouched
            else:
                rows, need = table.read(sure)
                row = rows[0] if len(rows) == 1 else table.read(plain)[0][0]
                found.append((rows, need, row, len(rows) == 1 or opens.same(rows)))
            if row == opens.closed and len(rows) == 1:
                continue
            if not opens.lane.alone:
                may_open = may_open or opens.may_open(rows)
                must_open = must_open or opens.must_open(rows)
                is_open = is_open or opens.outcomes[row] is not None
        for at in self._index.alone:
            if may_open:
                opens, (rows, need, row, _) = self._index.opens[at], found[at]
                closed = len(opens.lane.rules)
                if must_open:
                    found[at] = (closed,), 0, closed, True
                else:
                    found[at] = (*rows, closed), need, closed if is_open else row, not opens.may_open(rows)
        return found

    def _mechanics(self) -> None:
        """With the decision made, how something goes can be asked (decision note 4.6)."""
        index = self._index
        sends = False
        for opens, (_, _, row, _) in zip(index.opens, self._lanes, strict=True):
            outcome = opens.outcomes[row]
            sends = sends or (outcome is not None and outcome.sends in SENDING and not opens.lane.immediate)
        self.sure[index.sends] = self.plain[index.sends] = index.bits[index.sends]["yes" if sends else "no"]
        self.facts[SENDS_FACT] = "yes" if sends else "no"
        self._live |= 1 << index.sends
        self._take(index.send_steps)

    def _left(self, *, send: bool) -> tuple[int, int]:
        """The questions to ask that can still matter, and the ones that may turn out to be asked, as bits."""
        index, sure, need, waiting = self._index, self.sure, self._need, self.waiting
        needed = (index.kept[0] | index.kept[1] if send else index.kept[0]) & self._live
        closed = index.closed
        for at, (rows, lane_need, _, settled) in enumerate(self._lanes):
            if not settled:
                needed |= lane_need
            if rows != closed[at] and (care := index.care(at, rows)) is not None:
                needed |= care.open_facts(sure)
        if send:
            needed |= index.send_care.open_facts(sure)
        left = perhaps = 0
        while needed:
            at = needed.bit_length() - 1
            bit = 1 << at
            needed ^= bit
            mask = sure[at]
            if not mask & (mask - 1):
                continue
            if waiting & bit:
                left |= bit
            else:
                needed |= need[at]
                perhaps |= bit
        return left, perhaps & index.all_questions

    def left(self, stage: Stage) -> tuple[int, int]:
        """What to ask in this stage and what may follow, as bits; nothing while the book says to stop."""
        if self.stopped:
            return 0, 0
        if stage == "send" and self.checked:
            return self._left(send=True)
        return self._decide_left

    def verdicts(self) -> tuple[Verdict, ...]:
        """The open lanes, in book order."""
        index = self._index
        return tuple(
            verdict_of(index, opens, row, outcome, self.plain, settled=settled, checked=self.checked)
            for opens, (_, _, row, settled) in zip(index.opens, self._lanes, strict=True)
            if (outcome := opens.outcomes[row]) is not None
        )
