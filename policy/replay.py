"""One pass over a book's questions, derived facts and lanes, in two readings at once.

`sure` holds, for each fact, every value that is still possible; `plain` what the answers alone give, where a question
without an answer makes its terms false. The one rule to keep: `plain` is always one of the possibilities in `sure`.
"""

from __future__ import annotations

from collections.abc import Mapping

from policy.answers import flag_bit, refuse_unknown_flags
from policy.book import Stage
from policy.index import SENDING, Asks, Index, Works
from policy.tables import FALSE, TRUE, numbers_in
from policy.verdicts import Verdict, verdict_of


class Replay:
    """The state of one consultation, worked out from its answers. Used for one walk and thrown away."""

    __slots__ = (
        "_decide_left",
        "_given",
        "_index",
        "_lanes",
        "_need",
        "_open",
        "applies",
        "checked",
        "plain",
        "stopped",
        "sure",
    )

    def __init__(self, index: Index, given: Mapping[int, int], flags: Mapping[str, str] | None = None) -> None:
        self._index = index
        self._given = given
        self.sure = index.nothing_yet.copy()
        self.plain = index.nothing_yet.copy()
        self.applies = 0  # the questions that `plain` asks, answered or not
        self._open = 0  # the questions that are surely asked and have no answer
        self._need: dict[int, int] = {}  # an unsure fact -> the facts that keep it unsure
        self._set_flags(flags or {})
        for step in index.steps:
            if isinstance(step, Works):
                self._work_out(step)
            else:
                self._ask(step)
        self._lanes = self._open_lanes()
        plain = self.plain
        self.stopped = bool(index.stop) and all(plain[at] == bit for at, bit in index.stop)
        self._decide_left = self._left(send=False)
        self.checked = not self.stopped and not self._decide_left[0]
        if self.checked:
            self._mechanics()

    def _set_flags(self, flags: Mapping[str, str]) -> None:
        for name, at, default in self._index.flags:
            self.sure[at] = self.plain[at] = flag_bit(self._index, at, name, flags.get(name, default))
        if flags:
            refuse_unknown_flags(self._index, flags)

    def _work_out(self, step: Works) -> None:
        at, bits = step.fact, step.bits
        rows, need = step.table.read(self.sure)
        if len(rows) == 1:
            self.sure[at] = self.plain[at] = bits[rows[0]]
            return
        mask = 0
        for row in rows:
            mask |= bits[row]
        self.sure[at] = mask
        if mask & (mask - 1):
            self._need[at] = need
            mask = bits[step.table.read(self.plain)[0][0]]
        self.plain[at] = mask

    def _ask(self, step: Asks) -> None:
        sure, plain, given = self.sure, self.plain, self._given
        reading, need = step.gate.read(sure)
        if reading == FALSE:
            return
        if reading == TRUE:
            for at in step.questions:
                self.applies |= 1 << at
                bit = given.get(at)
                if bit is None:
                    sure[at] = self._index.anything[at]
                    self._open |= 1 << at
                else:
                    sure[at] = plain[at] = bit
            return
        applies = step.gate.read(plain)[0] == TRUE
        for at in step.questions:
            self._need[at] = need
            bit = given.get(at)
            sure[at] = self._index.anything[at] if bit is None else bit | 1
            if applies:
                self.applies |= 1 << at
                if bit is not None:
                    plain[at] = bit

    def _open_lanes(self) -> list[tuple[tuple[int, ...], int, int, bool]]:
        """For each lane: the rows it may still come to, what keeps it open, the row of `plain`, and "settled"."""
        sure, plain = self.sure, self.plain
        found: list[tuple[tuple[int, ...], int, int, bool]] = []
        may_open = must_open = is_open = False
        for opens in self._index.opens:
            rows, need = opens.table.read(sure)
            row = rows[0] if len(rows) == 1 else opens.table.read(plain)[0][0]
            settled = len(rows) == 1 or opens.same(rows)
            found.append((rows, need, row, settled))
            if not opens.lane.alone:
                may_open = may_open or opens.may_open(rows)
                must_open = must_open or opens.must_open(rows)
                is_open = is_open or opens.outcomes[row] is not None
        for at in self._index.alone:
            if may_open:
                opens, (rows, need, row, settled) = self._index.opens[at], found[at]
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
        for step in index.send_steps:
            self._ask(step)

    def _left(self, *, send: bool) -> tuple[int, int]:
        """The questions to ask that can still matter, and the ones that may turn out to be asked, as bits."""
        index, sure, need, is_open = self._index, self.sure, self._need, self._open
        needed = index.kept[0] | index.kept[1] if send else index.kept[0]
        for at, (rows, lane_need, _, settled) in enumerate(self._lanes):
            if not settled:
                needed |= lane_need
            care = index.care(at, rows)
            if care is not None:
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
            if is_open & bit:
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

    def open_questions(self) -> int:
        """The questions that are surely asked and have no answer, as bits."""
        return self._open

    def asked(self) -> int:
        """The questions whose answers count, as bits."""
        asked = self.applies
        for at in numbers_in(asked):
            if at not in self._given:
                asked ^= 1 << at
        return asked

    def unanswered(self) -> int:
        """The questions that apply and have no answer, as bits."""
        return self.applies & ~self.asked()

    def facts(self) -> dict[str, str]:
        """Every fact that has a value, in the order of asking, derived facts and flags among them."""
        index = self._index
        return {
            name: values[mask]
            for name, values, mask in zip(index.names, index.value_of, self.plain, strict=True)
            if mask > 1
        }

    def verdicts(self) -> tuple[Verdict, ...]:
        """The open lanes, in book order."""
        index = self._index
        return tuple(
            verdict_of(index, opens, row, outcome, self.plain, settled=settled, checked=self.checked)
            for opens, (_, _, row, settled) in zip(index.opens, self._lanes, strict=True)
            if (outcome := opens.outcomes[row]) is not None
        )

