"""`python -m tests.bench.walk`: how many replays a second one core makes of each shipped book, and beside what.

The rule to keep: no answer set is replayed twice, so that no memo of whole walks could help; only what a book remembers
of its tables is warm, as it is in a process that has been running for a while.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

import policy
from policy.book import Book
from policy.reading import read
from policy.walk import Asking, walk
from policy.walk.index import values_of

BOOKS = Path(policy.__file__).parent / "books"
SIZES = (5, 10, 20)
ROUNDS, SETS = 7, 2_000  # of which the first round only warms up; fewer sets where the book has not so many
ATTEMPTS = 2 * ROUNDS * SETS
SEED = 20261122

Answers = dict[str, str]


def main() -> int:
    """Prints a table for each book named, else for every one that is shipped."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted(BOOKS.glob("*.toml"))
    for path in paths:
        book = read(path.read_text(encoding="utf-8"), path.name)
        print(f"\n{book.title} ({path.name}, {len(book.questions)} questions, {len(book.lanes)} lanes)\n")
        print("\n".join(table(book)))
    return 0


def table(book: Book) -> list[str]:
    """Replays a second at each size, and as a share of the floor: one JSON round trip of a copy of the answers."""
    rows = [
        "| answers at least | replays/s | floor/s | floor ÷ replay |",
        "|--:|--:|--:|--:|",
    ]
    for size in SIZES:
        rounds = some_answers(book, size, random.Random(SEED + size))
        if len(rounds) < ROUNDS:
            continue  # nobody is asked that much in this book
        ours, floor = [], []
        for number, sets in enumerate(rounds):
            a = per_second(lambda answers: walk(book, answers), sets)
            b = per_second(round_trip, sets)
            if number:
                ours.append(a)
                floor.append(b)
        share = statistics.median(floor) / statistics.median(ours)
        rows.append(f"| {size} | {spread(ours)} | {spread(floor)} | {share:.1f} |")
    return rows


def spread(rates: Sequence[float]) -> str:
    """Median (least–most), as on the other tables of the bench."""
    return f"{statistics.median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"


def per_second(work: Callable[[Answers], object], sets: Sequence[Answers]) -> float:
    """In CPU time of this process, so that what else the machine does changes little."""
    begun = process_time()
    for answers in sets:
        work(answers)
    return len(sets) / (process_time() - begun)


def round_trip(answers: Answers) -> object:
    """What is surely needed to have the answers at all: a copy, to text and back."""
    return json.loads(json.dumps(dict(answers)))


def some_answers(book: Book, size: int, chance: random.Random) -> list[list[Answers]]:
    """Rounds of different answer sets of about this size, as they are after a press; fewer where the book has few."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    found: list[Answers] = []
    for _ in range(ATTEMPTS):
        answers = asked_at_random(book, size, chance)
        key = tuple(answers.items())
        if len(answers) >= size and key not in seen:
            seen.add(key)
            found.append(answers)
            if len(found) == ROUNDS * SETS:
                break
    sets = min(SETS, max(len(found) // ROUNDS, 1))
    return [found[at : at + sets] for at in range(0, len(found) - sets + 1, sets)]


def asked_at_random(book: Book, size: int, chance: random.Random) -> Answers:
    """Somebody is asked whole screens up to `size` answers or a few more; half of what they say is the quiet answer."""
    answers: Answers = {}
    while len(answers) < size and isinstance(now := walk(book, answers), Asking):
        for question in now.questions:
            quiet = chance.random() < 0.5
            answers[question.id] = book.quiet[question.id] if quiet else chance.choice(values_of(question))
    return answers


if __name__ == "__main__":
    sys.exit(main())
