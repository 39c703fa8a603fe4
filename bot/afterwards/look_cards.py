"""Second looks as they are drawn: the lead's message, the form they read and answer in, and the worker's messages.

The rule to keep: a message holds the reference and what kind of look it is; everything else is read behind a button.
"""

from __future__ import annotations

from bot.cards import Block, Button, Buttons, Card, Facts, Field, Form, Heading, Notice, Pick, Points, Say, Small, Text
from bot.cards import Choice as Option
from bot.follow_words import disclosure_line
from bot.forms import CHECKED, LIMIT
from bot.lanes import lane_facts, lane_title
from bot.looks import TITLES, dangers, not_shared, open_looks
from bot.phone.locked import about_worker
from bot.picture import Picture
from bot.questioning import answer_line
from bot.sight import beside, narrowed, proposed
from bot.wording import at, until
from policy.grounds import guarded, tellable
from policy.walk import Verdict
from storage.records import Look, LookKind, Person, SealedText

AGAIN = "look_again"
"""The kind of the worker's message: somebody asks them to look again."""

NOT_WRITTEN = "not_written"
"""The kind of the message to the leads: what was done in an emergency is not written down."""

AGREE, REOPEN, MISTAKE = "agree", "again", "mistake"

FOUND = Text("found", "What did you find?", "One line. No names.", LIMIT)
_KEEPS = {"emergency": "I have read it. Nothing more is needed", "not_shared": "I agree with this"}
_READ_AS = {
    "reason": "What would be said",
    "approved": "Why they agreed",
    "declined": "Why they said no",
    "spoken": "What they said by phone, as the worker wrote it down",
    "departure": "Why the worker went further",
    "done": "What was done",
    "correction": "A correction of what was done",
    "look": "What a second look found",
}


def look_card(picture: Picture, person: Person) -> Card:
    """For a lead: which look is due and by when; afterwards who has done it."""
    danger, case = picture.book.emergency.line, picture.case
    reference = Small(f"Case {case.reference}.")
    due = open_looks(picture, person)
    if not due:
        done = [] if picture.around.why_not(person) else [each for each in picture.looks if each.done_by]
        said = [f"{picture.name(each.done_by or '')} has looked at this, {_when(picture, each)}." for each in done]
        text = Say(" ".join(said) or "Nothing is needed from you here.")
        return Card(f"Case {case.reference}", (text, reference), danger=danger)
    blocks: list[Block] = [*about_worker(picture)]
    for each in due:
        label = "Read what was done" if each.kind == "emergency" else "Read it and answer"
        blocks.append(Heading(TITLES[each.kind]))
        blocks.append(Say(f"Please read it and say what you found, by {until(each.due_at, picture.charity)}."))
        blocks.append(Buttons((Button(label, "look", {"c": case.id, "k": each.kind}, "main", TITLES[each.kind]),)))
    blocks.append(
        Say(f"It is a consultation of {picture.name(case.requester_id)}. Ring them if you need to.", quiet=True)
    )
    return Card(
        "Please take a second look", (*blocks, reference), danger=danger, summary="Confer: a second look is due"
    )


def again_card(picture: Picture) -> Card:
    """The worker's own message: it asks, it does not blame."""
    case = picture.case
    words = "Somebody read this and asks you to look at it again. You did nothing wrong by asking first."
    blocks: list[Block] = [Notice(words, "warning")]
    if case.state in ("sent", "asking", "paused"):
        blocks.append(Say("Open it. Read why. Then change your answers, go further, or talk it over with them."))
        buttons = (
            Button("Open it", "open", {"c": case.id}, "main"),
            Button("Read why", "read", {"c": case.id}),
        )
        blocks.append(Buttons(buttons))
    blocks.append(Small(f"Case {case.reference}."))
    return Card("Please look again", tuple(blocks), danger=picture.book.emergency.line, summary="Confer: open this now")


def not_written_card(picture: Picture, person: Person) -> Card:
    """For the leads: whom to ring, and nothing of the case."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    if picture.around.why_untold(person) or not unwritten_emergency(picture):
        text = Say("It is written down, or not needed any more. Nothing is needed from you here.")
        return Card(f"Case {picture.case.reference}", (text, reference), danger=danger)
    worker = picture.person(picture.case.requester_id)
    name = worker.name if worker else "the worker"
    ring = f"Please ring {name}" + (f": {worker.telephone}." if worker and worker.telephone else ".")
    blocks: tuple[Block, ...] = (
        *about_worker(picture),
        Notice(f"{_saw(picture, name)} What was done is not yet written down.", "warning"),
        Say(f"{ring} Ask how they are first."),
        Say("This message says nothing about the case, on purpose. Do not ask for details in chat.", quiet=True),
        reference,
    )
    return Card("Not yet written down", blocks, danger=danger, summary="Confer: please ring a colleague")


def _saw(picture: Picture, name: str) -> str:
    """Whoever took it over never saw the card."""
    return "A 999 card was shown in this case." if picture.handovers else f"{name} saw the 999 card."


def unwritten_emergency(picture: Picture) -> bool:
    """Whether somebody is or was in danger, and neither is it written down since nor has a second person looked."""
    said = picture.case.answers.get(picture.book.emergency.question)
    if not picture.in_emergency or said is None:
        return False
    reviewed = any(
        each.kind == "emergency" and each.done_at is not None and each.done_at >= said.at for each in picture.looks
    )
    return not reviewed and not _written(picture)


def look_form(picture: Picture, kind: LookKind, words: list[tuple[SealedText, str]]) -> Form:
    """Everything this look is about, and the answer. `words`: the typed texts, opened."""
    fields: list[Field] = [Heading(TITLES[kind]), *about_worker(picture)]
    lanes = looked_at(picture, kind)
    worker = picture.person(picture.case.requester_id)
    telephone = f" on {worker.telephone}" if worker and worker.telephone else ""
    if kind == "emergency" and not _written(picture):
        fields.append(
            Notice(f"Nothing is written down yet. Ring {picture.name(picture.case.requester_id)}{telephone}.")
        )
    for verdict in lanes:
        shown = narrowed(picture, verdict)
        fields += [Heading(lane_title(shown)), Say(shown.outcome.plain)]
        if kind != "emergency":
            fields.append(lane_facts(picture, shown, asked=True))
        if lines := _answers(picture, verdict):
            fields += [Say("What the worker answered:"), Points(lines)]
    if not lanes and kind == "not_shared":
        fields.append(Say("The worker did not come to the end. What they ticked so far:"))
        told = [each for each in dangers(picture) if each.id not in guarded(picture.book)]
        lines = tuple(answer_line(each, picture.case.values[each.id]) for each in told)
        fields.append(Points(lines) if lines else Say("That stays with the worker. Ring them."))
    if kind in ("declined", "spoken"):
        fields.append(Facts(_decisions(picture, kind)))
    for text, opened in words:
        who, when = picture.name(text.person_id), at(text.at, picture.charity)
        fields += [
            Say(f"{_READ_AS.get(text.kind, text.kind)}. {who}, {when}", quiet=True),
            *_done(picture, text),
            Say(opened),
        ]
    keep = Option(AGREE, _KEEPS.get(kind, "I have read it. Nothing more is needed"))
    reopen = Option(REOPEN, "Look again: I ask the worker to open it once more")
    slip = Option(MISTAKE, "It was pressed by mistake: I asked the worker, and nobody is in danger")
    says = (keep, *((slip,) if by_mistake(picture, kind) else ()), reopen)
    fields += [Pick("answer", "What do you say?", says), FOUND, CHECKED]
    carried = {"c": picture.case.id, "k": kind, "v": str(picture.case.version)}
    return Form("Second look", tuple(fields), "Keep this", "look.confirm", carried, picture.book.emergency.line)


def _done(picture: Picture, text: SealedText) -> list[Field]:
    """Of typed words about what was done: who was told, when and how."""
    return [Say(disclosure_line(picture, done)) for done in picture.disclosures if done.text_id == text.id]


def by_mistake(picture: Picture, kind: LookKind) -> bool:
    """Whether the lead may say that the emergency was none: the worker has taken their yes back."""
    return kind == "emergency" and not picture.in_emergency


def looked_at(picture: Picture, kind: LookKind) -> list[Verdict]:
    """The lanes this look is about, as far as they are still open."""
    match kind:
        case "emergency":
            return [verdict for verdict in picture.lanes if verdict.lane.immediate]
        case "not_shared":
            open_ = [each for each in picture.lanes if each.lane.protective and not each.lane.immediate]
            return not_shared(picture) or open_  # asked to look again, and it went out since
        case _:
            found = [proposed(picture, request) for request in picture.requests if request.id in _about(picture, kind)]
            return list({verdict.lane.id: verdict for verdict in found if verdict}.values())


def to_read(picture: Picture, kind: LookKind) -> list[SealedText]:
    """The typed words of a look, oldest first: what was done, would be said, and was decided, in its own lanes.

    As with whoever is asked to decide, words for all lanes at once are for nobody beside a lane not for everybody.
    """
    lanes = {verdict.lane.id for verdict in looked_at(picture, kind)}
    requests = _about(picture, kind) | {request.id for request in picture.requests if request.lane in lanes}
    if kind in ("declined", "spoken"):
        requests = _about(picture, kind)
    decisions = {picture.decisions[id].text_id for id in requests if id in picture.decisions}
    own = lanes | ({""} if not beside(picture, lanes) and kind != "emergency" else set())
    kinds = ("done", "correction", "departure", *(() if kind == "emergency" else ("reason",)))
    found = (text for text in picture.texts if text.kind in kinds and text.about in own)
    ids = {text.id for text in found} | decisions
    ids |= {each.text_id for each in picture.looks if each.kind == kind and each.text_id}
    return [text for text in picture.texts if text.id in ids]


def _about(picture: Picture, kind: LookKind) -> set[str]:
    """The ids of the requests that were declined, or agreed by phone."""
    if kind == "spoken":
        return set(picture.spoken)
    return {id for id, each in picture.decisions.items() if kind == "declined" and each.verdict == "declined"}


def _decisions(picture: Picture, kind: LookKind) -> tuple[tuple[str, str], ...]:
    rows = []
    for request in picture.requests:
        decision = picture.decisions.get(request.id)
        if decision is None or request.id not in _about(picture, kind):
            continue
        when = at(decision.at, picture.charity)
        if kind == "declined":
            rows.append(("Said no", f"{picture.name(decision.person_id)}, {when}"))
            continue
        spoken = picture.spoken[request.id]
        stands = {"yes": "has confirmed it", "no": "says: I did not agree"}.get(spoken.answer, "has not confirmed it")
        who = picture.name(decision.person_id)
        rows.append(("Agreed by phone", f"{who}, {when}, as {picture.name(spoken.recorded_by)} wrote. {who} {stands}"))
    return tuple(rows)


def _answers(picture: Picture, verdict: Verdict) -> tuple[str, ...]:
    """The fixed answers this lane rests on, but plain "no"s, and none that only another lane may repeat."""
    rests_on = tellable(picture.book, verdict.lane.id)
    values = picture.case.values
    return tuple(
        answer_line(question, values[question.id])
        for question in picture.book.questions
        if question.id in rests_on
        and question.id in picture.walked.asked
        and values.get(question.id) not in (None, "no")
    )


def _when(picture: Picture, look: Look) -> str:
    return at(look.done_at, picture.charity) if look.done_at else ""


def _written(picture: Picture) -> bool:
    said = picture.case.answers.get(picture.book.emergency.question)
    immediate = {verdict.lane.id for verdict in picture.lanes if verdict.lane.immediate}
    return any(done.lane in immediate and (said is None or done.at >= said.at) for done in picture.disclosures)
