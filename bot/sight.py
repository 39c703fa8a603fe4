"""What of a case a person may see: the worker all of it, whoever is asked their own lanes, everybody else nothing.

The rule to keep: cards and forms for whoever is asked take from here, so that no lane tells of another.
"""

from __future__ import annotations

from dataclasses import replace

from bot.picture import Picture
from policy.grounds import guarded_lanes, tells
from policy.kept_out import holds
from policy.walk import Verdict
from storage.records import ApprovalRequest, Person, SealedText


def proposed(picture: Picture, request: ApprovalRequest) -> Verdict | None:
    """The proposal a request is about, if it is still exactly that."""
    found = (v for v in picture.lanes if v.lane.id == request.lane and picture.fingerprint(v) == request.fingerprint)
    return next(found, None)


def waiting(picture: Picture, person: Person) -> list[tuple[ApprovalRequest, Verdict]]:
    """What this person is asked and has still to decide."""
    if picture.around.why_not(person):
        return []
    mine = [request for request in picture.requests if request.state == "pending" and person.id in request.asked]
    return [(request, verdict) for request in mine if (verdict := proposed(picture, request))]


def readable(picture: Picture, person: Person) -> list[SealedText]:
    """The typed words this person may read, oldest first.

    Whoever is asked: what would be said and was said or done in their own lanes, and what others decided there. Words
    that were written for all lanes at once are for nobody beside an open lane that is not for everybody.
    """
    if person.id == picture.case.requester_id:
        return list(picture.texts)
    asked = [verdict for _, verdict in waiting(picture, person)]
    lanes = {verdict.lane.id for verdict in asked}
    words = [
        text for verdict in asked if (text := picture.words(verdict)) and (text.about or not beside(picture, lanes))
    ]
    decisions = {d.text_id for verdict in asked for r in picture.about(verdict) if (d := picture.decided(r))}
    done = [text for text in picture.texts if text.kind in ("departure", "done") and text.about in lanes]
    return [text for text in picture.texts if text in words or text in done or text.id in decisions]


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
