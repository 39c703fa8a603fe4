"""The emergency card. Nothing stands between a worker and 999: this needs no database, no network and nobody to ask.

The rule to keep: every function here is pure and takes only the book, so that it works when everything else is down.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.cards import Block, Button, Buttons, Card, Form, Heading, Notice, Number, Numbers, Points, Say, Small
from bot.events import Event
from bot.practice import is_carried, marked
from policy.book import Book
from policy.screening import screen

_STARTS = "new"
_CODES = frozenset({"code", "pin", "new", "again"})
_CODE = re.compile(r"[0-9](?:[ \-\u00a0]*[0-9]){5}", re.ASCII)

_AFTER_WORDS = {
    "message": "We did not keep what you typed. The chat itself may still hold it.",
    "form": "Nobody is in danger any more? Close this. Your card then shows whether your form was taken.",
}


def at_once(event: Event, book: Book) -> Card | None:
    """The emergency card, when this event says (or may say) that somebody is in danger now; else None.

    What is pressed in a practice is practised; words that were typed there are taken in earnest, and so is the answer.
    """
    card = _at_once(event, book)
    return marked(card) if card is not None and is_carried(event.carry) and answers_yes(event, book) else card


def _at_once(event: Event, book: Book) -> Card | None:
    if answers_yes(event, book):
        return emergency_card(book, carry=dict(event.carry))
    if event.text and screen(event.text).emergency:
        return emergency_card(book, asked_by_words="message")
    # What we offered ourselves says nothing ("Which service?" "Ambulance"), whatever it is called.
    typed = ((id, text) for id, values in event.fields.items() if id not in event.chosen for text in values)
    if any(screen(text).emergency for id, text in typed if not _is_code(id, text)):
        return emergency_card(book, asked_by_words="form")
    return None


def answers_yes(event: Event, book: Book) -> bool:
    """Whether this press answers the emergency question with yes or not sure."""
    return (
        event.action in ("answer", _STARTS)
        and event.carry.get("q") == book.emergency.question
        and event.carry.get("a") in book.emergency.values
    )


def emergency_card(
    book: Book,
    *,
    carry: dict[str, str] | None = None,
    asked_by_words: Literal["", "message", "form"] = "",
    extra: tuple[Block, ...] = (),
) -> Card:
    """What to do now. `carry` (c, v) lets "I have rung" be pressed; without a consultation it starts one.

    `asked_by_words`: nobody pressed yes; the words were typed there. Whether a form's words are kept is not known yet.
    """
    text = book.emergency
    carry = carry or {}
    blocks: list[Block] = [
        Heading(text.first),
        Points(text.steps, numbered=True),
        Numbers(tuple(_number(book, id) for id in text.contacts)),
        Heading("Say to them"),
        Points(text.say),
    ]
    if asked_by_words:
        blocks.insert(0, Notice("What you typed may mean someone is in danger. If so, do this first.", "stop"))
        blocks.append(
            Buttons(
                (
                    Button("Yes, someone is in danger", _STARTS, {"q": text.question, "a": text.values[0]}, "danger"),
                    Button("No. Take me to the checklist", "start"),
                )
            )
        )
        blocks.append(Small(_AFTER_WORDS[asked_by_words]))
    else:
        after = {"c": carry.get("c", ""), "v": carry.get("v", ""), "q": text.called, "a": _rung(book)}
        if carry.get("q") == text.question:
            after["e"] = carry.get("a", "")  # if the yes itself could not be recorded, this press records both
        if after["c"]:
            blocks += [Say(text.after), Buttons((Button("I have rung 999", "answer", after, "main"),))]
        else:
            blocks.append(Say(text.after, quiet=True))
        blocks += extra
    return Card(
        title=text.title, blocks=tuple(blocks), danger=text.line, weight="stop", summary="Confer: open this now"
    )


def unrecorded_card(book: Book, numbers: tuple[Number, ...] = (), event: Event | None = None) -> Card:
    """The database cannot be reached. What happened, what is safe, what to do now; `event` can be pressed again."""
    blocks: list[Block] = [Notice("We could not save this press. Your earlier answers are safe.", "warning")]
    if event is not None:
        blocks += [
            Say("Is somebody in danger? Ring first. Then press this again."),
            Buttons((Button("Press again", event.action, dict(event.carry), "main"),)),
        ]
    else:
        blocks.append(Say("Is somebody in danger? Ring first. Then send it again, in a minute."))
        blocks.append(Say("Close this: what you ticked or typed is still there."))
    blocks.append(
        Say("If it cannot wait, ring your safeguarding lead or a trustee. Never ring somebody it may be about.")
    )
    if numbers:
        blocks.append(Numbers(numbers))
    return Card("Not recorded yet", tuple(blocks), danger=book.emergency.line, weight="warning")


def emergency_only_card(book: Book, missing: list[str]) -> Card:
    """The charity's settings are not complete: only the emergency text can be relied on."""
    card = emergency_card(book)
    notice = Notice("This bot is not set up yet. Please use it only for the emergency numbers.", "warning")
    needs = Small("Still missing, for your administrator: " + "; ".join(missing) + ".")
    return Card(card.title, (notice, *card.blocks, needs), danger=card.danger, weight="stop")


def with_line(form: Form, book: Book) -> Form:
    """The form with the 999 line on top."""
    return Form(form.title, form.fields, form.submit, form.action, form.carry, danger=book.emergency.line)


def _is_code(field: str, text: str) -> bool:
    """Whether this is six digits of a factor or PIN, such as 999 123, which say nothing. 999 alone is no code."""
    return field in _CODES and _CODE.fullmatch(text.strip()) is not None


def _rung(book: Book) -> str:
    """The book's own value for "I have rung": the first answer that does not keep everything else waiting."""
    waits = book.stop_until.get(book.emergency.called)
    return next((o.value for o in book.question(book.emergency.called).options if o.value != waits), "")


def _number(book: Book, id: str) -> Number:
    contact = book.contacts[id]
    return Number(contact.name, contact.number, contact.use)
