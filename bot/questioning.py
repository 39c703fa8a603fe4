"""The card that asks: one screen of the book at a time, how far along one is, and the way back.

The rule to keep: every press carries the consultation, its version and the screen; the server checks all three.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Block, Button, Buttons, Card, Choice, Heading, Notice, Pick, Points, Progress, Say, Ticks
from bot.picture import Picture
from bot.wording import names, whom_to_ring
from policy.book import Book, Question, Screen
from policy.presses import SO_FAR
from policy.walk import Asking

MOST_BUTTONS = 5
"""More options than this are a list to choose from: a wall of buttons is hard to read on a phone."""


def question_card(picture: Picture, walked: Asking, *, notice: str = "") -> Card:
    """The question that comes next."""
    blocks: list[Block] = [Progress(walked.step, walked.about)]
    if notice:
        blocks.append(Notice(notice))
    blocks += ask(picture, walked.screen, walked.questions)
    so_far = [v for v in walked.lanes if v.lane.protective and not v.lane.immediate and v.settled]
    if so_far:
        blocks.append(Heading("So far"))
        blocks.append(Points(tuple(f"{v.lane.title}: {v.outcome.title}" for v in so_far)))
    if can_send_so_far(picture):
        blocks.append(Buttons((Button("Send what we have so far", "send", carry(picture)),)))
    blocks.append(Buttons(_ways(picture)))
    if picture.in_emergency:
        blocks.append(Say(f"{told_sentence(picture)} Must anybody here not know?"))
        blocks.append(Buttons((Button("Someone must not know", "bar", carry(picture)),)))
    return _card(picture, blocks, title(walked.screen, walked.questions))


def again_card(picture: Picture, screen: Screen, questions: Sequence[Question]) -> Card:
    """An earlier screen, shown again with its answers, to be changed."""
    intro: list[Block] = [Notice("You can change this. Your other answers are kept where they still fit.")]
    back = Button("Leave it as it is", "open", {"c": picture.case.id})
    blocks: list[Block] = [*intro, *ask(picture, screen, questions, again=True), Buttons((back,))]
    return _card(picture, blocks, title(screen, questions))


def title(screen: Screen, questions: Sequence[Question]) -> str:
    """What a screen is called: a form that has one thing left to ask is that question."""
    return questions[0].ask if screen.kind == "form" and len(questions) == 1 else screen.ask


def ask(picture: Picture, screen: Screen, questions: Sequence[Question], *, again: bool = False) -> list[Block]:
    """The inputs of one screen, with the answers given before. `again`: all of it is shown, to be changed."""
    given = picture.case.values
    blocks: list[Block] = []
    if screen.why:
        blocks.append(Say(screen.why, quiet=True))
    if screen.kind == "ticks":
        blocks.append(
            Ticks(
                id=screen.id,
                label="Mark all that fit. Blank means no.",
                choices=tuple(Choice(question.id, question.ask, question.help) for question in questions),
                chosen=tuple(q.id for q in questions if given.get(q.id) == "yes"),
                unsure=any("unsure" in _values(q) for q in questions),
                unsure_chosen=tuple(q.id for q in questions if given.get(q.id) == "unsure"),
            )
        )
        blocks.append(_next(picture, screen, again=again))
        return blocks
    alone = len(questions) == 1
    for question in questions:
        many = len(question.choices) > MOST_BUTTONS
        if alone and not many:
            if question.help:
                blocks.append(Say(question.help))
            blocks.append(
                Buttons(tuple(_option(picture, screen, question, o.value, o.label) for o in question.choices))
            )
        else:
            choices = tuple(Choice(option.value, option.label) for option in question.choices)
            label = "Choose the one that fits best" if alone else question.ask
            blocks.append(Pick(question.id, label, choices, given.get(question.id, ""), hint=question.help))
    if any(isinstance(block, Pick) for block in blocks):
        blocks.append(_next(picture, screen, again=again))
    return blocks


def shown(picture: Picture, screen_id: str, *, again: bool) -> tuple[Screen, tuple[Question, ...]]:
    """A screen and the questions that its card shows. KeyError for a screen the book has not, or that is not asked.

    The card that comes next shows only what has no answer yet; a tick that was not on it must not be read as a no.
    """
    book, walked = picture.book, picture.walked
    if not again and isinstance(walked, Asking) and walked.screen.id == screen_id:
        return walked.screen, walked.questions
    screen = next((screen for screen in book.screens if screen.id == screen_id), None)
    applies = {*walked.asked, *walked.unknown}
    questions = tuple(q for q in book.questions if q.screen == screen_id and q.id in applies)
    if screen is None or not questions:
        raise KeyError(screen_id)
    return screen, questions


def answered_screens(book: Book, asked: Sequence[str]) -> list[Screen]:
    """The screens that have been answered, in the order of the book."""
    done = {question.screen for question in book.questions if question.id in asked}
    return [screen for screen in book.screens if screen.id in done]


def can_send_so_far(picture: Picture) -> bool:
    """Whether the protective lanes may be sent although questions are left."""
    walked = picture.walked
    return (
        isinstance(walked, Asking)
        and walked.step > SO_FAR
        and picture.case.state in ("asking", "paused")
        and any(v.lane.protective and not v.lane.immediate for v in walked.lanes)
    )


def answer_line(question: Question, value: str) -> str:
    """A question and its answer as one line; a tick is its own sentence."""
    label = next((option.label for option in question.choices if option.value == value), value)
    if "?" in question.ask:
        return f"{question.ask} {label}"
    return question.ask if value == "yes" else f"{label}: {question.ask}"


def told_sentence(picture: Picture) -> str:
    """Who was asked to ring the worker in an emergency, by name, as it really is."""
    if asleep(picture):
        would = names(picture.around.on_duty(), "and") or "nobody"
        return f"A practice wakes nobody: nobody was told. If this were real, we would ask {would} to ring you."
    people = [person for person in picture.around.on_duty() if person.id not in picture.unreached]
    if not people:
        return f"Nobody here could be asked to ring you. {whom_to_ring(picture.around)}"
    asked = "is asked" if len(people) == 1 else "are asked"
    said = f"{names(people, 'and')} {asked} to ring you. They are told nothing about the case."
    others = [person for person in picture.around.on_duty() if person.id in picture.unreached]
    ring = whom_to_ring(picture.around, but={person.id for person in people})
    return f"{said} No message reaches {names(others, 'and')}. {ring}" if others else said


def asleep(picture: Picture) -> bool:
    """Whether the danger of a practice was ticked when nobody is to be woken: then nobody is told of it, ever."""
    said = picture.case.answers.get(picture.book.emergency.question)
    return picture.case.practice and said is not None and picture.charity.waking.waking(said.at) > said.at


def carry(picture: Picture, **more: str) -> dict[str, str]:
    """What every button of a consultation's card carries."""
    return {"c": picture.case.id, "v": str(picture.case.version), **more}


def _ways(picture: Picture) -> tuple[Button, ...]:
    answered = answered_screens(picture.book, picture.walked.asked)
    ways = []
    if answered:
        ways.append(Button("Back", "ask", carry(picture, s=answered[-1].id)))
        ways.append(Button("My answers", "review", carry(picture)))
    ways.append(Button("Pause", "pause", carry(picture)))
    ways.append(Button("Hand over", "hand_over", carry(picture)))
    return tuple(ways)


def _next(picture: Picture, screen: Screen, *, again: bool) -> Buttons:
    whole = {"again": "yes"} if again else {}
    return Buttons((Button("Next", "answer", carry(picture, s=screen.id, **whole), "main"),))


def _option(picture: Picture, screen: Screen, question: Question, value: str, label: str) -> Button:
    chosen = picture.case.values.get(question.id) == value
    return Button(
        f"{label} (your answer)" if chosen else label,
        "answer",
        carry(picture, s=screen.id, q=question.id, a=value),
        "danger"
        if question.id == picture.book.emergency.question and value in picture.book.emergency.values
        else "plain",
        hint=f"{question.ask} {label}",
    )


def _values(question: Question) -> tuple[str, ...]:
    return tuple(option.value for option in question.choices)


def _card(picture: Picture, blocks: list[Block], title: str) -> Card:
    reference = Say(f"Case {picture.case.reference}", quiet=True)
    return Card(title, (*blocks, reference), danger=picture.book.emergency.line)
