"""What the worker reads about keeping: that a checklist put aside ends soon, and that an unfinished one is gone.

The rule to keep: short, no blame, and the next step first.
"""

from __future__ import annotations

from datetime import datetime

from bot.cards import Block, Button, Buttons, Card, Notice, Say, Small
from bot.messages import Scene
from bot.picture import Picture
from bot.wording import until

ENDS = "draft_ends"
"""The kind of the worker's message: it was put aside, and is destroyed soon."""

GONE = "draft_gone"
"""The kind of the worker's message, in place of a checklist that was destroyed."""


def kept_until(picture: Picture) -> datetime:
    """When a paused one comes due."""
    return picture.case.changed_at + picture.charity.retention.paused


def ends_card(picture: Picture) -> Card:
    danger, reference = picture.book.emergency.line, Small(f"Case {picture.case.reference}.")
    if picture.case.state != "paused":
        return Card(f"Case {picture.case.reference}", (Say("Nothing is needed here any more."),), danger=danger)
    day = until(kept_until(picture), picture.charity)
    blocks: list[Block] = [
        Notice("You put a checklist aside. Do you still need it? Then open it."),
        Buttons((Button("Open it", "open", {"c": picture.case.id}, "main"),)),
        Say(f"If you do nothing, we destroy it after {day}. Nothing was sent, and you ticked no danger."),
        reference,
    ]
    return Card("Your checklist waits", tuple(blocks), danger=danger, summary="Confer: your checklist waits")


async def gone_card(scene: Scene) -> Card:
    """Of no consultation any more: it says neither reference nor anything else."""
    blocks: list[Block] = [
        Say("There was a checklist here that was not finished. Nobody changed it, so we destroyed it."),
        Say("Nothing was sent. We kept nothing of it. Do you still need it? Start again."),
        Buttons((Button("Start a checklist", "new", tone="main"),)),
    ]
    return scene.card("Not finished", blocks, summary="Confer: an unfinished checklist is gone")
