"""What is said of the world outside, laws and telephone numbers, and nobody has checked in time. Pure.

The rule to keep: a number that the rota gives is the rota's to keep right, and is not asked for here.
"""

from __future__ import annotations

from datetime import date

from bot.organisation.charity import ROSTERED, Charity
from policy.book import Book
from policy.currency import is_due


def overdue_checks(book: Book, charity: Charity, today: date) -> dict[str, bool]:
    """Ids of the book's law notes and contacts that are past their day; and whether each is vital."""
    law = {note.id: False for note in book.law.values() if is_due(note.checked_on, note.recheck_days, today)}
    return law | {
        contact.id: contact.critical
        for contact in book.contacts.values()
        if contact.setting not in ROSTERED
        and any(is_due(route.checked_on, contact.recheck_days, today) for route in charity.routes_of(contact))
    }
