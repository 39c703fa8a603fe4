"""Colleagues whom no message of ours reaches: who they are, how the worker is told, and when.

The rule to keep: nobody waits for a call from somebody who knows nothing; the worker reads whom to ring, by number.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.books import book_of
from bot.cards import Block, Card, Notice, Number, Numbers, Plain, Say, Small
from bot.deciding.requests import still_told, to_be_told
from bot.organisation.charity import charity_of
from bot.picture import Picture, look
from bot.sight import waiting
from bot.telling import new_message
from bot.wording import names, role_of
from policy.book import Book
from storage.records import Consultation, NotFound, Person, Post
from storage.store import Transaction

KIND = "not_reached"
"""The kind of the worker's message that says so."""


def not_reached(picture: Picture) -> list[Person]:
    """Who should know of this or decide it, may, and has no message of ours."""
    around = picture.around
    people = [p for p in around.everybody if p.active and not around.is_out(p) and p.id in picture.unreached]
    # Whoever is away or off shift was told only if a letter was on its way to them.
    sent = picture.late | picture.lost
    return [
        person
        for person in people
        if waiting(picture, person)
        or (still_told(picture, person) if person.id in sent else to_be_told(picture, person))
    ]


def ring_them(people: list[Person]) -> list[Plain]:
    """That they have nothing, and their numbers."""
    if not people:
        return []
    rows = tuple(Number(person.name, person.telephone or "ask a colleague", role_of(person)) for person in people)
    return [Notice(f"Our message did not reach {names(people, 'and')}. Please ring.", "warning"), Numbers(rows)]


def unreached_card(picture: Picture) -> Card:
    """A message of its own, because one that is only edited alerts nobody."""
    danger = picture.book.emergency.line
    late = [person for person in not_reached(picture) if person.id in picture.late]
    if not late:
        text = Say("Our message has arrived by now, or is not needed any more. Nothing is needed here.")
        return Card(f"Case {picture.case.reference}", (text,), danger=danger)
    blocks: tuple[Block, ...] = (*ring_them(late), Small(f"Case {picture.case.reference}."))
    return Card("Please ring them yourself", blocks, danger=danger, summary="Urgent: please ring a colleague")


async def not_reached_in_time(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """A few minutes after urgent letters: if one has not arrived, whatever the reason, the worker is told to ring.

    Raises NotHere.
    """
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    picture = await look(tx, book_of(books, case), charity_of(await tx.organisations.current()), case)
    if picture.waits_until(tx.now) or not any(person.id in picture.late for person in not_reached(picture)):
        return
    accounts = await tx.people.accounts([case.requester_id])
    alarms = [post for address in accounts for post in await new_message(tx, case, KIND, address)]
    await tx.outbox.letters([*alarms, *await workers_own(tx, case)])
    tx.note("not reached in time", consultation=case.id)


async def workers_own(tx: Transaction, case: Consultation) -> list[Post]:
    """The worker's own cards, which say whom our messages reach."""
    copies = await tx.posts.of(case.id)
    return [copy for copy in copies if copy.kind in ("checklist", KIND) and copy.person_id == case.requester_id]
