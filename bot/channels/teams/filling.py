"""Forms that somebody is filling in, in the place of a card: an update of that card would wipe off what they typed.

The rule to keep: an update waits only for a form that the newest card still offers, and never for long. Where the card
does not offer it any more (somebody else decided, this person must not know of it now), it goes there at once.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.cards import Buttons, Card, Confirm, Form, Pick, Text, Ticks
from bot.channels.teams.editing import Key

LONGEST = 20 * 60.0  # seconds since the form was drawn; whoever walked away from it finds the card as it is then
MOST = 5000


@dataclass
class _Open:
    action: str
    since: float
    waited: bool = False


class Filling:
    """Keys name a message, as in `editing`. `now` counts seconds. What another process shows is not known here."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open: OrderedDict[Key, _Open] = OrderedDict()

    def begins(self, key: Key, form: Form, action: str) -> None:
        """This form stands there; `action` is that of the button that was pressed, or of the form before this one."""
        before = self._open.pop(key, None)
        if not form.submit or not any(isinstance(each, Text | Confirm | Pick | Ticks) for each in form.fields):
            return  # nothing to lose
        self._open[key] = _Open(before.action if before else action, self._now(), bool(before and before.waited))
        while len(self._open) > MOST:
            self._open.popitem(last=False)

    def goes_on(self, key: Key) -> None:
        """It was drawn again, with what is to be changed."""
        if key in self._open:
            self._open[key].since = self._now()

    def ends(self, key: Key) -> bool:
        """It is gone from the screen. Whether an update has waited for that."""
        ended = self._open.pop(key, None)
        return ended is not None and ended.waited

    def is_in_the_way_of(self, key: Key, card: Card) -> bool:
        """Whether this card has to wait until the form that stands there is sent or left."""
        form = self._open.get(key)
        if form is None:
            return False
        offered = {button.action for block in card.blocks if isinstance(block, Buttons) for button in block.buttons}
        if card.weight == "stop" or form.action not in offered or self._now() - form.since > LONGEST:
            del self._open[key]
            return False
        form.waited = True
        return True
