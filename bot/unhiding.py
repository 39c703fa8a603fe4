"""A hidden copy is opened again where it stands: any kind that has no action of its own for that.

The rule to keep: what opens is the copy as it would be drawn now, so it says no more than its owner may read today.
"""

from __future__ import annotations

from bot.cards import Reply, Show
from bot.copies import copy_card
from bot.phone.hiding import own_copy
from bot.turn import Turn


async def unhide(turn: Turn) -> Reply:
    """The copy that was pressed, as it stands now. Raises Refusal where it is not theirs."""
    post, case = await own_copy(turn, turn.event.carry.get("k", ""))
    await turn.tx.posts.hide(post.id, hidden=False)
    post, case = await own_copy(turn, post.kind)
    return Show(copy_card(await turn.picture(case), post, turn.person))
