"""Which card stands in which copy: every card that was sent can be drawn again from the state as it is now."""

from __future__ import annotations

from bot import by_phone, rungs, unreached
from bot.approvals import approval_card, told_card
from bot.cards import Card, Say
from bot.consultation import case_card
from bot.picture import Picture
from bot.reminders import reminder_card
from bot.requests import still_told
from bot.sight import waiting
from storage.posts import RETIRED
from storage.records import Person, Post


def copy_card(picture: Picture, post: Post, person: Person | None) -> Card:
    """The card of this copy, for whose account it stands on now: it is live for the person it was sent to alone."""
    if person is None or not person.active or person.id != post.person_id:
        return _closed_card(picture)
    mine = person.id == picture.case.requester_id
    match post.kind:
        case "approval":
            return rungs.escalated(picture, person, approval_card(picture, person))
        case "told":
            card = told_card(picture, person)
            return rungs.escalated(picture, person, card) if still_told(picture, person) else card
        case by_phone.CONFIRM:
            return by_phone.confirm_card(picture, person)
        case by_phone.UNCONFIRMED:
            return by_phone.unconfirmed_card(picture, person)
        case by_phone.DENIED if mine:
            return by_phone.denied_card(picture)
        case kind if kind.startswith(RETIRED):
            return _retired_card(picture)
        case "reminder" if mine:
            return reminder_card(picture)
        case kind if kind == unreached.KIND and mine:
            return unreached.unreached_card(picture)
        case rungs.KIND if mine:
            return rungs.nobody_yet_card(picture)
        case "checklist" if mine:
            return case_card(picture)
        case _:
            return _closed_card(picture)


def has_news(picture: Picture, post: Post, person: Person) -> bool:
    """Whether this copy has anything to say to somebody who has nothing of it yet."""
    if post.kind.startswith(RETIRED):
        return False
    if person.id == picture.case.requester_id:
        if post.kind == rungs.KIND:
            return any(rungs.unanswered(picture, request) for request in picture.requests)
        return post.kind != unreached.KIND or bool(picture.late)
    if picture.around.why_not(person):
        return False
    match post.kind:
        case "approval":
            return bool(waiting(picture, person))
        case by_phone.CONFIRM:
            return bool(by_phone.to_confirm(picture, person))
        case by_phone.UNCONFIRMED:
            return bool(by_phone.not_confirmed(picture))
        case _:
            return still_told(picture, person)


def _closed_card(picture: Picture) -> Card:
    """For somebody who has left, or has somebody else's account: the reference, and nothing of its content."""
    text = Say("Nothing is needed from you here.")
    return Card(f"Case {picture.case.reference}", (text,), danger=picture.book.emergency.line)


def _retired_card(picture: Picture) -> Card:
    text = Say("This went on in a newer message. Nothing is needed here.")
    return Card(f"Case {picture.case.reference}", (text,), danger=picture.book.emergency.line)
