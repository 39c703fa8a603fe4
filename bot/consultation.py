"""The consultation: start, answer, go back and change, pause and come back, stop.

The rule to keep: every handler takes the newest version, records, and draws the next card from a fresh replay.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from bot import practice as practising
from bot.cards import Block, Button, Buttons, Card, Notice, Points, Reply, Say, Show
from bot.deciding.requests import bring_up_to_date, held, tell_on_duty
from bot.emergency import answers_yes, emergency_card
from bot.forgetting import about_the_old
from bot.forms import one
from bot.keeping.destroying import DESTROY
from bot.looks import dangers, watch
from bot.phone.hiding import CHECKLIST, with_hide
from bot.picture import Picture, people_around, replay
from bot.proposal import review_card, sent_card, small_card
from bot.questioning import (
    again_card,
    answer_line,
    answered_screens,
    asleep,
    carry,
    question_card,
    shown,
    title,
    told_sentence,
)
from bot.turn import Refusal, Turn
from policy.book import Book, Question, Screen
from policy.walk import Asking
from storage.records import CaseState, Consultation

OPEN: tuple[CaseState, ...] = ("asking", "paused", "sent")

EMERGENCY_REMINDER = timedelta(hours=1)
"""After this the worker is asked, gently, to write down what was done (decision note 4.13)."""


def case_card(picture: Picture, *, notice: str = "") -> Card:
    """The requester's one live card, as the consultation stands now."""
    if picture.case.state in ("paused", "withdrawn", "closed"):
        return small_card(picture)
    if picture.emergency():
        extra: list[Block] = [Notice(notice)] if notice else []
        extra += [
            Say(told_sentence(picture)),
            Buttons((Button("Someone must not know", "bar", carry(picture)),)),
        ]
        card = emergency_card(picture.book, carry=carry(picture), extra=tuple(extra))
        back = Buttons((Button("Pressed by mistake", "ask", carry(picture, s=_emergency_screen(picture))),))
        return Card(card.title, (*card.blocks, back), card.danger, card.summary, card.weight)
    if picture.case.state == "sent":
        return with_hide(picture, sent_card(picture, notice=notice), CHECKLIST)
    if isinstance(picture.walked, Asking):
        return with_hide(picture, question_card(picture, picture.walked, notice=notice), CHECKLIST)
    return with_hide(picture, review_card(picture, notice=notice), CHECKLIST)


async def start(turn: Turn) -> Reply:
    """Begin, or offer to carry on with what is open."""
    open_cases = [case for case in await turn.tx.cases.of(turn.person.id, OPEN) if not case.practice]
    if not open_cases:
        return await new(turn)
    buttons = tuple(Button(f"Open {case.reference}", "open", {"c": case.id}) for case in open_cases[-5:])
    blocks: list[Block] = [Say("You have open consultations. Carry on with one, or start a new one.")]
    if turn.notice:
        blocks.insert(0, Notice(turn.notice, "warning"))
    blocks.append(Buttons((*buttons, Button("Start a new one", "new", tone="main"))))
    return Show(Card("Carry on or start?", tuple(blocks), danger=turn.book.emergency.line))


async def practise(turn: Turn) -> Reply:
    """A new one that is only rehearsed."""
    return await new(turn, practice=True)


async def new(turn: Turn, *, practice: bool | None = None) -> Reply:
    """A new consultation; a card that already answers the emergency question starts with that answer.

    `practice`: None where the pressed card says what it is.
    """
    case = await _begun(turn, practice=practice)
    if answers_yes(turn.event, turn.book):
        return await _record(turn, case, {turn.event.carry["q"]: turn.event.carry["a"]})
    picture = Picture(turn.book, turn.charity, case, replay(turn.book, turn.charity, case))
    return Show(case_card(picture, notice=turn.notice))


async def open_(turn: Turn) -> Reply:
    """Show a consultation's card as it stands; a paused one goes on."""
    case = await turn.mine(fresh=False)
    if case.state == "paused":
        case = await turn.step(case, state="asking")
        turn.note("consultation resumed", case)
    await turn.show_here(case, "checklist")
    return Show(case_card(await turn.picture(case)))


async def answer(turn: Turn) -> Reply:
    """Record one screen: a button's answer, a list of ticks, or a form's choices."""
    urgent = answers_yes(turn.event, turn.book)
    rung = turn.event.carry.get("q") == turn.book.emergency.called
    # An emergency is taken from any card, however old, and so is the word that 999 was rung: they are about now.
    case = await turn.mine(fresh=not (urgent or rung))
    if urgent and case.state != "asking":
        return await new(turn)
    if rung and (late := _unrecorded(turn, case)):
        # What an old card says about now belongs to a consultation of now, not to one that was sent or ended.
        return await _record(turn, case if case.state == "asking" else await _begun(turn), late)
    if case.state not in ("asking", "sent"):
        raise Refusal("This consultation is not open for answers.")
    picture = Picture(turn.book, turn.charity, case, replay(turn.book, turn.charity, case))
    event = turn.event
    if "q" in event.carry:
        question = _question(picture, event.carry["q"])
        values = {question.id: event.carry.get("a", "")}
    else:
        try:
            screen, questions = shown(picture, event.carry.get("s", ""), again="again" in event.carry)
        except KeyError as odd:
            raise Refusal("This question does not apply any more.") from odd
        values = _submitted(turn, screen, questions)
        if missing := [q.ask for q in questions if q.id not in values]:
            notice = f"Please choose an answer: {missing[0]}"
            return Show(case_card(await turn.picture(case), notice=notice))
    for id, value in values.items():
        if value not in [option.value for option in _question(picture, id).choices]:
            raise Refusal("That answer is not one of the choices. Press one of the buttons on the card.")
    if case.state == "sent" and values and all(case.values.get(id) == value for id, value in values.items()):
        return Show(case_card(await turn.picture(case)))  # asked again, and nothing has changed
    if case.state == "sent" and not set(values) <= set(picture.walked.unknown):
        raise Refusal("This was sent. Press “Take back and change” first, then change your answer.")
    return await _record(turn, case, values)


async def ask_again(turn: Turn) -> Reply:
    """Show an earlier screen again, to be changed."""
    case = await turn.mine()
    picture = await turn.picture(case)
    try:
        screen, questions = shown(picture, turn.event.carry.get("s", ""), again=True)
    except KeyError:
        return Show(case_card(picture, notice="This question does not apply any more."))
    return Show(again_card(picture, screen, questions))


async def review(turn: Turn) -> Reply:
    """Every answer so far, each with the way to change it."""
    case = await turn.mine()
    picture = await turn.picture(case)
    blocks: list[Block] = []
    for screen in answered_screens(picture.book, picture.walked.asked):
        questions = [q for q in picture.book.questions if q.screen == screen.id and q.id in picture.walked.asked]
        lines = [
            answer_line(question, case.values[question.id])
            for question in questions
            if not (screen.kind == "ticks" and case.values[question.id] == "no")
        ]
        lines = lines or [f"{screen.ask} Nothing ticked."]
        blocks.append(Points(tuple(lines)))
        if case.state == "asking":
            hint = f"Change: {title(screen, questions)}"
            blocks.append(Buttons((Button("Change", "ask", carry(picture, s=screen.id), hint=hint),)))
    ways = [Button("Go back to the checklist", "open", {"c": case.id}, "main")]
    if not case.practice:
        ways.append(Button("Use our own reference", "name", {"c": case.id}))
    blocks.append(Buttons(tuple(ways)))
    return Show(Card("Your answers", tuple(blocks), danger=turn.book.emergency.line))


async def pause(turn: Turn) -> Reply:
    """Put it aside; every answer is kept."""
    case = await turn.mine()
    if case.state != "asking":
        raise Refusal("Only a checklist that is still being answered can be paused.")
    case = await turn.step(case, state="paused")
    turn.note("consultation paused", case)
    return Show(case_card(await turn.picture(case)))


async def stop(turn: Turn) -> Reply:
    """End it before anything is sent. The record stays."""
    case = await turn.mine()
    if case.state not in ("asking", "paused"):
        raise Refusal("This was sent already. Press “Take back and change” first.")
    case = await turn.step(case, state="withdrawn")
    turn.note("consultation stopped", case)
    picture = await turn.picture(case)
    await watch(turn.tx, picture)
    return Show(case_card(picture))


async def _begun(turn: Turn, *, practice: bool | None = None) -> Consultation:
    """A new consultation whose card stands where the answer to this event will stand.

    Unless it is said, what begins by answering a card of a practice is a practice.
    """
    if practice is None:
        practice = turn.about.practice if turn.about else _answers_a_practice(turn)
    case = await turn.tx.cases.open(
        turn.person.id,
        reference=await _reference(turn, practising.PREFIX if practice else turn.charity.reference_prefix),
        book_id=turn.book.id,
        book_version=turn.book.version,
        practice=practice,
    )
    turn.begun = case
    turn.note("practice opened" if practice else "consultation opened", case)
    if practice:
        end = turn.now + practising.LASTS
        await turn.tx.outbox.put("timer", f"{DESTROY}:{case.id}", {"timer": DESTROY, "case": case.id}, run_at=end)
    await _keep_out_here_too(turn, case)
    await turn.show_here(case, "checklist")
    return case


def _answers_a_practice(turn: Turn) -> bool:
    """Whether the pressed card is one of a practice that is destroyed by now."""
    return practising.is_carried(turn.event.carry) and "q" in turn.event.carry


async def _keep_out_here_too(turn: Turn, case: Consultation) -> None:
    """Whoever hears nothing of this worker's other open consultations hears nothing of a new one.

    Nobody can know yet that it is about something else, and a subject must not be the one to be told that it got worse.
    """
    open_now = await turn.tx.cases.of(turn.person.id, OPEN)
    # Whom somebody kept out of a practice nobody keeps out of anything real, nor the other way round.
    others = {each.id for each in open_now if each.practice == case.practice} - {case.id}
    about = turn.about
    if about is not None and about.requester_id == turn.person.id and about.practice == case.practice:
        others.add(about.id)  # the pressed card's, also where it has ended
    out: set[str] = set()
    for id in sorted(others):
        other = await turn.tx.cases.get(id)
        book = turn.office.books.get(other.book_id, turn.book)
        out |= (await people_around(turn.tx, book, turn.charity, other)).not_told()
    if out:
        await turn.tx.cases.bar(case.id, out)
        # No names: somebody may have put themselves out, and the worker was not told why.
        turn.notice = f"{turn.notice} Who is kept out of your other open cases is kept out here too.".strip()
        turn.note("kept from people", case)


async def _record(turn: Turn, case: Consultation, values: dict[str, str]) -> Reply:
    text = turn.book.emergency
    urgent = values.get(text.question, "") in text.values
    # "I have rung" was about the danger of then. This yes is about now: it has its own card, call and people told.
    alarmed = case.values.get(text.question) in text.values and case.values.get(text.called, "") in _waits(turn.book)
    if urgent and alarmed:
        # What was written down since was about the danger of then, too.
        said, lanes = case.answers[text.question].at, {lane.id for lane in turn.book.lanes if lane.immediate}
        done = await turn.tx.cases.disclosures(case.id)
        alarmed = not any(each.lane in lanes and each.at >= said for each in done)
    if urgent and text.called not in values and case.values.get(text.called) and text.called in turn.book.stop_until:
        values = {**values, text.called: _waits(turn.book)[-1]}
    forgotten, why = about_the_old(turn.book, case, values)
    case = await turn.step(case, values)
    if forgotten:
        case = await turn.tx.cases.forget(case, forgotten)
    gone = {"asked_again": " ".join(sorted(forgotten))} if forgotten else {}
    turn.note("answered", case, version=str(case.version), **gone)
    picture = await turn.picture(case, everything=False)
    if picture.circle is None and any(each.id in values for each in dangers(picture)):
        picture = await turn.picture(case)  # a danger was ticked: if it lies there, somebody asks tomorrow
    if urgent and not alarmed:
        await _tell_of_emergency(turn, case)
    if case.state == "sent":
        picture = await bring_up_to_date(turn, case)
    else:
        await watch(turn.tx, picture)
    await tell_on_duty(turn, picture)
    if not why and not urgent and values.get(text.called, "") not in _waits(turn.book) and picture.circle:
        why = f"You rang 999. {told_sentence(picture)} The next questions can wait: you may press “Pause”."
    return Show(case_card(picture, notice=why))


def _waits(book: Book) -> tuple[str, ...]:
    """What stands for "not rung yet": no answer, and the book's own word for it where it has one."""
    return "", *(value for id, value in book.stop_until.items() if id == book.emergency.called)


async def _tell_of_emergency(turn: Turn, case: Consultation) -> None:
    """The safeguarding lead and the on-call trustee, nobody else, and nothing of the case. A practice wakes neither."""
    picture = await turn.picture(case)
    if not asleep(picture):
        _, people = await held(turn, picture, lambda seen: seen.around.on_duty())
        await turn.tell(case, "told", people)
    turn.note("emergency card shown", case)
    if case.practice:
        return  # nobody is asked afterwards what was done
    await turn.tx.outbox.put(
        "timer",
        f"emergency record:{case.id}",
        {"timer": "emergency_record", "case": case.id},
        run_at=turn.now + EMERGENCY_REMINDER,
    )


def _unrecorded(turn: Turn, case: Consultation) -> dict[str, str]:
    """The yes that brought the 999 card and could not be recorded, with the word that 999 was rung; {} if it was."""
    text, carried = turn.book.emergency, turn.event.carry
    if case.values.get(text.question) in text.values or carried.get("e") not in text.values:
        return {}
    if carried.get("a") not in [option.value for option in turn.book.question(text.called).options]:
        return {}
    return {text.question: carried["e"], text.called: carried["a"]}


def _submitted(turn: Turn, screen: Screen, questions: tuple[Question, ...]) -> dict[str, str]:
    fields = turn.event.fields
    if screen.kind != "ticks":
        return {q.id: one(turn.event, q.id) for q in questions if one(turn.event, q.id)}
    yes, unsure = fields.get(screen.id, ()), fields.get(f"{screen.id}.unsure", ())
    # Ticked and "not sure" at once: not sure is never the less careful reading, and yes says more, so yes stands.
    return {q.id: "yes" if q.id in yes else "unsure" if q.id in unsure else "no" for q in questions}


def _question(picture: Picture, id: str) -> Question:
    applies = {*picture.walked.asked, *picture.walked.unknown}
    try:
        question = picture.book.question(id)
    except KeyError as odd:
        raise Refusal("This question is not in the book any more. Open the checklist again.") from odd
    if question.id not in applies:
        raise Refusal("This question does not apply any more.")
    return question


def _emergency_screen(picture: Picture) -> str:
    return picture.book.question(picture.book.emergency.question).screen


async def _reference(turn: Turn, prefix: str) -> str:
    """A new case reference, such as JU-2026-0417: never a name, and never the shape of an identifier."""
    for digits in (4, 4, 4, 5, 5, 6):
        number = secrets.randbelow(10**digits)
        reference = f"{prefix}-{turn.now.year}-{number:0{digits}d}"
        if not await turn.tx.cases.reference_taken(reference):
            return reference
    raise Refusal("We could not make a new case reference. Please press again.")
