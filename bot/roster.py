"""Who may decide, and who is told. Worked out from the roster on every press, never from what somebody can see.

The rule to keep: nobody decides on their own consultation, nor on one that is, or may be, about themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from policy.book import Approval, Book, When
from storage.records import Person

EMERGENCY_TOLD = ("safeguarding_lead", "on_call_trustee")
_IN_LINE = ("chair", "vice_chair")


def holds(when: When, facts: Mapping[str, str]) -> bool:
    """Whether a row is true of these facts; no rows means always."""
    return not when or any(all(facts.get(fact) in allowed for fact, allowed in row.items()) for row in when)


@dataclass(frozen=True, slots=True)
class Circle:
    """The people around one consultation.

    excluded: capabilities whose holders may be the subject. careful: base roles that are told or asked only by name.
    duty: the capabilities of those who are told and asked unless the worker says otherwise.
    silenced: the book says that only the one lead of the case may be told (a tip-off would be a crime or cost a life).
    """

    everybody: tuple[Person, ...]
    requester_id: str
    barred: frozenset[str]
    excluded: frozenset[str] = frozenset()
    careful: frozenset[str] = frozenset()
    silenced: bool = False
    duty: tuple[str, ...] = EMERGENCY_TOLD

    def why_not(self, person: Person) -> str:
        """Why this person may not decide or be told, in words for them, never saying too much; "" when they may."""
        if not person.active:
            return "You are not on the charity's list of active people."
        if person.id == self.requester_id:
            return "This is your own request. Somebody else has to decide it."
        if self.is_out(person):
            return "Nothing is needed from you here."
        return ""

    def is_out(self, person: Person) -> bool:
        """Whether this person must not know: named by the worker, or holding what the facts exclude."""
        return person.id in self.barred or bool(self.excluded & person.capabilities)

    def approvers(self, approval: Approval) -> list[Person]:
        """Who may answer a request of this code, by name."""
        return [person for person in self.everybody if not self.why_not(person) and allowed(approval, person)]

    def on_duty(self) -> list[Person]:
        """Who is told and asked when nobody else is named; where all of those are out, the next in line."""
        if self.silenced:
            return self.reached(self.duty[0])
        people = [person for person in self._holders(self.duty) if person.role not in self.careful]
        return people or self.reached(self.duty[0]) or [p for p in self._trustees() if p.role not in self.careful]

    def reached(self, capability: str) -> list[Person]:
        """Who stands for a body inside the charity: its holders, else the chair, else the vice-chair."""
        for next_in_line in dict.fromkeys((capability, *_IN_LINE)):
            if people := self._holders((next_in_line,)):
                return people
        return []

    def to_ring(self) -> tuple[Person, ...]:
        """Whose numbers may stand on the worker's card: nobody who may be the subject."""
        return tuple(person for person in self.everybody if person.active and not self.is_out(person))

    def out_of(self, capability: str) -> bool:
        """Whether anybody who holds this may be the subject: then the charity's number for it may be theirs."""
        return any(person.can(capability) and self.is_out(person) for person in self.everybody if person.active)

    def replaced(self, capability: str) -> bool:
        """Whether everybody here who holds this may be the subject."""
        return self.out_of(capability) and not any(person.can(capability) for person in self.to_ring())

    def not_told(self) -> set[str]:
        """The ids of those who would hear nothing of an emergency in this consultation, though it is their duty."""
        told = {person.id for person in self.on_duty()}
        return {
            person.id
            for person in self.everybody
            if person.id != self.requester_id
            and (self.is_out(person) or (person.capabilities & set(EMERGENCY_TOLD) and person.id not in told))
        }

    def _holders(self, capabilities: Collection[str]) -> list[Person]:
        return [p for p in self.everybody if not self.why_not(p) and p.capabilities & set(capabilities)]

    def _trustees(self) -> list[Person]:
        return [p for p in self.everybody if not self.why_not(p) and p.role == "trustee"]


def circle(
    book: Book, facts: Mapping[str, str], everybody: Iterable[Person], requester_id: str, barred: Collection[str]
) -> Circle:
    """The circle of a consultation whose facts are these."""
    holding = [exclusion for exclusion in book.exclusions if holds(exclusion.when, facts)]
    lead = book.recipients.get(facts.get(book.lead, ""))
    silenced = book.silenced is not None and holds(book.silenced, facts)
    return Circle(
        tuple(everybody),
        requester_id,
        frozenset(barred),
        excluded=frozenset(capability for exclusion in holding for capability in exclusion.capabilities),
        careful=frozenset(role for exclusion in holding for role in exclusion.careful),
        silenced=silenced,
        duty=(lead.capability,) if silenced and lead and lead.capability else EMERGENCY_TOLD,
    )


def allowed(approval: Approval, person: Person) -> bool:
    """Whether this person's role and capabilities fit the code, leaving aside whose consultation it is."""
    if not person.can("may_approve"):
        return False
    return person.role in approval.roles or bool(person.capabilities & set(approval.capabilities))


def must_name_subject(book: Book, facts: Mapping[str, str]) -> bool:
    """Whether the worker has to say which colleagues it is about before anybody is asked."""
    return any(exclusion.ask_who and holds(exclusion.when, facts) for exclusion in book.exclusions)
