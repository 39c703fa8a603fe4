"""A broken invariant as a conversation somebody can read: what was asked, what was chosen, what the bot would say.

The one rule to keep: every word is the book's own, so that whoever wrote the book recognises it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.book import Book, Question, Screen
from policy.proving.breaking import Broken, Situation
from policy.walk import Asking
from policy.walk.verdicts import Verdict


def conversation(book: Book, broken: Broken) -> str:
    """The counter-example, ready to print."""
    lines = [f"{broken.id} is broken: {broken.invariant.plain}", ""]
    lines += _asked(book, broken.before)
    lines += ["", "Then the bot says:", *_said(book, broken.before)]
    if broken.after is not None:
        lines += ["", "Now something changes:", *_changes(book, broken.before, broken.after)]
        lines += ["", "Then the bot says:", *_said(book, broken.after)]
    lines += ["", "But it must not be so:"]
    lines += [f"  {sentence}" for sentence in broken.sentences]
    return "\n".join(lines)


def _asked(book: Book, situation: Situation) -> Iterator[str]:
    for flag in book.flags:
        if (value := situation.flags.get(flag.id, flag.default)) != flag.default:
            yield f"  (Setting: {flag.title or flag.id}: {value})"
    answers = situation.answers
    for screen in sorted(book.screens, key=lambda screen: screen.stage == "send"):
        here = [question for question in book.questions if question.screen == screen.id and question.id in answers]
        if here:
            yield f"  {screen.ask}"
            yield from (f"    > {chosen}" for chosen in _chosen(screen, here, answers))
    found = situation.found
    if isinstance(found, Asking) and found.screen.stage == "decide":
        yield "  (There are more questions; so far nobody has answered them.)"


def _chosen(screen: Screen, questions: list[Question], answers: Mapping[str, str]) -> Iterator[str]:
    if screen.kind == "choice":
        yield label(questions[0], answers[questions[0].id])
        return
    quiet = 0
    for question in questions:
        if screen.kind == "ticks" and answers[question.id] == "no":
            quiet += 1
        else:
            yield f"{question.ask}: {label(question, answers[question.id])}"
    if quiet == len(questions):
        yield "Nothing is ticked."


def label(question: Question, value: str) -> str:
    """The words of an answer; for a date the band it falls into."""
    return next((option.label for option in question.options if option.value == value), value)


def _said(book: Book, situation: Situation) -> Iterator[str]:
    for verdict in situation.found.lanes:
        yield f"  {_sentence(book, verdict)}"
        for check in book.checks:
            if check.id in verdict.blocks:
                yield f"    Stopped: {check.say}"
    if not situation.found.lanes:
        yield "  Nothing at all."


def _sentence(book: Book, verdict: Verdict) -> str:
    found = f"{verdict.lane.title}: {verdict.outcome.title}."
    if verdict.recipients:
        found += f" Goes to: {', '.join(book.recipients[name].title for name in verdict.recipients)}."
    found += f" Who must agree: {verdict.approval.title if verdict.approval else 'nobody'}."
    return f"{found} [{verdict.lane.id} = {verdict.outcome.id}]"


def _changes(book: Book, before: Situation, after: Situation) -> Iterator[str]:
    for flag in book.flags:
        old, new = (one.flags.get(flag.id, flag.default) for one in (before, after))
        if old != new:
            yield f"  (Setting: {flag.title or flag.id}: {old}, then {new})"
    for question in book.questions:
        was, now = before.answers.get(question.id), after.answers.get(question.id)
        if was != now:
            words = [label(question, value) if value else "no answer" for value in (was, now)]
            yield f"  {question.ask} First: {words[0]}. Then: {words[1]}."
