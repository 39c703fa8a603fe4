"""Two workers make a disclosure together (4.4): each says in their own account that they were there.

The rule to keep: two different workers, or one and a lead who says why the other cannot; until then it stays open.
The police are asked by two, always: nobody is excused from that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.cards import Block, Button, Buttons, Card, Choice, Notice, Number, Numbers, Say, Small
from bot.phone.locked import about_worker
from bot.picture import Picture
from bot.wording import names, role_of
from policy.book import Approval
from policy.walk import Verdict
from storage.records import ConfirmationKind, Person

KIND = "there"
"""The kind of the message that asks a worker to say that they were there."""

LEAD = "there_lead"
"""The kind of the message to the leads: somebody has still to say so."""

PROMISE = "confirm_24h"
"""The book's task of an outcome that rests on the person's word that they report it themselves."""

NOBODY = "nobody"
TWO = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """One lane that two workers have to confirm.

    since: from when a word counts. first: the id of whoever wrote it down. expected: who should say so. said: the ids
    of those whose own word counts so far. excused: of those who are done without; `NOBODY` for a second who never was.
    """

    verdict: Verdict
    what: ConfirmationKind
    since: datetime
    first: str
    expected: tuple[Person, ...]
    said: frozenset[str]
    excused: frozenset[str] = frozenset()

    @property
    def missing(self) -> tuple[Person, ...]:
        return tuple(person for person in self.expected if person.id not in self.said | self.excused)

    @property
    def done(self) -> bool:
        """Whether two have said so, or one, and one excuse stands for the other."""
        return len(self.said) + min(1, len(self.excused - self.said)) >= TWO and bool(self.said)


def by_two_workers(approval: Approval | None) -> bool:
    """Whether this code means that two workers do it: no trustee, and no duty, stands in for the second one."""
    return approval is not None and approval.moment == "before" and approval.roles == ("worker",)


def pairs(picture: Picture) -> list[Pair]:
    """Every lane that was reported by two workers, or that the person promised to report; done or not."""
    found = []
    for verdict in picture.lanes:
        if picture.case.state not in ("sent", "closed") or not by_two_workers(verdict.approval):
            continue
        what: ConfirmationKind = "police" if PROMISE in verdict.outcome.tasks else "there"
        begun = _begun(picture, verdict, what)
        if begun is None or verdict.outcome.sends not in ("named", "agreed"):
            continue
        since, first = begun
        ids = dict.fromkeys((first, *sorted(picture.agreed(verdict))))
        people = (person for id in ids if (person := picture.person(id)))
        # Whoever was put out of the case since is asked nothing, and nobody is told to ring them.
        out = {person.id for person in picture.around.everybody if picture.around.is_out(person)}
        expected = tuple(person for person in people if person.role == "worker" and person.id not in out)
        words = [each for each in picture.confirmations if each.lane == verdict.lane.id and each.at >= since]
        said = _humans(picture, {each.person_id for each in words if each.what == what} - out)
        excused = {each.person_id for each in words if each.what == "excused"}
        excused |= {NOBODY for each in words if each.what == "nobody"}
        left_out = excused if what == "there" else set[str]()
        found.append(Pair(verdict, what, since, first, expected[:TWO], frozenset(said), frozenset(left_out)))
    return found


def _humans(picture: Picture, ids: Iterable[str]) -> set[str]:
    """Each human once, whatever entries of the roster they have."""
    found: set[str] = set()
    for id in sorted(ids):
        found |= set() if picture.around.human(id) & found else {id}
    return found


def lacking(picture: Picture) -> list[Pair]:
    """The lanes that fewer than two workers have confirmed, less those with one word and one excuse."""
    return [pair for pair in pairs(picture) if not pair.done]


def missing(picture: Picture) -> list[Person]:
    """Who should say so and has not, each once."""
    return list(dict.fromkeys(person for pair in lacking(picture) for person in pair.missing))


def to_tell(picture: Picture) -> list[Person]:
    """Who gets the message of kind `KIND`: who has still to say so and can, and whoever may say who else was there."""
    holder = picture.person(picture.case.requester_id)
    people = [person for person in missing(picture) if not may_not(picture, person)]
    if holder is not None and not may_not(picture, holder) and _who_else(picture, holder):
        people.append(holder)
    return list(dict.fromkeys(people))


def needs_a_lead(picture: Picture) -> bool:
    """Whether it cannot be done by the people who are asked: fewer than two are there to be, or one of them is gone."""
    return any(
        len(pair.expected) + len(pair.excused) < TWO or any(may_not(picture, each) for each in pair.missing)
        for pair in lacking(picture)
    )


def still_missing(picture: Picture) -> str:
    """Why the case cannot be closed yet, in words; "" when two have confirmed every lane that needs it."""
    said = []
    for pair in lacking(picture):
        who = names(list(pair.missing), "and") or "a second worker"
        what = "that the police have it" if pair.what == "police" else "that they were there when it was reported"
        said.append(f"{who} must still confirm {what}")
    if not said:
        return ""
    return f"Two workers do this together. {'. '.join(said)}."


def asks(picture: Picture, person: Person) -> list[Pair]:
    """What this person is asked to confirm, by a message of kind `KIND`."""
    if person.role != "worker" or may_not(picture, person):
        return []
    # A true word is taken also from somebody who was excused, and holding the case is no proof of it.
    asked = [pair for pair in pairs(picture) if not pair.done or person.id in pair.excused]
    mine = [pair for pair in asked if person.id not in pair.said]
    if person.id != picture.case.requester_id:
        return mine
    return [pair for pair in mine if person in pair.expected or pair.what == "police"]


def there_card(picture: Picture, person: Person) -> Card:
    """One button: I was there; or, of a promise, the police have it."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    mine, else_ = asks(picture, person), _who_else(picture, person)
    if not mine:
        done = any(person.id in pair.said for pair in pairs(picture))
        text = Say("Thank you. Your answer is in the record." if done else "Nothing is needed from you here.")
        if not else_:
            return Card(f"Case {picture.case.reference}", (text, reference), danger=danger)
        first: tuple[Block, ...] = (text,) if done else ()
        rest = (Say(still_missing(picture)), *_else_buttons(picture, else_), reference)
        summary = "Confer: a colleague needs your answer"
        return Card("Two workers do this", (*first, *rest), danger=danger, summary=summary)
    blocks: list[Block] = []
    for pair in mine:
        carried = {"c": picture.case.id, "l": pair.verdict.lane.id}
        if pair.what == "police":
            blocks.append(Say("They said they will tell the police themselves, within 24 hours. Ask the police."))
            blocks.append(Buttons((Button("The police confirm it", "there.yes", carried, "main"),)))
            blocks.append(Say("Not done after 24 hours? Two of you report it. Ring each other now.", quiet=True))
            with_you = [each for each in pair.expected if each.id != person.id and each.telephone and not each.locked]
            if with_you:
                blocks.append(Numbers(tuple(Number(p.name, p.telephone, role_of(p)) for p in with_you)))
        else:
            who = "You write" if pair.first == person.id else f"{picture.name(pair.first)} writes"
            blocks.append(Say(f"{who} that this was reported."))
            blocks.append(Say("Were you there when it was reported?"))
            blocks.append(Buttons((Button("I was there when it was reported", "there.yes", carried, "main"),)))
            blocks.append(Say("You were not there? Do not press. Ring the worker.", quiet=True))
    blocks += _else_buttons(picture, else_)
    title = "Have the police been told?" if all(pair.what == "police" for pair in mine) else "Were you there?"
    return Card(title, (*blocks, reference), danger=danger, summary="Confer: a colleague needs your answer")


def _who_else(picture: Picture, person: Person) -> list[Pair]:
    """The lanes for which the holder may still say who else was there, a trustee too."""
    if person.id != picture.case.requester_id:
        return []
    return [pair for pair in lacking(picture) if others(picture, pair)]


def _else_buttons(picture: Picture, open_: Iterable[Pair]) -> list[Block]:
    found: list[Block] = []
    for pair in open_:
        carried = {"c": picture.case.id, "l": pair.verdict.lane.id}
        label = "Somebody else was there" if pair.what == "there" else "Somebody else asks the police"
        found.append(Buttons((Button(label, "there.other", carried, hint=pair.verdict.lane.title),)))
    return found


def lead_card(picture: Picture, person: Person) -> Card:
    """For the leads: whom to ring, and the way out where somebody cannot confirm it any more."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    open_ = [] if picture.around.why_mute(person) else lacking(picture)
    if not open_:
        text = Say("Nothing is needed from you here.")
        return Card(f"Case {picture.case.reference}", (text, reference), danger=danger)
    worker = picture.person(picture.case.requester_id)
    missed = [each for each in [*missing(picture), *([worker] if worker else [])] if not each.locked]
    ring = dict.fromkeys(each for each in missed if not picture.around.is_out(each))
    rows = tuple(Number(each.name, each.telephone or "ask a colleague", role_of(each)) for each in ring)
    blocks: list[Block] = [
        *about_worker(picture),
        Notice("Two workers report this together, and they have not both confirmed it. Please ring them.", "warning"),
        Numbers(rows),
    ]
    for pair in open_:
        carried = {"c": picture.case.id, "l": pair.verdict.lane.id}
        if excusable(pair):
            blocks.append(Buttons((Button("One of them cannot confirm it", "there.excuse", carried),)))
        else:
            blocks.append(Say("One of them cannot? Then the worker asks another colleague to confirm it."))
    blocks.append(Say("This message says nothing about the case, on purpose. Do not ask in chat.", quiet=True))
    return Card("Please ring two colleagues", (*blocks, reference), danger=danger, summary="Confer: ring a colleague")


def _begun(picture: Picture, verdict: Verdict, what: ConfirmationKind) -> tuple[datetime, str] | None:
    """From when a word counts, and the id of the first worker; None before there is anything to confirm.

    Of a promise: since it was agreed to, whoever asked. Of a report: since it was written down, and whoever wrote it,
    also where somebody else holds the case by now.
    """
    request = picture.request(verdict)
    if what == "police":
        agreed = request is not None and picture.standing(verdict) == "approved"
        return (request.opened_at, picture.case.requester_id) if request and agreed else None
    told = [done for done in picture.disclosures if done.lane == verdict.lane.id and done.recipient != NOBODY]
    again = [done for done in told if request and done.at >= request.opened_at]
    return next(((done.at, done.person_id) for done in (again or told)), None)


def may_not(picture: Picture, person: Person) -> str:
    """Unlike a decision, this is also for whose own consultation it is, or was: they were there."""
    around = picture.around
    if not person.active or person.locked or around.is_out(person) or person.id in around.given:
        return picture.around.why_not(person)
    return ""


def others(picture: Picture, pair: Pair) -> list[Person]:
    """Workers who may be asked whether they were there: while the case is silenced nobody who does not know of it."""
    around = picture.around
    expected: Iterable[Person] = pair.expected
    known = {id for each in (*(person.id for person in expected), *pair.said) for id in around.human(each)}
    fit = [p for p in around.everybody if p.role == "worker" and not around.why_not(p) and p.id not in known]
    return [person for person in fit if not around.silenced or person.id in around.knowing]


def excusable(pair: Pair) -> tuple[Choice, ...]:
    """Whom a lead may write off: one for a lane, and nobody where two have to hear it from the police."""
    if pair.what == "police" or pair.excused - pair.said:
        return ()
    choices = [Choice(person.id, f"{person.name}, {role_of(person)}") for person in pair.missing]
    if len(pair.expected) < TWO:
        choices.append(Choice(NOBODY, "There is no second worker to ask"))
    return tuple(choices)
