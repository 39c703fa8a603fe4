"""How long a request has waited, who was asked so far, and who is next and when: in a picture, and in words.

The rule to keep: the worker reads every step, taken and to come; a wait of theirs never ends in "you may not".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.cards import Block, Button, Buttons, Card, Heading, Notice, Number, Numbers, Plain, Say, Small
from bot.guidance import ADVICE_NOW
from bot.organisation.ladder import Due, due, ladder
from bot.phone.locked import about_worker
from bot.picture import URGENT, Picture
from bot.roster import allowed
from bot.second_opinion import below
from bot.sight import proposed, waiting
from bot.wording import ALARM, at, names, role_of, until
from policy.book import Clock
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person, Rung

_TODAY: Collection[Clock] = ("now", "today")

KIND = "nobody_yet"
"""The worker's message that nobody has decided, and whom to ring."""

_CHOICE = (
    "Ring them again, and anybody else you trust. If you reach nobody, the choice is yours, and we will not stop you. "
    "Write down what you did and why."
)


def pace(picture: Picture, request: ApprovalRequest) -> Clock:
    """How urgent a request is; "today" where its lane is no longer there."""
    verdict = next((v for v in picture.lanes if v.lane.id == request.lane), None)
    return pace_of(picture, verdict) if verdict else "today"


def pace_of(picture: Picture, verdict: Verdict) -> Clock:
    """How urgent a lane is: an emergency hurries every lane that protects somebody."""
    hurried = verdict.lane.protective and picture.in_emergency and verdict.clock not in URGENT
    return "today" if hurried else verdict.clock


def step(picture: Picture, request: ApprovalRequest, number: int, now: datetime) -> Due:
    """The step of this number; `now` is when the one before it was taken."""
    charity, begun = picture.charity, _by_day(picture, request.opened_at)
    found = due(pace(picture, request), charity.waits, begun, charity.waking, number, now)
    return replace(found, at=_by_day(picture, found.at))


def steps_of(picture: Picture, clock: Clock, opened_at: datetime) -> tuple[Due, ...]:
    """Every step up to the first call of the leads, of what is asked at this moment."""
    found = ladder(clock, picture.charity.waits, _by_day(picture, opened_at), picture.charity.waking)
    return tuple(replace(each, at=_by_day(picture, each.at)) for each in found)


def _by_day(picture: Picture, moment: datetime) -> datetime:
    """A practice goes up its ladder as in earnest, in waking hours: nobody is woken for one."""
    return picture.charity.waking.waking(moment) if picture.case.practice else moment


def read_at(picture: Picture, clock: Clock, opened_at: datetime) -> datetime | None:
    """When whoever is asked at this moment is written to, where that waits for waking hours; None: at once."""
    at_once = clock in URGENT and not picture.case.practice
    waking = None if at_once else picture.charity.waking.waking(opened_at)
    return waking if waking and waking > opened_at else None


def held_back(picture: Picture, request: ApprovalRequest) -> datetime | None:
    """When the first letter about an open request goes out, while it waits for waking hours; None: it has gone."""
    if request.state != "pending" or picture.rungs.get(request.id):
        return None
    return read_at(picture, pace(picture, request), request.opened_at)


def coming(picture: Picture, request: ApprovalRequest) -> list[Due]:
    """The steps to come, up to the next call of the leads (of a practice, the first); empty where the asking itself is
    overdue.
    """
    planned = steps_of(picture, pace(picture, request), request.opened_at)
    taken = picture.rungs.get(request.id, ())
    if not taken:
        return list(planned[1:]) if held_back(picture, request) else []
    if picture.case.practice and unanswered(picture, request):
        return []  # it was heard up to its end: nobody is chased for a practice
    last = taken[-1]
    following = step(picture, request, last.step + 1, last.at)
    soonest = Due(following.kind, min(following.at, last.next_at))
    return [soonest, *planned[last.step + 2 :]]


def unanswered(picture: Picture, request: ApprovalRequest) -> bool:
    """Whether it waits still, and the leads have been called about it."""
    return request.state == "pending" and any(rung.kind == "leads" for rung in picture.rungs.get(request.id, ()))


def had_a_say(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> set[str]:
    """The ids of those who are not asked about it again, or not about a second opinion."""
    said = picture.agreed(verdict) | {decision.person_id for decision in picture.noes(verdict)} | request.passed
    return said | below(picture, request, verdict)


def next_one(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> list[Person]:
    """Who is asked next: one person at most, whom our message gets to where there is a choice.

    While the case is silenced nobody new, as long as somebody who knows of it can still decide.
    """
    if verdict.approval is None:
        return []
    if picture.around.silenced and may_decide(picture, request, verdict, asked_still(picture, request)):
        return []
    return after_these(picture, verdict, request.asked | had_a_say(picture, request, verdict))


def after_these(picture: Picture, verdict: Verdict, already: Collection[str]) -> list[Person]:
    """Who comes after those who were asked `already`: one person at most, whom our message gets to if there is one."""
    people = picture.around.asked(verdict.approval, already) if verdict.approval else []
    people = people or in_line(picture, verdict, already)
    return sorted(people, key=lambda person: person.id in picture.unreached)[:1]


def asked_still(picture: Picture, request: ApprovalRequest) -> list[Person]:
    """Who was asked, may still know of it, has not passed it on, and has a role that may decide it: whom to ring."""
    approval = picture.book.approvals.get(request.code) if request.state == "pending" else None
    left = [person for person in picture.left(request) if person.id not in request.passed]
    return [person for person in left if approval is None or allowed(approval, person)]


def here(picture: Picture, people: Iterable[Person]) -> list[Person]:
    """Of these, whoever is not away and has an account that our message gets to."""
    return [p for p in people if p.id not in picture.around.absent and p.id not in picture.unreached]


def leads(picture: Picture, request: ApprovalRequest) -> list[Person]:
    """The safeguarding lead and the on-call trustee, or whoever stands for them now; first those who did not pass."""
    lane = next((each for each in picture.lanes if each.lane.id == request.lane), None)
    said = _decided_by(picture, request)
    people = [person for person in picture.around.on_duty() if person.id not in said]
    passed_on = [person for person in people if person.id not in request.passed]
    return passed_on or (in_line(picture, lane, said | request.passed) if lane else []) or people


def _decided_by(picture: Picture, request: ApprovalRequest) -> set[str]:
    """The ids of those who have decided on exactly this: nobody rings them with "Nobody has decided"."""
    same = (each for each in picture.requests if each.lane == request.lane and each.fingerprint == request.fingerprint)
    return {picture.decisions[each.id].person_id for each in same if each.id in picture.decisions}


def in_line(picture: Picture, verdict: Verdict, already: Collection[str]) -> list[Person]:
    """While the case is silenced: the chair, else the vice-chair, where its one lead had a say; nobody otherwise."""
    around, approval = picture.around, verdict.approval
    if not around.silenced or approval is None:
        return []
    may = [person for person in around.approvers(approval) if person.id not in already]
    ways = ([person for person in may if person.can(duty)] for duty in ("chair", "vice_chair"))
    return next((people for people in ways if people), [])


def may_decide(
    picture: Picture, request: ApprovalRequest, verdict: Verdict | None, people: Iterable[Person]
) -> list[str]:
    """The ids of these people who may decide it and have had no say."""
    if verdict is None or verdict.approval is None:
        return []
    said = had_a_say(picture, request, verdict)
    fit = [person for person in people if not picture.around.why_not(person)]
    return [person.id for person in fit if person.id not in said and allowed(verdict.approval, person)]


def progress(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> list[Plain]:
    """For the worker: who was asked when, and who will be; what is left to them when that has not helped."""
    said = _so_far(picture, request)
    then, called = next_one(picture, request, verdict), leads(picture, request)
    able = may_decide(picture, request, verdict, here(picture, asked_still(picture, request)))
    for each in coming(picture, request):
        if not able and (each.kind == "reminded" or (each.kind == "next" and not then)):
            continue  # there is nobody to ask again
        said.append(to_come(picture, each, then, called, again=unanswered(picture, request)))
    blocks: list[Plain] = [Say(" ".join(said))] if said else []
    if not alone(picture, request, verdict):
        return blocks
    asked = asked_still(picture, request)  # their numbers stand on the card anyway
    rows = _numbers(person for person in leads(picture, request) if person not in asked)
    nobody = "Nobody else has answered yet" if picture.noes(verdict) else "Nobody has answered yet"
    return [
        Notice(f"{nobody}. You have done the right thing by asking.", "warning"),
        *([Numbers(rows)] if rows else []),
        Say(_choice(picture)),
        *blocks,
    ]


def _choice(picture: Picture) -> str:
    """What the trustees have adopted for this, with its day; until they have, it is left to the worker (AMB-18)."""
    rule = picture.charity.rules.words()
    return f"Ring them again, and anybody else you trust. {rule} The numbers are here." if rule else _CHOICE


def alone(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> bool:
    """Whether it has to be done today, and nobody has answered or can be reached (decision note 4.7).

    What only a duty may decide is not done alone: a court's paper is answered by whoever may answer it.
    What the trustees want then they have to say themselves; until they do, it is the worker's own choice.
    """
    by_role = verdict.approval is not None and bool(verdict.approval.roles)
    if request.state != "pending" or not by_role or pace(picture, request) not in _TODAY:
        return False
    gone = picture.unreached | picture.around.absent.keys()
    reached = [person for person in asked_still(picture, request) if person.id not in gone]
    return unanswered(picture, request) or not reached


def nobody_yet_card(picture: Picture) -> Card:
    """A message of its own, because one that is only edited alerts nobody."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    # A case may wait in two lanes; where their people and times are the same, these stand there once.
    same: list[tuple[list[Plain], list[str]]] = []
    for request in picture.requests:
        verdict = proposed(picture, request)
        if verdict is None or not unanswered(picture, request):
            continue
        asked = asked_still(picture, request)
        said = [*([Numbers(_numbers(asked))] if asked else []), *progress(picture, request, verdict)]
        if verdict.lane.protective:
            said.append(Say(ADVICE_NOW))
        lanes = next((titles for words, titles in same if words == said), None)
        if lanes is None:
            same.append((said, [verdict.lane.title]))
        else:
            lanes.append(verdict.lane.title)
    blocks: list[Block] = []
    for said, lanes in same:
        blocks += [*(Heading(title) for title in lanes), *said]
    if not blocks:
        void = any(unanswered(picture, each) and proposed(picture, each) is None for each in picture.requests)
        words = "Somebody has answered, or it is not needed any more. Look at your card."
        lost = "Nobody can decide this as it was sent: the rules have changed. Take it back and send it again now."
        text = Say(lost if void else words)
        return Card(f"Case {picture.case.reference}", (text,), danger=danger)
    blocks.append(Buttons((Button("Open your card", "open", {"c": picture.case.id}, "main"),)))
    return Card("Please ring them yourself", (*blocks, reference), danger=danger, summary="Please ring a colleague")


def escalated(picture: Picture, person: Person, card: Card) -> Card:
    """This card, with what the leads need once it came to them: since when it waits, and everybody's number."""
    asked = [request for request, _ in waiting(picture, person)]
    called = any(person in leads(picture, request) for request in picture.requests)
    open_now = asked if asked else list(picture.requests) if called else []
    mine = [request for request in open_now if person.id not in _decided_by(picture, request)]
    late = [request for request in mine if unanswered(picture, request)]
    if not late or picture.around.why_untold(person):
        return card
    since = at(min(request.opened_at for request in late), picture.charity)
    worker = picture.person(picture.case.requester_id)
    others = [each for request in late for each in asked_still(picture, request) if each.id != person.id]
    lost = about_worker(picture)
    rows = _numbers([*([worker] if worker and not lost else []), *dict.fromkeys(others)])
    ring = "find the worker now, another way, then ring" if lost else "ring the worker now, then"
    blocks: list[Block] = [
        *lost,
        Notice(f"Nobody has decided this since {since}. Please {ring} those who were asked.", "warning"),
        *([Numbers(rows)] if rows else []),
    ]
    rest = [each for each in card.blocks if each not in lost]
    return replace(card, blocks=(*blocks, *rest), summary=ALARM)


def _so_far(picture: Picture, request: ApprovalRequest) -> list[str]:
    """Who was asked and told, and when; nobody whom it did not reach, and nobody who was not told at that time."""
    shown, taken = asked_still(picture, request), picture.rungs.get(request.id, ())
    if waits := held_back(picture, request):
        return [when_read(picture, here(picture, shown), waits)]
    times = {person.id: _written(picture, request, person) for person in shown}
    got = [person for person in shown if person.id not in picture.unreached]
    lost = [person for person in shown if person not in got]
    by_time: dict[datetime, list[Person]] = {}
    for person in sorted(got, key=lambda each: times[each.id]):
        minute = times[person.id].replace(second=0, microsecond=0)
        by_time.setdefault(minute, []).append(person)
    said = [
        when_read(picture, here(picture, who), moment)
        if picture.now and moment > picture.now
        else f"{names(who, 'and')} {_were(who)} asked at {time_of(picture, moment)}."
        for moment, who in by_time.items()
    ]
    again = [rung for rung in taken if rung.kind == "reminded"]
    if again:
        said.append(f"We asked again at {time_of(picture, again[-1].at)}.")
    called = [rung for rung in taken if rung.kind == "leads"]
    if called:
        last = called[-1]
        people = [person for person in picture.around.everybody if _told_then(picture, person, last)]
        told = [person for person in people if person.id not in picture.unreached]
        if told:
            said.append(f"{roles(told)} {_were(told)} told at {time_of(picture, last.at)} that nobody has answered.")
        missed = people or leads(picture, request)
        lost += [person for person in missed if person.id in picture.unreached and person not in lost]
    if lost:
        said.append(f"We could not reach {names(lost, 'and')}.")
    return said


def _written(picture: Picture, request: ApprovalRequest, person: Person) -> datetime:
    """When somebody who was asked was written to, or will be; on their home page it stands from the asking on."""
    first = next((rung.at for rung in picture.rungs.get(request.id, ())), request.opened_at)
    asked_at = max(request.asked_at.get(person.id, request.opened_at), first)
    return read_at(picture, pace(picture, request), asked_at) or asked_at


def _told_then(picture: Picture, person: Person, call: Rung) -> bool:
    """Whether this call of the leads went to this person; the worker's own message of that moment is none."""
    mine = person.id == picture.case.requester_id or person.id in picture.around.former
    return person.id in call.told and not mine and not picture.around.is_out(person)


def when_read(picture: Picture, people: list[Person], moment: datetime) -> str:
    """That what can wait wakes nobody, and what to do where it cannot. `people`: who is here of those asked."""
    time = time_of(picture, moment)
    reads = f"{names(people, 'and')} {'reads' if len(people) == 1 else 'read'} it" if people else "we write to them"
    return (
        f"This can wait for the day, so {reads} at {time}. Ring them if it cannot wait: they can decide at any hour, "
        "on their home page."
    )


def to_come(picture: Picture, each: Due, then: list[Person], called: Sequence[Person], *, again: bool = False) -> str:
    """One step to come, in words: `then` is asked next, `called` are the leads, told `again` where they were before."""
    when = f"At {time_of(picture, each.at)}"
    match each.kind:
        case "next" if then:
            return f"{when} we also ask {names(then)}."
        case "leads" if again:
            return f"{when} we tell them again."
        case "leads":
            return f"{when} we turn to {roles(called) or 'whoever is on duty then'}."
        case _:
            return f"{when} we ask again."


def roles(people: Sequence[Person]) -> str:
    words = [f"{person.name} ({role_of(person)})" for person in people]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _numbers(people: Iterable[Person]) -> tuple[Number, ...]:
    return tuple(Number(person.name, person.telephone or "ask a colleague", role_of(person)) for person in people)


def _were(people: Sequence[Person]) -> str:
    return "was" if len(people) == 1 else "were"


def time_of(picture: Picture, moment: datetime) -> str:
    """14:02 today, 09:00 on Monday 23 November on any other day."""
    local = moment.astimezone(picture.charity.timezone)
    return f"{local:%H:%M}" if local.date() == picture.today else until(moment, picture.charity)
