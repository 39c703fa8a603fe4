"""Second looks: which ones a consultation needs, who looks, by when, and how they are asked.

The rule to keep: nothing here holds anything up. A look comes afterwards, and is asked for again until it is done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from functools import lru_cache

from bot.asking_again import evening as evening
from bot.asking_again import follow
from bot.asking_again import next_morning as next_morning
from bot.by_phone import confirm_by
from bot.cards import Block, Button, Buttons, Card, Notice, Say, Small
from bot.follow_through import standing
from bot.follow_words import NOBODY as NOBODY
from bot.organisation.charity import Charity
from bot.picture import Picture
from bot.telling import tell
from bot.together import KIND as THERE
from bot.together import lacking, pairs, to_tell
from bot.wording import whom_to_ring
from policy.book import SENDING, Book, Question
from policy.grounds import grounds
from policy.walk import Decided, Verdict
from storage.records import Look, LookKind, Person
from storage.store import Transaction

KIND = "look"
"""The kind of the message that asks for a second look."""

UNFINISHED = "unfinished"
"""The kind of the worker's message: a danger was ticked, and the checklist lies there half answered."""

NO_LEAD = "no_lead"
"""The kind of the worker's message: there is nobody left who can take a second look."""

_NAMED = ("named", "agreed")
_NOON = time(12)


async def watch(tx: Transaction, picture: Picture) -> None:
    """Promise whatever look this consultation needs by now and has not, and drop what it needs no more.

    Call it after any change that may need one. Of a practice nobody is asked anything afterwards.
    """
    if picture.case.practice:
        return
    if picture.case.danger_at is None and (picture.in_emergency or dangers(picture)):
        await tx.cases.endangered(picture.case.id)
    if picture.circle is None:
        return  # still asking, and nothing is open: drawn from its answers alone
    await follow(tx, picture)
    known = {look.kind: look for look in picture.looks}
    wanted = needed(picture)
    for kind in sorted(kind for kind, look in known.items() if look.done_at is None and kind not in wanted):
        await tx.looks.drop(picture.case.id, kind)
    for kind, since in wanted.items():
        look = known.get(kind)
        if look is not None and (look.done_at is None or since <= look.done_at):
            continue
        due, first = _times(kind, tx.now, picture.charity)
        opened = await tx.looks.promise(picture.case.id, kind, due_at=due, first_at=first)
        if opened and kind == "together":
            await tell(tx, picture.case, THERE, to_tell(picture), urgent=False)


async def read_at_once(tx: Transaction, before: Picture, barred: Collection[str]) -> None:
    """The worker keeps somebody out whose no stands, so that it counts no more: a lead reads it now, not tomorrow.

    `before`: the picture in which it still stood.
    """
    noes = {no.person_id for verdict in before.lanes for no in before.noes(verdict)}
    if noes.isdisjoint(set(barred) - before.around.barred) or before.case.practice:
        return
    case, due = before.case, confirm_by(tx.now, before.charity)
    if not await tx.looks.promise(case.id, "declined", due_at=due, first_at=tx.now):
        await tx.looks.again(case.id, "declined", tx.now)


def needed(picture: Picture) -> dict[LookKind, datetime]:
    """Every kind of look that this consultation calls for, done or not, and since when."""
    found: dict[LookKind, datetime] = {}
    said = picture.case.answers.get(picture.book.emergency.question)
    immediate = {verdict.lane.id for verdict in picture.lanes if verdict.lane.immediate}
    known = {look.kind for look in picture.looks}
    if said and picture.in_emergency:
        found["emergency"] = said.at
    elif said and ("emergency" in known or any(done.lane in immediate for done in picture.disclosures)):
        found["emergency"] = picture.case.opened_at  # also where it was pressed by mistake: somebody makes sure
    if (kept := not_shared(picture)) or (picture.case.state == "withdrawn" and dangers(picture)):
        found["not_shared"] = _decided_at(picture, kept)
    elif half_way(picture):
        found["not_shared"] = _decided_at(picture, [])
    if noes := [each.at for each in picture.decisions.values() if each.verdict == "declined"]:
        found["declined"] = max(noes)
    if by_phone := [each.at for id, each in picture.decisions.items() if id in picture.spoken]:
        found["spoken"] = max(by_phone)
    if open_ := lacking(picture):
        found["together"] = max(pair.since for pair in open_)
    for look in picture.looks:
        # Whoever asked to look again is not answered by silence, nor by whatever the worker does with it.
        if look.done_at is None and any(text.kind == "look" and text.about == look.kind for text in picture.texts):
            found.setdefault(look.kind, picture.case.opened_at)
    return found


def not_shared(picture: Picture) -> list[Verdict]:
    """The lanes that protect somebody, were decided, and tell nobody: by their outcome, or as it went.

    An outcome that sends nothing; a checklist that was stopped or never sent; one that was closed with nobody told.
    """
    state = picture.case.state
    if state in ("asking", "paused") and not isinstance(picture.walked, Decided):
        return []
    told = {done.lane for done in standing(picture) if done.recipient != NOBODY}
    found = []
    for verdict in picture.lanes:
        if not verdict.lane.protective or verdict.lane.immediate or verdict.lane.id in told:
            continue
        left = state in ("asking", "paused", "withdrawn") or (state == "closed" and verdict.outcome.sends in _NAMED)
        if verdict.outcome.sends == "nothing" or left:
            found.append(verdict)
    return found


def half_way(picture: Picture) -> bool:
    """Whether a danger was ticked, and the checklist lies there: put aside, half answered, or taken back."""
    if picture.case.state not in ("asking", "paused") or isinstance(picture.walked, Decided) or not dangers(picture):
        return False
    told = {done.lane for done in standing(picture) if done.recipient != NOBODY}
    lanes = {verdict.lane.id for verdict in picture.lanes if verdict.lane.protective and not verdict.lane.immediate}
    return not told or not lanes <= told


def dangers(picture: Picture) -> list[Question]:
    """What was ticked, or "not sure", of the dangers that open a lane which protects somebody."""
    values = picture.case.values
    return [each for each in _to_tick(picture.book) if values.get(each.id) in ("yes", "unsure")]


@lru_cache(maxsize=64)
def _to_tick(book: Book) -> tuple[Question, ...]:
    """Every danger that opens a lane which protects somebody. Asked at each press, of a book that does not change."""
    ticks = {screen.id for screen in book.screens if screen.kind == "ticks"}
    ids = {id for lane in book.lanes if lane.protective for id in grounds(book, lane.id)}
    return tuple(question for question in book.questions if question.id in ids and question.screen in ticks)


def open_looks(picture: Picture, person: Person) -> list[Look]:
    """What this person may look at and nobody has yet."""
    return [each for each in picture.looks if each.done_at is None and may_look(picture, each.kind, person)]


def may_look(picture: Picture, kind: LookKind, person: Person) -> bool:
    """Whether this person may do it now: a lead by duty, whom it is not about, and who did not decide it."""
    if kind == "together" or picture.around.why_not(person) or person.id in _had_a_say(picture, kind):
        return False
    around = picture.around
    return person in readers(picture, kind) or (not around.silenced and person in (*around.bound(), *_also(picture)))


def readers(picture: Picture, kind: LookKind) -> list[Person]:
    """Who is asked for it: the leads on duty, else whoever leads by the roster, else the next in line.

    While the case is silenced, its one lead and nobody else; the next in line only where that lead had a say.
    """
    around, said = picture.around, _had_a_say(picture, kind)
    ways = [around.on_duty(), around.bound(), around.reached("chair"), around.reached("vice_chair")]
    if around.silenced:
        ways = [ways[0], around.deciding_line(), *ways[2:]]
    else:
        able = (person for person in around.everybody if person.can("may_approve"))
        ways.append(around.by_default(able))
    found = ([person for person in people if person.id not in said and not around.why_not(person)] for people in ways)
    return next((people for people in found if people), [])


def missed(picture: Picture, look: Look, now: datetime) -> list[Person]:
    """Who is asked too once it was missed twice: the on-call trustee and the chair. Not while silenced."""
    if now <= look.due_at + timedelta(hours=1):
        return []
    said = _had_a_say(picture, look.kind)
    return [person for person in _also(picture) if person.id not in said]


def _also(picture: Picture) -> list[Person]:
    around = picture.around
    if around.silenced:
        return []
    return around.by_default(dict.fromkeys([*around.present("on_call_trustee"), *around.reached("chair")]))


def _had_a_say(picture: Picture, kind: LookKind) -> set[str]:
    match kind:
        case "emergency":
            return set()
        case "together":
            return {person.id for pair in pairs(picture) for person in pair.expected}
        case _:
            return {each.person_id for each in picture.decisions.values()}


def unfinished_card(picture: Picture) -> Card:
    """The worker's own message, the morning after; nothing of the case, and no blame."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    if not half_way(picture):
        return Card(f"Case {picture.case.reference}", (Say("Nothing is needed here any more."),), danger=danger)
    blocks: list[Block] = [
        Notice("You ticked a danger and did not come to the end. Please go on now.", "warning"),
        Buttons((Button("Open it", "open", {"c": picture.case.id}, "main"),)),
        Say(f"You cannot go on? {whom_to_ring(picture.around)} Today at noon we ask a lead to look."),
        reference,
    ]
    return Card("Your checklist waits", tuple(blocks), danger=danger, summary="Confer: your checklist waits")


def no_lead_card(picture: Picture) -> Card:
    """The worker's own message: nobody is left to look at it, so it is said, and whom they can still ring."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    blocks: list[Block] = [
        Notice("Somebody should look at this once more, and we have nobody left to ask.", "warning"),
        Say("You did nothing wrong. It is in the record that we found nobody. Read your card again before you go on."),
        Buttons((Button("Open it", "open", {"c": picture.case.id}, "main"),)),
        reference,
    ]
    return Card("We found nobody to look", tuple(blocks), danger=danger, summary="Confer: open this now")


def _times(kind: LookKind, now: datetime, charity: Charity) -> tuple[datetime, datetime]:
    """By when it has to be done, and when its timer goes off first.

    An emergency: noon of the next working day; its card comes when something is written down. What was decided: noon of
    the next calendar day (decision note 4.7), and the card on the first morning. Two workers: a day.
    """
    match kind:
        case "emergency":
            day = charity.waking.next_morning(now).astimezone(charity.timezone).date()
            noon = datetime.combine(day, _NOON, charity.timezone)
            return noon, noon
        case "together":
            return now + timedelta(days=1), now + timedelta(days=1)
        case _:
            due = confirm_by(now, charity)
            return due, min(due, next_morning(now, charity))


def _decided_at(picture: Picture, kept: list[Verdict]) -> datetime:
    """Since when it stands: the last answer, or the moment at which it was stopped, taken back or closed."""
    if not kept or any(verdict.outcome.sends in SENDING for verdict in kept):
        return picture.case.changed_at
    return max((answer.at for answer in picture.case.answers.values()), default=picture.case.opened_at)


TITLES: Mapping[LookKind, str] = {
    "emergency": "An emergency: what was done",
    "not_shared": "A danger was ticked, and nobody outside was told",
    "declined": "Somebody said no",
    "spoken": "Somebody agreed by phone",
}
"""What a look is about, for the one who is asked: nothing of the case itself."""
