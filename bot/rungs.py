"""How long a request has waited, who was asked so far, and who is next and when: in a picture, and in words.

The rule to keep: the worker reads every step, taken and to come; a wait of theirs never ends in "you may not".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.cards import Block, Card, Heading, Notice, Number, Numbers, Plain, Say, Small
from bot.ladder import Due, due, ladder
from bot.picture import URGENT, Picture
from bot.roster import allowed
from bot.sight import proposed, waiting
from bot.wording import at, names, role_of, until
from policy.book import Clock
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person

KIND = "nobody_yet"
"""The worker's message that nobody has decided, and whom to ring."""

_CHOICE = (
    "Ring them again, and anybody else you trust. If you reach nobody, the choice is yours, and we will not stop you. "
    "What is known, and the numbers, are here. Write down what you did and why."
)


def pace(picture: Picture, request: ApprovalRequest) -> Clock:
    """How urgent a request is: an emergency hurries every lane that protects somebody."""
    verdict = next((v for v in picture.lanes if v.lane.id == request.lane), None)
    if verdict is None:
        return "today"
    hurried = verdict.lane.protective and picture.in_emergency and verdict.clock not in URGENT
    return "today" if hurried else verdict.clock


def step(picture: Picture, request: ApprovalRequest, number: int, now: datetime) -> Due:
    """The step of this number; `now` is when the one before it was taken."""
    charity = picture.charity
    return due(pace(picture, request), charity.waits, request.opened_at, charity.waking, number, now)


def coming(picture: Picture, request: ApprovalRequest) -> list[Due]:
    """The steps to come, up to the next call of the leads; empty where none was ever taken."""
    taken = picture.rungs.get(request.id, ())
    if not taken:
        return []
    last = taken[-1]
    following = step(picture, request, last.step + 1, last.at)
    soonest = Due(following.kind, min(following.at, last.next_at))
    charity = picture.charity
    planned = ladder(pace(picture, request), charity.waits, request.opened_at, charity.waking)
    return [soonest, *planned[last.step + 2 :]]


def unanswered(picture: Picture, request: ApprovalRequest) -> bool:
    """Whether it waits still, and the leads have been called about it."""
    return request.state == "pending" and any(rung.kind == "leads" for rung in picture.rungs.get(request.id, ()))


def had_a_say(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> set[str]:
    """The ids of those who are not asked about it again."""
    return picture.agreed(verdict) | {decision.person_id for decision in picture.noes(verdict)} | request.passed


def next_one(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> list[Person]:
    """Who is asked next: one person at most, whom our message gets to where there is a choice.

    While the case is silenced nobody new, as long as somebody who knows of it can still decide.
    """
    if verdict.approval is None:
        return []
    if picture.around.silenced and may_decide(picture, request, verdict, asked_still(picture, request)):
        return []
    people = picture.around.asked(verdict.approval, request.asked | had_a_say(picture, request, verdict))
    return sorted(people, key=lambda person: person.id in picture.unreached)[:1]


def asked_still(picture: Picture, request: ApprovalRequest) -> list[Person]:
    """Who was asked, may still know of it, and has not passed it on."""
    return [person for person in picture.left(request) if person.id not in request.passed]


def leads(picture: Picture, request: ApprovalRequest) -> list[Person]:
    """The safeguarding lead and the on-call trustee, or whoever stands for them now; first those who did not pass."""
    people = picture.around.on_duty()
    return [person for person in people if person.id not in request.passed] or people


def may_decide(
    picture: Picture, request: ApprovalRequest, verdict: Verdict | None, people: Iterable[Person]
) -> list[str]:
    """The ids of these people who may decide it and have had no say."""
    if verdict is None or verdict.approval is None:
        return []
    said = had_a_say(picture, request, verdict)
    return [person.id for person in people if person.id not in said and allowed(verdict.approval, person)]


def progress(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> list[Plain]:
    """For the worker: who was asked when, and who will be; what is left to them when that has not helped."""
    said = _so_far(picture, request)
    for each in coming(picture, request):
        said.append(_to_come(picture, request, verdict, each))
    blocks: list[Plain] = [Say(" ".join(said))] if said else []
    if not alone(picture, request, verdict):
        return blocks
    asked = asked_still(picture, request)  # their numbers stand on the card anyway
    rows = _numbers(person for person in leads(picture, request) if person not in asked)
    nobody = "Nobody else has answered yet" if picture.noes(verdict) else "Nobody has answered yet"
    return [
        Notice(f"{nobody}. You have done the right thing by asking.", "warning"),
        *([Numbers(rows)] if rows else []),
        Say(_CHOICE),
        *blocks,
    ]


def alone(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> bool:
    """Whether somebody may need protecting today, and nobody has answered or can be reached (decision note 4.7).

    What the trustees want then they have to say themselves; until they do, it is the worker's own choice.
    """
    if request.state != "pending" or not verdict.lane.protective or pace(picture, request) not in URGENT:
        return False
    gone = picture.unreached | picture.around.absent.keys()
    reached = [person for person in asked_still(picture, request) if person.id not in gone]
    return unanswered(picture, request) or not reached


def nobody_yet_card(picture: Picture) -> Card:
    """A message of its own, because one that is only edited alerts nobody."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    blocks: list[Block] = []
    for request in picture.requests:
        verdict = proposed(picture, request)
        if verdict is None or not unanswered(picture, request):
            continue
        # A case may wait in two lanes; each has its own people and times.
        asked = asked_still(picture, request)
        blocks += [Heading(verdict.lane.title), Numbers(_numbers(asked))] if asked else [Heading(verdict.lane.title)]
        blocks += progress(picture, request, verdict)
    if not blocks:
        text = Say("Somebody has answered, or it is not needed any more. Look at your card.")
        return Card(f"Case {picture.case.reference}", (text,), danger=danger)
    return Card("Please ring them yourself", (*blocks, reference), danger=danger, summary="Please ring a colleague")


def escalated(picture: Picture, person: Person, card: Card) -> Card:
    """This card, with what the leads need once it came to them: since when it waits, and everybody's number."""
    asked = [request for request, _ in waiting(picture, person)]
    called = any(person in leads(picture, request) for request in picture.requests)
    open_now = asked if asked else list(picture.requests) if called else []
    late = [request for request in open_now if unanswered(picture, request)]
    if not late or picture.around.why_not(person):
        return card
    since = at(min(request.opened_at for request in late), picture.charity)
    worker = picture.person(picture.case.requester_id)
    others = [each for request in late for each in asked_still(picture, request) if each.id != person.id]
    rows = _numbers([*([worker] if worker else []), *dict.fromkeys(others)])
    blocks: list[Block] = [
        Notice(
            f"Nobody has decided this since {since}. Please ring the worker now, then those who were asked.", "warning"
        ),
        *([Numbers(rows)] if rows else []),
    ]
    return replace(card, blocks=(*blocks, *card.blocks), summary="Urgent: please ring the duty worker")


def _so_far(picture: Picture, request: ApprovalRequest) -> list[str]:
    by_time: dict[str, list[Person]] = {}
    shown = asked_still(picture, request)
    for person in sorted(shown, key=lambda each: request.asked_at.get(each.id, request.opened_at)):
        by_time.setdefault(_time(picture, request.asked_at.get(person.id, request.opened_at)), []).append(person)
    said = [f"{names(who, 'and')} {_were(who)} asked at {moment}." for moment, who in by_time.items()]
    again = [rung for rung in picture.rungs.get(request.id, ()) if rung.kind == "reminded"]
    if again:
        said.append(f"We asked again at {_time(picture, again[-1].at)}.")
    called = [rung for rung in picture.rungs.get(request.id, ()) if rung.kind == "leads"]
    if called and (people := leads(picture, request)):
        said.append(
            f"{_roles(people)} {_were(people)} told at {_time(picture, called[-1].at)} that nobody has answered."
        )
    return said


def _to_come(picture: Picture, request: ApprovalRequest, verdict: Verdict, each: Due) -> str:
    when = f"At {_time(picture, each.at)}"
    match each.kind:
        case "next" if people := next_one(picture, request, verdict):
            return f"{when} we also ask {names(people)}."
        case "leads" if unanswered(picture, request):
            return f"{when} we tell them again."
        case "leads":
            return f"{when} we turn to {_roles(leads(picture, request)) or 'whoever is on duty then'}."
        case _:
            return f"{when} we ask again."


def _roles(people: Sequence[Person]) -> str:
    words = [f"{person.name} ({role_of(person)})" for person in people]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _numbers(people: Iterable[Person]) -> tuple[Number, ...]:
    return tuple(Number(person.name, person.telephone or "ask a colleague", role_of(person)) for person in people)


def _were(people: Sequence[Person]) -> str:
    return "was" if len(people) == 1 else "were"


def _time(picture: Picture, moment: datetime) -> str:
    """14:02 today, 09:00 on Monday 23 November on any other day."""
    local = moment.astimezone(picture.charity.timezone)
    return f"{local:%H:%M}" if local.date() == picture.today else until(moment, picture.charity)
