"""Which card stands in which copy: every card that was sent can be drawn again from the state as it is now."""

from __future__ import annotations

from bot.approvals import approval_card, told_card
from bot.cards import Card, Say
from bot.consultation import case_card
from bot.picture import Picture
from bot.reminders import reminder_card
from storage.posts import RETIRED
from storage.records import Person, Post


def copy_card(picture: Picture, post: Post, person: Person) -> Card:
    """The card of this copy, for the person it was sent to."""
    if not person.active:
        return _closed_card(picture)
    match post.kind:
        case "approval":
            return approval_card(picture, person)
        case "told":
            return told_card(picture, person)
        case kind if kind.startswith(RETIRED):
            return _retired_card(picture)
        case "reminder":
            return reminder_card(picture)
        case _:
            return case_card(picture)


def _closed_card(picture: Picture) -> Card:
    """For somebody who has left: the reference, and nothing of its content."""
    text = Say("Nothing is needed from you here.")
    return Card(f"Case {picture.case.reference}", (text,), danger=picture.book.emergency.line)


def _retired_card(picture: Picture) -> Card:
    text = Say("This went on in a newer message below. Nothing is needed here.")
    return Card(f"Case {picture.case.reference}", (text,), danger=picture.book.emergency.line)
