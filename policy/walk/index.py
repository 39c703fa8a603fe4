"""A book made ready to be walked: facts as numbers, sets of values as bits, every `when` compiled once.

The one rule to keep: facts are numbered so that each depends only on lower numbers, and questions keep the order
of their screens; the walk relies on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from policy.book import SENDING, SENDS_FACT, Book, Derived, Lane, Outcome, Question, Screen, When
from policy.grounds import falls_silent
from policy.walk.parts import Asks, Given, Opens, Standing, Woken, Works, laid_open
from policy.walk.tables import (
    FALSE,
    HALF,
    NOTHING,
    UNASKED,
    Care,
    Gate,
    Table,
    Terms,
    keyed,
    numbers_in,
    remember,
    sure,
)

_CHUNK = 28  # ids are put together from this many at a time, so that few results serve every set of answers


class Index:
    """Everything the walk needs to know of one book. Made once a book, by `index_of`."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.screens = {screen.id: screen for screen in book.screens}
        place = {screen.id: (screen.stage == "send", at) for at, screen in enumerate(book.screens)}
        ordered = sorted(book.questions, key=lambda question: place[question.screen])
        self.names = _in_order(book, ordered, self.screens)
        self.number = {name: at for at, name in enumerate(self.names)}
        self.values = {flag.id: flag.values for flag in book.flags} | {SENDS_FACT: ("yes", "no")}
        self.values |= {item.id: item.values for item in book.derived} | {item.id: values_of(item) for item in ordered}
        self.bits = tuple({value: 2 << at for at, value in enumerate(self.values[name])} for name in self.names)
        self.value_of = tuple({bit: value for value, bit in bits.items()} for bits in self.bits)
        # Asked and not answered: any value may come, or none; the answers alone give none.
        self.anything = [(2 << len(bits)) - 1 | NOTHING << HALF for bits in self.bits]
        self.question: tuple[Question | None, ...] = tuple(
            {item.id: item for item in ordered}.get(name) for name in self.names
        )
        self._gates: dict[tuple[Terms, ...], Gate] = {}
        self._known: dict[int, tuple[When, Gate]] = {}
        self._lay_out(ordered)
        self._lanes()
        self._wake()
        self.choices = {
            (question.id, value): self.choice(at, bit)
            for at, question in enumerate(self.question)
            if question
            for value, bit in self.bits[at].items()
        }

    def _lay_out(self, ordered: Sequence[Question]) -> None:
        """Sort questions and derived facts into steps that can be worked out one after the other."""
        book, number = self.book, self.number
        self.sends = number[SENDS_FACT]
        # The masks before anything is asked.
        self.idle = [UNASKED] * len(self.names)
        self.flags = frozenset(flag.id for flag in book.flags)
        for flag in book.flags:
            self.idle[number[flag.id]] = sure(self.bits[number[flag.id]][flag.default])
        derived = {number[item.id]: item for item in book.derived}
        self.screen_bits: dict[str, int] = dict.fromkeys(self.screens, 0)
        self.screen_of: dict[int, Screen] = {}
        always_asked = {book.emergency.question, book.emergency.called, *book.stop_until}
        self.kept = [0, 0]  # the facts that are asked even where they change nothing: decide, send
        self.all_questions = self.late = 0  # and of these, the ones that are asked once the decision is made
        self._steps: list[Asks | Works] = []
        self._send_steps: list[Asks | Works] = []
        self.step_of: dict[int, Asks | Works] = {}
        for at, question in enumerate(self.question):
            if question is None:
                if at in derived:
                    self.step_of[at] = works = self._works(at, derived[at])
                    self._steps.append(works)
                continue
            screen = self.screens[question.screen]
            send = screen.stage == "send"
            self.screen_bits[screen.id] |= 1 << at
            self.screen_of[at] = screen
            steps = self._send_steps if send else self._steps
            gate = self.gate(question.when)
            last = steps[-1] if steps else None
            if not isinstance(last, Asks) or last.gate is not gate or last.here.stop != at:
                last = Asks(gate, at)
                steps.append(last)
            last.add(at)
            self.step_of[at] = last
            self.all_questions |= 1 << at
            self.late |= send << at
            if question.keep or question.id in always_asked:
                self.kept[send] |= 1 << at

    def _works(self, at: int, item: Derived) -> Works:
        table = Table(tuple(self.rows(row.when) for row in item.rows))
        bits = self.bits[at]
        works = Works(at, table, (*(bits[row.value] for row in item.rows), bits[item.otherwise]))
        self.idle[at] = works.read(self.idle)[0]
        return works

    def _lanes(self) -> None:
        book = self.book
        self.opens = tuple(
            Opens(lane, Table(tuple(self.rows(rule.when) for rule in lane.rules)), book.outcomes) for lane in book.lanes
        )
        self.silenced = self.gate(book.silenced) if book.silenced is not None else None
        self.hastened = self.gate(book.hastened) if book.hastened is not None else None
        self.checks = tuple((check, self.gate(check.when)) for check in book.checks)
        stop = [(self.number[fact], value) for fact, value in book.stop_until.items()]
        self.stop = tuple((at, self.bits[at][value] << HALF) for at, value in stop)
        self.beside = tuple(opens for opens in self.opens if not opens.lane.alone)
        self.alone = tuple(opens for opens in self.opens if opens.lane.alone)
        self._cares: dict[tuple[int, tuple[int, ...]], Care | None] = {}
        self.send_care = Care((gate for _, gate in self.checks), ())
        self._ids: dict[tuple[int, int], tuple[str, ...]] = {}
        self._presses: dict[int, int] = {}
        self._questions: dict[int, tuple[Question, ...]] = {}

    def _wake(self) -> None:
        """Which parts need a look at all, because a value has come up that one of their terms names."""
        named: list[list[tuple[int, int]]] = [[] for _ in self.names]
        self.woken = [Woken(idle, terms) for idle, terms in zip(self.idle, named, strict=True)]
        self.awake = 0  # the parts that are something from the beginning
        for number, part in enumerate((*self._steps, *self._send_steps, *self.opens), start=len(self.names)):
            part.me = 1 << number
            for terms in (part.gate if isinstance(part, Asks) else part.table).lines:
                for fact, allowed in terms:
                    named[fact].append((allowed, part.me))
            if isinstance(part, Asks) and part.gate.read(self.idle)[0] != FALSE:
                self.awake |= part.me
            if isinstance(part, Opens) and self.standing(part, self.idle).may_open:
                self.awake |= part.me
        for at, step in self.step_of.items():
            if isinstance(step, Asks):
                step.wakes |= self.woken[at][self.anything[at]]
        self.steps, self.send_steps = [*map(laid_open, self._steps)], [*map(laid_open, self._send_steps)]

    def standing(self, opens: Opens, masks: Sequence[int]) -> Standing:
        """How a lane stands by its own table; remembered."""
        rows, need, row = opens.table.read(masks)
        care = None if rows == (opens.closed,) else self.care(opens, rows)
        found = opens.standing(rows, need, row, care)
        remember(opens.results, opens.key(masks), found)
        return found

    def choice(self, fact: int, value: int) -> tuple[int, int, int]:
        """An answer made ready for `given`: the fact and its mask, and its bit with the parts it wakes."""
        mask = sure(value)
        return fact, mask, 1 << fact | self.woken[fact][mask]

    def given(self, answers: Iterable[tuple[int, int, int]]) -> Given:
        """Answers made ready for a replay."""
        masks, bits = self.anything.copy(), 0
        for at, mask, woken in answers:
            masks[at] = mask
            bits |= woken
        return Given(masks, bits)

    def rows(self, when: When) -> tuple[Terms, ...]:
        """The rows of a `when` with facts as numbers and allowed values as masks. Needs a book without faults."""
        return tuple(
            tuple(
                (self.number[fact], sum(self.bits[self.number[fact]][value] for value in allowed))
                for fact, allowed in row.items()
            )
            for row in when
        )

    def gate(self, when: When) -> Gate:
        """The gate of a `when`; equal ones are one and the same. Remembered by the `when` itself, which is kept."""
        known = self._known.get(id(when))
        if known is not None and known[0] is when:
            return known[1]
        rows = self.rows(when)
        gate = self._gates.get(rows)
        if gate is None:
            gate = self._gates[rows] = Gate(rows)
        self._known[id(when)] = when, gate
        return gate

    def recipient_facts(self, outcome: Outcome) -> tuple[int, ...]:
        """The facts whose value is a recipient of this outcome."""
        return tuple(self.number[name] for name in outcome.recipients if name in self.number)

    def care(self, opens: Opens, possible: tuple[int, ...]) -> Care | None:
        """What is still of interest while these rows of the lane may be the first true one; None is nothing."""
        key = (opens.me, possible)
        if key in self._cares:
            return self._cares[key]
        gates: list[Gate] = []
        facts: list[int] = []
        for row in possible:
            outcome = opens.outcomes[row]
            if outcome is not None:
                gates += self.verdict_gates(opens.lane, outcome)
                facts += self.recipient_facts(outcome)
        care = Care(gates, facts)
        self._cares[key] = found = care if care.any_fact else None
        return found

    def verdict_gates(self, lane: Lane, outcome: Outcome) -> Iterable[Gate]:
        """Every `when` that can change what is said about this outcome of this lane, the checks left out."""
        guides = (*lane.show, *lane.never, *outcome.guides)
        whens = [guide.when for guide in guides]
        if outcome.sends in SENDING:
            whens += [addition.when for addition in lane.adds]
        if outcome.required_when is not None:
            whens.append(outcome.required_when)
        spoken = outcome.talk != "none" or outcome.tell or outcome.after or self.book.silence
        if self.book.silenced is not None and (spoken or falls_silent(self.book, lane, outcome)):
            whens.append(self.book.silenced)
        if self.book.hastened is not None and lane.protective and outcome.clock == "routine":
            whens.append(self.book.hastened)
        return [self.gate(when) for when in whens]

    def verdict_key(self, opens: Opens, row: int, outcome: Outcome, *, checked: bool) -> Callable[[Sequence[int]], Any]:
        """Picks the masks that a verdict of this row is made of."""
        gates = [*self.verdict_gates(opens.lane, outcome), *(gate for _, gate in self.checks if checked)]
        facts = {fact for gate in gates for fact in gate.facts} | set(self.recipient_facts(outcome))
        found = opens.verdict_keys[row, checked] = keyed(tuple(sorted(facts)))
        return found

    def ids(self, bits: int) -> tuple[str, ...]:
        """The fact ids of these bits, in the order they are asked."""
        found: tuple[str, ...] = ()
        at = 0
        while bits:
            part = bits & (1 << _CHUNK) - 1
            if part:
                names = self._ids.get((at, part))
                if names is None:
                    names = self._ids[at, part] = tuple(self.names[at + number] for number in numbers_in(part))
                found += names
            bits >>= _CHUNK
            at += _CHUNK
        return found

    def questions(self, bits: int) -> tuple[Question, ...]:
        """The questions of these bits, in the order they are asked."""
        found = self._questions.get(bits)
        if found is None:
            found = tuple(question for at in numbers_in(bits) if (question := self.question[at]) is not None)
            remember(self._questions, bits, found)
        return found

    def presses(self, bits: int) -> int:
        """How many screens these questions stand on."""
        found = self._presses.get(bits)
        if found is None:
            found = sum(1 for here in self.screen_bits.values() if bits & here)
            remember(self._presses, bits, found)
        return found


def values_of(question: Question) -> tuple[str, ...]:
    """The values the question's fact can have."""
    if question.bands:
        return tuple(dict.fromkeys(band.value for band in question.bands))
    return tuple(option.value for option in question.options)


def _in_order(book: Book, ordered: Sequence[Question], screens: Mapping[str, Screen]) -> list[str]:
    """Flags, then questions in the order they are asked, each derived fact after the screen that makes it whole."""
    names = [flag.id for flag in book.flags]
    placed = set(names)
    waiting = {item.id: {fact for row in item.rows for terms in row.when for fact in terms} for item in book.derived}

    def place_derived() -> None:
        ready = [name for name, needs in waiting.items() if needs <= placed]
        while ready:
            for name in ready:
                del waiting[name]
            names.extend(ready)
            placed.update(ready)
            ready = [name for name, needs in waiting.items() if needs <= placed]

    place_derived()
    decided = False
    for screen, questions in groupby(ordered, key=lambda question: question.screen):
        if screens[screen].stage == "send" and not decided:
            names.append(SENDS_FACT)
            decided = True
        here = [question.id for question in questions]
        names += here
        placed.update(here)
        place_derived()
    return names if decided else [*names, SENDS_FACT]


_indexes: dict[int, Index] = {}


def index_of(book: Book) -> Index:
    """The book's index, made at the first call. Kept by identity, with the book, so that an id is never taken over."""
    found = _indexes.get(id(book))
    if found is None:
        if len(_indexes) >= 32:
            _indexes.clear()
        found = _indexes[id(book)] = Index(book)
    return found
