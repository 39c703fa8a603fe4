"""Replay the answers given so far: either what to ask next, or what the lanes come to.

The one rule to keep: the result depends on nothing but the arguments, and an answer counts only while its question
applies. Answers that do not apply stay with the caller and count again when they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policy.answers import AnswerError, given_by
from policy.book import Book, Question, Screen, Stage
from policy.index import index_of
from policy.replay import Facts, Replay
from policy.verdicts import Verdict

__all__ = ["AnswerError", "Asking", "Decided", "Verdict", "walk"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Something is left to ask: `questions` of `screen`, together, as one press.

    `step` is the number of this press, from 1; `about` guesses how many there will be and is never below `step`.
    `lanes` are the lanes open so far, in book order. `unknown` are the questions that apply and have no answer
    (whether or not they will be asked), `asked` the ones whose answers count; both in the order of asking.
    """

    screen: Screen
    questions: tuple[Question, ...]
    step: int
    about: int
    lanes: tuple[Verdict, ...]
    facts: Mapping[str, str]
    unknown: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """Nothing is left to ask that could change anything, or the book says to stop asking for now (`stop_until`).

    In the second case `lanes` is what the tables give so far, and `unknown` holds what can be asked afterwards.
    """

    lanes: tuple[Verdict, ...]
    facts: Mapping[str, str]
    unknown: tuple[str, ...]
    asked: tuple[str, ...]


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
    lanes, facts = replay.verdicts(), Facts(index, replay.masks)
    unknown, asked = index.ids(replay.applies ^ replay.asked), index.ids(replay.asked)
    left, perhaps = replay.left(stage)
    if not left:
        return Decided(lanes, facts, unknown, asked)
    screen = index.screen_of[(left & -left).bit_length() - 1]
    here = index.screen_bits[screen.id]
    # The parts of a tick screen are one sentence to the reader, so they stand together even where one is idle.
    shown = replay.waiting & here if screen.kind == "ticks" else left & here
    step = index.presses(replay.asked) + 1
    sure, possible = index.presses(left & ~here), index.presses((left | perhaps) & ~here)
    # Measured on the examples of the books we ship: one in five of the screens that may come does come.
    about = step + sure + (possible - sure + 2) // 5
    return Asking(screen, index.questions(shown), step, about, lanes, facts, unknown, asked)
