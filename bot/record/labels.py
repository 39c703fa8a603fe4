"""What the ids in a record are called on paper: states, standings, ways, follow-ups, holds.

The rule to keep: an id that nobody has named here is printed as it is, never left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.follow_words import BASIS_WORDS, NOTES, REASONS, TOLD, VERIFIED, WAYS
from bot.picture import Standing
from bot.record.times import day
from policy.book import Book
from storage.records import Confirmed, Verdict

STATES: Mapping[str, str] = {
    "asking": "Being answered",
    "paused": "Paused",
    "sent": "Sent, not closed",
    "withdrawn": "Stopped before anything was sent",
    "closed": "Closed",
}
SENDS: Mapping[str, str] = {
    "named": "Information leaves the charity, with who it is about",
    "agreed": "Only what the person agreed to leaves the charity",
    "unnamed": "Information leaves the charity without a name",
    "inside": "It stays inside the charity",
    "nothing": "Nothing leaves the charity",
}
STANDINGS: Mapping[Standing, str] = {
    "free": "Needs nobody's agreement",
    "told": "The lead was told; nobody may stop it",
    "unasked": "Agreement has not been asked for",
    "pending": "Waits for an answer",
    "approved": "Agreed",
    "declined": "Not agreed",
}
REQUESTS: Mapping[str, str] = {
    "pending": "waits for an answer",
    "approved": "agreed",
    "declined": "not agreed",
    "withdrawn": "taken back",
    "told": "told, no agreement needed",
}
VERDICTS: Mapping[Verdict, str] = {"approved": "agreed", "declined": "did not agree"}
CONFIRMED: Mapping[Confirmed, str] = {
    "": "not confirmed yet",
    "yes": "confirmed in their own account",
    "no": "says that they did not agree",
}
RUNGS: Mapping[str, str] = {
    "asked": "asked",
    "reminded": "reminded",
    "next": "the next people asked",
    "leads": "the leads called",
    "skipped": "nobody was left to ask",
}
BASES: Mapping[str, str] = {id: words.capitalize() for id, words in BASIS_WORDS.items()}
LOOKS: Mapping[str, str] = {
    "emergency": "after an emergency",
    "not_shared": "a danger, and nobody outside was told",
    "declined": "somebody did not agree",
    "spoken": "agreed by telephone",
    "together": "two workers",
}
THERE: Mapping[str, str] = {
    "there": "was there",
    "police": "has it from the police",
    "excused": "cannot confirm it, a lead says",
    "nobody": "nobody else was there",
}
HANDED: Mapping[str, str] = {
    "leaves": "the worker leaves the charity",
    "off_shift": "the worker went off shift",
    "taken_over": "taken over by a lead",
}
HOLDS: Mapping[str, str] = {
    "terrorism": "terrorism",
    "court": "a court or official paper",
    "police": "the police",
    "allegation": "a worry about one of our own",
    "subject_access": "somebody asked to see it",
    "other": "another reason",
}
FOLLOW_UPS: Mapping[str, str] = {
    "told": "Was the person told?",
    "notes": "Are the case notes up to date?",
    "review": "To be looked at again on",
    "not_shared": "Nothing was shared",
}
NOT_SAFE = frozenset({"not_safe", "asked_not", "silenced"})
"""What was answered to "was the person told?" where telling them was not safe, or not allowed."""

KINDS: Mapping[str, str] = {
    "reason": "What would be said",
    "approved": "Why they agreed",
    "declined": "Why they did not agree",
    "spoken": "What was said by telephone, as the worker wrote it down",
    "question": "What was asked of the worker",
    "reply": "What the worker answered",
    "departure": "Why we went further",
    "reopened": "Why it was opened again",
    "done": "What was said or done",
    "look": "What a second look found",
    "excused": "Why somebody cannot confirm it",
    "correction": "What was corrected",
    "told": "How they took it, or why they were not told",
    "not_shared": "Why nothing was shared",
}
"""The kinds of typed words."""


LINES: Mapping[str, str] = {
    "consultation opened": "The checklist was begun",
    "practice opened": "A practice was begun",
    "consultation paused": "It was put aside",
    "consultation resumed": "It was taken up again",
    "consultation stopped": "It was stopped",
    "answered": "Questions were answered",
    "reference given": "It got its case reference",
    "sent": "All was answered, and it was sent on",
    "taken back": "It was taken back",
    "asked back": "Somebody who was asked to agree asked our worker a question",
    "answered back": "Our worker answered that question",
    "approved": "Somebody agreed",
    "declined": "Somebody did not agree",
    "written down": "What was done was written down",
    "correction written": "Something that was written down was put right",
    "followed up": "What happened afterwards was written down",
    "second look": "Somebody else looked at it again",
    "read": "Somebody read what was typed",
    "exported": "A paper of it was made",
    "closed": "It was closed",
    "reopened": "It was opened again",
}
"""What an entry of the ledger means, for whom the record is about. An entry of any other kind may tell of a restricted
part, and stands in no copy.
"""


def way(id: str) -> str:
    """How it was said or sent."""
    return WAYS.get(id) or _said(id)


def verified(id: str) -> str:
    """How it was made sure who received it, in the words the worker chose."""
    return VERIFIED.get(id) or _said(id)


def item(book: Book, id: str) -> str:
    """One of the things that were agreed to be said: a guide of the book, or a word of its own."""
    for outcome in book.outcomes.values():
        for guide in outcome.words:
            if guide.id == id:
                return guide.say
    return _said(id)


def followed(kind: str, answer: str) -> str:
    """What was answered to a follow-up; of a review its day."""
    if kind == "review":
        try:
            return day(date.fromisoformat(answer))
        except ValueError:
            return answer
    offered = {"told": TOLD, "notes": NOTES, "not_shared": REASONS}.get(kind, {})
    return offered.get(answer) or _said(answer)


def _said(id: str) -> str:
    return id.replace("_", " ")
