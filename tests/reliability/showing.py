"""Where a mutant shows that nothing caught: few answers out of the ordinary, and what the bot says before and now.

The one rule to keep: what is shown is what the walk says, in both books; the solver only finds the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.book import Book
from policy.proving.breaking import answers_of
from policy.proving.circuit import Circuit
from policy.proving.conversation import label
from policy.walk import walk
from policy.walk.verdicts import Verdict
from tests.reliability.twins import Change, Twins


def shown(book: Book, mutant: Book, change: Change) -> str:
    """One line. `change` says what to look for."""
    answers, flags = answers_where(book, mutant, change)
    words = [f"{flag.title or flag.id}: {flags[flag.id]}" for flag in book.flags if flags[flag.id] != flag.default]
    words += [
        f"{question.ask}{'' if question.ask.endswith('?') else ':'} {label(question, answers[question.id])}"
        for question in book.questions
        if question.id in answers and answers[question.id] != book.quiet[question.id]
    ]
    ended = "; ".join(_ended(book, mutant, answers, flags, change)) or "(the walk shows no difference)"
    return f"{' · '.join(words) or 'Nothing but the usual answers'} → {ended}"


def answers_where(book: Book, mutant: Book, change: Change) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Answers and flags where the two differ, as near to the ordinary ones as it gets: the same each time."""
    circuit = Circuit()
    try:
        twins = Twins(circuit, book)
        twin = twins.claims_of(mutant)
        demands = [*dict(twins.differences(twin))[change]]

        def wish(literal: int) -> bool:
            if circuit.possible(*demands, literal):
                demands.append(literal)
                return True
            return False

        state, given = twins.claims.state, twins.claims.inputs.given
        # What only the mutant asks is answered as well.
        answered = {
            item.id: circuit.any_of((state.answered(item.id), twin.state.answered(item.id))) for item in book.questions
        }
        for flag in book.flags:
            any(wish(given[flag.id][value]) for value in dict.fromkeys((flag.default, *flag.values)))
        wish(given[book.emergency.question][book.quiet[book.emergency.question]])
        for question in reversed(book.questions):
            wish(circuit.any_of((-answered[question.id], given[question.id][book.quiet[question.id]])))
        for question in book.questions:
            if not wish(-answered[question.id]):
                any(wish(literal) for literal in given[question.id].values())
        circuit.possible(*demands)
        _, flags = answers_of(twins.claims, state)
        answers = {
            question.id: value
            for question in book.questions
            if circuit.true(answered[question.id])
            for value, literal in given[question.id].items()
            if circuit.true(literal)
        }
        return answers, flags
    finally:
        circuit.close()


def _ended(
    book: Book, mutant: Book, answers: Mapping[str, str], flags: Mapping[str, str], change: Change
) -> Iterator[str]:
    if change == "people":
        yield "someone else is kept out, or is not"
        return
    known = {question.id: {item.value for item in question.choices} for question in mutant.questions}
    fewer = {name: value for name, value in answers.items() if value in known[name]}
    before, now = (
        {item.lane.id: item for item in walk(one, given, flags=flags, stage="send").lanes}
        for one, given in ((book, answers), (mutant, fewer))
    )
    for lane in book.lanes:
        was, is_now = _said(before.get(lane.id)), _said(now.get(lane.id))
        if was != is_now:
            parts = [
                f"{name} {was.get(name, '–')}, now {is_now.get(name, '–')}"
                for name in dict.fromkeys((*was, *is_now))
                if was.get(name) != is_now.get(name)
            ]
            yield f"{lane.title}: {', '.join(parts)}"


def _said(verdict: Verdict | None) -> dict[str, str]:
    if verdict is None:
        return {"": "closed"}
    return {
        "": verdict.outcome.id,
        "who agrees:": verdict.approval.code if verdict.approval else "nobody",
        "goes to": " and ".join(verdict.recipients) or "nobody",
        "sends": verdict.outcome.sends,
        "clock": verdict.clock,
        "talk": verdict.talk,
        "basis": verdict.basis,
        "stopped by": " and ".join(verdict.blocks) or "nothing",
        "warns": " and ".join(verdict.warnings) or "nothing",
        "shows": " ".join(guide.id for guide in verdict.guides),
        "never": " ".join(guide.id for guide in verdict.never),
    }
