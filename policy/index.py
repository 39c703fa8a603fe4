"""A book made ready to be walked: facts as numbers, sets of values as bits, every `when` compiled once.

The one rule to keep: facts are numbered so that each depends only on lower numbers, and questions keep the order
of their screens; the walk relies on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from policy.book import CLOSED, SENDING, SENDS_FACT, Book, Derived, Lane, Outcome, Question, Rule, Screen, When
from policy.tables import NOTHING, Care, Gate, Table, Terms, keyed, numbers_in, remember


class Asks:
    """The questions that share one `when`, so that it is read once for all of them."""

    __slots__ = ("bits", "gate", "questions")

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.questions: list[int] = []
        self.bits = 0


class Works:
    """A derived fact: its table, and the bit that each row (and "no row") gives."""

    __slots__ = ("bits", "fact", "table", "untouched")

    def __init__(self, fact: int, table: Table, bits: tuple[int, ...]) -> None:
        self.fact = fact
        self.table = table
        self.bits = bits
        self.untouched: tuple[int, ...] = (table.untouched,)


class Opens:
    """A lane: its table, what each row comes to, and the facts its verdicts are made of."""

    __slots__ = (
        "_open_rows",
        "closed",
        "comes_to",
        "lane",
        "outcomes",
        "table",
        "untouched",
        "verdict_keys",
        "verdicts",
    )

    def __init__(self, lane: Lane, table: Table, outcomes: Mapping[str, Outcome]) -> None:
        self.lane = lane
        self.table = table
        # A row that closes the lane on purpose and "no row is true" are the same to everybody else.
        self.comes_to = (*(_pair(rule) for rule in lane.rules), (CLOSED, ""))
        self.outcomes = (*(outcomes.get(rule.outcome) for rule in lane.rules), None)
        self.closed = len(lane.rules)
        # How the lane stands while none of its facts has a value; see `Replay._open_lanes`.
        self.untouched: tuple[tuple[int, ...], int, int, bool] = ((table.untouched,), 0, table.untouched, True)
        self._open_rows = frozenset(at for at, outcome in enumerate(self.outcomes) if outcome is not None)
        self.verdict_keys: dict[int, Callable[[Sequence[int]], Any]] = {}
        self.verdicts: dict[Any, Any] = {}

    def same(self, rows: Sequence[int]) -> bool:
        """Whether these rows all come to the same outcome with the same approval."""
        first = self.comes_to[rows[0]]
        return all(self.comes_to[row] == first for row in rows)

    def may_open(self, rows: Sequence[int]) -> bool:
        """Whether one of these rows opens the lane."""
        return not self._open_rows.isdisjoint(rows)

    def must_open(self, rows: Sequence[int]) -> bool:
        """Whether each of these rows opens the lane."""
        return self._open_rows.issuperset(rows)


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
        self.anything = tuple((2 << len(bits)) - 1 for bits in self.bits)
        self.question: tuple[Question | None, ...] = tuple(
            {item.id: item for item in ordered}.get(name) for name in self.names
        )
        self.choices = {
            (name, value): (at, bit)
            for at, name in enumerate(self.names)
            if self.question[at]
            for value, bit in self.bits[at].items()
        }
        self._gates: dict[tuple[Terms, ...], Gate] = {}
        self._lay_out(ordered)
        self._lanes()

    def _lay_out(self, ordered: Sequence[Question]) -> None:
        """Sort questions and derived facts into steps that can be worked out one after the other."""
        book, number = self.book, self.number
        self.sends = number[SENDS_FACT]
        self.flags = tuple((flag.id, number[flag.id], flag.default) for flag in book.flags)
        self.nothing_yet = [NOTHING] * len(self.names)
        derived = {number[item.id]: item for item in book.derived}
        self.works: dict[int, Works] = {}
        self.gate_of: dict[int, Gate] = {}
        self.screen_bits: dict[str, int] = dict.fromkeys(self.screens, 0)
        self.screen_of: dict[int, Screen] = {}
        always_asked = {book.emergency.question, book.emergency.called, *book.stop_until}
        self.kept = [0, 0]  # the facts that are asked even where they change nothing: decide, send
        self.all_questions = 0
        self.steps: list[Asks | Works] = []
        self.send_steps: list[Asks] = []
        groups: dict[tuple[Gate, bool], Asks] = {}
        for at, question in enumerate(self.question):
            if question is None:
                if at in derived:
                    self.works[at] = self._works(at, derived[at])
                    self.steps.append(self.works[at])
                continue
            screen = self.screens[question.screen]
            send = screen.stage == "send"
            gate = self.gate_of[at] = self.gate(question.when)
            self.screen_bits[screen.id] |= 1 << at
            self.screen_of[at] = screen
            if (gate, send) not in groups:
                groups[gate, send] = group = Asks(gate)
                (self.send_steps if send else self.steps).append(group)
            groups[gate, send].questions.append(at)
            groups[gate, send].bits |= 1 << at
            self.all_questions |= 1 << at
            if question.keep or question.id in always_asked:
                self.kept[send] |= 1 << at

    def _works(self, at: int, item: Derived) -> Works:
        table = Table(tuple(self.rows(row.when) for row in item.rows))
        bits = self.bits[at]
        return Works(at, table, (*(bits[row.value] for row in item.rows), bits[item.otherwise]))

    def _lanes(self) -> None:
        book = self.book
        self.opens = tuple(
            Opens(lane, Table(tuple(self.rows(rule.when) for rule in lane.rules)), book.outcomes) for lane in book.lanes
        )
        self.silenced = self.gate(book.silenced) if book.silenced is not None else None
        self.hastened = self.gate(book.hastened) if book.hastened is not None else None
        self.checks = tuple((check, self.gate(check.when)) for check in book.checks)
        stop = [(self.number[fact], value) for fact, value in book.stop_until.items()]
        self.stop = tuple((at, self.bits[at][value]) for at, value in stop)
        self.closed = tuple((opens.closed,) for opens in self.opens)
        self.alone = tuple(at for at, lane in enumerate(book.lanes) if lane.alone)
        self._cares: dict[tuple[int, tuple[int, ...]], Care | None] = {}
        self.send_care = Care((gate for _, gate in self.checks), ())
        self._ids: dict[int, tuple[str, ...]] = {}
        self._presses: dict[int, int] = {}

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
        """The gate of a `when`; equal ones are one and the same."""
        rows = self.rows(when)
        return self._gates.setdefault(rows, Gate(rows))

    def recipient_facts(self, outcome: Outcome) -> tuple[int, ...]:
        """The facts whose value is a recipient of this outcome."""
        return tuple(self.number[name] for name in outcome.recipients if name in self.number)

    def care(self, lane: int, possible: tuple[int, ...]) -> Care | None:
        """What is still of interest while these rows of the lane may be the first true one; None is nothing."""
        key = (lane, possible)
        if key in self._cares:
            return self._cares[key]
        opens = self.opens[lane]
        gates: list[Gate] = []
        facts: list[int] = []
        for row in possible:
            outcome = opens.outcomes[row]
            if outcome is not None:
                gates += self.verdict_gates(opens.lane, outcome)
                facts += self.recipient_facts(outcome)
        care = Care(gates, facts)
        self._cares[key] = found = care if care.gates or care.facts else None
        return found

    def verdict_gates(self, lane: Lane, outcome: Outcome) -> Iterable[Gate]:
        """Every `when` that can change what is said about this outcome of this lane, the checks left out."""
        guides = (*lane.show, *lane.never, *outcome.steps, *outcome.words)
        whens = [guide.when for guide in guides]
        if outcome.sends in SENDING:
            whens += [addition.when for addition in lane.adds]
        if outcome.required_when is not None:
            whens.append(outcome.required_when)
        if self.book.silenced is not None and outcome.talk != "none":
            whens.append(self.book.silenced)
        if self.book.hastened is not None and lane.protective and outcome.clock == "routine":
            whens.append(self.book.hastened)
        return [self.gate(when) for when in whens]

    def verdict_key(self, opens: Opens, row: int, outcome: Outcome) -> Callable[[Sequence[int]], Any]:
        """Picks the masks that a verdict of this row is made of."""
        found = opens.verdict_keys.get(row)
        if found is None:
            facts = {fact for gate in self.verdict_gates(opens.lane, outcome) for fact in gate.facts}
            facts |= {fact for _, gate in self.checks for fact in gate.facts} | set(self.recipient_facts(outcome))
            found = opens.verdict_keys[row] = keyed(tuple(sorted(facts)))
        return found

    def ids(self, bits: int) -> tuple[str, ...]:
        """The fact ids of these bits, in the order they are asked."""
        found = self._ids.get(bits)
        if found is None:
            found = tuple(self.names[at] for at in numbers_in(bits))
            remember(self._ids, bits, found)
        return found

    def questions(self, bits: int) -> tuple[Question, ...]:
        """The questions of these bits, in the order they are asked."""
        return tuple(question for at in numbers_in(bits) if (question := self.question[at]) is not None)

    def presses(self, bits: int) -> int:
        """How many screens these questions stand on."""
        found = self._presses.get(bits)
        if found is None:
            found = len({self.screen_of[at].id for at in numbers_in(bits)})
            remember(self._presses, bits, found)
        return found


def values_of(question: Question) -> tuple[str, ...]:
    """The values the question's fact can have."""
    if question.bands:
        return tuple(dict.fromkeys(band.value for band in question.bands))
    return tuple(option.value for option in question.options)


def _pair(rule: Rule) -> tuple[str, str]:
    return (CLOSED, "") if rule.outcome == CLOSED else (rule.outcome, rule.approval)


def _in_order(book: Book, ordered: Sequence[Question], screens: Mapping[str, Screen]) -> list[str]:
    """Flags, then questions in the order they are asked, each derived fact as early as what it is made of allows."""
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
    for question in ordered:
        if screens[question.screen].stage == "send" and not decided:
            names.append(SENDS_FACT)
            decided = True
        names.append(question.id)
        placed.add(question.id)
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
