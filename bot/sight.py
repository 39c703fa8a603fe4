"""What of a case a person may see: the worker all of it, whoever is asked their own lanes, everybody else nothing.

The rule to keep: cards and forms for whoever is asked take from here, so that no lane tells of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.follow_words import NOBODY
from bot.picture import Picture, replay
from bot.roster import allowed
from policy.book import Book
from policy.grounds import asked_by_guarded, guarded, guarded_lanes, tells
from policy.kept_out import holds
from policy.walk import Asking, Decided, Verdict
from storage.records import ApprovalRequest, Disclosure, Person, SealedText


@dataclass(frozen=True, slots=True)
class AskedBack:
    """A question that somebody who has to decide asked the worker, and the answer, once there is one."""

    request: ApprovalRequest
    question: SealedText
    reply: SealedText | None


def proposed(picture: Picture, request: ApprovalRequest) -> Verdict | None:
    """The proposal a request is about, if it is still exactly that."""
    found = (v for v in picture.lanes if v.lane.id == request.lane and picture.fingerprint(v) == request.fingerprint)
    return next(found, None)


def waiting(picture: Picture, person: Person) -> list[tuple[ApprovalRequest, Verdict]]:
    """What this person is asked and has still to decide; nothing that they passed on."""
    if picture.around.why_not(person):
        return []
    open_ = [request for request in picture.requests if request.state == "pending"]
    mine = [request for request in open_ if person.id in request.asked - request.passed]
    pairs = [(request, verdict) for request in mine if (verdict := proposed(picture, request))]
    # Somebody whose role has changed since then reads no more of it, and no button that would only refuse them.
    return [(request, v) for request, v in pairs if v.approval is not None and allowed(v.approval, person)]


def readable(picture: Picture, person: Person) -> list[SealedText]:
    """The typed words this person may read, oldest first.

    Whoever is asked: what would be said and was said or done in their own lanes, and what others asked and decided
    there. Words that were written for all lanes at once are for nobody beside an open lane that is not for everybody.
    """
    if person.id == picture.case.requester_id:
        return list(picture.texts)
    asked = [verdict for _, verdict in waiting(picture, person)]
    lanes = {verdict.lane.id for verdict in asked}
    words = [
        text for verdict in asked if (text := picture.words(verdict)) and (text.about or not beside(picture, lanes))
    ]
    about = [request for verdict in asked for request in picture.about(verdict)]
    decisions = {decision.text_id for request in about if (decision := picture.decided(request))}
    talk = {text.id for each in asked_back(picture, about) for text in (each.question, each.reply) if text}
    done = [text for text in picture.texts if text.kind in ("departure", "done", "correction") and text.about in lanes]
    return [text for text in picture.texts if text in words or text in done or text.id in decisions | talk]


def asked_back(picture: Picture, requests: Iterable[ApprovalRequest]) -> list[AskedBack]:
    """What was asked back about these requests, oldest first; nothing of somebody who must not know any more."""
    about = {request.id: request for request in requests}
    replies = {text.about: text for text in picture.texts if text.kind == "reply"}
    return [
        AskedBack(about[text.about], text, replies.get(text.id))
        for text in picture.texts
        if text.kind == "question" and text.about in about and not _out(picture, text.person_id)
    ]


def unanswered_questions(picture: Picture) -> list[AskedBack]:
    """What the worker has still to answer: asked by somebody who can still decide it, about what is still proposed."""
    return [
        each
        for each in asked_back(picture, picture.requests)
        if each.reply is None
        and (asker := picture.person(each.question.person_id))
        and any(request.fingerprint == each.request.fingerprint for request, _ in waiting(picture, asker))
    ]


def _out(picture: Picture, person_id: str) -> bool:
    person = picture.person(person_id)
    return person is None or bool(picture.around.why_not(person))


def narrowed(picture: Picture, verdict: Verdict) -> Verdict:
    """The proposal without the recipients, and their numbers, that would tell of a lane that is not for everybody."""
    if not beside(picture, {verdict.lane.id}):
        return verdict
    book, lane, facts = picture.book, verdict.lane, picture.walked.facts
    named = [id for id in verdict.outcome.recipients if not (id in facts and tells(book, lane.id, (id,)))]
    shown = {facts.get(id, id) for id in named}
    added = [item for item in lane.adds if holds(item.when, facts)]
    shown |= {item.recipient for item in added if not tells(book, lane.id, [fact for row in item.when for fact in row])}
    recipients = tuple(id for id in verdict.recipients if id in shown)
    hidden = {contact for id in set(verdict.recipients) - shown for contact in book.recipients[id].contacts}
    hidden -= {contact for id in recipients for contact in book.recipients[id].contacts}
    hidden -= set(verdict.outcome.contacts)
    return replace(verdict, recipients=recipients, contacts=tuple(id for id in verdict.contacts if id not in hidden))


def beside(picture: Picture, lanes: set[str]) -> bool:
    """Whether a lane is open, other than these, that is not for everybody to hear of."""
    return any(v.lane.id in guarded_lanes(picture.book) and v.lane.id not in lanes for v in picture.lanes)


def known_beside(picture: Picture, lanes: set[str]) -> bool:
    """Whether such a lane, other than these, is open or was: something of it is in the record."""
    found = {each.lane for each in picture.requests} | {each.lane for each in picture.departures}
    found |= {each.lane for each in picture.disclosures} | {each.lane for each in picture.follow_ups}
    return beside(picture, lanes) or bool((found & guarded_lanes(picture.book)) - lanes)


def without_guarded(picture: Picture) -> dict[str, Verdict]:
    """The lanes by id as they would stand had nothing been ticked that only a guarded lane may repeat."""
    return {verdict.lane.id: verdict for verdict in _plain(picture).lanes}


def _plain(picture: Picture) -> Asking | Decided:
    hidden = guarded(picture.book)
    no = {each.id for each in picture.book.questions if any(option.value == "no" for option in each.options)}
    given = picture.case.answers
    answers = {id: replace(answer, value="no") if id in hidden else answer for id, answer in given.items()}
    case = replace(picture.case, answers={id: each for id, each in answers.items() if id not in hidden or id in no})
    return replay(picture.book, picture.charity, case)


def asked_by_another(picture: Picture) -> frozenset[str]:
    """The ids of the answers that tell of a lane that is not for everybody: without it they would not be there.

    Also of those that do not count any more: a worry that was taken back leaves the answers that it brought about.
    """
    left = set(picture.case.answers) - set(_plain(picture).asked)
    return frozenset(left & ({*picture.walked.asked} | asked_by_guarded(picture.book)))


def opens_by_another(picture: Picture, lane: str) -> bool:
    """Whether it would tell of a lane that is not for everybody that this one is open, or that it is not."""
    if not known_beside(picture, {lane}):
        return False
    return (lane in {verdict.lane.id for verdict in picture.lanes}) != (lane in without_guarded(picture))


def tells_of_another(picture: Picture, verdict: Verdict) -> bool:
    """Whether what this lane came to would: without the other one it would have come to something else."""
    if not known_beside(picture, {verdict.lane.id}):
        return False
    plain = without_guarded(picture).get(verdict.lane.id)
    return plain is None or _came_to(plain) != _came_to(verdict)


def _came_to(verdict: Verdict) -> tuple[object, ...]:
    code = verdict.approval.code if verdict.approval else ""
    said = (verdict.blocks, verdict.warnings, verdict.clauses, verdict.law)
    return (verdict.outcome.id, verdict.outcome.sends, code, verdict.clock, verdict.basis, *said)


def quiet(picture: Picture) -> frozenset[str]:
    """The ids of what was done in lanes for everybody, and would tell of one that is not: by who was told it.

    What corrects one of them, or is corrected by it, is as quiet.
    """
    found = {done.id for done in picture.disclosures if _is_quiet(picture, done)}
    pairs = [(done.id, done.corrects) for done in picture.disclosures if done.corrects]
    for _ in pairs:
        found |= {id for pair in pairs if found & set(pair) for id in pair}
    return frozenset(found)


def _is_quiet(picture: Picture, done: Disclosure) -> bool:
    if done.lane in guarded_lanes(picture.book) or done.recipient == NOBODY or not known_beside(picture, {done.lane}):
        return False
    verdict = next((each for each in picture.lanes if each.lane.id == done.lane), None)
    heard = set(narrowed(picture, verdict).recipients) if verdict else set()
    if verdict and tells_of_another(picture, verdict):
        plain = without_guarded(picture).get(done.lane)
        return done.recipient not in heard.intersection(plain.recipients if plain else ())
    return done.recipient not in heard | _plain_recipients(picture.book, done.lane)


def _plain_recipients(book: Book, lane_id: str) -> set[str]:
    """Whom this lane could always name, whatever it comes to: for what was done before the answers changed."""
    lane = next(lane for lane in book.lanes if lane.id == lane_id)
    rules = [rule for rule in lane.rules if rule.outcome in book.outcomes]
    plain = [rule for rule in rules if not tells(book, lane_id, [fact for row in rule.when for fact in row])]
    found = {id for rule in plain for id in book.outcomes[rule.outcome].recipients if id in book.recipients}
    telling = [item for item in lane.adds if tells(book, lane_id, [fact for row in item.when for fact in row])]
    return found - {item.recipient for item in telling}


def quiet_items(picture: Picture, lane: str) -> frozenset[str]:
    """The ids of the points to be said in this lane that would tell of another."""
    if not known_beside(picture, {lane}):
        return frozenset()
    guides = [guide for outcome in picture.book.outcomes.values() for guide in outcome.words]
    telling = (each for each in guides if tells(picture.book, lane, [fact for row in each.when for fact in row]))
    return frozenset(guide.id for guide in telling)
