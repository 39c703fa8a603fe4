"""A consultation on the leads' board: where it stands, since when, who holds it and what comes next. Pure.

The rule to keep: nothing of what it is about, so no lane, no outcome and no answer stands here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.by_phone import agreed_words
from bot.deciding.rungs import asked_still, coming, held_back, next_one, pace_of, time_of, to_come, unanswered
from bot.deciding.rungs import leads as called_now
from bot.picture import Picture
from bot.second_opinion import asked_before_words
from bot.sight import proposed
from bot.wording import at, names
from policy.book import Clock
from storage.records import ApprovalRequest, CaseState

HEADINGS = ("Somebody may be in danger now", "Now", "Today", "By the date on the paper", "Can wait for the day")
"""The heading of each danger."""

STATES = {"asking": "taken back to be changed", "paused": "paused", "sent": "sent", "closed": "closed"}

_OPEN: tuple[CaseState, ...] = ("asking", "paused", "sent")
_ORDER: tuple[Clock, ...] = ("now", "today", "by_return_date", "routine")
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


def row(picture: Picture) -> str:
    """Reference, state, since when, who holds it, who was asked, next step."""
    case = picture.case
    parts = [f"{case.reference}: {_stands(picture)}", f"Held by {_holder(picture)}."]
    if why := nobody_acts(picture):
        parts.append(f"Nobody can act on this: {why}.")
    for request in _pending(picture):
        if asked := asked_still(picture, request):
            parts.append(f"Asked: {names(asked, 'and')}.")
        parts.append(_next_step(picture, request))
    if any(asked_before_words(picture, lane) for lane in {request.lane for request in picture.requests}):
        parts.append("Asked more than once.")
    return " ".join(dict.fromkeys(part for part in parts if part))


def _stands(picture: Picture) -> str:
    case, pending = picture.case, _pending(picture)
    alarm = ""
    if picture.in_emergency and case.state != "closed":
        alarm = f"{picture.name(case.requester_id)} {'has rung' if picture.rung else 'was told to ring'} 999. "
    if pending:
        since = at(min(request.opened_at for request in pending), picture.charity)
        late = " The leads were called." if any(unanswered(picture, request) for request in pending) else ""
        return f"{alarm}Waits for an answer since {since}.{late}"
    if case.state == "sent" and any(picture.standing(verdict) == "declined" for verdict in picture.lanes):
        return f"{alarm}Somebody said no, since {at(case.changed_at, picture.charity)}."
    return f"{alarm}{STATES.get(case.state, case.state).capitalize()}, since {at(case.changed_at, picture.charity)}."


def _holder(picture: Picture) -> str:
    person = picture.person(picture.case.requester_id)
    if person is None:
        return "a former colleague"
    return person.name if person.active else f"{person.name}, who has left"


def nobody_acts(picture: Picture) -> str:
    """Why whoever holds an open one can take no step in it, in words; "" while they can."""
    holder = picture.person(picture.case.requester_id)
    if picture.case.state not in _OPEN:
        return ""
    if holder is None or not holder.active:
        return "they have left the charity"
    if holder.locked:
        return "the account is locked"
    if holder.id in picture.lost:
        return "our message that it is theirs now has not reached them"
    return "they have no open account" if holder.id in picture.cut_off else ""


def _next_step(picture: Picture, request: ApprovalRequest) -> str:
    verdict = proposed(picture, request)
    steps = coming(picture, request)
    if verdict is None or not steps:
        return ""
    if later := held_back(picture, request):
        return f"Next: they are written to at {time_of(picture, later)}."
    then = next_one(picture, request, verdict)
    again = unanswered(picture, request)
    return f"Next: {to_come(picture, steps[0], then, called_now(picture, request), again=again)}"


def _pending(picture: Picture) -> list[ApprovalRequest]:
    return [request for request in picture.requests if request.state == "pending"]


def history(picture: Picture) -> list[str]:
    """Each answer so far, and that something was asked more than once; without the lane it was about."""
    said = []
    for request in picture.requests:
        decision = picture.decided(request)
        if decision is None:
            continue
        if decision.verdict == "approved":
            said.append(agreed_words(picture, request))
        else:
            said.append(f"{picture.name(decision.person_id)} said no at {at(decision.at, picture.charity)}.")
    lanes = dict.fromkeys(request.lane for request in picture.requests)
    asked_again = (asked_before_words(picture, lane) for lane in lanes)
    return [*said, *(words for words in asked_again if words and words not in said)]


def belongs(picture: Picture) -> bool:
    """Whether an open one is shown: it was sent, also before it was taken back; or somebody may be in danger."""
    return picture.case.state == "sent" or picture.in_emergency or bool(picture.requests)


def danger(picture: Picture) -> int:
    """Its heading: 0 where somebody may be in danger, else by the most urgent lane that has no record yet."""
    if picture.in_emergency:
        return 0
    written = {done.lane for done in picture.disclosures}
    clocks = [pace_of(picture, v) for v in picture.lanes if v.lane.id not in written and not v.lane.immediate]
    return 1 + min((_ORDER.index(clock) for clock in clocks), default=len(_ORDER) - 1)


def place(picture: Picture) -> tuple[int, datetime, datetime]:
    """By danger, then by the next time on a ladder, then the oldest first."""
    times = [steps[0].at for request in _pending(picture) if (steps := coming(picture, request))]
    return danger(picture), min(times, default=_FOR_EVER), picture.case.changed_at
