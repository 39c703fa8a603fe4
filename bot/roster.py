"""Who may decide, and who is told. Worked out from the roster on every press, never from what somebody can see.

The rule to keep: nobody decides on their own consultation, nor on one that is, or may be, about themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from policy.book import Approval, Book, When
from storage.records import Person

EMERGENCY_TOLD = ("safeguarding_lead", "on_call_trustee")


def holds(when: When, facts: Mapping[str, str]) -> bool:
    """Whether a row is true of these facts; no rows means always."""
    return not when or any(all(facts.get(fact) in allowed for fact, allowed in row.items()) for row in when)


@dataclass(frozen=True, slots=True)
class Circle:
    """The people around one consultation: everybody, whose it is, who must not know, and what the facts exclude."""

    everybody: tuple[Person, ...]
    requester_id: str
    barred: frozenset[str]
    excluded: frozenset[str]  # capabilities whose holders may be the subject

    def why_not(self, person: Person) -> str:
        """Why this person may not decide or be told, in words for them; "" when they may."""
        if not person.active:
            return "You are not on the charity's list of active people."
        if person.id == self.requester_id:
            return "This is your own request. Somebody else has to decide it."
        if person.id in self.barred or self.excluded & person.capabilities:
            return "You cannot decide this one. Another person has been asked."
        return ""

    def approvers(self, approval: Approval) -> list[Person]:
        """Who may answer a request of this code, by name."""
        return [person for person in self.everybody if not self.why_not(person) and allowed(approval, person)]

    def holders(self, capabilities: Collection[str]) -> list[Person]:
        """Active holders of any of these, less those who must not know."""
        return [
            person for person in self.everybody if not self.why_not(person) and person.capabilities & set(capabilities)
        ]


def circle(
    book: Book, facts: Mapping[str, str], everybody: Iterable[Person], requester_id: str, barred: Collection[str]
) -> Circle:
    """The circle of a consultation whose facts are these."""
    excluded = {
        capability
        for exclusion in book.exclusions
        if holds(exclusion.when, facts)
        for capability in exclusion.capabilities
    }
    return Circle(tuple(everybody), requester_id, frozenset(barred), frozenset(excluded))


def allowed(approval: Approval, person: Person) -> bool:
    """Whether this person's role and capabilities fit the code, leaving aside whose consultation it is."""
    if not person.can("may_approve"):
        return False
    return person.role in approval.roles or bool(person.capabilities & set(approval.capabilities))


def must_name_subject(book: Book, facts: Mapping[str, str]) -> bool:
    """Whether the worker has to say which colleagues it is about before anybody is asked."""
    return any(exclusion.ask_who and holds(exclusion.when, facts) for exclusion in book.exclusions)
