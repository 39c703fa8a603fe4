"""What stands on somebody's screens, drawn again as it is now, and whose screens there are.

The rule to keep: nothing here changes anything, and each is drawn for the person whose account it stands on alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.cards import Card
from bot.channels import Account
from bot.copies import copy_card
from bot.events import Who
from bot.organisation.charity import Charity, charity_of
from bot.picture import look
from bot.wording import role_of
from policy.book import Book
from storage.records import Person, Post
from storage.store import Transaction


async def every_card(tx: Transaction, books: Mapping[str, Book], who: Who) -> list[tuple[str, Card]]:
    """Oldest first, as (message id, card as it stands now)."""
    person = await tx.people.by_account(who.channel, who.tenant, who.user)
    if person is None:
        return []
    charity, drawn = charity_of(await tx.organisations.current()), []
    for post in await tx.posts.on(who.channel, who.tenant, who.user):
        card = await _drawn(tx, books, charity, post, person)
        if card is not None:
            drawn.append((post.message, card))
    return drawn


async def one_card(tx: Transaction, books: Mapping[str, Book], who: Who, message: str) -> Card | None:
    """The card of this message; None where it is not one of this account's, or about no consultation."""
    person = await tx.people.by_account(who.channel, who.tenant, who.user)
    if person is None or not message:
        return None
    post = await tx.posts.at(who.channel, who.tenant, who.user, message)
    if post is None:
        return None
    return await _drawn(tx, books, charity_of(await tx.organisations.current()), post, person)


async def every_account(tx: Transaction, channel: str) -> list[Account]:
    """Everybody's on this channel, with their roles in plain words."""
    found = []
    for organisation in await tx.organisations.all():
        tx.organisation = ""
        tx.bind(organisation.id)
        people = {person.id: person for person in await tx.people.everybody() if person.active}
        for address in await tx.people.accounts():
            if address.channel == channel and address.person_id in people:
                person = people[address.person_id]
                who = Who(address.channel, address.tenant, address.user)
                found.append(Account(who, person.name, role_of(person)))
    return sorted(found, key=lambda account: account.who.user)


async def _drawn(
    tx: Transaction, books: Mapping[str, Book], charity: Charity, post: Post, person: Person
) -> Card | None:
    case = await tx.cases.get(post.consultation_id)
    book = books.get(case.book_id)
    if book is None or not post.message:
        return None
    return copy_card(await look(tx, book, charity, case), post, person)
