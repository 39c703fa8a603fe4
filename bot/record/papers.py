"""The papers made of a record: a note for the client's file, the full record, a copy for whom it is about, its sheet.

The rule to keep: what may tip somebody off, or is about one of us, never stands in a note or a copy, nor a trace of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.record import chapters
from bot.record.chapters import called
from bot.record.document import Block, Document, Heading, Points, Say, Table, rows, table
from bot.record.narrowing import narrowed
from bot.record.record import Answered, Copy, LaneRecord, Record
from bot.record.regulator import decision_form
from bot.record.times import moment
from storage.cases import plain_reference

NO_NOTE = "Nothing about this may stand in the client's file now. The lead says when."
"""While nobody may be tipped off."""

NO_DECISION = "There is no decision about sharing in this note."
"""The same whether there is none at all, or none that may stand here."""


def note(record: Record) -> Document:
    """Short and plain, to paste into the client's file. Of a silenced consultation it says nothing."""
    blocks: list[Block] = []
    if record.silenced:
        return _document(record, "Case note", [Say(NO_NOTE, "strong")])
    blocks.append(
        rows(
            ("Case reference", record.reference),
            ("Worker", called(record.worker)),
            ("Begun", moment(record.opened_at, record.zone)),
            ("State", record.state),
        )
    )
    lanes = [narrowed(lane) for lane in record.lanes if not lane.restricted]
    for lane in lanes:
        blocks += _noted(record, lane)
    if not lanes:
        blocks.append(Say(NO_DECISION))
    blocks += chapters.followed(record, record.followed, 1)
    blocks.append(
        Say(
            f"Made with the checklist “{record.book}”, version {record.book_version}. The checklist suggests; the "
            "people named here decided. The whole record is kept in Confer under the case reference.",
            "small",
        )
    )
    return _document(record, "Case note", blocks)


def _noted(record: Record, lane: LaneRecord) -> list[Block]:
    by_id = {each.question: each for each in record.answers if not each.restricted}
    decisions = [request.decision for request in lane.requests if request.decision and request.decision.stands]
    agreed = "; ".join(f"{called(d.who)}: {d.verdict}, {moment(d.at, record.zone)}" for d in decisions)
    facts = rows(
        ("Decided", lane.outcome),
        ("The law", lane.basis),
        ("Agreed by", agreed or lane.standing),
        ("Policy", ", ".join(id for id, _ in lane.clauses)),
    )
    blocks: list[Block] = [Heading(1, lane.title), *([facts] if facts.rows else [])]
    because = [each for id in lane.why if (each := by_id.get(id))]
    if because:
        said = tuple(f"{_line(each)} {each.basis}.".replace(" .", "") for each in because)
        blocks += [Heading(2, "What we know, and how"), Points(said)]
    if lane.done:
        blocks += [Heading(2, "What was done"), *chapters.done(record, lane.done)]
    blocks += chapters.followed(record, lane.followed)
    return blocks


def _line(answered: Answered) -> str:
    said = f"{answered.ask} {answered.answer}" if "?" in answered.ask else f"{answered.ask}: {answered.answer}"
    return said if said.endswith(".") else f"{said}."


def full(record: Record, made_for: str) -> Document:
    """The whole decision record, for a court, a regulator or a trustee; with every name, and nothing left out."""
    blocks: list[Block] = [
        Say(
            "Confidential. It is about a person who trusted the charity. Keep it with care, and show it only to those "
            "who must have it."
        ),
        _what_it_is(record, made_for),
        Heading(1, "In short"),
        *_in_short(record),
        Heading(1, "The regulator's decision form"),
        *decision_form(record),
        Heading(1, "What was answered"),
        *chapters.answers(record),
    ]
    for lane in record.lanes:
        blocks += [Heading(1, f"Part: {lane.title}"), *chapters.lane(record, lane)]
    blocks += [
        Heading(1, "Policy and law"),
        *chapters.law(record),
        Heading(1, "Afterwards"),
        *chapters.later(record),
        Heading(1, "How long it is kept"),
        *chapters.keeping(record),
        Heading(1, "Every step, from the ledger"),
        *chapters.ledger(record),
        Heading(1, "How to check this document"),
        *chapters.check(record),
    ]
    return _document(record, "Decision record", blocks)


def _what_it_is(record: Record, made_for: str) -> Table:
    other = f"The wording here is that of version {record.book_now}." if record.book_now else ""
    return rows(
        ("Charity", record.charity),
        ("Case reference", record.reference),
        ("Consultation", record.id),
        ("State", record.state),
        ("Worker", called(record.worker)),
        ("Begun", moment(record.opened_at, record.zone)),
        ("Last changed", moment(record.changed_at, record.zone)),
        ("Policy book", f"{record.book}, version {record.book_version}. {other}".strip()),
        ("This document", f"made {moment(record.read_at, record.zone)} for {made_for}"),
        ("Times", f"in the zone {record.zone}, with the offset that held then (GMT or BST in the United Kingdom)"),
    )


def _in_short(record: Record) -> list[Block]:
    lines = []
    for lane in record.lanes:
        stands = chapters.standing(lane.done)
        done = "; ".join(f"{d.recipient}, {moment(d.shared_at or d.written_at, record.zone)}" for d in stands)
        lines.append((lane.title, lane.outcome, lane.standing, done or "nothing written down"))
    return table(("Part", "What was suggested", "Agreed?", "What was done"), (20, 32, 18, 30), lines) or [
        Say("No part opened: it stays private.")
    ]


_LAW = "Art is an article of the UK GDPR. Sch is a schedule of the Data Protection Act 2018."


def copy(reference: str, charity: str, copies: Sequence[Copy], made_at: datetime, zone: str) -> Document:
    """What may be shown to whom it is about, of every consultation on one reference.

    The data-protection lead reads it before it is given. A part that is restricted leaves no trace in it; each other
    part that is kept back shows its place, its code and the reason.
    """
    shown = [each for one in copies for each in one.withheld if each.shown]
    blocks: list[Block] = [
        Say(
            f"You asked what {charity} has written down about you in its decision checklist. This is a copy. Each "
            "decision was made by people; the checklist only suggests."
        ),
        Say(
            "Some words are not in this copy yet. Where you see a code such as [H3K7M9PX], words are kept back until "
            "the charity's data-protection lead has decided. The reason stands at the end. Other parts may be left out "
            "where the law allows it."
        ),
        rows(
            ("Case reference", plain_reference(reference)),
            ("Copy made", moment(made_at, zone)),
            (
                "Your rights",
                (
                    "You can ask us to put right what is wrong, or to stop or limit what we do with it. "
                    "You can complain to us, or to the regulator (ico.org.uk, 0303 123 1113)."
                ),
            ),
        ),
    ]
    records = [one.record for one in copies if one.record]
    if not records:
        blocks.append(Say("There is nothing that we can give you now. The data-protection lead will write to you."))
    for number, record in enumerate(records, 1):
        blocks += _copied(record, number, len(records))
    if shown:
        blocks.append(Heading(1, "What is kept back for now, and why"))
    for why in dict.fromkeys(each.why for each in shown):
        blocks.append(Heading(2, why))
        blocks += table(("Code", "Where"), (16, 84), [(each.code, each.where) for each in shown if each.why == why])
    if shown:
        blocks.append(Say(_LAW, "small"))
    return Document("Copy of what is held", charity, plain_reference(reference), made_at, tuple(blocks))


def _copied(record: Record, number: int, of: int) -> list[Block]:
    """What was shared comes first. A chapter with nothing in it is not there: it may be that something was left out."""
    several = f"Checklist {number} of {of}: " if of > 1 else ""
    blocks: list[Block] = [
        Heading(1, f"{several}Begun {moment(record.opened_at, record.zone)}"),
        rows(
            ("State", record.state),
            ("Worker", called(record.worker)),
            ("Last changed", moment(record.changed_at, record.zone)),
            ("Checklist", f"{record.book}, version {record.book_version}"),
        ),
    ]
    for lane in record.lanes:
        blocks += [Heading(1, f"{several}{lane.title}"), *chapters.lane(record, lane, whole=False)]
    found = (
        ("Afterwards", chapters.later(record, whole=False)),
        ("What was answered", chapters.answers(record) if record.answers else []),
        ("What was done when", chapters.steps(record)),
    )
    for title, chapter in found:
        blocks += [Heading(1, f"{several}{title}"), *chapter] if chapter else []
    return blocks


_NO_TRACE = "The copy has no trace of it."
_DECISION = "give / keep back / in part"


def sheet(reference: str, charity: str, copies: Sequence[Copy], made_at: datetime, zone: str) -> Document:
    """For the data-protection lead alone: every part that is kept back, in full, with the reason, to be decided on."""
    lines = [
        (each.code, each.where if each.shown else f"{each.where}. {_NO_TRACE}", each.why, each.text, _DECISION)
        for one in copies
        for each in one.withheld
    ]
    blocks: list[Block] = [
        Say("For the data-protection lead only. Never hand this sheet over: it holds what is kept back.", "strong"),
        Say(
            "First: could giving any of the copy hurt somebody, or warn somebody who must not be warned? Then give "
            "nothing, and ask for advice (Data Protection Act 2018, Schedules 2 and 3).",
            "strong",
        ),
        Say(
            "Decide on each line, and note your reason. The reasons here are ours: they say why a person must look, "
            "not that the law lets you keep it back. Then have the copy made again with what may be given. Whoever "
            "runs Confer does it with:"
        ),
        Say(f'python -m bot record access export "{plain_reference(reference)}" --give CODE,CODE --out FILE.pdf'),
        Say(
            "Does a line keep back the whole checklist? It goes first: have this sheet made again with its code and "
            "--kind sheet. Then each part of it stands here. Read the whole copy before you give it to anybody."
        ),
        rows(("Case reference", plain_reference(reference)), ("Sheet made", moment(made_at, zone))),
        Heading(1, "What is kept back"),
        Say(_LAW, "small"),
        *(
            table(("Code", "Where", "Why", "What it says", "Decision"), (12, 23, 23, 30, 12), lines)
            or [Say("Nothing.")]
        ),
    ]
    return Document("What is kept back, and why", charity, plain_reference(reference), made_at, tuple(blocks))


def _document(record: Record, title: str, blocks: list[Block]) -> Document:
    return Document(title, record.charity, record.reference, record.read_at, tuple(blocks))
