"""What whoever decides asked the worker, as it is drawn: for the worker, and for the one who asked.

The rule to keep: a card says that something was asked or answered, and never what.
"""

from __future__ import annotations

from bot.cards import Block, Button, Buttons, Card, Notice, Say, Small
from bot.deciding.approval_card import READS
from bot.picture import Picture
from bot.sight import AskedBack, asked_back, unanswered_questions, waiting
from bot.wording import at
from storage.records import Person

ASKED = "question"
"""The kind of the worker's message: somebody who has to decide asks them something."""

ANSWERED = "reply"
"""The kind of the message to whoever asked: the worker has answered."""

ANSWERS = "reply"
"""The action that opens the form in which the worker answers."""


def to_answer(picture: Picture) -> list[Block]:
    """For the worker: who waits for an answer, and the two ways to it."""
    blocks: list[Block] = []
    for each in unanswered_questions(picture):
        who = picture.name(each.question.person_id)
        carried = {"c": picture.case.id, "t": each.question.id}
        blocks += [
            Notice(f"{who} asks you something before they decide. You can also ring them.", "warning"),
            Buttons((Button("Read it and answer", ANSWERS, carried, "main", hint=f"Read and answer {who}"),)),
        ]
    return blocks


def question_card(picture: Picture) -> Card:
    """The worker's own message, because a card that is only edited alerts nobody."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    blocks = to_answer(picture)
    if not blocks:
        sent = any(e.reply and e.request.state == "pending" for e in asked_back(picture, picture.requests))
        text = Say("Your answer is sent. They decide next." if sent else "No answer is needed from you here any more.")
        return Card(f"Case {picture.case.reference}", (text,), danger=danger)
    return Card(
        "Somebody asks you something",
        (*blocks, reference),
        danger=danger,
        summary="Confer: a colleague asks you something",
    )


def answered(picture: Picture, person: Person) -> list[AskedBack]:
    """What this person asked, can still decide on, and has an answer to; oldest first."""
    mine = asked_back(picture, [each for _, verdict in waiting(picture, person) for each in picture.about(verdict)])
    return [each for each in mine if each.reply and each.question.person_id == person.id]


def answered_card(picture: Picture, person: Person) -> Card:
    """For whoever asked: that there is an answer, and the ways to it and to their decision."""
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    blocks: list[Block] = []
    for each in answered(picture, person):
        if each.reply:
            when = at(each.reply.at, picture.charity)
            carried = {"c": picture.case.id, "t": each.question.id}
            blocks.append(Notice(f"{picture.name(each.reply.person_id)} answered you at {when}."))
            blocks.append(Buttons((Button("Read the answer", READS, carried, "main"),)))
    if not blocks:
        text = Say("Nothing is needed from you here.")
        return Card(f"Case {picture.case.reference}", (text,), danger=danger)
    blocks.append(Buttons((Button("Open it to decide", "decide", {"c": picture.case.id}),)))
    return Card(
        "You have an answer", (*blocks, reference), danger=danger, summary="Confer: a colleague has answered you"
    )
