"""A second opinion on a no, and how often the same thing was asked: both worked out from what was asked and decided.

The rule to keep: outside the lanes that protect somebody a no stands, but for one second opinion by somebody of equal
or higher standing; there is no third. Asking again is allowed, and whoever decides sees that it was.
"""

from __future__ import annotations

from bot.cards import Block, Button, Buttons, Notice, Numbers, Plain, Say
from bot.picture import Picture
from bot.questioning import carry
from bot.sight import beside, proposed
from bot.wording import at, names, numbers
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person

_HIGHER = frozenset({"safeguarding_lead", "data_protection_lead", "on_call_trustee", "chair", "vice_chair"})


def standing(person: Person) -> int:
    """0: a worker or volunteer. 1: a trustee, or whoever leads safeguarding or data protection, or chairs.

    Two steps and no more: among leads and trustees nobody's word weighs more than another's, so that there is somebody
    to ask also after the chair has said no.
    """
    return 1 if person.role == "trustee" or person.capabilities & _HIGHER else 0


def below(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> set[str]:
    """The ids of those whose standing is too low to answer this second opinion; nobody's for any other request.

    In a lane that protects somebody the first yes of anybody who may decide stands (decision note 4.7).
    """
    if request.second_of is None or verdict.lane.protective:
        return set()
    return _too_low(picture, verdict)


def second_people(picture: Picture, verdict: Verdict) -> list[Person]:
    """Who is asked for a second opinion on a no in this lane: on duty first, nobody who had a say or passed it on.

    While the case is silenced only somebody who knows of it already.
    """
    if verdict.approval is None:
        return []
    around = picture.around
    said = picture.agreed(verdict) | {no.person_id for no in picture.noes(verdict)} | picture.passed(verdict)
    out = said | _too_low(picture, verdict)
    if around.silenced:
        out |= {person.id for person in around.everybody if person.id not in around.knowing}
    return around.asked(verdict.approval, out)


def may_be_asked(picture: Picture, verdict: Verdict) -> list[Person]:
    """The same where the worker may ask for one now: after one no that stands, and before any second one."""
    if verdict.lane.protective or picture.case.state != "sent" or picture.standing(verdict) != "declined":
        return []
    return second_people(picture, verdict) if len(picture.noes(verdict)) == 1 else []


def after_a_no(picture: Picture, verdict: Verdict) -> list[Block]:
    """For the worker, under a no that stands: the second opinion, and whom outside to talk to (decision note 4.7)."""
    request = picture.request(verdict)
    if request is None or verdict.lane.protective or picture.standing(verdict) != "declined":
        return []
    blocks: list[Block] = []
    if people := may_be_asked(picture, verdict):
        reads = "read" if len(people) > 1 else "reads"
        who = f"We ask {names(people)}, who {reads} the first answer too"
        blocks.append(Say(f"You can ask for one second opinion. {who}. If they say yes, it may go."))
        carried = carry(picture, r=request.id, f=request.fingerprint)
        hint = f"Ask for a second opinion: {verdict.lane.title}"
        blocks.append(Buttons((Button("Ask for a second opinion", "second", carried, "main", hint=hint),)))
    elif len(picture.noes(verdict)) > 1:
        blocks.append(Say("Two people have said no. We ask nobody a third time."))
    else:
        blocks.append(Say("Nobody else here may decide this."))
    outside = numbers(picture.book, picture.charity, picture.book.speak_up, picture.circle, today=picture.today)
    if outside and not picture.around.silenced:
        blocks.append(Say("You still think it should go? You can talk to these people in confidence. Use no names."))
        blocks.append(Numbers(outside))
    return blocks


def danger_again(picture: Picture) -> list[Block]:
    """After the last no in a lane that protects somebody: the first question of all once more (decision note 4.7)."""
    emergency = picture.book.emergency
    asks = carry(picture, s=picture.book.question(emergency.question).screen)
    return [Buttons((Button("Is somebody in danger now?", "ask", asks, "danger"),))]


def changed_since(picture: Picture, request: ApprovalRequest) -> bool:
    """Whether what this request is about is no longer what is proposed, so that a yes to it counts no more."""
    return picture.case.state == "sent" and proposed(picture, request) is None


def no_longer_counts(picture: Picture, verdict: Verdict) -> list[Plain]:
    """For the worker: that somebody had agreed in this lane, to something else than what is proposed now."""
    if picture.standing(verdict) == "approved":
        return []
    earlier = [r for r in picture.requests if r.lane == verdict.lane.id and changed_since(picture, r)]
    yeses = [made for r in earlier if (made := picture.decided(r)) and made.verdict == "approved"]
    if not yeses:
        return []
    who, when = picture.name(yeses[-1].person_id), at(yeses[-1].at, picture.charity)
    return [Say(f"{who} agreed at {when}. You changed the plan since, so that yes no longer counts.")]


def one_and_the_same(picture: Picture, verdict: Verdict) -> list[Plain]:
    """For the worker: whose yes does not count, since they turned out to be the asker or the other one who agreed."""
    if picture.standing(verdict) == "approved":
        return []
    agreed, asker = picture.agreed(verdict), picture.case.requester_id
    found: list[Plain] = []
    for request in picture.about(verdict):
        made, said = picture.decisions.get(request.id), picture.spoken.get(request.id)
        if made is None or made.verdict != "approved" or made.person_id in agreed or (said and said.answer == "no"):
            continue
        also = picture.around.human(made.person_id) - {made.person_id}
        if not also & (agreed | {asker}):
            continue
        who = picture.name(made.person_id)
        other = "you" if asker in also else picture.name(min(also & agreed))
        # What is for now waits for nobody's yes, so there nobody is told to wait.
        wait = "" if verdict.clock == "now" else "Do not tell anybody outside who it is about. "
        out = any(each.lane == verdict.lane.id for each in picture.disclosures)
        kept = " What has already gone out stays in the record." if out else ""
        gone = f"The yes of {who} no longer counts: our list now says that {who} and {other} are the same person."
        found.append(Notice(f"{wait}{gone}{kept}", "stop" if wait else "warning"))
    return found


def asked_before(picture: Picture, lane: str) -> list[ApprovalRequest]:
    """Every time somebody was asked to agree in this lane, oldest first, also about what was changed since."""
    return [request for request in picture.requests if request.lane == lane and request.state != "told"]


def shopping(picture: Picture, lane: str) -> list[str]:
    """What came of each time but the last, in words; empty where it was asked once.

    No name where a name could tell of another lane, nor of somebody who turned out to be out of the circle.
    """
    asked = asked_before(picture, lane)
    hidden = beside(picture, {lane})
    return [_came_of(picture, request, hidden=hidden) for request in asked[:-1]]


def asked_before_words(picture: Picture, lane: str) -> str:
    """Asked 3 times. Femi Adair said no at ... Ben Carver was asked at ... and it was taken back. "" where once."""
    earlier = shopping(picture, lane)
    # A second opinion that the bot asks for by itself is none of the worker's asking again.
    times = sum(request.second_of is None for request in asked_before(picture, lane))
    often = f"Asked {times} times. " if times > 1 else ""
    return f"{often}{' '.join(earlier)}" if earlier else ""


def asked_before_notice(picture: Picture, verdict: Verdict) -> list[Plain]:
    """For whoever is asked about this lane."""
    words = asked_before_words(picture, verdict.lane.id)
    return [Notice(words, "warning")] if words else []


def _came_of(picture: Picture, request: ApprovalRequest, *, hidden: bool) -> str:
    made = picture.decisions.get(request.id)
    if made is None:
        people = [] if hidden else picture.left(request)
        who = names(people, "and") or "Somebody"
        were = "were" if len(people) > 1 else "was"
        return f"{who} {were} asked at {at(request.opened_at, picture.charity)}, and it was taken back or changed."
    spoken = picture.spoken.get(request.id)
    if spoken is not None and spoken.answer == "no":
        return f"A yes by phone at {at(made.at, picture.charity)} was denied."
    who = "Somebody" if hidden or picture.decided(request) is None else picture.name(made.person_id)
    said = "said no" if made.verdict == "declined" else "agreed"
    return f"{who} {said} at {at(made.at, picture.charity)}."


def _too_low(picture: Picture, verdict: Verdict) -> set[str]:
    said_no = [picture.person(no.person_id) for no in picture.noes(verdict)]
    # Whoever is not on the roster any more cannot be weighed: then a lead or a trustee answers.
    needed = max((standing(person) if person else 1 for person in said_no), default=0)
    return {person.id for person in picture.around.everybody if standing(person) < needed}
