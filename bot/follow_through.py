"""Approved is not done: what a sent consultation still needs before it may be closed, and what comes next of it.

The rule to keep: it is worked out from what was written, every time; shared or not shared, the record is as complete.
That the person was told is said of each lane by itself: who knows of one may not know of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.cards import Block, Button, Buttons, Heading, Points, Tone
from bot.follow_words import NOBODY, WERE_TOLD
from bot.picture import Picture
from bot.questioning import carry
from bot.together import still_missing
from policy.book import SENDING, Lane, Question
from policy.grounds import grounds
from policy.walk import Verdict
from storage.keeping import FollowUp, FollowUpKind
from storage.records import Disclosure

Need = Literal["write", "two", "told", "notes", "not_shared", "review", "basis"]

_BY_NAME = ("named", "agreed")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is still to be written, in words that stand behind "Still to write down"."""

    need: Need
    words: str


def standing(picture: Picture) -> list[Disclosure]:
    """What was written down about what was done, oldest first, without what was corrected since."""
    corrected = {done.corrects for done in picture.disclosures}
    return [done for done in picture.disclosures if done.id not in corrected]


def outside(picture: Picture, done: Disclosure) -> bool:
    """Whether this one says that somebody outside the charity was told."""
    known = picture.book.recipients.get(done.recipient)
    return done.recipient != NOBODY and not (known and known.capability)


def shared(picture: Picture) -> list[Disclosure]:
    """What was told to somebody outside."""
    return [done for done in standing(picture) if outside(picture, done)]


def by_name(picture: Picture) -> list[Disclosure]:
    """Of what was shared, what was not only advice without a name."""
    unnamed = {verdict.lane.id for verdict in picture.lanes if verdict.outcome.sends not in _BY_NAME}
    return [done for done in shared(picture) if done.lane not in unnamed]


def named_lanes(picture: Picture) -> list[Lane]:
    """The lanes in which something was shared by name, in book order; also one that is not open any more."""
    found = {done.lane for done in by_name(picture)}
    return [lane for lane in picture.book.lanes if lane.id in found]


def untold(picture: Picture) -> list[Lane]:
    """Of these, the ones of which nobody has written yet whether the person was told."""
    return [lane for lane in named_lanes(picture) if not stands(picture, "told", lane.id)]


def told_of(picture: Picture) -> list[Lane]:
    """Of these, the ones of which the person knows: it is written of this very lane. None while nobody may know."""
    named = [] if picture.around.silenced else named_lanes(picture)
    return [lane for lane in named if (told := stands(picture, "told", lane.id)) and told.answer in WERE_TOLD]


def to_write(picture: Picture) -> list[Verdict]:
    """The lanes that let something out and have no record yet of what was done (2.3.5)."""
    written = {done.lane for done in standing(picture)}
    return [v for v in picture.lanes if v.outcome.sends in SENDING and v.lane.id not in written]


def stands(picture: Picture, kind: FollowUpKind, lane: str = "") -> FollowUp | None:
    """What was last written of this kind, while it is about what stands now; "told" is asked by `lane`.

    A new disclosure, or a correction, asks anew whether the notes are done, and in its own lane whether the person was
    told; new answers, why nothing was shared; a day of review that has gone by is none.
    """
    rows = (each for each in reversed(picture.follow_ups) if kind != "told" or each.lane == lane)
    found = next((each for each in rows if each.kind == kind), None)
    if found is None:
        return None
    if kind == "review":
        gone_by = picture.today is not None and date.fromisoformat(found.answer) < picture.today
        return None if gone_by else found
    answered = [answer.at for answer in picture.case.answers.values()]
    told = [done.at for done in shared(picture) if kind != "told" or done.lane == lane]
    since = answered if kind == "not_shared" else told
    return found if all(found.at >= each for each in since) else None


def missing(picture: Picture) -> list[Missing]:
    """All that is still to be written before it may be closed, in the order in which it is done."""
    if picture.case.state != "sent":
        return []
    found = [Missing("write", f"what was done about: {verdict.lane.title}") for verdict in to_write(picture)]
    if found:
        return found
    if two := still_missing(picture):
        found.append(Missing("two", two))
    if shared(picture):
        if (lanes := untold(picture)) and not picture.around.silenced:
            several = len(named_lanes(picture)) > 1
            of = f", about: {'; '.join(lane.title for lane in lanes)}" if several else ""
            found.append(Missing("told", f"whether the person was told, or why not{of}"))
        if not stands(picture, "notes"):
            found.append(Missing("notes", "whether the case notes are up to date"))
    elif not stands(picture, "not_shared"):
        found.append(Missing("not_shared", "why nothing was shared"))
    if not stands(picture, "review"):
        found.append(Missing("review", "the day on which you look at it again"))
    if without_basis(picture):
        found.append(Missing("basis", "how you know what you ticked"))
    return found


def to_finish(picture: Picture) -> list[Missing]:
    """Of these, what the worker writes in one form at the end."""
    return [each for each in missing(picture) if each.need not in ("write", "two")]


def facts(picture: Picture) -> list[Question]:
    """What the worker ticked, or is not sure of, that an open lane rests on; nothing of an emergency."""
    book = picture.book
    ticks = {screen.id for screen in book.screens if screen.kind == "ticks"}
    lanes = [verdict.lane.id for verdict in picture.lanes if not verdict.lane.immediate]
    ground = {id for lane in lanes for id in grounds(book, lane)}
    return [
        each
        for each in book.questions
        if each.id in ground and each.screen in ticks and picture.case.values.get(each.id) in ("yes", "unsure")
    ]


def without_basis(picture: Picture) -> list[Question]:
    """Of these facts, the ones of which nobody has said how they are known."""
    return [each for each in facts(picture) if each.id not in picture.bases]


def next_button(picture: Picture, tone: Tone = "main") -> Button | None:
    """The one next step that this worker can take; None while only somebody else can, or something is in the way."""
    needs = missing(picture)
    if writes := to_write(picture):
        may_go = next((v for v in writes if picture.may_go(v)), None)
        ready = may_go or next((v for v in writes if _ready_at(picture, v)), writes[0])
        return Button("Write down what was done", "record", carry(picture, l=ready.lane.id), tone)
    if to_finish(picture):
        return Button("Finish the record", "finish", carry(picture), tone)
    if needs or any(picture.standing(verdict) == "pending" for verdict in picture.lanes):
        return None
    return Button("Close", "close", carry(picture), tone)


def to_finish_blocks(picture: Picture) -> list[Block]:
    """On the card, once it was done: exactly what is missing, and the one next step."""
    needs = missing(picture)
    if not needs or (needs[0].need == "write" and not standing(picture)):
        return []
    button = next_button(picture)
    lines = tuple(each.words if each.need == "two" else f"Write down {each.words}." for each in needs)
    ways = [Buttons((button,))] if button else []
    return [Heading("Before this can be closed"), Points(lines), *ways]


def due_since(picture: Picture) -> datetime | None:
    """Since when the worker could write what is missing; None while they cannot: somebody has still to decide."""
    if writes := to_write(picture):
        return min((at for verdict in writes if (at := _ready_at(picture, verdict))), default=None)
    return picture.case.changed_at


def new_since(picture: Picture, before: datetime) -> datetime | None:
    """Since when something that is not written down yet can be done that could not be done `before`; None: nothing."""
    said = [answer.at for answer in picture.case.answers.values()]
    found = []
    for verdict in to_write(picture):
        at = _ready_at(picture, verdict)
        if at and picture.standing(verdict) == "free" and not picture.request(verdict):
            # Every step of the case moves the time it was changed at: only an answer, or a choice, opens such a lane.
            at = max([*said, *(each.at for each in picture.departures if each.lane == verdict.lane.id)], default=at)
        found += [at] if at and at > before else []
    return min(found, default=None)


def _ready_at(picture: Picture, verdict: Verdict) -> datetime | None:
    """Since when this lane could be acted on, or it is clear that it will not be."""
    request = picture.request(verdict)
    match picture.standing(verdict):
        case "free" | "told":
            return request.opened_at if request else picture.case.changed_at
        case "approved" | "declined":
            decided = picture.decided(request) if request else None
            return decided.at if decided else picture.case.changed_at
        case _:
            return None
