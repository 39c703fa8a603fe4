"""Worked examples: the answers an example stands for, and whether the book comes to what the example says.

The one rule to keep: what is asked here is what the tables ask (`when`), so that the walk, which leaves out what cannot
matter, is held against them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from policy.book import Book, Example
from policy.walk import Asking, Decided, walk
from policy.walk.index import Index, index_of
from policy.walk.parts import Given
from policy.walk.replay import Replay
from policy.walk.tables import numbers_in
from policy.walk.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Completion:
    """Every question that is asked, answered. `never_asked` are the listed facts that no question asked for.

    `answers` holds fact values throughout: for a question with bands the band, not a date.
    """

    answers: Mapping[str, str]
    flags: Mapping[str, str]
    never_asked: tuple[str, ...]


def complete(
    book: Book,
    facts: Mapping[str, str],
    quiet: Mapping[str, str] | None = None,
    *,
    flags: Mapping[str, str] | None = None,
) -> Completion:
    """Ask every question that applies, in order, answering from `facts` and else from `quiet` (the book's own).

    A listed fact that is a flag is given. Nothing is asked once the book says to stop. Raises `AnswerError`.
    """
    index = index_of(book)
    given_flags = dict(flags or {}) | {flag.id: facts[flag.id] for flag in book.flags if flag.id in facts}
    given = {**(book.quiet if quiet is None else quiet), **facts}
    # All answers at once come to the same, since a question depends on earlier screens only; unless the book stops.
    possible = index.given(index.choices[item] for item in given.items() if item in index.choices)
    replay = Replay(index, possible, given_flags)
    whole = not replay.stopped and replay.applies == replay.asked
    answers = {name: given[name] for name in index.ids(replay.asked)} if whole else {}
    while not whole:
        replay = Replay(index, bits_of(index, answers), given_flags)
        left = 0 if replay.stopped else replay.applies ^ replay.asked
        # One screen at a time: what stands on later screens may turn out not to be asked.
        now = left & index.screen_bits[index.screen_of[(left & -left).bit_length() - 1].id] if left else 0
        if not now:
            break
        answers |= {index.names[at]: given[index.names[at]] for at in numbers_in(now)}
    counted = {*index.ids(replay.asked), *given_flags}
    return Completion(answers, given_flags, tuple(name for name in facts if name not in counted))


def bits_of(index: Index, facts: Mapping[str, str]) -> Given:
    """Answers that are fact values (no dates), made ready for a replay. KeyError for what is not the book's."""
    return index.given(index.choices[item] for item in facts.items())


def check_example(book: Book, example: Example, *, today: date | None = None) -> list[str]:
    """What differs from the example, one sentence each; an empty list when the book comes to it exactly.

    Two ways are tried, and both must come to it: the whole table, and the walk, screen by screen.
    """
    done, whole, found = _by_table(book, example, today)
    walked, _ = walk_through(book, done.answers, flags=done.flags, today=today)
    if not isinstance(walked, Decided):
        found.append(f"the walk asks '{walked.questions[0].id}', which the tables do not ask")
    if sketch(walked.lanes) != sketch(whole.lanes):
        found.append(f"the walk comes to {sketch(walked.lanes)} and the whole table to {sketch(whole.lanes)}")
    return found


def check_table(book: Book, example: Example, *, today: date | None = None) -> list[str]:
    """As `check_example`, by the whole table alone: several times as quick, for books that are only tried."""
    return _by_table(book, example, today)[2]


def _by_table(book: Book, example: Example, today: date | None) -> tuple[Completion, Asking | Decided, list[str]]:
    done = complete(book, example.facts)
    found = [f"'{name}' is listed, but is never asked" for name in done.never_asked]
    found += [f"'{name}' is asked, and should not be" for name in example.not_asked if name in done.answers]
    whole = walk(book, done.answers, flags=done.flags, today=today, stage="send")
    if isinstance(whole, Asking):
        found.append(f"'{whole.questions[0].id}' is still asked when every question has its answer")
    return done, whole, found + differences(example, whole.lanes)


def walk_through(
    book: Book, answers: Mapping[str, str], *, flags: Mapping[str, str] | None = None, today: date | None = None
) -> tuple[Asking | Decided, dict[str, str]]:
    """Walk from the beginning to the end, giving each answer only when it is asked for.

    Comes back with where the walk ended and the answers it asked for; `Asking` when `answers` lacks one of them.
    """
    given: dict[str, str] = {}
    while True:
        now = _step(book, tuple(given.items()), tuple((flags or {}).items()), today)
        if isinstance(now, Decided):
            return now, given
        fresh = {question.id: answers[question.id] for question in now.questions if question.id in answers}
        if not fresh:
            return now, given
        given |= fresh


@lru_cache(maxsize=1024)
def _step(
    book: Book, given: tuple[tuple[str, str], ...], flags: tuple[tuple[str, str], ...], today: date | None
) -> Asking | Decided:
    """Remembered, because most examples begin alike."""
    return walk(book, dict(given), flags=dict(flags), today=today, stage="send")


def sketch(lanes: Iterable[Verdict]) -> list[tuple[object, ...]]:
    """(lane, outcome, approval, recipients, blocks, warnings) of each lane: the same however it was asked."""
    return [
        (
            item.lane.id,
            item.outcome.id,
            item.approval.code if item.approval else "",
            item.recipients,
            item.blocks,
            item.warnings,
        )
        for item in lanes
    ]


def differences(example: Example, lanes: Collection[Verdict]) -> list[str]:
    """What differs between the example and these open lanes."""
    by_id = {item.lane.id: item for item in lanes}
    found = _differ("lanes", example.lanes, {name: item.outcome.id for name, item in by_id.items()})
    approvals = {name: item.approval.code for name, item in by_id.items() if item.approval}
    found += _differ("approvals", example.approvals, approvals)
    blocks = {name: item.blocks for name, item in by_id.items() if item.blocks}
    found += _differ("blocks", _filled(example.blocks), blocks)
    warnings = {name: item.warnings for name, item in by_id.items() if item.warnings}
    found += _differ("warnings", _filled(example.warnings), warnings)
    found += _endings(example, by_id)
    for name, item in by_id.items():
        shown = {guide.id for guide in item.guides}
        found += [f"{name} does not show '{guide}'" for guide in example.show.get(name, ()) if guide not in shown]
        hidden = shown | {guide.id for guide in item.never}
        found += [f"{name} shows '{guide}'" for guide in example.never.get(name, ()) if guide in hidden]
    return found


def _endings(example: Example, lanes: Mapping[str, Verdict]) -> list[str]:
    """What differs in who hears, how soon, after what talk and by what right, in the lanes the example names."""
    found = []
    for lane, verdict in lanes.items():
        if lane in example.recipients and {*example.recipients[lane]} != {*verdict.recipients}:
            expected, heard = (", ".join(names) or "nobody" for names in (example.recipients[lane], verdict.recipients))
            found.append(f"recipients: {lane} reaches {heard} and should reach {expected}")
        found += [
            f"{what}: {lane} is {now} and should be {expected[lane]}"
            for what, expected, now in (
                ("sends", example.sends, verdict.outcome.sends),
                ("clock", example.clock, verdict.clock),
                ("talk", example.talk, verdict.talk),
                ("basis", example.basis, verdict.basis),
            )
            if expected.get(lane, now) != now
        ]
    return found


def _filled(lists: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {lane: names for lane, names in lists.items() if names}


def _differ(what: str, expected: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    return [
        f"{what}: {lane} is {found.get(lane, 'not there')} and should be {expected.get(lane, 'not there')}"
        for lane in dict.fromkeys((*expected, *found))
        if expected.get(lane) != found.get(lane)
    ]
