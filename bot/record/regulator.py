"""The fields of the regulator's template forms for asking for data and deciding about it, answered from a record.

Source: Information Commissioner's Office, Data sharing: a code of practice (2021), annex A (checklist) and annex B
(template request and decision forms). The rule to keep: a field that the record has nothing for says so.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.record.chapters import called, standing
from bot.record.document import Block, Say, Table
from bot.record.record import LaneRecord, Record
from bot.record.times import moment

_NONE = "The record has nothing on this."


def decision_form(record: Record) -> list[Block]:
    """One row a field, in the order of the template, in our own words."""
    lanes = [lane for lane in record.lanes if lane.open]
    fields = (
        ("Who holds the information and decides", record.charity),
        ("Who asked for it", _asker(record)),
        ("Name and position of whoever asked", _asker_person(record)),
        ("When it came", f"The checklist was begun {moment(record.opened_at, record.zone)}."),
        ("What was asked for, or would be shared", _words(record)),
        ("Controllers, and an agreement between them", "Each decides for itself. No agreement is recorded here."),
        ("Why it would be shared", _each(lanes, lambda lane: lane.plain)),
        ("Ground in law", _each(lanes, lambda lane: lane.basis)),
        ("Why it is needed", "See “What it rests on” in each part: every answer, and how it is known."),
        (
            "Health, beliefs and the like, or crimes: the extra condition",
            "Set down in the charity's own policy document; the law it rests on stands in row 12.",
        ),
        ("Law-enforcement processing (Part 3 of the 2018 Act)", "Does not apply to a charity that is no such body."),
        ("Power to share", _law(lanes) or _NONE),
        ("Impact assessment", "The charity's own assessment covers this tool; there is none for a single case."),
        ("Was the data-protection lead asked", _lead(record)),
        ("How long it is kept", _kept(record)),
        ("How it was kept safe on the way", _way(record)),
        ("The rights of the person", _rights(record)),
        ("When it was shared", _shared(record)),
        ("The decision", _each(lanes, lambda lane: lane.standing)),
        ("The reasons", "In the words of those who decided, in each part that follows."),
        ("Who decided", _deciders(record)),
        ("Signed and dated", "Each decision was made from the person's own account, and is an entry of the ledger."),
    )
    lines = tuple((str(number), field, text or _NONE) for number, (field, text) in enumerate(fields, 1))
    said = (
        "The order is that of the decision form in annex B of the regulator's code on data sharing; rows 2 to 6 and 18 "
        "are what its request form asks for; rows 7 to 17 answer the checklist of annex A."
    )
    return [Say(said, "small"), Table(("Row", "Field, in our words", "Answer"), lines, (7, 31, 62))]


def _each(lanes: list[LaneRecord], what: Callable[[LaneRecord], str]) -> str:
    found = [(lane.title, what(lane)) for lane in lanes]
    if len(found) == 1:
        return found[0][1]
    return " ".join(f"{title}: {text.rstrip('.')}." for title, text in found if text)


def _asker(record: Record) -> str:
    asked = next((each.answer for each in record.answers if each.field == "asker"), "")
    return asked or "Nobody: the charity acted of its own accord."


def _asker_person(record: Record) -> str:
    asked = any(each.field == "asker" for each in record.answers)
    return "Not kept by name: the role stands with what was said." if asked else "Nobody asked."


def _words(record: Record) -> str:
    words = [lane.would_say[-1].text for lane in record.lanes if lane.would_say]
    return " / ".join(dict.fromkeys(word for word in words if word))


def _law(lanes: list[LaneRecord]) -> str:
    notes = dict.fromkeys(f"{note.id} ({note.source})" for lane in lanes for note in lane.law if note.source)
    return "; ".join(notes)


def _lead(record: Record) -> str:
    asked = [who for lane in record.lanes for request in lane.requests for who, _ in request.asked]
    leads = dict.fromkeys(called(who) for who in asked if "data-protection lead" in who.role)
    return f"Yes: {'; '.join(leads)}" if leads else "Not in this consultation."


def _kept(record: Record) -> str:
    kept = record.kept
    if kept.destroy_at:
        return f"Until {moment(kept.destroy_at, record.zone)}, as: {kept.kept_as}."
    return "No date: it is not closed, or something holds it." if not kept.closed_at else "Not by the clock."


def _way(record: Record) -> str:
    told = [done for lane in record.lanes for done in standing(lane.done)]
    ways = [f"{done.recipient}: {'; '.join(w for w in (done.way, done.verified) if w)}." for done in told]
    answered = [f"{each.ask} {each.answer}." for each in record.answers if each.field == "way"]
    return " ".join([*answered, *(way for way in ways if not way.endswith(": ."))])


def _rights(record: Record) -> str:
    told = [each for lane in record.lanes for each in lane.followed] + list(record.followed)
    said = [f"{each.kind} {each.answer}" for each in told if each.kind.startswith("Was the person told")]
    return ". ".join(dict.fromkeys(said))


def _shared(record: Record) -> str:
    found = [
        f"{done.recipient}, {moment(done.shared_at or done.written_at, record.zone)}"
        for lane in record.lanes
        for done in standing(lane.done)
    ]
    return "; ".join(found) or "Nothing is written down as shared."


def _deciders(record: Record) -> str:
    decisions = [request.decision for lane in record.lanes for request in lane.requests if request.decision]
    said = [f"{called(each.who)}: {each.verdict}, {moment(each.at, record.zone)}" for each in decisions]
    return "; ".join([f"{called(record.worker)}: asked", *said])
