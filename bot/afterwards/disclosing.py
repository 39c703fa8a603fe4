"""Writing down what was then really said: when, to whom, by which way, what of it, and how it was checked.

The rule to keep: nothing that was written is changed; what was wrong is corrected by one more, and both stay.
"""

from __future__ import annotations

from datetime import datetime

from bot.afterwards.looking import REMINDER
from bot.afterwards.moments import SUCH_AS, moment_of
from bot.cards import Button, Buttons, Card, Choice, Correct, Field, Form, Open, Pick, Reply, Say, Show, Text, Ticks
from bot.consultation import case_card
from bot.emergency import with_line
from bot.follow_through import outside, standing, to_write
from bot.follow_words import NOBODY, VERIFIED, WAYS, choices, disclosure_line, recipient_title
from bot.forms import CHECKED, LIMIT, one, typed
from bot.looks import KIND as LOOK
from bot.looks import readers, watch
from bot.picture import Picture
from bot.questioning import carry
from bot.together import by_two_workers
from bot.turn import Refusal, Turn
from bot.wording import at
from policy.walk import Verdict
from storage.records import Disclosure

CORRECTION = "correction"
"""The kind of the typed words of a correction; of anything else that was done they are "done"."""

_SERVICES = (
    Choice("ambulance", "Ambulance"),
    Choice("police", "Police"),
    Choice("fire", "Fire and rescue"),
    Choice("coastguard", "Coastguard"),
)
_WHEN = "when"
_ROLE = Text("role", "What is their role?", "Such as: duty social worker. No name.", 60, required=False)
_GIVEN = Text("given", "Which reference did they give?", "Such as: log 0417. Empty if none.", 40, required=False)
_WHAT = Text(
    "what",
    "What was said or done?",
    "Who you spoke to (role only), what they said, what was agreed. If nobody was told: why.",
    LIMIT,
    long=True,
)
_RIGHT = Text("what", "What is right?", "What was wrong, and how it really was. No names.", LIMIT, long=True)


async def record(turn: Turn) -> Reply:
    """The form of one lane; of an emergency in whatever state the case is. Which one is asked where that is open."""
    case = await turn.mine()
    picture = await turn.picture(case)
    lanes = recordable(picture)
    if not lanes:
        raise Refusal("There is nothing to write down yet.")
    wanted = turn.event.carry.get("l")
    verdict = next((v for v in lanes if v.lane.id == wanted), lanes[0] if len(lanes) == 1 else None)
    if verdict is None:
        return Show(_which(picture, lanes))
    return Open(with_line(_form(turn, picture, verdict), turn.book))


async def correct(turn: Turn) -> Reply:
    """The form that corrects what was written: the same questions, as they were answered. Which one, where several."""
    case = await turn.mine()
    picture = await turn.picture(case)
    written = standing(picture)
    if not written:
        raise Refusal("Nothing is written down yet that could be corrected.")
    wanted = turn.event.carry.get("d")
    done = next((each for each in written if each.id == wanted), written[0] if len(written) == 1 else None)
    if done is None:
        return Show(_which_one(picture, written))
    verdict = next((v for v in recordable(picture) if v.lane.id == done.lane), None)
    if verdict is None:
        raise Refusal("That part is not open any more. Ask your safeguarding lead to write the correction.")
    return Open(with_line(_form(turn, picture, verdict, done), turn.book))


async def record_confirmed(turn: Turn) -> Reply:
    """Keep it, the words sealed; a lane that is still stopped or waiting cannot have gone out by way of this form."""
    case = await turn.mine()
    picture = await turn.picture(case)
    lanes = recordable(picture)
    verdict = next((v for v in lanes if v.lane.id == turn.event.carry.get("l")), None)
    if verdict is None:
        raise Refusal("That part has changed since you opened this. Look at the card again.")
    corrects = _corrected(turn, picture)
    texts = typed(turn, [_ROLE, _GIVEN, _WHAT])
    when = moment_of(one(turn.event, _WHEN), turn.now, turn.charity.timezone)
    errors = {**(texts.errors if isinstance(texts, Correct) else {}), **_wrong(turn, picture, verdict)}
    if isinstance(when, str):
        errors[_WHEN] = when
    if errors or isinstance(texts, Correct) or isinstance(when, str):
        return Correct(errors)
    recipient = one(turn.event, "recipient")
    services = {choice.value: choice.label for choice in _SERVICES}
    called = [services[id] for id in turn.event.fields.get("service", ()) if id in services]
    parts = (
        f"Called: {', '.join(called)}" if called and verdict.lane.immediate else "",
        f"Spoke to: {texts['role']}" if texts["role"] else "",
        f"Their reference: {texts['given']}" if texts["given"] else "",
        texts["what"],
    )
    kind = CORRECTION if corrects else "done"
    words = ". ".join(part for part in parts if part)
    text_id = await turn.tx.texts.keep(case.id, turn.person.id, kind, words, about=verdict.lane.id)
    nobody = recipient == NOBODY
    ticked = turn.event.fields.get("items", ())
    id = await turn.tx.cases.disclose(
        case.id,
        turn.person.id,
        lane=verdict.lane.id,
        recipient=recipient,
        text_id=text_id,
        shared_at=None if nobody else when,
        verified="" if nobody else one(turn.event, "verified"),
        way="" if nobody else one(turn.event, "way"),
        items=() if nobody else [guide.id for guide in verdict.words if guide.id in ticked],
        corrects=corrects.id if corrects else None,
    )
    if nobody:
        await turn.tx.follow_ups.add(
            case.id, turn.person.id, lane=verdict.lane.id, kind="not_shared", answer="other", text_id=text_id
        )
    case = await turn.step(case)
    more = {"corrects": corrects.id} if corrects else {}
    turn.note("correction written" if corrects else "written down", case, text=text_id, disclosure=id, **more)
    now = await turn.picture(case)
    await watch(turn.tx, now)
    if verdict.lane.immediate:
        await turn.tx.outbox.cancel(f"{REMINDER}{case.id}")
        unread = any(each.kind == "emergency" and each.done_at is None for each in now.looks)
        await turn.tell(case, LOOK, readers(now, "emergency") if unread else [], urgent=False)
    # What was really done is recorded whatever stands on the card: hiding it would help nobody.
    ahead = not nobody and _ahead(picture, verdict, when)
    notice = "Kept. This was done before anybody agreed; the record says so." if ahead else "Kept in the record."
    notice = "Corrected. What was written before stays beside it." if corrects else notice
    return Show(case_card(now, notice=notice))


def recordable(picture: Picture) -> list[Verdict]:
    """The lanes something can have been done about: the emergency at any time, the others once it was sent."""
    return [v for v in picture.lanes if picture.case.state == "sent" or v.lane.immediate]


def _form(turn: Turn, picture: Picture, verdict: Verdict, before: Disclosure | None = None) -> Form:
    """`before`: the one that is corrected. An emergency is asked for the least: nobody checks who answers 999."""
    people = (
        *(Choice(id, recipient_title(picture, id)) for id in verdict.recipients),
        Choice(NOBODY, "Nobody outside was told"),
    )
    fields: list[Field] = []
    if len(recordable(picture)) > 1:
        fields.append(Say(f"About: {verdict.lane.title}"))
    if by_two_workers(verdict.approval) and not before:
        fields.append(
            Say("Two workers do this. The other one is asked to confirm it in their own account.", quiet=True)
        )
    fields.append(
        Pick("recipient", "Who was told?", people, chosen=before.recipient if before else _only(verdict, picture))
    )
    said = (before.shared_at if before else None) or turn.now
    local = said.astimezone(turn.charity.timezone)
    same_day = local.date() == turn.now.astimezone(turn.charity.timezone).date()
    value = f"{local:%H:%M}" if same_day else f"{local.day} {local:%B %Y %H:%M}"
    when = Text(_WHEN, "When?", SUCH_AS, 40, value=value)
    if verdict.lane.immediate:
        service = Ticks("service", "Did you ring 999? Which service?", _SERVICES)
        fields += [service, when]
    else:
        fields += [_ROLE, when, *_how(verdict, before)]
    fields += [_GIVEN, _RIGHT if before else _WHAT, CHECKED]
    carried = carry(picture, l=verdict.lane.id, **({"d": before.id} if before else {}))
    title, submit = ("Correct it", "Keep the correction") if before else ("What was done", "Keep this")
    return Form(title, tuple(fields), submit, "record.confirm", carried)


def _how(verdict: Verdict, before: Disclosure | None) -> list[Field]:
    """By which way, how it was checked, and which of the agreed points were passed on."""
    fields: list[Field] = [
        Pick(
            "way",
            "How did you tell them?",
            choices(WAYS),
            before.way if before else "",
            required=False,
            hint="Leave it empty if nobody was told.",
        ),
        Pick(
            "verified",
            "How did you make sure who it was?",
            choices(VERIFIED),
            before.verified if before else "",
            required=False,
        ),
    ]
    if verdict.words:
        points = tuple(Choice(guide.id, guide.say) for guide in verdict.words)
        chosen = tuple(guide.id for guide in verdict.words if before and guide.id in before.items)
        fields.append(Ticks("items", "Which of these did you tell them?", points, chosen))
    return fields


def _only(verdict: Verdict, picture: Picture) -> str:
    """Whom it was said to, where it can only be one."""
    bodies = [id for id in verdict.recipients if not picture.book.recipients[id].capability]
    return bodies[0] if len(bodies) == 1 else ""


def _wrong(turn: Turn, picture: Picture, verdict: Verdict) -> dict[str, str]:
    """What of the choices has to be changed, by field."""
    recipient = one(turn.event, "recipient")
    if recipient != NOBODY and recipient not in verdict.recipients:
        return {"recipient": "Please choose one of the list."}
    body = picture.book.recipients.get(recipient)
    if recipient == NOBODY or (body and body.capability) or verdict.lane.immediate:
        return {}
    errors = {}
    if one(turn.event, "way") not in WAYS:
        errors["way"] = "Please choose how you told them."
    if one(turn.event, "verified") not in VERIFIED:
        errors["verified"] = "Please choose one. “I did not check” is an answer too."
    return errors


def _corrected(turn: Turn, picture: Picture) -> Disclosure | None:
    """The one that this corrects. Raises Refusal where it was corrected a moment ago."""
    wanted = turn.event.carry.get("d")
    if not wanted:
        return None
    found = next((each for each in standing(picture) if each.id == wanted), None)
    if found is None or found.lane != turn.event.carry.get("l"):
        raise Refusal("This was corrected already. Look at the card again.")
    return found


def _ahead(picture: Picture, verdict: Verdict, when: datetime) -> bool:
    """Whether it was said before anybody had agreed, where somebody had to."""
    if not picture.may_go(verdict):
        return True
    request = picture.request(verdict)
    decision = picture.decided(request) if request and picture.standing(verdict) == "approved" else None
    return decision is not None and when < decision.at.replace(second=0, microsecond=0)


def _which(picture: Picture, lanes: list[Verdict]) -> Card:
    """Several things are open: a button for each, those without a record first."""
    left = {verdict.lane.id for verdict in to_write(picture)}
    rows = sorted(lanes, key=lambda verdict: verdict.lane.id not in left)
    buttons = [Button(v.lane.title, "record", carry(picture, l=v.lane.id), "main") for v in rows]
    back = Button("Go back", "open", {"c": picture.case.id})
    blocks = (Say("Write down each of them by itself."), Buttons((*buttons, back)))
    return Card("What is this about?", blocks, danger=picture.book.emergency.line)


def _which_one(picture: Picture, written: list[Disclosure]) -> Card:
    """Several were written: a button for each, by when it was written."""
    titles = {verdict.lane.id: verdict.lane.title for verdict in picture.lanes}
    buttons = tuple(
        Button(
            f"{titles.get(done.lane, 'Another part')}, {at(done.at, picture.charity)}",
            "correct",
            carry(picture, d=done.id),
            hint=disclosure_line(picture, done) if outside(picture, done) else "",
        )
        for done in written
    )
    back = Button("Go back", "open", {"c": picture.case.id})
    blocks = (Say("Which of these was not right?"), Buttons((*buttons, back)))
    return Card("Correct what was written", blocks, danger=picture.book.emergency.line)
