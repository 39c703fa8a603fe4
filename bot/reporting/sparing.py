"""Which consultations a digest does not count, because somebody who reads it must not even know that they are there.

The rule to keep: everybody reads the same numbers, so one reader who must not know is enough. What is late is counted
all the same, and an emergency until it is reviewed. The line that something may be left out stands on every digest: it
tells of nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.books import book_of
from bot.organisation.charity import Charity
from bot.picture import replay
from bot.reporting.readers import should_read
from bot.roster import circle
from policy.book import Book
from storage.records import Person
from storage.store import Transaction
from storage.touched import Touched

SPARED = (
    "If there is a case that a reader must not know of, it counts here only once it is late. "
    "An emergency counts until it is reviewed."
)
"""The line on every digest, among all its numbers."""

_PATIENCE = timedelta(days=1)


async def spared(
    tx: Transaction,
    books: Mapping[str, Book],
    charity: Charity,
    people: Collection[Person],
    since: datetime,
    until: datetime,
) -> frozenset[str]:
    """The ids of those of this period, and of what is open now.

    Raises NotHere where this process has not read a book that it needs: another one may have. After a day nobody has,
    and then whatever follows that book is spared.
    """
    touched = await tx.figures.touched(since, until)
    if not touched:
        return frozenset()
    if tx.now < until + _PATIENCE:
        for each in touched:
            book_of(books, each.case)
    reading = [person for person in people if person.active and should_read(person)]
    same = await tx.people.one_human()
    return frozenset(each.case.id for each in touched if _hidden(each, books, charity, people, reading, same))


def _hidden(
    each: Touched,
    books: Mapping[str, Book],
    charity: Charity,
    people: Collection[Person],
    reading: Collection[Person],
    same: Mapping[str, frozenset[str]],
) -> bool:
    book = books.get(each.case.book_id)
    if book is None:
        return True  # nobody here can say who must not know
    facts = replay(book, charity, each.case).facts
    around = circle(book, facts, people, each.case.requester_id, each.barred, same=same)
    return around.silenced or any(around.is_out(person) or person.role in around.careful for person in reading)
