"""What new periods of the charity bring to an end: counted as they are imported, before any clock is set by them.

The rule to keep: nothing is set in here, and nothing is said of any one record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.keeping.classes import is_draft
from bot.keeping.clocks import counted
from bot.organisation.charity import Charity
from bot.organisation.periods import NOTICE
from bot.picture import look
from policy.book import Book
from storage.retention import Kept
from storage.store import Transaction

_BELL = timedelta(days=1)  # the clocks are set by the next morning


async def announcement(tx: Transaction, books: Mapping[str, Book], charity: Charity) -> list[str]:
    """What to say to whoever imports this charity; nothing where its periods bring no record to its end."""
    count = await ended_by(tx, books, charity)
    if not count:
        return []
    one = count == 1
    come, stands = ("1 record comes", "it stands") if one else (f"{count} records come", "they stand")
    said = f"{come} due by these periods. From tomorrow morning {stands} on the leads' board, and {NOTICE.days} days"
    said += f" later {'it is' if one else 'they are'} destroyed. Not what you want? Import longer periods before then."
    return [said]


async def ended_by(tx: Transaction, books: Mapping[str, Book], charity: Charity) -> int:
    """How many records end within the notice by this charity's periods, and were not to end so soon.

    Not what is held. Where this process has not read a record's book, the class that it was given counts.
    """
    if not charity.retention.records:
        return 0
    clocks = [each for each in await tx.retention.clocks() if _may_end(tx, charity, each)]
    found = [*clocks, *await tx.retention.unclocked()]
    held = await tx.holds.held([each.consultation_id for each in found])
    ending = [await _ends(tx, books, charity, each) for each in found if each.consultation_id not in held]
    return sum(ending)


def _may_end(tx: Transaction, charity: Charity, kept: Kept) -> bool:
    """Whether its class as it is ends it soon, and that is new. Another class that fits can only make it later."""
    soon = tx.now + NOTICE + _BELL
    if kept.closed_at is None or (kept.destroy_at is not None and kept.destroy_at <= soon):
        return False
    end = charity.retention.end(kept.kept_as, kept.closed_at)
    return end is not None and end <= soon


async def _ends(tx: Transaction, books: Mapping[str, Book], charity: Charity, kept: Kept) -> bool:
    case = await tx.cases.get(kept.consultation_id)
    if case.book_id not in books:
        return kept.closed_at is not None
    picture = await look(tx, books[case.book_id], charity, case)
    if kept.closed_at is None and is_draft(picture):
        return False
    _, end = counted(picture, kept.kept_as, kept.closed_at or case.changed_at)
    return end is not None and end <= tx.now + NOTICE + _BELL
