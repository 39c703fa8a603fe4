"""Sending a proposal to the people who have to agree, taking it back, going further, and who must not know.

The rule to keep: what is asked for is bound to a fingerprint of exactly what was on the card when it was sent.
"""

from __future__ import annotations

from bot.bases import bases_of, basis_fields
from bot.cards import Choice, Correct, Facts, Field, Form, Open, Pick, Reply, Say, Show, Text, Ticks
from bot.consultation import case_card
from bot.deciding.deciders import if_nobody_answers, nobody_on_the_roster, nobody_reached, to_choose_from, would_ask
from bot.deciding.requests import ask_once_more, bring_up_to_date, sendable, tell_on_duty
from bot.departing import further
from bot.emergency import with_line
from bot.follow_through import facts, without_basis
from bot.forms import CHECKED, LIMIT, one, typed
from bot.guidance import cannot_wait
from bot.lanes import reach
from bot.leads.beside import look_for_another
from bot.looks import read_at_once, watch
from bot.phone.factor_cards import nobody_ready
from bot.picture import Picture
from bot.questioning import can_send_so_far, carry
from bot.roster import must_name_subject
from bot.second_opinion import may_be_asked
from bot.sight import beside, proposed
from bot.turn import MovedOn, Refusal, Turn
from bot.wording import names, role_of
from policy.book import SENDING
from policy.walk import Asking, Verdict

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
    form = _form(picture, _to_send(picture))
    if all(isinstance(field, Facts) for field in form.fields):
        return await send_confirmed(turn)  # nothing to fill in: an empty form would only be in the way
    return Open(with_line(form, turn.book))


async def send_confirmed(turn: Turn) -> Reply:
    """Ask, tell and record, in one transaction."""
    case = await turn.mine()
    picture = await turn.picture(case)
    verdicts = _to_send(picture)
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
    await turn.tx.bases.put(case.id, turn.person.id, bases_of(turn.event, facts(picture)))
    for id, words in texts.items():
        await _keep(turn, picture, words, about=id.removeprefix(_WHAT.id).removeprefix("."))
    case = await turn.step(case, state="sent")
    turn.note("sent", case)
    # Drawn anew in there: the people just named are out of the circle before anybody is asked.
    picture = await bring_up_to_date(turn, case, turn.event.fields.get("ask", ()))
    await look_for_another(turn, case)
    return Show(case_card(picture))


async def withdraw(turn: Turn) -> Reply:
    """Take a sent request back: nobody can agree to it any more, and every answer is there to be changed."""
    case = await turn.mine()
    if case.state != "sent":
        raise Refusal("There is nothing to take back.")
    # The step comes first: like everybody who decides, it takes hold of the consultation before any request of it.
    case = await turn.step(case, state="asking")
    await turn.tx.approvals.withdraw(case.id)
    turn.note("taken back", case)
    picture = await turn.picture(case)
    await watch(turn.tx, picture)
    notice = (
        "Taken back. Change your answers, then send again. "
        "A yes that you have already still counts if you change nothing, and no longer if you change something."
    )
    return Show(case_card(picture, notice=notice))


async def second(turn: Turn) -> Reply:
    """Ask for the one second opinion on a no; a press a moment later finds it asked. Raises Refusal, MovedOn."""
    id = turn.event.carry.get("r", "")
    await turn.tx.approvals.hold(id)
    case = await turn.tx.cases.get((await turn.mine()).id)
    if str(case.version) != turn.event.carry.get("v"):
        raise MovedOn  # somebody was a moment earlier, while this waited for them
    picture = await turn.picture(case)
    request = next((each for each in picture.requests if each.id == id), None)
    verdict = proposed(picture, request) if request else None
    if verdict is None or picture.request(verdict) != request or not may_be_asked(picture, verdict):
        raise Refusal("There is no second opinion to ask for here. Look at the card again.")
    case = await turn.step(case)
    picture = await ask_once_more(turn, case, verdict)
    return Show(case_card(picture, notice="Asked. The first answer stays in the record."))


async def depart(turn: Turn) -> Reply:
    """The form to go further than the proposal."""
    case = await turn.mine()
    picture = await turn.picture(case)
    choices = tuple(
        Choice(f"{option.lane.id} {option.outcome.id}", f"{option.lane.title}: {option.outcome.title}")
        for option in further(picture.book, picture.walked)
    )
    if not choices:
        raise Refusal("This already goes as far as the policy can.")
    fields: tuple[Field, ...] = (
        Say("You may do more to protect somebody than the checklist suggests. Say why; it is kept in the record."),
        Say("A danger you have not ticked is not here. Go back and tick it: then its own plan opens.", quiet=True),
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
    options = {f"{option.lane.id} {option.outcome.id}": option for option in further(picture.book, picture.walked)}
    option = options.get(one(turn.event, "choice"))
    if option is None:
        return Correct({"choice": "Please choose one of the list."})
    before = next((v.outcome.id for v in picture.lanes if v.lane.id == option.lane.id), "closed")
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, "departure", texts["why"], about=option.lane.id)
    await turn.tx.cases.depart(
        case.id, turn.person.id, lane=option.lane.id, proposed=before, chosen=option.outcome.id, text_id=text_id
    )
    case = await turn.step(case)
    turn.note("went further", case, text=text_id)
    picture = await bring_up_to_date(turn, case) if case.state == "sent" else await turn.picture(case)
    return Show(case_card(picture, notice="Recorded. The plan has changed to what you chose."))


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
    """From now on these people are out; a request that only they could answer goes to somebody else."""
    case = await turn.mine()
    picture = await turn.picture(case)
    about = set(turn.event.fields.get("about", ()))
    if not about <= {choice.value for choice in _colleagues(picture)}:
        raise Refusal("Somebody on that list is not on the roster. Open the form again.")
    await turn.tx.cases.bar(case.id, about)
    await read_at_once(turn.tx, picture, about)
    case = await turn.step(case)
    turn.note("kept from people", case)
    picture = await bring_up_to_date(turn, case) if case.state == "sent" else await turn.picture(case)
    await tell_on_duty(turn, picture)
    return Show(case_card(picture, notice="Noted. From now on they are not told and cannot decide."))


def _to_send(picture: Picture) -> list[Verdict]:
    """What would be sent now. Raises MovedOn or Refusal where nothing may be sent."""
    if picture.case.state != "asking":
        raise MovedOn
    if picture.emergency():
        raise Refusal("Ring 999 first. When you have rung, press “I have rung 999”; the rest can wait.")
    if isinstance(picture.walked, Asking) and not can_send_so_far(picture):
        raise MovedOn
    return sendable(picture)


def _form(picture: Picture, verdicts: list[Verdict]) -> Form:
    needs = [v for v in verdicts if v.approval and v.approval.moment == "before"]
    sends = [v for v in verdicts if v.outcome.sends in SENDING]
    fields: list[Field] = [
        Facts(tuple((v.lane.title, f"{v.outcome.title}. Who would hear: {reach(picture, v)}") for v in verdicts))
    ]
    if needs:
        may = {person.id: person for v in needs if v.approval for person in picture.around.approvers(v.approval)}
        asked = would_ask(picture, needs)
        fields += [*nobody_reached(picture, needs), *nobody_on_the_roster(picture, needs)]
        fields += nobody_ready(picture, needs)
        if may:
            but = ", but nobody you name on this form" if must_name_subject(picture.book, picture.walked.facts) else ""
            default = f"If you tick nobody, we ask {names(asked)}{but}." if asked else "Only those you tick are asked."
            fields.append(Ticks("ask", f"Who will you talk to? {default}", to_choose_from(picture, may.values())))
            fields += if_nobody_answers(picture, needs, sent="If you tick nobody, send it now and nobody answers")
    if sends:
        fields += _would_say(picture, sends)
        fields += _known(picture, verdicts)
        fields.append(CHECKED)
    if must_name_subject(picture.book, picture.walked.facts):
        listed = (*_colleagues(picture), Choice(NOBODY_LISTED, "They are not on this list, or I do not know"))
        label = "Who is it about, or close to them? They are not told and cannot decide."
        fields.append(Ticks("about", label, listed, chosen=tuple(sorted(picture.around.barred)), required=True))
    submit = "Send" if needs else "Go on"
    return Form("Before it is sent", tuple(fields), submit, "send.confirm", carry(picture))


def _known(picture: Picture, verdicts: list[Verdict]) -> list[Field]:
    """How the worker knows what they ticked: not beside what cannot wait, and never in the way of sending."""
    if picture.in_emergency or any(cannot_wait(verdict) or verdict.lane.immediate for verdict in verdicts):
        return []
    return basis_fields(without_basis(picture), picture.case.values, required=False)


def _would_say(picture: Picture, sends: list[Verdict]) -> list[Text]:
    """One text for all lanes; each lane its own where one of them is not for everybody to hear of."""
    if not beside(picture, set()):
        protective = all(v.lane.protective for v in sends)
        return [Text(_WHAT.id, _WHAT.label, _WHAT.hint, LIMIT, required=not protective, long=True)]
    hint = f"{_WHAT.hint} Whoever decides this part reads it: write nothing about your other worries."
    return [
        Text(
            f"{_WHAT.id}.{v.lane.id}",
            _WHAT.label if len(sends) == 1 else f"{v.lane.title}: what exactly would you say?",
            hint,
            LIMIT,
            required=not v.lane.protective,
            long=True,
        )
        for v in sends
    ]


async def _keep(turn: Turn, picture: Picture, words: str, *, about: str) -> None:
    """What would be said in the lane `about`, or ("") in all. The same words again are the ones people agreed to."""
    said = (t for t in reversed(picture.texts) if t.kind == "reason" and (not about or t.about in ("", about)))
    last = next(said, None)
    if words and not (last and last.about == about and await turn.tx.texts.open(last.id) == words):
        await turn.tx.texts.keep(picture.case.id, turn.person.id, "reason", words, about=about)


def _colleagues(picture: Picture) -> tuple[Choice, ...]:
    return tuple(
        Choice(person.id, f"{person.name}, {role_of(person)}")
        for person in picture.around.everybody
        if person.active and person.id != picture.case.requester_id
    )
