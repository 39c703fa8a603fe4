"""The end of the record, in one form: was the person told, are the notes done, when to look again, how it is known.

The rule to keep: only what is still missing is asked, and nothing is assumed; "not yet" keeps nothing and stays to do.
Whether the person was told is asked of each lane by itself, beneath who heard it and what the book says about telling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import cast

from bot.afterwards.moments import SUCH_AS, moment_of
from bot.bases import bases_of, basis_fields
from bot.cards import Choice, Correct, Facts, Field, Form, Heading, Open, Pick, Points, Reply, Say, Show, Text
from bot.consultation import case_card
from bot.emergency import with_line
from bot.follow_through import Need, missing, named_lanes, shared, to_finish, untold, without_basis
from bot.follow_words import LATER, NOTES, REASONS, TOLD, WERE_TOLD, choices, recipient_title
from bot.forms import CHECKED, LIMIT, one, typed
from bot.looks import watch
from bot.picture import Picture
from bot.questioning import carry
from bot.turn import Refusal, Turn
from bot.wording import at
from policy.book import Lane
from storage.keeping import FollowUpKind

_SPANS = ((7, "In a week"), (14, "In two weeks"), (30, "In a month"), (91, "In three months"), (182, "In six months"))
_WHY = Text(
    "why", "Why? In one line", "No names. You may leave it empty if the choice says it all.", LIMIT, required=False
)
_TOLD, _TOLD_AT, _WHY_TOLD = "told.", "told_at.", "told_why."  # and then the lane
_EXPLAINED = frozenset({"not_safe", "asked_not", "not_able"})
_PICK = "Please choose one of the list."


async def finish(turn: Turn) -> Reply:
    """The form, with what is missing; everything of it, to be corrected, where the press says so."""
    case = await turn.mine()
    picture = await turn.picture(case)
    needs = _asked(turn, picture)
    if not needs:
        raise Refusal(_nothing(picture))
    fields = (*_fields(picture, needs, _told_lanes(turn, picture, needs)), CHECKED)
    again = {"all": "yes"} if turn.event.carry.get("all") else {}
    title = "Decided not to share" if "not_shared" in needs else "Finish the record"
    form = Form(title, fields, "Keep this", "finish.confirm", carry(picture, **again))
    return Open(with_line(form, turn.book))


async def finish_confirmed(turn: Turn) -> Reply:
    """Keep each answer as one more line of the record; the card then says what is left."""
    case = await turn.mine()
    picture = await turn.picture(case)
    needs = _asked(turn, picture)
    if not needs:
        raise Refusal(_nothing(picture))
    lanes = _told_lanes(turn, picture, needs)
    texts = typed(turn, [*(_why_told(lane) for lane in lanes), _WHY])
    given_times = {lane.id: _told_at(turn, lane) for lane in lanes}
    errors = {**(texts.errors if isinstance(texts, Correct) else {}), **_wrong(turn, picture, needs)}
    errors |= {f"{_TOLD_AT}{id}": said for id, said in given_times.items() if isinstance(said, str)}
    if errors or isinstance(texts, Correct):
        return Correct(errors)
    times = {id: each for id, each in given_times.items() if isinstance(each, datetime)}
    kept = [*await _keep_told(turn, picture, lanes, texts, times), *await _keep(turn, picture, needs, texts)]
    given = bases_of(turn.event, without_basis(picture))
    if "basis" in needs:
        await turn.tx.bases.put(case.id, turn.person.id, given)
        kept += [("basis", "")] if given else []
    case = await turn.step(case)
    for what, id in kept:
        turn.note("followed up", case, what=what, **({"row": id} if id else {}))
    now = await turn.picture(case)
    await watch(turn.tx, now)
    notice = "Kept. Come back here when the rest is done." if to_finish(now) else "Kept in the record."
    return Show(case_card(now, notice=notice))


def _asked(turn: Turn, picture: Picture) -> list[Need]:
    """What the form asks: what is missing, or where a correction is wanted, all of it."""
    found: list[Need] = [each.need for each in to_finish(picture)]
    if turn.event.carry.get("all") and not any(each.need == "write" for each in missing(picture)):
        written = {each.kind for each in picture.follow_ups}
        # What was shared and what was not are two different ends: only of the one that it came to anything is asked.
        ends: tuple[FollowUpKind, ...] = ("told", "notes", "review") if shared(picture) else ("not_shared", "review")
        found += [kind for kind in ends if kind in written and kind not in found]
        if picture.around.silenced or not named_lanes(picture):
            found = [each for each in found if each != "told"]
    return found if picture.case.state == "sent" else []


def _told_lanes(turn: Turn, picture: Picture, needs: Iterable[Need]) -> list[Lane]:
    """Of which lanes it is asked whether the person was told: those without an answer, or to correct it, all."""
    if "told" not in needs:
        return []
    return named_lanes(picture) if turn.event.carry.get("all") else untold(picture)


def _nothing(picture: Picture) -> str:
    if any(each.need == "write" for each in missing(picture)):
        return "First write down what was done. Press “Write down what was done”."
    return "Nothing is missing here. Look at the card again."


def _fields(picture: Picture, needs: Iterable[Need], lanes: list[Lane]) -> list[Field]:
    fields: list[Field] = []
    for lane in lanes:
        fields += _told_fields(picture, lane, several=len(named_lanes(picture)) > 1)
    if "not_shared" in needs:
        fields += [
            Facts((("Who was asked", who_was_asked(picture)),)),
            Pick("reason", "Why was nothing shared?", choices(REASONS)),
            _WHY,
        ]
    if "notes" in needs:
        later = Choice(LATER, "Not yet. I still have to")
        fields.append(Pick("notes", "Are the client's case notes up to date?", (*choices(NOTES), later)))
    if "review" in needs:
        fields.append(Pick("review", "When do you look at this again?", _days(picture)))
    if "basis" in needs:
        fields += basis_fields(without_basis(picture), picture.case.values, required=True)
    return fields


def _told_fields(picture: Picture, lane: Lane, *, several: bool) -> list[Field]:
    """Of one lane: who heard it, what the book says about telling the person, and whether they were told of it."""
    heard = dict.fromkeys(recipient_title(picture, done.recipient) for done in shared(picture) if done.lane == lane.id)
    policy = tuple(guide.say for verdict in picture.lanes if verdict.lane.id == lane.id for guide in verdict.tell)
    of = f" About: {lane.title}" if several else ""  # a list is read out by its label alone
    later = Choice(LATER, "Not yet. I still have to")
    return [
        Heading(lane.title),
        Facts((("Who heard it", ", ".join(heard)),)),
        *((Say("Who may know of it, by our policy:"), Points(policy)) if policy else ()),
        Pick(f"{_TOLD}{lane.id}", f"Was the person told?{of}", (*choices(TOLD, "silenced"), later)),
        Text(f"{_TOLD_AT}{lane.id}", f"If yes, when?{of}", SUCH_AS, 40, required=False),
        _why_told(lane, of),
    ]


def _why_told(lane: Lane, of: str = "") -> Text:
    label = f"If not, why? If yes, how they took it{of}"
    return Text(f"{_WHY_TOLD}{lane.id}", label, "One line. No names.", LIMIT, required=False)


def who_was_asked(picture: Picture) -> str:
    """Who was asked in here and what they said, by name; or that nobody was."""
    said = []
    for request in picture.requests:
        decision = picture.decisions.get(request.id)
        if decision:
            word = "said yes" if decision.verdict == "approved" else "said no"
            said.append(f"{picture.name(decision.person_id)} {word}, {at(decision.at, picture.charity)}")
        elif request.state == "told":
            said += [f"{picture.name(id)} was told" for id in sorted(request.asked)]
    return ". ".join(dict.fromkeys(said)) or "Nobody here was asked"


def _days(picture: Picture) -> tuple[Choice, ...]:
    today = picture.today or picture.case.changed_at.date()
    days = ((today + timedelta(days=ahead), words) for ahead, words in _SPANS)
    return tuple(Choice(day.isoformat(), f"{words}: {day:%A} {day.day} {day:%B %Y}") for day, words in days)


def _told_at(turn: Turn, lane: Lane) -> datetime | str | None:
    """When they were told of this lane, where they were; a str says what is wrong."""
    if one(turn.event, f"{_TOLD}{lane.id}") not in WERE_TOLD:
        return None
    typed_in = one(turn.event, f"{_TOLD_AT}{lane.id}").strip()
    if not typed_in:
        return f"Please write when they were told. {SUCH_AS}"
    return moment_of(typed_in, turn.now, turn.charity.timezone)


def _wrong(turn: Turn, picture: Picture, needs: Iterable[Need]) -> dict[str, str]:
    errors: dict[str, str] = {}
    offered: Mapping[Need, tuple[str, Iterable[str]]] = {
        "not_shared": ("reason", REASONS),
        "notes": ("notes", {*NOTES, LATER}),
        "review": ("review", [choice.value for choice in _days(picture)]),
    }
    for need in needs:
        if need in offered and one(turn.event, offered[need][0]) not in offered[need][1]:
            errors[offered[need][0]] = _PICK
    for lane in _told_lanes(turn, picture, needs):
        told = one(turn.event, f"{_TOLD}{lane.id}")
        if told not in {*TOLD, LATER} - {"silenced"}:
            errors[f"{_TOLD}{lane.id}"] = _PICK
        if told in _EXPLAINED and not one(turn.event, f"{_WHY_TOLD}{lane.id}").strip():
            errors[f"{_WHY_TOLD}{lane.id}"] = "Please write in one line why."
    if one(turn.event, "reason") == "other" and not one(turn.event, _WHY.id).strip():
        errors[_WHY.id] = "Please write in one line why."
    if "basis" in needs:
        given = bases_of(turn.event, without_basis(picture))
        errors |= {f"basis.{each.id}": _PICK for each in without_basis(picture) if each.id not in given}
    return errors


async def _keep_told(
    turn: Turn, picture: Picture, lanes: Iterable[Lane], texts: Mapping[str, str], times: Mapping[str, datetime]
) -> list[tuple[str, str]]:
    """(kind, id) of each row that was added: whether the person was told, of each lane."""
    case, kept = picture.case, []
    for lane in lanes:
        answer = one(turn.event, f"{_TOLD}{lane.id}")
        if answer == LATER:
            continue
        words = _told_words(turn, texts[f"{_WHY_TOLD}{lane.id}"], times.get(lane.id))
        text = await turn.tx.texts.keep(case.id, turn.person.id, "told", words, about=lane.id) if words else None
        id = await turn.tx.follow_ups.add(
            case.id, turn.person.id, lane=lane.id, kind="told", answer=answer, text_id=text
        )
        kept.append(("told", id))
    # Nobody is asked it, so that nobody gets the idea; that it was not done, and why, is part of the record.
    for lane in untold(picture) if picture.around.silenced else ():
        id = await turn.tx.follow_ups.add(case.id, turn.person.id, lane=lane.id, kind="told", answer="silenced")
        kept.append(("told", id))
    return kept


async def _keep(turn: Turn, picture: Picture, needs: Iterable[Need], texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """(kind, id) of each row that was added: the rest of the end."""
    case, kept = picture.case, []
    words = {"not_shared": texts["why"]}
    answers = {
        "not_shared": one(turn.event, "reason"),
        "notes": one(turn.event, "notes"),
        "review": one(turn.event, "review"),
    }
    for need in needs:
        answer = answers.get(need, LATER)
        if answer == LATER:
            continue
        kind = cast("FollowUpKind", need)
        said = words.get(kind, "")
        text_id = await turn.tx.texts.keep(case.id, turn.person.id, kind, said) if said else None
        id = await turn.tx.follow_ups.add(case.id, turn.person.id, lane="", kind=kind, answer=answer, text_id=text_id)
        kept.append((str(kind), id))
    return kept


def _told_words(turn: Turn, why: str, when: datetime | None) -> str:
    if when is None:
        return why
    local = when.astimezone(turn.charity.timezone)
    return " ".join(part for part in (f"They were told at {local:%H:%M} on {local.day} {local:%B %Y}.", why) if part)
