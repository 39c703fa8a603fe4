"""Whether what a book says of the world outside is still fresh: law notes and telephone numbers have a check day.

The one rule to keep: what is past its day is still shown, and says so; `today` is always handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from policy.book import Book, Contact, LawNote

NEVER = "Still to be checked by a person."


def is_due(checked_on: date | None, recheck_days: int, today: date) -> bool:
    """Whether it must be checked again; on the last of its days it is still good."""
    return checked_on is None or checked_on + timedelta(days=recheck_days) < today


def check_line(checked_on: date | None, recheck_days: int, today: date) -> str:
    """One sentence: when it was checked, since when it was not, or that nobody has checked it yet."""
    if checked_on is None:
        return NEVER
    if is_due(checked_on, recheck_days, today):
        return f"Not checked since {day_in_words(checked_on)}."
    return f"Checked on {day_in_words(checked_on)}."


def law_text(note: LawNote, facts: Mapping[str, str]) -> str:
    """What the law is for these facts: other words once it has started."""
    begun = any(all(facts.get(fact) in allowed for fact, allowed in row.items()) for row in note.started_when)
    return note.started if begun else note.text


def day_in_words(day: date) -> str:
    """22 November 2026."""
    return f"{day.day} {day:%B %Y}"


def due(book: Book, today: date) -> tuple[str, ...]:
    """The ids of the law notes and contacts that must be checked again, or were never checked, in book order."""
    kept: list[LawNote | Contact] = [*book.law.values(), *book.contacts.values()]
    return tuple(item.id for item in kept if is_due(item.checked_on, item.recheck_days, today))
