"""What a person can do about their own phone, on the home page: PIN, second factor, the alarm at night, phone lost."""

from __future__ import annotations

from bot.cards import Block, Button, Buttons, Heading
from bot.phone import factors
from bot.team import locking, night
from bot.turn import Turn


async def home_blocks(turn: Turn) -> list[Block]:
    """The buttons; above them, for whoever leads, who is locked out and what nobody could agree to."""
    ways = [Button("Phone lost", "lost"), Button("Your PIN", "pin")]
    if turn.charity.step_up and turn.person.can("may_approve"):
        ways.append(Button("Your second factor", "factor"))
    if night.may_test(turn.person):
        ways.append(Button("Test the night alarm", "night"))
    if turn.person.capabilities & night.LEADS:
        ways.append(Button("Who has tested it?", "night.list", hint="Who has tested the night alarm?"))
    return [
        *await locking.home_blocks(turn),
        *await factors.warnings(turn),
        Heading("Your phone"),
        Buttons(tuple(ways)),
    ]
