"""Pictures on a card: drawn beside the event loop, after the transaction, and never in anybody's way.

The rule to keep: whatever goes wrong with a picture, the card goes out, with the words in its place.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot.cards import Aside, Block, Card, Image, Reply, Show
from bot.trace import place_of

log = logging.getLogger(__name__)

WITHIN = 0.5  # seconds: somebody who pressed waits three for an answer, and the first picture of a process takes 0.1
FOR_A_LETTER = 1.0  # seconds: a message behind it to the same person may be urgent

_BRUSH = ThreadPoolExecutor(1, "painting")
"""One, so that what several readers get is drawn once, and its own: names of hosts are looked up in the loop's."""


async def painted(card: Card, within: float = WITHIN) -> Card:
    """The card with its pictures drawn, as far as they could be in time."""
    if not any(isinstance(block, Image) for block in card.blocks):
        return card
    return replace(card, blocks=tuple([await _painted(block, within) for block in card.blocks]))


async def answer(reply: Reply) -> Reply:
    """The same for whoever pressed."""
    match reply:
        case Show(card) | Aside(card):
            return replace(reply, card=await painted(card))
        case _:
            return reply


async def _painted(block: Block, within: float) -> Block:
    if not isinstance(block, Image) or block.png:
        return block
    try:
        async with asyncio.timeout(within):
            return replace(block, png=await asyncio.get_running_loop().run_in_executor(_BRUSH, block.drawing.png))
    except TimeoutError:
        log.warning("a picture took too long; the card goes without it")
    except Exception as bug:
        log.error("a picture could not be drawn; the card goes without it: %s", place_of(bug))
    return block
