"""Plain English for what a book says in ids: a condition, a value, a recipient, an approval.

The one rule to keep: every term of a condition is said, in the words people read on the screens. Only an invariant's
long lists of guidance are cut, and then the rest is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from policy.book import CLOSED, SENDS_FACT, SILENCE, Band, Book, Row, When
from policy.reading.expectations import ANY, KEPT_OUT, lane_aspect

SENDS: Mapping[str, str] = {
    "named": "a name may go out of the charity",
    "agreed": "what the person agreed to may go out of the charity",
    "unnamed": "something may go out of the charity, without a name",
    "inside": "it stays inside the charity",
    "nothing": "nothing goes anywhere",
}
CLOCKS: Mapping[str, str] = {
    "now": "now",
    "today": "today",
    "routine": "in the next days",
    "by_return_date": "by the date on the paper",
}
TALKS: Mapping[str, str] = {
    "first": "talk with the person first",
    "along": "tell the person as it is done, if that is safe",
    "none": "the book does not ask for a talk with the person",
}
BASES: Mapping[str, str] = {
    "required": "the law requires it",
    "permitted": "the law allows it and does not require it",
    "none": "it rests on agreement, or nothing goes out",
}
MOMENTS: Mapping[str, str] = {
    "none": "nobody is asked",
    "before": "before anything goes out",
    "parallel": "told at the same time; nobody waits for an answer",
    "to_close": "afterwards, to close the case",
}
_ASPECTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "sends": ("says:", SENDS),
    "talk": ("says:", TALKS),
    "basis": ("says:", BASES),
    "clock": ("is for:", CLOCKS),
    "blocks": ("is stopped by:", {}),
    "warnings": ("warns:", {}),
    "shows": ("shows:", {}),
    "never": ("never says:", {}),
    "tasks": ("leaves to do:", {}),
}
_LISTED = 6  # pieces of guidance that an invariant names one by one
_TRUTH = {"yes": "is true", "no": "is not true", "unsure": "may be true"}


@dataclass(frozen=True, slots=True)
class Marks:
    """How the words of a question, of an answer and of anything else with a name are marked; (words, id) -> text."""

    question: Callable[[str, str], str]
    answer: Callable[[str], str]
    fact: Callable[[str, str], str]
    lane: Callable[[str, str], str]


TEXT = Marks(
    question=lambda words, _: f"“{words}”",
    answer=lambda words: f"“{words}”",
    fact=lambda words, _: f"“{words}”",
    lane=lambda words, _: f"“{words}”",
)
"""For a terminal, and for anything else that knows no markup."""


class Plain:
    """The words of one book, under one way of marking them."""

    __slots__ = ("_book", "_derived", "_flags", "_lanes", "_marks", "_questions", "_texts", "_ticks")

    def __init__(self, book: Book, marks: Marks = TEXT) -> None:
        self._book = book
        self._marks = marks
        self._questions = {question.id: question for question in book.questions}
        self._derived = {item.id: item for item in book.derived}
        self._flags = {flag.id: flag for flag in book.flags}
        self._lanes = {lane.id: lane for lane in book.lanes}
        self._ticks = {screen.id for screen in book.screens if screen.kind == "ticks"}
        guides = [guide for lane in book.lanes for guide in (*lane.show, *lane.never)]
        guides += [guide for outcome in book.outcomes.values() for guide in outcome.guides]
        self._texts = {guide.id: guide.say for guide in guides} | {check.id: check.say for check in book.checks}
        self._texts[SILENCE] = book.silence

    def fact(self, id: str) -> str:
        """The question's words, or the name of a fact that is worked out or set."""
        if id in self._questions:
            return self._marks.question(self._questions[id].ask, id)
        if id == SENDS_FACT:
            return self._marks.fact("Something would go out of the charity", id)
        named = self._derived.get(id) or self._flags.get(id)
        return self._marks.fact((named.title if named else "") or in_words(id), id)

    def value(self, fact: str, value: str) -> str:
        """The words of one value, unmarked: an option's label, a band's days, a worked-out fact's own words."""
        if question := self._questions.get(fact):
            for option in question.options:
                if option.value == value:
                    return option.label
            for at, band in enumerate(question.bands):
                if band.value == value:
                    return days(band, question.bands[at - 1] if at else None)
        if (derived := self._derived.get(fact)) and value in derived.labels:
            return derived.labels[value]
        if fact not in self._flags and value in self._book.recipients:
            return self._book.recipients[value].title
        return in_words(value)

    def values(self, fact: str) -> tuple[str, ...]:
        """Every value the fact can have, in the book's order."""
        if question := self._questions.get(fact):
            return (*(option.value for option in question.options), *(band.value for band in question.bands))
        if derived := self._derived.get(fact):
            return derived.values
        if flag := self._flags.get(fact):
            return flag.values
        return ("yes", "no")

    def is_statement(self, fact: str) -> bool:
        """Whether the fact's name is a sentence that is true, not true, or may be true."""
        if fact in self._questions or ((derived := self._derived.get(fact)) and derived.labels):
            return False
        return set(self.values(fact)) <= _TRUTH.keys()

    def holding(self, fact: str, allowed: Collection[str]) -> str:
        """What the fact does when it has one of these values, unmarked: `is “Yes” or “Not sure”` without the quotes."""
        return self._holding(fact, allowed, str)

    def _holding(self, fact: str, allowed: Collection[str], mark: Callable[[str], str]) -> str:
        order = [*self.values(fact)]
        named = sorted(allowed, key=lambda value: (order.index(value) if value in order else len(order), value))
        if self.is_statement(fact) and set(named) <= _TRUTH.keys():
            return either(mark(_TRUTH[value]) for value in named)
        words = either(mark(self.value(fact, value)) for value in named)
        ticked = fact in self._questions and self._questions[fact].screen in self._ticks
        return f"is {'answered ' if ticked else ''}{words}"

    def term(self, fact: str, allowed: Collection[str]) -> str:
        """One fact and the values it may have; also `LANE.outcome` and its like, as invariants use them."""
        found = lane_aspect(fact, ())
        if found is not None and fact not in self._questions:
            return self._aspect(*found, allowed)
        if fact in KEPT_OUT and fact not in self._questions:
            return self._kept_out(fact, allowed)
        mark = str if self.is_statement(fact) else self._marks.answer
        return f"{self.fact(fact)} {self._holding(fact, allowed, mark)}"

    def terms(self, row: Row) -> list[str]:
        """One sentence for each term; all of them must be so."""
        return [self.term(fact, allowed) for fact, allowed in row.items()]

    def row(self, row: Row) -> str:
        return " and ".join(self.terms(row))

    def parts(self, when: When) -> tuple[list[str], list[list[str]]]:
        """The terms that hold in every row, said once, and then what else may hold: one list of terms for each row."""
        common = [term for term in when[0].items() if all(term in row.items() for row in when)] if when else []
        rest = [{fact: allowed for fact, allowed in row.items() if (fact, allowed) not in common} for row in when]
        if not all(rest):  # one row asks for nothing more, so the others add nothing
            rest = []
        return [self.term(*term) for term in common], [self.terms(row) for row in rest]

    def when(self, when: When, always: str = "always") -> str:
        """The whole condition as one phrase; `always` where there is none."""
        if not when:
            return always
        common, rest = self.parts(when)
        others = [" and ".join(terms) for terms in rest]
        if not common:
            return "; or ".join(others)
        first = " and ".join(common)
        return f"{first}, and one of these: {'; '.join(others)}" if others else first

    def _aspect(self, lane: str, aspect: str, allowed: Collection[str]) -> str:
        mark = self._marks.answer
        known = self._lanes.get(lane)
        who = f"the lane {self._marks.lane(known.title, lane)}" if known else ""
        if lane in ANY:
            who = "an open lane" if lane == "any" else "an open protective lane"
        named = sorted(allowed)
        match aspect:
            case "outcome":
                comes = [mark(self.outcome(value)) for value in named if value not in ("closed", CLOSED)]
                parts = [f"comes to {either(comes)}"] if comes else []
                return f"{who} {either([*parts, *(['does not open'] if len(comes) < len(named) else [])])}"
            case "approval":
                codes = ("" if value == "none" else value for value in named)
                return f"{who} says who must agree: {either(mark(self.approval(code)) for code in codes)}"
            case "recipients":
                return f"{who} tells {either(mark('nobody' if v == 'none' else self.recipient(v)) for v in named)}"
            case _:
                said, words = _ASPECTS.get(aspect, (f"has {in_words(aspect)}:", {}))
                texts = self._texts if aspect in ("blocks", "warnings", "shows", "never") else words
                shown = [mark("nothing" if v == "none" and not words else texts.get(v, in_words(v))) for v in named]
                if len(shown) > _LISTED + 1:
                    shown = [*shown[:_LISTED], f"one of {len(shown) - _LISTED} more that the book lists"]
                return f"{who} {said} {either(shown)}"

    def _kept_out(self, term: str, allowed: Collection[str]) -> str:
        if term == "ask_who":
            asked = sorted("the worker is asked whom it is about" if v == "yes" else "nobody is asked" for v in allowed)
            return either(asked)
        who = either(self._marks.answer("nobody" if v == "none" else in_words(v)) for v in sorted(allowed))
        return f"{who} is not told and may not decide" if term == "excluded" else f"told only by name: {who}"

    def outcome(self, id: str) -> str:
        """The outcome's title, unmarked; a rule that closes its lane has none of its own."""
        if id == CLOSED:
            return "This lane stays closed"
        return self._book.outcomes[id].title if id in self._book.outcomes else in_words(id)

    def approval(self, code: str) -> str:
        """Who must agree, unmarked: the title with its code; "" is nobody."""
        if not code:
            return "Nobody needs to agree"
        found = self._book.approvals.get(code)
        return f"{found.title} ({code})" if found else code

    def contact(self, id: str) -> str:
        """The contact's name and number, unmarked."""
        found = self._book.contacts.get(id)
        return f"{found.name} ({found.number})" if found else in_words(id)

    def recipient(self, id: str) -> str:
        """Who hears, unmarked. A fact's id stands for whoever its value names."""
        if found := self._book.recipients.get(id):
            return found.title
        if id in self._questions:
            return f"whoever the answer to “{self._questions[id].ask}” names"
        if derived := self._derived.get(id):
            who = either(self.value(id, value) for value in derived.values)
            return f"{derived.title or in_words(id)}: {who}"
        return in_words(id)


def either(parts: Iterable[str], join: str = "or") -> str:
    """One, two or three."""
    listed = list(dict.fromkeys(parts))
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {join} {listed[-1]}"


def in_words(id: str) -> str:
    """An id that has no words of its own, made readable."""
    return id.replace("_", " ").replace("-", " ")


def days(band: Band, before: Band | None = None) -> str:
    """A span of days, as people say it."""
    named = " (the charity can set this number)" if band.setting else ""
    if band.within_days is None:
        return f"more than {before.within_days} days ago" if before else "any day"
    return f"in the last {band.within_days} days{named}"
