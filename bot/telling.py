"""Sending people a card of a consultation: by whoever pressed something, by a timer, or from the command line.

The rule to keep: a card goes out as a new message, because one that is only edited alerts nobody.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.picture import REACHED_WITHIN
from storage.posts import RETIRED
from storage.records import Address, Consultation, Person, Post
from storage.store import Transaction


async def tell(
    tx: Transaction, case: Consultation, kind: str, people: Collection[Person], *, urgent: bool = True
) -> None:
    """Send these people a card of this kind, on every account they have.

    `urgent`: if one of them has nothing of it in a few minutes, the worker is told to ring.
    """
    if not people:
        return
    accounts = await tx.people.accounts([person.id for person in people])
    posts = [await new_message(tx, case, kind, address) for address in accounts]
    await tx.outbox.letters([post for pair in posts for post in pair])
    if posts and urgent:
        timer = {"timer": "not_reached", "case": case.id}
        await tx.outbox.put("timer", f"not reached:{posts[0][-1].id}", timer, run_at=tx.now + REACHED_WITHIN)


async def refresh(tx: Transaction, case: Consultation) -> None:
    """Bring every copy of this consultation's cards up to date."""
    await tx.outbox.refresh(case.id, pressed=("", "", ""), kind="", message="")


async def new_message(tx: Transaction, case: Consultation, kind: str, address: Address) -> list[Post]:
    """A copy that will be a new message, last; before it the old one, if any, which shrinks to the reference.

    Whoever asked for them promises their letters, all at once.
    """
    post = await tx.posts.ensure(case.id, kind, address)
    if not post.message:
        return [post]
    await tx.posts.retire(post)
    return [post, await tx.posts.ensure(case.id, kind, address)]


async def displaced(tx: Transaction, post: Post, *, by: Post) -> list[Post]:
    """The copy to send for one whose message shows another card now; none where that card says all that it said.

    It is a new copy: under its old id a product would find the message that it stood in, and write over what is there.
    """
    await tx.posts.retire(post)
    whole = by.kind == "checklist" and by.consultation_id == post.consultation_id
    if whole or post.kind.startswith(RETIRED):
        return []
    address = Address(post.person_id, post.channel, post.tenant, post.user, post.conversation)
    new = await tx.posts.ensure(post.consultation_id, post.kind, address)
    if post.hidden:
        await tx.posts.hide(new.id, hidden=True)
    return [new]
