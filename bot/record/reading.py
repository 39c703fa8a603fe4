"""Who may have a record: the worker a note of their own, the leads what they may see. Asked at the moment it is read.

The rule to keep: what is not there and what somebody may not see is told in the same words, so nobody learns of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bot.leads.beside import leads, may_see
from bot.leads.board_rows import belongs
from bot.organisation.charity import Charity
from bot.picture import Picture, look
from bot.record.access import tidy
from policy.book import Book
from storage.cases import plain_reference
from storage.records import Consultation, NotFound, Person
from storage.store import Transaction

Paper = Literal["note", "record", "access", "sheet"]
"""note: for the client's file. record: everything. access: a copy for whom it is about. sheet: what it keeps back."""

PAPERS: tuple[Paper, ...] = ("note", "record", "access", "sheet")

NOTHING_THERE = "There is nothing on this reference that you can see."


def may_have(picture: Picture, person: Person, paper: Paper) -> bool:
    """Whether this person may have this paper of this consultation now.

    A worker has a note of their own. A safeguarding or data-protection lead has note and record of what the board may
    show them. The copy and its sheet are the data-protection lead's; where none may see it, a safeguarding lead's. Of a
    practice there is neither.
    """
    if not person.active or person.locked:
        return False
    if paper == "note" and person.id == picture.case.requester_id:
        return True
    if not leads(person) or not may_see(picture, person):
        return False
    if picture.case.practice and paper in ("access", "sheet"):
        return False  # it is about nobody
    if paper in ("access", "sheet"):
        return person.can("data_protection_lead") or not _data_protection_lead_sees(picture)
    return picture.case.state == "closed" or belongs(picture)


def _data_protection_lead_sees(picture: Picture) -> bool:
    return any(each.can("data_protection_lead") and may_see(picture, each) for each in picture.around.everybody)


def titled(reference: str, paper: Paper) -> str:
    """The reference as this paper bears it: a copy and its sheet without the mark, which tells of other checklists."""
    return plain_reference(reference) if paper in ("access", "sheet") else reference


async def visible(
    tx: Transaction, books: Mapping[str, Book], charity: Charity, reference: str, person: Person, paper: Paper
) -> tuple[list[Picture], list[str]]:
    """What this person may have on this reference, oldest first, and the ids of what is there and they may not have.

    For a note and a record a reference with its mark means that one consultation, and so does a consultation's own id.
    A copy and its sheet are of all that stands on the reference, whatever mark or id was given. What this process
    cannot draw, because it has not read the book, is not to be had either.
    """
    mine, others = [], []
    for case in await _named(tx, reference, whole=paper in ("access", "sheet")):
        book = books.get(case.book_id)
        picture = await look(tx, book, charity, case) if book else None
        if picture is not None and may_have(picture, person, paper):
            mine.append(picture)
        else:
            others.append(case.id)
    return mine, others


async def _named(tx: Transaction, reference: str, *, whole: bool) -> list[Consultation]:
    """`whole`: all on the same reference as what is named."""
    wanted = tidy(reference)
    try:
        case = await tx.cases.get(wanted)
    except NotFound:
        pass
    else:
        if not whole:
            return [case]
        wanted = case.reference
    found = await tx.cases.on_reference(wanted)
    if not whole and (marked := [case for case in found if case.reference.lower() == wanted.lower()]):
        found = marked
    elif not whole and plain_reference(wanted) != wanted:
        found = []
    return [await tx.cases.get(case.id) for case in found]
