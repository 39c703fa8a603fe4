"""Messages about no consultation: what they carry, and the desk they are drawn at.

The rule to keep: they hold ids and kinds only, are drawn at the moment they are sent, and say nothing of any case. The
list of somebody's day has references in it, and nothing else of one.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.cards import Block, Card
from bot.channels import Letter
from bot.events import Who
from bot.organisation.charity import Charity, charity_of
from policy.book import Book
from storage.records import Address, Job, Person, Post
from storage.store import Transaction


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a message may be drawn from. `about`: the ids it was sent with. `books`: all that this process has."""

    tx: Transaction
    book: Book
    charity: Charity
    person: Person
    about: Mapping[str, str]
    books: Mapping[str, Book] = field(default_factory=dict)

    def card(self, title: str, blocks: Sequence[Block], *, summary: str = "Confer: please open this") -> Card:
        return Card(title, tuple(blocks), danger=self.book.emergency.line, summary=summary)


Draws = Callable[[Scene], Awaitable[Card | None]]
"""A message as it has to read now; None where it says nothing any more."""


async def send(tx: Transaction, kind: str, people: Collection[Person], **about: str) -> None:
    """A new message of this kind to these people, on every account they have. `about`: ids and kinds only.

    With `parting="yes"` it is theirs to read even where the account, or they, are off the list before it goes out.
    """
    await send_to(tx, kind, await tx.people.accounts([person.id for person in people]), about)


async def send_to(
    tx: Transaction, kind: str, accounts: Collection[Address], about: Mapping[str, str], *, patient: bool = False
) -> None:
    """The same to these accounts, for whoever has them at hand. `patient`: whatever else is due goes first."""
    promised = []
    for address in accounts:
        id = secrets.token_urlsafe(9)
        lane = f"{address.channel}/{address.tenant}/{address.user}"
        to = {
            "person": address.person_id,
            "channel": address.channel,
            "tenant": address.tenant,
            "user": address.user,
            "conversation": address.conversation,
        }
        promised.append((f"message:{id}", {**about, **to, "message": kind, "id": id}, lane))
    await tx.outbox.put_all("letter", promised, patient=patient)


async def instead(tx: Transaction, kind: str, copy: Post) -> None:
    """A message of this kind in the place of a copy whose consultation is no more."""
    to = {
        "person": copy.person_id,
        "channel": copy.channel,
        "tenant": copy.tenant,
        "user": copy.user,
        "conversation": copy.conversation,
        "stands": copy.message,
    }
    lane = f"{copy.channel}/{copy.tenant}/{copy.user}"
    await tx.outbox.put("letter", f"message:{copy.id}", {**to, "message": kind, "id": copy.id}, lane=lane)


def is_one(job: Job) -> bool:
    """Whether this letter is about no consultation."""
    return "message" in job.payload


async def letter(tx: Transaction, books: Mapping[str, Book], draws: Mapping[str, Draws], job: Job) -> Letter | None:
    """The message on its way; None where nobody is there to read it, or it says nothing any more."""
    to, payload = job.payload, dict(job.payload)
    person = (await tx.people.get([to["person"]])).get(to["person"])
    charity = charity_of(await tx.organisations.current())
    accounts = {(each.channel, each.tenant, each.user) for each in await tx.people.accounts([to["person"]])}
    theirs = person is not None and person.active and (to["channel"], to["tenant"], to["user"]) in accounts
    if person is None or not (theirs or payload.get("parting") == "yes"):
        return None
    book = books.get(charity.book) or next(iter(books.values()))
    stands = to.get("stands", "")
    if stands and await tx.posts.at(to["channel"], to["tenant"], to["user"], stands):
        return None  # a consultation was begun there meanwhile
    card = await draws[payload["message"]](Scene(tx, book, charity, person, payload, books))
    who = Who(to["channel"], to["tenant"], to["user"])
    return None if card is None else Letter(to["id"], who, to["conversation"], stands, card, alone=True)
