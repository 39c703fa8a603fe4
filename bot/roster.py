"""Who may decide, who is told, and who of them is reached first: on shift, not away. Worked out on every press.

The rule to keep: nobody decides on their own consultation, nor on one that may be about themselves. Who is away, or not
on shift, is reached later and still may decide; there is always somebody who is reached while anybody may be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from policy.book import Approval, Book
from policy.kept_out import holds, kept_out
from storage.records import Absence, Person, Shift

EMERGENCY_TOLD = ("safeguarding_lead", "on_call_trustee")
_IN_LINE = ("chair", "vice_chair")
GIVEN = "Whoever asks this, or did, linked an account of yours lately. Somebody else has to decide it."


@dataclass(frozen=True, slots=True)
class Circle:
    """The people around one consultation.

    excluded: capabilities whose holders may be the subject. careful: base roles that are told or asked only by name.
    duty: the capabilities of those who are told and asked unless the worker says otherwise.
    silenced: the book says that only the one lead of the case may be told (a tip-off would be a crime or cost a life).
    absent: person id -> their absence now. on_call: duty -> the ids of those on shift for it now.
    knowing: the ids of those who were told or asked already; kept only while the case is silenced.
    former: the ids of those who held it before: they know of it, and never decide on what they asked for themselves.
    same: person id -> the ids of other entries of the roster that are the same human: what binds one binds all.
    given: the ids of those whom the requester gave an account since it began: they are told, and do not decide.
    """

    everybody: tuple[Person, ...]
    requester_id: str
    barred: frozenset[str]
    excluded: frozenset[str] = frozenset()
    careful: frozenset[str] = frozenset()
    silenced: bool = False
    duty: tuple[str, ...] = EMERGENCY_TOLD
    absent: Mapping[str, Absence] = field(default_factory=dict)
    on_call: Mapping[str, frozenset[str]] = field(default_factory=dict)
    knowing: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()
    same: Mapping[str, frozenset[str]] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def human(self, id: str) -> frozenset[str]:
        """The ids of every entry of the roster that is this human."""
        return self.same.get(id, frozenset()) | {id}

    def why_not(self, person: Person) -> str:
        """Why this person may not decide, in words for them, never saying too much; "" when they may."""
        if self.human(person.id) & self.former and not self.why_untold(person):
            return "You asked for this yourself. Somebody else has to decide it."
        if person.id in self.given:
            return self.why_untold(person) or GIVEN
        return self.why_untold(person)

    def why_mute(self, person: Person) -> str:
        """Why they may not even say no, or ring: as `why_not`, but a linked account takes nobody's no away."""
        said = self.why_not(person)
        return "" if said == GIVEN else said

    def why_untold(self, person: Person) -> str:
        """Why this person may not be told. Whoever held it once may: a lead who did is its lead all the same."""
        if not person.active:
            return "You are not on the charity's list of active people."
        if person.locked:
            return "This account is locked, because somebody said that the phone is lost."
        if self.requester_id in self.human(person.id):
            return "This is your own request. Somebody else has to decide it."
        if self.is_out(person):
            return "Nothing is needed from you here."
        return ""

    def is_out(self, person: Person) -> bool:
        """Whether this person must not know: named by the worker, or holding what the facts exclude."""
        if self.human(person.id) & self.barred or self.excluded & person.capabilities:
            return True
        same = self.same.get(person.id, frozenset())
        return any(each.active and each.id in same and self.excluded & each.capabilities for each in self.everybody)

    def approvers(self, approval: Approval) -> list[Person]:
        """Who may answer a request of this code, by name."""
        fit = [person for person in self.everybody if allowed(approval, person)]
        return [person for person in fit if not self.why_not(person)]

    def by_default(self, people: Iterable[Person]) -> list[Person]:
        """Of these, whoever may be added without the worker's word: nobody of a role that is reached only by name."""
        return [person for person in people if person.role not in self.careful]

    def on_duty(self) -> list[Person]:
        """Who is told when nobody else is named: of those whose duty it is, whoever is on shift and not away.

        Where all of them are away they are told all the same, and so is whoever is next in line and is here.
        """
        if self.silenced:
            return self.reached(self.duty[0])
        found = self.by_default(person for duty in self.duty for person in self.present(duty))
        if found:
            return self._in_order(found)
        away = self.by_default(self._holders(self.duty))
        if away:
            return self._in_order([*away, *self.by_default(self.reached(self.duty[0]))])
        others = self.by_default(self._trustees())
        return self.reached(self.duty[0]) or self.standing(others, others) or others

    def bound(self) -> list[Person]:
        """Whose duty it is by the roster, at any hour; where all of those are out, the next in line."""
        if self.silenced:
            return self._line(self.duty[0])
        people = self.by_default(self._holders(self.duty))
        return people or self._line(self.duty[0]) or self.by_default(self._trustees())

    def asked(self, approval: Approval, already: Collection[str] = ()) -> list[Person]:
        """Who is asked when nobody is named: whose duty it is, else all who may; on shift first, nobody who is away.

        While the case is silenced nobody is asked by default but its one lead.
        """
        may = [person for person in self.approvers(approval) if person.id not in already]
        bound, told = self.deciding_line() if self.silenced else self.bound(), self.on_duty()
        unasked = may if self.silenced else self.by_default(may)
        ours = set(approval.capabilities)  # whom the code itself names is named
        first = [person for person in may if person in bound and (person in unasked or person.capabilities & ours)]
        rest = [] if self.silenced else unasked
        fit = [person for person in may if person in first or person in rest]
        also = self._on_shift(("may_approve", *approval.capabilities))
        ways = (
            [person for person in first if person.id in self.knowing],
            [*self._on(rest, also, fit), *(p for duty in self.duty for p in self._here(duty, first, fit))],
            self.standing(first, fit),
            self.standing(rest, fit),
            [person for person in may if person in told],  # the next in line of somebody who is away
            first,
            rest,
            [person for person in may if person in bound],
        )
        return self._in_order(next((people for people in ways if people), ()))

    def deciding_line(self) -> list[Person]:
        """Who stands for the first duty and may decide: without its holders who once held it, the next in line."""
        for each in dict.fromkeys((self.duty[0], *_IN_LINE)):
            if people := [person for person in self._holders((each,)) if not self.why_not(person)]:
                return people
        return []

    def reached(self, capability: str) -> list[Person]:
        """Who stands for a body inside the charity: its holders, else the chair, else the vice-chair.

        While the case is silenced being away, or off shift, brings nobody new in: it only says who is the first.
        """
        line = self._line(capability)
        if self.silenced:
            ours = next((each for each in (capability, *_IN_LINE) if self._holders((each,))), capability)
            return [person for person in line if person.id in self.knowing] or self.present(ours) or line
        here = (self.present(each) for each in dict.fromkeys((capability, *_IN_LINE)))
        return next((people for people in here if people), line)

    def present(self, duty: str) -> list[Person]:
        """Of those who hold a duty, whoever is on shift for it, else whoever is not away; empty where all are."""
        holders = self._holders((duty,))
        return self._here(duty, holders, holders)

    def standing(self, people: Collection[Person], fit: Collection[Person]) -> list[Person]:
        """These people, with whoever stands in for those away; nobody who is not `fit`, or away as well."""
        able = {person.id: person for person in fit}
        ids = (self._stand_in(person.id) for person in people)
        return self._in_order([able[id] for id in ids if id in able])

    def _here(self, duty: str, people: Collection[Person], fit: Collection[Person]) -> list[Person]:
        """Of the people who hold this duty: on shift, else all of them; whoever is away, by their stand-in."""
        holders = [person for person in people if person.can(duty)]
        return self._on(holders, self._on_shift((duty,)), fit) or self.standing(holders, fit)

    def _on(self, people: Collection[Person], shift: Collection[str], fit: Collection[Person]) -> list[Person]:
        return self.standing([person for person in people if person.id in shift], fit)

    def _stand_in(self, id: str) -> str:
        """The person themselves while they are here, else the first of their chain of stand-ins who is; else ""."""
        seen: set[str] = set()
        while id in self.absent and id not in seen:
            seen.add(id)
            id = self.absent[id].stand_in_id or ""
        return "" if id in seen else id

    def _on_shift(self, duties: Collection[str]) -> set[str]:
        return {id for duty in duties for id in self.on_call.get(duty, ())}

    def _line(self, capability: str) -> list[Person]:
        """Who stands for a body inside by the roster, at any hour."""
        for next_in_line in dict.fromkeys((capability, *_IN_LINE)):
            if people := self._holders((next_in_line,)):
                return people
        return []

    def _in_order(self, people: Collection[Person]) -> list[Person]:
        """Each once, by name as on the roster."""
        ids = {person.id for person in people}
        return [person for person in self.everybody if person.id in ids]

    def to_ring(self, capability: str, named: Collection[str] = ()) -> list[Person]:
        """Of those who hold this, whose numbers may stand on a card: nobody who may be the subject.

        `named`: the capabilities that the outcome itself reaches. Whoever the book is careful with holds one of them,
        or is told by their duty anyway, or is left out.
        """
        told = self.on_duty() if self.careful else ()
        return [
            p
            for p in self._who_hold(capability)
            if not p.locked and (not self._hidden(p, named) or (p in told and not self.is_out(p)))
        ]

    def instead_of(self, capability: str, named: Collection[str] = ()) -> list[Person]:
        """Who is rung where nobody who holds this may be: the next in line, else whoever is told in an emergency."""
        return [p for p in self.reached(capability) if not self._hidden(p, named)] or self.on_duty()

    def out_of(self, capability: str, named: Collection[str] = ()) -> bool:
        """Whether anybody who holds this may be the subject: then the charity's number for it may be theirs.

        Or their phone is lost: then it may be answered by whoever has it.
        """
        return any(person.locked or self._hidden(person, named) for person in self._who_hold(capability))

    def replaced(self, capability: str) -> bool:
        """Whether everybody here who holds this, which the outcome reaches, may be the subject."""
        hidden = any(self._hidden(person, (capability,)) for person in self._who_hold(capability))
        return hidden and not self.to_ring(capability, (capability,))

    def _hidden(self, person: Person, named: Collection[str]) -> bool:
        return self.is_out(person) or (person.role in self.careful and person.capabilities.isdisjoint(named))

    def _who_hold(self, capability: str) -> list[Person]:
        return [person for person in self.everybody if person.active and person.can(capability)]

    def not_told(self) -> set[str]:
        """The ids of those who would hear nothing of an emergency in this consultation, though it is their duty.

        Being away, or off shift, is no reason to keep somebody out.
        """
        told = {person.id for person in (*self.bound(), *self.on_duty())}
        return {
            person.id
            for person in self.everybody
            if person.id != self.requester_id
            and (not person.locked or self.is_out(person))  # let in again, they are told as before
            and (
                self.is_out(person)
                or (person.capabilities & set(EMERGENCY_TOLD) and person.id not in told | self.former)
            )
        }

    def _holders(self, capabilities: Collection[str]) -> list[Person]:
        return [p for p in self.everybody if not self.why_untold(p) and p.capabilities & set(capabilities)]

    def _trustees(self) -> list[Person]:
        return [p for p in self.everybody if not self.why_untold(p) and p.role == "trustee"]


def circle(
    book: Book,
    facts: Mapping[str, str],
    everybody: Iterable[Person],
    requester_id: str,
    barred: Collection[str],
    *,
    absent: Mapping[str, Absence] | None = None,
    on_call: Mapping[str, frozenset[str]] | None = None,
    former: Collection[str] = (),
    same: Mapping[str, frozenset[str]] | None = None,
    given: Collection[str] = (),
) -> Circle:
    """The circle of a consultation whose facts are these; `absent`, `on_call`, `former` and so on as in `Circle`."""
    out = kept_out(book, facts)
    lead = book.recipients.get(facts.get(book.lead, ""))
    silenced = book.silenced is not None and holds(book.silenced, facts)
    return Circle(
        tuple(everybody),
        requester_id,
        frozenset(barred),
        excluded=out.capabilities,
        careful=out.careful,
        silenced=silenced,
        duty=(lead.capability,) if silenced and lead and lead.capability else EMERGENCY_TOLD,
        absent=absent or {},
        on_call=on_call or {},
        former=frozenset(former) - {requester_id},
        same=same or {},
        given=frozenset(given),
    )


def on_shift(shifts: Iterable[Shift]) -> dict[str, frozenset[str]]:
    """Duty -> the ids of those on shift for it, of shifts that run now."""
    found: dict[str, frozenset[str]] = {}
    for shift in shifts:
        found[shift.duty] = found.get(shift.duty, frozenset()) | {shift.person_id}
    return found


def allowed(approval: Approval, person: Person) -> bool:
    """Whether this person's role and capabilities fit the code, leaving aside whose consultation it is."""
    if not person.can("may_approve"):
        return False
    return person.role in approval.roles or bool(person.capabilities & set(approval.capabilities))


def must_name_subject(book: Book, facts: Mapping[str, str]) -> bool:
    """Whether the worker has to say which colleagues it is about before anybody is asked."""
    return kept_out(book, facts).ask_who
