"""What a transcript about the people around a case has in common: two stories, and who is kept out of one."""

from __future__ import annotations

from tests.conversations import stories
from tests.conversations.resident import Resident, Ticked
from tests.conversations.town import Town

YES_NOW = "Yes, now"
TERROR = "It may be about terrorism or extremism"
PLAN = "A plan, act, person or money"
NOT_LISTED = "They are not on this list, or I do not know"
WOULD_SAY = "What exactly would you say?"

A_CHILD_AND_TERROR: stories.Story = {
    **stories.A_CHILD,
    stories.DANGERS: Ticked((stories.CHILD, TERROR)),
    "Is there a plan, an act, a wanted person or money? Or only views?": PLAN,
}


async def keeps_out(person: Resident, *names: str) -> None:
    await person.presses("Someone must not know")
    await person.sees("# Who must not know")
    for name in names:
        await person.chooses("Who must not know?", name)
    await person.submits()
    await person.sees("Noted. From now on they are not told and cannot decide.")


async def sends_a_worry(person: Resident, about: str, *, named: str = NOT_LISTED, of: str = "") -> None:
    """A child, and a worry about one of us: `about` is a role, `named` who it is about, `of` who is asked."""
    await person.begins()
    await person.answers(stories.about(about))
    await person.presses("Ask for agreement")
    await person.sees("# Before it is sent")
    if of:
        await person.ticks(of)
    await person.fills(WOULD_SAY, "A worry about how a child is treated.")
    await person.chooses("Who is it about", named)
    await person.submits()
    await person.sees("Write down what was done")


async def rings_999(person: Resident) -> None:
    """From the command to the first question after the call."""
    await person.begins()
    await person.presses(YES_NOW)
    await person.sees("[I have rung 999]", "Someone must not know")
    await person.presses("I have rung 999")
    await person.sees("# Could any of these be true?")


async def pressed_by_mistake(person: Resident, town: Town) -> None:
    """Those on duty are told that somebody is in danger; then it turns out to be a slip."""
    await person.begins()
    await person.presses(YES_NOW)
    await person.sees("[Pressed by mistake]")
    await town.delivers()
    await person.presses("Pressed by mistake")
    await person.sees("[Yes, now (your answer)]")
    await person.presses("No")
    await person.sees("# Could any of these be true?")


async def tells_one_lead(person: Resident) -> None:
    """What nobody may stop: the lead is told, and it is done today."""
    await person.begins()
    await person.answers(stories.A_CHILD_TOLD_OF_SEXUAL_ABUSE)
    await person.presses("Go on with this")
    await person.sees("# Before it is sent")
    await person.fills(WOULD_SAY, "Only what was said, in the same words.")
    await person.submits()
    await person.sees("Nobody may stop or delay it.")
