"""What of a case a person may see: the worker all of it, whoever is asked their own lanes, everybody else nothing.

The rule to keep: cards and forms for whoever is asked take from here, so that no lane tells of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.picture import Picture
from bot.roster import allowed
from policy.grounds import guarded_lanes, tells
from policy.kept_out import holds
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person, SealedText


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
    done = [text for text in picture.texts if text.kind in ("departure", "done") and text.about in lanes]
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
