"""Replay the answers given so far: either what to ask next, or what the lanes come to.

The one rule to keep: the result depends on nothing but the arguments, and an answer counts only while its question
applies. Answers that do not apply stay with the caller and count again when they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from policy.book import Book, Question, Screen, Stage
from policy.walk.answers import AnswerError, given_by
from policy.walk.index import index_of
from policy.walk.replay import Facts, Replay
from policy.walk.verdicts import Verdict

__all__ = ["AnswerError", "Asking", "Decided", "Verdict", "walk"]


@dataclass(frozen=True, eq=False)
class _Walked:
    """What both results can say of the answers. Worked out when it is first looked at, for most walks ask only what to
    ask next; it cannot change in between.
    """

    _replay: Replay

    @cached_property
    def lanes(self) -> tuple[Verdict, ...]:
        """The open lanes, in book order."""
        return self._replay.verdicts()

    @cached_property
    def facts(self) -> Mapping[str, str]:
        """What the answers alone give, flags and derived facts among it."""
        return Facts(self._replay.index, self._replay.masks)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The questions that apply and have no answer (whether or not they will be asked), in the order of asking."""
        return self._replay.index.ids(self._replay.applies ^ self._replay.asked)

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The questions whose answers count, in the order of asking."""
        return self._replay.index.ids(self._replay.asked)


@dataclass(frozen=True, eq=False)
class Asking(_Walked):
    """Something is left to ask: `questions` of `screen`, together, as one press. `lanes` are the lanes open so far."""

    screen: Screen
    questions: tuple[Question, ...]
    _later: tuple[int, int]  # the questions of other screens that will be asked, and that may be, as bits

    @cached_property
    def step(self) -> int:
        """The number of this press, from 1."""
        return self._replay.index.presses(self._replay.asked) + 1

    @cached_property
    def about(self) -> int:
        """A guess how many presses there will be; never below `step`."""
        sure, possible = map(self._replay.index.presses, self._later)
        # Measured on the examples of the books we ship: one in five of the screens that may come does come.
        return self.step + sure + (possible - sure + 2) // 5


@dataclass(frozen=True, eq=False)
class Decided(_Walked):
    """Nothing is left to ask that could change anything, or the book says to stop asking for now (`stop_until`).

    In the second case `lanes` is what the tables give so far, and `unknown` holds what can be asked afterwards.
    """


def walk(
    book: Book,
    answers: Mapping[str, str],
    *,
    flags: Mapping[str, str] | None = None,
    settings: Mapping[str, int] | None = None,
    today: date | None = None,
    stage: Stage = "decide",
) -> Asking | Decided:
    """What to ask next, or the lanes. `answers` is question id -> value (for a question with bands, an ISO date).

    `flags` replace the book's defaults, `settings` (whole days) the bands' limits; `today` is needed to read a date.
    `stage` "send" also asks how something goes, once the decision has nothing left to ask.
    Raises `AnswerError` when an id or a value is not the book's.
    """
    index = index_of(book)
    replay = Replay(index, given_by(index, answers, settings or {}, today), flags)
    left, perhaps = replay.left(stage)
    if not left:
        return Decided(replay)
    screen = index.screen_of[(left & -left).bit_length() - 1]
    here = index.screen_bits[screen.id]
    # The parts of a tick screen are one sentence to the reader, so they stand together even where one is idle.
    shown = replay.waiting & here if screen.kind == "ticks" else left & here
    return Asking(replay, screen, index.questions(shown), (left & ~here, (left | perhaps) & ~here))
