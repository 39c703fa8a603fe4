"""Sending people a card of a consultation: by whoever pressed something, by a timer, or from the command line.

The rule to keep: a card goes out as a new message, because one that is only edited alerts nobody; and of a practice in
waking hours only, because it wakes nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.organisation.charity import charity_of
from bot.picture import REACHED_WITHIN
from policy.book import Book
from storage.posts import RETIRED
from storage.records import Address, Consultation, NotFound, Person, Post
from storage.store import Transaction

LATER = "practice_letter"
"""The timer of what a practice has to say to somebody when people are awake."""


async def tell(
    tx: Transaction, case: Consultation, kind: str, people: Collection[Person], *, urgent: bool = True
) -> None:
    """Send these people a card of this kind, on every account they have.

    `urgent`: if one of them has nothing of it in a few minutes, the worker is told to ring.
    """
    if not people or (case.practice and await _put_off(tx, case, kind, people)):
        return
    accounts = await tx.people.accounts([person.id for person in people])
    posts = [await new_message(tx, case, kind, address) for address in accounts]
    await tx.outbox.letters([post for pair in posts for post in pair])
    if posts and urgent:
        timer = {"timer": "not_reached", "case": case.id}
        await tx.outbox.put("timer", f"not reached:{posts[0][-1].id}", timer, run_at=tx.now + REACHED_WITHIN)


async def _put_off(tx: Transaction, case: Consultation, kind: str, people: Collection[Person]) -> bool:
    """Whether these are written to when they are awake: then that is promised."""
    waking = charity_of(await tx.organisations.current()).waking.waking(tx.now)
    if waking <= tx.now:
        return False
    for person in people:
        payload = {"timer": LATER, "case": case.id, "kind": kind, "person": person.id}
        await tx.outbox.put("timer", f"{LATER}:{case.id}:{kind}:{person.id}", payload, run_at=waking)
    return True


async def later(tx: Transaction, _: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """What a practice had to say in the night, to whoever has not read it since; nothing once it has ended."""
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    people = await tx.people.get([payload["person"]])
    known = {post.person_id for post in await tx.posts.of(case.id) if post.kind == payload["kind"] and not post.erased}
    if case.state not in ("withdrawn", "closed"):
        await tell(tx, case, payload["kind"], [each for id, each in people.items() if id not in known], urgent=False)


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
    if whole or post.kind.startswith(RETIRED) or (await tx.cases.get(post.consultation_id)).practice:
        return []  # a practice never comes in below what took its place: somebody may have begun in earnest
    address = Address(post.person_id, post.channel, post.tenant, post.user, post.conversation)
    new = await tx.posts.ensure(post.consultation_id, post.kind, address)
    if post.hidden:
        await tx.posts.hide(new.id, hidden=True)
    return [new]
