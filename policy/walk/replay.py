"""One pass over a book's questions, derived facts and lanes, in the two readings of `policy.walk.tables` at once.

The one rule to keep: what the answers alone give is always one of the values that are still possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policy.book import SENDING, Stage
from policy.walk.answers import flag_mask, refuse_unknown_flags
from policy.walk.index import Index
from policy.walk.parts import Given, Opens, Standing, Step, Works
from policy.walk.tables import FALSE, HALF, LOW, NOTHING, TRUE, numbers_in, sure
from policy.walk.verdicts import Verdict, verdict_of


class Replay:
    """The state of one consultation, worked out from its answers. Used for one walk.

    `applies`: the questions that the answers ask, as bits; `asked`: of these, the ones that have an answer; `waiting`:
    the questions that are surely asked and have no answer.
    """

    __slots__ = (
        "_awake",
        "_decide_left",
        "_need",
        "_standings",
        "_unsure",
        "applies",
        "asked",
        "checked",
        "index",
        "masks",
        "stopped",
        "waiting",
    )

    def __init__(self, index: Index, given: Given, flags: Mapping[str, str] | None = None) -> None:
        self.index = index
        self.masks = index.idle.copy()
        self.applies = self.asked = self.waiting = 0
        self._awake = index.awake | given.bits  # the parts that may be another than before anything was asked
        self._unsure = 0  # the facts of which it is not sure whether they have a value, or which, as bits
        self._need: list[tuple[int, int]] = []  # some of these, and the facts that keep them so, in the order of steps
        if flags:
            self._set_flags(flags)
        self._take(index.steps, given)
        self._standings = self._lanes()
        masks = self.masks
        self.stopped = bool(index.stop) and all(masks[at] & bit for at, bit in index.stop)
        self._decide_left = self._left(send=False)
        self.checked = not self.stopped and not self._decide_left[0]
        if self.checked:
            self._mechanics(given)

    def _set_flags(self, flags: Mapping[str, str]) -> None:
        refuse_unknown_flags(self.index, flags)
        for name, value in flags.items():
            at = self.index.number[name]
            self.masks[at] = mask = flag_mask(self.index, at, name, value)
            self._awake |= self.index.woken[at][mask]

    def _take(self, steps: Sequence[Step], given: Given) -> None:
        """Questions and derived facts, in their order. This is where the time goes, hence the local names."""
        masks, need_of, awake = self.masks, self._need, self._awake
        answers, answered = given
        unanswered = ~answered
        applies = surely = unsure = 0
        woken = self.index.woken
        for me, key, known, part in steps:
            if not awake & me:
                continue
            if isinstance(part, Works):
                mask, need = known(key(masks)) or part.read(masks)
                fact = part.fact
                if mask != masks[fact]:
                    masks[fact] = mask
                    awake |= woken[fact][mask]
                    if need:
                        need_of.append((part.bits, need))
                        unsure |= part.bits
                continue
            reading, need, said = known(key(masks)) or part.gate.read(masks)
            if reading == FALSE:
                continue
            bits = part.bits
            if only := part.only:
                masks[only] = answers[only]
            else:
                here = part.here
                masks[here] = answers[here]
            if bits & unanswered:
                awake |= part.wakes
            if said:
                applies |= bits
            if reading == TRUE:
                surely |= bits
                continue
            need_of.append((bits, need))
            unsure |= bits
            if bits & answered:
                for at in numbers_in(bits & answered):
                    # Perhaps it is not asked after all: no value, too, is possible.
                    masks[at] = (masks[at] if said else masks[at] & LOW | NOTHING << HALF) | NOTHING
        self._awake = awake
        self._unsure |= unsure
        self.applies |= applies
        self.asked |= applies & answered
        self.waiting |= surely & unanswered

    def _lanes(self) -> list[tuple[Opens, Standing]]:
        """The lanes that are or may be open, in book order, and how they stand."""
        index, masks, awake = self.index, self.masks, self._awake
        found: list[tuple[Opens, Standing]] = []
        must_open = is_open = False
        for opens in index.beside:
            if awake & opens.me:
                standing = opens.results.get(opens.key(masks)) or index.standing(opens, masks)
                if standing.may_open:
                    found.append((opens, standing))
                    must_open = must_open or standing.must_open
                    is_open = is_open or standing.outcome is not None
        if must_open:
            return found
        alone = [(opens, opens.results.get(opens.key(masks)) or index.standing(opens, masks)) for opens in index.alone]
        if found:
            alone = [(opens, opens.unless(standing, is_open=is_open)) for opens, standing in alone]
        return sorted(found + alone, key=_in_the_book)

    def _mechanics(self, given: Given) -> None:
        """With the decision made, how something goes can be asked (decision note 4.6)."""
        index = self.index
        sends = any(
            standing.outcome is not None and standing.outcome.sends in SENDING and not opens.lane.immediate
            for opens, standing in self._standings
        )
        self.masks[index.sends] = sure(index.bits[index.sends]["yes" if sends else "no"])
        self._awake |= index.woken[index.sends][self.masks[index.sends]]
        self._take(index.send_steps, given)

    def _left(self, *, send: bool) -> tuple[int, int]:
        """The questions to ask that can still matter, and the ones that may turn out to be asked, as bits."""
        index, masks = self.index, self.masks
        undecided = self.waiting | self._unsure
        needed = index.kept[0]
        for _, standing in self._standings:
            if not standing.settled:
                needed |= standing.need
            care = standing.care
            if care is not None and undecided & care.any_fact:
                needed |= care.open_facts(masks, undecided)
        if not send:
            return self._followed(needed)
        left, perhaps = self._followed(needed | index.send_care.open_facts(masks, undecided))
        # What is only written down never brings back a question of the decision.
        written, maybe = self._followed(index.kept[1])
        return left | written & index.late, perhaps | maybe & index.late

    def _followed(self, needed: int) -> tuple[int, int]:
        """What has to be asked to know these facts, and what may turn out to be, as bits."""
        for bits, need in reversed(self._need):  # what a step needs comes before it
            if needed & bits:
                needed |= need
        return needed & self.waiting, needed & self._unsure & self.index.all_questions

    def left(self, stage: Stage) -> tuple[int, int]:
        """What to ask in this stage and what may follow, as bits; nothing while the book says to stop."""
        if self.stopped:
            return 0, 0
        if stage == "send" and self.checked:
            return self._left(send=True)
        return self._decide_left

    def awaited(self, lane: str) -> int:
        """The questions that this lane and its guidance alone may still wait for, as bits."""
        needed = 0
        for opens, standing in self._standings:
            if opens.lane.id == lane:
                needed |= 0 if standing.settled else standing.need
                if standing.care is not None:
                    needed |= standing.care.open_facts(self.masks, self.waiting | self._unsure)
        left, perhaps = self._followed(needed)
        return left | perhaps

    def verdicts(self) -> tuple[Verdict, ...]:
        """The open lanes, in book order."""
        index, masks, checked = self.index, self.masks, self.checked
        return tuple(
            verdict_of(index, opens, standing, standing.outcome, masks, checked=checked)
            for opens, standing in self._standings
            if standing.outcome is not None
        )


def _in_the_book(found: tuple[Opens, Standing]) -> int:
    return found[0].me


class Facts(Mapping[str, str]):
    """What the answers alone give, flags and derived facts among it; looked up only when somebody does."""

    __slots__ = ("_index", "_masks")

    def __init__(self, index: Index, masks: Sequence[int]) -> None:
        self._index = index
        self._masks = masks

    def __getitem__(self, name: str) -> str:
        at = self._index.number[name]
        return self._index.value_of[at][self._masks[at] >> HALF]

    def __contains__(self, name: object) -> bool:
        at = self._index.number.get(name)  # type: ignore[call-overload]
        return at is not None and self._masks[at] >> HALF != NOTHING

    def __iter__(self) -> Iterator[str]:
        return (name for name, mask in zip(self._index.names, self._masks, strict=True) if mask >> HALF != NOTHING)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))
