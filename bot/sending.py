"""Sending a proposal to the people who have to agree, taking it back, going further, and who must not know.

The rule to keep: what is asked for is bound to a fingerprint of exactly what was on the card when it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.cards import Choice, Correct, Facts, Field, Form, Notice, Open, Pick, Reply, Say, Show, Text, Ticks
from bot.consultation import case_card
from bot.departing import further
from bot.emergency import with_line
from bot.forms import CHECKED, LIMIT, one, typed
from bot.picture import Picture, fingerprint
from bot.proposal import reach
from bot.questioning import can_send_so_far, carry
from bot.roster import EMERGENCY_TOLD, allowed, must_name_subject
from bot.turn import MovedOn, Refusal, Turn
from policy.book import Approval
from policy.walk import Asking, Verdict
from storage.records import Person

NOBODY_LISTED = "nobody"

_WHAT = Text(
    "what",
    "What exactly would you say?",
    "One or two lines. No names: the case reference is enough.",
    LIMIT,
    long=True,
)


async def send(turn: Turn) -> Reply:
    """The form before sending: what exactly, who to ask, who must not know."""
    case = await turn.mine()
    picture = await turn.picture(case)
    verdicts = proposed(picture)
    return Open(with_line(_form(picture, verdicts), turn.book))


async def send_confirmed(turn: Turn) -> Reply:
    """Ask, tell and record, in one transaction."""
    case = await turn.mine()
    picture = await turn.picture(case)
    verdicts = proposed(picture)
    fields = [field for field in _form(picture, verdicts).fields if isinstance(field, Text)]
    texts = typed(turn, fields)
    if isinstance(texts, Correct):
        return texts
    if must_name_subject(turn.book, picture.walked.facts) and not turn.event.fields.get("about"):
        return Correct({"about": "Please tick who it is about, or that they are not on this list."})
    about = set(turn.event.fields.get("about", ())) - {NOBODY_LISTED}
    if not about <= {person.id for person in picture.around.everybody}:
        raise Refusal("Somebody on that list is not on the roster. Open the form again.")
    await turn.tx.cases.bar(case.id, about)
    if texts.get("what"):
        await turn.tx.texts.keep(case.id, turn.person.id, "reason", texts["what"])
    case = await turn.advanced(case, state="sent")
    turn.note("sent", case)
    # Drawn anew: the people just named are out of the circle before anybody is asked.
    picture = await turn.picture(case)
    wanted = set(turn.event.fields.get("ask", ()))
    for verdict in proposed(picture, sent=True):
        await ask(turn, picture, verdict, wanted)
    await turn.refresh(case)
    return Show(case_card(await turn.picture(case)))


async def withdraw(turn: Turn) -> Reply:
    """Take a sent request back: nobody can agree to it any more, and every answer is there to be changed."""
    case = await turn.mine()
    if case.state != "sent":
        raise Refusal("There is nothing to take back.")
    await turn.tx.approvals.withdraw(case.id)
    case = await turn.advanced(case, state="asking")
    turn.note("taken back", case)
    await turn.refresh(case)
    notice = "Taken back. Nobody can agree to it any more. Change your answers, then send again."
    return Show(case_card(await turn.picture(case), notice=notice))


async def depart(turn: Turn) -> Reply:
    """The form to go further than the proposal."""
    case = await turn.mine()
    picture = await turn.picture(case)
    choices = tuple(
        Choice(f"{option.lane.id} {option.outcome.id}", f"{option.lane.title}: {option.outcome.title}")
        for option in further(picture.book, picture.lanes)
    )
    if not choices:
        raise Refusal("This already goes as far as the policy can.")
    fields: tuple[Field, ...] = (
        Say("You may do more to protect somebody than the checklist suggests. Say why; it is kept in the record."),
        Pick("choice", "What do you want to do?", choices),
        Text("why", "Why?", "One or two lines. No names.", LIMIT, long=True),
        CHECKED,
    )
    return Open(with_line(Form("Go further", fields, "Use this instead", "depart.confirm", carry(picture)), turn.book))


async def depart_confirmed(turn: Turn) -> Reply:
    """Record the departure; once it was sent, the people whose agreement it needs are asked at once."""
    case = await turn.mine()
    picture = await turn.picture(case)
    texts = typed(turn, [Text("why", "Why?", limit=LIMIT)])
    if isinstance(texts, Correct):
        return texts
    options = {f"{option.lane.id} {option.outcome.id}": option for option in further(picture.book, picture.lanes)}
    option = options.get(one(turn.event, "choice"))
    if option is None:
        return Correct({"choice": "Please choose one of the list."})
    before = next((v.outcome.id for v in picture.lanes if v.lane.id == option.lane.id), "closed")
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "departure", texts["why"], about=option.lane.id)
    await turn.tx.cases.depart(
        case.id, turn.person.id, lane=option.lane.id, proposed=before, chosen=option.outcome.id, text_id=text_id
    )
    case = await turn.advanced(case)
    turn.note("went further", case, text=text_id)
    picture = await turn.picture(case)
    if case.state == "sent":
        for verdict in picture.lanes:
            if verdict.lane.id == option.lane.id:
                await ask(turn, picture, verdict, set())
    await turn.refresh(case)
    return Show(case_card(await turn.picture(case), notice="Recorded. The plan has changed to what you chose."))


async def bar(turn: Turn) -> Reply:
    """The form that says who must not know."""
    case = await turn.mine()
    picture = await turn.picture(case)
    known = picture.around.barred
    choices = _colleagues(picture)
    fields: tuple[Field, ...] = (
        Say("They get no message about this case and cannot decide it. Only an administrator can undo this."),
        Ticks("about", "Who must not know?", choices, chosen=tuple(sorted(known)), required=True),
    )
    return Open(
        with_line(Form("Who must not know", fields, "Keep it from them", "bar.confirm", carry(picture)), turn.book)
    )


async def bar_confirmed(turn: Turn) -> Reply:
    case = await turn.mine()
    picture = await turn.picture(case)
    about = set(turn.event.fields.get("about", ()))
    if not about <= {choice.value for choice in _colleagues(picture)}:
        raise Refusal("Somebody on that list is not on the roster. Open the form again.")
    await turn.tx.cases.bar(case.id, about)
    case = await turn.advanced(case)
    turn.note("kept from people", case)
    await turn.refresh(case)
    return Show(case_card(await turn.picture(case), notice="Noted. They will not be told and cannot decide."))


def proposed(picture: Picture, *, sent: bool = False) -> list[Verdict]:
    """The lanes that are sent now: all of them when everything is answered, else the protective ones so far.

    Raises MovedOn or Refusal where nothing may be sent.
    """
    if not sent and picture.case.state != "asking":
        raise MovedOn
    if picture.emergency():
        raise Refusal("Ring 999 first. When you have rung, press “I have rung 999”; the rest can wait.")
    walked = picture.walked
    undecided = isinstance(walked, Asking) and walked.screen.stage == "decide"
    if undecided and not sent and not can_send_so_far(picture):
        raise MovedOn
    # A 999 call is never sent to anybody here; "be ready to ring" tells the lead, as its card says.
    sendable = [v for v in picture.lanes if not v.lane.immediate or v.outcome.sends == "inside"]
    return [v for v in sendable if not undecided or v.lane.protective]


async def ask(turn: Turn, picture: Picture, verdict: Verdict, wanted: set[str]) -> None:
    """Open this lane's request, or tell those who are only told, and write to them."""
    inside = {recipient.capability for id in verdict.recipients if (recipient := turn.book.recipients[id]).capability}
    people: list[Person] = []
    approval = verdict.approval
    mine = fingerprint(picture.book, picture.case, verdict)
    lane, outcome = verdict.lane.id, verdict.outcome.id
    if approval is not None and not approval.veto:
        lead = picture.walked.facts.get(turn.book.lead, "")
        capability = turn.book.recipients[lead].capability if lead in turn.book.recipients else ""
        people = picture.around.holders([capability or EMERGENCY_TOLD[0]])
        request = await turn.tx.approvals.ask(
            picture.case.id,
            lane=lane,
            outcome=outcome,
            code=approval.code,
            fingerprint=mine,
            people=[person.id for person in people],
            state="told",
        )
        await turn.tell(picture.case, "told", people)
        turn.note("told", picture.case, request=request.id)
    elif approval is not None and approval.moment != "none":
        people = choose(picture, approval, wanted)
        request = await turn.tx.approvals.ask(
            picture.case.id,
            lane=lane,
            outcome=outcome,
            code=approval.code,
            fingerprint=mine,
            people=[person.id for person in people],
        )
        await turn.tell(picture.case, "approval", people)
        turn.note("asked", picture.case, request=request.id)
    if inside:
        # Whoever was just written to about this lane is not written to twice: two cards would be two different asks.
        others = [person for person in picture.around.holders(inside) if person not in people]
        await turn.tell(picture.case, "told", others)


def choose(picture: Picture, approval: Approval, wanted: Iterable[str]) -> list[Person]:
    """Who is asked: those the worker chose where they may decide, else the leads on duty, else all who may."""
    may = picture.around.approvers(approval)
    chosen = [person for person in may if person.id in set(wanted)]
    on_duty = [person for person in may if person.capabilities & set(EMERGENCY_TOLD)]
    return chosen or on_duty or may


def _form(picture: Picture, verdicts: list[Verdict]) -> Form:
    needs = [v for v in verdicts if v.approval and v.approval.moment == "before"]
    sends = [v for v in verdicts if v.outcome.sends in ("named", "agreed", "unnamed")]
    fields: list[Field] = [
        Facts(tuple((v.lane.title, f"{v.outcome.title}. Who would hear: {reach(picture, v)}") for v in verdicts))
    ]
    if needs:
        may = {person.id: person for v in needs if v.approval for person in picture.around.approvers(v.approval)}
        if may:
            choices = tuple(Choice(person.id, f"{person.name}, {person.role}") for person in may.values())
            fields.append(Ticks("ask", "Who will you talk to? If you tick nobody, we ask who is on duty.", choices))
        else:
            fields.append(
                Notice("Nobody on the roster can decide this. Ring your safeguarding lead or a trustee.", "warning")
            )
    if sends:
        protective = all(v.lane.protective for v in sends)
        fields.append(Text(_WHAT.id, _WHAT.label, _WHAT.hint, LIMIT, required=not protective, long=True))
        fields.append(CHECKED)
    if must_name_subject(picture.book, picture.walked.facts):
        choices = (*_colleagues(picture), Choice(NOBODY_LISTED, "They are not on this list, or I do not know"))
        label = "Who is it about, or close to them? They are not told and cannot decide."
        fields.append(Ticks("about", label, choices, chosen=tuple(sorted(picture.around.barred)), required=True))
    submit = "Send" if needs else "Go on"
    return Form("Before it is sent", tuple(fields), submit, "send.confirm", carry(picture))


def _colleagues(picture: Picture) -> tuple[Choice, ...]:
    return tuple(
        Choice(person.id, f"{person.name}, {person.role}")
        for person in picture.around.everybody
        if person.active and person.id != picture.case.requester_id
    )


def second_opinion(picture: Picture, approval: Approval, declined_by: str) -> list[Person]:
    """After a no in a protective lane: the leads on duty who may decide, else anybody else who may."""
    may = [p for p in picture.around.everybody if not picture.around.why_not(p) and p.id != declined_by]
    on_duty = [p for p in may if p.capabilities & set(EMERGENCY_TOLD) and allowed(approval, p)]
    return on_duty or [p for p in may if allowed(approval, p)]
