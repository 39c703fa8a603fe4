"""Which card stands in which copy: every card that was sent can be drawn again from the state as it is now."""

from __future__ import annotations

from bot import by_phone, decided, looks, together
from bot.afterwards import chasing, look_cards
from bot.afterwards.reminders import reminder_card
from bot.cards import Card, Say
from bot.consultation import case_card
from bot.deciding import passing, questions, rungs, unreached
from bot.deciding.approval_card import approval_card, told_card
from bot.deciding.approvals import DECIDED
from bot.deciding.requests import still_told
from bot.follow_through import missing
from bot.keeping import cards as keeping
from bot.leads import beside, handing, reopening, unheld
from bot.phone.hiding import can_hide, hidden_card, is_hidden, with_hide
from bot.phone.locked import locked_copy
from bot.picture import Picture
from bot.practice import marked
from bot.sight import waiting
from storage.posts import RETIRED
from storage.records import Person, Post


def copy_card(picture: Picture, post: Post, person: Person | None) -> Card:
    """The card of this copy, for whose account it stands on now: it is live for the person it was sent to alone."""
    card = _copy(picture, post, person)
    return marked(card) if picture.case.practice else card


def _copy(picture: Picture, post: Post, person: Person | None) -> Card:
    if person is None or not person.active or person.id != post.person_id:
        return _closed_card(picture)
    if person.locked:
        return locked_copy(picture)
    if is_hidden(picture, post):
        return hidden_card(picture.case, post.kind, picture.book.emergency.line)
    card = _card_of(picture, post, person)
    return with_hide(picture, card, post.kind) if can_hide(picture, post.kind, card) else card


def _card_of(picture: Picture, post: Post, person: Person) -> Card:
    mine = person.id == picture.case.requester_id
    match post.kind:
        case "approval":
            return approval_card(picture, person)
        case "told":
            card = told_card(picture, person)
            return rungs.escalated(picture, person, card) if still_told(picture, person) else card
        case by_phone.CONFIRM:
            return by_phone.confirm_card(picture, person)
        case by_phone.UNCONFIRMED:
            return by_phone.unconfirmed_card(picture, person)
        case by_phone.DENIED if mine:
            return by_phone.denied_card(picture)
        case looks.KIND:
            return look_cards.look_card(picture, person)
        case look_cards.NOT_WRITTEN:
            return look_cards.not_written_card(picture, person)
        case look_cards.AGAIN if mine:
            return look_cards.again_card(picture)
        case looks.UNFINISHED if mine:
            return looks.unfinished_card(picture)
        case looks.NO_LEAD if mine:
            return looks.no_lead_card(picture)
        case together.KIND:
            return together.there_card(picture, person)
        case together.LEAD:
            return together.lead_card(picture, person)
        case kind if kind.startswith(RETIRED):
            return _retired_card(picture)
        case keeping.ENDS if mine:
            return keeping.ends_card(picture)
        case "reminder" if mine:
            return reminder_card(picture)
        case chasing.KIND if mine:
            return chasing.chase_card(picture)
        case chasing.LEAD:
            return chasing.chase_lead_card(picture, person)
        case kind if kind == unreached.KIND and mine:
            return unreached.unreached_card(picture)
        case rungs.KIND if mine:
            return rungs.nobody_yet_card(picture)
        case questions.ASKED if mine:
            return questions.question_card(picture)
        case questions.ANSWERED:
            return questions.answered_card(picture, person)
        case kind if kind == DECIDED and mine:
            return decided.decided_card(picture)
        case passing.KIND if mine:
            return passing.passed_card(picture)
        case beside.KIND:
            return beside.beside_card(picture, person)
        case unheld.KIND:
            return unheld.unheld_card(picture, person)
        case reopening.KIND if mine:
            return reopening.reopened_card(picture)
        case "checklist" if mine:
            return case_card(picture)
        case "checklist" | handing.KIND:
            return handing.handed_card(picture, person)
        case _:
            return _closed_card(picture)


def has_news(picture: Picture, post: Post, person: Person) -> bool:
    """Whether this copy has anything to say to somebody who has nothing of it yet."""
    if post.kind.startswith(RETIRED) or person.locked:
        return False
    if post.kind == handing.KIND:
        return handing.knows(picture, person)
    if post.kind == together.KIND:
        # Also somebody who held it before: they were there.
        return bool(together.asks(picture, person)) or person in together.to_tell(picture)
    if person.id == picture.case.requester_id:
        if post.kind == looks.UNFINISHED:
            return looks.half_way(picture)
        if post.kind == keeping.ENDS:
            return picture.case.state == "paused"
        if post.kind == rungs.KIND:
            return any(rungs.unanswered(picture, request) for request in picture.requests)
        if post.kind == questions.ASKED:
            return bool(questions.to_answer(picture))
        if post.kind == chasing.KIND:
            return picture.case.state == "sent"
        return post.kind != unreached.KIND or bool(picture.late)
    if picture.around.why_untold(person):
        return False
    match post.kind:
        case unheld.KIND:
            return unheld.may_know(picture, person)
        case "approval":
            return bool(waiting(picture, person))
        case beside.KIND:
            return beside.may_see(picture, person)
        case by_phone.CONFIRM:
            return bool(by_phone.to_confirm(picture, person))
        case by_phone.UNCONFIRMED:
            return not picture.around.why_mute(person) and bool(by_phone.not_confirmed(picture))
        case looks.KIND:
            return bool(looks.open_looks(picture, person))
        case look_cards.NOT_WRITTEN:
            return look_cards.unwritten_emergency(picture)
        case chasing.LEAD:
            return bool(missing(picture))
        case together.LEAD:
            return not picture.around.why_mute(person) and bool(together.lacking(picture))
        case questions.ANSWERED:
            return bool(questions.answered(picture, person))
        case _:
            return still_told(picture, person)


def _closed_card(picture: Picture) -> Card:
    """For somebody who has left, or has somebody else's account: the reference, and nothing of its content."""
    text = Say("Nothing is needed from you here.")
    return Card(f"Case {picture.case.reference}", (text,), danger=picture.book.emergency.line)


def _retired_card(picture: Picture) -> Card:
    text = Say("This went on in a newer message. Nothing is needed here.")
    return Card(f"Case {picture.case.reference}", (text,), danger=picture.book.emergency.line)
