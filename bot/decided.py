"""The worker's own message after every yes and every no, and where a yes is gone: what to do now, where it stands.

The rule to keep: it is a new message, because a card that is only edited alerts nobody; the lock screen says no more.
"""

from __future__ import annotations

from bot.cards import Block, Button, Buttons, Card, Heading, Notice, Numbers, Say, Small
from bot.deciding.approval_card import ledger_line
from bot.lanes import lane_numbers
from bot.picture import Picture
from bot.proposal import sent_title, where_it_stands
from bot.second_opinion import danger_again, one_and_the_same
from policy.walk import Verdict


def decided_card(picture: Picture) -> Card:
    """Where each part stands that somebody has decided, its next step first; nothing once it was taken back.

    Also where a yes no longer counts: what it said before, that the worker can go on, stands in no newer message.
    """
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    lanes = [verdict for verdict in picture.lanes if _answered(picture, verdict)]
    if picture.case.state != "sent" or not lanes:
        back = picture.case.state in ("asking", "paused")
        text = Say("You took this back. Look at your card." if back else "This is settled by now. Look at your card.")
        return Card(f"Case {picture.case.reference}", (text, reference), danger=danger)
    blocks: list[Block] = []
    for verdict in lanes:
        blocks += [Heading(verdict.lane.title)] if len(picture.lanes) > 1 else []
        blocks += _lane(picture, verdict)
    blocks.append(Buttons((Button("Open your card", "open", {"c": picture.case.id}, "main"),)))
    small = (reference, *ledger_line(picture))
    return Card(sent_title(picture), (*blocks, *small), danger=danger, summary="Confer: please open this now")


def _lane(picture: Picture, verdict: Verdict) -> list[Block]:
    stands = where_it_stands(picture, verdict)
    if picture.may_go(verdict):
        said = stands.text.removesuffix("Do this now.").strip()
        return [Notice(f"{said} You can go on now: open your card, it says how.", stands.weight)]
    gone = one_and_the_same(picture, verdict)
    blocks: list[Block] = [*gone, Notice(stands.text.replace("on this card", "on your card"), stands.weight)]
    if gone and verdict.lane.protective:
        blocks.append(Say("You can still ring the council, 111 or 101 without a name, now."))
        rows = lane_numbers(picture, verdict)
        blocks += [Numbers(rows)] if rows else []
    if picture.standing(verdict) == "declined" and verdict.lane.protective:
        blocks += danger_again(picture)
        rows = lane_numbers(picture, verdict)
        blocks += [Numbers(rows)] if rows else []
    return blocks


def _answered(picture: Picture, verdict: Verdict) -> bool:
    gone = one_and_the_same(picture, verdict)
    return bool(gone) or any(picture.decided(request) for request in picture.about(verdict))
