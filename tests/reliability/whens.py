"""Ways to spoil a condition: let more through, or less. Each comes with what was done, in words.

The one rule to keep: every `When` that comes out is another condition than the one that went in, and a sound one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.book import Row, When

Values = Mapping[str, tuple[str, ...]]
Spoilt = tuple[str, When]
"""What was done, and the condition as it is now."""


def with_one_more_answer(when: When, values: Values) -> Iterator[Spoilt]:
    """A term allows one value more."""
    for at, row in enumerate(when):
        for fact, allowed in row.items():
            for value in values[fact]:
                if value not in allowed:
                    yield f"'{fact}' may be '{value}' too", _put(when, at, {**row, fact: allowed | {value}})


def without_a_term(when: When) -> Iterator[Spoilt]:
    """A row asks for one thing less; a row that asks for nothing makes the whole condition "always"."""
    for at, row in enumerate(when):
        for fact in row:
            rest = {name: allowed for name, allowed in row.items() if name != fact}
            yield f"'{fact}' no longer matters{_in(when, at)}", _put(when, at, rest) if rest else ()


def with_one_answer_fewer(when: When) -> Iterator[Spoilt]:
    """A term allows one value less, where it allows several."""
    for at, row in enumerate(when):
        for fact, allowed in row.items():
            if len(allowed) > 1:
                for value in sorted(allowed):
                    yield f"'{fact}' may not be '{value}' any more", _put(when, at, {**row, fact: allowed - {value}})


def without_a_row(when: When) -> Iterator[Spoilt]:
    """One of several rows is gone."""
    if len(when) > 1:
        for at, row in enumerate(when):
            yield f"the row about {' and '.join(map(repr, row))} is gone", (*when[:at], *when[at + 1 :])


def looser(when: When, values: Values) -> Iterator[Spoilt]:
    """True more often."""
    yield from with_one_more_answer(when, values)
    yield from without_a_term(when)


def tighter(when: When) -> Iterator[Spoilt]:
    """True less often."""
    yield from with_one_answer_fewer(when)
    yield from without_a_row(when)


def told(when: When) -> str:
    """The condition in ids, on one line."""
    rows = (" and ".join(f"{fact}={'/'.join(sorted(allowed))}" for fact, allowed in row.items()) for row in when)
    return " or ".join(rows) or "always"


def _put(when: When, at: int, row: Row) -> When:
    return (*when[:at], row, *when[at + 1 :])


def _in(when: When, at: int) -> str:
    return f" in row {at + 1}" if len(when) > 1 else ""
