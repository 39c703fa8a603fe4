"""They agreed by phone: written down by the worker, counted at once, and confirmed in the other one's own account.

The rule to keep: who may have agreed is worked out from the roster on every press, never from what a form carries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Literal

from bot.books import book_of
from bot.by_phone import CONFIRM, DENIED, UNCONFIRMED, confirm_by, confirm_card, may_have_agreed, to_confirm
from bot.cards import Choice, Correct, Facts, Field, Form, Open, Pick, Reply, Say, Show, Text
from bot.consultation import case_card
from bot.deciding.requests import bring_up_to_date
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, one, typed
from bot.organisation.charity import charity_of
from bot.phone import factors
from bot.picture import Picture, look
from bot.sight import proposed
from bot.telling import refresh, tell
from bot.turn import MovedOn, Refusal, Turn
from bot.wording import at, role_of, until
from policy.book import Book
from policy.walk import Verdict
from storage.records import ApprovalRequest, Conflict, Consultation, NotFound, Person
from storage.store import Transaction

_WHEN = "when"
_SAID = Text("said", "What did they say?", "One line, in their words. No names.", LIMIT)
_CLOCK = re.compile(r"(?:([01]?\d|2[0-3])[:.]([0-5]\d))(?: +(today|yesterday))?", re.ASCII | re.IGNORECASE)
_LATE = "This was decided or taken back a moment ago. Nothing was written down."


async def spoken(turn: Turn) -> Reply:
    """The worker's form: who agreed, and what they said."""
    request, picture, verdict = await _asked_by_me(turn)
    by = until(confirm_by(turn.now, turn.charity), turn.charity)
    people = may_have_agreed(picture, request, verdict)
    fields: tuple[Field, ...] = (
        Facts((("Proposal", verdict.outcome.title), ("Case", picture.case.reference))),
        Say(f"Only if you have talked to them. It counts at once. They are asked to confirm it by {by}."),
        Pick("who", "Who agreed?", tuple(Choice(p.id, f"{p.name}, {role_of(p)}") for p in people)),
        _when(turn),
        _SAID,
        CHECKED,
    )
    carried = {
        "c": picture.case.id,
        "v": str(picture.case.version),
        "r": request.id,
        "f": request.fingerprint,
    }
    return Open(with_line(Form("They agreed by phone", fields, "Write it down", "spoken.confirm", carried), turn.book))


async def spoken_confirmed(turn: Turn) -> Reply:
    """It counts from now on; whoever gave it is asked in their own account."""
    request, picture, verdict = await _asked_by_me(turn)
    texts = typed(turn, [_SAID])
    said_at = _said_at(turn, _opened(picture, request, verdict))
    who = one(turn.event, "who")
    person = next((p for p in may_have_agreed(picture, request, verdict) if p.id == who), None)
    errors = dict(texts.errors) if isinstance(texts, Correct) else {}
    if person is None:
        errors["who"] = "They cannot agree to this one. Choose somebody of the list."
    if isinstance(said_at, str):
        errors[_WHEN] = said_at
    if errors or person is None or isinstance(texts, Correct) or isinstance(said_at, str):
        return Correct(errors)
    case, by = picture.case, confirm_by(turn.now, turn.charity)
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "spoken", texts["said"], about=request.id)
    try:
        await turn.tx.spoken.record(
            request.id,
            person.id,
            recorded_by=turn.person.id,
            said_at=said_at,
            confirm_by=by,
            fingerprint=request.fingerprint,
            text_id=text_id,
        )
    except Conflict as late:
        raise Refusal(_LATE) from late
    turn.note("agreed by phone", case, request=request.id, by=person.id)
    timer = {"timer": "spoken", "case": case.id, "request": request.id}
    await turn.tx.outbox.put("timer", f"spoken:{request.id}", timer, run_at=by)
    await turn.tell(case, CONFIRM, [person], urgent=False)
    picture = await bring_up_to_date(turn, case)
    await turn.refresh(case)
    return Show(case_card(picture, notice=f"Written down. {person.name} is asked to confirm it."))


def _when(turn: Turn) -> Text:
    """The time of the call, which is not the time of writing it down; now, until they change it."""
    local = turn.now.astimezone(turn.charity.timezone)
    hint = "The time of the call, such as 14:05. If it was before midnight: 23:40 yesterday."
    return Text(_WHEN, "When did they agree?", hint, 20, value=f"{local:%H:%M}")


def _opened(picture: Picture, request: ApprovalRequest, verdict: Verdict) -> datetime:
    """When exactly this was first asked for: a yes to it since then counts, whatever others said in between.

    A second opinion is about the first answer too, but where the first yes stands.
    """
    if request.second_of is not None and not verdict.lane.protective:
        return request.opened_at
    return min(each.opened_at for each in picture.about(verdict))


def _said_at(turn: Turn, opened_at: datetime) -> datetime | str:
    """When they agreed, as it was typed, in the charity's own zone; else what is wrong with it."""
    found = _CLOCK.fullmatch(one(turn.event, _WHEN).strip())
    if found is None:
        return "Write the time like this: 14:05. Or: 23:40 yesterday."
    local = turn.now.astimezone(turn.charity.timezone)
    day = local.date() - timedelta(days=(found[3] or "").lower() == "yesterday")
    said = datetime.combine(day, time(int(found[1]), int(found[2])), turn.charity.timezone)
    if said > turn.now:
        return "That is still to come. Write when you talked. If it was before midnight, add: yesterday."
    if said < opened_at.replace(second=0, microsecond=0):
        opened = at(opened_at, turn.charity)
        return f"They were asked at {opened}. A yes from before that does not count. Ring them again."
    return min(max(said, opened_at), turn.now)


async def said_yes(turn: Turn) -> Reply:
    return await _answer(turn, "yes")


async def said_no(turn: Turn) -> Reply:
    return await _answer(turn, "no")


async def not_confirmed_in_time(tx: Transaction, books: Mapping[str, Book], payload: Mapping[str, str]) -> None:
    """At noon of the day after: whoever leads is told, if nobody has said that it was so. Raises NotHere."""
    await tx.approvals.hold(payload["request"])
    try:
        case = await tx.cases.get(payload["case"])
    except NotFound:
        return
    book = book_of(books, case)
    said = (await tx.spoken.of(case.id)).get(payload["request"])
    if said is None or said.answer or case.practice:
        return
    picture = await look(tx, book, charity_of(await tx.organisations.current()), case)
    await _tell_lead(tx, picture, payload["request"])
    tx.note("not confirmed in time", consultation=case.id, request=payload["request"])
    await refresh(tx, case)


async def _asked_by_me(turn: Turn) -> tuple[ApprovalRequest, Picture, Verdict]:
    """The worker's own open request, exactly as the pressed card or form showed it."""
    id = turn.event.carry.get("r", "")
    await turn.tx.approvals.hold(id)
    case = await turn.tx.cases.get((await turn.mine()).id)
    if str(case.version) != turn.event.carry.get("v"):
        raise MovedOn  # somebody was a moment earlier, while this waited for them
    picture = await turn.picture(case)
    request = next((each for each in picture.requests if each.id == id), None)
    if request is None:
        raise Refusal("We cannot find this request. Look at the card again.")
    if request.state != "pending":
        raise Refusal(_LATE)
    verdict = proposed(picture, request)
    if verdict is None or turn.event.carry.get("f") != request.fingerprint:
        raise Refusal("What is proposed has changed since you opened this. Talk to them about it as it is now.")
    if not may_have_agreed(picture, request, verdict):
        raise Refusal("This one cannot be agreed by phone. They decide it in their own account.")
    return request, picture, verdict


async def _answer(turn: Turn, answer: Literal["yes", "no"]) -> Reply:
    id = turn.event.carry.get("r", "")
    await turn.tx.approvals.hold(id)
    try:
        request = await turn.tx.approvals.get(id)
        case = await turn.tx.cases.get(request.consultation_id)
    except NotFound as gone:
        raise Refusal("We cannot find this request. Open the home page to see what waits for you.") from gone
    picture = await turn.picture(case)
    barred = picture.around.why_not if answer == "yes" else picture.around.why_mute
    if why_not := barred(picture.person(turn.person.id) or turn.person):
        raise Refusal(why_not)
    decision = picture.decisions.get(id)
    if id not in picture.spoken or decision is None or decision.person_id != turn.person.id:
        raise Refusal("This was not written down as agreed by you. Nothing was changed.")
    if request not in to_confirm(picture, turn.person):
        return Show(confirm_card(picture, turn.person))
    if answer == "yes" and (fields := await factors.field(turn, picture, request)):
        if factors.FIELD not in turn.event.fields:
            form = Form("Yes, I agreed", fields, "Yes, I agreed", "spoken.yes", {"c": case.id, "r": id})
            return Open(with_line(form, turn.book))
        if wrong := await factors.check(turn, picture, request):
            return wrong
    await turn.tx.spoken.answer(id, answer)
    await turn.tx.outbox.cancel(f"spoken:{id}")
    turn.note("agreement confirmed" if answer == "yes" else "agreement denied", case, request=id)
    if answer == "no":
        await _no_longer_agreed(turn, case, id)
    await turn.refresh(case)
    return Show(confirm_card(await turn.picture(case), turn.person))


async def _no_longer_agreed(turn: Turn, case: Consultation, request_id: str) -> None:
    """The lead is told, the worker gets a new message, and the lane is asked again. What went out stays recorded."""
    picture = await bring_up_to_date(turn, case) if case.state == "sent" else await turn.picture(case)
    await _tell_lead(turn.tx, picture, request_id)
    if worker := picture.person(case.requester_id):
        await turn.tell(case, DENIED, [worker], urgent=False)


async def _tell_lead(tx: Transaction, picture: Picture, request_id: str) -> None:
    decision = picture.decisions[request_id]
    people = lead(picture, but=decision.person_id)
    if not people:
        tx.note("nobody to tell", consultation=picture.case.id, request=request_id)
    await tell(tx, picture.case, UNCONFIRMED, people, urgent=False)


def lead(picture: Picture, *, but: str) -> list[Person]:
    """Who leads this case, but not the one whose word it is; then whoever else has the duty or is next in line.

    While the case is silenced its one lead, and without that one the next in line alone.
    """
    recipient = picture.book.recipients.get(picture.walked.facts.get(picture.book.lead, ""))
    around = picture.around
    ways = [around.reached(recipient.capability)] if recipient and recipient.capability else []
    ways += [around.on_duty(), around.bound(), around.reached("chair"), around.reached("vice_chair")]
    if around.silenced:
        ways = [ways[0], around.deciding_line(), *ways[-2:]]
    able = [[person for person in people if person.id != but and not around.why_mute(person)] for people in ways]
    # Whoever reads nothing of ours tells nobody; while silenced that is no reason to bring somebody new in.
    here = [] if around.silenced else [[p for p in people if p.id not in picture.cut_off] for people in able]
    return next((people for people in (*here, *able) if people), [])
