"""`python -m tests.bench.growth`: how proving grows with the book: half of it, the whole, and two of it in one.

The rule to keep: each size is proved in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from policy.book import SENDS_FACT, Book, Check, Derived, Guide, Invariant, Lane, Outcome, Question, When
from policy.proving import prove
from policy.proving.page import short
from policy.reading import read
from policy.reading.expectations import ANY, lane_aspect

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "policy" / "books" / "justus.toml"
AGAIN = "--again"


def main() -> int:
    """Prints a table; 1 when a size could not be proved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, help="prove this one here, and print its row")
    chosen = parser.parse_args()
    if chosen.size:
        return _row(chosen.size)
    print("| Book | Questions | Lanes | Rules | Invariants | Answer sets | Seconds | Memory |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    codes = [subprocess.run([sys.executable, "-m", __spec__.name, "--size", size]).returncode for size in SIZES]
    return max(codes)


def _row(size: str) -> int:
    book = SIZES[size](read(BOOK.read_text(encoding="utf-8"), BOOK.name))
    began = time.process_time()
    proof = prove(book)
    seconds = time.process_time() - began
    rules = sum(len(lane.rules) for lane in book.lanes)
    count = short(proof.count.finished) if proof.count else ""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sizes = f"{len(book.questions)} | {len(book.lanes)} | {rules} | {len(book.invariants)}"
    print(f"| {size} | {sizes} | {count} | {seconds:.1f} | {memory} MiB |", flush=True)
    for broken in proof.broken:
        print(f"not proved: {broken.id}: {broken.sentences}", file=sys.stderr)
    return 1 if proof.broken or proof.disagreements else 0


def half(book: Book) -> Book:
    """The first half of the book's lanes, and no more questions, guidance and invariants than these need."""
    lanes = [lane for at, lane in enumerate(book.lanes) if at < len(book.lanes) // 2 or lane.alone]
    facts = _needed(book, lanes)
    outcomes = {rule.outcome: book.outcomes[rule.outcome] for lane in lanes for rule in lane.rules}

    def known(when: When | None) -> bool:
        return when is None or all(fact in facts or fact == SENDS_FACT for row in when for fact in row)

    def guides(found: Iterable[Guide]) -> tuple[Guide, ...]:
        return tuple(guide for guide in found if known(guide.when))

    ids = {lane.id for lane in lanes}
    return replace(
        book,
        questions=tuple(question for question in book.questions if question.id in facts),
        derived=tuple(item for item in book.derived if item.id in facts),
        lanes=tuple(
            replace(
                lane,
                show=guides(lane.show),
                never=guides(lane.never),
                adds=tuple(item for item in lane.adds if known(item.when)),
            )
            for lane in lanes
        ),
        outcomes={name: _with_guides(outcome, guides) for name, outcome in outcomes.items()},
        checks=tuple(check for check in book.checks if known(check.when)),
        exclusions=tuple(item for item in book.exclusions if known(item.when)),
        invariants=tuple(item for item in book.invariants if _speaks_of(item, facts, ids)),
        examples=(),
        quiet={name: value for name, value in book.quiet.items() if name in facts},
    )


def _with_guides(outcome: Outcome, guides: Callable[[Iterable[Guide]], tuple[Guide, ...]]) -> Outcome:
    return replace(
        outcome,
        steps=guides(outcome.steps),
        script=guides(outcome.script),
        words=guides(outcome.words),
        leave_out=guides(outcome.leave_out),
        write_down=guides(outcome.write_down),
        tell=guides(outcome.tell),
        out_of_hours=guides(outcome.out_of_hours),
        after=guides(outcome.after),
    )


def _needed(book: Book, lanes: Iterable[Lane]) -> set[str]:
    """Every fact that these lanes, the emergency and the way of sending depend on."""
    whens = {question.id: [question.when] for question in book.questions}
    whens |= {item.id: [row.when for row in item.rows] for item in book.derived}
    stages = {screen.id: screen.stage for screen in book.screens}
    found = {flag.id for flag in book.flags} | {
        question.id for question in book.questions if stages[question.screen] == "send"
    }
    found |= {book.lead, book.emergency.question, book.emergency.called, *book.stop_until}
    starting = [rule.when for lane in lanes for rule in lane.rules] + [book.silenced or (), book.hastened or ()]
    starting += [book.outcomes[rule.outcome].required_when or () for lane in lanes for rule in lane.rules]
    found |= {fact for when in starting for row in when for fact in row}
    found |= {
        name for lane in lanes for rule in lane.rules for name in book.outcomes[rule.outcome].recipients
    } & whens.keys()
    waiting = list(found)
    while waiting:
        more = {fact for when in whens.get(waiting.pop(), ()) for row in when for fact in row} - found - {SENDS_FACT}
        found |= more
        waiting += more
    return found


def _speaks_of(item: Invariant, facts: set[str], lanes: set[str]) -> bool:
    """Whether the invariant speaks of nothing else than these."""
    for when in (item.when, item.then, item.never):
        for row in when:
            for term in row:
                found = lane_aspect(term, ())
                if (term not in facts) if found is None else (found[0] not in lanes and found[0] not in ANY):
                    return False
    return {*item.lanes} <= lanes and {*item.facts, *item.order} <= facts


def doubled(book: Book) -> Book:
    """The book and a copy of it under other names, in one: everything may happen twice, and one card shows both.

    Left out: that nothing ends blank ("i18-never-blank") and who is kept out ("kept-out-"), which speak of one copy.
    """
    other = _Copy(book).all()
    return replace(
        book,
        screens=book.screens + other.screens,
        questions=book.questions + other.questions,
        flags=book.flags + other.flags,
        derived=book.derived + other.derived,
        lanes=book.lanes + other.lanes,
        outcomes={**book.outcomes, **other.outcomes},
        recipients={**book.recipients, **other.recipients},
        checks=book.checks + other.checks,
        invariants=tuple(
            _for_both(item)
            for item in (*book.invariants, *other.invariants)
            if not item.id.startswith(("i18-never-blank", "kept-out-"))
        ),
        examples=(),
        quiet={**book.quiet, **other.quiet},
        silenced=(*(book.silenced or ()), *(other.silenced or ())),
        hastened=(*(book.hastened or ()), *(other.hastened or ())),
        exclusions=book.exclusions + other.exclusions,
        stop_until={**book.stop_until, **other.stop_until},
    )


def _two(name: str) -> str:
    return f"{name}{AGAIN}"


def _for_both(item: Invariant) -> Invariant:
    """What `any` lane may come to is allowed to the lanes of both copies."""
    rows = tuple(
        {
            term: allowed | {value.removesuffix(AGAIN) for value in allowed} | {_two(value) for value in allowed}
            if term == "any.outcome"
            else allowed
            for term, allowed in row.items()
        }
        for row in item.then
    )
    return replace(item, then=rows)


class _Copy:
    """The same book under other names: facts, lanes, outcomes, recipients and checks end in AGAIN."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.facts = {item.id for item in (*book.questions, *book.flags, *book.derived)}  # type: ignore[attr-defined]
        named = {name for outcome in book.outcomes.values() for name in outcome.recipients}
        self.hearing = named & self.facts  # facts that stand for a recipient: their values are ids too

    def all(self) -> Book:
        book = self.book
        return replace(
            book,
            screens=tuple(replace(screen, id=_two(screen.id)) for screen in book.screens),
            questions=tuple(self.question(question) for question in book.questions),
            flags=tuple(replace(flag, id=_two(flag.id)) for flag in book.flags),
            derived=tuple(self.derived(item) for item in book.derived),
            lanes=tuple(self.lane(lane) for lane in book.lanes),
            outcomes={_two(name): self.outcome(outcome) for name, outcome in book.outcomes.items()},
            recipients={_two(name): replace(item, id=_two(name)) for name, item in book.recipients.items()},
            checks=tuple(self.check(check) for check in book.checks),
            invariants=tuple(self.invariant(item) for item in book.invariants),
            quiet={_two(name): self.value(name, value) for name, value in book.quiet.items()},
            silenced=self.when(book.silenced or ()),
            hastened=self.when(book.hastened or ()),
            exclusions=tuple(replace(item, id=_two(item.id), when=self.when(item.when)) for item in book.exclusions),
            stop_until={_two(name): value for name, value in book.stop_until.items()},
        )

    def value(self, fact: str, value: str) -> str:
        return _two(value) if fact in self.hearing else value

    def when(self, when: When) -> When:
        return tuple(
            {
                _two(fact) if fact in self.facts else fact: frozenset(self.value(fact, value) for value in allowed)
                for fact, allowed in row.items()
            }
            for row in when
        )

    def question(self, item: Question) -> Question:
        options = tuple(replace(option, value=self.value(item.id, option.value)) for option in item.options)
        return replace(item, id=_two(item.id), screen=_two(item.screen), options=options, when=self.when(item.when))

    def derived(self, item: Derived) -> Derived:
        rows = tuple(replace(row, when=self.when(row.when), value=self.value(item.id, row.value)) for row in item.rows)
        return replace(item, id=_two(item.id), rows=rows, otherwise=self.value(item.id, item.otherwise))

    def guides(self, found: Iterable[Guide]) -> tuple[Guide, ...]:
        return tuple(replace(guide, id=_two(guide.id), when=self.when(guide.when)) for guide in found)

    def lane(self, lane: Lane) -> Lane:
        rules = tuple(
            replace(
                rule,
                id=_two(rule.id),
                when=self.when(rule.when),
                outcome=_two(rule.outcome) if rule.outcome in self.book.outcomes else rule.outcome,
            )
            for rule in lane.rules
        )
        adds = tuple(replace(item, recipient=_two(item.recipient), when=self.when(item.when)) for item in lane.adds)
        show, never = self.guides(lane.show), self.guides(lane.never)
        return replace(lane, id=_two(lane.id), rules=rules, adds=adds, show=show, never=never)

    def outcome(self, outcome: Outcome) -> Outcome:
        required = None if outcome.required_when is None else self.when(outcome.required_when)
        recipients = tuple(_two(name) for name in outcome.recipients)
        copied = replace(outcome, id=_two(outcome.id), recipients=recipients, required_when=required)
        return _with_guides(copied, self.guides)

    def check(self, check: Check) -> Check:
        return replace(check, id=_two(check.id), when=self.when(check.when))

    def invariant(self, item: Invariant) -> Invariant:
        return replace(
            item,
            id=_two(item.id),
            when=self.terms(item.when),
            then=self.terms(item.then),
            never=self.terms(item.never),
            facts=tuple(_two(name) for name in item.facts),
            lanes=tuple(_two(name) for name in item.lanes),
            order={_two(fact): tuple(self.value(fact, value) for value in order) for fact, order in item.order.items()},
            guards=(),
        )

    def terms(self, when: When) -> When:
        rows: list[Mapping[str, frozenset[str]]] = []
        for row in when:
            renamed: dict[str, frozenset[str]] = {}
            for term, allowed in row.items():
                found = lane_aspect(term, ())
                if found is None:
                    renamed |= self.when(({term: allowed},))[0]
                    continue
                lane, aspect = found
                ids = aspect in ("outcome", "recipients", "blocks", "warnings", "shows", "never")
                values = frozenset(
                    _two(value) if ids and value not in ("closed", "none") else value for value in allowed
                )
                renamed[f"{lane if lane in ANY else _two(lane)}.{aspect}"] = values
            rows.append(renamed)
        return tuple(rows)


SIZES: Mapping[str, Callable[[Book], Book]] = {"half": half, "whole": lambda book: book, "double": doubled}

if __name__ == "__main__":
    sys.exit(main())
