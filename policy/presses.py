"""How many presses it takes: the way of each example, and a bound that no way at all goes beyond.

The one rule to keep: a press is one submission; where a count could be read in two ways, the larger one is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from policy.book import SENDING, Book, Example
from policy.examples import bits_of, complete
from policy.walk import Asking, Verdict, walk
from policy.walk.index import index_of, values_of
from policy.walk.replay import Replay

MOST_FOR_EMERGENCY = 1
MOST_TO_SENT = 12
MOST_IN_ALL = 30

TO_SEND = 2
"""From the last answer to the sent request: the button of the proposal, and the form behind it (`bot.sending`)."""

SO_FAR = MOST_TO_SENT - TO_SEND
"""After so many screens every open protective lane can be sent as it stands, and the rest is asked afterwards."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one example is pressed through, in presses counted from the first screen.

    `emergency`: to the 999 card; 0 where nobody is in danger now. `decided`: until no answer could change the decision.
    `sent`: until every lane that is due today was sent, or, where none is, until the rest was; 0 where the book says to
    stop, because then nothing is sent. `whole`: until nothing is left to ask at all, how it goes included.
    `guesses`: the `about` of each card of the decision.
    """

    example: str
    emergency: int
    decided: int
    sent: int
    whole: int
    today: bool
    guesses: tuple[int, ...]


def ways(book: Book) -> tuple[Way, ...]:
    """The way of every example."""
    return tuple(_way(book, example) for example in book.examples)


def _way(book: Book, example: Example) -> Way:
    done = complete(book, example.facts)
    answers: dict[str, str] = {}
    guesses: list[int] = []
    emergency = 0
    sent: dict[str, int] = {}  # lane -> the press with which its request was sent
    while isinstance(now := walk(book, answers, flags=done.flags), Asking):
        if now.step > SO_FAR:
            for item in now.lanes:
                if item.lane.protective and not item.lane.immediate:
                    sent.setdefault(item.lane.id, now.step - 1 + TO_SEND)
        answers |= {question.id: done.answers[question.id] for question in now.questions}
        guesses.append(now.about)
        if not emergency and answers.get(book.emergency.question) in book.emergency.values:
            emergency = len(guesses)
    decided = len(guesses)
    stopped = bool(book.stop_until) and all(now.facts.get(fact) == value for fact, value in book.stop_until.items())
    today = [item.lane.id for item in now.lanes if _due_today(item)]
    last = max((sent.get(lane, decided + TO_SEND) for lane in today), default=decided + TO_SEND)
    whole = decided if stopped else decided + TO_SEND
    while isinstance(now := walk(book, answers, flags=done.flags, stage="send"), Asking):
        answers |= {question.id: done.answers[question.id] for question in now.questions}
        whole += 1
    return Way(example.name, emergency, decided, 0 if stopped else last, whole, bool(today), tuple(guesses))


def _due_today(item: Verdict) -> bool:
    """Whether it protects somebody, or lets something leave, today. To hold something back can wait."""
    protects = item.lane.protective or item.outcome.sends in SENDING
    return item.clock == "today" and protects and not item.lane.immediate


def most_in_all(book: Book) -> int:
    """No way through the book takes more presses than this.

    A question waits for earlier screens only, and what cannot matter any more never matters again, so no screen is
    asked twice: not more than all of them, and the sending.
    """
    index = index_of(book)
    return index.presses(index.all_questions) + TO_SEND


def most_to_card(book: Book, answers: Mapping[str, str], *, lane: str = "", enough: int) -> int:
    """No way that goes on from these answers takes more presses to the card of `lane` ("": of the whole decision).

    While the bound is above `enough`, the next screen is answered in every way there is and each one is looked at: so
    a result above `enough` is the length of a real way, and one that is not holds for every way.
    """
    index = index_of(book)
    replay = Replay(index, bits_of(index, answers))
    left, perhaps = replay.left("decide")
    ahead = left | perhaps
    if lane:
        ahead &= (1 << replay.awaited(lane).bit_length()) - 1  # what is asked after its last question keeps it waiting
    bound = index.presses(replay.asked) + index.presses(ahead)
    if bound <= enough or not ahead or not isinstance(now := walk(book, answers), Asking):
        return bound
    most = 0
    for values in product(*(values_of(question) for question in now.questions)):
        said = dict(zip((question.id for question in now.questions), values, strict=True))
        most = max(most, most_to_card(book, {**answers, **said}, lane=lane, enough=max(enough, most)))
    return most
