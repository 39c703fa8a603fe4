"""What can be pressed on a digest: all the numbers, the weeks before, and back.

The rule to keep: whoever presses may read it now, or reads nothing of it.
"""

from __future__ import annotations

import re

from bot.cards import Card, Reply, Say, Show
from bot.reporting.digest_card import Digest, before_card, found, full_card, short_card
from bot.reporting.readers import may_read
from bot.turn import Refusal, Turn

_WEEK = re.compile(r"\d{4}-W\d\d")


async def all_numbers(turn: Turn) -> Reply:
    return Show(full_card(await digest_of(turn), turn.person, files=bool(turn.office.address)))


async def latest(turn: Turn) -> Reply:
    """The newest one, for whoever may read it. Raises Refusal."""
    if not may_read(turn.person):
        raise Refusal("Only trustees and leads read the weekly digest.")
    written = await turn.tx.digests.last()
    digest = await found(turn.tx, written.week, turn.book, turn.charity) if written else None
    if digest is None:
        none = Say("There is no weekly digest yet. The first one is written at the end of this week.")
        return Show(Card("The weekly digest", (none,), danger=turn.book.emergency.line))
    return Show(short_card(digest))


async def less(turn: Turn) -> Reply:
    return Show(short_card(await digest_of(turn)))


async def before(turn: Turn) -> Reply:
    return Show(before_card(await digest_of(turn)))


async def digest_of(turn: Turn) -> Digest:
    """The one that the button is of, for whoever may read it now. Raises Refusal."""
    week = turn.event.carry.get("w", "")
    digest = None
    if may_read(turn.person) and _WEEK.fullmatch(week):
        digest = await found(turn.tx, week, turn.book, turn.charity)
    if digest is None:
        raise Refusal("Only trustees and leads read the weekly digest.")
    return digest
