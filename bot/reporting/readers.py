"""Who reads the digest: every trustee and whoever leads, and what is said to an administrator where that has a hole.

The rule to keep: nobody is left out in silence. Who cannot be written to stands in the digest of the others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.cards import Block, Card, Number, Numbers, Say
from bot.messages import Scene
from bot.wording import ring, role_of
from storage.records import Address, Person
from storage.store import Transaction

HOLE = "digest_hole"
"""The kind of the message to administrators: somebody who should read the digest cannot, or nobody does."""

LEADS = frozenset({"safeguarding_lead", "data_protection_lead", "chair"})
"""Who reads it beside the trustees, and cannot be left out."""


@dataclass(frozen=True, slots=True)
class Readers:
    """`reached` can be written to, `unreached` cannot: no account, or one that is closed or locked."""

    reached: tuple[Person, ...]
    unreached: tuple[Person, ...]
    accounts: tuple[Address, ...]  # of those who are reached

    @property
    def nobody(self) -> bool:
        """No trustee reads it, whoever else does."""
        return not any(person.role == "trustee" for person in self.reached)

    @property
    def hole(self) -> bool:
        return self.nobody or bool(self.unreached)


def may_read(person: Person) -> bool:
    return person.active and not person.locked and should_read(person)


async def readers(tx: Transaction, people: Collection[Person]) -> Readers:
    """Of these people, who reads it now."""
    accounts = await tx.people.accounts()
    reached = {account.person_id for account in accounts}
    should = [person for person in people if person.active and should_read(person)]
    able = tuple(person for person in should if may_read(person) and person.id in reached)
    ids = {person.id for person in able}
    left = tuple(person for person in should if person.id not in ids)
    return Readers(able, left, tuple(account for account in accounts if account.person_id in ids))


async def hole_card(scene: Scene) -> Card | None:
    """For an administrator; None once everybody is reached."""
    found = await readers(scene.tx, await scene.tx.people.everybody())
    if not found.hole:
        return None
    blocks: list[Block] = []
    if found.nobody:
        blocks.append(Say("No trustee reads the weekly digest. Please put a trustee on the list, with an account."))
    if found.unreached:
        blocks.append(Say("We cannot write to these people. Ring them, and put their account right under “The team”."))
        rows = tuple(Number(each.name, ring(each, "no number here"), role_of(each)) for each in found.unreached)
        blocks.append(Numbers(rows))
        blocks.append(Say("Have they left? Then say so under “The team”."))
    blocks.append(Say("You get this every week until it is right.", quiet=True))
    return scene.card("Who reads the weekly digest", blocks)


def should_read(person: Person) -> bool:
    return person.role == "trustee" or bool(person.capabilities & LEADS)
