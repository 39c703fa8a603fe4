"""Whether the roster has the people that a book's approvals need, whoever of them asks.

The rule to keep: a change that leaves a request nobody could approve is refused when it is made, with the way out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.organisation.charity import Charity
from bot.organisation.tables import CharityError
from bot.roster import allowed
from bot.wording import DUTIES
from policy.book import Approval, Book
from storage.records import Person


def nobody_left(book: Book, people: Collection[Person]) -> dict[str, str]:
    """Approval code -> why not everybody here could get it, in plain words; empty while all is well.

    A duty that one person holds alone is enough: when they ask themselves, their form says that nobody can decide it.
    """
    found = {}
    for code, approval in book.approvals.items():
        if not approval.veto or approval.moment == "none" or approval.count < 1:
            continue
        able = [person for person in people if person.active and allowed(approval, person)]
        # Whoever asks cannot be the one who agrees: one more than the code says, but for the holder of a named duty.
        needs = approval.count + bool(approval.roles)
        if len(able) < needs:
            have = f"only {' and '.join(person.name for person in able)} can" if able else "nobody can"
            found[code] = (
                f"nobody could get {code} ({approval.title}): it takes {needs} who can give it, and {have}. "
                f"First make {_who(approval)} an approver (may_approve)."
            )
    return found


def left_alone(book: Book, people: Collection[Person]) -> list[str]:
    """Codes that one person alone can give: a sentence each, for whoever keeps the roster."""
    found = []
    for code, approval in book.approvals.items():
        able = [person for person in people if person.active and allowed(approval, person)]
        if approval.veto and approval.moment != "none" and approval.count and len(able) == 1:
            found.append(f"Only {able[0].name} can approve {code}. While they ask themselves, nobody can.")
    return found


def lacking(books: Mapping[str, Book] | None, charity: Charity, people: Collection[Person]) -> dict[str, str]:
    """What nobody could approve with these people; empty while nobody is on the roster, and without the book."""
    book = (books or {}).get(charity.book)
    if book is None or not any(person.active for person in people):
        return {}
    return {f"{book.id} {code}": why for code, why in nobody_left(book, people).items()}


def still_enough(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Raises CharityError with every reason of `after` that was not there `before`: it gets worse."""
    if worse := [why for key, why in after.items() if key not in before]:
        raise CharityError(worse)


def _who(approval: Approval) -> str:
    held = [DUTIES.get(capability, capability.replace("_", " ")) for capability in approval.capabilities]
    return " or ".join(f"a {each}" for each in (*approval.roles, *held)) or "somebody"
